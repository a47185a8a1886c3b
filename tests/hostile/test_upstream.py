"""A hostile remote engine: whatever it sends, the deadline holds, every turn comes back, and errors are ours."""

from __future__ import annotations

import contextlib
import gzip
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from clustergraph.engine.caller import CALLER, Caller
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.remote.connect import fetch_json
from clustergraph.engine.remote.dialects import DIALECTS
from clustergraph.engine.remote.endpoint import Endpoint, Question
from clustergraph.engine.remote.engine import Connection, Deadline, RemoteEngine
from clustergraph.engine.remote.error_text import error_text
from clustergraph.engine.remote.http_client import HttpClient, Reply
from clustergraph.engine.remote.results import JSON, TRIPLES, Unreadable, check_depth
from clustergraph.push.errors import PushError
from clustergraph.push.http import Client
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import ClientLeft, EngineDown, EngineError
from clustergraph.sparql.query import Query

READERS = 4
PATIENCE = 30
"""Seconds after which a call counts as one that hangs."""
SELECT = "SELECT ?s { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
ROW = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "urn:a"}}]}}'

Parts = Callable[[], Iterable[bytes]]
"""What an upstream sends, part by part, on each connection."""


class Upstream:
    """Reads the request of each connection and sends parts until there are no more or the client is gone."""

    def __init__(self) -> None:
        self.parts: Parts = lambda: [whole(ROW)]
        self.pause = 0.0
        """Seconds between two parts."""
        self.requests = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/sparql"

    def close(self) -> None:
        self._ended.set()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(1 << 20)
                self.requests += 1
                for part in self.parts():
                    connection.sendall(part)
                    if self._ended.wait(self.pause):
                        return
            except OSError:
                pass


def head(*lines: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *lines, "", "")).encode()


def whole(body: bytes, media_type: str = JSON, *lines: str, status: str = "200 OK") -> bytes:
    return head(f"Content-Type: {media_type}", f"Content-Length: {len(body)}", *lines, status=status) + body


def forever(*parts: bytes, first: bytes = b"") -> Parts:
    return lambda: itertools.chain([first], itertools.cycle(parts))


def silence() -> Iterator[bytes]:
    for _ in range(10 * PATIENCE):
        yield b""


def nested_json(depth: int) -> bytes:
    term = '{"type":"uri","value":"urn:a"}'
    opened = f'{{"type":"triple","value":{{"subject":{term},"predicate":{term},"object":' * depth
    return f'{{"head":{{"vars":["s"]}},"results":{{"bindings":[{{"s":{opened}{term}{"}}" * depth}}}]}}}}'.encode()


def nested_triples(depth: int, between: bytes = b" ") -> bytes:
    opened = (b"<urn:a> <urn:b> <<(" + between) * depth
    return opened + b"<urn:a> <urn:b> <urn:c>" + b")>>" * depth + b" .\n"


TYPED = head(f"Content-Type: {JSON}")
CHUNKED = head(f"Content-Type: {JSON}", "Transfer-Encoding: chunked")
RETURNING = head("Location: /sparql", "Content-Length: 0", status="307 Temporary Redirect")

