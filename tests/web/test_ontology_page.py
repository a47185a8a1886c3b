"""`/ontology`: the model in words and as a drawing, true of the ontology and of the graph."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Quad, RdfFormat, parse
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from clustergraph.describe.class_diagram import Card, draw
from clustergraph.describe.schema_model import read_model
from clustergraph.describe.urls import Urls
from clustergraph.rdf.formats import of_kind
from support.rdf_readers import canonical

BASE = "https://w3id.org/clustergraph/"
CG = f"{BASE}ontology#"
HTML = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"
LOCAL = "http://localhost:8080/"

Serve = Callable[..., FlaskClient]


class Entries(HTMLParser):
    """The text and the links of each entry, by its id, and all ids of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.links: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self._entry = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        if tag == "article":
            self._entry = given["id"] or ""
            self.texts[self._entry], self.links[self._entry] = "", []
        if tag == "a" and self._entry:
            self.links[self._entry].append(given["href"] or "")

    def handle_endtag(self, tag: str) -> None:
        self._entry = "" if tag == "article" else self._entry

    def handle_data(self, data: str) -> None:
        if self._entry:
            self.texts[self._entry] += f" {data}"


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def stated(app: Any) -> Graph:
    """What the ontology's own graph states."""
    data = app.test_client().get("/data/graph/ontology.ttl").data
    return Graph().parse(data=data, format="turtle")


def triples(body: bytes, form: Any) -> set[str]:
    quads = parse(body, format=RdfFormat.from_media_type(form.media_type))
    return canonical([Quad(quad.subject, quad.predicate, quad.object) for quad in quads])


@pytest.fixture
def entries(client: FlaskClient) -> Entries:
    return Entries(client.get("/ontology", headers=HTML).text)


@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
def test_it_comes_as_data_by_accept_and_by_ending(client: FlaskClient, form: Any) -> None:
    response = client.get("/ontology", headers={"Accept": form.media_type})
    assert response.status_code == 200
    assert response.content_type == form.content_type
    assert f'<{BASE}ontology>; rel="canonical"' in response.headers["Link"]
    ending = client.get(f"/ontology.{form.extension}", follow_redirects=True)
    # By its ending, TriG and N-Quads are a dataset; by `Accept`, the graph.
    assert triples(ending.data, form) == triples(response.data, form)


def test_every_term_has_its_entry(entries: Entries, stated: Graph) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {str(one) for kind in kinds for one in stated.subjects(RDF.type, kind) if str(one).startswith(CG)}
    assert len(terms) > 70
    assert set(entries.texts) == {term.removeprefix(CG) for term in terms}
    assert len(entries.ids) == len(set(entries.ids))
    for term in terms:
        told = words(entries.texts[term.removeprefix(CG)])
        for said in (RDFS.label, RDFS.comment):
            (english,) = (one for one in stated.objects(URIRef(term), said) if getattr(one, "language", "") == "en")
            assert words(str(english)) in told, term


def test_links_between_entries_lead_to_entries(entries: Entries) -> None:
    inside = [href for links in entries.links.values() for href in links if href.startswith("#")]
    assert len(inside) > 200
    assert {href.removeprefix("#") for href in inside} <= set(entries.ids)


def test_an_entry_says_domain_range_and_inverse(entries: Entries) -> None:
    assert {"#Cluster", "#ManagingOrganisation", "#manages"} <= set(entries.links["managedBy"])


def test_an_entry_says_what_it_follows_from(entries: Entries, stated: Graph) -> None:
    chains = list(stated.subjects(OWL.propertyChainAxiom))
    assert len(chains) >= 5
    for one in chains:
        assert "Follows from" in entries.texts[str(one).removeprefix(CG)]
    assert "going along has concept phase → target place" in words(entries.texts["targetsInConcept"])
    assert "the other way round: managed by" in words(entries.texts["manages"])
    assert "going along it twice: within → within" in words(entries.texts["within"])
    assert "a narrower property: has concept phase , has implementation phase" in words(entries.texts["hasPhase"])


def test_counts_are_those_of_the_graph(client: FlaskClient, entries: Entries) -> None:
    for term, pattern, unit in (
        ("Cluster", f"?x a <{CG}Cluster>", "things"),
        ("targets", f"?x <{CG}targets> ?y", "statements"),
    ):
        query = f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"
        answer = client.get(f"/sparql?query={quote(query)}").json
        assert answer
        count = int(answer["results"]["bindings"][0]["n"]["value"])
        assert f"{count} {unit}" in words(entries.texts[term])
    assert "by reasoning" in entries.texts["targets"]
    assert "by reasoning" not in entries.texts["targetPlace"]


def test_examples_are_things_of_the_graph(client: FlaskClient, entries: Entries) -> None:
    shown = entries.links["Cluster"][-1]
    query = f"ASK {{ <{BASE}{shown.removeprefix('/')}> a <{CG}Cluster> }}"
    assert client.get(f"/sparql?query={quote(query)}").json["boolean"]  # type: ignore[index]
    subject, value = entries.links["managedBy"][-2:]
    query = f"ASK {{ <{BASE}{subject.removeprefix('/')}> <{CG}managedBy> <{BASE}{value.removeprefix('/')}> }}"
    assert client.get(f"/sparql?query={quote(query)}").json["boolean"]  # type: ignore[index]


