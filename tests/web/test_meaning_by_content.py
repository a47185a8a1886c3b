"""What a graph is, is said by its content and not by the names of its files: models, its own description, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import OWL, RDF, RDFS, Graph, URIRef

from clustergraph.rdf.formats import of_kind
from support.foreign_graphs import HEAD, make

HTML = {"Accept": "text/html"}
LOCAL = "http://localhost:8080/"
MILLS = "http://ex.example/mills"

Serve = Callable[..., FlaskClient]

ONTOLOGY = f"""{HEAD}@prefix m: <{MILLS}#> .
<{MILLS}> a owl:Ontology ; dcterms:title "The mill ontology"@en ; owl:versionInfo "2" .
m:Mill a owl:Class ; rdfs:label "mill"@en ; rdfs:comment "A building that grinds."@en .
m:WaterMill a owl:Class ; rdfs:label "water mill"@en ; rdfs:subClassOf m:Mill ,
  [ a owl:Restriction ; owl:onProperty m:grinds ; owl:someValuesFrom m:Grain ] .
m:grinds a owl:ObjectProperty ; rdfs:label "grinds"@en ; rdfs:range m:Grain ;
  rdfs:domain [ owl:unionOf ( m:Mill m:Quern ) ] .
m:Quern a owl:Class . m:Grain a owl:Class ; rdfs:label "grain"@en .
"""


def text_of(page: str) -> str:
    """The words of a page."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page[page.index("<main") :])).split())


def test_an_ontology_is_one_whatever_its_file_is_called(serve: Serve) -> None:
    client = serve(ONTOLOGY, "mills.ttl")
    page = client.get("/ontology", headers=HTML).text
    words = text_of(page)
    assert "<h1>The mill ontology</h1>" in page
    assert "without an ontology" not in words
    assert "(4 here)" in words
    assert "(1 here)" in words
    assert "water mill" in words
    assert "Has at least one grinds → grain" in words
    assert re.search(r"Said of mill , m:Quern|Said of m:Quern , mill", words)
    assert "reasoning adds" not in words
    assert '<a href="/ontology">' in client.get("/", headers=HTML).text
    drawing = client.get("/ontology.svg")
    assert drawing.status_code == 200
    assert "water mill" in drawing.text


@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
@pytest.mark.parametrize("address", ["/ontology", "/data/ontology.{}", "/ontology.{}"])
def test_its_data_come_in_every_format(serve: Serve, form: Any, address: str) -> None:
    client = serve(ONTOLOGY, "mills.ttl")
    response = client.get(address.format(form.extension), headers={"Accept": form.media_type}, follow_redirects=True)
    assert response.content_type == form.content_type
    triples = {
        (quad.subject, quad.predicate.value, quad.object)
        for quad in ox.parse(response.data, ox.RdfFormat.from_media_type(form.media_type))
    }
    mill, water_mill = ox.NamedNode(f"{MILLS}#Mill"), ox.NamedNode(f"{MILLS}#WaterMill")
    assert (water_mill, str(RDFS.subClassOf), mill) in triples
    assert {value for _, prop, value in triples if prop == str(OWL.someValuesFrom)} == {ox.NamedNode(f"{MILLS}#Grain")}


def test_terms_of_the_same_name_have_places_of_their_own(serve: Serve) -> None:
    page = serve(f"{HEAD}<http://a.example/#Mill> a owl:Class . <http://b.example/#Mill> a owl:Class .").get(
        "/ontology", headers=HTML
    )
    ids = re.findall(r'<article class="term" id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)) == 2


def test_a_large_ontology_shows_its_top(serve: Serve) -> None:
    graph = make("obo_ontology", 1500)
    (name, text), *_ = graph.files.items()
    page = serve(text, name).get("/ontology", headers=HTML).text
    assert "uppermost" in text_of(page)
    assert page.count('<article class="term"') <= 1003
    assert "mill part 0 " in text_of(page)


DESCRIBED = """
<http://ex.example/terms> a {} ; dcterms:title "Terms of milling"@en ; dcterms:description "All of them"@en ;
  dcterms:license <https://creativecommons.org/publicdomain/zero/1.0/> ; dcterms:creator [ foaf:name "Ann" ] .
<http://ex.example/terms/grind> rdfs:label "grinding"@en .
"""


@pytest.mark.parametrize(
    "kind", ["owl:Ontology", "skos:ConceptScheme", "dcat:Catalog", "dcat:Dataset", "void:Dataset", "schema:Dataset"]
)
def test_the_data_describe_themselves(serve: Serve, kind: str) -> None:
    client = serve(f"{HEAD}@prefix void: <http://rdfs.org/ns/void#> .{DESCRIBED.format(kind)}", "x.ttl")
    page = client.get("/", headers=HTML).text
    assert "<h1>Terms of milling</h1>" in page
    assert "All of them" in page
    manifest: Any = client.get("/manifest.json").json
    assert manifest["dataset"]["license"] == ["https://creativecommons.org/publicdomain/zero/1.0/"]
    assert "Ann" in text_of(client.get("/about", headers=HTML).text)


def test_a_catalogue_goes_before_its_parts(serve: Serve) -> None:
    (name, text), *_ = make("catalogue").files.items()
    assert "<h1>Catalogue of wells</h1>" in serve(text, name).get("/", headers=HTML).text


def test_several_of_a_kind_describe_nothing_as_a_whole(serve: Serve) -> None:
    turtle = f'{HEAD}<a> a dcat:Dataset ; dcterms:title "A" . <b> a dcat:Dataset ; dcterms:title "B" .'
    assert "<h1>two.ttl</h1>" in serve(turtle, "two.ttl").get("/", headers=HTML).text


def test_nested_lists_read_as_lists_and_years_as_years(serve: Serve) -> None:
    client = serve(f'{HEAD}<it> <since> 1999 ; <size> 12345 ; <list> ( "a" [ <inner> ( 1 ( 2 "b" ) ) ; <x> <y> ] ) .')
    page = client.get("/page/it", headers=HTML).text
    assert ">1999<" in page
    assert ">12,345<" in page
    assert "_:" not in page
    assert text_of(page[page.index('<ol class="inside">') - 10 :].replace("<ol", "<main><ol", 1)).startswith("a ")
    data = Graph().parse(data=client.get("/data/it.ttl").data)
    assert {str(value) for value in data.objects(None, RDF.first)} >= {"a", "1", "2", "b"}


def test_marks_are_there_only_where_something_rests_on_something(serve: Serve) -> None:
    page = serve('<it> <p> "v" .').get("/page/it", headers=HTML).text
    assert "curator" not in page
    assert 'class="mark' not in page


@pytest.mark.parametrize("path", ["/card", "/card?format=ttl"])
def test_names_behind_a_hash_are_in_their_document(serve: Serve, path: str) -> None:
    client = serve(f'{HEAD}<card#me> foaf:name "Ann" . <card> foaf:primaryTopic <card#me> . <x#y> <p> <o> .')
    response = client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
    graph = Graph().parse(data=response.data)
    assert (URIRef(f"{LOCAL}card#me"), None, None) in graph
    assert "Ann" in client.get("/page/card", headers=HTML).text
    assert client.get("/x", headers=HTML).status_code == 303
    assert client.get(f"/page?{urlencode({'iri': f'{LOCAL}card#me'})}", headers=HTML).status_code == 200
