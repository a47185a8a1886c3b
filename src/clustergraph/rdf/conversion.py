"""RDF terms between pyoxigraph and rdflib, in the very form they were written in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib.term import Node

from clustergraph.rdf.namespaces import XSD

G = TypeVar("G", bound=rdflib.Graph)


def to_rdflib(term: NamedNode | BlankNode | Literal) -> Node:
    """The same term in rdflib, a literal in the very form it was written in."""
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == f"{XSD}string":
        # The one term of RDF 1.1 is two in rdflib; this one is what its parsers and SPARQL give for "text".
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value), normalize=False)


def to_graph(quads: Iterable[Quad]) -> rdflib.Graph:
    """The triples as an rdflib graph; see `add_quads`."""
    return add_quads(rdflib.Graph(), quads)


def add_quads(graph: G, quads: Iterable[Quad]) -> G:
    """Add the triples to a graph, and give it back. Triple terms and base directions (RDF 1.2) are left out."""
    with quiet():
        for quad in quads:
            add_triple(graph, quad)
    return graph


def add_triple(graph: rdflib.Graph, quad: Quad) -> None:
    """Add the triple of a quad to the graph; one of RDF 1.2 that rdflib cannot hold is left out."""
    subject, object = quad.subject, quad.object
    if isinstance(subject, Triple) or isinstance(object, Triple):
        return
    if isinstance(object, Literal) and object.direction is not None:
        return
    graph.add((to_rdflib(subject), to_rdflib(quad.predicate), to_rdflib(object)))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep rdflib from logging literals that it cannot turn into Python values; reasoning and shapes report them.

    It acts on the current thread only; what other threads log is logged.
    """
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


_is_quiet = ContextVar("_is_quiet", default=False)


def _is_logged(record: logging.LogRecord) -> bool:
    """Whether a record is logged: an error always, anything else unless it comes from within `quiet`."""
    return record.levelno >= logging.ERROR or not _is_quiet.get()


logging.getLogger("rdflib.term").addFilter(_is_logged)
