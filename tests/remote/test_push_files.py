"""`clustergraph push --files`: what the bulk loaders of engines make of the files."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from clustergraph.cli import cli, exit_codes
from clustergraph.snapshots.snapshot import Snapshot
from support import sparql_engines
from support.sparql_engines import PASSWORD


def written(snapshot: Snapshot, folder: Path, *words: str) -> Path:
    """The folder with the files."""
    done = CliRunner().invoke(cli, ["push", str(snapshot.path), "--files", str(folder), *words])
    assert done.exit_code == 0, done.output
    return folder


@pytest.mark.parametrize("words", [(), ("--merged", "default")])
def test_the_quads_are_the_snapshot(words: tuple[str, ...], snapshot: Snapshot, tmp_path: Path) -> None:
    folder = written(snapshot, tmp_path / "new" / "files", *words)
    store = ox.Store()
    with gzip.open(folder / "everything.nq.gz") as file:
        store.bulk_extend(ox.parse(file.read(), ox.RdfFormat.N_QUADS))
    here = ox.Store.read_only(str(snapshot.store))

    def triples(store: ox.Store, graph: ox.NamedNode | ox.DefaultGraph) -> set[str]:
        return {str(quad.triple) for quad in store.quads_for_pattern(None, None, None, graph)}

    for iri in snapshot.graphs:
        assert triples(store, ox.NamedNode(iri)) == triples(here, ox.NamedNode(iri))
    merged = ox.DefaultGraph() if words else ox.NamedNode(f"{snapshot.base}graph/merged")
    assert triples(store, merged) == triples(here, ox.DefaultGraph())
    own = {f"{snapshot.base}graph/{name}" for name in (["snapshot"] if words else ["snapshot", "merged"])}
    assert {graph.value for graph in store.named_graphs()} == own | {*snapshot.graphs}


def test_files_are_not_mixed_with_others(snapshot: Snapshot, tmp_path: Path) -> None:
    folder = written(snapshot, tmp_path / "files")
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    done = CliRunner().invoke(cli, ["push", str(snapshot.path), "--files", str(folder)])
    assert done.exit_code == exit_codes.REFUSED
    assert "is not empty; name a new folder" in done.output
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_oxigraph_loads_them(snapshot: Snapshot, tmp_path: Path, needs: Callable[[str, str], None]) -> None:
    files = written(snapshot, tmp_path / "files")
    (tmp_path / "engine").mkdir()
    engine = sparql_engines.oxigraph(tmp_path / "engine", needs)
    load = [engine.command[0], "load", "--location", "store", "--file", str(files / "everything.nq.gz")]
    subprocess.run(load, cwd=engine.folder, check=True, capture_output=True)
    engine.start()
    try:
        _is_there(snapshot, engine.query, "--merged", "named")
    finally:
        engine.end()


def test_virtuoso_loads_them(snapshot: Snapshot, tmp_path: Path, needs: Callable[[str, str], None]) -> None:
    needs("isql-vt", "virtuoso-opensource-7-bin")
    files = written(snapshot, tmp_path / "files")
    (tmp_path / "engine").mkdir()
    engine = sparql_engines.virtuoso(tmp_path / "engine", needs, files)
    engine.start()
    try:
        place = f"127.0.0.1:{engine.ports['sql']}"
        isql = ["isql-vt", place, "dba", PASSWORD, "load.sql", "-u", f"FOLDER={files}"]
        told = subprocess.run(isql, cwd=files, check=True, capture_output=True, text=True)
        assert "Error" not in told.stdout + told.stderr
        _is_there(snapshot, engine.query, "--user", "dba", "--password-env", "DBA_PASSWORD", "--loaded")
    finally:
        engine.end()


def _is_there(snapshot: Snapshot, url: str, *words: str) -> None:
    """What is there is compared with the snapshot, and nothing is sent: already marked, or with `--loaded`."""
    push = ["push", str(snapshot.path), "--to", url, *words]
    told = CliRunner().invoke(cli, push, env={"DBA_PASSWORD": PASSWORD}, catch_exceptions=False)
    assert told.exit_code == 0, told.output
    assert ("is now in" if "--loaded" in words else "was already in") in told.output


@pytest.mark.parametrize("words", [("--dry-run",), ("--user", "ada"), ("--loaded", "--force")])
def test_options_for_sending_are_refused_where_nothing_is_sent(
    words: tuple[str, ...], snapshot: Snapshot, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    done = CliRunner().invoke(cli, ["push", str(snapshot.path), "--files", str(folder), *words])
    assert done.exit_code == exit_codes.USAGE
    assert words[0] in done.output
    assert not folder.exists()
