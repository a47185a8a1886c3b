"""The application on Granian's event loop: what its requests look like, and what is answered there and then."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
from flask import Flask

from clustergraph.web.http.request_body import MAX_UNREAD_BYTES
from clustergraph.web.middleware.response_cache import MAX_QUICKLY_CODED_BYTES
from clustergraph.web.rsgi import environment
from support.rsgi_client import Headers, RsgiClient, Scope
from support.server import Server, start_server, stop_server

pytestmark = pytest.mark.usefixtures("snapshot")  # which is built in the store that is served

THING = "https://w3id.org/clustergraph/id/country/JP"
LOOKUP = f"SELECT ?p ?o {{ <{THING}> ?p ?o }}"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?i) }"


def made(**given: object) -> dict[str, object]:
    return environment(Scope(**given))  # type: ignore[arg-type]


def test_paths_are_latin_1_as_wsgi_has_them() -> None:
    assert made(path="/id/cluster/biom")["PATH_INFO"] == "/id/cluster/biom"
    path = made(path="/id/ä/日本")["PATH_INFO"]
    assert isinstance(path, str)
    assert path.encode("latin-1").decode() == "/id/ä/日本"


def test_query_strings_are_latin_1_as_wsgi_has_them() -> None:
    assert made(query_string="a=%C3%BC&b=c")["QUERY_STRING"] == "a=%C3%BC&b=c"
    query_string = made(query_string="state=Thüringen")["QUERY_STRING"]
    assert isinstance(query_string, str)
    assert query_string.encode("latin-1").decode() == "state=Thüringen"


@pytest.mark.parametrize("name", ["Thüringen", "日本", "𝄞"])
@pytest.mark.parametrize("accept", ["*/*", "text/html"])
@pytest.mark.parametrize("path", ["/api/search.csv?text=", "/api/search?text=", "/?utm_source=", "/nothing?x="])
def test_letters_that_a_client_did_not_escape(app: Flask, path: str, accept: str, name: str) -> None:
    client = RsgiClient(app)
    path, _, field = path.partition("?")
    headers = Headers([("host", "a.example"), ("accept", accept)])
    try:
        raw = client.ask(Scope(path=path, query_string=f"{field}{name}", headers=headers))
        escaped = client.ask(Scope(path=path, query_string=f"{field}{quote(name)}", headers=headers))
    finally:
        client.close()
    assert raw.status == escaped.status < 500
    assert raw.body == escaped.body


def test_addresses_of_both_families() -> None:
    four = made()
    assert (four["REMOTE_ADDR"], four["SERVER_NAME"], four["SERVER_PORT"]) == ("127.0.0.1", "127.0.0.1", "8080")
    six = made(server="[::1]:80", client="[2001:db8::7]:51000")
    assert (six["REMOTE_ADDR"], six["SERVER_NAME"], six["SERVER_PORT"]) == ("2001:db8::7", "::1", "80")


def test_a_header_sent_twice_is_one_list_and_none_takes_anothers_name() -> None:
    headers = Headers([("accept", "text/csv"), ("accept", "*/*;q=0.1"), ("x_forwarded_for", "10.0.0.1")])
    headers += [("content-type", "text/plain"), ("x-forwarded-for", "10.0.0.2")]
    environ = made(headers=headers)
    assert environ["HTTP_ACCEPT"] == "text/csv,*/*;q=0.1"
    assert environ["HTTP_X_FORWARDED_FOR"] == "10.0.0.2"
    assert environ["CONTENT_TYPE"] == "text/plain"


def test_the_host_may_stand_in_the_address() -> None:
    assert made(authority="a.example")["HTTP_HOST"] == "a.example"
    assert made(authority="a.example", headers=Headers([("host", "b.example")]))["HTTP_HOST"] == "b.example"
    assert "HTTP_HOST" not in made()


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[Server]:
    started = start_server(store, readers="1", queue="40", **{"queue-timeout": "30"})
    yield started
    stop_server(started)


def get(server: Server, query: str, **headers: str) -> tuple[dict[str, str], bytes]:
    address = f"{server.sparql}?{urlencode({'query': query})}"
    with urlopen(Request(address, headers={"Accept": "application/json", **headers}), timeout=30) as response:
        return dict(response.headers), response.read()


def test_a_look_up_is_what_the_long_way_says(server: Server) -> None:
    headers, body = get(server, LOOKUP)
    form = urlencode({"query": LOOKUP}).encode()
    with urlopen(Request(server.sparql, data=form, headers={"Accept": "application/json"}), timeout=30) as posted:
        assert json.load(posted) == json.loads(body)
        assert posted.headers["Content-Type"] == headers["content-type"]
        assert posted.headers["Snapshot"] == headers["snapshot"]
    assert headers["etag"]
    with pytest.raises(HTTPError, match="304"):
        get(server, LOOKUP, **{"If-None-Match": headers["etag"]})


def test_a_query_of_a_reader_is_what_the_long_way_says(server: Server) -> None:
    query = "SELECT ?class (COUNT(*) AS ?n) { ?s a ?class } GROUP BY ?class"
    headers, body = get(server, query)
    form = urlencode({"query": query}).encode()
    with urlopen(Request(server.sparql, data=form, headers={"Accept": "application/json"}), timeout=30) as posted:
        assert posted.read() == body
        assert posted.headers["Content-Type"] == headers["content-type"]
    assert headers["server-timing"].startswith("parse")
    assert get(server, query)[0]["server-timing"] == "ready"


def test_a_large_answer_is_compressed_beside_the_loop(server: Server) -> None:
    query = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 5000"
    plain = get(server, query)[1]
    headers, body = get(server, query, **{"Accept-Encoding": "gzip"})
    assert len(plain) > MAX_QUICKLY_CODED_BYTES
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(body) == plain


def test_to_head_a_new_query_gives_its_headers(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    target = "/sparql?" + urlencode({"query": "SELECT (COUNT(*) AS ?asked_by_head) { ?s ?p ?o }"})
    connection.request("HEAD", target, headers={"Accept": "application/json"})
    head = connection.getresponse()
    assert (head.status, head.read()) == (200, b"")
    connection.request("GET", target, headers={"Accept": "application/json"})
    answer = connection.getresponse()
    assert answer.headers["ETag"] == head.headers["ETag"]
    assert len(answer.read()) == int(head.headers["Content-Length"])
    connection.close()


@pytest.mark.parametrize("query", ["SELECT * {\n ?s ?p }", "SELECT * { SERVICE <x:y> { ?s ?p ?o } }"])
def test_what_is_wrong_with_a_query_is_said_as_the_long_way_says_it(server: Server, query: str) -> None:
    problems = []
    for data in (None, urlencode({"query": query}).encode()):
        address = server.sparql if data else f"{server.sparql}?{urlencode({'query': query})}"
        with pytest.raises(HTTPError) as caught, urlopen(Request(address, data=data), timeout=30):
            pass
        with caught.value as error:
            problems.append((error.code, error.headers["Content-Type"], json.load(error)))
    assert problems[0] == problems[1]
    assert 400 <= problems[0][0] < 500


def test_a_query_that_takes_too_long_gets_its_503(store: Path) -> None:
    server = start_server(store, readers="1", timeout="0.3")
    try:
        with pytest.raises(HTTPError) as caught:
            get(server, ENDLESS)
        with caught.value as error:
            assert error.code == 503
            assert json.load(error)["type"].endswith("timeout")
        assert b"bindings" in get(server, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[1]
    finally:
        stop_server(server)


def test_what_is_ready_and_look_ups_pass_by_queries_that_take_their_time(server: Server) -> None:
    """More of them wait than there are threads for pages; a thread each would leave none."""
    with urlopen(f"{server.url}/page/id/country/JP", timeout=30) as page:
        ready = page.read()

    def occupy(number: int) -> int:
        address = f"{server.sparql}?{urlencode({'query': f'{ENDLESS} #{number}', 'timeout': '0.2'})}"
        try:
            with urlopen(address, timeout=60) as answer:
                return int(answer.status)
        except HTTPError as error:
            with error:
                return error.code

    with ThreadPoolExecutor(30) as pool:
        asked = [pool.submit(occupy, number) for number in range(30)]
        for number in range(20):
            assert b'"bindings":[{' in get(server, f"{LOOKUP} #{number}")[1]
            with urlopen(f"{server.url}/page/id/country/JP", timeout=30) as page:
                assert page.read() == ready
        assert not all(one.done() for one in asked), "the look-ups waited for the queries"
        assert {one.result() for one in asked} == {503}


def test_a_request_looks_into_the_cache_once(server: Server) -> None:
    def misses() -> float:
        with urlopen(f"{server.url}/metrics", timeout=30) as response:
            lines = response.read().decode().splitlines()
        (line,) = (one for one in lines if 'cache="responses"' in one and 'result="miss"' in one)
        return float(line.rpartition(" ")[2])

    before = misses()  # which is a request, too
    get(server, "SELECT (COUNT(*) AS ?once) { ?s ?p ?o }")
    assert misses() - before == 2


def test_a_body_of_unknown_size_is_read_as_far_as_it_may_go(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"Content-Type": "application/sparql-query", "Accept": "application/json"}
    connection.request("POST", "/sparql", iter([b"ASK ", b"{ ?s ?p ", b"?o }"]), headers, encode_chunked=True)
    assert json.load(connection.getresponse())["boolean"] is True
    connection.close()

    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        raw.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n")
        raw.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(48):
            raw.sendall(b"10000\r\n" + b"#" * 0x10000 + b"\r\n")
        # It does not say that it has ended, so it is waited for a while.
        assert raw.recv(12) == b"HTTP/1.1 413"


def _refused(server: Server, expects: str, bodies: Iterable[bytes]) -> str:
    """The status line for a body too large, of which these parts are sent, one after the other."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as raw:
        head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        raw.sendall(f"{head}{expects}Content-Length: {100 << 20}\r\n\r\n".encode())
        for body in bodies:
            raw.sendall(body)
        return raw.makefile("rb").readline().decode().strip()


