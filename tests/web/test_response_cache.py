"""What stands in front: ETags, compression, the caches, rate limits, metrics, the access log, new snapshots."""

from __future__ import annotations

import gzip
import json
import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import brotli
import pytest
import zstandard
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.ingest import build
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import CURRENT, SNAPSHOTS, current
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.http.headers import EVERYWHERE
from clustergraph.web.middleware import access_log, rate_limit
from clustergraph.web.middleware.access_log import address, line
from clustergraph.web.middleware.compression import CODINGS
from clustergraph.web.middleware.rate_limit import RateLimit
from clustergraph.web.service import Service, open_service

CLUSTERS = "/api/clusters"
DECODE: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "": lambda body: body,
}


class Counting(BlockingEngine):
    """An engine in this process that counts what it evaluates."""

    def __init__(self, store: Path) -> None:
        self.inner = EmbeddedEngine(current(store))
        self.snapshot = self.inner.snapshot
        self.asked = 0

    def answer(self, query: Query) -> Answer:
        self.asked += 1
        return self.inner.answer(query)

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def counting(store: Path) -> Counting:
    return Counting(store)


def client_of(engine: Any, **settings: Any) -> FlaskClient:
    given = Settings(**{"log": "off", "rate": "off", **settings})
    catalogue = Catalogue.load(published().queries)
    return create_app(Service(CachedEngine(engine, AnswerCache(1 << 22)), catalogue, given)).test_client()


def ask(query: str, **parameters: str) -> str:
    return f"/sparql?{urlencode({'query': query, **parameters})}"


def test_an_etag_is_stable_and_names_one_representation(client: FlaskClient) -> None:
    tags = {
        client.get(path, headers=headers).headers["ETag"]
        for path in (CLUSTERS, f"{CLUSTERS}.csv", "/", "/openapi.json", "/page/id/cluster/biom", "/static/site.css")
        for headers in ({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "br"})
    }
    assert len(tags) == 18
    first, second = client.get(CLUSTERS), client.get(CLUSTERS)
    assert first.headers["ETag"] == second.headers["ETag"]
    assert first.headers["ETag"].startswith('"')
    assert first.headers["Cache-Control"] == "public, no-cache"


def test_a_client_that_has_the_answer_costs_nothing_even_cold(store: Path, counting: Counting) -> None:
    tag = client_of(counting).get(CLUSTERS).headers["ETag"]
    asked = counting.asked
    cold = client_of(counting)
    response = cold.get(CLUSTERS, headers={"If-None-Match": tag})
    assert response.status_code == 304
    assert counting.asked == asked
    assert response.data == b""
    for name in ("Content-Length", "Content-Type", "Content-Encoding"):
        assert name not in response.headers
    assert response.headers["ETag"] == tag
    assert response.headers["Vary"] == "Accept, Accept-Language, Accept-Encoding"
    assert response.headers["Snapshot"] == current(store).name
    assert dict(response.headers).items() >= EVERYWHERE.items()


@pytest.mark.parametrize("shape", ["{}", "W/{}", '"other", {}', 'W/"a",W/{} , "b"', "*", " * "])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_if_none_match(client: FlaskClient, shape: str, method: str) -> None:
    full = client.get(CLUSTERS)
    header = shape.format(full.headers["ETag"])
    response = client.open(CLUSTERS, method=method, headers={"If-None-Match": header})
    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["ETag"] == full.headers["ETag"]
    assert dict(response.headers).items() >= EVERYWHERE.items()


@pytest.mark.parametrize("header", ['"other"', "", "W/", '"'])
def test_another_tag_gets_the_answer(client: FlaskClient, header: str) -> None:
    assert client.get(CLUSTERS, headers={"If-None-Match": header}).status_code == 200


def test_no_tag_matches_what_is_not_there(client: FlaskClient) -> None:
    assert client.get("/api/nope", headers={"If-None-Match": "*"}).status_code == 404
    assert client.get("/health", headers={"If-None-Match": "*"}).status_code == 200