SLOW: dict[str, Parts] = {
    "says nothing": silence,
    "a status that trickles": forever(b"1", first=b"HTTP/1.1 2"),
    "headers that trickle": forever(b"X-A: b\r\n", first=b"HTTP/1.1 200 OK\r\n"),
    "a header that trickles": forever(b"a", first=b"HTTP/1.1 200 OK\r\nX-A: "),
    "slow 100 Continue": forever(head(status="100 Continue")),
    "a body that trickles": forever(b" ", first=TYPED),
    "chunks that trickle": forever(b"1\r\n \r\n", first=CHUNKED),
    "the size of a chunk that trickles": forever(b"0", first=CHUNKED),
    "trailers that trickle": forever(b"X-A: b\r\n", first=CHUNKED + b"0\r\n"),
    "an error that trickles": forever(b" ", first=head("Content-Type: text/plain", status="500 No")),
    "a refusal that trickles": forever(b" ", first=head("Content-Type: text/plain", status="503 No")),
}
FAST: dict[str, Parts] = {
    "endless 100 Continue": forever(head(status="100 Continue") * 1000),
    "a status without end": forever(b"1" * 60_000, first=b"HTTP/1.1 2"),
    "a header without end": forever(b"a" * 60_000, first=b"HTTP/1.1 200 OK\r\nX-A: "),
    "headers without end": forever(b"X-A: b\r\n" * 1000, first=b"HTTP/1.1 200 OK\r\n"),
    "a body without end": forever(b" " * 60_000, first=TYPED),
    "chunks without end": forever(b"1\r\n \r\n" * 1000, first=CHUNKED),
    "trailers without end": forever(b"X-A: b\r\n" * 1000, first=CHUNKED + b"0\r\n"),
    "an error without end": forever(b"<b" * 30_000, first=head("Content-Type: text/html", status="500 No")),
    "a redirection to itself": lambda: [RETURNING],
    "a redirection to a file": lambda: [head("Location: file:///etc/hostname", "Content-Length: 0", status="302 Go")],
    "a bomb in gzip": lambda: [whole(gzip.compress(b" " * 10_000_000), JSON, "Content-Encoding: gzip")],
    "a length that is too large": lambda: [head(f"Content-Type: {JSON}", "Content-Length: 900") + ROW],
    "a length that is too small": lambda: [head(f"Content-Type: {JSON}", "Content-Length: 9") + ROW],
    "a length of 5,000 digits": lambda: [head("Content-Type: text/x", f"Content-Length: {'9' * 5000}") + ROW],
    "a length below 0": lambda: [head("Content-Type: text/x", "Content-Length: -1") + ROW],
    "a chunk of no size": lambda: [CHUNKED + b"zz\r\n" + ROW],
    "not HTTP": lambda: [b"\x16\x03\x01" * 5000],
    "nothing": list,
    "JSON cut short": lambda: [whole(ROW[:-9])],
    "JSON that is none": lambda: [whole(b'{"head": {"vars": ["s"]}, "results": {"bindings": 7}}')],
    "arrays in arrays": lambda: [whole(b"[" * 200_000)],
    "triples in triples": lambda: [whole(nested_json(20_000))],
    "<b, 400,000 times": lambda: [whole(b"<b" * 400_000)],
    "an error of <b, 400,000 times": lambda: [whole(b"<b" * 400_000, "text/html", status="500 No")],
    "an error of <style, 400,000 times": lambda: [whole(b"<style" * 400_000, "text/html", status="400 No")],
    "a pause without end": lambda: [whole(b"", "text/plain", f"Retry-After: {'9' * 400}", status="503 No")],
    "a problem of arrays": lambda: [whole(b"[" * 90_000, "application/problem+json", status="400 No")],
}
CHALLENGES = [
    'Digest realm="x", nonce="n", algorithm="XYZ"',
    'Digest realm="x", nonce="n", qop="auth-conf"',
    "Digest realm=",
    "Digest " + "," * 60_000,
    "Digest",
    "Negotiate",
    "Basic",
    "",
]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    made = Upstream()
    yield made
    made.close()


def engine_on(upstream: Upstream, dialect: str = "generic", client: HttpClient | None = None) -> RemoteEngine:
    manifest = {"name": "s1", "base": "urn:", "graphs": {}, "prefixes": {}}
    limits = Limits(readers=READERS, timeout=0.4, result_bytes=1 << 20, queue_seconds=PATIENCE)
    connection = Connection(Endpoint(upstream.address, client or HttpClient()), DIALECTS[dialect], limits)
    return RemoteEngine(Snapshot(None, manifest), connection)


def failures(engine: RemoteEngine, text: str = SELECT, times: int = 1) -> list[EngineError]:
    """The errors of so many queries at once. What is not an error of an engine is raised, and so is a hang."""

    def fail(_: int) -> EngineError:
        with pytest.raises(EngineError) as caught:
            engine.answer(Query(text, format="csv" if text == SELECT else "ntriples"))
        return caught.value

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(fail, range(times), timeout=PATIENCE))


