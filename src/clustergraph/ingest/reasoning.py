"""What follows from the graph by OWL 2 RL, as far as it is news about this graph.

A reasoner also derives that everything is the same as itself, that every class is a subclass of owl:Thing, and what
follows of the RDF vocabularies. None of it tells a reader anything, so it is left out; see `_is_news`.
"""

from __future__ import annotations

from dataclasses import dataclass

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import Node

from clustergraph.ingest.problems import Problem
from clustergraph.rdf.conversion import quiet, to_graph
from clustergraph.snapshots.statements import Statements

AUTO_LIMIT = 100_000
"""Up to how many triples reasoning is done without being asked for. owlrl takes about 0.5 s per 1,000."""

_VOCABULARIES = (str(RDF), str(RDFS), str(OWL), str(XSD))
_REFLEXIVE = {OWL.sameAs, RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty}


@dataclass(frozen=True, slots=True)
class Inferences:
    """The new triples, and what contradicts itself."""

    quads: tuple[Quad, ...]
    problems: tuple[Problem, ...]


def infer(statements: Statements, graph: NamedNode) -> Inferences:
    """Apply the OWL 2 RL rules to the merge of all graphs; the new triples are quads of `graph`."""
    from clustergraph.ingest.owl_rl_rules import Rules

    asserted = to_graph(statements.quads())
    closure = rdflib.Graph()
    closure += asserted
    with quiet():
        reasoner = Rules(closure, False, False, False)
        reasoner.closure()  # type: ignore[no-untyped-call]
    problems = tuple(
        Problem(f"{message[:1].upper()}{message[1:]}.", rule="OWL 2 RL consistency")
        for message in sorted(map(str, reasoner.error_messages))
    )
    return Inferences(_news(closure, asserted, graph), problems)


def _news(closure: rdflib.Graph, asserted: rdflib.Graph, graph: NamedNode) -> tuple[Quad, ...]:
    known_objects = set(asserted.objects())
    known_blanks = {node for triple in asserted for node in triple if isinstance(node, rdflib.BNode)}
    structure = {node for node in known_blanks if _is_structure(node, asserted)}
    quads = []
    for subject, predicate, object in closure:
        if (subject, predicate, object) in asserted or not _is_news(subject, predicate, object):
            continue
        blanks = {node for node in (subject, object) if isinstance(node, rdflib.BNode)}
        if blanks - known_blanks or blanks & structure:
            continue
        if isinstance(object, rdflib.Literal) and object not in known_objects:
            continue
        quads.append(Quad(_resource(subject), NamedNode(str(predicate)), _term(object), graph))
    return tuple(quads)


def _is_news(subject: Node, predicate: Node, object: Node) -> bool:
    if isinstance(subject, rdflib.Literal) or str(subject).startswith(_VOCABULARIES):
        return False
    if predicate in _REFLEXIVE and subject == object:
        return False
    if predicate in (RDFS.domain, RDFS.range):
        # Always a super-class of a domain or range that the ontology states, hence weaker than that.
        return False
    if predicate == RDF.type:
        return not (str(object).startswith((str(OWL), str(RDFS))) or object in (RDF.Property, RDF.List))
    if predicate in (RDFS.subClassOf, OWL.equivalentClass):
        return not str(object).startswith(_VOCABULARIES)
    return True


def _is_structure(node: Node, graph: rdflib.Graph) -> bool:
    """Whether a blank node is part of how an ontology is written (a list, a restriction) and no thing of the graph."""
    for predicate, object in graph.predicate_objects(node):
        if predicate == RDF.first or (str(predicate).startswith(str(OWL)) and predicate != OWL.sameAs):
            return True
        if predicate == RDF.type and str(object).startswith((str(OWL), str(RDFS))):
            return True
    return False


def _resource(node: Node) -> NamedNode | BlankNode:
    return BlankNode(str(node)) if isinstance(node, rdflib.BNode) else NamedNode(str(node))


def _term(node: Node) -> NamedNode | BlankNode | Literal:
    if not isinstance(node, rdflib.Literal):
        return _resource(node)
    if node.language:
        return Literal(str(node), language=node.language)
    return Literal(str(node), datatype=NamedNode(str(node.datatype or XSD.string)))
