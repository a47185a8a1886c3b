"""Errors: one shape for programs, a page for browsers, no internals, wherever they come from."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clustergraph.catalogue import ParameterError, UnknownQuery
from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.sparql import errors as engine_errors
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.http.headers import EVERYWHERE
from clustergraph.web.http.i18n import texts
from clustergraph.web.http.problem import KINDS, Problem
from clustergraph.web.service import Service

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ENGINE_ERRORS: dict[str, Exception] = {
    "syntax": engine_errors.QuerySyntaxError("cannot read this.", 2, 7),
    "evaluation": engine_errors.EvaluationError("no"),
    "outside-address": engine_errors.OutsideAddress("no", "urn:x", "FROM"),
    "not-acceptable": engine_errors.UnsupportedFormat("no"),
    "timeout": engine_errors.DeadlinePassed(3),
    "memory": engine_errors.MemoryExceeded(1 << 30),
    "result-too-large": engine_errors.ResultTooLarge(1 << 20),
    "busy": engine_errors.Busy("full", 4),
    "engine-down": engine_errors.EngineDown("gone"),
    "bad-parameter": ParameterError("country", "no", suggestions=["JP"]),
    "unknown-query": UnknownQuery("nope", ["hope"]),
}


class Failing(BlockingEngine):
    """An engine that fails in one way."""

    def __init__(self, service: Service, error: Exception) -> None:
        self.snapshot = service.snapshot
        self.error = error

    def answer(self, query: Query) -> Answer:  # noqa: ARG002
        raise self.error

    def close(self) -> None:
        pass


def failing(service: Service, error: Exception) -> FlaskClient:
    return create_app(replace(service, engine=Failing(service, error))).test_client()


def check(response: Any, slug: str) -> dict[str, Any]:
    kind = KINDS[slug]
    assert response.status_code == kind.status
    assert response.content_type == "application/problem+json"
    said: dict[str, Any] = response.json
    assert list(said)[:5] == ["type", "title", "status", "detail", "advice"]
    assert said["type"] == f"/errors#{slug}"
    assert (said["title"], said["status"]) == (kind.title, kind.status)
    # Pages take no timeout=, so that they do not advise it.
    assert said["advice"] in (kind.advice, texts("en").get(f"error.{slug}.advice.page"))
    assert said["detail"].strip()
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert "Accept" in response.headers["Vary"]
    for name, value in EVERYWHERE.items():
        assert response.headers[name] == value
    return said


@pytest.mark.parametrize("slug", KINDS)
def test_every_kind_has_the_shape_and_a_place_on_the_page(service: Service, slug: str) -> None:
    app = create_app(service)

    @app.get("/-fail")
    def fail() -> str:
        raise Problem(slug, "What was wrong.", parameter="x", empty=[])

    client = app.test_client()
    said = check(client.get("/-fail"), slug)
    assert said["parameter"] == "x"
    assert "empty" not in said
    page = client.get("/-fail", headers=BROWSER)
    assert page.status_code == KINDS[slug].status
    assert page.content_type == "text/html; charset=utf-8"
    assert "What was wrong." in page.text
    assert f'href="/errors#{slug}"' in page.text
    assert f'id="{slug}"' in client.get("/errors").text


@pytest.mark.parametrize("slug", ENGINE_ERRORS)
def test_every_error_of_the_engine_is_one_of_the_kinds(service: Service, slug: str) -> None:
    client = failing(service, ENGINE_ERRORS[slug])
    response = client.get(f"/sparql?query={quote('ASK {}')}")
    said = check(response, slug)
    if slug == "busy":
        assert response.headers["Retry-After"] == "4"
    if slug == "syntax":
        assert (said["line"], said["column"]) == (2, 7)
    if slug == "timeout":
        assert said["ceiling"] == 60


def test_every_engine_error_class_is_covered() -> None:
    classes = {
        each
        for each in vars(engine_errors).values()
        if isinstance(each, type) and issubclass(each, engine_errors.EngineError)
    }
    covered = {type(error) for error in ENGINE_ERRORS.values()}
    kinds_of = {engine_errors.EngineError, engine_errors.LimitPassed}  # told as another
    kinds_of |= {engine_errors.SnapshotMoved, engine_errors.StoreDamaged}
    kinds_of.add(engine_errors.ClientLeft)  # told to nobody
    assert classes - covered <= kinds_of


def test_what_nobody_thought_of(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    client = failing(service, RuntimeError("secret /etc/shadow"))
    with caplog.at_level(logging.ERROR):
        said = check(client.get(f"/sparql?query={quote('ASK {}')}"), "internal")
        page = client.get("/id/cluster/biom", headers=BROWSER)
        check(client.get("/ready"), "internal")
    assert page.status_code == 500
    assert "secret" not in str(said) + page.text
    assert "Traceback" not in str(said) + page.text
    assert "secret /etc/shadow" in caplog.text
    assert "GET /sparql" in caplog.text


def test_a_service_whose_engine_is_down_is_alive_and_not_ready(service: Service) -> None:
    client = failing(service, engine_errors.EngineDown("gone"))
    assert client.get("/health").json == {"status": "alive"}
    check(client.get("/ready"), "unavailable")


def test_every_endpoint_answers_errors_in_the_shape(app: Flask, client: FlaskClient) -> None:
    for rule in app.url_map.iter_rules():
        address = (
            rule.rule.replace("<path:filename>", "nope.css").replace("<path:path>", "nope").replace("<name>", "nope")
        )
        for method in ("DELETE", "PROPFIND"):
            check(client.open(address, method=method), "method-not-allowed")
        if "<" in rule.rule:
            response = client.get(address)
            check(response, "unknown-query" if rule.endpoint == "api.query" else "not-found")
        if rule.endpoint in ("api.query", "sparql.sparql", "descriptions.void"):
            real = address.replace("nope", "clusters")
            check(client.get(f"{real}?format=nope&query=ASK+{{}}"), "bad-format")
            check(client.get(f"{real}?query=%FF"), "bad-request")


@pytest.mark.parametrize("host", ["<script>", "a b", "[", "x:y:z", "a/b"])
def test_a_host_that_is_none(client: FlaskClient, host: str) -> None:
    check(client.get("/api", headers={"Host": host}), "bad-request")


def test_errors_of_canned_queries_name_the_parameter(client: FlaskClient) -> None:
    assert check(client.get("/api/clusters-by-country"), "bad-parameter")["parameter"] == "country"
    said = check(client.get("/api/clusters-by-country?country=Japn"), "bad-parameter")
    assert "JP" in said["suggestions"]
    assert check(client.get("/api/clusters?nope=1"), "bad-parameter")["parameter"] == "nope"
    said = check(client.get("/api/clusters-by-country?country=JP&phase=third"), "bad-parameter")
    assert "implementation" in said["allowed"]
    check(client.get("/api/clusters-by-country?country=JP&country=FR"), "bad-parameter")
    check(client.get("/api/clusters?timeout=soon"), "bad-parameter")
    check(client.get("/api/clusters.pdf"), "unknown-query")
    check(client.get("/api/clusters.ttl"), "bad-format")


def test_a_browser_without_the_parameter_gets_the_form(client: FlaskClient) -> None:
    page = client.get("/api/clusters-by-country", headers=BROWSER)
    assert page.status_code == 200
    assert 'name="country"' in page.text
    assert "Japan" in page.text
    wrong = client.get("/api/clusters-by-country?country=Japn", headers=BROWSER)
    assert wrong.status_code == 400
    assert "JP" in wrong.text