def check_all_is_well(engine: RemoteEngine, upstream: Upstream) -> None:
    """Every turn is there again, and an honest answer arrives."""
    assert engine.connection.admission.free == READERS
    assert engine.connection.admission.counts.running == 0
    upstream.parts, upstream.pause = (lambda: [whole(ROW)]), 0.0
    assert engine.answer(Query(SELECT, format="csv", timeout=PATIENCE)).body == b"s\r\nurn:a\r\n"


@pytest.mark.parametrize("kind", SLOW)
def test_four_slow_answers_at_once_stop_nobody(upstream: Upstream, kind: str) -> None:
    upstream.parts, upstream.pause = SLOW[kind], 0.1
    engine = engine_on(upstream)
    assert {type(error).__name__ for error in failures(engine, times=READERS)} == {"DeadlinePassed"}
    check_all_is_well(engine, upstream)


@pytest.mark.parametrize("kind", FAST)
def test_no_answer_keeps_a_turn_or_becomes_an_error_of_the_service(upstream: Upstream, kind: str) -> None:
    upstream.parts = FAST[kind]
    engine = engine_on(upstream)
    (error,) = failures(engine)
    assert len(str(error)) < 1000
    check_all_is_well(engine, upstream)


@pytest.mark.parametrize("challenge", CHALLENGES, ids=lambda challenge: challenge[:30])
def test_a_way_of_signing_in_that_is_not_known_is_an_error(upstream: Upstream, challenge: str) -> None:
    upstream.parts = lambda: [head(f"WWW-Authenticate: {challenge}", "Content-Length: 0", status="401 No")]
    engine = engine_on(upstream, client=HttpClient("ada", "secret"))
    errors = failures(engine, times=READERS)
    assert {type(error) for error in errors} == {EngineDown}
    assert upstream.requests <= 2 * READERS
    engine = engine_on(upstream)
    assert {type(error) for error in failures(engine)} == {EngineDown}
    check_all_is_well(engine, upstream)


@pytest.mark.parametrize(
    "body",
    [
        nested_triples(100_000),
        nested_triples(100_000, b' # )>> " \n'),
        nested_triples(100_000, b"<urn:x#)>"),
        b'<urn:a> <urn:b> "' + b'\\"' * 400_000,
        b"<b" * 400_000,
        b"_:" * 400_000,
    ],
    ids=["nested", "nested behind comments", "nested, with signs in IRIs", "an open string", "<b", "blank"],
)
def test_hostile_triples_are_unreadable(upstream: Upstream, body: bytes) -> None:
    upstream.parts = lambda: [whole(body[: 1 << 20], TRIPLES)]
    engine = engine_on(upstream)
    assert {type(error) for error in failures(engine, CONSTRUCT)} == {EngineDown}
    check_all_is_well(engine, upstream)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("allowed", ["1e999", "NaN", "9" * 400, "-1", '"a"', "[]"])
def test_a_problem_with_an_impossible_number_is_an_error(upstream: Upstream, dialect: str, allowed: str) -> None:
    for slug in ("timeout", "memory", "result-too-large", "busy"):
        body = f'{{"type": "/errors#{slug}", "detail": "so it is", "allowed": {allowed}}}'.encode()
        upstream.parts = lambda body=body: [whole(body, "application/problem+json", status="400 No")]  # type: ignore[misc]
        failures(engine_on(upstream, dialect))


@pytest.mark.parametrize(("text", "media_type", "body"), [(SELECT, JSON, ROW), (CONSTRUCT, TRIPLES, nested_triples(1))])
def test_reading_an_answer_ends_at_the_deadline(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, text: str, media_type: str, body: bytes
) -> None:
    upstream.parts = lambda: [whole(body, media_type)]
    engine = engine_on(upstream)
    ask = engine.connection.ask

    def pass_deadline(question: Question, deadline: Deadline) -> tuple[Reply, float]:
        answer = ask(question, deadline)
        deadline.until = 0.0
        return answer

    monkeypatch.setattr(engine.connection, "ask", pass_deadline)
    (error,) = failures(engine, text)
    assert type(error).__name__ == "DeadlinePassed"


