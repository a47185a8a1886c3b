"""Requests that nobody meant to send, a thousand: none gives a 5xx but the documented 503, none hangs, none leaks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, unquote_to_bytes, urlencode

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clustergraph.catalogue import Catalogue
from clustergraph.settings import Settings
from clustergraph.snapshots.source_folder import published
from clustergraph.web.app import create_app
from clustergraph.web.http.problem import KINDS
from clustergraph.web.service import open_service
from support.processes import child_processes
from support.rsgi_client import Headers, Response, RsgiClient, Scope

QUERIES = Catalogue.load(published().queries)
WELL_FORMED = [
    "SELECT * { ?s ?p ?o } LIMIT 5",
    "ASK { ?s a cg:Cluster FILTER(LANG(?p) = 'de') }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5",
    "DESCRIBE <https://w3id.org/clustergraph/id/country/JP>",
    "PREFIX x: <urn:x:> SELECT (COUNT(*) AS ?n) FROM x:g { GRAPH ?g { ?a x:b* [] } } GROUP BY ?g HAVING (?n > 1)",
    "SELECT ?a { { SELECT ?a { VALUES ?a { 1 UNDEF 'x'@en } } } MINUS { ?a ?b ?c } OPTIONAL { ?a ?b ?d } }",
    *(query.text for query in QUERIES),
]
PIECES = [*"{}()<>*#é💡", '"', "\\", "\r", "\0", "'''", "\\u0041", "?x", "SERVICE <urn:x> {"]
COUNT = 1_000


@st.composite
def sparql(draw: st.DrawFn) -> str:
    """A query with something cut out, put in or doubled, or left as it is."""
    text = draw(st.sampled_from(WELL_FORMED))
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + draw(st.sampled_from(["", *PIECES, text[start:end] * 2])) + text[end:]
    return text


WORDS = st.one_of(
    st.sampled_from(
        ["JP", "Japan", "concept", "cool-silicon", "html", "csv", "ttl", "1", "-1", "NaN", "1e999", "urn:g"]
    ),
    st.text(max_size=12),
)
ROUTES = [
    "/",
    "/sparql",
    "/api",
    "/browse",
    "/compare",
    "/about",
    "/ontology",
    "/graph",
    "/page",
    "/data",
    "/dcat",
    "/openapi.json",
    "/health",
    "/ready",
    "/metrics",
    "/schema.json",
    "/.well-known/void",
    "/errors",
    "/static/x",
    "/id/cluster/cool-silicon",
    "/page/id/country/JP",
    "/graph/people",
    "/data/id/field/photonics.ttl",
]
PATHS = st.one_of(
    st.sampled_from([*ROUTES, *(f"/api/{name}" for name in QUERIES.names), *["/sparql"] * 10]),
    st.text(max_size=20).map(lambda text: f"/{quote(text)}"),
)
NAMES = st.sampled_from(
    [
        "query",
        "update",
        "format",
        "timeout",
        "default-graph-uri",
        "named-graph-uri",
        "lang",
        "iri",
        "thing",
        "download",
        "country",
        "phase",
        "state",
        "field",
        "cluster",
        "text",
        "page",
        "unheard-of",
    ]
)
FIELDS = st.lists(st.tuples(NAMES, st.one_of(WORDS, sparql())), max_size=4)
ACCEPTS = st.sampled_from(
    ["", "*/*", "text/html", "text/turtle", "application/json;q=2", "text/csv;q=0", ";;,", "a/b/c"]
)
BODIES = st.sampled_from(["application/x-www-form-urlencoded", "application/sparql-query", "application/json", "", "x"])
IMPATIENT: dict[str, Any] = {"log": "off", "rate": "off", "readers": 2, "timeout": 0.3, "timeout_ceiling": 0.3}


@pytest.fixture(scope="module")
def impatient(store: Path, snapshot: Any) -> Any:
    """A service whose queries have little time: a client by WSGI, and one on an event loop."""
    assert snapshot
    service = open_service(Settings(store=store, queries=published().queries, **IMPATIENT))
    app = create_app(service)
    loop = RsgiClient(app)
    yield app.test_client(), loop
    loop.close()
    service.engine.close()


@settings(max_examples=COUNT, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(path=PATHS, fields=FIELDS, text=sparql(), accept=ACCEPTS, kind=BODIES, method=st.sampled_from("GGGGPPHOD"))
def fuzz(
    asked: tuple[FlaskClient, RsgiClient],
    path: str,
    fields: list[tuple[str, str]],
    text: str,
    accept: str,
    kind: str,
    method: str,
) -> None:
    client, loop = asked
    headers = {"Accept": accept} if accept else {}
    # Given as it comes over the wire: the client would take what begins with two slashes for a host.
    wire = {"PATH_INFO": unquote_to_bytes(path).decode("latin-1")}
    if method == "P":
        posted = client.post(query_string=fields, data=text, content_type=kind, headers=headers, environ_overrides=wire)
        response = Response(posted.status_code, {"Content-Type": posted.mimetype or ""}, posted.data)
    else:
        if path == "/sparql" and not any(name == "query" for name, _ in fields):
            fields = [("query", text), *fields[2:]]  # most often nothing else, as programs ask
        verb = {"G": "GET", "H": "HEAD", "O": "OPTIONS", "D": "DELETE"}[method]
        host = Headers([("host", "localhost"), *((name.lower(), value) for name, value in headers.items())])
        scope = Scope(unquote(path), host, method=verb, query_string=urlencode(fields, errors="replace"))
        response = loop.ask(scope)
    if response.status >= 500:
        assert response.status == 503, (path, fields, text, response.body)
    if response.headers.get("Content-Type") == "application/problem+json" and method != "H":
        said = json.loads(response.body)
        assert said["type"].removeprefix("/errors#") in KINDS
        assert said["status"] == response.status


@pytest.mark.slow
def test_nobody_meant_to_send_these(impatient: tuple[FlaskClient, RsgiClient]) -> None:
    before = child_processes()
    fuzz(impatient)
    assert impatient[0].get("/ready").status_code == 200
    # Readers were ended and replaced; there are as many as before, and the spare may be on its way.
    assert len(child_processes()) <= len(before) + 1
