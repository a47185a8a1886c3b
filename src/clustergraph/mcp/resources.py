"""What an assistant can read: the schema, the ontology, the canned queries, the examples, the description, things."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

import mcp_types as types

from clustergraph.describe import sparql_examples, thing_documents
from clustergraph.describe.citation import cite
from clustergraph.describe.ontology_kinds import has_ontology
from clustergraph.describe.urls import ONTOLOGY, Urls
from clustergraph.mcp import describe_tool, schema_tool
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.rdf.formats import FORMATS

SCHEME = "clustergraph://"
THING = f"{SCHEME}thing/"
TEMPLATE = f"{THING}{{+name}}"

SPARQL = "application/sparql-query"
TURTLE = next(form for form in FORMATS if form.name == "turtle")


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to read, as the protocol describes it. `read` gives its text."""

    described: types.Resource
    read: Callable[[GraphContext], str]


def resources(context: GraphContext) -> dict[str, Resource]:
    """Everything to read, by URI; single things are read by `thing`."""
    entries: dict[str, Resource] = {}

    def add(
        path: str, title: str, description: str, media_type: str, read: Callable[[GraphContext], str], folder: str = ""
    ) -> None:
        uri = f"{SCHEME}{folder}{path}"
        described = types.Resource(uri=uri, name=path, title=title, description=description, mime_type=media_type)
        entries[uri] = Resource(described, read)

    terms = "Prefixes, classes and properties with what they mean and how they are used, for writing SPARQL."
    add("schema", "Schema", terms, "text/markdown", schema_tool.text)
    about = "What the graph is, who made it, under which licence, how large it is, and how to cite the snapshot."
    add("dataset", "The graph and its snapshot", about, "application/json", _describe_dataset)
    executables = "The canned queries with example parameters in them, as SHACL executables."
    add("examples", "Examples in SPARQL", executables, TURTLE.media_type, _write_examples)
    if has_ontology(context.snapshot):
        axioms = "Every term with labels, comments, domain, range, axioms."
        iri = f"{context.snapshot.base}{ONTOLOGY}"
        add("ontology", "Ontology", axioms, TURTLE.media_type, lambda current: _write_document(current, iri))
    for query in context.catalogue:
        description = " ".join(str(query.description).split())
        add(query.name, str(query.summary), description, SPARQL, lambda _, text=query.text: text, "queries/")  # type: ignore[misc]
    return entries


def thing(context: GraphContext, uri: str) -> str:
    """The document about a thing in Turtle, by a URI of the template. Raises ParameterError where it names nothing."""
    return _write_document(context, context.find(describe_tool.THING, unquote(uri.removeprefix(THING))))


def _write_document(context: GraphContext, iri: str) -> str:
    return thing_documents.write_document(context.engine, iri, TURTLE).body.decode("utf-8")


def _write_examples(context: GraphContext) -> str:
    names = Urls(context.snapshot.base).names
    return sparql_examples.described(context.engine, context.catalogue, names).serialize(format="turtle")


def _describe_dataset(context: GraphContext) -> str:
    snapshot = context.snapshot
    manifest = snapshot.manifest
    description = {
        "title": snapshot.metadata("title"),
        "description": snapshot.metadata("description"),
        "licence": snapshot.metadata("license"),
        "version": snapshot.metadata("version"),
        "base": snapshot.base,
        "snapshot": snapshot.name,
        "built": manifest.get("built"),
        "sha256": manifest.get("sha256"),
        "reasoning": manifest.get("reasoning"),
        "statements": snapshot.triples,
        "graphs": snapshot.graphs,
        "left out": manifest.get("excluded"),
        "cite as": cite(context.engine).text,
    }
    return json.dumps({name: value for name, value in description.items() if value}, ensure_ascii=False, indent=1)
