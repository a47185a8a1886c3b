"""The service and its graph for programs: Service Description, VoID, DCAT-AP, schema.org, Croissant, examples.

Sources: SPARQL 1.1 Service Description; Describing Linked Datasets with the VoID Vocabulary, section 6; DCAT-AP 3.0.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.namespace import RDF, VOID

from clustergraph.engine.formats import FORMATS, Format
from clustergraph.snapshot import Snapshot
from clustergraph.web import answers, croissant, dcat, fields, schema_org, sparql_examples
from clustergraph.web.language import LANGUAGES, language
from clustergraph.web.negotiation import choose
from clustergraph.web.service import service
from clustergraph.web.void import FORMAT_NAMES, W3C_FORMATS, count, dataset_description

blueprint = Blueprint("descriptions", __name__)

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
# What is described here has no named graphs, and then TriG is Turtle and N-Quads is N-Triples.
RDFLIB_NAMES = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "turtle",
    "nquads": "nt",
}


@blueprint.get("/.well-known/void")
def void() -> Response:
    """The VoID description of the graph."""
    response = respond(dataset_description)
    response.headers["Link"] = ", ".join(
        (
            '</dcat>; rel="related"',
            '</dataset.jsonld>; rel="related"; type="application/ld+json"',
            f'<{croissant.PATH}>; rel="related"; type="application/ld+json"',
            f'<{sparql_examples.PATH}>; rel="related"',
        )
    )
    return response


@blueprint.get("/void")
def void_short() -> Response:
    """Where some clients look for VoID."""
    return answers.redirect("/.well-known/void", 302)


@blueprint.get("/dcat")
def catalog() -> Response:
    """The DCAT-AP description of the graph and its downloads."""
    response = respond(dcat.catalog)
    response.headers["Link"] = '</.well-known/void>; rel="describedby"'
    return response


@blueprint.get(sparql_examples.PATH)
def examples() -> Response:
    """The canned queries as examples, for tools of other projects."""
    response = respond(sparql_examples.described)
    response.headers["Link"] = '</.well-known/void>; rel="describedby", </api>; rel="related"'
    return response


@blueprint.get(croissant.PATH)
def tables() -> Response:
    """The tables that can be downloaded, as Croissant describes them."""
    document = croissant.dataset(service().engine, service().catalogue, answers.host_url())
    body = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type="application/ld+json")
    response.headers["Link"] = '</.well-known/void>; rel="describedby"'
    return answers.kept(response)


@blueprint.get("/dataset.jsonld")
def dataset() -> Response:
    """The graph as schema.org describes datasets, in the language that the client asks for."""
    body = json.dumps(_markup(), ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type="application/ld+json")
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    response.headers["Link"] = '</.well-known/void>; rel="describedby"'
    return answers.kept(response)


@blueprint.app_context_processor
def _for_templates() -> dict[str, Any]:
    """`dataset_markup()`: the same for a data block in a page. A `<` in it could end the block, so there is none."""
    return {"dataset_markup": lambda: json.dumps(_markup(), ensure_ascii=False).replace("<", "\\u003c")}


def _markup() -> dict[str, Any]:
    order = (language(), *(code for code in LANGUAGES if code != language()))
    return schema_org.dataset(service().engine, answers.host_url(), order)


def respond(describe: Callable[[Snapshot, str], Graph], suffix: str | None = None) -> Response:
    """A description in the format that the client asks for."""
    choice = choose(request, "graph", fields.address(request), suffix=suffix)
    graph = describe(service().snapshot, answers.host_url())
    response = Response(serialise(graph, choice.format), content_type=choice.content_type)
    response.vary.add("Accept")
    return answers.kept(response)


def serialise(graph: Graph, form: Format) -> bytes:
    """An rdflib graph in one of our formats."""
    return graph.serialize(format=RDFLIB_NAMES[form.name], encoding="utf-8")


def service_description(snapshot: Snapshot, host: str) -> Graph:
    """The endpoint: what it speaks, what it holds."""
    graph = dataset_description(snapshot, host)
    graph.bind("sd", SD)
    endpoint = URIRef(f"{host}/sparql")
    graph.add((endpoint, RDF.type, SD.Service))
    graph.add((endpoint, SD.endpoint, endpoint))
    graph.add((endpoint, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((endpoint, SD.feature, SD.UnionDefaultGraph))
    if service().settings.allow:
        graph.add((endpoint, SD.feature, SD.BasicFederatedQuery))
    for form in FORMATS:
        graph.add((endpoint, SD.resultFormat, W3C_FORMATS[FORMAT_NAMES[form.name]]))
    dataset = BNode("dataset")
    graph.add((endpoint, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    merge = BNode("merge")
    graph.add((dataset, SD.defaultGraph, merge))
    graph.add((merge, RDF.type, SD.Graph))
    if snapshot.triples is not None:
        graph.add((merge, VOID.triples, count(snapshot.triples)))
    for position, (name, triples) in enumerate(sorted(snapshot.graphs.items())):
        named, content = BNode(f"named{position}"), BNode(f"graph{position}")
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(name)))
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, VOID.triples, count(triples)))
    sparql_examples.add_to(graph, service().engine, service().catalogue, host)
    return graph
