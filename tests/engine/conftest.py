"""Snapshots to query: small ones made by hand, so that these tests need no build."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.snapshots.snapshot import STORE, Snapshot
from support.reader_pools import MakePool

MakeSnapshot = Callable[..., Snapshot]

TRIG = """
PREFIX : <https://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
GRAPH :one { :a :p 1 . :b :p 2 . :shared rdfs:label "both"@en }
GRAPH :two { :c :p 3 . :shared rdfs:label "both"@en }
GRAPH :three { :d :p 4 }
"""


@pytest.fixture(scope="session")
def make_snapshot(tmp_path_factory: pytest.TempPathFactory) -> MakeSnapshot:
    """Writes a snapshot of a TriG text; its default graph is the merge of the named graphs, as a build has it."""

    def make(trig: str = TRIG, *, name: str = "test", numbers: int = 0, folder: Path | None = None) -> Snapshot:
        folder = folder or tmp_path_factory.mktemp("snapshot")
        store = ox.Store(str(folder / STORE))
        quads = list(ox.parse(trig, format=ox.RdfFormat.TRIG))
        number = ox.NamedNode("https://example.org/number")
        quads += [
            ox.Quad(ox.NamedNode(f"https://example.org/n{n}"), number, ox.Literal(n), ox.NamedNode("urn:numbers"))
            for n in range(numbers)
        ]
        store.bulk_extend(quads)
        store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
        sizes: dict[str, int] = {}
        for quad in quads:
            sizes[quad.graph_name.value] = sizes.get(quad.graph_name.value, 0) + 1
        store.flush()
        del store
        manifest = {"name": name, "base": "https://example.org/", "graphs": sizes, "graphs_overlap": True}
        return Snapshot(folder, {**manifest, "prefixes": {"ex": "https://example.org/"}})

    return make


@pytest.fixture(scope="session")
def snapshot(make_snapshot: MakeSnapshot) -> Snapshot:
    """Three named graphs, two of which share a triple."""
    return make_snapshot()


@pytest.fixture(scope="session")
def numbers(make_snapshot: MakeSnapshot) -> Snapshot:
    """Three thousand numbers: enough for a query that runs for hours."""
    return make_snapshot(numbers=3000)


@pytest.fixture
def make_pool() -> Iterator[MakePool]:
    """Opens pools and closes them behind the test."""
    opened: list[ReaderPool] = []

    def make(snapshot: Snapshot, *, allow: tuple[str, ...] = (), **limits: object) -> ReaderPool:
        pool = ReaderPool(snapshot, Limits(**limits), allow=allow)  # type: ignore[arg-type]
        opened.append(pool)
        return pool

    yield make
    for pool in opened:
        pool.close()
