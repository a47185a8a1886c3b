"""Names of things, remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.describe.label_cache import Labels
from clustergraph.engine.base import Answer
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.query import Query

LABEL = ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")


class Counting(EmbeddedEngine):
    """Says how often it was asked."""

    asked = 0

    def answer(self, query: Query) -> Answer:
        self.asked += 1
        return super().answer(query)


@pytest.fixture
def engine() -> Callable[[str], Counting]:
    def make(name: str) -> Counting:
        store = ox.Store()
        for thing, text, code in [
            ("a", "Feld", "de"),
            ("a", "field", "en"),
            ("b", "plain", None),
            ("c", "champ", "fr"),
        ]:
            store.add(ox.Quad(ox.NamedNode(f"urn:{thing}"), LABEL, ox.Literal(text, language=code or None)))
        return Counting(Snapshot(Path("unused"), {"name": name, "base": "urn:", "graphs": {}}), store=store)

    return make


def test_the_nearest_name_is_taken_and_what_has_none_is_left_out(engine: Callable[[str], Counting]) -> None:
    names = Labels(engine("one"))
    wanted = ["urn:a", "urn:b", "urn:c", "urn:none", "no IRI at all"]
    assert names.read(wanted, "de") == {"urn:a": "Feld", "urn:b": "plain", "urn:c": "champ"}
    assert names.read(wanted, "en") == {"urn:a": "field", "urn:b": "plain", "urn:c": "champ"}


def test_each_thing_is_asked_about_once_in_each_snapshot(engine: Callable[[str], Counting]) -> None:
    asked = engine("one")
    names = Labels(asked)
    for _ in range(3):
        names.read(["urn:a", "urn:none"], "en")
    assert asked.asked == 1
    names.read(["urn:a", "urn:b"], "en")
    assert asked.asked == 2
    asked.snapshot = engine("two").snapshot
    names.read(["urn:a"], "en")
    assert asked.asked == 3


def test_forgetting_to_make_room_loses_nothing_of_the_answer(
    engine: Callable[[str], Counting],
) -> None:
    names = Labels(engine("one"), memory=0)
    names.read(["urn:a"], "en")
    assert names.read(["urn:a", "urn:b"], "en") == {"urn:a": "field", "urn:b": "plain"}
