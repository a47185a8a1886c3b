"""What is like a name that is not here: found in a bounded number of steps, however many and long the names are."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

from flask.testing import FlaskClient

from clustergraph.catalogue import entity_resolver
from clustergraph.describe import similar_names
from clustergraph.describe.similar_names import MAX_COMPARED_NAMES
from clustergraph.engine.base import Answer
from clustergraph.rdf.formats import find
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.query import Query
from clustergraph.spelling import MAX_NAME_CHARACTERS, closest

BASE = "https://a.example/"


class Named:
    """An engine whose graph holds as many things as are compared, all with names of some length."""

    def __init__(self, snapshot: Snapshot, length: int) -> None:
        self.snapshot = snapshot
        lines = (f"<{BASE}id/{number:05}{'a' * length}>" for number in range(MAX_COMPARED_NAMES))
        self.body = "\n".join(("?thing", *lines, "")).encode()
        self.asked = 0

    def answer(self, _query: Query) -> Answer:
        self.asked += 1
        tsv = find("tsv")
        assert tsv
        return Answer(self.body, tsv, "SELECT")


def calls(run: Callable[[], Any]) -> int:
    """How many functions Python calls, its own and those in C."""
    count = 0

    def note(_frame: FrameType, event: str, _what: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return count


def test_names_are_compared_in_a_few_calls_each(tmp_path: Any) -> None:
    snapshot = Snapshot(tmp_path, {"name": "a", "base": BASE})
    for length in (5, 100):
        engine: Any = Named(snapshot, length)
        asked = f"{BASE}id/{'a' * length}"
        assert len(similar_names.suggest(engine, asked)) == similar_names.MAX_SUGGESTIONS
        assert calls(partial(similar_names.suggest, engine, asked)) < 10 * MAX_COMPARED_NAMES


def test_values_of_parameters_are_compared_in_a_few_calls_each() -> None:
    known = [(f"{number:05}-code", f"Label {number:05}") for number in range(MAX_COMPARED_NAMES)]
    assert len(entity_resolver._find_most_similar("label 1234", known)) == 3
    assert calls(lambda: entity_resolver._find_most_similar("label 1234", known)) < 15 * MAX_COMPARED_NAMES


def test_a_long_name_is_compared_with_nothing(tmp_path: Any) -> None:
    long = "a" * 100_000
    assert closest(long[:MAX_NAME_CHARACTERS], [long[:MAX_NAME_CHARACTERS]]) != []
    assert closest(long, [long]) == []
    engine: Any = Named(Snapshot(tmp_path, {"name": "a", "base": BASE}), 5)
    assert similar_names.suggest(engine, f"{BASE}id/{long}") == []
    assert similar_names.suggest(engine, f"{BASE}{'a/' * 50_000}b") == []
    assert engine.asked == 0


def test_long_names_are_refused_at_every_place(client: FlaskClient) -> None:
    long = "a" * 30_000
    assert client.get(f"/id/cluster/{'a' * 100_000}").status_code == 414
    for path in (f"/id/cluster/{long}", f"/api/{long}", f"/api/clusters-by-country?{long}=a"):
        response = client.get(path)
        assert response.status_code in (400, 404)
        assert "suggestions" not in json.loads(response.data)
    for value in (long, "a\N{COMBINING ACUTE ACCENT}" * 50, "\N{PILE OF POO}"):
        response = client.get("/api/clusters-by-country", query_string={"country": value})
        assert response.status_code == 400
