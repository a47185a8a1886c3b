"""Linked data: every IRI below the base leads to a page and to data, and nothing hostile gets onto a page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, URIRef

from clustergraph.describe.urls import ONTOLOGY, OWN_SEGMENTS, Urls, names
from clustergraph.web.pages import composed_pages
from clustergraph.web.pages.display_term import Term
from clustergraph.web.pages.term_html import spoken
from clustergraph.web.service import Service

BASE = "https://w3id.org/clustergraph/"
BIOM = "/id/cluster/biom"
HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LOCAL = "http://localhost:8080/"

Serve = Callable[..., FlaskClient]


class Links(HTMLParser):
    """The addresses that a page leads to, and all tags that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # The front end's own script, and the graph's description, which no browser runs.
        own = (given.get("src") or "").startswith("/static/dist/") or given.get("type") == "application/ld+json"
        if not (tag == "script" and own):
            self.tags.add(tag)
        self.found.extend(value or "" for name, value in attrs if name in ("href", "src", "action"))
        assert not any(name.startswith("on") for name, _ in attrs)


@pytest.mark.parametrize(
    ("accept", "location"),
    [
        ("", f"/data{BIOM}.ttl"),
        ("*/*", f"/data{BIOM}.ttl"),
        ("text/turtle", f"/data{BIOM}.ttl"),
        ("application/rdf+xml", f"/data{BIOM}.rdf"),
        ("application/ld+json", f"/data{BIOM}.jsonld"),
        ("application/n-triples", f"/data{BIOM}.nt"),
        (HTML["Accept"], f"/page{BIOM}"),
        ("text/html;q=0.1, text/turtle", f"/data{BIOM}.ttl"),
    ],
)
def test_a_name_leads_on_by_accept(client: FlaskClient, accept: str, location: str) -> None:
    for method in (client.get, client.head):
        response = method(BIOM, headers={"Accept": accept} if accept else {})
        assert response.status_code == 303
        assert response.headers["Location"] == location
        assert response.headers["Vary"] == "Accept"
    assert client.get(location).status_code == 200


def test_an_ending_names_the_format(client: FlaskClient) -> None:
    assert client.get(f"{BIOM}.rdf", headers=HTML).headers["Location"] == f"/data{BIOM}.rdf"
    assert client.get(f"{BIOM}?format=nt").headers["Location"] == f"/data{BIOM}.nt"
    response = client.get(f"/data{BIOM}.rdf", headers=HTML)
    assert response.content_type == "application/rdf+xml"
    assert (
        client.get(f"/data{BIOM}", headers={"Accept": "application/n-triples"}).content_type == "application/n-triples"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/id/cluster/nope",
        "/page/id/cluster/nope",
        "/data/id/cluster/nope.ttl",
        f"{BIOM}.",
        f"{BIOM}..",
        f"{BIOM}.pdf",
        "/id//cluster/biom",
        "//id/cluster/biom",
        "/id/cluster/%00",
        "/page?iri=urn:nope",
        "/data?iri=urn:nope",
        "/id/cluster/%22%3E",
        "/%F0%9F%92%A9",
    ],
)
def test_what_is_not_named_here_is_404(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert response.json["type"] == "/errors#not-found"  # type: ignore[index]


@pytest.mark.parametrize("iri", ["", "nope", "/id/x", "a b:c", 'urn:"', "urn:<x>", "urn:\n"])
def test_iri_has_to_be_one(client: FlaskClient, iri: str) -> None:
    for path in ("/page", "/data"):
        response = client.get(f"{path}?{urlencode({'iri': iri})}")
        assert response.status_code == 400
        assert response.json["parameter"] == "iri"  # type: ignore[index]
        assert client.get(path).status_code == 400


def test_the_data_holds_what_is_stated_and_what_points_here(client: FlaskClient) -> None:
    response = client.get(f"/data{BIOM}.ttl")
    graph = Graph().parse(data=response.data, format="turtle")
    biom = URIRef(f"{BASE}id/cluster/biom")
    assert "BioM" in {str(label) for label in graph.objects(biom, RDFS.label)}
    assert set(graph.subjects(None, biom))
    assert f'<{biom}>; rel="canonical"' in response.headers["Link"]
    assert f'</page{BIOM}>; rel="alternate"; type="text/html"' in response.headers["Link"]


def test_the_page_names_its_data(client: FlaskClient) -> None:
    response = client.get(f"/page{BIOM}", headers=HTML)
    assert response.status_code == 200
    assert "<h1>BioM" in response.text
    header = response.headers["Link"]
    assert f'<{BASE}id/cluster/biom>; rel="canonical"' in header
    for ending, media_type in (
        ("ttl", "text/turtle"),
        ("rdf", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
    ):
        assert f'</data{BIOM}.{ending}>; rel="alternate"; type="{media_type}"' in header


def test_things_named_elsewhere(client: FlaskClient) -> None:
    iri = "http://www.w3.org/2004/02/skos/core#Concept"
    page = client.get(f"/page?{urlencode({'iri': iri})}", headers=HTML)
    assert page.status_code == 200
    data = client.get(f"/data?{urlencode({'iri': iri, 'format': 'nt'})}")
    assert data.content_type == "application/n-triples"
    assert (None, RDF.type, URIRef(iri)) in Graph().parse(data=data.data, format="nt")


def test_a_path_that_is_not_utf8(client: FlaskClient) -> None:
    for path in ("/id/cluster/%FF", "/id/cluster/%EE%80%80"):
        response = client.get(path)
        assert response.status_code == 404
        assert response.content_type == "application/problem+json"


def test_a_property_that_is_only_used_has_a_page(client: FlaskClient) -> None:
    iri = "http://purl.org/dc/terms/source"
    page = client.get(f"/page?{urlencode({'iri': iri})}", headers=HTML)
    assert page.status_code == 200
    assert "A property, used in" in page.text


def test_a_graph_is_given_whole(client: FlaskClient, service: Any) -> None:
    name = f"{BASE}graph/people"
    data = client.get("/data/graph/people.nt").data
    assert len(Graph().parse(data=data, format="nt")) == service.snapshot.graphs[name]
    assert name in client.get("/page/graph/people", headers=HTML).text


def test_the_ontology_is_given_with_all_it_defines(client: FlaskClient) -> None:
    cluster = URIRef(f"{BASE}ontology#Cluster")
    data = Graph().parse(data=client.get("/ontology", follow_redirects=True).data, format="turtle")
    assert (cluster, RDFS.label, None) in data
    for path in ("/page/ontology", "/ontology"):
        assert 'id="Cluster"' in client.get(path, headers=HTML).text


def _below_base(client: FlaskClient) -> list[str]:
    query = f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(ISIRI(?s) && STRSTARTS(STR(?s), "{BASE}")) }} ORDER BY ?s'
    answer = client.get(f"/sparql?query={quote(query)}").json
    return [row["s"]["value"] for row in answer["results"]["bindings"]]  # type: ignore[index]


