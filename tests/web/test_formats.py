"""What each format can hold is given whole; what it cannot hold is refused before a byte is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from flask.testing import FlaskClient

from clustergraph.cli import cli, exit_codes
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.web.endpoints import downloads
from support.foreign_graphs import CONTROLS, HEAD

Serve = Callable[..., FlaskClient]
GRAPHS = of_kind("graph")
IDS = [form.name for form in GRAPHS]
DATASETS = ("trig", "nquads", "jsonld")
WELL = (
    '<http://ex.example/well> <http://ex.example/depth> 012 ; <http://www.w3.org/2000/01/rdf-schema#label> "The well" .'
)
WELL_DATA = "/data?iri=http%3A%2F%2Fex.example%2Fwell"
STAR = HEAD + "<urn:x:a> <urn:x:said> <<( <urn:x:a> <urn:x:b> 'c' )>> . <urn:x:b> <urn:x:c> 1 ."
LI = HEAD + "<urn:x:a> rdf:li 'one' . <urn:x:b> <urn:x:c> 1 ."


def parse(body: bytes, form: Format) -> list[ox.Quad]:
    """The statements of a document."""
    rdf_format = ox.RdfFormat.from_media_type(form.media_type)
    assert rdf_format is not None
    return list(ox.parse(body, rdf_format))


def in_default_graph(body: bytes, form: Format) -> set[ox.Triple]:
    return {quad.triple for quad in parse(body, form) if quad.graph_name == ox.DefaultGraph()}


@pytest.mark.parametrize("form", GRAPHS, ids=IDS)
def test_a_document_that_accept_asks_for_is_a_graph(serve: Serve, form: Format) -> None:
    client = serve(WELL)
    accept = {"Accept": form.media_type}
    turtle = parse(client.get(f"{WELL_DATA}&format=turtle").data, GRAPHS[0])
    expected = {quad.triple for quad in turtle}
    assert {quad.object.value for quad in turtle if isinstance(quad.object, ox.Literal)} >= {"012", "The well"}
    assert in_default_graph(client.get(WELL_DATA, headers=accept).data, form) == expected
    for path, size in (("/data/graph", 2), ("/data/graph/some", 2)):
        response = client.get(path, headers=accept)
        assert response.mimetype == form.media_type
        assert len(in_default_graph(response.data, form)) == size
    moved = client.get("/graph/some", headers=accept)
    assert moved.status_code == 303
    followed = client.get(moved.headers["Location"], headers=accept)
    assert followed.mimetype == form.media_type
    assert len(in_default_graph(followed.data, form)) == 2
    query = quote("CONSTRUCT WHERE { ?s ?p ?o }")
    assert len(in_default_graph(client.get(f"/sparql?query={query}", headers=accept).data, form)) == 2


@pytest.mark.parametrize("form", GRAPHS, ids=IDS)
@pytest.mark.parametrize("path", ["/data/graph", "/data/graph/some", WELL_DATA])
def test_a_dataset_is_what_is_asked_for_by_name(serve: Serve, path: str, form: Format) -> None:
    client = serve(WELL)
    joint = "&" if "?" in path else "?"
    named = client.get(f"{path}{joint}format={form.name}&graphs=named")
    if form.name not in DATASETS:
        assert named.status_code == 400
        assert "TriG" in named.text
    else:
        quads = parse(named.data, form)
        assert {quad.graph_name for quad in quads} >= {ox.NamedNode("http://localhost:8080/graph/some")}
        assert '"012"' in {str(quad.object)[:5] for quad in quads}
    merged = client.get(f"{path}{joint}format={form.name}&graphs=merged")
    assert {quad.graph_name for quad in parse(merged.data, form)} == {ox.DefaultGraph()}
    by_name = {quad.graph_name for quad in parse(client.get(f"{path}{joint}format={form.name}").data, form)}
    assert (len(by_name - {ox.DefaultGraph()}) == 1) == (form.name in ("trig", "nquads"))
    assert client.get(f"{path}{joint}format={form.name}&graphs=some").status_code == 400


def test_rdflib_finds_a_thing_in_json_ld(serve: Serve) -> None:
    client = serve(WELL)
    for path in (f"{WELL_DATA}&format=jsonld", "/data/graph.jsonld", "/data/graph/some.jsonld"):
        (item,) = [entry for entry in json.loads(client.get(path).data) if entry["@id"] == "http://ex.example/well"]
        assert item["http://ex.example/depth"] == [{"@type": f"{rdflib.XSD}integer", "@value": "012"}]


REFUSED = [
    (STAR, "jsonld", "<urn:x:a> <urn:x:said> <<( <urn:x:a> <urn:x:b>"),
    (STAR, "rdfxml", "triple terms"),
    (LI, "rdfxml", f"<urn:x:a> <{rdflib.RDF}li>"),
    ("<urn:x:a> <http://example.org/123> 'number' .", "rdfxml", "<http://example.org/123>"),
    ("<urn:x:a> <http://example.org/p(x)> 'bracket' .", "rdfxml", "<http://example.org/p(x)>"),
    ("<urn:x:a> <http://example.org/> 'slash' .", "rdfxml", "<http://example.org/>"),
    ("<urn:x:a> <http://www.w3.org/2000/xmlns/p> 'xmlns' .", "rdfxml", "<http://www.w3.org/2000/xmlns/p>"),
    *((f"<urn:x:a> <urn:x:p> {literal} .", "rdfxml", "the character U+") for literal in CONTROLS),
    ("<urn:x:a> <urn:x:p> 'x'@he--rtl .", "rdfxml", "base directions"),
]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(("turtle", "name", "says"), REFUSED)
def test_what_a_format_cannot_hold_is_406(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, turtle: str, name: str, says: str, large: bool
) -> None:
    monkeypatch.setattr(downloads, "LARGE_GRAPH_TRIPLES", 0 if large else 1000)
    client = serve(turtle)
    construct = quote("CONSTRUCT WHERE { ?s ?p ?o }")
    for path in ("/data/graph", "/data/graph/some", "/data?iri=urn:x:a", f"/sparql?query={construct}"):
        for _ in range(2):
            response = client.get(f"{path}{'&' if '?' in path else '?'}format={name}")
            assert response.status_code == 406
            assert response.content_type == "application/problem+json"
            assert says in response.text
            assert "Turtle" in response.text
    for path in ("/page?iri=urn:x:a", "/graph/some", "/graph", "/"):
        page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        assert page.status_code == 200
        assert f"format={name}" not in page.text
        ending = next(form.extension for form in GRAPHS if form.name == name)
        assert f".{ending}?" not in page.text
        media_type = next(form.media_type for form in GRAPHS if form.name == name)
        assert f'rel="alternate"; type="{media_type}"' not in page.headers.get("Link", "")
    if "<urn:x:b>" in turtle:  # the rest of the graph can be had
        assert client.get(f"/data?iri=urn:x:c&format={name}").status_code == 200


@pytest.mark.parametrize(("turtle", "name", "says"), REFUSED)
def test_an_export_that_cannot_be_writes_nothing(tmp_path: Path, turtle: str, name: str, says: str) -> None:
    path = tmp_path / "in.ttl"
    path.write_text(turtle)
    result = CliRunner().invoke(cli, ["export", str(path), "-f", name, "--store", str(tmp_path / "store")])
    assert result.exit_code == exit_codes.USAGE
    assert result.stdout == ""
    assert says in result.stderr


@pytest.mark.parametrize("literal", CONTROLS)
def test_results_in_xml_are_xml_or_406(serve: Serve, literal: str) -> None:
    client = serve(f"<urn:x:a> <urn:x:p> {literal} .")
    query = f"/sparql?query={quote('SELECT ?s ?o { ?s ?p ?o }')}"
    response = client.get(f"{query}&format=xml")
    assert response.status_code == 406
    assert "a value of ?o. Ask for SPARQL JSON, CSV, TSV instead." in response.text
    (quad,) = ox.parse(f"<urn:x:a> <urn:x:p> {literal} .", ox.RdfFormat.TURTLE)
    assert isinstance(quad.object, ox.Literal)
    document: Any = client.get(f"{query}&format=json").json
    assert document["results"]["bindings"][0]["o"]["value"] == quad.object.value
    for form in ("csv", "tsv"):
        assert quad.object.value in client.get(f"{query}&format={form}").text


LINES = r'"a\rb\r\nc\nd\te"'


@pytest.mark.parametrize("form", GRAPHS, ids=IDS)
def test_line_ends_survive_every_format(serve: Serve, form: Format) -> None:
    client = serve(f"<urn:x:a> <urn:x:p> {LINES} .")
    body = client.get(f"/data/graph/some?format={form.name}").data
    (quad,) = parse(body, form)
    assert isinstance(quad.object, ox.Literal)
    assert quad.object.value == "a\rb\r\nc\nd\te"
    if form.name == "rdfxml":
        assert [element.text for element in ElementTree.fromstring(body).iter("{urn:x:}p")] == ["a\rb\r\nc\nd\te"]


def test_line_ends_survive_results_in_xml(serve: Serve) -> None:
    client = serve(f"<urn:x:a> <urn:x:p> {LINES} .")
    body = client.get(f"/sparql?query={quote('SELECT ?o { ?s ?p ?o }')}&format=xml").data
    texts = ElementTree.fromstring(body).iter("{http://www.w3.org/2005/sparql-results#}literal")
    assert [element.text for element in texts] == ["a\rb\r\nc\nd\te"]


def test_pages_show_literals_as_they_are_written(serve: Serve) -> None:
    client = serve(
        f'{HEAD}<urn:x:a> <urn:x:p> 01, 1, "5120"^^xsd:nonNegativeInteger, [ <urn:x:zip> "01069"^^xsd:integer ] .'
    )
    page = client.get("/page?iri=urn:x:a").text
    for text in (">01<", ">1<", ">01069<", ">5120<", "nonNegativeInteger"):
        assert text in page
    void = client.get("/.well-known/void", headers={"Accept": "text/turtle"}).text
    assert "3 statements have a literal that answers to SPARQL queries give by its value" in void
    assert "3 statements" in client.get("/sparql", headers={"Accept": "text/turtle"}).text
