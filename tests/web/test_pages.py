"""The explorer's pages: both languages, sections, marks, facets, comparison, links that lead somewhere."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import deque
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urldefrag, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient

import clustergraph.web
from clustergraph.catalogue import Catalogue
from clustergraph.snapshots.source_folder import published
from clustergraph.web.http.i18n import LANGUAGES, texts
from clustergraph.web.pages.browse import composed, counts
from clustergraph.web.service import Service

HTML = {"Accept": "text/html"}
WEB = Path(clustergraph.web.__file__).parent
ID = "https://w3id.org/clustergraph/id/"
CG = "https://w3id.org/clustergraph/ontology#"
COOL = "/page/id/cluster/cool-silicon"
PAGES = [
    "/",
    "/api",
    "/sparql",
    "/about",
    "/errors",
    "/browse",
    f"/browse?{urlencode({'state': f'{ID}state/DE-SN'})}",
    "/compare",
    "/compare?thing=biom&thing=cool-silicon",
    "/api/cluster-phases",
    "/api/cluster-phases?cluster=cool-silicon",
    "/api/phase-changes",
    "/api/partner-network",
    "/api/search?text=photonics",
    f"/sparql?{urlencode({'query': 'SELECT * { ?s ?p ?o } LIMIT 3'})}",
    COOL,
    "/page/id/country/JP",
    "/page/id/organisation/high-tech-nl",
    "/page/id/field/photonics",
    "/page/id/state/DE-SN",
    "/page/id/phase/cool-silicon-concept",
    "/page/id/source/page-L159",
    "/page/id/note/cool-silicon-cluster-state",
]
EMPTY = {"meta", "link", "input", "br", "hr", "img", "wbr"}


class Reader(HTMLParser):
    """Reads a page: whether every tag is closed in order, its headings, addresses, labels and ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.languages: set[str] = set()
        self.feed(text)
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in EMPTY:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "label":
            self.labelled.add(given.get("for") or "")
        if tag in ("input", "select", "textarea") and given.get("type") not in ("hidden", "checkbox"):
            self.inputs.append(given)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.languages |= {given["lang"] or ""} if tag == "html" else set()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_every_page_in_both_languages(client: FlaskClient, path: str, code: str) -> None:
    response = client.get(path, headers={**HTML, "Accept-Language": code})
    assert response.status_code == 200, response.text[:500]
    assert {"Accept", "Accept-Language"} <= set(response.headers["Vary"].split(", "))
    page = Reader(response.text)
    assert page.languages == {code}
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    assert all(one.get("id") in page.labelled or one.get("aria-label") for one in page.inputs)
    other = next(one for one in LANGUAGES if one != code)
    assert texts(code)["nav.browse"] in response.text
    assert texts(other)["skip"] not in response.text


def test_both_languages_have_the_same_texts_and_every_one_is_used() -> None:
    english, german = (texts(code) for code in LANGUAGES)
    assert set(english) == set(german)
    for key in english:
        places = [set(re.findall(r"\{(\w+)\}", one[key])) for one in (english, german)]
        assert places[0] == places[1], key
    code = "".join(path.read_text(encoding="utf-8") for path in WEB.rglob("*") if path.suffix in (".py", ".html"))
    # Of these, the end of the key is computed.
    families = ("error.", "topic.", "why.", "term.", "language.", "about.", "truth.", "ontology.", "thing.list.")
    assert [key for key in english if key.removesuffix(".one") not in code and not key.startswith(families)] == []


def test_templates_hold_no_words_of_their_own() -> None:
    own = "base _parts _form _result thing home queries query results sparql error errors browse compare about"
    allowed = {"SPARQL", "OpenAPI", "VoID", "BibTeX", "RFC", "applicationproblemjson", "api"}
    for name in own.split():
        text = (WEB / "templates" / f"{name}.html").read_text(encoding="utf-8")
        text = re.sub(r"<(pre|textarea|code)\b.*?</\1>|\{#.*?#\}", " ", text, flags=re.S)
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<!doctype html>", " ", text, flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        words = {re.sub(r"\W", "", word) for word in text.split()}
        assert not {word for word in words if re.fullmatch(r"[A-Za-z]{2,}", word)} - allowed, name


