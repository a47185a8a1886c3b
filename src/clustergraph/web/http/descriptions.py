"""Descriptions of the service and its graph as RDF, in the format that the client asks for."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from rdflib import Graph

from clustergraph.describe.urls import Urls
from clustergraph.engine.base import Engine
from clustergraph.rdf.formats import Format
from clustergraph.web.http import request_params, responses
from clustergraph.web.http.current import absolute_urls, service
from clustergraph.web.http.negotiation import choose

# What is described here has no named graphs, and then TriG is Turtle and N-Quads is N-Triples.
RDFLIB_NAMES = {
    "turtle": "turtle",
    "ntriples": "nt",
    "rdfxml": "xml",
    "jsonld": "json-ld",
    "trig": "turtle",
    "nquads": "nt",
}


def respond(describe: Callable[[Engine, Urls], Graph], suffix: str | None = None) -> Response:
    """A description in the format that the client asks for."""
    choice = choose(request, "graph", request_params.address(request), suffix=suffix)
    graph = describe(service().engine, absolute_urls())
    response = Response(serialise(graph, choice.format), content_type=choice.content_type)
    response.vary.add("Accept")
    return responses.set_cache_control(response)


def serialise(graph: Graph, form: Format) -> bytes:
    """An rdflib graph in one of our formats."""
    return graph.serialize(format=RDFLIB_NAMES[form.name], encoding="utf-8")
