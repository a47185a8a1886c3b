"""Results as data frames: the types of columns, names beside IRIs, what is missing."""

from __future__ import annotations

import datetime
import math
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

import clustergraph
from clustergraph.library.column_types import Kind, give_type
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.library.result import Result
from clustergraph.rdf.python_values import Text
from clustergraph.rdf.table import Table
from clustergraph.sparql.errors import QuerySyntaxError

DATA = """
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a rdfs:label "A thing"@en, "Ein Ding"@de ; ex:of ex:c ; ex:name "x\\ty\\nz \\"q\\" \\\\ \\u0041"@en ; ex:whole 7 ;
  ex:year "2014"^^xsd:gYear ; ex:decimal 1.25 ; ex:real 2.5e0, "NaN"^^xsd:double, "-INF"^^xsd:double ; ex:truth true ;
  ex:day "2014-05-01"^^xsd:date ; ex:moment "2014-05-01T10:00:00"^^xsd:dateTime ;
  ex:instant "2014-05-01T10:00:00+02:00"^^xsd:dateTime ; ex:time "10:00:00"^^xsd:time ;
  ex:length "PT90S"^^xsd:dayTimeDuration ;
  ex:months "P1Y2M"^^xsd:yearMonthDuration ; ex:month "2014-05"^^xsd:gYearMonth ;
  ex:huge 123456789012345678901234567890 ; ex:broken "seven"^^xsd:integer ; ex:blank [] ; ex:empty "" .
ex:b rdfs:label "B"@de ; ex:of ex:c ; ex:whole 8 .
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    file = tmp_path_factory.mktemp("frames") / "data.ttl"
    file.write_text(DATA)
    return clustergraph.open(file, store=file.parent / "store")


def values_of(graph: KnowledgeGraph, name: str) -> Result:
    """The values of a property, one for each of two things, and None where there is none."""
    result: Result = graph.sparql(
        f"SELECT ?x {{ VALUES ?s {{ ex:a ex:c }} OPTIONAL {{ ?s ex:{name} ?x }} }} ORDER BY ?s ?x"
    )
    return result


UTC = datetime.UTC
TYPES: list[tuple[str, str, Any, Any, Any]] = [
    # property, pandas, Polars, Arrow, the value
    ("whole", "Int64", pl.Int64, pa.int64(), 7),
    ("year", "Int64", pl.Int64, pa.int64(), 2014),
    ("decimal", "Float64", pl.Decimal(38, 2), pa.decimal128(38, 2), Decimal("1.25")),
    ("truth", "boolean", pl.Boolean, pa.bool_(), True),
    ("day", "datetime64[us]", pl.Date, pa.date32(), datetime.date(2014, 5, 1)),
    ("moment", "datetime64[us]", pl.Datetime("us"), pa.timestamp("us"), datetime.datetime(2014, 5, 1, 10)),
    (
        "instant",
        "datetime64[us, UTC]",
        pl.Datetime("us", "UTC"),
        pa.timestamp("us", "UTC"),
        datetime.datetime(2014, 5, 1, 8, tzinfo=UTC),
    ),
    ("time", "object", pl.Time, pa.time64("us"), datetime.time(10)),
    ("length", "timedelta64[us]", pl.Duration("us"), pa.duration("us"), datetime.timedelta(seconds=90)),
    ("name", "string", pl.String, pa.string(), 'x\ty\nz "q" \\ A'),
    ("of", "string", pl.String, pa.string(), "http://example.org/c"),
    ("month", "string", pl.String, pa.string(), "2014-05"),
    ("months", "string", pl.String, pa.string(), "P1Y2M"),
    ("huge", "string", pl.String, pa.string(), "123456789012345678901234567890"),
    ("broken", "string", pl.String, pa.string(), "seven"),
    ("empty", "string", pl.String, pa.string(), ""),
]


@pytest.mark.parametrize(("name", "pandas", "polars", "arrow", "value"), TYPES, ids=[one[0] for one in TYPES])
def test_columns_have_the_types_of_their_datatypes(
    graph: KnowledgeGraph, name: str, pandas: str, polars: Any, arrow: Any, value: Any
) -> None:
    result = values_of(graph, name)
    frame = result.to_pandas()
    assert str(frame.x.dtype) == pandas
    assert frame.x[0] == (float(value) if pandas == "Float64" else pd.Timestamp(value) if name == "day" else value)
    assert frame.x.isna().to_list() == [False, True]
    other = result.to_polars()
    assert other.schema == {"x": polars}
    assert other["x"].to_list() == [value, None]
    table = result.to_arrow()
    assert table.schema.field("x").type == arrow
    assert table["x"].to_pylist() == [value, None]


def test_what_is_not_a_number_is_not_missing(graph: KnowledgeGraph) -> None:
    result = graph.sparql("SELECT ?x { VALUES ?s { ex:a ex:c } OPTIONAL { ?s ex:real ?x } } ORDER BY ?s ?x")
    frame = result.to_pandas()
    assert str(frame.x.dtype) == "Float64"
    found = frame.x.array._data[~frame.x.array._mask]  # the public ways take NaN for missing
    assert sorted(map(str, found)) == ["-inf", "2.5", "nan"]
    assert frame.x.array._mask.sum() == 1
    for values in (result.to_polars()["x"].to_list(), result.to_arrow()["x"].to_pylist()):
        assert values.count(None) == 1
        assert sum(value is not None and math.isnan(value) for value in values) == 1


def test_numbers_of_several_kinds_become_floating_point(graph: KnowledgeGraph) -> None:
    result = graph.sparql("SELECT ?x { VALUES ?x { 7 2.5 1e3 } }")
    assert result.to_pandas().x.to_list() == [7.0, 2.5, 1000.0]
    assert result.to_polars().schema == {"x": pl.Float64}


def test_any_other_mixture_becomes_text(graph: KnowledgeGraph) -> None:
    result = graph.sparql('SELECT ?x { VALUES ?x { 7 true "a" <urn:x> "2014-05-01"^^xsd:date UNDEF } }')
    for values in (result.to_polars()["x"].to_list(), result.to_arrow()["x"].to_pylist()):
        assert values == ["7", "true", "a", "urn:x", "2014-05-01", None]
    assert str(result.to_pandas().x.dtype) == "string"


def test_decimals_that_do_not_fit_are_text() -> None:
    rows = [(Decimal("1e30"),), (Decimal("1e-30"),)]
    assert Result(("x",), rows).to_polars().schema == {"x": pl.String}
    assert Result(("x",), [(Decimal("0.001"),), (Decimal("12345.6"),)]).to_polars().schema == {"x": pl.Decimal(38, 3)}


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime.timedelta(days=999_999_999), "999999999 days, 0:00:00"),
        (
            datetime.datetime(1, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
            "0001-01-01T00:00:00+05:00",
        ),
    ],
    ids=["length", "instant"],
)
def test_times_that_no_column_of_times_can_hold_are_text(value: object, written: str) -> None:
    result = Result(("x",), [(value,), (None,)])
    assert result.to_pandas().x[0] == written
    assert result.to_polars()["x"].to_list() == result.to_arrow()["x"].to_pylist() == [written, None]


def test_blank_nodes_and_triple_terms_are_text(graph: KnowledgeGraph) -> None:
    (node,) = graph.sparql("SELECT ?x { ?s ex:blank ?x }").to_polars()["x"].to_list()
    assert node.startswith("_:")
    result = graph.sparql("SELECT ?x { BIND(<<( ex:a ex:whole 7 )>> AS ?x) }")
    assert result[0].x == (URIRef("http://example.org/a"), URIRef("http://example.org/whole"), 7)
    assert result.to_polars()["x"].to_list() == ["<< http://example.org/a http://example.org/whole 7 >>"]


@pytest.mark.parametrize("query", ["SELECT ?x ?y { ?x a ex:Nothing }", "SELECT ?x ?y { } LIMIT 0"])
def test_a_result_without_rows_keeps_its_columns(graph: KnowledgeGraph, query: str) -> None:
    result = graph.sparql(query)
    assert result.to_pandas().shape == (0, 2)
    assert result.to_polars().schema == {"x": pl.String, "y": pl.String}
    assert result.to_arrow().schema.names == ["x", "y"]


def test_a_result_without_columns_keeps_its_rows(graph: KnowledgeGraph) -> None:
    result = graph.sparql("SELECT * { ex:a ex:whole 7 }")
    assert (len(result), result.columns, list(result[0])) == (1, (), [])
    assert result.to_pandas().shape == (1, 0)


def test_names_are_put_behind_columns_of_iris(graph: KnowledgeGraph) -> None:
    result = graph.sparql("SELECT ?s ?n ?o { ?s ex:whole ?n ; ex:of ?o } ORDER BY ?n")
    frame = result.to_pandas(labels=True)
    assert list(frame.columns) == ["s", "sLabel", "n", "o", "oLabel"]
    assert frame.sLabel.to_list() == ["A thing", "B"]
    assert frame.oLabel.isna().all()
    assert result.to_polars(labels=True, language="de")["sLabel"].to_list() == ["Ein Ding", "B"]
    assert result[:1].to_arrow(labels=True)["sLabel"].to_pylist() == ["A thing"]
    assert list(result.to_pandas().columns) == ["s", "n", "o"]


def test_names_that_are_there_stay(graph: KnowledgeGraph) -> None:
    result = graph.sparql('SELECT ?s ("mine" AS ?sLabel) { ?s ex:whole 7 }')
    assert result.to_polars(labels=True).rows() == [("http://example.org/a", "mine")]


def test_labels_need_a_graph() -> None:
    with pytest.raises(ValueError, match="no graph"):
        Result(("x",), [(URIRef("urn:x"),)]).to_pandas(labels=True)


@pytest.mark.parametrize(
    ("package", "method", "extra"),
    [
        ("pandas", "to_pandas", "pandas"),
        ("polars", "to_polars", "polars"),
        ("pyarrow", "to_arrow", "arrow"),
        ("networkx", "to_networkx", "networkx"),
    ],
)
def test_a_missing_package_is_named_with_the_way_to_get_it(
    monkeypatch: pytest.MonkeyPatch, package: str, method: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"pip install 'clustergraph-kg\[{extra}\]'"):
        getattr(Result(("source", "target"), [("a", "b")]), method)()


def test_a_slice_of_a_result_is_a_result_in_every_form(kg: KnowledgeGraph) -> None:
    result = kg.query("targets-by-phase")
    part = result[5:50:7]
    assert list(part) == list(result)[5:50:7]
    assert part.to_polars().rows() == result.to_polars()[5:50:7].rows()
    assert len(part.to_pandas()) == len(part)


def test_both_forms_that_results_are_read_from_say_the_same(kg: KnowledgeGraph, catalogue: Any) -> None:
    for query in catalogue:
        if query.form == "SELECT":
            told = catalogue.run(kg.engine, query.name, query.example, format="json")
            assert Result.from_json(told.body) == kg.query(query.name, **query.example), query.name


def test_a_frame_of_all_targets_counts_what_the_rows_say(kg: KnowledgeGraph) -> None:
    result = kg.query("targets-by-phase")
    frame = result.to_pandas()
    counted = frame.groupby("phaseName").size().to_dict()
    assert counted == {phase: sum(row.phaseName == phase for row in result) for phase in counted}
    assert len(counted) == 2


def test_an_error_of_the_query_comes_before_any_frame(kg: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError):
        kg.sparql("SELECT ?x {")


# What goes in comes out

IRIS = st.from_regex(r"http://example\.org/[a-z0-9]{1,8}", fullmatch=True).map(URIRef)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
EXACT = st.decimals(-(10**9), 10**9, allow_nan=False, places=6)
COLUMNS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: TEXTS | IRIS | st.builds(Text, TEXTS, st.sampled_from(["en", "de"])) | st.just(BNode("b")),
    Kind.WHOLE: st.integers(-(2**63), 2**63 - 1),
    Kind.DECIMAL: EXACT,
    Kind.REAL: st.floats(allow_nan=False),
    Kind.TRUTH: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.MOMENT: st.datetimes(),
    Kind.INSTANT: st.datetimes(
        datetime.datetime(2, 1, 1), datetime.datetime(9998, 12, 31), timezones=st.just(datetime.UTC)
    ),
    Kind.TIME: st.times(),
    Kind.LENGTH: st.timedeltas(datetime.timedelta(-10_000), datetime.timedelta(10_000)),
}


def plain(value: Any) -> Any:
    return f"_:{value}" if isinstance(value, BNode) else str(value) if isinstance(value, str) else value


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=30)
@given(data=st.data())
def test_values_come_out_of_frames_as_they_went_in(kind: Kind, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | COLUMNS[kind], min_size=1, max_size=8))
    result = Result(("x",), [(value,) for value in values])
    wanted = [plain(value) for value in values]
    bound = [value is not None for value in values]
    assert [plain(row.x) for row in result] == wanted
    if any(bound):
        assert give_type(result._table.columns["x"]).kind is kind
    assert result.to_polars()["x"].to_list() == wanted
    assert result.to_arrow()["x"].to_pylist() == wanted
    frame = result.to_pandas()
    assert frame.x.notna().to_list() == bound
    as_in_pandas: Callable[[Any], Any] = {Kind.DATE: pd.Timestamp, Kind.DECIMAL: float}.get(kind, lambda value: value)
    for found, value in zip(frame.x, wanted, strict=True):
        assert value is None or found == as_in_pandas(value)


TERMS = st.one_of(
    IRIS,
    TEXTS.map(Literal),
    st.builds(lambda text, lang: Literal(text, lang=lang), TEXTS, st.sampled_from(["en", "de-at"])),
    st.integers().map(lambda number: Literal(number, datatype=XSD.integer)),
    st.builds(lambda text: Literal(text, datatype=URIRef("http://example.org/type")), TEXTS),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.none() | TERMS, st.none() | TERMS), max_size=6))
def test_terms_come_through_the_engines_tsv_as_they_are(rows: list[tuple[Any, Any]]) -> None:
    import pyoxigraph as ox

    from clustergraph.sparql.bindings import write_term

    values = " ".join(f"({' '.join('UNDEF' if one is None else write_term('x', one) for one in row)})" for row in rows)
    found = ox.Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(found, ox.QuerySolutions)
    table = Table.of_tsv(found.serialize(format=ox.QueryResultsFormat.TSV) or b"")
    assert list(table.solutions()) == list(Table.of_values(("a", "b"), rows).solutions())


def test_a_file_of_rows_can_be_kept(kg: KnowledgeGraph, tmp_path: Path) -> None:
    kg.query("projects").to_polars().write_parquet(tmp_path / "projects.parquet")
    assert pl.read_parquet(tmp_path / "projects.parquet").height == len(kg.query("projects"))
