"""A small folder to build, and what is in a snapshot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, serialize

from clustergraph.snapshots.snapshot import Snapshot

Write = Callable[[str, str], Path]
Lines = Callable[..., set[str]]

PREFIXES = """\
@prefix ex: <http://e.org/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below the input folder; Turtle gets the prefixes of these tests."""

    def writer(name: str, text: str) -> Path:
        path = tmp_path / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((PREFIXES if name.endswith((".ttl", ".trig")) else "") + text, encoding="utf-8")
        return path

    return writer


@pytest.fixture
def lines() -> Lines:
    """The N-Triples lines of a snapshot's graph, of the default graph without a name."""

    def reader(snapshot: Snapshot, graph: str | None = None) -> set[str]:
        store = Store.read_only(str(snapshot.store))
        name = DefaultGraph() if graph is None else NamedNode(f"{snapshot.base}graph/{graph}")
        triples = [quad.triple for quad in store.quads_for_pattern(None, None, None, name)]
        data = serialize(triples, format=RdfFormat.N_TRIPLES)
        assert data is not None
        found = data.decode().splitlines()
        assert len(found) == len(set(found))
        return set(found)

    return reader
