"""The whole service on a remote engine: same pages, same answers, clear errors while the engine is away, recovery."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

import clustergraph
from clustergraph.cli import cli
from clustergraph.cli.exit_codes import UNAVAILABLE, USAGE
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.remote import connect, describe
from clustergraph.ingest import build
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EngineDown
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.service import Service, open_service
from support import sparql_engines
from support.sparql_engines import Running
from support.waiting import wait_until

PAGES = (
    "/",
    "/browse",
    "/about",
    "/sparql",
    "/api",
    "/graph",
    "/page/graph/people",
    "/page/id/country/JP",
    "/page/id/cluster/cool-silicon",
    "/data/id/cluster/cool-silicon.ttl",
    "/compare",
    "/data/graph/people.nt",
    "/data/graph.nq",
    "/.well-known/void",
    "/dcat",
    "/dataset.jsonld",
    "/schema.json",
    "/manifest.json",
    "/openapi.json",
    "/api/countries-ranked.csv",
    "/api/search.json?text=silicon",
)
BEYOND_VIRTUOSO = ("/ontology",)
"""Addresses that ask what Virtuoso plans badly when it was just loaded."""

QUIET: dict[str, Any] = {"log": "off", "rate": "off", "readers": 4, "queue_timeout": 30}


@pytest.fixture
def serve() -> Iterator[Callable[..., FlaskClient]]:
    """Makes a client of a service on an engine; further arguments are settings."""
    opened: list[Service] = []

    def made(engine: str, **settings: Any) -> FlaskClient:
        opened.append(open_service(Settings(engine=engine, **{**QUIET, **settings})))
        return create_app(opened[-1]).test_client()

    yield made
    for one in opened:
        one.engine.close()


@pytest.fixture
def own(tmp_path: Path, needs: Callable[[str, str], None]) -> Iterator[Running]:
    """An Oxigraph server for one test alone, which may end it."""
    engine = sparql_engines.oxigraph(tmp_path, needs)
    engine.start()
    yield engine
    engine.end()


def push(source: Path, to: Running, *words: str) -> None:
    done = CliRunner().invoke(cli, ["push", str(source), "--to", to.query, *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output


def made(folder: Path, name: str, turtle: str) -> Snapshot:
    (folder / f"{name}.ttl").write_text(turtle)
    return build([folder / f"{name}.ttl"], store=folder / f"store-{name}", base="https://example.org/").snapshot


# ------------------------------------------------------------------------------------------------ the same pages


@pytest.mark.parametrize("name", ["oxigraph", "virtuoso", "clustergraph"])
def test_the_same_pages(name: str, engines: dict[str, str], serve: Callable[..., FlaskClient]) -> None:
    client = serve(engines[name], dialect=name, timeout=60)
    for path in (*PAGES, *(BEYOND_VIRTUOSO if name != "virtuoso" else ())):
        response = client.get(path, follow_redirects=True)
        assert response.status_code == 200, (path, response.get_data(as_text=True)[:500])
    assert client.get("/ready").json["queries"] > 30  # type: ignore[index]
    deadline = time.monotonic() + 30
    # Now and then it looks in the background whether there is a new snapshot.
    while "clustergraph_queries_running 0.0" not in (told := client.get("/metrics").get_data(as_text=True)):
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
    assert 'clustergraph_engine_unanswered_total{reason="timeout"} 0.0' in told


def test_the_same_answers_etags_and_snapshot(
    oxigraph_url: str, serve: Callable[..., FlaskClient], engine: EmbeddedEngine, snapshot: Snapshot
) -> None:
    client = serve(oxigraph_url)
    query = "SELECT ?c ?l { ?c a cg:Cluster ; rdfs:label ?l } ORDER BY ?c ?l"
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    assert response.data == engine.answer(Query(query, format="csv")).body
    assert response.headers["Snapshot"] == snapshot.name
    known = {"Accept": "text/csv", "If-None-Match": response.headers["ETag"]}
    assert client.get("/sparql", query_string={"query": query}, headers=known).status_code == 304


# ------------------------------------------------------------------------------------------------ away and back


def test_an_engine_that_is_killed_under_load_and_comes_back(
    own: Running, snapshot: Snapshot, serve: Callable[..., FlaskClient]
) -> None:
    assert snapshot.path is not None
    push(snapshot.path, own)
    client = serve(own.query, cache=0)
    app = client.application
    right = client.get("/sparql?query=SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", headers={"Accept": "text/csv"}).data
    assert right.split()[1] == str(snapshot.triples).encode()
    stop, seen = threading.Event(), Counter[str]()
    wrong: list[object] = []

    def load(number: int) -> None:
        mine = app.test_client()
        while not stop.is_set():
            number += 1
            text = f"SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }} # {number}"
            response = mine.get("/sparql", query_string={"query": text}, headers={"Accept": "text/csv"})
            seen[str(response.status_code)] += 1
            if response.status_code == 503:
                problem = json.loads(response.data)
                if problem["type"] != "/errors#engine-down" or own.query not in problem["detail"]:
                    wrong.append(problem)
            elif response.data != right:
                wrong.append((response.status_code, response.data))

    threads = [threading.Thread(target=load, args=(place * 1_000_000,)) for place in range(4)]
    for thread in threads:
        thread.start()
    try:
        assert wait_until(lambda: seen["200"] > 20)
        own.end()
        assert wait_until(lambda: seen["503"] > 4)
        assert client.get("/ready").status_code == 503
        assert client.get("/health").status_code == 200
        own.start()
        before = seen["200"]
        assert wait_until(lambda: seen["200"] > before + 20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert set(seen) == {"200", "503"}
    assert client.get("/ready").status_code == 200


def test_a_new_push_is_noticed_and_a_broken_one_is_no_answer(
    own: Running, tmp_path: Path, serve: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "LOOK_SECONDS", 0.05)
    one = made(tmp_path, "one", "<urn:a> <urn:b> 1 .")
    two = made(tmp_path, "two", "<urn:a> <urn:b> 2 , 3 .")
    assert one.path is not None
    assert two.path is not None
    push(one.path, own)
    client = serve(own.query)
    ask = "/sparql?query=SELECT ?o { <urn:a> ?p ?o } ORDER BY ?o"
    csv = {"Accept": "text/csv"}
    assert client.get(ask, headers=csv).data == b"o\r\n1\r\n"
    push(two.path, own)
    assert wait_until(lambda: client.get("/ready").json.get("snapshot") == two.name)  # type: ignore[union-attr]
    assert client.get(ask, headers=csv).data == b"o\r\n2\r\n3\r\n"
    kg = clustergraph.open(own.query)
    marker = "https://example.org/graph/snapshot"
    _update(
        own, f"CLEAR GRAPH <{marker}> ; INSERT DATA {{ GRAPH <{marker}> {{ <https://example.org/> <{_LOADING}> '' }} }}"
    )
    # What is known of the snapshot stays known; nothing new is asked of a part of the next one.
    number = itertools.count()
    assert wait_until(lambda: client.get(f"{ask} %23 {next(number)}", headers=csv).status_code == 503)
    assert client.get(ask, headers=csv).data == b"o\r\n2\r\n3\r\n"
    assert "push" in client.get(f"{ask} %23 again", headers=csv).json["detail"]  # type: ignore[index]
    with pytest.raises(EngineDown, match="clustergraph push"):
        wait_until(lambda: not kg.sparql("ASK { ?s ?p ?o }"))
    with pytest.raises(EngineDown, match="not all there"):
        clustergraph.open(own.query)
    push(two.path, own)
    assert wait_until(lambda: client.get(f"{ask} %23 once more", headers=csv).status_code == 200)
    kg.close()


_LOADING = "https://w3id.org/clustergraph/ontology#loading"


def _update(engine: Running, text: str) -> None:
    from urllib.request import Request, urlopen

    address = engine.query.removesuffix("/query") + "/update"
    with urlopen(Request(address, text.encode(), {"Content-Type": "application/sparql-update"}), timeout=10) as done:
        assert done.status == 204


# ------------------------------------------------------------------------------------------------ any other endpoint


def test_an_endpoint_that_nobody_pushed_to(own: Running, serve: Callable[..., FlaskClient]) -> None:
    _update(
        own, "INSERT DATA { <https://example.org/a> a <https://example.org/A> . GRAPH <urn:g> { <urn:x> a <urn:Y> } }"
    )
    client = serve(own.query, engine_refresh=0.5, engine_base="https://example.org/")
    for path in ("/", "/sparql", "/graph", "/.well-known/void", "/dcat", "/openapi.json", "/page/a"):
        assert client.get(path, follow_redirects=True).status_code == 200, path
    ready = client.get("/ready").json
    assert ready is not None
    assert ready["queries"] == 0
    count = "/sparql?query=SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    csv = {"Accept": "text/csv"}
    assert client.get(count, headers=csv).data == b"n\r\n1\r\n"
    _update(own, "INSERT DATA { <https://example.org/b> a <https://example.org/A> }")
    # Nobody says when its data change, so no answer is kept for longer than the setting says.
    assert wait_until(lambda: client.get(count, headers=csv).data == b"n\r\n2\r\n", 10)
    assert client.get("/ready").json["snapshot"] != ready["snapshot"]  # type: ignore[index]


def test_one_that_cannot_count_is_not_made_to(
    own: Running, serve: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describe, "COUNT_SECONDS", 0.0)
    client = serve(own.query, engine_base="https://example.org/")
    for path in ("/", "/about", "/snapshot", "/.well-known/void", "/dcat", "/dataset.jsonld"):
        assert client.get(path, follow_redirects=True).status_code == 200, path
    assert "triples" not in client.get("/manifest.json").json  # type: ignore[operator]


# ------------------------------------------------------------------------------------------------ library, command line


@pytest.mark.parametrize("at", ["", "/", "/sparql"])
def test_the_library_opens_a_running_service(clustergraph_url: str, at: str, kg: Any) -> None:
    with clustergraph.open(clustergraph_url.removesuffix("/sparql") + at) as there:
        assert there.snapshot.name == kg.snapshot.name
        assert there.queries == kg.queries
        asked = {"country": "Japan", "phase": "implementation"}
        assert list(there.query("clusters-by-country", **asked)) == list(kg.query("clusters-by-country", **asked))
        assert len(there.graph("people")) == len(kg.graph("people"))
        assert there.sparql("ASK { ?s a cg:Cluster }") is True


def test_the_library_opens_any_endpoint(oxigraph_url: str, kg: Any) -> None:
    with clustergraph.open(oxigraph_url) as there:
        assert there.queries == kg.queries
        text = "SELECT ?c ?n { ?c cg:memberCount ?n } ORDER BY ?c"
        assert list(there.sparql(text)) == list(kg.sparql(text))


def test_nothing_answers() -> None:
    port = sparql_engines.free_port()
    with pytest.raises(EngineDown, match="connection refused"):
        clustergraph.open(f"http://127.0.0.1:{port}/")
    with pytest.raises(ValueError, match="one address"):
        clustergraph.open(f"http://127.0.0.1:{port}/", "more.ttl")


def test_the_commands_ask_an_engine(oxigraph_url: str, tmp_path: Path) -> None:
    run = CliRunner()
    words = ["sparql", "SELECT (COUNT(?c) AS ?n) { ?c a cg:Cluster }", "--engine", oxigraph_url]
    assert run.invoke(cli, words).output.split() == ["n", "32"]
    found = run.invoke(cli, ["query", "clusters-by-country", "-p", "country=JP", "--engine", oxigraph_url])
    assert found.exit_code == 0, found.output
    assert "BioM" in found.output
    assert run.invoke(cli, ["query", "nothing", "--engine", oxigraph_url]).exit_code == USAGE
    both = run.invoke(cli, ["sparql", "ASK {}", "--engine", oxigraph_url, "--store", str(tmp_path)])
    assert both.exit_code == USAGE
    assert run.invoke(cli, ["sparql", "ASK {}", "--engine", "nowhere"]).exit_code == USAGE
    port = sparql_engines.free_port()
    down = run.invoke(cli, ["sparql", "ASK {}", "--engine", f"http://127.0.0.1:{port}/"])
    assert down.exit_code == UNAVAILABLE
    assert "connection refused" in down.output
    down = run.invoke(cli, ["serve", "--engine", f"http://127.0.0.1:{port}/", "--port", "0"])
    assert down.exit_code == UNAVAILABLE
    assert run.invoke(cli, ["serve", "--engine", oxigraph_url, "--store", str(tmp_path)]).exit_code == USAGE