def test_the_language_is_chosen_by_address_then_by_header(client: FlaskClient) -> None:
    def language(path: str, header: str = "") -> str:
        return Reader(client.get(path, headers={**HTML, "Accept-Language": header}).text).languages.pop()

    assert language("/") == "en"
    assert language("/", "de-AT,de;q=0.9,en;q=0.8") == "de"
    assert language("/", "en;q=0.5,de;q=0.9") == "de"
    assert language("/?lang=en", "de") == "en"
    assert language("/?lang=xx", "de") == "de"


def test_a_kept_answer_is_not_given_in_another_language(client: FlaskClient) -> None:
    german = client.get("/about", headers={**HTML, "Accept-Language": "de"})
    english = client.get("/about", headers={**HTML, "Accept-Language": "en"})
    assert german.headers["ETag"] != english.headers["ETag"]
    assert german.text != english.text


@pytest.mark.parametrize("path", ["/", COOL, "/browse", "/api", "/compare?thing=biom&thing=cool-silicon"])
def test_links_keep_the_language(client: FlaskClient, path: str) -> None:
    page = Reader(client.get(f"{path}{'&' if '?' in path else '?'}lang=de", headers=HTML).text)
    data = re.compile(r"/(data|static|openapi|\.well-known|schema|dcat)|.*format=|#|https?:")
    lost = [link for link in page.links if not data.match(link) and not re.search(r"[?&]lang=(de|en)\b", link)]
    assert lost == []
    moved = client.get("/id/cluster/biom?lang=de", headers=HTML)
    assert moved.headers["Location"] == "/page/id/cluster/biom?lang=de"


def test_every_link_leads_somewhere(client: FlaskClient) -> None:
    seen, waiting = {"/"}, deque(["/"])
    asked = 0
    while waiting and asked < 300:
        path = waiting.popleft()
        response = client.get(path, headers={"Accept": "text/html, */*;q=0.1"}, follow_redirects=True)
        asked += 1
        assert response.status_code == 200, path
        if response.mimetype != "text/html":
            continue
        for link in Reader(response.text).links:
            address = urldefrag(link)[0]
            # Of each kind of address a few are enough, and the mirror image in the other language says nothing new.
            if address.startswith("/") and address not in seen and "lang=" not in address:
                seen.add(address)
                waiting.append(address)
    assert asked == 300


# ------------------------------------------------------------------------------------------------------- a thing


def test_a_clusters_page_begins_with_what_the_queries_say(client: FlaskClient) -> None:
    page = client.get(COOL, headers=HTML).text
    order = ["A cluster at a glance", "Target countries, phase by phase", "Partner institutions", "Every statement"]
    places = [page.index(f">{title}") for title in order]
    assert places == sorted(places)
    assert 'data-view="Map"' in page
    assert f"/api/cluster-partners?cluster={quote(f'{ID}cluster/cool-silicon', safe='')}&amp;format=json" in page
    for words in ("Czechia", "kept", "Belgium", "dropped", "Frank Bösenberg", "Minalogic"):
        assert words in page
    german = client.get(f"{COOL}?lang=de", headers=HTML).text
    for words in ("Tschechien", "beibehalten", "Belgien", "weggefallen", "Mikro- und Nanoelektronik"):
        assert words in german


def test_a_query_without_result_gives_no_section(client: FlaskClient) -> None:
    assert "Partner institutions" not in client.get("/page/id/cluster/amz-sachsen", headers=HTML).text
    assert "unknown" in client.get("/page/id/cluster/medical-mountains", headers=HTML).text


def marks(text: str, value: str) -> str:
    """What a page of a thing says behind a value, up to the next one."""
    statements = text[text.index('id="stated"') :]
    at = statements.index(f">{value}<")
    return statements[at : statements.index("</div>", statements.index("mark", at))]


def test_a_stated_value_leads_to_its_source(client: FlaskClient) -> None:
    page = client.get(COOL, headers=HTML).text
    assert 'href="#sources"' in marks(page, "iCool")
    assert '<a href="/id/source/page-L159"' in page[page.index('id="sources"') :]
    phase = client.get("/page/id/phase/cool-silicon-concept", headers=HTML).text
    assert 'href="/id/source/page-L156"' in marks(phase, "Belgium")


