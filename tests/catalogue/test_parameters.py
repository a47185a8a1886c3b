"""Parameters become terms of the query, each by its type, and never its text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from rdflib import XSD, Literal, URIRef

from clustergraph.catalogue import Catalogue, ParameterError, UnknownQuery
from clustergraph.engine.embedded import EmbeddedEngine

Load = Callable[..., Catalogue]

SHOPS = """\
#+ summary: Shops
#+ description: Shops, by what is known of them.
#+ parameters:
#+   town: {description: A town., class: "ex:Town"}
#+   kind: {description: A kind of shop.}
#+   staff: {description: At least so many people.}
#+   rent: {description: At most this rent.}
#+   since: {description: Opened on this day or later.}
#+   open: {description: Whether it is open.}
#+   motto: {description: Its motto in German.}
#+   name: {description: Its name.}
#+ enumerate:
#+   - kind: [bakery, bookshop]
PREFIX ex: <https://example.org/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?shop {
  ?shop a ex:Shop ; rdfs:label ?label ; ex:in ?town ; ex:kind ?kind .
  ?shop ex:staff ?staff ; ex:open ?open ; ex:motto ?motto .
  OPTIONAL { ?shop ex:rent ?rent }
  OPTIONAL { ?shop ex:opened ?opened }
  FILTER(!BOUND(?__town_iri) || ?town = ?__town_iri)
  FILTER(!BOUND(?__kind_literal) || ?kind = ?__kind_literal)
  FILTER(!BOUND(?__staff_integer) || ?staff >= ?__staff_integer)
  FILTER(!BOUND(?__rent_number) || ?rent <= ?__rent_number)
  FILTER(!BOUND(?__since_date) || ?opened >= ?__since_date)
  FILTER(!BOUND(?__open_boolean) || ?open = ?__open_boolean)
  FILTER(!BOUND(?__motto_de) || ?motto = ?__motto_de)
  FILTER(!BOUND(?__name_string) || STR(?label) = ?__name_string)
}
ORDER BY ?shop
"""
ECHO = """\
#+ summary: Echo
#+ description: Gives back what it was given.
#+ parameters:
#+   text: {description: Any text.}
SELECT ?text { BIND(?_text_string AS ?text) }
"""
BOTH = ["cologne", "kiel"]


def asked(catalogue: Catalogue, engine: EmbeddedEngine, params: dict[str, Any]) -> list[str]:
    answer = catalogue.run(engine, "query", params)
    rows = json.loads(answer.body)["results"]["bindings"]
    return [next(iter(row.values()))["value"].removeprefix("https://example.org/shop/") for row in rows]


@pytest.mark.parametrize(
    ("params", "shops"),
    [
        ({}, BOTH),
        ({"town": "Köln"}, ["cologne"]),
        ({"kind": "bookshop"}, ["kiel"]),
        ({"kind": "BookShop"}, ["kiel"]),
        ({"staff": "3"}, BOTH),
        ({"staff": "4"}, ["cologne"]),
        ({"rent": "12.5"}, ["cologne"]),
        ({"rent": "12.4"}, []),
        ({"since": "2001-02-03"}, ["cologne"]),
        ({"since": "2001-02-04"}, []),
        ({"open": "true"}, ["cologne"]),
        ({"open": "0"}, ["kiel"]),
        ({"motto": "Alles frisch"}, ["cologne"]),
        ({"motto": "two\nlines }"}, ["kiel"]),
        ({"name": 'Kiel\'s "best" {shop}'}, ["kiel"]),
        ({"town": "kiel", "kind": "bookshop", "staff": "1"}, ["kiel"]),
        ({"town": "kiel", "kind": "bakery"}, []),
        # Forms send fields that were left empty.
        ({"town": "", "kind": "  "}, BOTH),
        ({"town": ["kiel"]}, ["kiel"]),
        ({"town": []}, BOTH),
    ],
)
def test_each_type(params: dict[str, Any], shops: list[str], load: Load, engine: EmbeddedEngine) -> None:
    assert asked(load(SHOPS), engine, params) == shops


def test_values_are_bound_as_terms(load: Load, engine: EmbeddedEngine) -> None:
    catalogue = load(SHOPS)
    given = {"town": "k", "staff": "+3", "rent": "7", "since": "2020-04-16", "open": "1", "motto": "so", "name": " x "}
    assert catalogue.bind(engine, catalogue["query"], given) == {
        "__town_iri": URIRef("https://example.org/town/cologne"),
        "__staff_integer": Literal(3),
        "__rent_number": Literal("7", datatype=XSD.decimal),
        "__since_date": Literal("2020-04-16", datatype=XSD.date),
        "__open_boolean": Literal(True),
        "__motto_de": Literal("so", lang="de"),
        "__name_string": Literal("x"),
    }


@pytest.mark.parametrize(
    "text",
    [
        'a "quoted" word',
        "it's",
        "two\nlines\r\nand\ttabs",
        "} UNION { ?text ?p ?o } #",
        '"} # comment',
        "\\",
        "\\n is no newline \\u0041",
        "?text $text ?_text_string",
        "<https://example.org/x> <y z>",
        "%s {0} ${x}",
        ".*(a+)+$",
        "Köln ☃ 😀 \u202e",
        '"""',
        "\x01\x7f",
        "x" * 20_000,
    ],
)
def test_any_text_comes_back_as_it_was(text: str, load: Load, engine: EmbeddedEngine) -> None:
    assert asked(load(ECHO), engine, {"text": text}) == [text.strip()]


