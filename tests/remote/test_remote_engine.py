"""The remote engine against a server that misbehaves: no answer is wrong or cut short, and errors say what is so."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from rdflib.term import Literal

from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.remote.address import valid_address
from clustergraph.engine.remote.dialects import DIALECTS
from clustergraph.engine.remote.endpoint import Endpoint
from clustergraph.engine.remote.engine import Connection, RemoteEngine
from clustergraph.engine.remote.http_client import HttpClient
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import (
    Busy,
    DeadlinePassed,
    EngineDown,
    EvaluationError,
    OutsideAddress,
    QuerySyntaxError,
    ResultTooLarge,
    UnsupportedFormat,
)
from clustergraph.sparql.query import Query

JSON = "application/sparql-results+json"
NTRIPLES = "application/n-triples"
ROW = b'{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "uri", "value": "https://example.org/a"}}]}}'
SELECT = "SELECT ?s { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"

Behaviour = Callable[[Any], None]


class Stub:
    """A server that does what it is told, once for each behaviour and then the last one again and again."""

    def __init__(self) -> None:
        self.script: list[Behaviour] = []
        self.asked: list[dict[str, list[str]]] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.asked.append(parse_qs(body))
                outer.headers.append(dict(self.headers.items()))
                self.close_connection = True
                (outer.script.pop(0) if len(outer.script) > 1 else outer.script[0])(self)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/sparql"


def answer(body: bytes = ROW, media_type: str = JSON, status: int = 200, **headers: str) -> Behaviour:
    def do(handler: Any) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", headers.get("length", str(len(body))))
        for name, value in headers.items():
            if name != "length":
                handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return do


def chunked(*chunks: bytes, media_type: str = JSON, ended: bool = True, pause: float = 0) -> Behaviour:
    def do(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", media_type)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for chunk in chunks:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            time.sleep(pause)
        if ended:
            handler.wfile.write(b"0\r\n\r\n")

    return do


def until_closed(body: bytes, media_type: str) -> Behaviour:
    def do(handler: Any) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", media_type)
        handler.end_headers()
        handler.wfile.write(body)

    return do


def drop(handler: Any) -> None:
    """End the connection with a reset, before anything was said."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    handler.connection.close()


def silent(handler: Any) -> None:  # noqa: ARG001
    time.sleep(3)


@pytest.fixture
def stub() -> Iterator[Stub]:
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


def engine_on(address: str, dialect: str = "generic", name: str = "s1", **limits: Any) -> RemoteEngine:
    manifest = {
        "name": name,
        "base": "https://example.org/",
        "graphs": {"https://example.org/graph/a": 1, "https://example.org/graph/b": 1},
        "prefixes": {"ex": "https://example.org/", "rdfs": "http://www.w3.org/2000/01/rdf-schema#"},
    }
    rules = Limits(**{"timeout": 2.0, "readers": 2, **limits})
    return RemoteEngine(Snapshot(None, manifest), Connection(Endpoint(address), DIALECTS[dialect], rules))


@pytest.fixture
def ask(stub: Stub) -> Callable[..., bytes]:
    def ask(*script: Behaviour, query: str = SELECT, dialect: str = "generic", **more: Any) -> bytes:
        stub.script = list(script)
        limits = {key: more.pop(key) for key in ("timeout_ceiling", "result_bytes") if key in more}
        return engine_on(stub.address, dialect, **limits).answer(Query(query, **{"format": "csv", **more})).body

    return ask


# ------------------------------------------------------------------------------------------------ what is passing


@pytest.mark.parametrize(
    "trouble",
    [
        drop,
        answer(b"starting", "text/plain", 503),
        answer(b"", "text/plain", 502),
        answer(b"", "text/plain", 504),
        answer(ROW[:40], length=str(len(ROW))),
        chunked(ROW[:40], ended=False),
    ],
    ids=["reset", "503", "502", "504", "cut short", "chunks that stop"],
)
def test_what_is_passing_is_asked_again(ask: Callable[..., bytes], stub: Stub, trouble: Behaviour) -> None:
    assert ask(trouble, trouble, answer()) == b"s\r\nhttps://example.org/a\r\n"
    assert len(stub.asked) == 3
    assert stub.asked[0] == stub.asked[2]


