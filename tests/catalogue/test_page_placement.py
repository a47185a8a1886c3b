"""Where a query appears on pages: the header's keys `page`, `columns` and `browse`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clustergraph.catalogue import Catalogue, Placement, Words

Load = Callable[..., Catalogue]
Refusal = Callable[..., str]

HEAD = "#+ summary: A query\n#+ description: What it gives.\n"
TOWN = "#+ parameters:\n#+   town:\n#+     description: A town.\n#+     class: ex:Town\n"
ASK = "PREFIX ex: <https://example.org/>\nSELECT ?shop ?staff { ?shop ex:in ?_town_iri ; ex:staff ?staff }"
ALL = "PREFIX ex: <https://example.org/>\nSELECT ?thing (COUNT(?s) AS ?staff) { ?thing ex:staff ?s } GROUP BY ?thing"
BROWSE = "#+ browse:\n#+   class: ex:Shop\n#+   facets:\n"
FACETS = f"{BROWSE}#+     town: {{en: Town, de: Stadt, path: ex:in, class: ex:Town}}\n"
NO_PATH = "query.rq:6: The path of the facet 'town' is no property path"


def test_places_are_read(load: Load) -> None:
    pages = "#+ page:\n#+   - {of: ex:Town, order: 20}\n#+   - {of: compare, class: ex:Town, show: staff, view: Map}\n"
    query = load(HEAD + TOWN + pages + ASK)["query"]
    town = "https://example.org/Town"
    assert query.pages == (
        Placement("class", 20, town),
        Placement("compare", 100, town, "Map", "staff"),
    )
    subject = query.subject(town)
    assert subject is not None
    assert subject.name == "town"
    assert query.subject("https://example.org/Shop") is None


def test_a_query_for_the_home_page_and_its_columns(load: Load) -> None:
    query = load(HEAD + "#+ page: {of: home}\n#+ columns: {staff: {en: People, de: Leute}}\n" + ALL)["query"]
    assert query.pages == (Placement("home"),)
    assert query.columns["staff"].name.in_language("de") == "Leute"


def test_a_page_of_its_own_is_read(load: Load) -> None:
    query = load(HEAD + "#+ page: {of: site, path: towns, order: 3, en: Towns, de: Städte}\n" + ALL)["query"]
    (place,) = query.pages
    assert (place.of, place.path, place.order, place.title) == ("site", "towns", 3, Words("Towns", "Städte"))


def test_values_have_their_german_words(load: Load) -> None:
    words = "#+ columns: {staff: {en: People, de: Leute, values-de: {few: wenige, many: viele}}}\n"
    assert load(HEAD + words + ALL)["query"].columns["staff"].german == {"few": "wenige", "many": "viele"}


def test_facets_are_read(load: Load) -> None:
    browse = load(HEAD + FACETS + ALL)["query"].browse
    assert browse is not None
    assert browse.class_iri == "https://example.org/Shop"
    (facet,) = browse.facets
    assert (facet.name, facet.label.in_language("de"), facet.path) == ("town", "Stadt", "ex:in")
    assert facet.class_iri == "https://example.org/Town"


@pytest.mark.parametrize(
    ("header", "query", "said"),
    [
        ("#+ page: home\n", ALL, "query.rq:3: The key 'page' needs `of`"),
        ("#+ page: {of: home, colour: red}\n", ALL, "query.rq:3: The key 'colour' of 'page' is not known"),
        ("#+ page: {of: home, order: soon}\n", ALL, "query.rq:3: The order 'soon' of a page is not a whole number."),
        ("#+ page: {of: home, view: Cake}\n", ALL, "query.rq:3: The view 'Cake' is not known"),
        ("#+ page: {of: home, class: ex:Town}\n", ALL, "query.rq:3: Only a page of compare has a class"),
        ("#+ page: {of: home, show: staff}\n", ALL, "query.rq:3: Only a page of compare has `show`"),
        ("#+ page: {of: compare}\n", ALL, "query.rq:3: A page of compare needs a class"),
        ("#+ page: {of: no:Town}\n", ALL, "query.rq:3: The class 'no:Town' is not a prefixed name"),
        ("#+ page: {of: ex:Town}\n", ALL, "query.rq:3: A query on the page of <https://example.org/Town> needs one"),
        (TOWN + "#+ page: {of: ex:Shop}\n", ASK, "query.rq:7: A query on the page of <https://example.org/Shop>"),
        (TOWN + "#+ page: {of: home}\n", ASK, "query.rq:7: A query on the page 'home' can have no required parameter"),
        (
            TOWN + "#+ page: {of: compare, class: ex:Town, show: rent}\n",
            ASK,
            "query.rq:7: The query gives no column 'rent' to show; it gives shop, staff.",
        ),
        ("#+ page: {of: site}\n", ALL, "query.rq:3: A page of the site needs a path"),
        ("#+ page: {of: site, path: Our towns}\n", ALL, "query.rq:3: A page of the site needs a path"),
        ("#+ page: {of: site, path: towns, de: Städte}\n", ALL, "query.rq:3: The page 'towns' needs a text in English"),
        ("#+ page: {of: home, path: towns}\n", ALL, "query.rq:3: Only a page of the site has 'path'"),
        (TOWN + "#+ page: {of: site, path: a}\n", ASK, "query.rq:7: A query on the page 'site' can have no required"),
        ("#+ columns: {staff: {en: People, values-de: few}}\n", ALL, "query.rq:3: The key 'values-de' of the column"),
        ("#+ columns: [a]\n", ALL, "query.rq:3: The key 'columns' needs the names of columns"),
        ("#+ columns: {staff: {de: Leute}}\n", ALL, "query.rq:3: The column 'staff' needs a text in English"),
        (
            "#+ columns: {rent: {en: Rent}}\n",
            ALL,
            "query.rq:3: The query gives no column 'rent'; it gives",
        ),
        ("#+ browse: {class: ex:Shop}\n", ALL, "query.rq:3: The key 'browse' needs the class of the things and their"),
        (FACETS.replace("path: ex:in, ", ""), ALL, "query.rq:6: The facet 'town' needs a path"),
        (FACETS.replace("town:", "Town 1:"), ALL, "query.rq:6: The facet 'Town 1' needs a name of lower-case"),
        (FACETS.replace("ex:in", "ex:in/"), ALL, NO_PATH),
        (
            FACETS.replace("ex:in", '"ex:in ?x } #"'),
            ALL,
            NO_PATH,
        ),
        (FACETS, ALL.replace("?thing", "?it"), "query.rq:3: A query to browse by gives a column ?thing."),
        (FACETS.replace("{en: Town, de", "{de"), ALL, "query.rq:6: The facet 'town' needs a text in English"),
    ],
)
def test_a_wrong_place_is_refused_with_its_line(header: str, query: str, said: str, refusal: Refusal) -> None:
    assert said in refusal(HEAD + header + query)
