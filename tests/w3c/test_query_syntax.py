"""The W3C SPARQL 1.1 query syntax tests: good queries are taken, bad ones refused, by guard and parser together.

The tests of update syntax are not among them: the engine answers queries only.
"""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EvaluationError, OutsideAddress, QuerySyntaxError
from clustergraph.sparql.federation_guard import find_references
from clustergraph.sparql.query import Query
from support import w3c_suite

UNKNOWN_FUNCTION = {"syntax-query/test_4"}
"""Well formed, but it calls a function that no engine knows, which shows when it is evaluated."""

POSITIVE = w3c_suite.cases("PositiveSyntaxTest11")
NEGATIVE = w3c_suite.cases("NegativeSyntaxTest11")


def _engine(case: w3c_suite.Case) -> EmbeddedEngine:
    """An engine that has every graph the query names after FROM."""
    try:
        calls = find_references(case.text).calls()
        named = {call.address: 0 for call in calls if call.keyword.startswith("FROM")}
    except QuerySyntaxError:
        named = {}
    return EmbeddedEngine(Snapshot(Path("unused"), {"name": "w3c", "graphs": named}), store=ox.Store())


def test_the_tests_are_there() -> None:
    if not w3c_suite.FOLDER.is_dir():
        pytest.skip(w3c_suite.ABSENT)
    assert len(POSITIVE) > 60
    assert len(NEGATIVE) > 40


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case.name)
def test_good_queries_are_taken(case: w3c_suite.Case) -> None:
    engine = _engine(case)
    if case.name.startswith("syntax-fed/"):
        with pytest.raises(OutsideAddress):
            engine.answer(Query(case.text))
    elif case.name in UNKNOWN_FUNCTION:
        with pytest.raises(EvaluationError, match="function"):
            engine.answer(Query(case.text))
    else:
        engine.answer(Query(case.text))


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case.name)
def test_bad_queries_are_refused(case: w3c_suite.Case) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        _engine(case).answer(Query(case.text))
    if caught.value.line is not None:
        assert 1 <= caught.value.line <= case.text.count("\n") + 1