def test_a_client_that_waits_for_leave_is_refused_before_it_sends_a_large_body(server: Server) -> None:
    assert _refused(server, "Expect: 100-continue\r\n", []) == "HTTP/1.1 413 Payload Too Large"


def test_of_a_body_too_large_only_so_much_is_taken(server: Server) -> None:
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        while sent < 100 << 20:
            yield b"#" * (1 << 20)
            sent += 1 << 20

    with contextlib.suppress(ConnectionError):  # it may be closed before the answer is read
        assert _refused(server, "", parts()) == "HTTP/1.1 413 Payload Too Large"
    assert MAX_UNREAD_BYTES <= sent < 100 << 20


@pytest.mark.parametrize("query", [LOOKUP, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"], ids=["look-up", "query"])
def test_a_request_counts_once_for_its_client(store: Path, query: str) -> None:
    server = start_server(store, rate="3/minute")
    try:
        for number in range(3):
            get(server, f"{query} #{number}")
        with pytest.raises(HTTPError) as refused:
            get(server, f"{query} #last")
        with refused.value:
            assert refused.value.code == 429
            assert json.load(refused.value)["type"] == "/errors#too-many-requests"
        get(server, f"{query} #0")  # ready, so it counts for nothing
    finally:
        stop_server(server)


def test_clients_are_told_apart_by_what_the_proxy_says(store: Path) -> None:
    server = start_server(store, rate="1/minute", proxies="1")
    try:
        for client in ("10.0.0.1", "10.0.0.2"):
            get(server, f"{LOOKUP} #{client}", **{"X-Forwarded-For": client})
            with pytest.raises(HTTPError, match="429"):
                get(server, f"{LOOKUP} # again {client}", **{"X-Forwarded-For": client})
            # A client cannot say so itself by another spelling.
            forged = {"X-Forwarded-For": client, "X_Forwarded_For": "10.9.9.9"}
            with pytest.raises(HTTPError, match="429"):
                get(server, f"{LOOKUP} # forged {client}", **forged)
    finally:
        stop_server(server)
