"""What is wrong with a query is said by its reason, and at its place, not at the bracket where the parser gave up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clustergraph.sparql.errors import EvaluationError, QuerySyntaxError
from clustergraph.sparql.syntax_check import check_syntax


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("SELECT * { ?s ?p ?o .\n BIND(1 AS ?o) }", (2, 12), "?o has a value before this BIND already"),
        ("SELECT * { BIND(1 AS ?x) BIND(2 AS ?x) }", (1, 36), "?x has a value before this BIND already"),
        ("SELECT * { ?s ?p ?o { BIND(1 AS ?a) BIND(1 AS ?a) } }", (1, 47), "?a has a value before"),
        ("SELECT * { VALUES (?a ?b) { (1) } }", (1, 29), "this row of VALUES has 1 values, and there are 2 variables"),
        ('SELECT * { VALUES (?a ?b) {\n("x"@en 2) ("x"^^<t:> -1 3) } }', (2, 12), "has 3 values, and there are 2"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", (1, 8), "SELECT * cannot stand with GROUP BY"),
        ("SELECT * { { SELECT DISTINCT * { ?a ?b ?c } GROUP BY ?a } }", (1, 30), "SELECT * cannot stand with GROUP BY"),
        ("SELECT ?s ?o { ?s ?p ?o } GROUP BY ?s", (1, 11), "?o is neither in GROUP BY nor in an aggregate"),
        ("SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o }", (1, 8), "?s is neither in GROUP BY nor in an aggregate"),
        ("SELECT (?x + 1 AS ?y) (COUNT(*) AS ?n) { ?x ?p ?o }", (1, 9), "?x is neither in GROUP BY"),
        ("SELECT (?o AS ?s) { ?s ?p ?o }", (1, 15), "?s is a variable of the pattern already"),
        ("SELECT (1 AS ?x) (2 AS ?x) {}", (1, 24), "?x is a column already"),
        ("SELECT * { ex:a ?p ?o }", (1, 12), "the prefix `ex:` is not declared; begin the query with `PREFIX ex:"),
        ("SELECT * { ?s ?p ?o FILTER(COUNT(?o) > 1) }", (1, 28), "COUNT is an aggregate, and cannot stand in FILTER"),
        ("SELECT * { BIND(1 + SUM(?x) AS ?y) }", (1, 21), "SUM is an aggregate, and cannot stand in BIND"),
        ("SELECT * { ?s ?p ?o FILTER(?o > 1 }", (1, 35), "the `(` before it is not closed"),
        ("SELECT * { ?s ?p ?o ", (1, 20), "the `{` of line 1, column 10 is never closed"),
        ("SELECT * { ?s ?p ?o . } }", (1, 25), "it closes nothing"),
        ("SELECT * { ?s ?p }", (1, 18), "the statement before it is not complete"),
        ("SELECT * { ?s ?p ?o\n ?a ?b ?c }", (2, 2), "a dot may be missing before this"),
        ("SELECT * { _:a ?p ?o OPTIONAL { _:a ?q ?r } }", (1, 33), "blank node is used in another group already"),
        ("SELECT * { ?s ?p ?o } ORDER ?s", (1, 29), "BY is missing after ORDER"),
        ("SELECT * { ?s ?p ?o } LIMIT -1", (1, 29), "after LIMIT comes a whole number"),
        ("SELECT * { ?s ?p ?o } LIMIT 5 ORDER BY ?s", (1, 31), "ORDER stands before LIMIT"),
        ("SELECT ?s, ?p { ?s ?p ?o }", (1, 10), "blanks separate the columns"),
        ("SELECT COUNT(*) { ?s ?p ?o }", (1, 8), "as in (COUNT(...) AS ?name)"),
        ("SELECT (COUNT(*)) { ?s ?p ?o }", (1, 17), "the expression needs a name"),
        ("SELECT (COUNT(*) ?n) { ?s ?p ?o }", (1, 18), "the expression needs a name"),
        ("SELECT * { BIND(1) }", (1, 18), "the expression needs a name"),
        ("SELECT * { BIND(1 AS x) }", (1, 22), "after AS comes a variable"),
        ("SELECT * { ?s ?p ?o FILTER ?o > 1 }", (1, 28), "the condition of FILTER stands in brackets"),
        ("SELECT * { ?s ?p 'a'en }", (1, 21), "a language stands behind an @"),
        ("PREFIX ex <http://e/> SELECT * {}", (1, 8), "a prefix ends in a colon"),
        ("PREFIX ex: http://e/ SELECT * {}", (1, 12), "the namespace of a prefix stands in < and >"),
        ("SELECT * { ?s a ?t UNION { ?s ?p ?o } }", (1, 20), "both sides of UNION are groups"),
        ("SELECT * { OPTIONAL ?s ?p ?o }", (1, 21), "after OPTIONAL comes a group in braces"),
        ("SELECT * { ?s ?p ?o FILTER(?o == 1) }", (1, 32), "write a single ="),
        ("SELECT * { ?s ?p ?o FILTER(?o = 1 AND ?s = 2) }", (1, 35), "write &&"),
        ("SELECT * { ?s ?p ?o FILTER(REGEX(?o)) }", (1, 36), "REGEX needs more arguments"),
        ("SELECT * WHERE { ?s ?p ?o } FROM <urn:g>", (1, 29), "FROM stands before WHERE"),
        ("DELETE WHERE { ?s ?p ?o }", (1, 1), "this is an update, and only queries are answered"),
        ("SELECT * { ?s ?p 'a }", (1, 18), "a string that is never closed"),
    ],
)
def test_the_reason_is_named(query: str, place: tuple[int, int], said: str) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        check_syntax(query)
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == place


WORDS = "SELECT ASK CONSTRUCT DESCRIBE WHERE GROUP BY HAVING ORDER LIMIT BIND FILTER VALUES UNION AS COUNT FROM PREFIX"
TERMS = "?x ?y _:a <urn:a> ex:a ex: 'a' 1 @en ^^ a FILTER( BIND( (COUNT(*) SERVICE"
PIECES = st.sampled_from(f"{WORDS} {TERMS}".split(" ") + list("{}()[].,;*|="))


@given(st.lists(PIECES, max_size=20).map(" ".join))
def test_every_text_gets_an_answer(text: str) -> None:
    """A query, or an error with a place within it; never another exception."""
    try:
        check_syntax(text)
    except QuerySyntaxError as error:
        place = (error.line or 1, error.column or 1)
    except EvaluationError:
        place = (1, 1)
    else:
        place = (1, 1)
    assert place >= (1, 1)
