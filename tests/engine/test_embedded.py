"""Answers: datasets compared with rdflib, the order of columns, bound values, and errors that tell the place."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Dataset, Graph, Literal, URIRef, Variable
from rdflib.term import Identifier

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.evaluate import evaluate
from clustergraph.rdf import formats
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql import tokens
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.errors import EvaluationError, OutsideAddress, QuerySyntaxError, UnsupportedFormat
from clustergraph.sparql.parsed_query import ParsedQuery, unescape
from clustergraph.sparql.query import Query

# rdflib warns of names that it uses itself.
pytestmark = pytest.mark.filterwarnings(r"ignore::DeprecationWarning:rdflib\..*")

EX = "https://example.org/"
ONE, TWO, THREE = (f"{EX}{name}" for name in ("one", "two", "three"))
TRIPLES = "?s ?p ?o"
COUNT = "SELECT (COUNT(*) AS ?n)"


@pytest.fixture(scope="module")
def engine(snapshot: Snapshot) -> Iterator[EmbeddedEngine]:
    engine = EmbeddedEngine(snapshot)
    yield engine
    engine.close()


def rows(engine: EmbeddedEngine, text: str, **options: object) -> Counter[tuple[str, ...]]:
    body = engine.answer(Query(text, format="csv", **options)).body.decode()  # type: ignore[arg-type]
    return Counter(tuple(row) for row in csv.reader(io.StringIO(body)))


# Datasets


@pytest.fixture(scope="module")
def reference(snapshot: Snapshot) -> Callable[[list[str], list[str], str], Counter[tuple[str, ...]]]:
    """What rdflib answers for a pattern on the merge of some graphs and some named graphs."""
    from pyoxigraph import RdfFormat, Store

    whole = Dataset()
    with_default = Store.read_only(str(snapshot.store))
    for name in snapshot.graphs:
        text = with_default.dump(
            format=RdfFormat.N_TRIPLES,
            from_graph=next(graph for graph in with_default.named_graphs() if str(graph.value) == name),
        )
        assert text is not None
        whole.graph(URIRef(name)).parse(data=text, format="nt")

    def answer(merged: list[str], named: list[str], query: str) -> Counter[tuple[str, ...]]:
        dataset = Dataset()
        for name in merged:
            for triple in whole.graph(URIRef(name)):
                dataset.default_graph.add(triple)
        for name in named:
            for triple in whole.graph(URIRef(name)):
                dataset.graph(URIRef(name)).add(triple)
        result = dataset.query(query)
        body = result.serialize(format="csv")
        assert body is not None
        # Of no solutions rdflib makes one empty group; by the specification there is none (section 11.2).
        return Counter(tuple(row) for row in csv.reader(io.StringIO(body.decode())) if any(row))

    return answer


DATASETS = [
    ([ONE], []),
    ([ONE, TWO], []),
    ([ONE, TWO, THREE], []),
    ([ONE, ONE], []),
    ([], [ONE]),
    ([], [ONE, TWO]),
    ([ONE], [TWO]),
    ([ONE, TWO], [TWO, THREE]),
    ([ONE, TWO], [TWO, TWO]),
]
PATTERNS = [
    f"SELECT ?s ?p ?o {{ {TRIPLES} }}",
    f"{COUNT} {{ {TRIPLES} }}",
    f"SELECT ?g ?s ?p ?o {{ GRAPH ?g {{ {TRIPLES} }} }}",
    f"SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ {TRIPLES} }} }} GROUP BY ?g",
    f"{COUNT} {{ {{ {TRIPLES} }} UNION {{ GRAPH ?g {{ {TRIPLES} }} }} }}",
    f"SELECT ?s {{ {TRIPLES} FILTER NOT EXISTS {{ GRAPH ?g {{ {TRIPLES} }} }} }}",
]


@pytest.mark.parametrize("query", PATTERNS)
@pytest.mark.parametrize(("merged", "named"), DATASETS)
def test_a_dataset_is_the_same_in_the_query_the_protocol_and_rdflib(
    engine: EmbeddedEngine,
    reference: Callable[[list[str], list[str], str], Counter[tuple[str, ...]]],
    merged: list[str],
    named: list[str],
    query: str,
) -> None:
    expected = reference(merged, named, query)
    clauses = " ".join([*(f"FROM <{graph}>" for graph in merged), *(f"FROM NAMED <{graph}>" for graph in named)])
    head, brace, rest = query.partition(" {")
    assert rows(engine, f"{head} {clauses}{brace}{rest}") == expected
    assert rows(engine, query, default_graphs=merged, named_graphs=named) == expected
    # What the protocol says overrides what the query says.
    other = f"{head} FROM <{THREE}> FROM NAMED <{THREE}>{brace}{rest}"
    assert rows(engine, other, default_graphs=merged, named_graphs=named) == expected


def test_without_a_dataset_the_merge_is_asked_and_graph_sees_no_default(engine: EmbeddedEngine) -> None:
    assert rows(engine, f"{COUNT} {{ {TRIPLES} }}") == Counter([("n",), ("5",)])
    assert rows(engine, f"{COUNT} {{ GRAPH ?g {{ {TRIPLES} }} }}") == Counter([("n",), ("6",)])
    assert rows(engine, "SELECT ?g { GRAPH ?g {} }") == Counter([("g",), (ONE,), (TWO,), (THREE,)])


def test_a_graph_that_is_not_here_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(OutsideAddress, match="No graph <urn:no> here"):
        engine.answer(Query("ASK {}", default_graphs=["urn:no"]))
    with pytest.raises(OutsideAddress, match="No graph <urn:no> here"):
        engine.answer(Query("ASK {}", named_graphs=["urn:no"]))


# The order of columns

STARS = {
    "SELECT * { ?s ?p ?o }": ["s", "p", "o"],
    "SELECT DISTINCT * { ?z ex:p ?a }": ["z", "a"],
    "select reduced*{ ?z ex:p ?a }": ["z", "a"],
    "# SELECT * ?x\nSELECT * WHERE { ?o ^?p|!a ?s }": None,
    "SELECT * { $z ex:p ?a . ?b ex:p $z }": ["z", "a", "b"],
    "SELECT * { { SELECT ?b ?c { ?a ex:p ?b BIND(1 AS ?c) } } }": ["b", "c"],
    "SELECT * { { SELECT * { ?z ex:p ?a } } ?y ex:p ?x }": ["z", "a", "y", "x"],
    "SELECT * { ?z ex:p ?y FILTER NOT EXISTS { ?x ex:q ?z } }": ["z", "y"],
    "SELECT * { BIND(2 * 3 AS ?z) BIND(1 AS ?a) } VALUES ?m { 1 }": ["z", "a", "m"],
    "SELECT ?s (2 * 3 AS ?x) { ?s ex:p ?o }": ["s", "x"],
    "SELECT * {}": [],
}


@pytest.mark.parametrize("text", STARS)
def test_a_star_gives_the_variables_in_the_order_of_the_query(engine: EmbeddedEngine, text: str) -> None:
    expected = STARS[text]
    if expected is None:
        with pytest.raises(QuerySyntaxError):
            engine.answer(Query(text))
        return
    assert json.loads(engine.answer(Query(text)).body)["head"]["vars"] == expected
    for form in formats.of_kind("results"):
        body = engine.answer(Query(text, format=form.name)).body.decode()
        if form.name == "csv":
            assert body.splitlines()[0] == ",".join(expected)
        elif form.name == "tsv":
            assert body.splitlines()[0] == "\t".join(f"?{name}" for name in expected)
        elif form.name == "xml":
            places = [body.index(f'<variable name="{name}"/>') for name in expected]
            assert places == sorted(places)


def test_bound_values_do_not_change_the_order(engine: EmbeddedEngine) -> None:
    answer = engine.answer(Query("SELECT * { ?s ex:p ?a }", bindings={"a": Literal(1)}, format="csv"))
    assert answer.body == b"s,a\r\nhttps://example.org/a,1\r\n"


# Bound values


def test_values_are_bound(engine: EmbeddedEngine) -> None:
    bindings = {"s": URIRef(f"{EX}a"), "o": Literal(1)}
    assert json.loads(engine.answer(Query("ASK { ?s ex:p ?o }", bindings=bindings)).body)["boolean"] is True
    assert (
        json.loads(engine.answer(Query("ASK { ?s ex:p ?o }", bindings={**bindings, "o": Literal(2)})).body)["boolean"]
        is False
    )


LITERALS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(Literal),
    st.sampled_from(["\\u0041", "\\", '"', "\\\\u0041", "'''", "a\r\nb", "} #", "\x00", "\x7f\u2028\U0001f600"]).map(
        Literal
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9).map(lambda text: Literal(text, lang="de-CH")),
    st.integers().map(Literal),
)


@given(value=LITERALS)
def test_any_literal_comes_back_as_it_was(engine: EmbeddedEngine, value: Literal) -> None:
    found = json.loads(engine.answer(Query("SELECT ?v { OPTIONAL { ?v ?v ?v } }", bindings={"v": value})).body)
    (row,) = found["results"]["bindings"]
    assert row["v"]["value"] == str(value)
    assert row["v"].get("xml:lang", "").lower() == (value.language or "").lower()


@pytest.mark.parametrize(
    ("term", "message"),
    [
        (URIRef("https://example.org/a b"), "not an absolute IRI"),
        (URIRef("x:a> } #"), "not an absolute IRI"),
        (URIRef("relative"), "not an absolute IRI"),
        (Literal("a", datatype=URIRef("x:a> } #")), "not an absolute IRI"),
        (Literal("\ud800"), "not valid Unicode"),
        (BNode("b"), "neither an IRI nor a literal"),
    ],
)
def test_a_value_that_cannot_be_written_is_refused(engine: EmbeddedEngine, term: Identifier, message: str) -> None:
    with pytest.raises(EvaluationError, match=message):
        engine.answer(Query("SELECT * { ?s ?p ?v }", bindings={"v": term}))


def test_a_variable_that_is_not_there_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(EvaluationError, match=r"no variable \?x to bind"):
        engine.answer(Query("SELECT * { ?s ?p 'x ?x' }", bindings={"x": Literal(1)}))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?v { ?v ?p ?o }",
        "SELECT ?v WHERE{?v ?p ?o}",
        "SELECT (EXISTS { ?v ?p ?o } AS ?x) { ?v ?p ?o }",
        "ASK { ?v ?p ?o }",
        "CONSTRUCT { ?v ex:q '}' } WHERE { ?v ?p ?o }",
        "CONSTRUCT { ?v ex:q [ ex:p { } ] } WHERE { ?v ?p ?o }".replace(" { } ", " 1 "),
        "DESCRIBE ?v { ?v ?p ?o }",
        "SELECT ?v FROM ex:one FROM NAMED ex:two { ?v ?p ?o }",
    ],
)
def test_bindings_go_where_the_pattern_begins(engine: EmbeddedEngine, text: str) -> None:
    assert engine.answer(Query(text, bindings={"v": URIRef(f"{EX}a")})).body
    assert bind(ParsedQuery(text), {}) == text


# Errors and their places

WRONG = {
    "SELECT * {": (1, 11, "never closed"),
    "SELECT ?a\nWHERE {\n  ?a ?b .. }": (3, 9, "did not expect `.` here"),
    "SELECT ?a {\r\n\t ?a ?b ?c ?d }": (2, 12, r"did not expect `\?d` here"),
    "SELEC ?a {}": (1, 1, "did you mean SELECT"),
    "SELECT * {\n FILTER(foo(?a)) }": (2, 9, "`foo`"),
    "SELECT * { ?a foo:b ?c }": (1, 15, "PREFIX foo: <"),
    "SELECT * {\n?a ?b 'x }": (2, 7, "never closed"),
    "SELECT * { ?a <b> ?c }": (1, 15, "not an absolute IRI"),
    "SELECT * { ?a ?b ?c } LIMIT x": (1, 29, "`x`"),
    "SELECT * { ?a ?b ?c FILTER(?a = 1 }": (1, 35, "`}`"),
    "SELECT * { ?s ?p ?o \n GROUP BY ?s": (2, 2, "`GROUP`"),
    "SELECT ?s { ?s ?p ?o }}": (1, 23, "`}`"),
    "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }": (1, 8, "neither in GROUP BY"),
    "SELECT * { ?s ?p 1 . \n\\u0020 }": (2, 1, "cannot read"),
    "SELECT ?\\u0061 { ?\\u0061 ?b ?c ?d }": (1, 32, r"`\?d`"),
    "SELECT * { ?s ?p '\u00e4\U0001f600' ; . . }": (1, 27, r"`\.`"),
    "": (1, 1, "empty"),
    " \n # nothing\n": (2, 11, "not complete"),
}


@pytest.mark.parametrize("text", WRONG)
def test_syntax_errors_tell_the_place(engine: EmbeddedEngine, text: str) -> None:
    line, column, message = WRONG[text]
    with pytest.raises(QuerySyntaxError, match=message) as caught:
        engine.answer(Query(text))
    assert (caught.value.line, caught.value.column) == (line, column), str(caught.value)


def test_bindings_and_escapes_do_not_move_the_place(engine: EmbeddedEngine) -> None:
    text = "SELECT ?\\u0061 { ?a ?p '\\U000000e4' ?d }"
    with pytest.raises(QuerySyntaxError) as caught:
        engine.answer(Query(text, bindings={"a": Literal("x" * 50)}))
    assert text[(caught.value.column or 0) - 1 :] == "?d }"
    assert str(caught.value).startswith(f"Line 1, column {caught.value.column}: ")


def error_place(engine: EmbeddedEngine, query: str) -> tuple[int, int] | None:
    try:
        engine.answer(Query(query))
    except QuerySyntaxError as error:
        return (error.line, error.column) if error.line and error.column else None
    except (EvaluationError, OutsideAddress):
        pass
    return None


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_gives_an_answer_or_an_error_of_ours(engine: EmbeddedEngine, text: str) -> None:
    for query in (text, f"SELECT * {{ ?s ?p ?o {text} }}"):
        place = error_place(engine, query)
        if place:
            line, column = place
            assert 1 <= line <= query.count("\n") + 1
            assert 1 <= column <= len(query.split("\n")[line - 1]) + 1


def test_half_a_character_is_a_syntax_error(engine: EmbeddedEngine) -> None:
    with pytest.raises(QuerySyntaxError, match="surrogate"):
        engine.answer(Query("SELECT * { ?s ?p '\ud800' }"))


@pytest.mark.parametrize("text", ["INSERT DATA { <x:a> <x:b> 1 }", "CLEAR ALL", "LOAD <http://a.example/>"])
def test_updates_are_not_answered(engine: EmbeddedEngine, text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="update"):
        engine.answer(Query(text))


def test_a_format_of_the_other_kind_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(UnsupportedFormat, match="choose one of json, xml, csv, tsv"):
        engine.answer(Query("ASK {}", format="turtle"))
    with pytest.raises(UnsupportedFormat, match="turtle"):
        engine.answer(Query("DESCRIBE ex:a", format="csv"))


@pytest.mark.parametrize("form", formats.of_kind("graph"), ids=lambda form: form.name)
def test_graphs_are_the_same_in_every_format(engine: EmbeddedEngine, form: formats.Format) -> None:
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    answer = engine.answer(Query(text, format=form.name))
    names = {"ntriples": "nt", "rdfxml": "xml", "jsonld": "json-ld"}
    graph = Dataset().parse(data=answer.body, format=names.get(form.name, form.name))
    assert len(graph) == 5
    assert answer.body == engine.answer(Query(text, format=form.name)).body


@pytest.mark.parametrize("form", formats.of_kind("graph"), ids=lambda form: form.name)
def test_a_graph_says_nothing_twice(form: formats.Format) -> None:
    store = ox.Store()
    store.add(ox.Quad(ox.BlankNode("b"), ox.NamedNode("x:p"), ox.Literal("once")))  # which the engine gives twice
    body = evaluate(store, "CONSTRUCT { ?s ?p ?o . ?s <x:p> ?o } WHERE { ?s ?p ?o }", form).body
    assert body.count(b"once") == 1


def test_rdflib_reads_our_turtle_with_its_prefixes(engine: EmbeddedEngine) -> None:
    graph = Graph().parse(data=engine.answer(Query("DESCRIBE ex:a")).body, format="turtle")
    assert dict(graph.namespaces())["ex"] == URIRef(EX)
    assert Variable("s") not in graph.all_nodes()


# Reading just far enough


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT*{}", "SELECT"),
        ("PREFIX ask: <x:> # SELECT\nBASE <y:SELECT>\rCONSTRUCT{}WHERE{}", "CONSTRUCT"),
        ("describe<x:a>", "DESCRIBE"),
        ("ASK{}", "ASK"),
        ("PREFIX x: <x:> INSERT DATA {}", "UPDATE"),
        ("WITH <x:g> DELETE {} WHERE {}", "UPDATE"),
        ("hello", ""),
        ("'", ""),
    ],
)
def test_the_form_of_a_query(text: str, form: str) -> None:
    assert ParsedQuery(text).form == form


@given(st.text(alphabet="ab.:-_0 \n\t{}<>'\"?#\\\u00e9\u200d", max_size=40))
def test_tokens_and_what_lies_between_make_up_the_text(text: str) -> None:
    at = 0
    with contextlib.suppress(QuerySyntaxError):
        for token in tokens.tokens(text):
            assert text[token.start : token.end] == token.text
            between = text[at : token.start]
            assert not between or between[0] in " \t\r\n#"
            at = token.end


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"?\u0061", "?a"),
        (r"'\\u0061'", r"'\\u0061'"),
        (r"'\\\u0061'", r"'\\a'"),
        (r"\U0001F600", "\U0001f600"),
        (r"'\u0027'", r"'\u0027'"),
        (r"\uD800", r"\uD800"),
        (r"\U00110000", r"\U00110000"),
        (r"\u00", r"\u00"),
    ],
)
def test_escapes_are_resolved_once(text: str, expected: str) -> None:
    assert unescape(text) == expected
