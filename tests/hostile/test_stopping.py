"""A service that is stopped, killed, or started on what is broken."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.error_messages import explain
from clustergraph.sparql.errors import EngineDown, EvaluationError
from clustergraph.web import server
from support.processes import descendants, is_running
from support.waiting import wait_until

PATIENCE = 60
"""Seconds after which something counts as never happening."""
FOREVER = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"

Start = Callable[..., tuple["subprocess.Popen[str]", str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a service and gives it with its address."""
    processes: list[subprocess.Popen[str]] = []

    def started(*words: object, port: int = 0) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-m", "clustergraph", "serve", "--readers", "1", "--port", str(port)]
        process = subprocess.Popen(
            [*command, *map(str, words)], stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        processes.append(process)
        assert process.stderr is not None
        for line in process.stderr:
            if address := re.search(r"Serving at (http://\S+)/", line):
                return process, address[1]
        pytest.fail("the service ended by itself")

    yield started
    for process in processes:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        assert process.stderr is not None
        process.stderr.close()


def test_a_query_with_a_longer_deadline_is_answered_before_the_service_stops(snapshot: Snapshot, start: Start) -> None:
    process, address = start(snapshot.path, "--timeout", "0.5", "--queue-timeout", "0.5")
    problems: list[dict[str, object]] = []

    def ask() -> None:
        try:
            urlopen(f"{address}/sparql?{urlencode({'query': FOREVER, 'timeout': 5})}", timeout=PATIENCE)
        except HTTPError as error:
            with error:
                problems.append(json.loads(error.read()))

    thread = threading.Thread(target=ask)
    thread.start()

    def runs() -> bool:
        with urlopen(f"{address}/metrics", timeout=PATIENCE) as metrics:
            return b"clustergraph_queries_running 1.0" in metrics.read()

    assert wait_until(runs, PATIENCE)
    process.terminate()
    thread.join(PATIENCE)
    assert [problem["allowed"] for problem in problems] == [5]
    assert process.wait(PATIENCE) == 0


def test_a_service_that_is_killed_leaves_nothing_behind(snapshot: Snapshot, start: Start) -> None:
    process, address = start(snapshot.path)
    started = descendants(process.pid)
    assert len(started) >= 3, "a worker, a reader and a spare"
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE)
    assert wait_until(lambda: not any(map(is_running, started)), PATIENCE)
    port = int(address.rpartition(":")[2])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    _, again = start(snapshot.path, port=port)
    assert again == address


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError(
            "Corruption: block checksum mismatch: stored = 1, computed = 2 in /srv/graph/store/9.sst offset 67"
        ),
        RuntimeError("IO error: No such file or directory: While open a file: /srv/graph/store/9.sst"),
        OSError(5, "Input/output error", "/srv/graph/store/9.sst"),
    ],
)
def test_a_damaged_store_is_no_fault_of_the_query_and_names_no_file(error: Exception) -> None:
    ours = explain(error, "SELECT * { ?s ?p ?o }", {})
    assert isinstance(ours, EngineDown)
    assert "/srv" not in str(ours)
    assert type(explain(RuntimeError("too much"), "SELECT * { ?s ?p ?o }", {})) is EvaluationError


def test_blocks_that_are_damaged_while_serving_are_the_services_fault(tmp_path: Path, start: Start) -> None:
    file, store = tmp_path / "many.nt", tmp_path / "store"
    file.write_text("".join(f'<urn:s{number}> <urn:p> "{number} {"x" * 40}" .\n' for number in range(60_000)))
    _, address = start(file, "--store", store, "--no-check", "--reason", "none", "--cache", "0")
    for block in (store / "current" / "store").glob("*.sst"):
        block.chmod(0o644)
        with block.open("r+b") as opened:
            for place in range(100, block.stat().st_size - 3000, 1000):
                opened.seek(place)
                opened.write(b"\xff\x00\xff")
    # A look-up, and what a reader answers.
    for query in ("SELECT * { <urn:s777> ?p ?o }", "SELECT * { <urn:s778> ?p ?o FILTER(STRLEN(?o) > 2) }"):
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{address}/sparql?{urlencode({'query': query})}", timeout=PATIENCE)
        with caught.value as refusal:
            problem = refusal.read().decode()
        assert refusal.code == 503
        assert "engine-down" in problem
        assert str(tmp_path) not in problem


def test_what_cannot_be_served_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise EngineDown("The snapshot is damaged.")

    monkeypatch.setattr(server, "open_service", fail)
    with pytest.raises(SystemExit):
        server.create()
    assert [record.getMessage() for record in caplog.records] == ["Nothing can be served: The snapshot is damaged."]
    assert caplog.records[0].exc_info is None
