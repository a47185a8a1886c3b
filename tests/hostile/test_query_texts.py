"""Texts made to be slow: what the service reads of a query takes linear time, little memory, and evaluates nothing."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import pyoxigraph as ox
import pytest

from clustergraph.engine.lookups.lookup_engine import LookupEngine
from clustergraph.engine.lookups.triple_index import StoreIndex
from clustergraph.snapshots.statements import Statements
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.federation_guard import MAX_GUARDED_CHARACTERS
from clustergraph.sparql.parsed_query import MAX_QUICK_CHARACTERS, ParsedQuery
from clustergraph.sparql.prepared_query import prepare
from clustergraph.sparql.query import Query
from clustergraph.sparql.query_rewriting import find_visible
from clustergraph.sparql.syntax_check import check_syntax
from clustergraph.web.middleware.fast_path import MAX_QUERY_STRING_BYTES, plain_query
from support.growth import check_growth

HEADS = ("", "SELECT * {", "SELECT * FROM <x:> {", '"""', "SELECT (1 AS ?x) { } #what we know now\n")
UNITS = (
    *("!", "#", "# ", "#\n", "now#", "now #\n", "rand ", '"""x', "'''", '"', "'\\'", '"""\\', "\\u0041", "\\"),
    *("from a:b ", "from", "from #", "from<a> ", "from named<a>", "service <a> {", "service ?a", "load<x>", "base<x:>"),
    *("PREFIX a:<x:> ", "SELECT * {?a ", "a:b ", "a.", "é:", "e.e:", "<a", "_:a", "?a", "?a<'x>'", "@a-", "1.", "1e"),
    *("{", "(", " ", "\n", "\ufeff"),
)
PREFIXES = {"": "urn:y:", "a": "urn:x:"}


def read(text: str) -> None:
    """Read all that a service with readers of its own reads of a query."""
    query = Query(text)
    query.parsed.is_repeatable  # noqa: B018
    query.parsed.is_quick  # noqa: B018
    query.parsed.columns  # noqa: B018
    with contextlib.suppress(EngineError):
        prepare(query, prefixes=PREFIXES)


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("head", HEADS)
def test_the_time_to_read_a_query_grows_as_its_text(head: str, unit: str) -> None:
    check_growth(read, lambda size: head + unit * (size // len(unit)), largest=MAX_GUARDED_CHARACTERS // 2)


@pytest.mark.parametrize("unit", UNITS)
def test_long_texts_are_read_without_a_step_for_each_token(unit: str) -> None:
    text = "SELECT * {" + unit * (500_000 // len(unit))
    query = ParsedQuery(text)
    begin = time.process_time()
    for character in text:  # the least that a loop over the text takes
        if character == "\0":
            break
    bound = time.process_time() - begin
    begin = time.process_time()
    query.form, query.star, query.is_quick, query.is_repeatable  # noqa: B018
    assert time.process_time() - begin < 10 * bound


def test_a_string_that_is_never_closed_takes_no_memory() -> None:
    query = ParsedQuery('SELECT * { ?s ?p """' + "x" * 2_000_000)
    tracemalloc.start()
    try:
        query.columns  # noqa: B018
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("unit", ["from a:b ", "a:b ", "?a ", "<a", "PREFIX a:<x:> ", "{ ?a <x:p> 1 UNION ", "# "])
def test_what_is_read_on_the_event_loop_is_short(unit: str) -> None:
    lookups = LookupEngine(StoreIndex(Statements(ox.Store())))
    assert lookups.answer(Query("SELECT * {" + unit * (MAX_QUICK_CHARACTERS // len(unit) + 1))) is None
    assert not ParsedQuery("SELECT * {" + unit * (MAX_QUICK_CHARACTERS // len(unit) + 1)).is_quick


def test_a_long_query_string_is_not_read_on_the_event_loop() -> None:
    environ = {"PATH_INFO": "/sparql", "QUERY_STRING": "query=ASK+%7B%7D"}
    assert plain_query(environ) is not None
    assert plain_query({**environ, "QUERY_STRING": "query=ASK+%7B%7D" + "+" * MAX_QUERY_STRING_BYTES}) is None


def test_a_query_that_would_fill_the_memory_is_parsed_and_not_evaluated() -> None:
    def seconds(count: int) -> float:
        values = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(count)))} }}" for name in "abcdef")
        query = ParsedQuery(f"SELECT * {{ {values} }} ORDER BY ?a ?b ?c")
        least = float("inf")
        for _ in range(3):
            begin = time.process_time()
            check_syntax(query.text)
            assert find_visible(query, query.columns, {}) == list("abcdef")
            least = min(least, time.process_time() - begin)
        return least

    # Twice the values: about twice the text, and 64 times the solutions.
    assert seconds(8) < 10 * max(seconds(4), 0.001)


def test_an_ask_is_not_answered_by_the_syntax_check() -> None:
    # Evaluated, it would reach out and fail.
    check_syntax("ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")


def test_the_message_about_a_long_word_is_short_and_quick() -> None:
    def explain(text: str) -> None:
        with pytest.raises(EngineError) as caught:
            check_syntax(f"SELECT * {{ ?s ?p ?o }} {text}")
        assert len(str(caught.value)) < 200

    check_growth(explain, lambda size: "COUNT" * (size // 5))
    for text in ("<a", "a", "'a"):
        explain(text + "a" * 50_000 + (">" if text[0] == "<" else ":b " if text == "a" else "' '"))