@pytest.mark.parametrize("trouble", [drop, answer(b"", "text/plain", 503), chunked(ROW[:40], ended=False)])
def test_what_does_not_pass_is_an_error_that_says_what_to_do(
    ask: Callable[..., bytes], stub: Stub, trouble: Behaviour
) -> None:
    with pytest.raises(EngineDown, match=r"does not answer: .*4 attempts in .* s\). See that it runs") as raised:
        ask(trouble)
    assert stub.address in str(raised.value)
    assert len(stub.asked) == 4


def test_nobody_listens() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}/sparql"
    with pytest.raises(EngineDown, match="connection refused"):
        engine_on(address).answer(Query(SELECT))


def test_it_waits_as_long_as_it_is_told(ask: Callable[..., bytes]) -> None:
    begin = time.monotonic()
    assert ask(answer(b"", "text/plain", 429, Retry_After="1"), answer()).startswith(b"s")
    assert time.monotonic() - begin >= 1


def test_it_does_not_wait_beyond_the_deadline(ask: Callable[..., bytes], stub: Stub) -> None:
    with pytest.raises(Busy) as raised:
        ask(answer(b"", "text/plain", 503, Retry_After="30"))
    assert raised.value.retry_after == 30
    assert len(stub.asked) == 1


# ------------------------------------------------------------------------------------------------ deadlines, limits


@pytest.mark.parametrize(
    "slow",
    [silent, chunked(*[b" "] * 40, ROW, pause=0.1)],
    ids=["says nothing", "trickles"],
)
def test_a_deadline_holds_however_slow_the_answer_is(ask: Callable[..., bytes], slow: Behaviour) -> None:
    begin = time.monotonic()
    with pytest.raises(DeadlinePassed, match=r"0\.5 s"):
        ask(slow, timeout=0.5)
    assert time.monotonic() - begin < 2


def test_a_deadline_may_go_up_to_the_ceiling(ask: Callable[..., bytes]) -> None:
    with pytest.raises(DeadlinePassed, match=r"0\.3 s"):
        ask(silent, timeout=100, timeout_ceiling=0.3)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(ask: Callable[..., bytes]) -> None:
    with pytest.raises(ResultTooLarge):
        ask(chunked(*[b" " * 10_000] * 100, ROW), result_bytes=50_000)


def test_a_small_answer_in_a_larger_format_counts_as_what_it_becomes(ask: Callable[..., bytes]) -> None:
    with pytest.raises(ResultTooLarge):
        ask(answer(), format="xml", result_bytes=150)


def test_so_many_at_once_and_a_queue(stub: Stub) -> None:
    stub.script = [chunked(ROW, pause=0.4)]
    engine = engine_on(stub.address, readers=1, queue=1, queue_seconds=5)
    done: list[object] = []

    def one() -> None:
        try:
            done.append(engine.answer(Query(SELECT)).body)
        except Busy as error:
            done.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Busy) for one in done) == 1
    assert engine.connection.admission.counts.refused["full"] == 1
    assert engine.connection.admission.counts.running == engine.connection.admission.counts.waiting == 0
    engine.connection.close()
    with pytest.raises(EngineDown, match="stopping"):
        engine.answer(Query(SELECT))


# ------------------------------------------------------------------------------------------------ never a wrong answer


@pytest.mark.parametrize(
    ("body", "media_type", "told"),
    [
        (b"<html><title>x</title><body>Welcome!</body></html>", "text/html", "text/html instead of"),
        (ROW, "text/plain", "text/plain instead of"),
        (ROW[:-10], JSON, "cannot be read"),
        (b"", JSON, "cannot be read"),
        (b'{"head": {}}', JSON, "cannot be read"),
        (b'{"head": {}, "boolean": true}', JSON, "not what a SELECT gives"),
        (ROW + b"and more", JSON, "cannot be read"),
    ],
)
def test_what_is_no_answer_is_none(ask: Callable[..., bytes], body: bytes, media_type: str, told: str) -> None:
    with pytest.raises(EngineDown, match=told):
        ask(answer(body, media_type))


def test_an_ask_that_is_answered_with_rows_is_none(ask: Callable[..., bytes]) -> None:
    with pytest.raises(EngineDown, match="not what an ASK gives"):
        ask(answer(), query="ASK { ?s ?p ?o }")