def test_other_queries_or_settings_make_other_tags(counting: Counting, tmp_path: Path) -> None:
    tag = client_of(counting).get(CLUSTERS).headers["ETag"]
    assert client_of(counting).get(CLUSTERS).headers["ETag"] == tag
    assert client_of(counting, url="https://a.example").get(CLUSTERS).headers["ETag"] != tag
    elsewhere = client_of(counting, store=tmp_path / "store", port=1, readers=7, cache=1, rate="9/second", memory=256)
    assert elsewhere.get(CLUSTERS).headers["ETag"] == tag
    shutil.copytree(published().queries, tmp_path / "queries")
    file = tmp_path / "queries" / "clusters.rq"
    file.write_text(file.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    service = Service(counting, Catalogue.load(tmp_path / "queries"), Settings(log="off", rate="off"))
    assert create_app(service).test_client().get(CLUSTERS).headers["ETag"] != tag


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("zstd", "zstd"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1, br;q=0.5", "gzip"),
        ("GZIP;Q=0.3", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, zstd;q=0, br;q=0", "gzip"),
        ("identity", ""),
        ("identity;q=1, gzip;q=0.2", ""),
        ("gzip;q=0", ""),
        ("gzip;q=nonsense", ""),
        ("deflate, compress", ""),
        ("", ""),
        ("*;q=0", ""),
        ("gzip;q=nan, br;q=-1", ""),
        (",,;;=", ""),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_compression(client: FlaskClient, header: str, coding: str, method: str) -> None:
    query = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 50"
    headers = {"Accept-Encoding": header}
    if method == "GET":
        response = client.get(ask(query), headers=headers)
    else:
        response = client.post("/sparql", data={"query": query}, headers=headers)
    assert response.headers.get("Content-Encoding", "") == coding
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert response.headers["Vary"] == "Accept, Accept-Encoding"
    assert DECODE[coding](response.data) == client.get(ask(query)).data


def test_what_is_small_is_not_compressed(client: FlaskClient) -> None:
    response = client.get(ask("ASK {}"), headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in response.headers


def test_all_codings_are_tested() -> None:
    assert set(CODINGS) == set(DECODE) - {""}


def test_what_varies_has_no_tag_and_is_computed_each_time(client: FlaskClient) -> None:
    address = ask("SELECT (STRUUID() AS ?id) {}")
    first, second = client.get(address), client.get(address)
    assert first.data != second.data
    assert "ETag" not in first.headers
    assert first.headers["Cache-Control"] == "no-store"


def test_post_and_get_share_answers(counting: Counting) -> None:
    client = client_of(counting)
    query = "SELECT * { ?s a ?type } ORDER BY ?s ?type LIMIT 3"
    posted = client.post("/sparql", data={"query": query})
    got = client.get(ask(query))
    direct = client.post("/sparql", data=query, content_type="application/sparql-query")
    assert counting.asked == 1
    assert posted.data == got.data == direct.data
    assert "ETag" not in posted.headers


def test_many_who_ask_the_same_share_one_evaluation(counting: Counting) -> None:
    client = client_of(counting)
    barrier = threading.Barrier(20)

    def get(_: int) -> bytes:
        barrier.wait(10)
        return bytes(client.application.test_client().get(ask("SELECT * { ?s ?p ?o } ORDER BY ?o LIMIT 7")).data)

    with ThreadPoolExecutor(20) as pool:
        bodies = set(pool.map(get, range(20)))
    assert len(bodies) == 1
    assert counting.asked == 1


def test_server_timing_tells_the_steps(client: FlaskClient) -> None:
    address = ask("SELECT (COUNT(*) AS ?never_asked_before) { ?s ?p ?o }")
    steps = [step.split(";")[0] for step in client.get(address).headers["Server-Timing"].split(", ")]
    assert steps == ["parse", "queue", "evaluate", "serialise"]
    assert client.get(address).headers["Server-Timing"] == "ready"


def test_every_response_has_the_headers(client: FlaskClient, service: Service) -> None:
    answers = [
        client.get("/"),
        client.get(CLUSTERS),
        client.get("/nope"),
        client.get("/id/cluster/biom"),
        client.get("/void"),
        client.get("/static/site.css"),
        client.get("/metrics"),
        client.post("/sparql", data="x", content_type="text/plain"),
        client.delete("/sparql"),
        client.options("/sparql"),
    ]
    for response in answers:
        for name, value in EVERYWHERE.items():
            assert response.headers.get(name) == value, (response.status, name)
            assert len(response.headers.getlist(name)) == 1
        assert response.headers["Snapshot"] == service.snapshot.name


def test_a_client_may_only_compute_so_much(counting: Counting) -> None:
    client = client_of(counting, rate="3/minute")
    for number in range(3):
        assert client.get(ask(f"ASK {{ ?s ?p {number} }}")).status_code == 200
    assert client.get(ask("ASK { ?s ?p 0 }")).status_code == 200  # ready, and so free
    tag = client.get(ask("ASK { ?s ?p 0 }")).headers["ETag"]
    assert client.get(ask("ASK { ?s ?p 0 }"), headers={"If-None-Match": tag}).status_code == 304
    for response in (client.get(ask("ASK { ?s ?p 9 }")), client.post("/sparql", data={"query": "ASK {}"})):
        assert response.status_code == 429
        assert response.json["type"] == "/errors#too-many-requests"  # type: ignore[index]
        assert 1 <= int(response.headers["Retry-After"]) <= 20
        assert dict(response.headers).items() >= EVERYWHERE.items()
        assert "ETag" not in response.headers
    for path in ("/health", "/ready", "/metrics"):
        assert client.get(path).status_code == 200
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    assert client.get(ask("ASK { ?s ?p 9 }"), environ_overrides=elsewhere).status_code == 200
    page = client.get("/api", headers={"Accept": "text/html"})
    assert page.status_code == 429
    assert page.content_type == "text/html; charset=utf-8"


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 200), (2, 429)])
def test_forwarded_for_counts_only_behind_proxies(counting: Counting, proxies: int, status: int) -> None:
    client = client_of(counting, rate="1/hour", proxies=proxies)
    client.get(ask("ASK { ?s ?p 1 }"), headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.1"})
    again = client.get(ask("ASK { ?s ?p 2 }"), headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.2"})
    assert again.status_code == status


def test_addresses_are_those_the_proxy_was_asked_for(counting: Counting) -> None:
    forwarded = {"X-Forwarded-Host": "graph.example", "X-Forwarded-Proto": "https"}
    behind, open_ = client_of(counting, proxies=1), client_of(counting)
    assert behind.get("/openapi.json", headers=forwarded).json["servers"] == [{"url": "https://graph.example"}]  # type: ignore[index]
    assert behind.get("/openapi.json").json["servers"] == [{"url": "http://localhost"}]  # type: ignore[index]
    assert open_.get("/openapi.json", headers=forwarded).json["servers"] == [{"url": "http://localhost"}]  # type: ignore[index]
    named = client_of(counting, url="https://public.example/")
    assert named.get("/openapi.json").json["servers"] == [{"url": "https://public.example"}]  # type: ignore[index]


def test_an_allowance_grows_back_evenly() -> None:
    now = [0.0]
    rate = RateLimit("6/minute", now=lambda: now[0])
    assert [rate.wait("a") for _ in range(7)] == [0] * 6 + [10]
    now[0] = 10.0
    assert [rate.wait("a"), rate.wait("a")] == [0, 10]
    assert rate.wait("b") == 0


def test_seconds_that_queries_run_are_taken_from_the_allowance() -> None:
    now = [0.0]
    rate = RateLimit("60/minute", now=lambda: now[0])
    for _ in range(5):  # one after the other is never too much
        assert rate.wait("a") == 0
        now[0] += 100.0
        rate.charge("a", 100.0)
    assert [rate.wait("b") for _ in range(4)] == [0] * 4
    now[0] += 30.0
    for _ in range(4):  # four at once are
        rate.charge("b", 30.0)
    assert rate.wait("b") == 31
    assert rate.wait("c") == 0
    rate.charge("c", 0.5)  # shorter than what one answer takes in any case
    assert [rate.wait("c") for _ in range(60)][-2:] == [0, 1]


def test_so_many_clients_are_remembered_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MAX_CLIENTS", 100)
    rate = RateLimit("2/hour", now=lambda: 0.0)
    assert [rate.wait("often") for _ in range(3)] == [0, 0, 1800]
    for number in range(5000):
        rate.wait(str(number))
        assert len(rate) <= 1024
    assert rate.wait("often") == 1800  # who lacks most is remembered longest


@pytest.mark.parametrize("text", ["20/s", "5", "x", "-1/second", "0/second", "5 per second per day", "5/weeks"])
def test_what_is_not_a_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a rate; write one such as 20/second, 600/minute or off"):
        Settings(rate=text)


def test_clients_with_a_whole_allowance_are_forgotten() -> None:
    now = [0.0]
    rate = RateLimit("1/second", now=lambda: now[0])
    for number in range(10_000):
        now[0] += 0.01
        rate.wait(str(number))
    assert len(rate) <= 1024


@pytest.fixture
def environ() -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/a b\nfake line\x1b[31m\u00c3\u00a4",
        "QUERY_STRING": "q=1\r\nx",
        "REMOTE_ADDR": "1.2.3.4",
    }


def test_a_log_line_cannot_be_forged(environ: dict[str, Any]) -> None:
    for style in ("json", "text"):
        text = line(style, environ, "200", 12, "ready", 0.00123)
        assert text.isprintable()
        assert "\n" not in text
    entry = json.loads(line("json", environ, "200", 12, "ready", 0.00123))
    assert (entry["status"], entry["bytes"], entry["ms"], entry["client"]) == (200, 12, 1.23, "1.2.3.4")
    assert entry["path"].startswith("/a%20b%0Afake%20line%1B%5B31m%C3%A4")
    fields = line("text", environ, "200", 12, "ready", 0.00123).split(" ")
    assert len(fields) == 8
    assert fields[2] == "GET"
    assert len(address({**environ, "QUERY_STRING": "x" * 100_000})) < 3_000


@pytest.mark.parametrize("style", ["json", "text", "off"])
def test_one_line_a_request(counting: Counting, capsys: pytest.CaptureFixture[str], style: str) -> None:
    client = client_of(counting, log=style)
    client.get(ask("ASK {}"))
    client.head(ask("ASK {}"))
    client.get("/nope%0Aforged")
    access_log.flush()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (0 if style == "off" else 3)
    if style == "json":
        assert [json.loads(one)["outcome"] for one in lines] == ["computed", "ready", "computed"]


def test_lines_of_the_log_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("sys.stderr.write", written.append)
    monkeypatch.setattr(access_log, "MAX_GATHERED_LINES", 5)
    monkeypatch.setattr(access_log, "GATHER_SECONDS", 3600)
    access_log.flush()
    written.clear()
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    for number in range(7):
        access_log.write("text", environ, "200", number, "ready", 0.001)
    assert [len(text.splitlines()) for text in written] == [5]
    access_log.flush()
    assert [line.split()[5] for text in written for line in text.splitlines()] == list("0123456")


def metrics(client: FlaskClient) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_move(store: Path) -> None:
    service = open_service(Settings(store=store, queries=published().queries, log="off", rate="off", readers=2))
    client = create_app(service).test_client()
    try:
        before = metrics(client)
        client.get(CLUSTERS)
        client.get(CLUSTERS)
        client.get(ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c < ?i) }", timeout="0.2"))
        after = metrics(client)
    finally:
        service.engine.close()

    def moved(*key: str) -> float:
        return after.get(key, 0) - before.get(key, 0)

    total = "clustergraph_requests_total"
    assert moved(total, "area=api", "method=GET", "outcome=computed", "status=200") == 1
    assert moved(total, "area=api", "method=GET", "outcome=ready", "status=200") == 1
    assert moved(total, "area=sparql", "method=GET", "outcome=computed", "status=503") == 1
    assert moved("clustergraph_request_seconds_count", "area=api") == 2
    assert moved("clustergraph_readers_ended_total", "reason=timeout") == 1
    assert after["clustergraph_readers_ended_total", "reason=cancelled"] == 0
    assert moved("clustergraph_cache_lookups_total", "cache=responses", "result=hit") == 1
    assert after["clustergraph_queries_running",] == 0
    assert ("clustergraph_snapshot_info", f"name={service.snapshot.name}") in after


def test_labels_are_few_whatever_is_asked(counting: Counting) -> None:
    client = client_of(counting)
    client.get("/nope")
    series = len(metrics(client))
    for number in range(50):
        client.get(f"/nope{number}/x")
        client.open("/nope", method=f"M{number}")
    assert len(metrics(client)) <= series + 40


def point_at(store: Path, name: str) -> None:
    fresh = store / ".next"
    fresh.symlink_to(Path(SNAPSHOTS) / name)
    fresh.rename(store / CURRENT)


def test_a_new_snapshot_is_taken_up_without_a_failed_request(tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "some.ttl"
    names = []
    for value in ("old", "new"):
        file.write_text(f'<http://localhost:8080/a> <http://localhost:8080/p> "{value}" .')
        names.append(build([file], store=store).snapshot.name)
    point_at(store, names[0])
    service = open_service(Settings(store=store, log="off", rate="off", readers=2))
    app = create_app(service)
    wrong: list[Any] = []
    stop = threading.Event()

    def load(number: int) -> None:
        client = app.test_client()
        while not stop.is_set():
            for path in (
                ask("SELECT ?o { ?s ?p ?o }"),
                ask(f"SELECT ?o {{ ?s ?p ?o }} #{number}"),
                "/page/a",
                "/ready",
            ):
                response = client.get(path)
                told, text = response.headers["Snapshot"], response.text
                value = "old" if told == names[0] else "new"
                if response.status_code != 200 or (path != "/ready" and value not in text):
                    wrong.append((path, response.status, told, text))

    threads = [threading.Thread(target=load, args=(number,)) for number in range(4)]
    try:
        client = app.test_client()
        tag = client.get(ask("SELECT ?o { ?s ?p ?o }")).headers["ETag"]
        assert client.get("/ready").json["snapshot"] == names[0]  # type: ignore[index]
        for thread in threads:
            thread.start()
        for name in (names[1], names[0], names[1]):
            point_at(store, name)
            deadline = time.monotonic() + 30
            while client.get("/ready").json["snapshot"] != name:  # type: ignore[index]
                assert time.monotonic() < deadline
                time.sleep(0.05)
        response = client.get(ask("SELECT ?o { ?s ?p ?o }"), headers={"If-None-Match": tag})
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        service.engine.close()
    assert response.status_code == 200
    assert "new" in response.text
    assert response.headers["ETag"] != tag
    assert wrong == []


class Moving(Counting):
    """An engine whose snapshot changes while it computes its first answer."""

    def answer(self, query: Query) -> Answer:
        answer = super().answer(query)
        if self.asked == 1:
            self.snapshot = replace(self.snapshot, manifest={**self.snapshot.manifest, "name": "later"})
        return answer


def test_an_answer_to_a_post_is_never_called_one_of_the_snapshot_after(store: Path) -> None:
    engine = Moving(store)
    response = client_of(engine).post("/sparql", data={"query": "ASK {}"})
    assert (response.status_code, response.headers["Snapshot"]) == (200, "later")
    assert engine.asked == 2
    response = client_of(engine).post("/sparql", data={"query": "ASK { ?a ?b ?c }"})
    assert response.status_code == 200
    assert engine.asked == 3


def test_an_answer_is_never_tagged_with_the_snapshot_before(store: Path, counting: Counting) -> None:
    """The snapshot changes while an answer is computed; it is computed again rather than kept under the old name."""
    engine = Moving(store)
    client = client_of(engine)
    response = client.get(ask("ASK {}"))
    assert response.headers["Snapshot"] == "later"
    assert engine.asked == 2
    assert client.get(ask("ASK {}")).headers["ETag"] == response.headers["ETag"]
    assert client.get(ask("ASK {}")).headers["Server-Timing"] == "ready"
    tag = client_of(counting).get(ask("ASK {}")).headers["ETag"]
    assert response.headers["ETag"] != tag


def test_odd_requests_leave_the_cache_within_bounds(counting: Counting) -> None:
    client = client_of(counting, cache=2)
    for number in range(300):
        client.get(ask(f"SELECT * {{ ?s ?p ?o }} LIMIT {number}"), headers={"Accept": "text/csv" + " " * number})
    sizes = metrics(client)
    assert sizes["clustergraph_cache_bytes", "cache=responses"] <= 2 << 20
    assert sizes["clustergraph_cache_entries", "cache=responses"] > 10


def test_without_a_cache_all_is_computed(counting: Counting) -> None:
    client = client_of(counting, cache=0)
    first, second = client.get(CLUSTERS), client.get(CLUSTERS)
    assert first.data == second.data
    assert second.headers.get("Server-Timing") != "ready"
    assert client.get(CLUSTERS, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