def test_every_name_below_the_base_resolves(client: FlaskClient) -> None:
    iris = _below_base(client)
    assert len(iris) > 1000
    for position, iri in enumerate(iris):
        path = iri.removeprefix(BASE).partition("#")[0]
        response = client.get(f"/{quote(path)}", headers={"Accept": "application/n-triples"})
        if not path:  # the dataset itself, described by VoID
            assert response.headers["Location"] == "/.well-known/void"
            continue
        if path == ONTOLOGY:  # described at its own address, with everything behind the `#`
            assert response.status_code == 200, iri
            continue
        assert response.status_code == 303, iri
        data = client.get(response.headers["Location"])
        assert data.status_code == 200, iri
        assert f"<{iri}> ".encode() in data.data
        if position % 25 == 0:
            assert Graph().parse(data=data.data, format="nt")
            page = client.get(client.get(f"/{quote(path)}", headers=HTML).headers["Location"], headers=HTML)
            assert page.status_code == 200, iri


def test_every_link_on_some_pages_leads_somewhere(client: FlaskClient) -> None:
    for start in (
        "/",
        "/api",
        "/sparql",
        "/errors",
        f"/page{BIOM}",
        "/page/ontology",
        "/api/clusters-by-country?country=JP",
    ):
        found = Links(client.get(start, headers=HTML).text).found
        assert found
        for address in sorted(set(found))[:40]:
            assert address.startswith(("/", "#")), address
            if address.startswith("/"):
                parts = urlsplit(address)
                again = client.get(f"{parts.path}?{parts.query}", headers=HTML, follow_redirects=True)
                assert again.status_code == 200, (start, address)


HOSTILE = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<{LOCAL}id/evil> a <{LOCAL}id/Class> ;
  rdfs:label "<script>alert(1)</script>" ;
  rdfs:comment "\\"><img src=x onerror=alert(1)>"@en, "{{{{ 7*7 }}}}", "a\\u0007b" ;
  rdfs:seeAlso <javascript:alert(1)>, <data:text/html,x>, <{LOCAL}/evil.example/>, <vbscript:x>, <urn:x:y> ;
  <http://other.example/p'q> <{LOCAL}id/it's&more>, "x"^^<javascript:alert(2)> .
