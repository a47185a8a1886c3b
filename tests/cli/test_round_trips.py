"""Every export of every kind of graph says the same to other programs as the files that it was built from."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.cli.export import write
from clustergraph.ingest import build
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.rdf.graph_writer import UnsupportedStatement
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements
from support.foreign_graphs import KINDS, make
from support.rdf_readers import READERS, canonical

GRAPHS = of_kind("graph")


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Snapshot]:
    """A snapshot of each kind."""
    folder = tmp_path_factory.mktemp("kinds")
    built = {}
    for kind in KINDS:
        paths = make(kind).write(folder / kind)
        built[kind] = build(paths, store=folder / f"{kind}-store", reason="none").snapshot
    return built


@cache
def stated(kind: str) -> frozenset[str]:
    """What the files of a kind say."""
    quads: list[ox.Quad] = []
    for name, text in make(kind).files.items():
        rdf_format = ox.RdfFormat.from_extension({"owl": "rdf"}.get(Path(name).suffix[1:], Path(name).suffix[1:]))
        quads += ox.parse(text.encode(), rdf_format, base_iri="http://localhost:8080/")
    return frozenset(canonical(quads))


@pytest.mark.parametrize("kind", KINDS)
def test_a_snapshot_holds_what_the_files_say(snapshots: dict[str, Snapshot], kind: str) -> None:
    assert canonical(list(Statements.open(snapshots[kind].store).quads())) == stated(kind)
    assert snapshots[kind].triples == len(stated(kind))


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")  # of what rdflib's own parsers use
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", GRAPHS, ids=[form.name for form in GRAPHS])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if make(kind).is_rdf11])
def test_other_programs_read_what_the_files_say(
    snapshots: dict[str, Snapshot], kind: str, form: Format, reader: str
) -> None:
    snapshot, sink = snapshots[kind], BytesIO()
    if (kind, form.name) == ("odd_names", "rdfxml"):
        with pytest.raises(UnsupportedStatement, match="did:example:1"):
            write(snapshot, list(snapshot.graphs), form, sink, named=False)
        return
    write(snapshot, list(snapshot.graphs), form, sink, named=form.name in ("trig", "nquads"))
    read, expected = READERS[reader](sink.getvalue(), form), set(stated(kind))
    if (reader, form.name) == ("javascript", "jsonld"):  # which writes every xsd:double anew
        read, expected = ({line for line in lines if "XMLSchema#double>" not in line} for lines in (read, expected))
    assert read == expected
