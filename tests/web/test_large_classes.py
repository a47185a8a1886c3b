"""Classes with very many things, and hubs: shown in parts, and counted as far as that is quick."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, URIRef

from clustergraph.describe.thing_queries import MAX_COUNTED_STATEMENTS
from clustergraph.web.pages.neighbours import MAX_TERMS_PER_PAGE

HTML = {"Accept": "text/html"}
LOCAL = "http://localhost:8080/"
WELL = "http://ex.example/terms#Well"
MANY = MAX_COUNTED_STATEMENTS + 50

Serve = Callable[..., FlaskClient]

WELLS = "\n".join(
    f"<well/{number}> a <{WELL}> ; rdfs:label 'Well {number}' ; <county> <county/{number % 3}> ."
    for number in range(MANY)
)
HUB = " , ".join(f"<well/{number}>" for number in range(MANY))
TURTLE = f"""@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
{WELLS}
<hub> <has> {HUB} ; rdfs:label "Hub" .
<rare> <likes> <{WELL}> .
"""
BROWSE = f"""#+ summary: Wells
#+ description: The wells.
#+ browse:
#+   class: <{WELL}>
#+   facets:
#+     county: {{en: County, path: "<{LOCAL}county>"}}
SELECT ?thing ?name WHERE {{ ?thing a <{WELL}> ; <http://www.w3.org/2000/01/rdf-schema#label> ?name }} ORDER BY ?name
"""


def follow(client: FlaskClient, path: str) -> list[list[str]]:
    """The links to wells on a page and on those that follow on."""
    pages = []
    while path:
        page = client.get(path, headers=HTML)
        assert page.status_code == 200
        pages.append(re.findall(r'href="/well/(\d+)"', page.text))
        after = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = unescape(after[1]) if after else ""
    return pages


@pytest.fixture
def client(serve: Serve, tmp_path: Path) -> FlaskClient:
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "wells.rq").write_text(BROWSE)
    return serve(TURTLE, queries=tmp_path / "queries")


def test_the_page_of_a_large_class_says_more_than_and_leads_to_all(client: FlaskClient) -> None:
    page = client.get(f"/page?iri={quote(WELL, safe='')}", headers=HTML)
    assert page.status_code == 200
    assert f"more than {MAX_COUNTED_STATEMENTS:,}" in page.text
    assert 'href="/rare"' in page.text, "a property of few statements is shown beside one of many"
    path = re.search(r'href="([^"]+pointing=[^"]+type[^"]*)"', page.text)
    assert path
    pages = follow(client, unescape(path[1]))
    assert len(pages[0]) == MAX_TERMS_PER_PAGE
    wells = [well for listed in pages for well in listed]
    assert sorted(map(int, wells)) == list(range(MANY))


def test_a_thing_with_very_many_values_shows_some_of_each_property(client: FlaskClient) -> None:
    page = client.get("/page/hub", headers=HTML).text
    assert "<h1>Hub</h1>" in page
    assert f"All more than {MAX_COUNTED_STATEMENTS:,}" in page
    pages = follow(client, f"/page/hub?values={quote(f'{LOCAL}has', safe='')}")
    assert len({well for listed in pages for well in listed}) == MANY


def test_its_document_says_how_much_it_leaves_out(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get(f"/data?iri={quote(WELL, safe='')}&format=nt").data, format="nt")
    notes = [str(text) for text in graph.objects(None, RDFS.comment)]
    assert any(f"of more than {MAX_COUNTED_STATEMENTS:,} statements" in note for note in notes)
    assert any(f"von mehr als {MAX_COUNTED_STATEMENTS:,} Aussagen" in note for note in notes)
    assert len(list(graph.subjects(RDF.type, URIRef(WELL)))) <= 1000


@pytest.mark.parametrize("field", ["start=x", "start=-1", "start=1.5"])
def test_a_start_has_to_be_a_number(client: FlaskClient, field: str) -> None:
    response = client.get(f"/page/hub?values={quote(f'{LOCAL}has', safe='')}&{field}")
    assert response.status_code == 400
    assert response.json["parameter"] == "start"  # type: ignore[index]


def test_facets_of_a_large_class_count_some_and_say_so(client: FlaskClient) -> None:
    page = client.get("/browse", headers=HTML).text
    assert f"More than {MAX_COUNTED_STATEMENTS:,} things fit" in page
    assert sum(int(tally) for tally in re.findall(r'"tally">(\d+)<', page.replace(",", ""))) == MAX_COUNTED_STATEMENTS
    pages = follow(client, "/browse")
    assert len({well for listed in pages for well in listed}) == MANY
    narrowed = client.get(f"/browse?county={LOCAL}county/0", headers=HTML).text
    assert f"{(MANY + 2) // 3:,} rows" in narrowed
    assert f"More than {MAX_COUNTED_STATEMENTS:,} things fit" not in narrowed
