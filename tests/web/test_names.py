"""What things are called: by the properties that the field uses, in the reader's language, alike in every room."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import ValidationError

import clustergraph
from clustergraph.catalogue import Catalogue
from clustergraph.describe.label_cache import Labels
from clustergraph.mcp import search_tool
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.settings import Settings
from support.foreign_graphs import HEAD, KINDS, make

HTML = {"Accept": "text/html"}
LOCAL = "http://localhost:8080/"

Serve = Callable[..., FlaskClient]

NAMED = {
    "label": 'rdfs:label "Ann Lee"@en',
    "concept": 'skos:prefLabel "Ann Lee"@en ; skos:altLabel "A."@en',
    "xl": 'skosxl:prefLabel [ skosxl:literalForm "Ann Lee"@en ]',
    "schema": 'schema:name "Ann Lee"',
    "schema-http": '<http://schema.org/name> "Ann Lee"',
    "terms": 'dcterms:title "Ann Lee"@en',
    "elements": 'dc:title "Ann Lee"@en',
    "foaf": 'foaf:name "Ann Lee"',
    "foaf-parts": 'foaf:givenName "Ann" ; foaf:familyName "Lee"',
    "foaf-old-parts": 'foaf:firstName "Ann" ; foaf:surname "Lee"',
    "schema-parts": 'schema:givenName "Ann" ; schema:familyName "Lee"',
    "vcard": 'vcard:fn "Ann Lee"',
    "vcard-parts": 'vcard:hasName [ vcard:given-name "Ann" ; vcard:family-name "Lee" ]',
    "mads": '<http://www.loc.gov/mads/rdf/v1#authoritativeLabel> "Ann Lee"@en',
    "own": '<terms#calledOnce> "Ann Lee"',
    "equivalent": '<terms#alias> "Ann Lee"',
}
OWN = """
<terms#calledOnce> rdfs:subPropertyOf <terms#called> . <terms#called> rdfs:subPropertyOf rdfs:label .
<terms#alias> <http://www.w3.org/2002/07/owl#equivalentProperty> foaf:name .
"""


@pytest.mark.parametrize("kind", NAMED)
def test_each_property_that_names_things_is_heard_in_every_room(kind: str, serve: Serve, tmp_path: Path) -> None:
    turtle = f"{HEAD}{OWN}<it> a <Person> ; {NAMED[kind]} . <other> <knows> <it> ."
    client = serve(turtle)
    assert "<h1>Ann Lee</h1>" in client.get("/page/it", headers=HTML).text
    assert '<a href="/it">Ann Lee</a>' in client.get("/page/other", headers=HTML).text
    (tmp_path / "it.ttl").write_text(turtle)
    with clustergraph.open(tmp_path / "it.ttl", store=tmp_path / "store") as graph:
        assert graph["ann lee"].label == "Ann Lee"
        assert [thing.label for thing in graph.things(f"<{LOCAL}Person>")] == ["Ann Lee"]
        context = GraphContext(graph.engine, Catalogue(), Labels(graph.engine))
        assert search_tool.run(context, {"text": "n Le"}).data["rows"][0]["thing"]["label"] == "Ann Lee"


def test_better_properties_go_first_and_other_names_find_but_do_not_show(serve: Serve, tmp_path: Path) -> None:
    turtle = f'{HEAD}<it> foaf:nick "annie" ; dcterms:title "Dr Lee" ; rdfs:label "Ann Lee" ; skos:altLabel "A. L." .'
    assert "<h1>Ann Lee</h1>" in serve(turtle).get("/page/it", headers=HTML).text
    (tmp_path / "it.ttl").write_text(turtle)
    with clustergraph.open(tmp_path / "it.ttl", store=tmp_path / "store") as graph:
        assert graph.find("a. l.").label == "Ann Lee"


def test_the_operator_says_what_names_things(serve: Serve, tmp_path: Path) -> None:
    turtle = f'{HEAD}<it> rdfs:label "no" ; <code> "K-7" . <other> foaf:firstName "Bo" ; foaf:lastName "Roe" .'
    labels = (f"<{LOCAL}code>", "foaf:firstName+foaf:lastName")
    client = serve(turtle, labels=labels)
    assert "<h1>K-7</h1>" in client.get("/page/it", headers=HTML).text
    assert "<h1>Bo Roe</h1>" in client.get("/page/other", headers=HTML).text
    (tmp_path / "it.ttl").write_text(turtle)
    with clustergraph.open(tmp_path / "it.ttl", store=tmp_path / "store", labels=labels) as graph:
        assert graph["k-7"].label == "K-7"


@pytest.mark.parametrize("entry", ["label", "nope:label", "", "rdfs:label/", "a b"])
def test_a_setting_that_is_no_property_is_refused(entry: str) -> None:
    with pytest.raises(ValidationError):
        Settings(labels=(entry,))


@pytest.mark.parametrize(
    ("address", "accept", "name"),
    [
        ("/page/it", "de", "Mühle"),
        ("/page/it", "fr", "mill"),  # the page is in English
        ("/page/away", "fr", "champ"),
        ("/page/away", "es, it;q=0.5, fr;q=0.4", "campo"),
        ("/page/away?lang=de", "fr", "champ"),
        ("/page/it?lang=de", "fr", "Mühle"),
        ("/page/it", "es", "mill"),
        ("/page/it", "en, fr", "mill"),
        ("/page/local", "es", "molino"),
        ("/page/local", "pl", "mulino"),  # no English: what most of the graph is in
        ("/page/plain", "pl", "M-1"),
    ],
)
def test_texts_are_in_the_readers_language(address: str, accept: str, name: str, serve: Serve) -> None:
    client = serve(
        f"""{HEAD}<it> rdfs:label "mill"@en, "Mühle"@de, "moulin"@fr, "mulino"@it .
        <local> rdfs:label "molino"@es, "mulino"@it, "A-1" . <away> rdfs:label "champ"@fr, "campo"@it, "C-1" .
        <plain> rdfs:label "M-1", "mlin"@sl .
        <x> rdfs:label "uno"@it . <y> rdfs:label "due"@it ."""
    )
    response = client.get(address, headers={**HTML, "Accept-Language": accept})
    assert f">{name}</h1>" in response.text
    assert "Accept-Language" in response.headers["Vary"]


def test_readers_of_other_languages_do_not_get_each_others_pages(serve: Serve) -> None:
    client = serve(f'{HEAD}<it> rdfs:label "M-1", "moulin"@fr, "mulino"@it .')
    for accept, name in (("fr", "moulin"), ("it", "mulino"), ("fr", "moulin"), ("it, fr", "mulino")):
        assert f">{name}</h1>" in client.get("/page/it", headers={**HTML, "Accept-Language": accept}).text


@pytest.mark.parametrize("kind", KINDS)
def test_things_of_foreign_graphs_are_shown_by_name(kind: str, tmp_path: Path) -> None:
    graph = make(kind)
    with clustergraph.open(*graph.write(tmp_path), store=tmp_path / "store") as opened:
        assert opened.labels(graph.labels) == graph.labels
