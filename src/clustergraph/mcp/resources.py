"""What an assistant can read: the schema, the ontology, the canned queries, the examples, the description, things."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from rdflib import Graph

from clustergraph.describe import sparql_examples, thing_documents
from clustergraph.describe.citation import cite
from clustergraph.describe.urls import ONTOLOGY, Urls
from clustergraph.mcp import describe_tool, schema_tool
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.rdf.formats import FORMATS

SCHEME = "clustergraph://"
THING = f"{SCHEME}thing/"
QUERY = f"{SCHEME}queries/"
TEMPLATE = f"{THING}{{+name}}"

SPARQL = "application/sparql-query"


TURTLE = next(form for form in FORMATS if form.name == "turtle")


@dataclass(frozen=True, slots=True)
class Resource:
    """Something to read. `read` gives its text."""

    uri: str
    name: str
    title: str
    description: str
    media_type: str
    read: Callable[[GraphContext], str]


def resources(context: GraphContext) -> dict[str, Resource]:
    """Everything to read, by URI; single things are read by `thing`."""
    entries = [
        Resource(
            f"{SCHEME}schema",
            "schema",
            "Schema",
            "Prefixes, classes and properties with what they mean and how they are used, for writing SPARQL.",
            "text/markdown",
            schema_tool.text,
        ),
        Resource(
            f"{SCHEME}dataset",
            "dataset",
            "The graph and its snapshot",
            "What the graph is, who made it, under which licence, how large it is, and how to cite the snapshot.",
            "application/json",
            _describe_dataset,
        ),
        Resource(
            f"{SCHEME}examples",
            "examples",
            "Examples in SPARQL",
            "The canned queries with example parameters in them, as SHACL executables.",
            TURTLE.media_type,
            _write_examples,
        ),
    ]
    if f"{context.snapshot.base}graph/{ONTOLOGY}" in context.snapshot.graphs:
        entries.append(
            Resource(
                f"{SCHEME}ontology",
                "ontology",
                "Ontology",
                "Every term with labels, comments, domain, range, axioms.",
                TURTLE.media_type,
                lambda current: _write_document(current, f"{current.snapshot.base}{ONTOLOGY}"),
            )
        )
    for query in context.catalogue:
        text = query.text
        entries.append(
            Resource(
                f"{QUERY}{query.name}",
                query.name,
                str(query.summary),
                " ".join(str(query.description).split()),
                SPARQL,
                lambda _, text=text: text,  # type: ignore[misc]
            )
        )
    return {resource.uri: resource for resource in entries}


def thing(context: GraphContext, uri: str) -> str:
    """The document about a thing in Turtle, by a URI of the template. Raises ParameterError where it names nothing."""
    return _write_document(context, context.find(describe_tool.THING, unquote(uri.removeprefix(THING))))


def _write_document(context: GraphContext, iri: str) -> str:
    return thing_documents.write_document(context.engine, iri, TURTLE).body.decode("utf-8")


def _write_examples(context: GraphContext) -> str:
    graph = Graph()
    for prefix, iri in context.snapshot.prefixes.items():
        graph.bind(prefix, iri, override=False)
    sparql_examples.add_to(graph, context.engine, context.catalogue, Urls(context.snapshot.base).names)
    return graph.serialize(format="turtle")


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
