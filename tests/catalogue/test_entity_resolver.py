"""From what a person types to the thing that is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clustergraph.catalogue import Catalogue, ParameterError
from clustergraph.catalogue.entity_resolver import Resolver
from clustergraph.catalogue.model import Parameter, Words
from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.sparql.errors import DeadlinePassed
from clustergraph.sparql.query import Query

TOWN = Parameter("town", "_town_iri", "iri", True, Words("A town."), class_iri="https://example.org/Town")
THING = Parameter("thing", "_thing_iri", "iri", True, Words("Anything."))


def found(engine: EmbeddedEngine, parameter: Parameter, value: str) -> str:
    return Resolver().iri(parameter, value, engine).removeprefix("https://example.org/")


def refused(engine: EmbeddedEngine, parameter: Parameter, value: str) -> ParameterError:
    with pytest.raises(ParameterError) as caught:
        Resolver().iri(parameter, value, engine)
    assert caught.value.parameter == parameter.name
    assert repr(value) in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/town/cologne",
        "<https://example.org/town/cologne>",
        "town:cologne",
        "cologne",
        "COLOGNE",
        "town/cologne",
        "k",
        "Köln",
        "KÖLN",
        "Cologne",
    ],
)
def test_ways_to_name_an_instance_of_a_class(engine: EmbeddedEngine, value: str) -> None:
    assert found(engine, TOWN, value) == "town/cologne"


def test_other_and_hidden_labels(engine: EmbeddedEngine) -> None:
    assert found(engine, TOWN, "Kiehl") == "town/kiel"


def test_a_label_goes_before_another_things_other_label(engine: EmbeddedEngine) -> None:
    assert found(engine, TOWN, "Colonia") == "town/colonia"


def test_a_code_goes_before_labels(engine: EmbeddedEngine) -> None:
    assert found(engine, TOWN, "FF") == "town/frankfurt-oder"


def test_a_thing_without_any_name(engine: EmbeddedEngine) -> None:
    assert found(engine, TOWN, "no-name") == "town/no-name"


def test_the_class_keeps_others_out(engine: EmbeddedEngine) -> None:
    for value in ("shop:cologne", "https://example.org/shop/kiel", "The Cologne Shop", "shop/kiel"):
        assert "it has to be a ex:Town" in str(refused(engine, TOWN, value))


def test_an_ambiguous_value_lists_what_it_may_mean(engine: EmbeddedEngine) -> None:
    error = refused(engine, TOWN, "frankfurt")
    both = ("https://example.org/town/frankfurt-main", "https://example.org/town/frankfurt-oder")
    assert error.suggestions == both
    assert all(iri in str(error) for iri in both)


def test_an_unknown_value_is_answered_with_near_ones(engine: EmbeddedEngine) -> None:
    error = refused(engine, TOWN, "Colone")
    assert "cologne" in error.suggestions
    assert "Did you mean Cologne (cologne)" in str(error)
    assert refused(engine, TOWN, "Xyzzy").suggestions == ()


@pytest.mark.parametrize(
    "value", ["shop/cologne", "shop:cologne", "The Cologne Shop", "https://example.org/shop/cologne"]
)
def test_ways_to_name_anything(engine: EmbeddedEngine, value: str) -> None:
    assert found(engine, THING, value) == "shop/cologne"


def test_an_iri_that_only_stands_as_a_value(engine: EmbeddedEngine) -> None:
    assert found(engine, THING, "ex:Shop") == "Shop"


def test_a_short_name_of_two_things(engine: EmbeddedEngine) -> None:
    assert len(refused(engine, THING, "cologne").suggestions) == 2


def test_an_iri_that_is_not_in_the_graph(engine: EmbeddedEngine) -> None:
    refused(engine, THING, "https://example.org/town/nowhere")
    assert refused(engine, THING, "Kiel's best shop").suggestions == ("https://example.org/shop/kiel",)


@pytest.mark.parametrize(
    "value",
    [
        "http://[",
        "x:%",
        "town:a>b",
        'a" } # {',
        "} UNION { ?thing a ?class } #",
        "a\nb",
        "\\",
        "\\u0022",
        "https://example.org/town/cologne> ?p",
        ".*",
        "^",
        "%s {0}",
        "?wanted",
        "ㅤ",
        "😀" * 50,
        "/",
        "#",
    ],
)
def test_odd_values_do_no_harm(engine: EmbeddedEngine, value: str) -> None:
    refused(engine, TOWN, value)
    refused(engine, THING, value)


def test_suggestions_are_short_names_with_labels(engine: EmbeddedEngine) -> None:
    resolver = Resolver()
    english = resolver.suggestions(TOWN, engine)
    assert english == [
        ("cologne", "Cologne"),
        ("colonia", "Colonia"),
        ("frankfurt-main", "Frankfurt"),
        ("frankfurt-oder", "Frankfurt"),
        ("kiel", "Kiel"),
        ("no-name", "no-name"),
    ]
    assert ("cologne", "Köln") in resolver.suggestions(TOWN, engine, "de")
    # Each can be typed in again.
    assert [found(engine, TOWN, value).rpartition("/")[2] for value, _ in english] == [value for value, _ in english]
    assert resolver.suggestions(THING, engine) == []


class Counting(BlockingEngine):
    """An engine that counts what it is asked, and can be told to give up."""

    def __init__(self, engine: EmbeddedEngine) -> None:
        self.engine = engine
        self.snapshot = engine.snapshot
        self.asked = 0
        self.patience = 1000

    def answer(self, query: Query) -> Answer:
        self.asked += 1
        if self.asked > self.patience:
            raise DeadlinePassed(1)
        return self.engine.answer(query)

    def close(self) -> None: ...


def test_a_look_up_is_made_once_for_a_snapshot(engine: EmbeddedEngine) -> None:
    counting = Counting(engine)
    resolver = Resolver()
    first = resolver.iri(TOWN, "Köln", counting)
    assert (resolver.iri(TOWN, "Köln", counting), counting.asked) == (first, 1)
    counting.snapshot = type(engine.snapshot)(engine.snapshot.path, {**engine.snapshot.manifest, "name": "other"})
    assert (resolver.iri(TOWN, "Köln", counting), counting.asked) == (first, 2)


def test_what_is_remembered_takes_only_so_many_bytes(engine: EmbeddedEngine) -> None:
    counting = Counting(engine)
    resolver = Resolver(100_000)
    for value in ("Köln", *(f"{number}-{'x' * 20_000}" for number in range(6)), "Köln"):
        resolver.find(TOWN.class_iri, value, counting)
    assert counting.asked == 8


def test_without_time_for_near_values_the_error_still_says_what_is_wrong(engine: EmbeddedEngine) -> None:
    counting = Counting(engine)
    counting.patience = 1
    with pytest.raises(ParameterError, match="'Colone' of 'town' is not known"):
        Resolver().iri(TOWN, "Colone", counting)


def test_the_catalogue_offers_values(engine: EmbeddedEngine, load: Callable[..., Catalogue]) -> None:
    catalogue = load(
        "#+ summary: A\n#+ description: B.\n#+ parameters:\n#+   town:\n#+     description: C.\n"
        "#+     class: https://example.org/Town\n#+   kind:\n#+     description: D.\n#+   open:\n"
        "#+     description: E.\n#+   text:\n#+     description: F.\n#+ enumerate:\n#+   - kind: [bakery, bookshop]\n"
        "SELECT * { ?_town_iri ?p ?_kind_literal, ?_open_boolean, ?_text_literal }"
    )
    query = catalogue["query"]
    offered = {one.name: catalogue.suggestions(query, one, engine, "de") for one in query.parameters}
    assert ("cologne", "Köln") in offered["town"]
    assert offered["kind"] == [("bakery", "bakery"), ("bookshop", "bookshop")]
    assert offered["open"] == [("true", "true"), ("false", "false")]
    assert offered["text"] == []
    with pytest.raises(ParameterError, match="has no parameter 'thing'"):
        catalogue.suggestions(query, THING, engine)
