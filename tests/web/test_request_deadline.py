"""A request has one deadline and a part of the readers for all of its queries, whatever it asks for."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from flask import has_request_context, request
from flask.testing import FlaskClient

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.http import request_engine
from clustergraph.web.pages import compare, parallel
from clustergraph.web.service import Service

SLOW, QUICK = "/page/id/cluster/biom", "/page/id/cluster/cool-silicon"
HTML = {"Accept": "text/html"}
WAIT_SECONDS = 60
"""Longer than any of these tests takes that passes."""

Before = Callable[[Query], None]


class Watched(BlockingEngine):
    """An engine that calls something before each query of a request."""

    def __init__(self, service: Service, before: Before) -> None:
        self._engine = service.engine
        self._before = before

    @property
    def snapshot(self) -> Snapshot:
        return self._engine.snapshot

    def answer(self, query: Query) -> Answer:
        if has_request_context():
            self._before(query)
        return self._engine.answer(query)

    def close(self) -> None:
        pass


def served(service: Service, before: Before, readers: int = 2) -> Callable[[], FlaskClient]:
    """Makes clients of the published graph's service, which keeps nothing."""
    settings = Settings(log="off", rate="off", readers=readers, cache=0)
    return create_app(Service(Watched(service, before), service.catalogue, settings)).test_client


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The time that requests go by."""
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(request_engine, "time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock


@pytest.mark.parametrize(
    "address", ["/", SLOW, "/browse", "/compare?thing=biom&thing=cool-silicon", "/dcat", "/data/graph/ontology.ttl"]
)
def test_all_queries_of_a_request_share_its_deadline(service: Service, clock: SimpleNamespace, address: str) -> None:
    timeouts: list[float | None] = []

    def before(query: Query) -> None:
        timeouts.append(query.timeout)
        clock.now += 4.1

    response = served(service, before)().get(address, headers={} if "dcat" in address else HTML)
    assert timeouts in ([None, 6.0, 2.0], [None, 6.0], [None])
    if len(timeouts) == 3:
        assert response.status_code == 503
        assert "10 s" in response.text


def test_a_client_may_ask_for_a_longer_deadline(service: Service, clock: SimpleNamespace) -> None:
    timeouts: list[float | None] = []

    def before(query: Query) -> None:
        timeouts.append(query.timeout)
        clock.now += 25

    address = "/api/clusters-by-country?country=JP&format=json&timeout=60"
    # A catalogue of its own: what others have asked of a shared one is known already, and not asked again.
    fresh = replace(service, catalogue=Catalogue.load(published().queries))
    response = served(fresh, before)().get(address)
    assert timeouts[:2] == [60.0, 36.0]
    assert response.status_code in (200, 503)
    assert len(timeouts) <= 3


def test_tables_without_time_are_left_out_and_that_is_not_kept(service: Service, clock: SimpleNamespace) -> None:
    seconds, count = 0.0, 0

    def before(_query: Query) -> None:
        nonlocal count
        count += 1
        clock.now += seconds

    client = served(service, before)()
    whole = client.get("/.well-known/croissant.json")
    tables, queries = len(json.loads(whole.data)["recordSet"]), count
    assert tables > 2
    assert "public" in whole.headers["Cache-Control"]
    seconds, count = 3.0, 0
    part = client.get("/.well-known/croissant.json")
    assert part.headers["Cache-Control"] == "no-store"
    assert len(json.loads(part.data)["recordSet"]) < tables
    assert count <= 4 < queries


def test_readers_of_a_slow_page_hold_up_no_other_page(service: Service) -> None:
    inside, release = threading.Semaphore(0), threading.Event()

    def before(_query: Query) -> None:
        if request.path == SLOW:
            inside.release()
            assert release.wait(WAIT_SECONDS)

    client = served(service, before, readers=4)
    with ThreadPoolExecutor(7) as threads:
        try:
            slow = [threads.submit(client().get, SLOW, headers=HTML) for _ in range(6)]
            for _ in range(6):
                assert inside.acquire(timeout=WAIT_SECONDS)
            quick = threads.submit(client().get, QUICK, headers=HTML)
            assert quick.result(WAIT_SECONDS).status_code == 200
            assert not any(one.done() for one in slow)
        finally:
            release.set()
        assert {one.result(WAIT_SECONDS).status_code for one in slow} == {200}


def test_a_page_asks_on_half_of_the_readers(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    lock, two, together = threading.Lock(), threading.Event(), threading.Event()
    running = most = 0
    ask = Watched.answer

    def ask_together(*given: Any) -> list[Any]:
        together.set()
        return parallel.ask_together(*given)

    def answer(engine: Watched, query: Query) -> Answer:
        nonlocal running, most
        if not together.is_set():
            return ask(engine, query)
        with lock:
            running += 1
            most = max(most, running)
            if running == 2:
                two.set()
        try:
            assert two.wait(WAIT_SECONDS)  # until another query of the page has begun
            return ask(engine, query)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(Watched, "answer", answer)
    monkeypatch.setattr(compare, "ask_together", ask_together)
    client = served(service, lambda _query: None, readers=4)
    assert client().get("/compare?thing=biom&thing=cool-silicon", headers=HTML).status_code == 200
    assert most == 2


def test_a_page_needs_no_other_thread(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    with ThreadPoolExecutor(1) as helpers:
        helpers.submit(release.wait, WAIT_SECONDS)
        monkeypatch.setattr(parallel, "_HELPERS", helpers)
        try:
            client = served(service, lambda _query: None, readers=4)
            assert client().get("/compare?thing=biom&thing=cool-silicon", headers=HTML).status_code == 200
        finally:
            release.set()
