"""Requests to engines that fail in the ways that engines and the networks before them do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from clustergraph.engine.remote.http_client import HttpClient
from clustergraph.push import plan
from clustergraph.push.errors import PushError, Refused, Unreachable
from clustergraph.push.http import ATTEMPTS, Client
from clustergraph.push.target import find_target
from clustergraph.snapshots.snapshot import Snapshot

Turn = int | str
"""What an engine does with a request: a status, or `drop` the connection, or `short`, less than it announced."""


class Engine(ThreadingHTTPServer):
    """Takes its turns one by one, the last for ever, and remembers what was asked."""

    def __init__(self, *turns: Turn, body: bytes = b"{}", headers: dict[str, str] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.turns = list(turns)
        self.body = body
        self.headers = headers or {}
        self.asked: list[tuple[str, str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    """Does what the engine's turn is."""

    server: Engine

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        engine = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        engine.asked.append((self.command, self.headers.get("Authorization", ""), body))
        turn = engine.turns.pop(0) if len(engine.turns) > 1 else engine.turns[0]
        self.close_connection = True
        if turn == "drop":
            return
        self.send_response(200 if turn == "short" else int(turn))
        for name, value in engine.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(engine.body) + (9 if turn == "short" else 0)))
        self.end_headers()
        self.wfile.write(engine.body)

    def version_string(self) -> str:
        return "Somebody/1.0"

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def engine() -> Iterator[Callable[..., Engine]]:
    """Starts an engine."""
    running: list[Engine] = []

    def started(*turns: Turn, **given: object) -> Engine:
        running.append(Engine(*turns, **given))  # type: ignore[arg-type]
        threading.Thread(target=running[-1].serve_forever, args=(0.01,), daemon=True).start()
        return running[-1]

    yield started
    for one in running:
        one.shutdown()
        one.server_close()


QUICK = Client(first_pause=0.001)


@pytest.mark.parametrize("fault", ["drop", "short", 503, 502, 429])
def test_what_passes_is_tried_again(fault: Turn, engine: Callable[..., Engine]) -> None:
    one = engine(fault, fault, 204)
    assert QUICK.send("PUT", one.url, b"<urn:a> <urn:b> <urn:c> .").status == 204
    assert [(method, body) for method, _, body in one.asked] == [("PUT", b"<urn:a> <urn:b> <urn:c> .")] * 3


@pytest.mark.parametrize("fault", ["drop", 503])
def test_what_must_not_be_done_twice_is_not_tried_again(fault: Turn, engine: Callable[..., Engine]) -> None:
    one = engine(fault, 204)
    with pytest.raises(PushError):
        QUICK.send("POST", one.url, b"_:a <urn:b> <urn:c> .", again=False)
    assert len(one.asked) == 1


def test_a_fault_that_stays_is_told_after_the_last_try(engine: Callable[..., Engine]) -> None:
    one = engine("drop")
    with pytest.raises(Unreachable, match=r"does not answer PUT: .+ Is the engine running"):
        QUICK.send("PUT", one.url, b"")
    assert len(one.asked) == ATTEMPTS


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "asks who you are. Give --user"),
        (403, "does not let anybody who does not sign in write"),
        (404, "name the right address with --graph-store"),
        (405, "If the engine is not read-only"),
        (413, "Send fewer triples at once with --chunk"),
        (500, "answered PUT with status 500. It says: the disk is full"),
    ],
)
def test_a_refusal_says_what_to_do(status: int, told: str, engine: Callable[..., Engine]) -> None:
    page = b"<html><head><title>Error</title></head><body><h1>the disk</h1> is full</body></html>"
    one = engine(status, body=page)
    with pytest.raises(Refused) as caught:
        QUICK.send("PUT", one.url, b"x")
    assert told in str(caught.value)
    assert caught.value.status == status
    assert len(one.asked) == 1


def test_retry_after_is_kept(engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("clustergraph.push.http.time.sleep", waited.append)
    one = engine(503, 503, 200, headers={"Retry-After": "7"})
    QUICK.send("PUT", one.url, b"")
    assert all(5 < seconds < 20 for seconds in waited)
    assert len(waited) == 2


@pytest.mark.parametrize(
    ("challenge", "scheme"),
    [('Basic realm="x"', "Basic "), ('Digest realm="x", nonce="n", qop="auth", algorithm="MD5"', "Digest ")],
)
def test_a_challenge_is_answered_once_and_then_beforehand(
    challenge: str, scheme: str, engine: Callable[..., Engine]
) -> None:
    one = engine(401, 204, headers={"WWW-Authenticate": challenge})
    client = Client(HttpClient("ada", "secret"), first_pause=0.001)
    for _ in range(3):
        client.send("PUT", one.url, b"x")
    assert [given[: len(scheme)] for _, given, _ in one.asked] == ["", scheme, scheme, scheme]
    assert "secret" not in repr(client)


def test_a_way_of_signing_in_that_is_not_known_is_refused(engine: Callable[..., Engine]) -> None:
    one = engine(401, headers={"WWW-Authenticate": 'Negotiate realm="x"'})
    with pytest.raises(Refused, match="signing in"):
        Client(HttpClient("ada", "secret")).send("PUT", one.url, b"x")


def test_a_page_is_no_endpoint(engine: Callable[..., Engine]) -> None:
    one = engine(200, body=b"<html>hello</html>", headers={"Content-Type": "text/html"})
    with pytest.raises(PushError, match=r"No SPARQL endpoint at .* answered a query with text/html"):
        find_target(one.url, QUICK)


def test_a_wrong_address_is_told_without_advice_for_writing(engine: Callable[..., Engine]) -> None:
    one = engine(404)
    with pytest.raises(PushError, match=r"under it\. It answers a query with status 404\.$"):
        find_target(one.url, QUICK)
    with pytest.raises(PushError, match="is no address of an engine"):
        find_target("graph.example", QUICK)
    with pytest.raises(PushError, match="is no address of an engine"):
        find_target(one.url, QUICK, store="data")


def test_an_engine_that_nobody_knows_has_to_be_told_of(engine: Callable[..., Engine], snapshot: Snapshot) -> None:
    rows = b'{"head": {"vars": ["here"]}, "results": {"bindings": []}}'
    one = engine(200, body=rows)
    target = find_target(one.url, QUICK, store=f"{one.url}data")
    assert (target.name, target.store_url, target.update_url) == ("Somebody/1.0", f"{one.url}data", "")
    with pytest.raises(PushError, match=r"is Somebody/1\.0\. Say with --graph-store URL"):
        plan(snapshot, find_target(one.url, QUICK))
