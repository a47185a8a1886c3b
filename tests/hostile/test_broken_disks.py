"""Snapshots that were damaged, and disks that are full: a clear sentence, once, and nothing half-done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from clustergraph.cli import cli
from clustergraph.engine import graph_export
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.ingest import build
from clustergraph.ingest.open_snapshot import find_source, open_source
from clustergraph.ingest.snapshot_writer import set_current
from clustergraph.ingest.verify import faults
from clustergraph.rdf import formats
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import MANIFEST, DamagedSnapshot, NoSnapshot, Snapshot, current
from clustergraph.web.app import create_app
from clustergraph.web.service import open_service


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.nt"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def built(file: Path, store: Path, word: str) -> Snapshot:
    lines = (f'<http://e.org/{n}> <http://e.org/p> "{word} {n}" .\n' for n in range(300))
    file.write_text("".join(lines), encoding="utf-8")
    return build([file], store=store).snapshot


def cut(snapshot: Snapshot) -> None:
    """Cut off the end of each table of the store."""
    for table in snapshot.store.glob("*.sst"):
        os.truncate(table, table.stat().st_size // 2)


def lose_manifest(snapshot: Snapshot) -> None:
    assert snapshot.path is not None
    (snapshot.path / MANIFEST).write_text('{"name": ', encoding="utf-8")


def lose_store(snapshot: Snapshot) -> None:
    (snapshot.store / "CURRENT").unlink()


def change_counts(snapshot: Snapshot) -> None:
    assert snapshot.path is not None
    (snapshot.path / MANIFEST).write_text(json.dumps(snapshot.manifest | {"triples": 7}), encoding="utf-8")


def change_name(snapshot: Snapshot) -> None:
    assert snapshot.path is not None
    manifest = snapshot.manifest | {"sha256": "0" * 64, "name": "0" * 16}
    (snapshot.path / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


def test_a_whole_snapshot_is_verified(file: Path, store: Path) -> None:
    snapshot = built(file, store, "one")
    assert snapshot.path is not None
    assert faults(snapshot.path) == ()
    done = CliRunner().invoke(cli, ["verify", str(store)])
    assert (done.exit_code, done.output) == (0, f"{snapshot.name}\twhole\n")


@pytest.mark.parametrize("damage", [cut, lose_manifest, lose_store, change_counts, change_name])
def test_damage_is_told_by_verify_and_mended_by_a_build(file: Path, store: Path, damage: object) -> None:
    snapshot = built(file, store, "one")
    whole = built(file, store, "two")
    assert callable(damage)
    damage(snapshot)
    done = CliRunner().invoke(cli, ["verify", str(store)])
    assert done.exit_code == 1
    rows = dict(line.split("\t") for line in done.output.splitlines())
    assert rows.keys() == {snapshot.name, whole.name}
    assert rows[whole.name] == "whole"
    assert rows[snapshot.name].startswith(("Its ", "By its content"))
    built(file, store, "one")
    forced = build([file], store=store, force=True).snapshot
    assert forced.name == snapshot.name
    assert forced.path is not None
    assert faults(forced.path) == ()


@pytest.mark.parametrize("damage", [cut, lose_manifest, lose_store])
def test_a_start_falls_back_to_the_newest_whole_one_and_says_so(
    file: Path, store: Path, damage: object, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = built(file, store, "one"), built(file, store, "two")
    assert current(store).name == second.name
    assert callable(damage)
    damage(second)
    assert open_source(find_source([store])).snapshot.name == first.name
    follower = FollowingEngine(store, EmbeddedEngine)
    assert follower.snapshot.name == first.name
    follower.close()
    assert len(caplog.messages) == 2
    for text in caplog.messages:
        assert f"Snapshot {second.name} is damaged" in text
        assert f"{first.name} is read instead" in text
        assert str(store) not in text


def test_a_start_with_nothing_whole_says_so(file: Path, store: Path) -> None:
    snapshot = built(file, store, "one")
    cut(snapshot)
    with pytest.raises(DamagedSnapshot, match="is damaged and cannot be read"):
        open_source(find_source([store]))
    done = CliRunner().invoke(cli, ["sparql", "ASK {}", "--source", str(store)])
    assert done.exit_code == 5
    assert f"Snapshot {snapshot.name} is damaged" in done.output


def test_a_damaged_snapshot_while_serving_is_said_once(
    file: Path, store: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first = built(file, store, "one")
    follower = FollowingEngine(store, EmbeddedEngine)
    second = built(file, store, "two")
    cut(second)
    for _ in range(3):
        follower._move()  # what it does twice a second
    assert follower.snapshot.name == first.name
    (text,) = caplog.messages
    assert f"Snapshot {second.name} is damaged" in text
    set_current(store, first.name)
    follower.close()


def test_a_manifest_that_is_replaced_in_place_is_not_seen_by_who_has_it_open(file: Path, store: Path) -> None:
    snapshot = built(file, store, "one")
    follower = FollowingEngine(store, EmbeddedEngine)
    file.write_text("# The same, with a comment.\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    again = build([file], store=store).snapshot
    assert again.name == snapshot.name
    assert again.manifest["sources"] != snapshot.manifest["sources"]
    follower._move()
    assert follower.snapshot.manifest == snapshot.manifest
    follower.close()


FULL = """
import resource, sys
from pathlib import Path
from clustergraph.ingest import BuildError, build
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]),) * 2)
try:
    build([Path(sys.argv[1])], store=Path(sys.argv[2]))
