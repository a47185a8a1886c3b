"""Graphs of other people, with nothing said about them: the same service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

HTML = {"Accept": "text/html"}
BARE = "<http://localhost:8080/a> <http://localhost:8080/p> <http://localhost:8080/b> ."
ODD = """
@prefix ex: <http://localhost:8080/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a a ex:Thing ; ex:knows [ ex:name "nobody" ; ex:knows [ ex:name "no one" ] ] ;
  ex:number 007, 1.5, 2e400, "NaN"^^xsd:double, "not a number"^^xsd:integer ;
  ex:text "", " ", "\\t\\n", "مرحبا"@ar, "日本"@ja-Hira-JP, "x"^^ex:type, "ends with a backslash\\\\" ;
  ex:long "LONG" ; ex:list () , (1 (2)) .
[] ex:p ex:a .
""".replace("LONG", "word " * 20_000)


@pytest.mark.parametrize("turtle", [BARE, ODD, ""], ids=["bare", "odd", "empty"])
def test_every_page_and_description_is_there(serve: Callable[..., FlaskClient], turtle: str) -> None:
    client = serve(turtle)
    for path in ("/", "/api", "/sparql", "/errors"):
        assert client.get(path, headers=HTML).status_code == 200
    assert client.get("/api").json == []
    assert "without canned queries" in client.get("/api", headers=HTML).text
    document: Any = client.get("/openapi.json").json
    validate(document)
    assert document["info"]["title"]
    for path in ("/sparql", "/.well-known/void"):
        for accept in ("text/turtle", "application/rdf+xml", "application/ld+json", "application/n-quads"):
            assert client.get(path, headers={"Accept": accept}).status_code == 200
    for path in ("/ready", "/health", "/metrics"):
        assert client.get(path).status_code == 200


def test_things_without_labels_go_by_their_names(serve: Callable[..., FlaskClient]) -> None:
    client = serve(BARE)
    assert client.get("/a", headers=HTML).headers["Location"] == "/page/a"
    page = client.get("/page/a", headers=HTML).text
    assert '<a href="/b">' in page
    assert "What points here" in client.get("/page/b", headers=HTML).text
    assert client.get("/page/p", headers=HTML).status_code == 200


def test_odd_values_are_shown_and_given(serve: Callable[..., FlaskClient]) -> None:
    client = serve(ODD)
    page = client.get("/page/a", headers=HTML)
    assert page.status_code == 200
    for text in ("nobody", "مرحبا", "not a number", "日本"):
        assert text in page.text
    query = quote("SELECT * { ?s ?p ?o }")
    for form in ("json", "xml", "csv", "tsv", "html"):
        assert client.get(f"/sparql?query={query}&format={form}").status_code == 200


def test_an_empty_graph_says_so(serve: Callable[..., FlaskClient]) -> None:
    client = serve("")
    page = client.get(f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}", headers=HTML)
    assert "No rows" in page.text
    assert client.get("/nothing").status_code == 404


def test_graphs_that_a_file_names_are_not_taken_for_inferred(serve: Callable[..., FlaskClient]) -> None:
    client = serve("@prefix ex: <http://e.org/> . <graph/mine> { ex:a ex:p 1 } ex:b ex:p 2 .", "two.trig")
    page = client.get("/graph", headers=HTML, follow_redirects=True).text
    assert "Named in a file that holds several graphs." in page
    assert "Read from one file." in page
    assert "reasoning" not in page


def test_numbers_without_end_are_shown_as_they_are(serve: Callable[..., FlaskClient]) -> None:
    long = "9" * 5000
    client = serve(
        "@prefix ex: <http://localhost:8080/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        f'ex:a ex:n {long}, {long}.5, "P{long}Y"^^xsd:duration, "-{long}"^^xsd:gYear, "{long}-01-01"^^xsd:date ;\n'
        f'<http://purl.org/dc/terms/source> "²", "page 10", "page 9", "{long}" .'
    )
    page = client.get("/page/a", headers=HTML)
    assert page.status_code == 200
    assert ",".join(["99", *["999"] * 1666]) in page.text
    assert page.text.index("page 9") < page.text.index("page 10")
    query = quote("SELECT * { ?s ?p ?o }")
    for form in ("html", "json", "csv"):
        assert client.get(f"/sparql?query={query}&format={form}").status_code == 200
    for path in ("/ontology", "/.well-known/void", "/data/a.ttl"):
        assert client.get(path, headers={"Accept": "text/html, */*;q=0.5"}).status_code == 200
