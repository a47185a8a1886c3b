"""RDF terms between pyoxigraph and rdflib, in the very form they were written in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    """The triples as an rdflib graph; see `filled`."""
    return filled(rdflib.Graph(), quads)


def filled(graph: G, quads: Iterable[Quad]) -> G:
    """The same graph with the triples added. Triple terms and base directions (RDF 1.2) are left out."""
    with quiet():
        for quad in quads:
            subject, object = quad.subject, quad.object
            if isinstance(subject, Triple) or isinstance(object, Triple):
                continue
            if isinstance(object, Literal) and object.direction is not None:
                continue
            graph.add((to_rdflib(subject), to_rdflib(quad.predicate), to_rdflib(object)))
    return graph


@contextmanager
def quiet() -> Iterator[None]:
    """Keep rdflib from logging literals that it cannot turn into Python values; reasoning and shapes report them."""
    logger = logging.getLogger("rdflib.term")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