def test_a_curators_addition_says_why(client: FlaskClient) -> None:
    said = marks(client.get(COOL, headers=HTML).text, "Saxony")
    assert "curated" in said
    assert "general knowledge" in said
    assert "/id/note/cool-silicon-cluster-state" in said
    assert "Allgemeinwissen" in marks(client.get(f"{COOL}?lang=de", headers=HTML).text, "Sachsen")


def test_a_conclusion_names_its_axiom_and_its_premises(client: FlaskClient) -> None:
    page = client.get(COOL, headers=HTML).text
    chain = page[page.index("targets in the concept phase</a>") :]
    chain = chain[: chain.index("</details>")]
    assert texts("en")["why.chain"] in chain
    assert "/id/phase/cool-silicon-concept" in chain
    assert "target place" in chain
    kinds = {kind for kind in ("chain", "inverse", "sub-property", "sub-class") if texts("en")[f"why.{kind}"] in page}
    assert {"chain", "sub-property", "sub-class"} <= kinds
    japan = client.get("/page/id/country/JP", headers=HTML).text
    assert texts("en")["why.inverse"] in japan


def test_what_points_at_a_thing_is_counted_with_a_way_to_the_rest(client: FlaskClient) -> None:
    page = client.get("/page/id/country/DE", headers=HTML).text
    more = [link for link in Reader(page).links if "?pointing=" in link]
    assert more
    for link in more:
        prop = parse_qs(urlsplit(link).query)["pointing"][0]
        query = f"SELECT (COUNT(*) AS ?n) {{ ?thing <{prop}> <{ID}country/DE> }}"
        count = int(client.get(f"/sparql?{urlencode({'query': query, 'format': 'csv'})}").text.split()[1])
        assert re.search(rf">All {count:,}</a>", page), link
        listed = client.get(link, headers=HTML).text
        assert listed.count("<li><a") >= min(count, 200), link


# ---------------------------------------------------------------------------------------------------------- facets


FACETS = Catalogue.load(published().queries)["browse"]


def table(client: FlaskClient, query: str) -> list[dict[str, str]]:
    response = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def test_every_facet_counts_what_a_query_of_its_own_counts(client: FlaskClient) -> None:
    assert FACETS.browse is not None
    found: dict[str, dict[str, int]] = {}
    for row in table(client, counts(FACETS, FACETS.browse, {})):
        found.setdefault(row["facet"], {})[row["value"]] = int(row["count"])
    paths = {
        "state": f"<{CG}locatedIn>/<{CG}within>*",
        "concept": f"<{CG}hasConceptPhase>/<{CG}targetPlace>",
        "implementation": f"<{CG}hasImplementationPhase>/<{CG}targetPlace>",
        "partner-kind": f"<{CG}cooperatesWith>/<{CG}partnerKind>",
        "round": f"<{CG}selectedInRound>",
        "legal-form": f"<{CG}managedBy>/<http://www.w3.org/ns/regorg#orgType>",
        "field": f"<{CG}technologyField>/<http://www.w3.org/2004/02/skos/core#broader>*",
    }
    assert set(found) == set(paths)
    for name, path in paths.items():
        for value, count in found[name].items():
            query = f"SELECT DISTINCT ?c {{ ?c a <{CG}Cluster> ; {path} <{value}> }}"
            assert len(table(client, query)) == count, (name, value)


