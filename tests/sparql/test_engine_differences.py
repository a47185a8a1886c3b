"""Where the engine departs from the standards: what the documentation says is so, and nothing is mended wrongly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from clustergraph.rdf import namespaces, quoting
from clustergraph.sparql.engine_differences import SENTENCES, find_differences
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.mending import mend
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.syntax_check import check_syntax

ENTRIES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "engine.yaml").read_text(encoding="utf-8")
)
XSD = {"xsd": namespaces.XSD}


def ask(query: str, data: str = "") -> Any:
    """The rows, or "error", as the documentation writes them."""
    store = ox.Store()
    store.load(data.encode(), format=ox.RdfFormat.TURTLE)
    try:
        found = store.query(query, prefixes=XSD)
    except (SyntaxError, RuntimeError):
        return "error"
    if isinstance(found, ox.QueryBoolean):
        return [[str(bool(found)).lower()]]
    return [[write(value) for value in row] for row in found]


def write(term: Any) -> str | None:
    if term is None:
        return None
    if isinstance(term, ox.Literal) and term.datatype.value.removeprefix(namespaces.XSD) in (
        "integer",
        "decimal",
        "boolean",
    ):
        return term.value
    return (
        str(term)
        .replace(f"<{namespaces.XSD}", "xsd:")
        .replace("xsd:double>", "xsd:double")
        .replace("xsd:date>", "xsd:date")
    )


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["title"])
class TestTheDocumentation:
    def test_what_the_engine_gives(self, entry: dict[str, Any]) -> None:
        assert ask(entry["query"], entry.get("data", "")) == entry["engine"], (
            "the engine changed: change docs/engine.yaml"
        )

    def test_what_comes_of_it(self, entry: dict[str, Any]) -> None:
        query, data = entry["query"], entry.get("data", "")
        found = ask(mend(query, XSD).text, data)
        expected = {"mended": entry["standard"]}.get(entry["status"], entry.get("here", entry["engine"]))
        assert found == expected
        names = [difference.name for difference in find_differences(query, ParsedQuery(query).form, XSD)]
        assert names == ([entry["name"]] if entry["status"] == "warned" else [])

    def test_the_way_round(self, entry: dict[str, Any]) -> None:
        if "instead" in entry:
            expected = entry.get("instead_gives", entry["standard"])
            assert ask(mend(entry["instead"], XSD).text, entry.get("data", "")) == expected


def test_all_that_is_said_is_documented() -> None:
    assert {entry["name"] for entry in ENTRIES if entry["status"] == "warned"} | {"graph-variable"} == set(SENTENCES)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("SELECT * { GRAPH ?g { ?s ?p ?o MINUS { ?s ?p 1 } } }", ["graph-variable"]),
        ("SELECT DISTINCT ?s { ?s <p:>|<q:> ?o }", []),
        ("SELECT ?s { ?s !(<p:>|<q:>) ?o }", []),
        ("SELECT ?s { ?s (<p:>|^<q:>)+ ?o }", []),
        ("SELECT ?s { ?s (<p:>|<q:>)/<r:> ?o }", ["alternative-path"]),
        ("SELECT ?s { ?s <p:>* ?o }", []),
        ("SELECT ?s { <a:> <q:>/<p:>* ?o }", ["zero-length-path"]),
        ("SELECT ?s { VALUES ?s { <a:> } ?s a? ?o }", ["zero-length-path"]),
        ("SELECT (?a * 2 AS ?b) ((?a + 1) * 2 AS ?c) { ?s ?p ?a FILTER(?a || ?c) }", []),
        ("SELECT * { ?s ?p ?o BIND(?o = 1 AS ?is) FILTER(?is) }", []),
        ('SELECT (\'REPLACE(?x, "a*", "")\' AS ?x) {} # FILTER(?x)', []),
        ("SELECT (REPLACE(?x, '^.*[/#]', '') AS ?y) {}", []),
        ("SELECT (REPLACE(?x, '(a|b*)?$', '') AS ?y) {}", ["replace-empty-match"]),
        ("SELECT * { ?s ?p", []),
        ("SELECT * { )", []),
    ],
)
def test_what_is_noticed(query: str, names: list[str]) -> None:
    assert [difference.name for difference in find_differences(query, ParsedQuery(query).form)] == names


DATA = """
<urn:a> <urn:p> 1 , 2 , 3 ; <urn:q> "x" . <urn:b> <urn:p> 4 . <urn:c> <urn:q> "y"@en .
"""


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ASK { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 4)", [["false"]]),
        ("ASK { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 3)", [["true"]]),
        ("ASK FROM <urn:none> WHERE { ?s ?p ?o } HAVING(COUNT(*) > 0)", [["false"]]),
        ("ASK { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 3) VALUES ?s { <urn:b> }", [["true"]]),
        ("SELECT (GROUP_CONCAT(DISTINCT ?v; separator='') AS ?x) { VALUES ?v { 1 2 1 } }", [['"12"']]),
        ("SELECT (GROUP_CONCAT(?v; separator='\\t\\u00e4\"') AS ?x) { VALUES ?v { 1 2 } }", [['"1\\t\u00e4\\"2"']]),
        ("SELECT (GROUP_CONCAT(?v; separator='''a\nb''') AS ?x) { VALUES ?v { 1 2 } }", [['"1a\\nb2"']]),
        ("SELECT (CONCAT('<', GROUP_CONCAT(IF(?v > 1, ?v, 1/0) ), '>') AS ?x) { VALUES ?v { 1 2 3 } }", [['"<2 3>"']]),
        ("SELECT (GROUP_CONCAT(?v) AS ?x) { VALUES ?v { UNDEF } }", [['""']]),
        ("SELECT (GROUP_CONCAT(?v) AS ?x) { FILTER(FALSE) BIND(1 AS ?v) }", [['""']]),
        ("SELECT ?v (TRUE AS ?x) { VALUES ?v { 'TRUE' } } HAVING(group_concat(?v) = 'TRUE') ", "error"),
        ("SELECT (GROUP_CONCAT(?v, ';') AS ?x) { VALUES ?v { 1 } }", "error"),
        ("SELECT (GROUP_CONCAT(?v} AS ?x) { VALUES ?v { 1 } }", "error"),
        ("SELECT (REPLACE('a$1', '$1', 'x', 'q') AS ?x) (REPLACE('a', 'a', '$1', 'q') AS ?y) {}", [['"ax"', '"$1"']]),
        ("SELECT (REPLACE('ab', '(a)(b)', '${2}${1}x') AS ?x) (REPLACE('a', 'a', '$$') AS ?y) {}", [['"bax"', '"$"']]),
        ("SELECT (REPLACE('ab', '([(])|(?:a)(b)', '$2x$12') AS ?x) {}", [['"bx2"']]),
        ("SELECT (REPLACE('ab', '\\\\(|(a)[)(]?(b)', '[$0]$2_$1') AS ?x) {}", [['"[ab]b_a"']]),
        ("SELECT (xsd:integer(?v) AS ?x) { VALUES ?v { ' 1' 2 ' 3'@en <urn:a> UNDEF 4.5 } }", None),
        ("SELECT (<http://www.w3.org/2001/XMLSchema#boolean>(STR(?v)) AS ?x) { VALUES ?v { '\\t1 ' } }", [["true"]]),
    ],
)
def test_what_is_mended(query: str, expected: Any) -> None:
    if expected is None:
        expected = [["1"], ["2"], [None], [None], [None], ["4"]]
    assert ask(mend(query, XSD).text, DATA) == expected


def test_graphs_of_grouped_solutions() -> None:
    store = ox.Store()
    store.load(DATA.encode(), format=ox.RdfFormat.TURTLE)
    for query in (
        "CONSTRUCT { ?s a <urn:Big> } { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 3)",
        "CONSTRUCT { ?s a <urn:Big> } WHERE { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(COUNT(*)) LIMIT 1",
        "CONSTRUCT { ?s a ?k } WHERE { ?s ?p ?o } GROUP BY ?s (<urn:Big> AS ?k) HAVING(COUNT(?o) > 3 && TRUE)",
    ):
        triples = store.query(mend(query, {}).text)
        assert isinstance(triples, ox.QueryTriples)
        assert [str(triple.subject) for triple in triples] == ["<urn:a>"]
    described = store.query(mend("DESCRIBE ?s { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 3)", {}).text)
    assert isinstance(described, ox.QueryTriples)
    assert {str(triple.subject) for triple in described} == {"<urn:a>"}


PIECES = st.sampled_from(
    [
        *("TRUE", "true", "False", "GROUP_CONCAT(", "REPLACE(", "xsd:integer(", "STR(", "HAVING(", "GROUP BY", "ASK"),
        *(
            "SELECT",
            "CONSTRUCT",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            ",",
            ";",
            "AS",
            "?x",
            "?y",
            "'TRUE'",
            '"$1x"',
            "'''a\n'''",
        ),
        *(
            "SEPARATOR",
            "=",
            "DISTINCT",
            "COUNT(*)",
            "# TRUE ) }\n",
            "<urn:TRUE>",
            "TRUE:x",
            "@TRUE",
            "1",
            ".",
            "|",
            "*",
            "VALUES",
        ),
        *(" ", "\n", "BIND(", "FILTER(", "EXISTS", "UNION", "WHERE", "\\", "'", '"', "é", "\ufeff"),
    ]
)


@given(st.lists(PIECES, max_size=25).map(" ".join))
@example("* REPLACE ( )")
@example(") * REPLACE")
def test_no_text_is_broken(text: str) -> None:
    """What the engine takes, it takes mended; strings, names and comments stay; every place is found again."""
    mended = mend(text, XSD)
    find_differences(text, ParsedQuery(text).form, XSD)
    store = ox.Store()

    def is_query(query: str) -> bool:
        try:
            store.query(query, prefixes=XSD)
        except (SyntaxError, RuntimeError):
            return False
        return True

    if is_query(text):
        assert is_query(mended.text)
    kept = ("<urn:TRUE>", "TRUE:x", "'TRUE'", "# TRUE ) }\n")
    for piece in kept:
        assert text.count(piece) == mended.text.count(piece) or "GROUP_CONCAT" in text
    for at in range(len(mended.text) + 1):
        assert 0 <= mended.index_before(at) <= len(text)


VALUE = st.sampled_from(['"a"', '" 5 "', "5", "<urn:a>", "UNDEF", '"b"@en', "1.5", '"x$1"', "true"])
EXPRESSION = st.recursive(
    st.sampled_from(["?v", "STR(?v)", "'a'", "1", "TRUE", "CONCAT(STR(?v), ' ')"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("CONCAT({0[0]}, {0[1]})".format),
        inner.map("xsd:integer({})".format),
        inner.map("REPLACE({}, '(a)|b', '<$0>')".format),
    ),
    max_leaves=5,
)


@given(st.lists(VALUE, min_size=1, max_size=4), EXPRESSION)
def test_what_has_a_value_keeps_it(values: list[str], expression: str) -> None:
    """Casts and replacements that the engine answers are answered alike when they are mended."""
    rows = f"{{ VALUES ?v {{ {' '.join(values)} }} }}"
    plain = ask(f"SELECT ({expression.replace('TRUE', 'true').replace('FALSE', 'false')} AS ?x) {rows}")
    mended = ask(mend(f"SELECT ({expression} AS ?x) {rows}", XSD).text)
    assert all(before in (None, after) for [before], [after] in zip(plain, mended, strict=True))


@given(st.lists(VALUE, max_size=5), st.text("ab é\"'\\\n$", max_size=4), st.booleans())
def test_concatenated_texts_are_those_of_python(values: list[str], separator: str, distinct: bool) -> None:
    word = "DISTINCT " if distinct else ""
    rows = f"{{ VALUES ?v {{ {' '.join(values)} }} }}"
    query = f"SELECT (GROUP_CONCAT({word}STR(?v) ; SEPARATOR = {quoting.quote(separator)} ) AS ?x) {rows}"
    texts = [row[0] for row in ask(f"SELECT (STR(?v) AS ?x) {rows}")]
    texts = [text for text in texts if text is not None]
    texts = list(dict.fromkeys(texts)) if distinct else texts
    ((found,),) = ask(mend(query, XSD).text)
    assert quoting.unquote(found) == separator.join(quoting.unquote(text) for text in texts)


def test_places_of_errors_are_those_in_the_query_as_given() -> None:
    for query, line, column in (
        ("SELECT (GROUP_CONCAT(?x; separator=', ') AS ?y)\n  { ?s ?p ?x FILTER(TRUE) ?s ` }", 2, 30),
        ("SELECT (GROUP_CONCAT(?x) AS ?y) (REPLACE('a', 'b', '$1x') AS ?z) { ?s ?p ?x } LIMIT ?x", 1, 85),
        ("ASK { ?s ?p ?o } GROUP BY ?s HAVING(COUNT(*) > 2) LIMIT x", 1, 57),
    ):
        with pytest.raises(QuerySyntaxError) as caught:
            check_syntax(query)
        assert (caught.value.line, caught.value.column) == (line, column)