def test_triples_that_could_have_been_cut_are_none(ask: Callable[..., bytes]) -> None:
    triples = b"<urn:a> <urn:b> <urn:c> .\n<urn:a> <urn:b> <urn:d> .\n"
    assert ask(answer(triples, NTRIPLES), query=CONSTRUCT, format="ntriples") == triples
    assert ask(chunked(triples, media_type=NTRIPLES), query=CONSTRUCT, format="ntriples") == triples
    with pytest.raises(EngineDown, match="where it ends"):
        ask(until_closed(triples, NTRIPLES), query=CONSTRUCT, format="ntriples")
    with pytest.raises(EngineDown, match=r"cannot be read|in the middle"):
        ask(answer(triples[:-5], NTRIPLES), query=CONSTRUCT, format="ntriples")


def test_a_part_of_an_answer_is_none(ask: Callable[..., bytes]) -> None:
    partly = answer(ROW, X_SQL_State="S1TAT", X_SQL_Message="Returning incomplete results")
    with pytest.raises(DeadlinePassed):
        ask(partly, dialect="virtuoso")
    with pytest.raises(EvaluationError, match="at most 1 rows"):
        ask(answer(ROW, X_SPARQL_MaxRows="1"), dialect="virtuoso")
    triples = answer(b"<urn:a> <urn:b> <urn:c> .\n", NTRIPLES)
    assert ask(triples, answer(), query=CONSTRUCT, dialect="virtuoso", format="ntriples").startswith(b"<urn:a>")
    with pytest.raises(EvaluationError, match="at most 1 rows"):
        ask(triples, answer(ROW, X_SPARQL_MaxRows="1"), query=CONSTRUCT, dialect="virtuoso", format="ntriples")


def test_an_answer_of_another_snapshot_is_none(ask: Callable[..., bytes]) -> None:
    assert ask(answer(b"s\r\n", "text/csv", Snapshot="s1"), dialect="clustergraph") == b"s\r\n"
    with pytest.raises(EngineDown, match="moved on to the snapshot s2"):
        ask(answer(b"s\r\n", "text/csv", Snapshot="s2"), dialect="clustergraph")


# ------------------------------------------------------------------------------------------------ what a refusal means


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (400, EvaluationError, "does not take this query: no such function"),
        (401, EngineDown, "CLUSTERGRAPH_ENGINE_PASSWORD"),
        (404, EngineDown, "no SPARQL endpoint"),
        (302, EngineDown, "has moved to https://example.com/; give that address"),
        (408, DeadlinePassed, "did not finish"),
        (500, EngineDown, "failed .status 500.: no such function"),
    ],
)
def test_a_status_becomes_an_error(
    ask: Callable[..., bytes], stub: Stub, status: int, error: type[Exception], told: str
) -> None:
    page = b"<html><head><title>Oops</title></head><body>\n<p>no such <b>function</b></p></body></html>"
    with pytest.raises(error, match=told):
        ask(answer(page, "text/html", status, Location="https://example.com/"))
    assert len(stub.asked) == 1


@pytest.mark.parametrize(
    ("slug", "error"),
    [
        ("timeout", DeadlinePassed),
        ("result-too-large", ResultTooLarge),
        ("busy", Busy),
        ("evaluation", EvaluationError),
    ],
)
def test_a_problem_of_another_clustergraph_is_the_same_here(
    ask: Callable[..., bytes], slug: str, error: type[Exception]
) -> None:
    problem = json.dumps({"type": f"/errors#{slug}", "detail": "so it is", "allowed": 3}).encode()
    with pytest.raises(error):
        ask(answer(problem, "application/problem+json", 503, Retry_After="7"), dialect="clustergraph")


# ------------------------------------------------------------------------------------------------ how it asks


def test_values_prefixes_and_columns_are_part_of_the_text(stub: Stub) -> None:
    stub.script = [answer()]
    engine_on(stub.address).answer(Query("SELECT * { ?s rdfs:label ?o }", bindings={"o": Literal("a")}))
    (text,) = stub.asked[0]["query"]
    assert text == (
        'PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT ?s ?o { VALUES (?o) { ("a") } ?s rdfs:label ?o }'
    )
    assert set(stub.asked[0]) == {"query"}
    assert stub.headers[0]["Accept"] == JSON


