"""German pages are German: their words, their headings, the values of their tables, what goes wrong on them."""

from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

import clustergraph
from clustergraph.catalogue import CannedQuery, Catalogue
from clustergraph.snapshots.source_folder import published
from clustergraph.web.http.i18n import texts
from clustergraph.web.pages import result_views

GERMAN = {"Accept": "text/html", "Accept-Language": "de"}
PACKAGE = Path(clustergraph.__file__).parent
SENTENCES: dict[str, str] = json.loads((PACKAGE / "web/translations/sentences/de.json").read_text(encoding="utf-8"))
WERKZEUGS = {
    "The method is not allowed for the requested URL.",
    "The requested URL was not found on the server. If you entered the URL manually please check your spelling "
    "and try again.",
}
CATALOGUE = Catalogue.load(published().queries)
TABLES = [query for query in CATALOGUE if query.form == "SELECT"]

SAME = {"isoCode", "roles", "telephones", "faxes", "address", "matched", "value", "year"}
"""Columns with words that belong to no language, or that stand as the source has them."""

NAMES = {"states", "fields", "conceptTargets", "targets", "kept", "narrowed", "dropped", "added", "unknown"}
"""Columns with lists of names, of which some are the same in both languages."""

OWN = {"stated", "inferred", "dataset", "ontology"}
"""Words of the catalogue that the graph says, too: values of cg:certainty, and names of graphs."""

PAGES = ["/", "/api", "/sparql", "/about", "/errors", "/browse", "/compare", "/ontology", "/graph", "/graph/people"]
PAGES += ["/compare?thing=biom&thing=cool-silicon", "/phases", "/network", "/browse?round=https://nowhere.example/x"]
PAGES += [f"/page/id/{one}" for one in ("cluster/cool-silicon", "country/JP", "person/frank-boesenberg", "round/1")]
PAGES += [f"/api/{query.name}?{urlencode(query.example | {'lang': 'de'})}" for query in CATALOGUE]

WRONG = {
    "/api/clusters-by-country?country=Japn": 400,
    "/api/clusters-by-country?country=JP&phase=last": 400,
    "/api/clusters-by-country?country=JP&country=NL": 400,
    "/api/clusters-by-country?country=JP&town=x": 400,
    "/api/clusters?timeout=soon": 400,
    "/api/clustrs": 404,
    "/browse?size=1": 400,
    "/browse?state=Sachsen": 400,
    "/compare?thing=biom&thing=biom": 400,
    "/compare?thing=biom&thing=optonet&thing=ikv&thing=merge&thing=optence": 400,
    "/compare?other=x": 400,
    "/id/cluster/cool-silikon": 404,
    "/nothing/here": 404,
    "/sparql?query=DELETE+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D": 403,
    "/api/clusters?format=png": 400,
}


UNSAID = ("script", "style", "pre", "code", "textarea")


