"""Query files: what is read from a good one, and how a bad one is refused."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path

import pytest

from clustergraph.catalogue import Catalogue, CatalogueError, UnknownQuery

Load = Callable[..., Catalogue]
Refusal = Callable[..., str]

HEAD = "#+ summary: A query\n#+ description: It asks.\n"
FULL = """\
#+ summary: Shops in a town
#+ summary-de: Läden einer Stadt
#+ description: >-
#+   The shops in a town,
#+   of one kind or all.
#+ description-de: Die Läden einer Stadt.
#+ tags: [shops, towns]
#+ parameters:
#+   town:
#+     description: A town.
#+     description-de: Eine Stadt.
#+     class: ex:Town
#+     example: NO
#+   kind:
#+     description: A kind of shop.
#+     example: bakery
#+ defaults:
#+   - town: kiel
#+ enumerate:
#+   - kind:
#+       - bakery
#+       - bookshop
#defaultView:BarChart
PREFIX ex: <https://example.org/>
SELECT ?shop { ?shop ex:in ?_town_iri ; ex:kind ?kind . FILTER(!BOUND(?__kind_literal) || ?kind = ?__kind_literal) }
"""


def test_a_whole_file(load: Load) -> None:
    query = load(FULL, "shops-in-town.rq")["shops-in-town"]
    assert (query.summary.en, query.summary.de) == ("Shops in a town", "Läden einer Stadt")
    assert query.description.en == "The shops in a town, of one kind or all."
    assert query.tags == ("shops", "towns")
    assert (query.form, query.default_view, query.text) == ("SELECT", "BarChart", FULL)
    town, kind = query.parameters
    assert (town.name, town.variable, town.type) == ("town", "_town_iri", "iri")
    assert town.class_iri == "https://example.org/Town"
    assert town.description.in_language("de") == "Eine Stadt."
    # A default makes a required parameter one that may be left out.
    assert (town.required, town.default) == (False, "kiel")
    assert (kind.required, kind.choices, kind.type) == (False, ("bakery", "bookshop"), "string")
    # YAML would take NO for a truth value.
    assert query.example == {"town": "NO", "kind": "bakery"}


def test_a_file_of_another_editor(tmp_path: Path) -> None:
    (tmp_path / "shops.rq").write_bytes(BOM_UTF8 + FULL.replace("\n", "\r\n").encode())
    query = Catalogue.load(tmp_path)["shops"]
    assert query.summary.en == "Shops in a town"
    assert query.description.en == "The shops in a town, of one kind or all."
    assert query.default_view == "BarChart"


def test_grlcs_maps_and_lists_say_the_same(load: Load) -> None:
    as_map = FULL.replace("#+   - town: kiel", "#+   town: kiel").replace("#+   - kind:", "#+   kind:")
    assert load(as_map)["query"].parameters == load(FULL, "b.rq")["b"].parameters


def test_the_view_follows_the_form_where_none_is_named(load: Load) -> None:
    assert load(HEAD + "SELECT * { ?s ?p ?o }")["query"].default_view == "Table"
    assert load(HEAD + "CONSTRUCT WHERE { ?s ?p ?o }", "graph.rq")["graph"].default_view == "Graph"


def test_a_query_needs_no_parameters_and_no_german(load: Load) -> None:
    query = load(HEAD + "ASK { ?s ?p ?o }")["query"]
    assert (query.parameters, query.summary.in_language("de")) == ((), "A query")


def test_comments_and_strings_hold_no_parameters(load: Load) -> None:
    assert load(HEAD + "# ?_one_iri\nSELECT * { ?s ?p '?_two_iri' }")["query"].parameters == ()


def test_no_folder_is_an_empty_catalogue(tmp_path: Path) -> None:
    catalogue = Catalogue.load(tmp_path / "nowhere")
    assert (catalogue.names, len(catalogue)) == ([], 0)


def test_other_files_are_left_alone(load: Load, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("no query", encoding="utf-8")
    assert load(FULL).names == ["query"]


def test_an_unknown_query_is_answered_with_near_names(load: Load) -> None:
    catalogue = load(FULL, "shops-in-town.rq")
    with pytest.raises(UnknownQuery) as caught:
        catalogue["shop-in-town"]
    assert caught.value.near == ("shops-in-town",)
    assert str(caught.value) == "There is no query 'shop-in-town'. Did you mean shops-in-town?"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * { ?s ?p ?o }", "query.rq:1: There is no summary; add a line `#+ summary: ...`."),
        ("#+ summary: A\nSELECT * { ?s ?p ?o }", "query.rq:1: There is no description"),
        ("#+ summary: A\n#+ description:\nSELECT * {}", "query.rq:2: The key 'description' needs a text."),
        ("#+ summary: [a\n#+ description: b\nSELECT * {}", "query.rq:2: The header is not YAML"),
        ("#+ summary: a\n#+ \t- b: c\nSELECT * {}", "query.rq:2: The header is not YAML"),
        ("#+ - summary\nSELECT * {}", "query.rq:1: The header is not a map"),
        (HEAD + "#+ tags: &all\n#+   - *all\nSELECT * {}", "query.rq:4: The header has an alias, *all; write out"),
        (HEAD + "#+ sumary: B\nSELECT * {}", "query.rq:3: The key 'sumary' is not known; known are summary"),
        (HEAD + "#+ summary: B\nSELECT * {}", "query.rq:3: The key 'summary' stands here a second time."),
        (HEAD + "#+ tags: one\nSELECT * {}", "query.rq:3: The key 'tags' needs a list of words"),
        (HEAD + "#+ defaults: kiel\nSELECT * {}", "query.rq:3: The key 'defaults' needs the names of parameters"),
        (HEAD + "\nSELECT * { ?s ?p }", "query.rq:4: This is no SPARQL query: column 18"),
        (HEAD + "SELECT * { ex:a ?p ?o }", "query.rq:3: This is no SPARQL query"),
        (HEAD + "INSERT DATA { <x:a> <x:b> <x:c> }", "query.rq:1: This is an update; a canned query only reads."),
        (HEAD + "", "This is no SPARQL query"),
        (HEAD + 'SELECT * { ?s ?p "open }', "query.rq:3: This is no SPARQL query: column 18"),
        (HEAD + 'SELECT * { ?s ?p "open . ?_town_iri }', "query.rq:1: The parameter 'town' is in the query"),
        (
            HEAD + "#+ browse: {class: x:y://z, facets: {a: {en: A, path: 'x:p'}}}\nCONSTRUCT { ?s ?p 'open }",
            "query.rq:4: This is no SPARQL query: column 19",
        ),
        (HEAD + "#defaultView:Cake\nSELECT * {}", "query.rq:3: The view 'Cake' is not known; known are Table"),
        (HEAD + "#defaultView:Map\n#defaultView:Table\nSELECT * {}", "query.rq:4: There is a second #defaultView:"),
        (HEAD + "SELECT * {\n ?_town_iri ?p ?o }", "query.rq:4: The parameter 'town' is in the query and not under"),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     description: A town.\nSELECT * {}",
            "query.rq:4: The parameter 'town' stands under `parameters`, but the query has no variable for it",
        ),
        (HEAD + "#+ defaults:\n#+   - town: kiel\nSELECT * {}", "query.rq:4: The parameter 'town' stands under `def"),
        (HEAD + "#+ enumerate:\n#+   - town: [a]\nSELECT * {}", "query.rq:4: The parameter 'town' stands under `enu"),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     descriptoin: A.\nSELECT * { ?_town_iri ?p ?o }",
            "query.rq:5: The key 'descriptoin' of the parameter 'town' is not known; known are description",
        ),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     example: a\nSELECT * { ?_town_iri ?p ?o }",
            "query.rq:4: The parameter 'town' has no description.",
        ),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     description: A.\nSELECT * { ?_town_iri ?p ?__town_literal }",
            "query.rq:4: The parameter 'town' is there 2 times, as ?__town_literal and ?_town_iri; keep one.",
        ),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     description: A.\n#+     class: ex:Town\n"
            "SELECT * { ?_town_iri ?p ?o }",
            "query.rq:6: The class 'ex:Town' is not a prefixed name whose prefix the query declares, nor an IRI.",
        ),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     description: A.\n#+     class: https://example.org/Town\n"
            "SELECT * { ?s ?p ?_town_literal }",
            "query.rq:4: The parameter 'town' has a class, but ?_town_literal is not an IRI.",
        ),
        (
            HEAD + "#+ parameters:\n#+   kind:\n#+     description: A.\n#+     example: pub\n"
            "#+ enumerate:\n#+   - kind: [bakery, bookshop]\nSELECT * { ?s ?p ?_kind_literal }",
            "query.rq:4: The example 'pub' of 'kind' is none of bakery, bookshop.",
        ),
        (
            HEAD + "#+ parameters:\n#+   year:\n#+     description: A.\n#+ defaults:\n#+   - year: soon\n"
            "SELECT * { ?s ?p ?_year_integer }",
            "query.rq:4: The value of 'year' must be a whole number, not 'soon'.",
        ),
        (
            HEAD + "#+ parameters:\n#+   kind:\n#+     description: A.\n#+ enumerate:\n#+   - kind: bakery\n"
            "SELECT * { ?s ?p ?_kind_literal }",
            "query.rq:7: The parameter 'kind' needs a list of the values it may have.",
        ),
        (
            HEAD + "#+ parameters:\n#+   format:\n#+     description: A.\nSELECT * {\n?s ?p ?_format_literal }",
            "query.rq:7: The parameter name 'format' is taken; choose another.",
        ),
        (
            HEAD + "#+ parameters:\n#+   town:\n#+     description: A.\nCONSTRUCT WHERE { ?_town_iri ?p ?o }",
            "This is no SPARQL query: The query has no WHERE group",
        ),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text: str, said: str, refusal: Refusal) -> None:
    assert said in refusal(text)


def test_a_bad_name(refusal: Refusal) -> None:
    assert "The file name 'a query.rq' is no name for a query" in refusal(FULL, "a query.rq")


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "query.rq").write_bytes(b"#+ summary: K\xf6ln\n")
    with pytest.raises(CatalogueError, match=r"query\.rq:1: The file cannot be read: .*utf-8"):
        Catalogue.load(tmp_path)


def test_every_bad_file_is_reported_at_once(load: Load, tmp_path: Path) -> None:
    (tmp_path / "b.rq").write_text(HEAD + "SELECT", encoding="utf-8")
    (tmp_path / "a.rq").write_text("#+ colour: red\nSELECT * {}", encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load(FULL)
    assert [problem.file for problem in caught.value.problems] == ["a.rq", "a.rq", "a.rq", "b.rq"]
    assert str(caught.value).startswith("The query files have 4 problems:\n  a.rq:1: ")


def test_checking_a_query_does_not_run_it(load: Load) -> None:
    # It would reach out to a port that nothing listens on, and fail.
    assert load(HEAD + "ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }").names == ["query"]