def test_facets_combine_and_counts_follow(client: FlaskClient) -> None:
    assert FACETS.browse is not None
    saxony, bavaria, czechia = f"{ID}state/DE-SN", f"{ID}state/DE-BY", f"{ID}country/CZ"
    chosen = {"state": [saxony, bavaria], "concept": [czechia]}
    listed = {row["thing"] for row in table(client, composed(FACETS, FACETS.browse, chosen))}
    by_hand = table(
        client,
        f"SELECT DISTINCT ?c {{ VALUES ?s {{ <{saxony}> <{bavaria}> }} ?c a <{CG}Cluster> ; "
        f"<{CG}locatedIn>/<{CG}within>* ?s ; <{CG}hasConceptPhase>/<{CG}targetPlace> <{czechia}> }}",
    )
    assert listed == {row["c"] for row in by_hand} != set()
    follow = [row for row in table(client, counts(FACETS, FACETS.browse, chosen)) if row["facet"] == "state"]
    czech = table(
        client,
        f"SELECT ?s (COUNT(DISTINCT ?c) AS ?n) {{ ?c a <{CG}Cluster> ; <{CG}locatedIn>/<{CG}within>* ?s ; "
        f"<{CG}hasConceptPhase>/<{CG}targetPlace> <{czechia}> . ?s a <{CG}FederalState> }} GROUP BY ?s",
    )
    # The other values of a facet stay countable: they would be added to what is chosen.
    assert {row["value"]: row["count"] for row in follow} == {row["s"]: row["n"] for row in czech}
    page = client.get(f"/browse?{urlencode(chosen, doseq=True)}", headers=HTML).text
    rest = urlencode({"state": [bavaria], "concept": [czechia]}, doseq=True)
    assert f'href="/browse?{rest.replace("&", "&amp;")}"' in page
    assert page.count(" checked") == 3


def test_a_list_is_given_as_data_and_as_its_query(client: FlaskClient) -> None:
    path = f"/browse?{urlencode({'state': f'{ID}state/DE-SN'})}"
    rows = list(csv.DictReader(io.StringIO(client.get(f"{path}&format=csv").text)))
    document: Any = client.get(f"{path}&format=json").json
    assert len(rows) == len(document["results"]["bindings"]) == 4
    turtle = client.get(f"{path}&format=turtle")
    assert turtle.mimetype == "text/turtle"
    assert "cluster:cool-silicon" in turtle.text
    page = client.get(path, headers=HTML).text
    editor = next(link for link in Reader(page).links if link.startswith("/sparql?query="))
    again = list(csv.DictReader(io.StringIO(client.get(editor.replace("format=html", "format=csv")).text)))
    assert again == rows


def test_nothing_found_says_so(client: FlaskClient) -> None:
    chosen = {"state": f"{ID}state/DE-SN", "concept": f"{ID}country/AU"}
    assert "Nothing fits" in client.get(f"/browse?{urlencode(chosen)}", headers=HTML).text


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/browse?colour=red", "colour"),
        ("/browse?state=DE-SN", "state"),
        ("/browse?state=x%3Ay%3E+%7D", "state"),
        ("/compare?thing=biom&thing=nowhere", "cluster"),
        ("/compare?thing=biom&thing=BioM", "thing"),
        (f"/compare?{'&'.join('thing=biom' for _ in range(5))}", "thing"),
        ("/compare?things=biom", "things"),
        ("/api/clusters?lang=fr", "lang"),
    ],
)
def test_what_cannot_be_asked_is_a_problem(client: FlaskClient, path: str, parameter: str) -> None:
    response = client.get(path)
    assert response.status_code == 400, response.text
    assert response.mimetype == "application/problem+json"
    assert response.json["parameter"] == parameter  # type: ignore[index]
    for code in LANGUAGES:
        page = client.get(path, headers={**HTML, "Accept-Language": code})
        assert page.status_code == 400
        assert texts(code)["error.bad-parameter.title"] in page.text


# --------------------------------------------------------------------------------------------------- other pages


def test_a_comparison_marks_what_is_the_same(client: FlaskClient) -> None:
    page = client.get("/compare?thing=biom&thing=cfk-valley", headers=HTML).text
    japan = page[page.rindex("<tr", 0, page.index(">Japan</a>")) :]
    assert japan.startswith('<tr class="same">')
    manager = page[page.rindex("<tr", 0, page.index(">managed by</a>")) :]
    assert manager.startswith("<tr>")
    alone = client.get("/compare?thing=biom", headers=HTML).text
    assert "<table" not in alone
    assert re.search(r'value="biom" selected', alone)