<javascript:alert(1)> rdfs:label "</title><script>alert(2)</script>" .
"""


@pytest.mark.parametrize(
    "path", ["/page/id/evil", "/page?iri=javascript:alert(1)", "/", "/sparql?query=SELECT+*+{?s+?p+?o}"]
)
def test_hostile_values_stay_text(serve: Serve, path: str) -> None:
    client = serve(HOSTILE)
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text
    page = Links(response.text)
    assert not page.tags & {"script", "img", "iframe"}
    assert (
        "49" not in response.text.partition("<main")[2].partition("</main>")[0].replace("{{ 7*7 }}", "") or path == "/"
    )
    for address in page.found:
        assert not address.startswith("//")
        assert urlsplit(address).scheme in ("", "http", "https"), address
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]


def test_hostile_addresses_stay_text(client: FlaskClient) -> None:
    for path in (
        "/<script>alert(1)</script>",
        "/api/<script>",
        "/page?iri=<script>",
        "/sparql?query=<script>&format=<img>",
    ):
        response = client.get(path, headers=HTML)
        assert response.status_code >= 400
        assert "script" not in Links(response.text).tags
        assert "<script>" not in response.text
        assert "<img" not in response.text


ODD = f"""
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <{LOCAL}people#> .
<{LOCAL}id/zürich> rdfs:label "umlaut" .
<{LOCAL}id/z%C3%BCrich> rdfs:label "escaped" .
<{LOCAL}id/a%20b> rdfs:label "blank" .
<{LOCAL}id/a%2Fb> rdfs:label "slash" .
<{LOCAL}id/日本> rdfs:label "japan" .
<{LOCAL}id/file.ttl> rdfs:label "ending" .
<{LOCAL}id/dot.> rdfs:label "dot" .
<{LOCAL}id/it's(1)&,;=+$!*@:~> rdfs:label "marks" .
<{LOCAL}item?id=3&x=y> rdfs:label "query" .
<{LOCAL}a//b> rdfs:label "slashes" .
<{LOCAL}a/../b> rdfs:label "dots" .
<{LOCAL}dir/> rdfs:label "folder" .
<{LOCAL}data/set> rdfs:label "shadowed by data" .
<{LOCAL}page/one> rdfs:label "shadowed by page" .
<{LOCAL}sparql> rdfs:label "shadowed by sparql" .
:alice rdfs:label "alice" .
<http://other.example/ä?b=c#d> rdfs:label "elsewhere" .
"""


def test_odd_names_lead_to_themselves(serve: Serve) -> None:
    client = serve(ODD)
    rows = client.get(f"/sparql?query={quote(f'SELECT ?s ?l {{ ?s <{RDFS.label}> ?l }}')}").json["results"]["bindings"]  # type: ignore[index]
    odd = {
        row["s"]["value"]: row["l"]["value"] for row in rows if row["s"]["value"].startswith((LOCAL, "http://other"))
    }
    assert len(odd) == 17
    for iri, label in odd.items():
        # as a page of this service links to it
        parts = urlsplit(Urls(LOCAL).page(iri))
        page = client.get(f"{parts.path}?{parts.query}", headers=HTML)
        assert page.status_code == 200, iri
        assert f"<h1>{label}" in page.text.replace("&amp;", "&"), iri
        page.headers["Link"].encode("ascii")
        found = Links(page.text).found
        data = [
            address
            for address in found
            if address.startswith("/data") and ("format=ntriples" in address or address.endswith(".nt"))
        ]
        assert len(set(data)) == 1
        assert f'"{label}"'.encode() in client.get(data[0]).data, iri


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("/id/z%C3%BCrich", "umlaut"),
        ("/id/a%20b", "blank"),
        ("/id/%E6%97%A5%E6%9C%AC", "japan"),
        ("/id/file.ttl", "ending"),
        ("/id/dot.", "dot"),
        ("/id/it's(1)&,;=+$!*@:~", "marks"),
        ("/item?id=3&x=y", "query"),
        ("/a//b", "slashes"),
        ("/dir/", "folder"),
        ("/data/set", "shadowed by data"),
        ("/page/one", "shadowed by page"),
        ("/people", "alice"),
        ("/id/a%2Fb", "slash"),
        ("/a//b?", "slashes"),
    ],
)
def test_odd_names_resolve_as_clients_spell_them(serve: Serve, path: str, label: str) -> None:
    response = serve(ODD).get(path, headers={"Accept": "application/n-triples"}, follow_redirects=True)
    assert response.status_code == 200, response.text
    assert f'"{label}"'.encode() in response.data


SPELLINGS = ("a(b)", "a%28b%29", "%7Eann", "%7eann", "caf%c3%a9", "caf%C3%A9/é", "a%2Fb%2Fc", "1%2C2", "x%3Fy", "x%23y")


@pytest.mark.parametrize(
    "name", [*SPELLINGS, "d/", "d//", "..e", "e..", "f?", "g?h=%20&i", "g?ü", "ü?x=y?z", "a%2520b"]
)
@pytest.mark.parametrize("server", ["tells", "does not tell"])
def test_every_spelling_of_a_name_is_found_at_its_path(serve: Serve, name: str, server: str) -> None:
    client = serve(f'<{LOCAL}{name}> <http://www.w3.org/2000/01/rdf-schema#label> "it" .', "some.nt")
    path = quote(f"/{name}", safe="/:@!$&'()*+,;=~?%")
    target = {} if server == "tells" else {"RAW_URI": "", "REQUEST_URI": ""}
    for accept, mark in (("application/n-triples", '"it"'), ("text/html", "<h1>it</h1>")):
        response = client.get(path, headers={"Accept": accept}, environ_overrides=target)
        assert response.status_code == 303, name
        assert mark in client.get(response.headers["Location"], headers={"Accept": accept}).text


def test_blank_nodes_come_along(serve: Serve) -> None:
    client = serve(f"""
        @prefix ex: <{LOCAL}> .
        ex:a ex:address [ ex:city "Jena" ; ex:at [ ex:lat 50.9 ] ] ; ex:list (1 2 3 "last") .
    """)
    data = Graph().parse(data=client.get("/data/a.ttl").data, format="turtle")
    values = {str(value) for value in data.objects()}
    assert {"Jena", "50.9", "1", "2", "3", "last"} <= values
    page = client.get("/page/a", headers=HTML).text
    assert "Jena" in page


def test_own_addresses_are_all_reserved(app: Flask, service: Service) -> None:
    first = {rule.rule.strip("/").split("/")[0] for rule in app.url_map.iter_rules()}
    own = {segment for segment in first if segment and not segment.startswith("<")}
    # What is named like the ontology's address is the ontology. Which pages the site has is the folder's choice.
    assert own - set(composed_pages.pages(service.catalogue)) == OWN_SEGMENTS | {ONTOLOGY}


def test_scripts_reserve_the_same_addresses() -> None:
    script = (Path(__file__).parents[2] / "frontend/src/rdf/links.ts").read_text(encoding="utf-8")
    listed = re.search(r"const RESERVED_SEGMENTS = new Set\(\((.+?)\)", script, re.DOTALL)
    assert listed
    assert set(" ".join(re.findall(r'"([^"]+)"', listed[1])).split()) == OWN_SEGMENTS


def test_names_of_any_scheme_lead_to_a_page_and_nowhere_else() -> None:
    schemes = ("javascript:alert(1)", "data:text/html,x", "http://[x", "mailto:a@b.example", "did:example:1")
    for iri in (*schemes, "doi:10.0000/a(b)c", "urn:isbn:0", "tag:tag.example,2020:x", "geo:51.0,13.7"):
        assert Urls(LOCAL).thing(iri) == f"/page?{urlencode({'iri': iri})}"
    assert Urls(LOCAL).thing("_:b0") == ""
    assert Urls(LOCAL).thing(f"{LOCAL}/evil.example").startswith("/page?iri=")


def test_names_of_a_path() -> None:
    spellings = list(names("id/ä b", "", LOCAL))
    assert spellings[0] == f"{LOCAL}id/ä%20b"
    assert {f"{LOCAL}id/{spelling}" for spelling in ("%C3%A4%20b", "%c3%a4%20b")} <= set(spellings)
    assert len(list(names("/".join("abcdefghijklmnopqrstuvwxyz()!*',;:@&=+$"), "q", LOCAL))) < 500
    assert unquote(next(names("x", "", LOCAL))) == f"{LOCAL}x"


def test_a_page_of_a_result_shows_typed_and_tagged_values(client: FlaskClient) -> None:
    query = 'SELECT ("x"@de AS ?a) (5 AS ?b) (<urn:x> AS ?c) ?d {}'
    page = client.get(f"/sparql?query={quote(query)}", headers=HTML).text
    assert 'lang="de"' in page
    assert "xsd:integer" in page
    assert "/page?iri=urn%3Ax" in page
    document = json.loads(client.get(f"/sparql?query={quote(query)}").data)
    assert len(document["results"]["bindings"]) == 1


@pytest.mark.parametrize("kind", ["integer", "short", "unsignedInt", "nonNegativeInteger", "decimal"])
def test_a_number_of_any_type_is_shown_as_one(kind: str) -> None:
    assert spoken(Term("12000", datatype=f"xsd:{kind}")) == "12,000"


def test_a_page_of_a_result_calls_things_by_their_labels(client: FlaskClient) -> None:
    page = client.get("/api/clusters-by-country?country=JP&phase=implementation", headers=HTML).text
    assert '<a href="/id/cluster/biom" title="cluster:biom">BioM</a>' in page
    assert '<th scope="col" data-column="cluster">Cluster</th>' in page
    assert 'data-column="clusterLabel"' not in page
    assert 'name="country" value="JP"' in page