def test_it_speaks_german(client: FlaskClient, stated: Graph) -> None:
    response = client.get("/ontology?lang=de", headers=HTML)
    found = Entries(response.text)
    (label,) = (
        one for one in stated.objects(URIRef(f"{CG}managedBy"), RDFS.label) if getattr(one, "language", "") == "de"
    )
    assert str(label) in found.texts["managedBy"]
    assert "Folgt aus" in found.texts["targets"]
    assert client.get("/ontology", headers={**HTML, "Accept-Language": "de"}).text.count("Folgt aus") > 10
    assert "Accept-Language" in response.headers["Vary"]


def test_terms_are_linked_to_their_entries() -> None:
    assert Urls(BASE).thing(f"{CG}Cluster") == "/ontology#Cluster"
    assert Urls(BASE).thing(f"{BASE}ontology") == "/ontology"


# -------------------------------------------------------------------------------------------------- the drawing


def test_the_drawing_has_a_card_for_each_class_that_properties_lead_to(client: FlaskClient, service: Any) -> None:
    response = client.get("/ontology.svg")
    assert response.content_type.startswith("image/svg+xml")
    root = ElementTree.fromstring(response.text)
    titles = {text.text for text in root.iter(f"{SVG}text") if text.get("font-weight")}
    found = read_model(service.engine)
    expected = {
        one.labels["en"]
        for one in found.classes.values()
        if one.range_of and one.iri in found.classes and one.domain_of
    }
    assert expected <= titles
    assert {"cluster", "phase", "place"} <= titles
    assert "script" not in response.text
    assert "style=" not in response.text
    assert client.get("/ontology.svg?lang=de").text != response.text
    image = client.get("/ontology", headers=HTML).text
    assert 'src="/ontology.svg' in image


def test_cards_do_not_overlap_and_lines_end_at_them(client: FlaskClient) -> None:
    root = ElementTree.fromstring(client.get("/ontology.svg").text)
    boxes = [
        tuple(float(rect.get(name, "0")) for name in ("x", "y", "width", "height")) for rect in root.iter(f"{SVG}rect")
    ]
    assert len(boxes) > 10
    width, height = (float(value) for value in root.get("viewBox", "").split()[2:])
    for number, (x, y, wide, tall) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + wide <= width
        assert y + tall <= height
        for left, top, other_wide, other_tall in boxes[:number]:
            assert x + wide <= left or left + other_wide <= x or y + tall <= top or top + other_tall <= y
    for path in root.iter(f"{SVG}path"):
        if path.get("marker-end"):
            end = float(path.get("d", "").split()[-2])
            assert any(abs(end - side) <= 2 for x, _, wide, _ in boxes for side in (x, x + wide))


def test_a_drawing_of_circles_and_of_nothing() -> None:
    cards = [
        Card("a", "A", rows=[("to b", "b"), ("to a", "a")]),
        Card("b", "B & <c>", rows=[("to a", "a")], above=["a"]),
    ]
    root = ElementTree.fromstring(draw(cards, "t", "l"))
    assert len(list(root.iter(f"{SVG}rect"))) == 2
    assert ElementTree.fromstring(draw([], "t", "l")) is not None


# ----------------------------------------------------------------------------------- graphs of other people


def test_a_graph_without_an_ontology_says_so_and_shows_its_terms(serve: Serve) -> None:
    client = serve(
        "@prefix foaf: <http://xmlns.com/foaf/0.1/> . <http://localhost:8080/ada> a foaf:Person ; foaf:name 'Ada' ."
    )
    page = client.get("/ontology", headers=HTML)
    assert page.status_code == 200
    assert "comes without an ontology" in page.text
    found = Entries(page.text)
    assert set(found.texts) == {"Person", "name"}
    assert "Ada" in found.texts["name"]
    assert client.get("/ontology.svg").status_code == 404
    assert "<img" not in page.text
    data = client.get("/ontology", headers={"Accept": "text/turtle"})
    assert Graph().parse(data=data.data, format="turtle")


def test_a_hostile_ontology_stays_text(serve: Serve) -> None:
    ontology = f"""
        @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix o: <{LOCAL}ontology#> .
        <{LOCAL}ontology> a owl:Ontology ; rdfs:label "<script>alert(0)</script>" .
        o:A a owl:Class ; rdfs:label "<script>alert(1)</script>" ; rdfs:comment "\\"><img src=x onerror=alert(2)>" .
        <{LOCAL}ontology#B'onclick=alert(3)> a owl:Class ; rdfs:subClassOf <javascript:alert(4)>, o:A .
        o:p a owl:ObjectProperty ; rdfs:domain o:A ; rdfs:range o:A ; rdfs:label "</text><script>x</script>" ."""
    client = serve(ontology, name="ontology.ttl")
    page = client.get("/ontology", headers=HTML).text
    assert "comes without an ontology" not in page
    main = page.partition("<main")[2].partition("</main>")[0]
    assert "<script" not in main
    assert "<img src=x" not in main
    assert 'href="javascript' not in main
    svg = client.get("/ontology.svg").text
    assert "<script" not in svg
    ElementTree.fromstring(svg)