@pytest.mark.parametrize(
    ("params", "parameter", "said"),
    [
        ({"colour": "red"}, "colour", "The query 'query' has no parameter 'colour'; its parameters are town, kind"),
        ({"twon": "x"}, "twon", "has no parameter 'twon'"),
        ({"town": ["kiel", "kiel"]}, "town", "The parameter 'town' is given 2 times; give it once."),
        ({"town": "Atlantis"}, "town", "'Atlantis' of 'town' is not known"),
        ({"kind": "pub"}, "kind", "must be bakery or bookshop, not 'pub'"),
        ({"staff": "three"}, "staff", "must be a whole number, not 'three'"),
        ({"staff": "3.0"}, "staff", "must be a whole number"),
        ({"staff": "9" * 5000}, "staff", "must be a whole number"),
        ({"staff": "٣"}, "staff", "must be a whole number"),
        ({"rent": "1e3"}, "rent", "must be a number"),
        ({"rent": "."}, "rent", "must be a number"),
        ({"since": "16.04.2020"}, "since", "must be a date, such as 2020-04-16"),
        ({"since": "2020-02-30"}, "since", "is no date: '2020-02-30'"),
        ({"open": "yes"}, "open", "must be true or false, not 'yes'"),
        ({"name": "a\0b"}, "name", "has a character that no text can have"),
        ({"name": "\ud800"}, "name", "has a character that no text can have"),
    ],
)
def test_a_bad_value_is_named(
    params: dict[str, Any], parameter: str, said: str, load: Load, engine: EmbeddedEngine
) -> None:
    catalogue = load(SHOPS)
    with pytest.raises(ParameterError) as caught:
        catalogue.run(engine, "query", params)
    assert caught.value.parameter == parameter
    assert said in str(caught.value)


def test_what_is_allowed_comes_with_the_error(load: Load, engine: EmbeddedEngine) -> None:
    catalogue = load(SHOPS)
    with pytest.raises(ParameterError) as caught:
        catalogue.run(engine, "query", {"kind": "bookship"})
    assert (caught.value.allowed, caught.value.suggestions) == (("bakery", "bookshop"), ("bookshop",))
    with pytest.raises(ParameterError) as caught:
        catalogue.run(engine, "query", {"twon": "kiel"})
    assert caught.value.suggestions == ("town",)


@pytest.mark.parametrize("params", [{}, {"text": ""}, {"text": " \n"}, {"text": []}])
def test_a_required_parameter_must_be_there(params: dict[str, Any], load: Load, engine: EmbeddedEngine) -> None:
    with pytest.raises(ParameterError, match=r"The parameter 'text' is missing: Any text\."):
        load(ECHO).run(engine, "query", params)


def test_a_default_stands_in(load: Load, engine: EmbeddedEngine) -> None:
    catalogue = load(ECHO.replace("SELECT", "#+ defaults:\n#+   - text: as usual\nSELECT"))
    assert asked(catalogue, engine, {}) == ["as usual"]
    assert asked(catalogue, engine, {"text": "not so"}) == ["not so"]


def test_the_format_is_the_engines(load: Load, engine: EmbeddedEngine) -> None:
    answer = load(ECHO).run(engine, "query", {"text": "a,b"}, format="csv")
    assert (answer.format.name, answer.body) == ("csv", b'text\r\n"a,b"\r\n')


def test_an_unknown_query(load: Load, engine: EmbeddedEngine) -> None:
    with pytest.raises(UnknownQuery):
        load(ECHO).run(engine, "echo")
