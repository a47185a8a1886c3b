"""A graph as requests of a bounded number of triples.

A blank node is the same node only within one request, so triples that share blank nodes travel together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Triple, serialize

from clustergraph.snapshots.statements import Statements

SIZE = 20_000
"""Triples in a chunk. In larger ones Virtuoso holds its locks for long, and nothing becomes faster."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some of a graph's triples, as N-Triples."""

    data: bytes
    triples: int
    ground: bool
    """Whether there is no blank node in it, so that sending it twice is sending it once."""


def chunks(statements: Statements, graph: NamedNode | DefaultGraph, size: int = SIZE) -> Iterator[Chunk]:
    """The graph in chunks of about `size` triples, those with blank nodes first; one empty chunk for an empty graph.

    >>> from pyoxigraph import Store
    >>> store = Store()
    >>> store.load(b"<urn:a> <urn:p> [ <urn:p> 1 ] . <urn:b> <urn:p> 2, 3 .", RdfFormat.TURTLE)
    >>> [(chunk.triples, chunk.ground) for chunk in chunks(Statements(store), DefaultGraph(), 2)]
    [(2, False), (2, True)]
    """
    nothing = True
    tied = _pack_groups(_group_tied(_triples(statements, graph)), size)
    for ground, parts in ((False, tied), (True, _ground(statements, graph, size))):
        for part in parts:
            nothing = False
            yield Chunk(serialize(part, format=RdfFormat.N_TRIPLES) or b"", len(part), ground)
    if nothing:
        yield Chunk(b"", 0, True)


def blank(triple: Triple) -> list[str]:
    """The labels of a triple's blank nodes."""
    labels = []
    for term in (triple.subject, triple.object):
        if isinstance(term, BlankNode):
            labels.append(term.value)
        elif isinstance(term, Triple):
            labels += blank(term)
    return labels


def _triples(statements: Statements, graph: NamedNode | DefaultGraph) -> Iterator[Triple]:
    return (quad.triple for quad in statements.quads(graph))


def _ground(statements: Statements, graph: NamedNode | DefaultGraph, size: int) -> Iterator[list[Triple]]:
    triples = (triple for triple in _triples(statements, graph) if not blank(triple))
    while part := list(islice(triples, size)):
        yield part


def _group_tied(triples: Iterable[Triple]) -> list[list[Triple]]:
    """The triples with blank nodes, in groups that share none."""
    leader: dict[str, str] = {}

    def find(label: str) -> str:
        while (parent := leader.setdefault(label, label)) != label:
            leader[label] = label = leader[parent]
        return label

    labelled = []
    for triple in triples:
        if labels := blank(triple):
            labelled.append((triple, labels[0]))
            for linked in labels[1:]:
                leader[find(linked)] = find(labels[0])
    groups: dict[str, list[Triple]] = {}
    for triple, label in labelled:
        groups.setdefault(find(label), []).append(triple)
    return list(groups.values())


def _pack_groups(groups: Iterable[list[Triple]], size: int) -> Iterator[list[Triple]]:
    """Groups together, up to `size` triples; a larger group stays whole."""
    part: list[Triple] = []
    for group in groups:
        if part and len(part) + len(group) > size:
            yield part
            part = []
        part += group
    if part:
        yield part
