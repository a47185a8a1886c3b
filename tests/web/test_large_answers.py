"""A page reads no more of a large answer than it shows."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.rdf.formats import find
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.pages.first_rows import MAX_SHOWN_ROWS, SMALL_ANSWER_BYTES, read_first_rows
from clustergraph.web.service import Service

TRICKY = ("plain", "}},{", '}},{"a":{', '"}},{"', "\\", '\\"}},{"x', "ä \N{PILE OF POO}", "]}}", "\u2028", '},{"')


def written(rows: list[dict[str, Any]], **how: Any) -> bytes:
    return json.dumps({"head": {"vars": ["a", "b"]}, "results": {"bindings": rows}}, **how).encode()


def row(number: int, text: str = "") -> dict[str, Any]:
    return {
        "a": {"type": "literal", "value": f"{number} {text or 'x' * 500}"},
        "b": {"type": "literal", "value": text or "end", "xml:lang": "en"},
    }


@pytest.mark.parametrize("many", [0, 1, 5, MAX_SHOWN_ROWS - 1, MAX_SHOWN_ROWS, MAX_SHOWN_ROWS + 1, 4000])
@pytest.mark.parametrize("how", [{"separators": (",", ":")}, {"separators": (",", ":"), "ensure_ascii": False}])
def test_rows_are_those_at_the_beginning_and_counted(many: int, how: dict[str, Any]) -> None:
    rows = [row(number, " ".join([TRICKY[number % len(TRICKY)]] * (1 + number % 90))) for number in range(many)]
    document = read_first_rows(written(rows, **how))
    assert document["results"]["bindings"] == rows[:MAX_SHOWN_ROWS]
    assert document["head"] == {"vars": ["a", "b"]}
    assert document["total"] == many


def test_what_is_not_shown_is_not_read() -> None:
    body = written([row(number) for number in range(MAX_SHOWN_ROWS)], separators=(",", ":"))
    assert len(body) > SMALL_ANSWER_BYTES
    document = read_first_rows(body[:-3] + b',{"a": this is no JSON')
    assert len(document["results"]["bindings"]) == MAX_SHOWN_ROWS


@pytest.mark.parametrize("other", [{"indent": 1}, {}])
def test_rows_written_in_another_way_are_not_counted(other: dict[str, Any]) -> None:
    rows = [row(number) for number in range(4000)]
    document = read_first_rows(written(rows, **other))
    assert document["results"]["bindings"] == rows[:MAX_SHOWN_ROWS]
    assert "total" not in document


def test_rows_without_values_are_shown_and_not_counted() -> None:
    rows = [row(1), *({} for _ in range(SMALL_ANSWER_BYTES)), row(2)]
    document = read_first_rows(written(rows, separators=(",", ":")))
    assert document["results"]["bindings"] == rows[:MAX_SHOWN_ROWS]
    assert "total" not in document


class Large(BlockingEngine):
    """An engine with the same answer to everything."""

    def __init__(self, snapshot: Snapshot, answer: Answer) -> None:
        self.snapshot = snapshot
        self._answer = answer

    def answer(self, _query: Query) -> Answer:
        return self._answer

    def close(self) -> None:
        pass


@pytest.fixture
def large(service: Service) -> Callable[[bytes, str, str], FlaskClient]:
    def client(body: bytes, form: str, kind: str) -> FlaskClient:
        written_as = find(form)
        assert written_as
        engine = Large(service.snapshot, Answer(body, written_as, kind))
        return create_app(Service(engine, Catalogue(), Settings(log="off", rate="off", cache=0))).test_client()

    return client


def test_the_memory_of_a_page_does_not_grow_with_the_answer(large: Callable[..., FlaskClient]) -> None:
    """700,000 rows took half a gigabyte."""
    address = "/sparql?query=SELECT*%7B?a+?p+?b%7D&format=html"
    peaks = []
    for many in (10_000, 100_000):
        client = large(written([row(7, "abc")] * many, separators=(",", ":")), "json", "SELECT")
        client.get(address)
        tracemalloc.start()
        page = client.get(address)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert page.status_code == 200
        assert f"{many:,} rows; the page shows the first 2,000" in page.text
    assert peaks[1] < 1.5 * peaks[0]


def test_a_graph_is_cut_before_it_is_decoded(large: Callable[..., FlaskClient]) -> None:
    client = large("ä".encode() * 500_000 + b"\xff", "turtle", "CONSTRUCT")
    page = client.get("/sparql?query=CONSTRUCT%7B?s?p?o%7DWHERE%7B?s?p?o%7D&format=html")
    assert page.status_code == 200
    assert 200_000 <= page.text.count("ä") < 201_000


def test_numbers_of_any_length_are_shown(serve: Callable[..., FlaskClient]) -> None:
    digits = "7" * 5000
    xsd = "http://www.w3.org/2001/XMLSchema#"
    client = serve(
        f'<http://localhost:8080/a> <urn:n> "{digits}"^^<{xsd}integer>, "-{digits}.5"^^<{xsd}decimal> ; '
        f'<urn:d> "P{digits}Y"^^<{xsd}duration> ; <http://purl.org/dc/terms/source> "{digits}", "2", "10", "²" .'
    )
    for address in ("/page/a", "/sparql?query=SELECT*%7B?s?p?o%7D&format=html"):
        page = client.get(address, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "77,777,777,777" in page.text
