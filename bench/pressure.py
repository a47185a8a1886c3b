"""What bad queries do to everybody else: one that never ends, and one that wants all memory."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bench import load
from bench.load import Load, Request
from bench.servers import HOST, Server

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?p ?x . ?b ?q ?y . ?c ?r ?z FILTER(STR(?x) = CONCAT(STR(?y), STR(?z), '-')) }"
"""Looks at every three statements of the graph together; on the real one, two million million times."""
HUNGRY = "SELECT * { ?a ?p ?x . ?b ?q ?y } ORDER BY ?x ?y"
"""Has to hold every two statements together before it can give the first row."""
DEADLINE = 3.0
"""Seconds that the endless query asks for."""
CLIENTS = 8
HUNGRY_TIMES = 5
SETTLED = 1.25
"""Memory up to so many times what it was before counts as having returned."""


@dataclass(slots=True)
class Pressure:
    """What was seen on one graph. Latencies are in seconds, memory in bytes."""

    graph: str
    quiet: list[Load] = field(default_factory=list)
    """The load of `CLIENTS` clients alone, for each round."""
    pinned: list[Load] = field(default_factory=list)
    """The same load while a query that never ends runs, and the next one as soon as that is over."""
    overdue: list[float] = field(default_factory=list)
    """Seconds between the deadline of each endless query and its answer."""
    endless: list[int] = field(default_factory=list)
    """The status of each of these answers."""
    hungry: list[int] = field(default_factory=list)
    """The status of each query that wants all memory."""
    before: int = 0
    after: int = 0
    """Memory of the service before and after these."""


def measure(graph: str, server: Server, requests: Sequence[Request], rounds: int, seconds: float) -> Pressure:
    """Load the server alone, then beside endless queries, `rounds` times; then ask for all memory."""
    found = Pressure(graph)
    for number in range(rounds):
        found.quiet.append(_loaded(server, requests, seconds, f"quiet{number}"))
        with _Endless(server, found, number):
            found.pinned.append(_loaded(server, requests, seconds, f"pinned{number}"))
        server.settle()
    found.before = server.memory()
    for number in range(HUNGRY_TIMES):
        found.hungry.append(_ask(server, f"{HUNGRY} # {number}", 60.0)[0])
    server.settle()
    time.sleep(1.0)  # the reader that takes the place of the last one is being started
    server.settle()
    found.after = server.memory()
    return found


def _loaded(server: Server, requests: Sequence[Request], seconds: float, unique: str) -> Load:
    seconds = max(seconds, DEADLINE + 1)  # long enough for an endless query to begin and to end
    return load.run(server.port, requests, connections=CLIENTS, seconds=seconds, unique=unique)


class _Endless:
    """Endless queries, one after another, for as long as the block lasts."""

    def __init__(self, server: Server, found: Pressure, number: int) -> None:
        self._server, self._found, self._number = server, found, number
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            status, took = _ask(self._server, f"{ENDLESS} # {self._number}-{count}", DEADLINE)
            self._found.endless.append(status)
            self._found.overdue.append(took - DEADLINE)

    def __enter__(self) -> None:
        self._thread.start()
        time.sleep(0.2)  # it runs before the others come

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(2 * DEADLINE)


def _ask(server: Server, text: str, deadline: float) -> tuple[int, float]:
    """Status and seconds of one query with a deadline of its own; 0 if there was no answer."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=deadline + 30)
    begin = time.perf_counter()
    try:
        connection.request("GET", f"/sparql?query={quote(text, safe='')}&timeout={deadline:g}")
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0, time.perf_counter() - begin
    finally:
        connection.close()
    return response.status, time.perf_counter() - begin
