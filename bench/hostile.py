"""What one hostile client does to everybody else: eight others ask while it sends the worst it can, without a pause."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bench import load
from bench.client import complete
from bench.load import Load, Request
from bench.servers import HOST, Server
from clustergraph.settings import Settings

SETTINGS = ("--proxies", "1", "--rate", str(Settings().rate), "--log", Settings().log)
"""How the service is started: as by default, and behind a proxy: clients say their addresses in X-Forwarded-For."""
ATTACKER = "203.0.113.9"
"""An address that is reserved for documentation (RFC 5737)."""
CLIENTS = 8
MAX_LATENCY_RATIO = 2.0
GRACE_SECONDS = 0.020
"""Others may wait so many times as long as without the attacker, and so many seconds more."""
LONG = 1 << 21
"""Bytes of the longest body that the service takes by default."""
DRIP_SECONDS = 0.5
"""Time between two bytes of a body that comes slowly."""

Loads = dict[str, Load]
"""What others saw, by the kind of request that they sent."""
Others = Mapping[str, tuple[Sequence[Request], bool]]
"""What others send: the requests of each kind, and whether each one sent is to be a new one."""


@dataclass(slots=True)
class Hostile:
    """What was seen on one graph. Latencies are in seconds."""

    graph: str
    quiet: Loads = field(default_factory=dict)
    attacked: dict[str, Loads] = field(default_factory=dict)
    """By attack."""

    def is_met(self, attack: str, kind: str) -> bool:
        """Whether the others' median latency stays within the bound, and nobody was sent away."""
        under, quiet = self.attacked[attack][kind], self.quiet[kind]
        is_served = under.answers > under.refused and not under.broken
        return is_served and under.p50 <= MAX_LATENCY_RATIO * quiet.p50 + GRACE_SECONDS


@dataclass(frozen=True, slots=True)
class Attack:
    """A request that is sent again and again; the number makes each one new.

    `connections` send it side by side. With `leave`, nobody waits for the answer; with `drip`, what follows the request
    comes one byte at a time.
    """

    request: Callable[[int], bytes]
    connections: int = 1
    leave: bool = False
    drip: bool = False


def get(target: str, **headers: str) -> bytes:
    """A GET as bytes."""
    lines = [f"GET {target} HTTP/1.1", f"Host: {HOST}", f"X-Forwarded-For: {ATTACKER}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def post(body: bytes, length: int | None = None) -> bytes:
    """A query by POST as bytes; `length` is what it says of itself, where that is not true."""
    head = f"POST /sparql HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {ATTACKER}\r\n"
    kind = "Content-Type: application/sparql-query\r\n"
    return f"{head}{kind}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body


def sparql(text: str, **fields: str) -> bytes:
    """A query by GET as bytes."""
    more = "".join(f"&{name}={quote(value)}" for name, value in fields.items())
    return get(f"/sparql?query={quote(text, safe='')}{more}")


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z FILTER(STR(?x) = CONCAT(STR(?y), STR(?z), '-')) } #"

ATTACKS: dict[str, Attack] = {
    "a word behind many comments": Attack(lambda n: sparql(f"SELECT (1 AS ?x) {{ }} #now {n} " + "#" * 3000)),
    "50 KB of `!` by GET": Attack(lambda n: sparql("!" * 50_000 + str(n)), connections=16),
    "2 MB of `!` by POST": Attack(lambda n: post(b"!" * (LONG - 100) + str(n).encode())),
    "`FROM a:b` many times": Attack(lambda n: post(b"SELECT * " + b"from a:b " * 200_000 + str(n).encode())),
    "a string of 2 MB that does not end": Attack(lambda n: post(b'SELECT * { ?s ?p """%d' % n + b"a" * (LONG - 100))),
    "an `Accept` of 300 KB": Attack(lambda n: get(f"/?n={n}", Accept="text/html;q=0.1," * 18_000 + "*/*")),
    "an `Accept-Language` of 300 KB": Attack(lambda n: get(f"/?n={n}", Accept_Language=f"de-x{n}," * 30_000)),
    "names that are not there": Attack(lambda n: get(f"/id/cluster/cool-sili{n}{'x' * 1000}")),
    "a page of all rows": Attack(lambda n: sparql(f"SELECT * {{ ?s ?p ?o . ?s ?q ?x }} #{n}", format="html")),
    "four endless queries": Attack(lambda n: sparql(f"{ENDLESS}{n}", timeout="60"), connections=4),
    "queries whose client leaves": Attack(lambda n: sparql(f"{ENDLESS}{n}", timeout="60"), connections=4, leave=True),
    "200 bodies that come slowly": Attack(lambda _: post(b"", 1 << 20), connections=200, drip=True),
}


def measure(
    graph: str,
    server: Server,
    others: Others,
    seconds: float,
    tell: Callable[[str], None],
) -> Hostile:
    """Load the server with each kind of request alone, then beside each attack."""
    found = Hostile(graph)
    found.quiet = _loads(server, others, seconds, "quiet")
    for place, (name, attack) in enumerate(ATTACKS.items()):
        tell(name)
        with _Attacker(server.port, attack, place):
            found.attacked[name] = _loads(server, others, seconds, f"attack{place}")
        server.settle()
    return found


def _loads(server: Server, others: Others, seconds: float, unique: str) -> Loads:
    return {
        kind: load.run(
            server.port,
            requests,
            connections=CLIENTS,
            seconds=seconds,
            unique=f"{unique}{kind}" if is_new else "",
            many=True,
        )
        for kind, (requests, is_new) in others.items()
    }


class _Attacker:
    """The attack, for as long as the block lasts."""

    def __init__(self, port: int, attack: Attack, place: int) -> None:
        self._port, self._attack, self._place = port, attack, place
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(attack.connections)]

    def _run(self, connection: int) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            with contextlib.suppress(OSError):
                self._send((self._place * 1000 + connection) * 1_000_000 + count)

    def _send(self, number: int) -> None:
        with socket.create_connection((HOST, self._port), timeout=1.0) as connection:
            connection.sendall(self._attack.request(number))
            if self._attack.leave:
                time.sleep(0.05)  # it has begun before its client leaves
                return
            answer = bytearray()
            while not self._stop.is_set() and not complete(answer):
                if self._attack.drip:
                    connection.sendall(b".")
                    self._stop.wait(DRIP_SECONDS)
                    continue
                with contextlib.suppress(TimeoutError):
                    part = connection.recv(1 << 18)
                    if not part:
                        return
                    answer += part

    def __enter__(self) -> None:
        for thread in self._threads:
            thread.start()
        time.sleep(0.5)  # it is under way before the others come

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5.0)
