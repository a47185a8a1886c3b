"""The service as it runs: behind Granian, asked by the clients that people use, stopped as they stop it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, DIGEST, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, QueryBadFormed

from support.processes import is_running
from support.server import Server, start_server, stop_server
from support.waiting import wait_until

BASE = "https://w3id.org/clustergraph/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
# About as long as the deadline lets it: it would run for hours.
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?i) }"


@pytest.fixture
def server(published_server: Server) -> Server:
    return published_server


@pytest.fixture
def wrapper(server: Server) -> SPARQLWrapper:
    return SPARQLWrapper(server.sparql)


@pytest.mark.parametrize("method", ["GET", POST])
@pytest.mark.parametrize("request_method", ["urlencoded", POSTDIRECTLY])
def test_sparqlwrapper_selects(wrapper: SPARQLWrapper, method: str, request_method: str) -> None:
    if method == "GET" and request_method == POSTDIRECTLY:
        pytest.skip("there is no such request")
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    wrapper.setQuery(COUNT)
    wrapper.setReturnFormat(JSON)
    assert int(wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"]) > 10_000  # type: ignore[index,call-overload]
    wrapper.setReturnFormat(XML)
    assert "<sparql" in wrapper.queryAndConvert().toxml()  # type: ignore[union-attr]
    for plain in (CSV, TSV):
        wrapper.setReturnFormat(plain)
        assert b"n" in wrapper.queryAndConvert()  # type: ignore[operator]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph", "ignore:ResourceWarning")
@pytest.mark.parametrize("form", [TURTLE, RDFXML, N3, JSONLD, XML])
def test_sparqlwrapper_constructs(wrapper: SPARQLWrapper, form: str) -> None:
    wrapper.setQuery(f"CONSTRUCT WHERE {{ <{BASE}id/cluster/biom> ?p ?o }}")
    wrapper.setReturnFormat(form)
    result: Any = wrapper.queryAndConvert()
    graph = result if isinstance(result, Graph) else Graph().parse(data=result, format="turtle")
    assert len(graph) > 5


def test_sparqlwrapper_asks_describes_and_names_graphs(wrapper: SPARQLWrapper) -> None:
    wrapper.setReturnFormat(JSON)
    wrapper.setQuery("ASK { ?s ?p ?o }")
    assert wrapper.queryAndConvert()["boolean"] is True  # type: ignore[index,call-overload]
    wrapper.addDefaultGraph(f"{BASE}graph/people")
    wrapper.setQuery(COUNT)
    assert int(wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"]) < 5_000  # type: ignore[index,call-overload]
    wrapper.setQuery("SELECT * {")
    with pytest.raises(QueryBadFormed, match="syntax"):
        wrapper.query()
    assert DIGEST  # the import shows that the package is the real one


def test_sparqlwrapper_sees_the_deadline(wrapper: SPARQLWrapper) -> None:
    wrapper.setReturnFormat(JSON)
    wrapper.addParameter("timeout", "0.3")
    wrapper.setQuery(ENDLESS)
    with pytest.raises((EndPointInternalError, HTTPError)):
        wrapper.query()


@pytest.mark.filterwarnings("ignore:Dataset.default_context")
@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
def test_rdflib_reads_through_its_sparqlstore(server: Server, method: str) -> None:
    graph = Graph(SPARQLStore(server.sparql, method=method))
    assert len(graph) > 10_000
    assert (URIRef(f"{BASE}id/cluster/biom"), None, None) in graph
    assert len(list(graph.query("SELECT * { ?s ?p ?o } LIMIT 3"))) == 3
    assert graph.query("ASK { ?s ?p ?o }").askAnswer
    assert len(graph.query(f"CONSTRUCT WHERE {{ <{BASE}id/cluster/biom> ?p ?o }}").graph or ()) > 5
    people = URIRef(f"{BASE}graph/people")
    named = Graph(SPARQLStore(server.sparql, method=method), identifier=people)
    assert 100 < len(list(named.query("SELECT * { ?s ?p ?o }"))) < 5_000


@pytest.mark.parametrize(
    "words",
    [
        ["-G", "--data-urlencode", f"query={COUNT}"],
        ["--data-urlencode", f"query={COUNT}"],
        ["-H", "Content-Type: application/sparql-query", "--data", COUNT],
        ["-H", "Content-Type: application/sparql-query", "-H", "Transfer-Encoding: chunked", "--data", COUNT],
        ["-H", "Transfer-Encoding: chunked", "--data-urlencode", f"query={COUNT}"],
        ["--compressed", "-G", "--data-urlencode", f"query={COUNT}"],
        ["-I", "-G", "--data-urlencode", f"query={COUNT}"],
    ],
    ids=["get", "form", "direct", "chunked", "chunked-form", "compressed", "head"],
)
def test_curl(server: Server, words: list[str], needs: Callable[[str, str], None]) -> None:
    needs("curl", "curl")
    done = subprocess.run(["curl", "-sS", "--max-time", "20", *words, server.sparql], capture_output=True, check=True)
    if "-I" in words:
        assert b"200 OK" in done.stdout
        assert b"content-length: " in done.stdout.lower()
    else:
        assert int(json.loads(done.stdout)["results"]["bindings"][0]["n"]["value"]) > 10_000


def test_a_connection_serves_many_requests(server: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    address = f"/sparql?query={quote(COUNT)}"
    connection.connect()
    first = connection.sock
    for method in ("GET", "HEAD", "GET", "HEAD", "OPTIONS", "GET"):
        connection.request(method, address)
        response = connection.getresponse()
        assert response.status == 200
        body = response.read()
        assert bool(body) == (method == "GET")
        if method != "OPTIONS":
            tag = response.headers["ETag"]
            connection.request("GET", address, headers={"If-None-Match": tag})
            again = connection.getresponse()
            assert (again.status, again.read()) == (304, b"")
    assert connection.sock is first
    connection.close()


def test_many_connections_at_once(server: Server) -> None:
    def get(number: int) -> int:
        query = f"SELECT * {{ ?s ?p ?o }} LIMIT {number % 7 + 1}"
        with urlopen(f"{server.sparql}?{urlencode({'query': query, 'format': 'json'})}", timeout=30) as response:
            return len(json.load(response)["results"]["bindings"]) - number % 7

    with ThreadPoolExecutor(64) as pool:
        assert set(pool.map(get, range(512))) == {1}


def test_clients_that_go_away_leave_nothing_behind(server: Server) -> None:
    body = urlencode({"query": ENDLESS, "timeout": "1"})
    for _ in range(8):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nquery=")
    with urlopen(f"{server.url}/ready", timeout=30) as response:
        assert json.load(response)["status"] == "ready"
    deadline = time.monotonic() + 30
    while b"clustergraph_queries_running 0.0" not in (text := urlopen(f"{server.url}/metrics", timeout=20).read()):
        assert time.monotonic() < deadline, text
        time.sleep(0.1)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_a_very_long_address_is_answered_or_refused(server: Server, size: int) -> None:
    address = f"/sparql?query={quote('ASK {}')}%20%23{'x' * size}"
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", address)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    assert response.status in (200, 414, 431) or (response.status == 400 and body == b"")
    with urlopen(
        Request(
            server.sparql, data=f"ASK {{}} #{'x' * size}".encode(), headers={"Content-Type": "application/sparql-query"}
        ),
        timeout=20,
    ) as posted:
        assert json.load(posted)["boolean"] is True


def test_a_large_upload_is_refused(server: Server) -> None:
    request = Request(server.sparql, data=b"#" * (3 << 20), headers={"Content-Type": "application/sparql-query"})
    with pytest.raises(HTTPError) as refused:
        urlopen(request, timeout=30)
    assert refused.value.status == 413
    assert json.load(refused.value)["type"] == "/errors#too-large"
    refused.value.close()


def test_the_log_is_whole_when_the_service_stops(store: Path, capfd: pytest.CaptureFixture[str]) -> None:
    server = start_server(store, readers="1", log="text")
    try:
        for number in range(20):
            with urlopen(f"{server.url}/health?{number}", timeout=30) as response:
                response.read()
    finally:
        stop_server(server)
    lines = [line.split() for line in capfd.readouterr().err.splitlines()]
    paths = [fields[3] for fields in lines if len(fields) == 8 and fields[3].startswith("/health")]
    assert paths == [f"/health?{number}" for number in range(20)]


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_answers_first(store: Path, ending: signal.Signals) -> None:
    server = start_server(store)
    try:
        processes = server.descendants()
        assert len(processes) >= 3
        address = f"{server.sparql}?{urlencode({'query': ENDLESS, 'timeout': '2'})}"

        def ask() -> dict[str, object]:
            with pytest.raises(HTTPError) as refused:
                urlopen(address, timeout=30)
            with refused.value:
                said: dict[str, object] = json.load(refused.value)
            return said

        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(ask)
            deadline = time.monotonic() + 20
            while b"clustergraph_queries_running 1.0" not in urlopen(f"{server.url}/metrics", timeout=20).read():
                assert time.monotonic() < deadline
            os.kill(server.process.pid, ending)
            assert answer.result(timeout=30)["type"] == "/errors#timeout"
        assert server.process.wait(30) == 0
    finally:
        stop_server(server)
    assert wait_until(lambda: not any(map(is_running, processes)))
