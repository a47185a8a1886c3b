"""`docs/scale-out.md`, done with what stands there: two services behind nginx, the one that dies, the new snapshot."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from clustergraph.ingest import build
from clustergraph.snapshots.snapshot import CURRENT, SNAPSHOTS, Snapshot
from clustergraph.web.middleware.cache_version import OF_THE_PLACE
from support import docs_examples
from support.server import Server, start_server, stop_server
from support.sparql_engines import free_port

PAGE = Path(__file__).parents[2] / "docs/scale-out.md"
HOST = "graph.example.org"
NAMES = ("one.example.org", "two.example.org")
"""The replicas in the page's script."""
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def block(start: str) -> str:
    """The block of the page that begins with a comment of this name."""
    (found,) = (one.text for one in docs_examples.blocks(PAGE.read_text()) if one.text.startswith(f"# {start}"))
    return found


def ask(port: int, path: str, body: str | None = None, **headers: str) -> tuple[int, Message, bytes]:
    """Status, headers and body of an answer. A body makes it a POST."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        given = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
        if body is not None:
            given["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("GET" if body is None else "POST", path, body, given)
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read()
    finally:
        connection.close()


class Replicas:
    """Two services, each on a store folder of its own, and nginx in front with the page's configuration."""

    def __init__(self, root: Path, snapshot: Snapshot) -> None:
        self.homes = [root / name for name in NAMES]
        for home in self.homes:
            store = home / "graph"
            assert snapshot.path is not None
            shutil.copytree(snapshot.path, store / SNAPSHOTS / snapshot.name)
            (store / CURRENT).symlink_to(Path(SNAPSHOTS, snapshot.name))
        self.servers = [self._start(home) for home in self.homes]
        self.port = free_port()
        self.nginx = self._nginx(root)

    def _start(self, home: Path, **settings: str) -> Server:
        return start_server(home / "graph", proxies="1", **settings)

    def _nginx(self, root: Path) -> subprocess.Popen[bytes]:
        config = block("balancer.conf")
        for written, real in zip((8080, 8081, 8082), (self.port, *(one.port for one in self.servers)), strict=True):
            config, count = re.subn(rf"127\.0\.0\.1:{written}\b", f"127.0.0.1:{real}", config)
            assert count == 1
        folder = root / "nginx"
        folder.mkdir()
        # Its own folders and log, which the page leaves where the package has put them, are those of the machine.
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        ours = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds) + f"access_log {folder}/access.log;\n"
        (folder / "balancer.conf").write_text(config.replace("http {\n", f"http {{\n{ours}", 1))
        words = f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        process = subprocess.Popen(
            ["nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", "balancer.conf", "-g", words]
        )
        until = time.monotonic() + 30
        while True:
            try:
                assert ask(self.port, "/ready")[0] == 200
                return process
            except OSError:
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < until
                time.sleep(0.02)

    def kill(self, number: int) -> None:
        """End a service and all its processes at once, as a machine that fails does."""
        server = self.servers[number]
        for process in (server.process.pid, *server.descendants()):
            os.kill(process, 9)
        server.process.wait()

    def stop(self, number: int) -> None:
        """End a service as its operator does."""
        stop_server(self.servers[number])

    def restart(self, number: int) -> None:
        """Start it again where it was."""
        self.servers[number] = self._start(self.homes[number], port=str(self.servers[number].port))

    def end(self) -> None:
        self.nginx.terminate()
        self.nginx.wait(30)
        for server in self.servers:
            if server.process.poll() is None:
                stop_server(server)


@pytest.fixture(scope="module")
def replicas(
    snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str, str], None]
) -> Iterator[Replicas]:
    needs("nginx", "nginx")
    made = Replicas(tmp_path_factory.mktemp("replicas"), snapshot)
    yield made
    made.end()


@contextmanager
def load(port: int, clients: int = 6) -> Iterator[Counter[str]]:
    """Clients that ask all the time, by GET and by POST, questions old and new; counts what came of it.

    At the end nobody may have seen an error.
    """
    seen: Counter[str] = Counter()
    over = threading.Event()
    lock = threading.Lock()

    def client(number: int) -> None:
        asked = 0
        while not over.is_set():
            asked += 1
            query = f"{COUNT} # {number} {asked}" if asked % 2 else COUNT
            path = "/sparql" if number % 2 else f"/sparql?query={quote(query)}"
            body = urlencode({"query": query}) if number % 2 else None
            try:
                status, headers, answer = ask(port, path, body, Accept="text/csv")
                told = headers["Snapshot"] if status == 200 else f"{status} {answer[:200]!r}"
                if status == 200:
                    told += f" {int(answer.split()[1])}"
            except (OSError, HTTPException) as error:
                told = f"error {error!r}"
            with lock:
                seen[told] += 1

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