class Words(HTMLParser):
    """What a page says to people in German, with its names for those who do not see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.other: list[str] = []
        self.open: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = ("placeholder", "aria-label", "alt", "data-label")
        self.said += [value for name in names if (value := given.get(name))]
        if tag not in ("meta", "link", "input", "br", "hr", "img", "wbr"):
            self.open.append((tag, given.get("lang")))

    def handle_endtag(self, tag: str) -> None:
        while self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        # The way to the English page is called so in any language.
        if text not in ("", "English") and not any(tag in UNSAID for tag, _ in self.open):
            (self.other if any(code == "en" for _, code in self.open) else self.said).append(text)


def english_words() -> re.Pattern[str]:
    """Every text of the English catalogue that German says in another way."""
    english, german = texts("en"), texts("de")
    differ = {text for key, text in english.items() if text != german[key] and key not in ("or", "date.months")}
    known = set(german.values())
    patterns = [
        re.sub(r"\\\{\w+\\\}", ".+?", re.escape(text))
        for text in differ - known - OWN
        if re.sub(r"\{\w+\}|\W", "", text)
    ]
    return re.compile("|".join(sorted(patterns)))


@pytest.fixture(scope="module")
def english() -> re.Pattern[str]:
    return english_words()


@pytest.mark.parametrize("path", PAGES)
def test_no_english_is_left_on_a_german_page(client: FlaskClient, english: re.Pattern[str], path: str) -> None:
    response = client.get(path, headers=GERMAN, follow_redirects=True)
    assert response.status_code == 200, response.text[:300]
    page = Words(response.text)
    assert "Zum Inhalt springen" in page.said
    assert [text for text in page.said if english.fullmatch(text)] == []


@pytest.mark.parametrize(
    ("path", "german", "english"),
    [
        (
            "organisation/minalogic",
            {"Akteur", "Organisation"},
            {"foaf:Agent", "org:Organization", "rdf:type", "stated"},
        ),
        ("contact/cool-silicon", {"Mitgliedschaft", "Festnetz"}, {"org:Membership", "fixed"}),
        ("note/amz-sachsen-field", {"erschlossen", "Eigenschaft der Aussage"}, {"inferred", "rdf:Statement"}),
        ("note/website-bio-nrw", {"ausdrücklich"}, {"explicit"}),
        ("cluster/cluster-mechatronik-automation", {"genau"}, {"exactly"}),
    ],
)
def test_classes_and_values_of_things_are_german(
    client: FlaskClient, path: str, german: set[str], english: set[str]
) -> None:
    page = Words(client.get(f"/page/id/{path}", headers=GERMAN).text)
    assert german <= set(page.said)
    assert not english & set(page.said)


def test_the_look_for_english_finds_it(client: FlaskClient, english: re.Pattern[str]) -> None:
    page = Words(client.get("/browse", headers={**GERMAN, "Accept-Language": "en"}).text)
    assert {"Browse", "Search the graph", "32 rows", "Skip to content"} <= {
        text for text in page.other if english.fullmatch(text)
    }


@pytest.mark.parametrize(("path", "status"), WRONG.items())
def test_what_goes_wrong_is_said_in_german(
    client: FlaskClient, english: re.Pattern[str], path: str, status: int
) -> None:
    response = client.get(path, headers=GERMAN)
    assert response.status_code == status
    page = Words(response.text)
    assert page.other == []
    assert [text for text in page.said if english.fullmatch(text)] == []
    german = client.get(path, headers={"Accept": "*/*", "Accept-Language": "de"})
    plain = client.get(path, headers={"Accept": "*/*"})
    assert [one.headers["Content-Language"] for one in (german, plain)] == ["de", "en"]
    assert json.loads(german.data)["detail"] in page.said
    assert json.loads(plain.data)["detail"] not in page.said
    assert json.loads(german.data)["type"] == json.loads(plain.data)["type"]


def test_the_parsers_english_is_introduced_in_german(client: FlaskClient) -> None:
    response = client.get("/sparql?query=SELEC", headers=GERMAN)
    page = Words(response.text)
    assert response.status_code == 400
    assert [text for text in page.other if text.startswith("Line 1, column 1")]
    assert {"Keine SPARQL-Abfrage", "Im Wortlaut, auf Englisch:"} <= set(page.said)


@pytest.mark.parametrize("query", TABLES, ids=[query.name for query in TABLES])
def test_columns_and_values_have_german_words(client: FlaskClient, query: CannedQuery) -> None:
    def answer(code: str) -> dict[str, set[str]]:
        asked = urlencode(query.example | {"format": "json", "lang": code})
        document = json.loads(client.get(f"/api/{query.name}?{asked}").data)
        found: dict[str, set[str]] = {name: set() for name in document["head"]["vars"]}
        for row in document["results"]["bindings"]:
            for name, term in row.items():
                if term["type"] == "literal" and not term.get("datatype"):
                    found[name].add(term["value"])
        return found

    english, german = answer("en"), answer("de")
    with client.application.test_request_context("/", headers=GERMAN):
        terms = result_views._read_term_labels("de")
    for name in german:
        if (name.endswith("Label") and name.removesuffix("Label") in german) or name in result_views.UNSEEN:
            continue
        column = query.columns.get(name)
        assert (column and column.name.de) or name.lower() in terms, f"the column {name} has no German name"
        if name in NAMES:
            assert english[name] != german[name] or not english[name], f"the column {name} has English names"
        elif name not in SAME:
            assert not english[name] & german[name], f"the column {name} has English words"


def messages_in_the_source() -> dict[str, str]:
    """The sentences that the source tells, with the file of each."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                position = {"message": 0, "Problem": 1}.get(node.func.id, len(node.args))
                text = node.args[position] if position < len(node.args) else None
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    found[text.value] = path.name
    return found


def test_every_sentence_has_its_german() -> None:
    told = {
        text: file
        for text, file in messages_in_the_source().items()
        if file not in ("messages.py", "page_placement.py")
    }
    assert {text: file for text, file in told.items() if text not in SENTENCES} == {}
    for text, german in SENTENCES.items():
        assert sorted(re.findall(r"\{\w+(?:!r)?\}", text)) == sorted(re.findall(r"\{\w+(?:!r)?\}", german)), text


def test_no_german_sentence_is_left_over() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    # Long ones are broken over lines.
    plain = re.sub(r'"\s*\n\s*"', "", source)
    assert [text for text in SENTENCES if text not in plain and text not in WERKZEUGS] == []
