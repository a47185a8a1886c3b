"""Disks that are full: whatever writes a file says so in a sentence and leaves nothing half-done."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from clustergraph.ingest import build
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.middleware import access_log

FULL = Path("/dev/full")
ROOM = 20_000
"""Bytes that a file may have on the disk of these tests."""


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("full")
    lines = (f'<http://e.org/{n}> <http://e.org/p> "{n * 7919 % 10_007}" .\n' for n in range(8_000))
    (folder / "a.nt").write_text("".join(lines), encoding="utf-8")
    return build([folder / "a.nt"], store=folder / "store").snapshot


def run(*words: str, stdout: int | io.BufferedWriter = subprocess.DEVNULL) -> tuple[int, str]:
    """The exit code of a command whose files may have ROOM bytes, and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, ROOM)),
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("export", "STORE", "-o", "FOLDER/out.nt"),
        ("export", "STORE", "-o", "FOLDER/out.trig"),
        ("push", "STORE", "--files", "FOLDER/files"),
    ],
    ids=["export", "export sorted", "push"],
)
def test_a_command_whose_disk_is_full_leaves_no_file(
    snapshot: Snapshot, tmp_path: Path, words: tuple[str, ...]
) -> None:
    arguments = [word.replace("STORE", str(snapshot.path)).replace("FOLDER", str(tmp_path)) for word in words]
    code, errors = run("clustergraph", *arguments)
    assert code not in (0, 1)
    assert errors.startswith("Error: ")
    assert errors.strip().endswith("File too large")
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_a_download_whose_disk_is_full_leaves_no_file(snapshot: Snapshot, tmp_path: Path) -> None:
    code, errors = run(
        "clustergraph.engine.graph_export", str(snapshot.path), "nquads", str(tmp_path / "all.nq"), "named"
    )
    assert code == 1
    assert errors == "A file to download cannot be written: File too large.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="there is no such device")
@pytest.mark.parametrize(
    "words",
    [
        ("info", "STORE"),
        ("queries",),
        ("sparql", "SELECT * { ?s ?p ?o }", "--source", "STORE"),
        ("export", "STORE"),
        ("cite", "STORE"),
        ("verify", "STORE"),
        ("--help",),
        ("--version",),
        ("serve", "--help"),
    ],
    ids=lambda words: " ".join(words[:2])[:12],
)
def test_a_command_whose_output_has_no_room_says_so(snapshot: Snapshot, words: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        code, errors = run("clustergraph", *(word.replace("STORE", str(snapshot.path)) for word in words), stdout=full)
    assert code != 0
    assert errors.startswith("Error: ")
    assert errors.strip().endswith("No space left on device")
    assert "Traceback" not in errors


def test_a_log_that_has_no_room_costs_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stderr", Full())
    access_log.write("text", {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, "200", 1, "ready", 0.1)
    access_log.flush()