except BuildError as error:
    sys.exit(0 if "cannot be written: File too large." in str(error) else str(error))
sys.exit("built")
"""


@pytest.mark.parametrize("room", [1000, 20_000, 60_000])
def test_a_build_on_a_full_disk_leaves_nothing(file: Path, store: Path, room: int) -> None:
    first = built(file, store, "one")
    lines = (f'<http://e.org/{n}> <http://e.org/p> "{n}" .\n' for n in range(30_000))
    file.write_text("".join(lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(file), str(store), str(room)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in (store / "snapshots").iterdir()] == [first.name]
    assert current(store).name == first.name


def test_an_export_on_a_full_disk_leaves_nothing(
    file: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = built(file, store, "one")
    form = formats.find("nquads", "graph")
    assert form is not None

    def dump(snapshot: Snapshot, graph: str | None, form: object, out: IO[bytes], *, named: bool) -> None:  # noqa: ARG001
        out.write(b"half")
        raise OSError(28, "No space left on device")

    target = tmp_path / "out" / "graph.nq"
    target.parent.mkdir()
    with monkeypatch.context() as patch:
        patch.setattr(graph_export, "dump", dump)
        with pytest.raises(OSError, match="No space left"):
            graph_export.write(snapshot, None, form, target)
    assert list(target.parent.iterdir()) == []
    graph_export.write(snapshot, None, form, target)
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_no_snapshot_is_no_damage(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot):
        Snapshot.open(tmp_path)
    assert faults(tmp_path) == (f"It has no {MANIFEST}, or one that is something else's.",)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that readers do not copy into memory."""
    folder = tmp_path_factory.mktemp("large")
    lines = (f'<http://e.org/{n}> <http://e.org/p{n % 7}> "{n} {"x" * (n % 50)}" .\n' for n in range(52_000))
    (folder / "a.nt").write_text("".join(lines), encoding="utf-8")
    build([folder / "a.nt"], store=folder / "store")
    return folder / "store"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",  # over which the engine never ends
    ],
)
def test_a_block_damaged_while_serving_is_no_fault_of_the_client(large: Path, tmp_path: Path, query: str) -> None:
    store = tmp_path / "store"
    shutil.copytree(large, store, symlinks=True)
    service = open_service(Settings(store=store, rate="off", log="off", cache=0, readers=2, timeout=5))
    client = create_app(service).test_client()
    try:
        assert client.get("/ready").status_code == 200
        for table in service.snapshot.store.glob("*.sst"):
            with table.open("r+b") as file:
                for at in range(4000, table.stat().st_size // 2, 20_000):
                    file.seek(at)
                    file.write(os.urandom(64))
        address = f"/sparql?query={quote(query)}"
        assert client.get(address).status_code == 503
        for thread in [thread for thread in threading.enumerate() if thread.name == "check"]:
            thread.join(60)
        for response in (client.get(address), client.get("/ready")):
            assert response.status_code == 503
            assert "damaged" in response.get_json()["detail"]
            assert str(tmp_path) not in response.text
            assert ".sst" not in response.text
    finally:
        service.engine.close()
