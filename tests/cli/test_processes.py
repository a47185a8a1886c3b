"""The command line as a program of its own: pipes, signals, exit codes, and the service that it starts."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from clustergraph.cli import exit_codes
from clustergraph.snapshots.snapshot import Snapshot
from support.processes import descendants, is_computing, open_files
from support.waiting import wait_until

PROGRAM = [sys.executable, "-m", "clustergraph"]
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
PATIENCE = 60
"""Seconds after which a process that should have ended counts as one that hangs."""


def run(*words: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        env=env,
    )


def test_a_reader_that_has_seen_enough_is_no_error(snapshot: Snapshot) -> None:
    words = [*PROGRAM, "export", str(snapshot.path), "--format", "nquads"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().endswith(b".\n")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == exit_codes.PIPE_CLOSED


def test_a_query_ends_when_its_time_is_over(snapshot: Snapshot) -> None:
    done = run("sparql", FOREVER, "--source", snapshot.path, "--timeout", "0.5")
    assert (done.returncode, done.stdout) == (exit_codes.LIMIT, "")
    assert done.stderr == "Error: The query did not finish within 0.5 s and was ended.\n"


@pytest.mark.parametrize("limit", [(), ("--timeout", "60")])
def test_ctrl_c_ends_a_query_at_once(snapshot: Snapshot, limit: tuple[str, ...]) -> None:
    words = [*PROGRAM, "sparql", FOREVER, "--source", str(snapshot.path), *limit]

    def evaluates(pid: int) -> bool:
        return is_computing(pid) and any(snapshot.store in path.parents for path in open_files(pid))

    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        assert wait_until(lambda: any(map(evaluates, [process.pid, *descendants(process.pid)])), PATIENCE)
        assert process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        assert (out, err) == (b"", b"")
        # The shell calls an end by SIGINT 130, too.
        assert process.returncode in (exit_codes.INTERRUPTED, -signal.SIGINT)


def test_a_terminal_gets_a_table(snapshot: Snapshot) -> None:
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "sparql", "SELECT ('a' AS ?name) (cg:Cluster AS ?kind) {}", "--source", str(snapshot.path)],
        stdout=inside,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "80"},
    ) as process:
        os.close(inside)
        assert process.wait(PATIENCE) == 0
    shown = b""
    while select.select([terminal], [], [], 1)[0]:
        try:
            shown += os.read(terminal, 4096)
        except OSError:
            break
    os.close(terminal)
    assert re.search(r"name\s+kind", shown.decode())
    assert re.search(r"a\s+cg:Cluster", shown.decode())


def test_a_terminal_gets_the_progress_of_a_build(example: Path, tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "build", str(example), "--store", str(tmp_path)],
        stdout=subprocess.DEVNULL,
        stderr=inside,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "80"},
    ) as process:
        os.close(inside)
        shown = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        assert process.wait(PATIENCE) == 0
    os.close(terminal)
    assert re.search(r"load .*2 triples", shown.decode())
    assert re.search(r"write .*snapshot", shown.decode())


@contextmanager
def serving(*words: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service on a free port, and its address; ended with SIGTERM."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--port", "0", "--readers", "1", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        address = ""
        while not address:
            line = process.stderr.readline()
            assert line, "the service ended by itself"
            found = re.search(r"Serving at (http://\S+)/", line)
            address = found[1] if found else ""
        yield process, address
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


def get(address: str) -> bytes:
    with urlopen(address, timeout=PATIENCE) as response:
        return bytes(response.read())


def test_serve_builds_answers_follows_and_stops(tmp_path: Path) -> None:
    file, store = tmp_path / "mine.ttl", tmp_path / "store"
    file.write_text("<urn:a> <urn:p> 1 .")
    count = "/sparql?query=SELECT%20%28COUNT%28%2A%29%20AS%20%3Fn%29%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D&format=csv"
    with serving(file, "--store", store) as (process, address):
        assert get(address + count).split() == [b"n", b"1"]
        file.write_text("<urn:a> <urn:p> 1, 2 .")
        assert run("build", file, "--store", store).returncode == 0
        assert wait_until(lambda: get(address + count).split() == [b"n", b"2"], PATIENCE)
        port = address.rpartition(":")[2]
        second = run("serve", file, "--port", port, "--store", tmp_path / "other")
        assert second.returncode == exit_codes.UNAVAILABLE
        assert "choose another --port" in second.stderr
        assert not (tmp_path / "other").exists(), "it built before it looked at the port"
        process.terminate()
        assert process.wait(PATIENCE) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", int(port))) != 0


def test_serve_takes_one_snapshot_and_stays_with_it(example: Path, tmp_path: Path) -> None:
    done = run("build", example, "--store", tmp_path / "store")
    name, folder = done.stdout.strip().split("\t")
    with serving(folder) as (_, address):
        ready = json.loads(get(f"{address}/ready"))
        assert (ready["snapshot"], ready["queries"]) == (name, 1)
        assert b"Ada" in get(f"{address}/api/names.csv?text=Ada")


def test_serve_refuses_what_a_build_refuses(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("<urn:a> <urn:p> .")
    done = run("serve", file, "--store", tmp_path / "store", "--port", "0")
    assert done.returncode == exit_codes.REFUSED
    assert "broken.ttl:1:" in done.stderr


def test_settings_that_make_no_sense_are_named(tmp_path: Path) -> None:
    done = run("serve", tmp_path, "--rate", "often")
    assert (done.returncode, "rate" in done.stderr) == (exit_codes.USAGE, True)
    done = run("serve", tmp_path, env={**os.environ, "CLUSTERGRAPH_PORT": "nine"})
    assert (done.returncode, "port" in done.stderr) == (exit_codes.USAGE, True)


def test_an_interrupted_build_leaves_nothing_behind(tmp_path: Path) -> None:
    file = tmp_path / "large.nt"
    file.write_text("".join(f"<urn:s{number}> <urn:p> <urn:o{number}> .\n" for number in range(400_000)))
    process = subprocess.Popen(
        [*PROGRAM, "build", str(file), "--store", str(tmp_path / "store")],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert wait_until(lambda: bool(list(tmp_path.glob("store/snapshots/.building-*/store/CURRENT"))), PATIENCE)
    assert process.poll() is None, "the build was over before it could be interrupted"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (exit_codes.INTERRUPTED, "")
    assert list((tmp_path / "store" / "snapshots").iterdir()) == []