def wait_for(count: int, seen: Counter[str]) -> None:
    """Wait until that many more answers came."""
    wanted, until = seen.total() + count, time.monotonic() + 60
    while seen.total() < wanted:
        assert time.monotonic() < until, "the clients get no answers"
        time.sleep(0.01)


def test_replicas_give_the_same_answers_with_the_same_etags(replicas: Replicas) -> None:
    one, two = (server.port for server in replicas.servers)
    paths = [
        "/",
        "/data/id/cluster/cool-silicon.ttl",
        "/browse",
        "/ontology",
        "/.well-known/void",
        "/openapi.json",
        f"/sparql?query={quote(COUNT)}",
        "/api/clusters.csv",
        "/api/clusters-by-country?country=JP",
        "/api/partners.json",
    ]
    for path in paths:
        first, second, balanced = (ask(port, path, Accept="*/*") for port in (one, two, replicas.port))
        assert first[0] == 200, path
        assert first[1]["ETag"] == second[1]["ETag"] == balanced[1]["ETag"], path
        assert first[2] == second[2] == balanced[2], path
        for port in (one, two, replicas.port):
            assert ask(port, path, Accept="*/*", If_None_Match=first[1]["ETag"])[0] == 304, path


def test_both_replicas_work(replicas: Replicas) -> None:
    before = [_requests(server) for server in replicas.servers]
    with load(replicas.port) as seen:
        wait_for(100, seen)
    assert len(seen) == 1, seen
    assert all(_requests(server) > known for server, known in zip(replicas.servers, before, strict=True))


def _requests(server: Server) -> float:
    """How many queries the service was asked."""
    told = ask(server.port, "/metrics")[2].decode()
    counts = [line for line in told.splitlines() if line.startswith('clustergraph_requests_total{area="sparql"')]
    return sum(float(line.rpartition(" ")[2]) for line in counts)


def _is_asked_again(server: Server) -> None:
    """Wait until the balancer has come back to a service that was away."""
    started, until = _requests(server), time.monotonic() + 60
    while _requests(server) < started + 20:
        assert time.monotonic() < until, "the balancer does not come back to it"
        time.sleep(0.2)


def test_nobody_notices_a_replica_that_dies_nor_one_that_is_upgraded(replicas: Replicas, snapshot: Snapshot) -> None:
    with load(replicas.port) as seen:
        for number, end in ((0, replicas.kill), (1, replicas.stop)):
            wait_for(50, seen)
            end(number)
            wait_for(200, seen)
            replicas.restart(number)
            _is_asked_again(replicas.servers[number])
    assert set(seen) == {f"{snapshot.name} {snapshot.manifest['triples']}"}


def test_a_new_snapshot_is_sent_while_clients_ask(
    replicas: Replicas, snapshot: Snapshot, tmp_path: Path, needs: Callable[[str, str], None]
) -> None:
    needs("rsync", "rsync")
    (tmp_path / "data").mkdir()
    (tmp_path / "data/new.ttl").write_text("<https://example.org/a> <https://example.org/p> 1, 2, 3 .\n")
    new = build([tmp_path / "data/new.ttl"], store=tmp_path / "srv/graph", base=snapshot.base).snapshot
    old, fresh = (f"{one.name} {one.manifest['triples']}" for one in (snapshot, new))
    with load(replicas.port) as seen:
        wait_for(30, seen)
        _publish(tmp_path, replicas.homes)
        until = time.monotonic() + 60
        while {ask(server.port, "/ready")[1].get("Snapshot") for server in replicas.servers} != {new.name}:
            assert time.monotonic() < until, "the replicas do not take the new snapshot"
            time.sleep(0.05)
        wait_for(50, seen)
    assert set(seen) == {old, fresh}
    _publish(tmp_path, replicas.homes)  # again, which changes nothing
    assert [sorted(path.name for path in (home / "graph").iterdir()) for home in replicas.homes] == [
        [CURRENT, SNAPSHOTS],
        [CURRENT, SNAPSHOTS],
    ]


def _publish(root: Path, homes: list[Path]) -> None:
    """Run the page's script, with folders in the place of machines."""
    programs = root / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "ssh").write_text(f'#!/bin/sh\ncd "{homes[0].parent}/$1" && shift && exec sh -c "$*"\n')
    (programs / "ssh").chmod(0o755)
    (root / "publish.sh").write_text(block("publish.sh").replace("/srv/", f"{root}/srv/"))
    given = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(["sh", str(root / "publish.sh")], env=given, check=True)


def test_the_settings_that_may_differ_are_those_of_the_place() -> None:
    (told,) = re.findall(r"that no answer depends on may differ: (.+?)\.\n", PAGE.read_text(), re.DOTALL)
    assert set(re.findall(r"`(\w+)`", told)) == OF_THE_PLACE