def test_from_is_said_by_the_protocol_alone(stub: Stub) -> None:
    stub.script = [answer()]
    engine_on(stub.address).answer(
        Query("SELECT ?s FROM ex:graph\\/a FROM NAMED <https://example.org/graph/b> { ?s ?p ?o }")
    )
    assert "FROM" not in stub.asked[0]["query"][0]
    assert stub.asked[0]["default-graph-uri"] == ["https://example.org/graph/a"]
    assert stub.asked[0]["named-graph-uri"] == ["https://example.org/graph/b"]


def test_the_engine_is_told_the_deadline_where_it_can_be(stub: Stub) -> None:
    stub.script = [answer()]
    engine_on(stub.address, "virtuoso").answer(Query(SELECT, timeout=1.5))
    assert stub.asked[0]["timeout"] == ["1500"]


def test_what_is_wrong_with_a_query_is_said_here(stub: Stub) -> None:
    stub.script = [answer()]
    engine = engine_on(stub.address)
    with pytest.raises(QuerySyntaxError) as raised:
        engine.answer(Query("SELECT ?s {\n ?s rdfs:label }", bindings={"s": Literal("x")}))
    assert raised.value.line == 2
    with pytest.raises(OutsideAddress):
        engine.answer(Query("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"))
    with pytest.raises(OutsideAddress):
        engine.answer(Query("SELECT * FROM <http://127.0.0.1:1/> { ?s ?p ?o }"))
    with pytest.raises(UnsupportedFormat):
        engine.answer(Query(SELECT, format="turtle"))
    assert stub.asked == []


@pytest.mark.parametrize(
    "kind", ["(" * 50_000 + "1" + ")" * 50_000, "!" * 50_000 + "1", "STR(" * 5000 + "1" + ")" * 5000]
)
def test_a_deep_query_is_the_engines_to_judge_and_ends_nothing_here(stub: Stub, kind: str) -> None:
    stub.script = [answer(b"too deep", "text/plain", 400)]
    with pytest.raises(EvaluationError, match="too deep"):
        engine_on(stub.address).answer(Query("SELECT ?s { ?s ?p ?o FILTER(" + kind + ") }"))


@pytest.mark.parametrize(
    "text",
    [
        "DEFINE get:soft 'soft' SELECT ?s { ?s ?p ?o }",
        "SELECT (bif:http_get('http://127.0.0.1/') AS ?x) {}",
        "PREFIX x: <bif:> SELECT (x:http_get('http://127.0.0.1/') AS ?x) {}",
        "SELECT ?s { ?s ?p ?o } " + "# \n" * 10 + "ORDER BY <SQL:x>(?s)",
    ],
)
def test_no_extension_of_virtuoso_is_passed_on(stub: Stub, text: str) -> None:
    stub.script = [answer()]
    with pytest.raises((OutsideAddress, QuerySyntaxError)):
        engine_on(stub.address, "virtuoso").answer(Query(text))
    long = "SELECT ?s { " + "?s ?p ?o . " * 500 + "FILTER(bif:x(?s)) }"
    with pytest.raises(OutsideAddress):
        engine_on(stub.address, "virtuoso").answer(Query(long))
    assert stub.asked == []


def test_a_comment_full_of_keywords_takes_no_time(stub: Stub) -> None:
    stub.script = [answer()]
    engine_on(stub.address).answer(Query(SELECT + "#" + "PREFIX x " * 50_000))
    assert len(stub.asked) == 1


def test_credentials_are_sent_when_they_are_asked_for(stub: Stub) -> None:
    stub.script = [answer(b"", "text/plain", 401, WWW_Authenticate='Basic realm="x"'), answer()]
    engine = engine_on(stub.address)
    connection = Connection(Endpoint(stub.address, HttpClient("ada", "secret")), DIALECTS["generic"], Limits())
    assert RemoteEngine(engine.snapshot, connection).answer(Query(SELECT, format="csv")).body.startswith(b"s")
    assert stub.headers[1]["Authorization"] == "Basic YWRhOnNlY3JldA=="
    assert "secret" not in repr(connection.endpoint)


@pytest.mark.parametrize("address", ["graph.ttl", "ftp://example.org/", "http://", "http://ada:secret@example.org/"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        valid_address(address)
