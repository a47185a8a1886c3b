"""Graphs of the kinds that other people have are read with all that is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib

from clustergraph.ingest import build
from support.foreign_graphs import KINDS, make


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_the_same_every_time(kind: str) -> None:
    assert make(kind) == make(kind)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # which rdflib's own parser of JSON-LD uses
@pytest.mark.parametrize("kind", [kind for kind in KINDS if make(kind).is_rdf11 and kind != "odd_literals"])
def test_each_kind_is_read_as_a_library_of_the_field_reads_it(kind: str, tmp_path: Path) -> None:
    graph = make(kind)
    paths = graph.write(tmp_path / "files")
    expected = rdflib.Graph()
    for path in paths:
        # What the build resolves relative IRIs against; these graphs have none.
        expected.parse(path, format={"owl": "xml"}.get(path.suffix[1:]))
    snapshot = build(paths, store=tmp_path / "store", reason="none").snapshot
    assert snapshot.triples == len(expected)
    named = {str(term) for term in expected.subjects() if isinstance(term, rdflib.URIRef)}
    assert graph.labels.keys() <= named


def test_rdf_1_2_is_read(tmp_path: Path) -> None:
    snapshot = build(make("rdf12").write(tmp_path / "files"), store=tmp_path / "store").snapshot
    assert snapshot.triples == 10 * 6