@pytest.mark.parametrize("kind", ["headers that trickle", "a body that trickles", "slow 100 Continue"])
def test_a_document_of_another_service_has_a_deadline(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr("clustergraph.engine.remote.describe.DESCRIPTION_SECONDS", 0.4)
    upstream.parts, upstream.pause = SLOW[kind], 0.1
    with pytest.raises(EngineDown, match=r"within 0\.4 s"):
        fetch_json(upstream.address, HttpClient())


@pytest.mark.parametrize("kind", [*SLOW, *FAST])
def test_a_push_to_a_hostile_engine_ends(upstream: Upstream, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustergraph.push.http.MAX_REPLY_BYTES", 1 << 20)
    upstream.parts, upstream.pause = (SLOW[kind], 0.1) if kind in SLOW else (FAST[kind], 0.0)
    client = Client(HttpClient("ada", "secret"), first_pause=0.001)
    with contextlib.suppress(PushError):
        # A body that nobody reads may be whatever it likes.
        assert len(client.send("PUT", upstream.address, b"<urn:a> <urn:b> <urn:c> .", timeout=0.4).body) <= 1 << 20


@pytest.mark.parametrize("unit", [b"<b", b"<style", b"<title>", b"</", b"<!--", b"\n ", b"&#", b"<html"])
def test_the_text_of_an_error_takes_time_in_step_with_its_length(unit: bytes) -> None:
    def seconds(times: int) -> float:
        reply = Reply(500, {"content-type": "text/html"}, b"<html>" + unit * times)
        return least(lambda: error_text(reply))

    assert seconds(200_000) < 2.5**2 * seconds(50_000) + 0.005


@pytest.mark.parametrize("unit", [b'"', b"{", b'"{', b"{}", b'\\"', b"<<", b'<<"\\"', b"<<#", b"<a", b"<<{"])
@pytest.mark.parametrize("media_type", [JSON, TRIPLES])
def test_looking_for_depth_takes_time_in_step_with_the_length(unit: bytes, media_type: str) -> None:
    def seconds(times: int) -> float:
        body = b"<<" * 60 + unit * times

        def check() -> None:
            with contextlib.suppress(Unreadable):
                check_depth(body, media_type)

        return least(check)

    assert seconds(200_000) < 2.5**2 * seconds(50_000) + 0.005


def least(work: Callable[[], object]) -> float:
    """The least time of some runs: what others do on this machine counts least in it."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.parametrize("depth", [0, 1, 10])
def test_triples_within_triples_are_read(upstream: Upstream, depth: int) -> None:
    upstream.parts = lambda: [whole(nested_json(depth))]
    answer = engine_on(upstream).answer(Query(SELECT, format="json", timeout=PATIENCE))
    assert json.dumps(json.loads(answer.body)).count('"triple"') == depth
    upstream.parts = lambda: [whole(nested_triples(depth), TRIPLES)]
    answer = engine_on(upstream).answer(Query(CONSTRUCT, format="ntriples", timeout=PATIENCE))
    assert answer.body.count(b"<<") == depth


@pytest.mark.parametrize(
    "parts",
    [
        silence,
        forever(b"x", first=head("Content-Type: text/csv")),
        forever(b"1\r\n \r\n", first=head(f"Content-Type: {JSON}", "Transfer-Encoding: chunked")),
        lambda: [head("Content-Length: 0", "Retry-After: 5", status="503 Busy")],
    ],
    ids=["nothing", "without end", "spaces in chunks", "a pause"],
)
def test_an_exchange_is_broken_off_when_its_client_leaves(upstream: Upstream, snapshot: Snapshot, parts: Parts) -> None:
    upstream.parts, upstream.pause = parts, 0.01
    connection = Connection(Endpoint(upstream.address), DIALECTS["generic"], Limits(readers=1, timeout=60))
    engine = RemoteEngine(snapshot, connection)
    client = Caller("192.0.2.7")

    def ask() -> None:
        CALLER.set(client)
        engine.answer(Query(SELECT, format="json"))

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        deadline = time.monotonic() + PATIENCE
        while not upstream.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        client.leave()
        with pytest.raises(ClientLeft):
            asking.result(PATIENCE)
    assert connection.admission.free == 1
    assert sum(connection.admission.counts.ended[reason] for reason in ("cancelled", "broken")) == 1
