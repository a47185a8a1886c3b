"""Clients that leave, send half, send slowly or send too much: others are answered, and nothing stays behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from support.server import Server, start_server, stop_server, threads
from support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("snapshot")  # which is built in the store that is served

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?i) }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
READERS = 4


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    started = start_server(store, readers=str(READERS), timeout="10", proxies="1")
    try:
        yield started
    finally:
        stop_server(started)


def held(server: Server) -> tuple[int, int, int]:
    """Processes, and the descriptors and threads of the process that serves."""
    processes = server.descendants()
    (worker,) = (pid for pid in processes if threads(pid) > 8)
    return len(processes), len(list(Path(f"/proc/{worker}/fd").iterdir())), threads(worker)


@pytest.fixture(autouse=True)
def nothing_stays(server: Server) -> Iterator[None]:
    """After each test, processes and descriptors are as before, and no query runs or waits."""
    get(server, COUNT)
    assert wait_until(lambda: metric(server, "clustergraph_readers") == READERS + 1)
    processes, descriptors, _ = held(server)
    yield
    assert wait_until(lambda: metric(server, "clustergraph_queries_running") == 0)
    assert metric(server, "clustergraph_queries_waiting") == 0
    assert wait_until(lambda: metric(server, "clustergraph_readers") == READERS + 1)
    assert wait_until(lambda: held(server)[0] == processes)
    assert wait_until(lambda: held(server)[1] <= descriptors + 2)  # a connection or two of this test itself


def metric(server: Server, name: str, **labels: str) -> float:
    """The value of a metric, 0 where it has not been counted."""
    with urlopen(f"{server.url}/metrics", timeout=30) as response:
        lines = response.read().decode().splitlines()
    wanted = [f'{label}="{value}"' for label, value in labels.items()]
    return sum(
        float(line.rpartition(" ")[2])
        for line in lines
        if line.split("{")[0].split(" ")[0] == name and all(label in line for label in wanted)
    )


def get(server: Server, query: str, client: str = "192.0.2.1", **fields: str) -> bytes:
    address = f"{server.sparql}?{urlencode({'query': query, **fields})}"
    headers = {"Accept": "application/json", "X-Forwarded-For": client}
    with urlopen(Request(address, headers=headers), timeout=60) as response:
        return bytes(response.read())


def connect(server: Server, data: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(data)
    return connection


def by_get(query: str, client: str = "192.0.2.66") -> bytes:
    target = urlencode({"query": query, "timeout": "60"})
    return f"GET /sparql?{target} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\n\r\n".encode()


def plain(query: str) -> bytes:
    return f"GET /sparql?{urlencode({'query': query})} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()


def by_post(query: str, more: int = 0) -> bytes:
    """A POST whose Content-Length promises `more` bytes than come."""
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    return f"{head}Content-Length: {len(query) + more}\r\n\r\n{query}".encode()


def in_chunks(query: str) -> bytes:
    """A POST in chunks that does not come to its end."""
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    return f"{head}Transfer-Encoding: chunked\r\n\r\n{len(query):x}\r\n{query}\r\n".encode()


@pytest.mark.parametrize("request_of", [plain, by_get, by_post], ids=["loop", "thread", "post"])
def test_the_query_of_a_client_that_hung_up_is_ended(server: Server, request_of: Callable[[str], bytes]) -> None:
    ended = metric(server, "clustergraph_readers_ended_total", reason="cancelled")
    connection = connect(server, request_of(f"{ENDLESS} #{request_of.__name__}"))
    assert wait_until(lambda: metric(server, "clustergraph_queries_running") == 1)
    connection.close()
    assert wait_until(lambda: metric(server, "clustergraph_queries_running") == 0, seconds=5)
    assert metric(server, "clustergraph_readers_ended_total", reason="cancelled") == ended + 1
    assert metric(server, "clustergraph_requests_total", area="sparql", outcome="cancelled", status="499") > 0


@pytest.mark.parametrize("data", [by_post(COUNT, more=10), in_chunks(COUNT)], ids=["length", "chunks"])
def test_a_body_that_was_cut_short_is_not_run(server: Server, data: bytes) -> None:
    answers = metric(server, "clustergraph_answers_total", way="reader")
    cancelled = metric(server, "clustergraph_requests_total", outcome="cancelled", status="400")
    connection = connect(server, data)
    connection.shutdown(socket.SHUT_WR)
    with connection, connection.makefile("rb") as reply:
        assert reply.readline().startswith(b"HTTP/1.1 400")
        assert b"/errors#incomplete-request" in reply.read()
    assert wait_until(
        lambda: metric(server, "clustergraph_requests_total", outcome="cancelled", status="400") == cancelled + 1
    )
    assert metric(server, "clustergraph_answers_total", way="reader") == answers


def test_four_long_queries_of_one_client_starve_nobody(server: Server) -> None:
    attackers = [connect(server, by_get(f"{ENDLESS} #{number}")) for number in range(READERS)]
    try:
        assert wait_until(lambda: metric(server, "clustergraph_queries_running") == READERS)
        with urlopen(f"{server.url}/ready", timeout=30) as ready:
            assert json.load(ready)["status"] == "ready"
        for number in range(6):
            assert b'"bindings":[{' in get(server, f"{COUNT} #other {number}")
        assert metric(server, "clustergraph_readers_ended_total", reason="share") > 0
    finally:
        for attacker in attackers:
            attacker.close()


@pytest.mark.parametrize(
    ("head", "status", "kind"),
    [
        ("GET / HTTP/1.1\r\nAccept: " + "text/html;q=0.1," * 20_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nAccept-Language: " + "de-x," * 60_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nAccept-Encoding: " + "x," * 60_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nCookie: " + "x" * 10_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nRange: bytes=" + "0-1," * 60_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nIf-None-Match: " + 'W/"x",' * 10_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nAccept-Datetime: " + "Mon, " * 10_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1\r\nContent-Type: text/x" + ";a=b" * 60_000, 431, "headers-too-large"),
        ("GET / HTTP/1.1" + "".join(f"\r\nX-{n}: {'x' * 5000}" for n in range(10)), 431, "headers-too-large"),
        (f"GET /sparql?query={'!' * 50_000} HTTP/1.1", 414, "address-too-long"),
        (f"GET /{'x' * 50_000} HTTP/1.1", 414, "address-too-long"),
        (f"POST /sparql?x={'!' * 50_000} HTTP/1.1\r\nContent-Length: 0", 414, "address-too-long"),
    ],
    ids=lambda value: str(value)[-24:],
)
def test_what_is_too_long_is_refused_before_it_is_read(server: Server, head: str, status: int, kind: str) -> None:
    with connect(server, f"{head}\r\nHost: x\r\nConnection: close\r\n\r\n".encode()) as connection:
        reply = connection.makefile("rb").read()
    assert reply.startswith(f"HTTP/1.1 {status} ".encode())
    assert json.loads(reply.partition(b"\r\n\r\n")[2])["type"] == f"/errors#{kind}"


@pytest.mark.parametrize("trailer", ["X-Checksum: 0\r\n", "X-A: b\r\nX-C: d\r\n"])
def test_a_body_in_chunks_may_have_a_trailer(server: Server, trailer: str) -> None:
    query = f"{COUNT} #{len(trailer)}"
    head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    body = f"{len(query):x}\r\n{query}\r\n0\r\n{trailer}\r\n"
    data = f"{head}Trailer: X-Checksum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n{body}"
    with connect(server, data.encode()) as connection, connection.makefile("rb") as reply:
        assert reply.readline().startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("field", ["default-graph-uri", "format", "timeout", "x"])
def test_a_field_of_a_form_is_not_read_however_long(server: Server, field: str) -> None:
    form = urlencode({"query": COUNT, field: "http://e.org/" + "x" * 1_000_000}).encode()
    with pytest.raises(HTTPError, match="400") as caught:
        urlopen(Request(server.sparql, form), timeout=30)
    with caught.value as response:
        assert "may have 32768" in json.load(response)["detail"]


def test_slow_bodies_hold_no_memory_of_others(server: Server) -> None:
    """One client may have so many bytes of bodies under way; another one is served meanwhile."""
    large = b"#" * ((2 << 20) - 200)
    slow = []
    try:
        for number in range(12):
            head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.66\r\nX-N: {number}\r\n"
            head += f"Content-Type: application/sparql-query\r\nContent-Length: {2 << 20}\r\n\r\n"
            slow.append(connect(server, head.encode() + large))
        assert wait_until(lambda: metric(server, "clustergraph_requests_total", area="sparql", status="503") > 0)
        posted = Request(server.sparql, COUNT.encode(), {"Content-Type": "application/sparql-query"})
        with urlopen(posted, timeout=30) as answer:
            assert answer.status == 200
    finally:
        for connection in slow:
            connection.close()


def test_many_who_leave_leave_nothing(server: Server) -> None:
    for number in range(30):
        connect(server, plain(f"{ENDLESS} #leaving {number}")).close()
        connect(server, by_post(f"{ENDLESS} #leaving {number}", more=number % 2)).close()
    assert wait_until(lambda: metric(server, "clustergraph_queries_running") == 0)
    assert b'"bindings":[{' in get(server, f"{COUNT} #afterwards")
    with pytest.raises(HTTPError, match="400"):
        get(server, "SELECT")
