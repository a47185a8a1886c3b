"""All kinds of attacks in turn on one service, again and again: in the end it holds what it held before."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from support.server import Server, start_server, stop_server, threads
from support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("snapshot")  # which is built in the store that is served

READERS = 2
CACHE_MIB = 16
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?i) } #"
DOUBLED = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
LARGE = f"SELECT ?s ?p ?o (REPLACE('{'x' * 100}', 'x', '{'y' * 50}') AS ?t) {{ ?s ?p ?o }} LIMIT 200 #"
Attack = Callable[["Attacker", int], object]


@dataclass
class Attacker:
    """Sends requests over connections of its own, each from another client."""

    server: Server
    count: int = 0

    def send(self, data: bytes, *, leave: bool = False, seconds: float = 20.0) -> bytes:
        """The beginning of the answer; nothing where the client leaves, or is sent away."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=seconds) as connection:
            try:
                connection.sendall(data)
                return b"" if leave else connection.recv(1 << 16)
            except OSError:
                return b""

    def get(self, target: str, *headers: str, method: str = "GET", leave: bool = False, seconds: float = 20.0) -> bytes:
        self.count += 1
        client = f"X-Forwarded-For: 198.18.{self.count // 250 % 250}.{self.count % 250}"
        lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close", client, *headers, "", ""]
        return self.send("\r\n".join(lines).encode(), leave=leave, seconds=seconds)

    def ask(self, text: str, *, leave: bool = False, **fields: str) -> bytes:
        more = "".join(f"&{name}={quote(value)}" for name, value in fields.items())
        return self.get(f"/sparql?query={quote(text, safe='')}{more}", leave=leave)

    def post(self, body: bytes, *headers: str, leave: bool = False) -> bytes:
        kind = "Content-Type: application/sparql-query"
        head = "\r\n".join(["POST /sparql HTTP/1.1", "Host: x", "Connection: close", kind, *headers, "", ""])
        return self.send(head.encode() + body, leave=leave)


def length(body: bytes, more: int = 0) -> str:
    return f"Content-Length: {len(body) + more}"


ATTACKS: dict[str, Attack] = {
    "queries whose client leaves": lambda attacker, n: attacker.ask(f"{ENDLESS}{n}", leave=True),
    "endless queries": lambda attacker, n: attacker.ask(f"{ENDLESS}{n}", timeout="0.2"),
    "texts that double": lambda attacker, n: attacker.ask(f"SELECT * {{ BIND('{n}' AS ?v0) {DOUBLED} }}"),
    "deep queries": lambda attacker, n: attacker.ask(f"SELECT * {'{' * 3000}{'}' * 3000} #{n}"),
    "large answers": lambda attacker, n: attacker.ask(f"{LARGE}{n}"),
    "large answers that nobody reads": lambda attacker, n: attacker.ask(f"{LARGE}x{n}", leave=True),
    "pages of large answers": lambda attacker, n: attacker.ask(f"{LARGE}{n}", format="html"),
    "names that are not there": lambda attacker, n: attacker.get(f"/id/cluster/{'x' * 500}{n}"),
    "long headers": lambda attacker, n: attacker.get(f"/?n={n}", f"Accept: {'text/html;q=0.1,' * 9000}*/*"),
    "many kinds": lambda attacker, n: attacker.get("/", f"Accept: text/html;q=0.{n}{' ' * 400}"),
    "bodies of nothing": lambda attacker, n: attacker.post(b"!" * (2_000_000 - n), length(b"!" * (2_000_000 - n))),
    "bodies cut short": lambda attacker, n: attacker.post(b"ASK {}", length(b"ASK {}", n + 1), leave=True),
    "chunks cut short": lambda attacker, n: attacker.post(b"9\r\n%d" % n, "Transfer-Encoding: chunked", leave=True),
    "downloads that nobody reads": lambda attacker, n: attacker.get(f"/graph?format=nt&n={n}", leave=True),
    "other methods": lambda attacker, n: attacker.get(
        f"/sparql?n={n}", "Content-Length: 9", method="PATCH", seconds=0.2
    ),
    "no HTTP": lambda attacker, n: attacker.send(b"\x16\x03\x01" + bytes([n % 256]) * 5000, seconds=0.2),
    "upgrades": lambda attacker, n: attacker.get(f"/?n={n}", "Upgrade: websocket", "Connection: Upgrade"),
}


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    started = start_server(
        store, readers=str(READERS), timeout="2", proxies="1", cache=str(CACHE_MIB), memory="256", queue="8"
    )
    try:
        yield started
    finally:
        stop_server(started)


@dataclass(frozen=True)
class Held:
    """What the service holds: processes, and of the one that serves descriptors, threads and bytes of memory."""

    processes: int
    descriptors: int
    threads: int
    bytes: int


def held(server: Server) -> Held:
    processes = server.descendants()
    tasks = {pid: threads(pid) for pid in processes}
    worker = max(tasks, key=lambda pid: tasks[pid])
    (resident,) = (
        int(line.split()[1]) << 10
        for line in Path(f"/proc/{worker}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    )
    return Held(len(processes), len(list(Path(f"/proc/{worker}/fd").iterdir())), tasks[worker], resident)


def settled(server: Server) -> Held:
    """What it holds when all that was begun has ended."""

    def is_quiet() -> bool:
        found = metrics(server)
        at_work = ("clustergraph_queries_running", "clustergraph_queries_waiting")
        return found["clustergraph_readers"] == READERS + 1 and not any(found[name] for name in at_work)

    assert wait_until(is_quiet, seconds=30)
    before = held(server)
    for _ in range(50):
        assert wait_until(is_quiet, seconds=30)
        now = held(server)
        if (now.processes, now.descriptors) == (before.processes, before.descriptors):
            return now
        before = now
    return before


def metrics(server: Server) -> dict[str, float]:
    found: dict[str, float] = {}
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        text = connection.makefile("rb").read().decode()
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name.startswith("clustergraph_"):
            key = name.partition("{")[0]
            found[key] = found.get(key, 0.0) + float(value)
    return found


def attack(server: Server, rounds: int, begin: int) -> None:
    attacker = Attacker(server, begin)
    for each in ATTACKS.values():
        for number in range(begin, begin + rounds):
            each(attacker, number)


def test_after_all_attacks_it_holds_what_it_held_before(server: Server) -> None:
    # Until the caches are full, and all threads are there that there may be.
    with ThreadPoolExecutor(40) as clients:
        list(clients.map(lambda n: Attacker(server, n).ask(f"{LARGE}filling {n}", format="html"), range(400)))
    for begin in (1000, 2000, 3000):  # until the C library has the pieces of memory that all of them need
        attack(server, 3, begin)
    first = settled(server)
    assert metrics(server)["clustergraph_cache_bytes"] > 0.8 * (CACHE_MIB << 20)
    attack(server, 3, 4000)
    second = settled(server)
    assert second.processes == first.processes
    assert second.threads <= first.threads + 1
    assert second.descriptors <= first.descriptors + 2  # a connection of this test itself
    assert second.bytes <= 1.1 * first.bytes
    assert metrics(server)["clustergraph_cache_bytes"] <= CACHE_MIB << 20