def test_a_canned_query_comes_as_code_to_take_along(client: FlaskClient) -> None:
    page = client.get("/api/cluster-phases?cluster=biom", headers=HTML).text
    for name in ("curl", "Python, clustergraph", "Python, SPARQLWrapper", "read.csv"):
        assert name in page
    assert "http://localhost/api/cluster-phases.csv?cluster=biom" in page
    assert "VALUES" in page


def test_things_go_by_their_names_where_a_query_gives_none(client: FlaskClient) -> None:
    page = client.get("/api/contacts", headers={**HTML, "Accept-Language": "de"}).text
    assert ">Kontakt für BioM</a>" in page
    assert ">contact:" not in page
    assert "contactLabel" not in client.get("/api/contacts?format=json").text


def test_labels_in_data_follow_the_language_that_is_asked_for(client: FlaskClient) -> None:
    def names(path: str) -> set[str]:
        document = json.loads(client.get(path).data)
        return {row["countryLabel"]["value"] for row in document["results"]["bindings"]}

    assert "Japan" in names("/api/countries-ranked?format=json")
    assert "Czechia" in names("/api/countries-ranked?format=json")
    assert "Tschechien" in names("/api/countries-ranked?format=json&lang=de")


def test_the_search_box_finds(client: FlaskClient) -> None:
    assert 'action="/api/search"' in client.get("/about", headers=HTML).text
    page = client.get("/api/search?text=cool+silicon", headers=HTML).text
    first = page[page.index('<ol class="found">') :]
    assert first.index("/id/cluster/cool-silicon") < first.index("</li>")


def test_the_schema_names_terms_with_counts(client: FlaskClient) -> None:
    schema: Any = client.get("/schema.json").json
    classes = {one["name"]: one for one in schema["classes"]}
    assert classes["cg:Cluster"]["count"] == 32
    assert classes["cg:Cluster"]["label"]["de"] == "Cluster"
    assert "cg:targetPlace" in {one["name"] for one in schema["properties"]}
    assert schema["prefixes"]["cg"] == CG


def test_about_says_how_to_cite_this_snapshot(client: FlaskClient, service: Service) -> None:
    page = client.get("/about", headers=HTML).text
    assert page.count(service.snapshot.name) >= 3
    assert "@misc{" in page
    assert "creativecommons.org/licenses/by/4.0" in page
    assert "How the graph was made" in page
    assert "Wie der Graph entstanden ist" in client.get("/about?lang=de", headers=HTML).text


HOSTILE = """
@prefix ex: <http://localhost:8080/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
ex:says rdfs:subPropertyOf dcterms:source ; rdfs:label "<b>says</b>" .
ex:a a ex:Kind ; rdfs:label "<script>alert(1)</script>" ; ex:says <javascript:alert(1)>, ex:source ;
  dcterms:description "<img src=x onerror=alert(1)>" ; ex:p ex:b .
ex:source rdfs:label "\\"><svg onload=alert(1)>" .
ex:note a rdf:Statement ; rdf:subject ex:a ; rdf:predicate ex:p ; rdf:object ex:b ; rdfs:comment "<iframe src=x>" .
"""


def test_hostile_texts_stay_text_and_any_vocabulary_has_marks(serve: Callable[..., FlaskClient]) -> None:
    client = serve(HOSTILE)
    page = client.get("/page/a", headers=HTML).text
    Reader(page)
    for tag in ("<script>", "<img", "<svg", "<iframe", "<b>", 'href="javascript'):
        assert tag not in page
    assert "&lt;iframe src=x&gt;" in page
    assert 'class="mark curated"' in page
    assert "source" in page[page.index('id="sources"') :]


def test_graphs_without_such_queries_have_no_such_pages(serve: Callable[..., FlaskClient]) -> None:
    client = serve("<http://localhost:8080/a> <http://localhost:8080/p> 1 .")
    for path in ("/browse", "/compare"):
        assert client.get(path, headers=HTML).status_code == 404
        assert f'href="{path}"' not in client.get("/", headers=HTML).text
    assert client.get("/about", headers=HTML).status_code == 200
    assert client.get("/schema.json").json["properties"]  # type: ignore[index]
    assert 'role="search"' not in client.get("/", headers=HTML).text
