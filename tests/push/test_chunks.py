"""A graph in requests: nothing lost, nothing doubled, and what shares a blank node together."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from clustergraph.push.chunks import chunks
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements

LINKED = "".join(f"_:n{number} <urn:next> _:n{number + 1} .\n" for number in range(9))
ALONE = "".join(f'_:alone{number} <urn:name> "{number}" .\n' for number in range(9))
GROUND = "".join(f"<urn:{number}> <urn:p> <urn:o> .\n" for number in range(9))


def store(turtle: str) -> ox.Store:
    made = ox.Store()
    made.load(turtle.encode(), ox.RdfFormat.TURTLE)
    return made


def sizes(turtle: str, size: int) -> list[tuple[int, bool]]:
    return [(one.triples, one.ground) for one in chunks(Statements(store(turtle)), ox.DefaultGraph(), size)]


def test_triples_without_blank_nodes_come_in_chunks_of_the_size() -> None:
    assert sizes(GROUND, 4) == [(4, True), (4, True), (1, True)]
    assert sizes(GROUND, 100) == [(9, True)]


def test_what_shares_a_blank_node_is_in_one_chunk_however_large() -> None:
    assert sizes(LINKED + GROUND, 4) == [(9, False), (4, True), (4, True), (1, True)]
    assert sizes(ALONE, 4) == [(4, False), (4, False), (1, False)]


def test_a_ring_of_blank_nodes_is_in_one_chunk() -> None:
    assert sizes(f"{LINKED} _:n9 <urn:next> _:n0 . _:other <urn:p> 1, 2 .", 1) in (
        [(10, False), (2, False)],
        [(2, False), (10, False)],
    )


def test_an_empty_graph_is_one_empty_chunk() -> None:
    (only,) = chunks(Statements(ox.Store()), ox.DefaultGraph())
    assert (only.data, only.triples, only.ground) == (b"", 0, True)


@pytest.mark.parametrize("size", [1, 100, 100_000])
def test_nothing_is_lost_or_doubled(size: int, snapshot: Snapshot) -> None:
    opened = ox.Store.read_only(str(snapshot.store))
    graph = ox.NamedNode(f"{snapshot.base}graph/ontology")
    parts = list(chunks(Statements(opened), graph, size))
    lines = [line for part in parts for line in part.data.splitlines()]
    triples = [quad.triple for quad in opened.quads_for_pattern(None, None, None, graph)]
    assert sorted(lines) == sorted(f"{triple} .".encode() for triple in triples)
    assert sum(part.triples for part in parts) == len(triples)
    labels = [{word for word in part.data.split() if word.startswith(b"_:")} for part in parts]
    assert sum(map(len, labels)) == len(set().union(*labels)), "a blank node is in two chunks"
