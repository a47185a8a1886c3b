"""The rows of an answer: the same terms whatever format the engine wrote them in."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.table import term_of_json
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.query import Query

DATA = """VERSION "1.2"
<urn:a> <urn:p> <urn:b>, "plain", "Feld"@de, "tab\\t, \\"quote\\" and\\nline", 7, 1.5, 1e5, true, "x"^^<urn:type> ;
  <urn:q> "abc"@ar--rtl, "abc"@ar--ltr, <<( <urn:a> <urn:p> "Feld"@de )>>, "" .
"""


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    store = ox.Store()
    store.load(DATA.encode(), ox.RdfFormat.TURTLE)
    return EmbeddedEngine(Snapshot(Path("unused"), {"name": "rows", "base": "urn:", "graphs": {}}), store=store)


def test_json_and_tsv_give_the_same_terms(engine: EmbeddedEngine) -> None:
    text = "SELECT ?p ?o ?none { ?s ?p ?o } ORDER BY ?p ?o"
    by_format = [engine.answer(Query(text, format=name)).rows() for name in ("json", "tsv")]
    assert by_format[0] == by_format[1]
    assert len(by_format[0]) == 13
    terms = {row["o"] for row in by_format[0]}
    assert all(set(row) == {"p", "o"} for row in by_format[0])
    assert {
        Term("uri", "urn:b"),
        Term("literal", "plain"),
        Term("literal", "Feld", None, "de"),
        Term("literal", 'tab\t, "quote" and\nline'),
        Term("literal", "7", f"{XSD}integer"),
        Term("literal", "true", f"{XSD}boolean"),
        Term("literal", "abc", None, "ar", direction="rtl"),
        Term("literal", "abc", None, "ar", direction="ltr"),
        Term("triple", "", parts=(Term("uri", "urn:a"), Term("uri", "urn:p"), Term("literal", "Feld", None, "de"))),
    } < terms


def test_rows_without_columns_or_without_rows(engine: EmbeddedEngine) -> None:
    assert engine.answer(Query("SELECT ?x { ?x <urn:none> ?y }")).rows() == []
    assert engine.answer(Query("SELECT ?x ?y { }")).rows() == [{}]


def test_a_truth_is_read_from_an_ask(engine: EmbeddedEngine) -> None:
    assert engine.answer(Query("ASK { ?s ?p 7 }")).truth() is True
    assert engine.answer(Query("ASK { ?s ?p 8 }")).truth() is False


def test_a_text_is_the_same_term_with_and_without_its_datatype() -> None:
    plain = term_of_json({"type": "literal", "value": "x"})
    assert term_of_json({"type": "typed-literal", "value": "x", "datatype": f"{XSD}string"}) == plain
