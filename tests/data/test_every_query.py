"""Every canned query: what its file has, and the same rows in rdflib."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import Graph
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

from clustergraph.catalogue import CannedQuery
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.ingest import build
from clustergraph.snapshots.source_folder import Folder
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query
from support.published_queries import CATALOGUE, ID, ROOT, Published

NAMES = """
clusters cluster clusters-by-country countries-ranked targets-by-phase targets-dropped targets-added targets-kept
clusters-by-state clusters-by-field clusters-without-implementation partners partners-by-country
partners-outside-targets shared-partners shared-targets contacts organisations-by-legal-form projects awards programme
funding-rounds evidence unknowns search country-cluster-network neighbourhood phases-by-cluster
"""


# What every query file has


def test_all_the_queries_are_there() -> None:
    assert set(NAMES.split()) <= set(CATALOGUE.names)


@pytest.mark.parametrize("query", CATALOGUE, ids=CATALOGUE.names)
def test_a_query_is_described_in_both_languages(query: CannedQuery) -> None:
    assert query.summary.de
    assert query.description.de
    assert query.tags
    for parameter in query.parameters:
        assert parameter.description.de
        assert parameter.example


@pytest.mark.parametrize("query", CATALOGUE, ids=CATALOGUE.names)
def test_a_query_is_sparql_to_rdflib_too(query: CannedQuery) -> None:
    prepareQuery(query.text)


@pytest.mark.parametrize(
    "query", [query for query in CATALOGUE if query.form == "SELECT"], ids=lambda query: str(query.name)
)
def test_an_iri_column_is_followed_by_its_label(query: CannedQuery, published: Published) -> None:
    answer = json.loads(CATALOGUE.run(published.engine, query.name, query.example).body)
    columns = answer["head"]["vars"]
    assert all(re.fullmatch(r"[a-z]+(?:[A-Z][a-z]+)*", column) for column in columns)
    things = {
        column
        for row in answer["results"]["bindings"]
        for column, term in row.items()
        if term["type"] == "uri" and term["value"].startswith(ID)
    }
    # A contact and a phase stand beside the cluster they belong to, which has the label.
    for column in things - {"contact", "phase"}:
        assert columns[columns.index(column) + 1] == f"{column}Label"


# Each query, with its example and without what may be left out

CASES: list[tuple[str, Mapping[str, str]]] = [(query.name, query.example) for query in CATALOGUE]
CASES += [
    (query.name, {one.name: query.example[one.name] for one in query.parameters if one.required})
    for query in CATALOGUE
    # Every example asks for English, which is what one gets without asking.
    if not all(one.required or (one.name, query.example[one.name]) == ("lang", "en") for one in query.parameters)
]
CASES += [("countries-ranked", {"phase": "concept"}), ("clusters-by-country", {"country": "FR", "phase": "concept"})]
IDS = [" ".join([name, *params.values()]) for name, params in CASES]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)
def test_rdflib_gives_the_same_rows_in_the_same_order(
    name: str, params: Mapping[str, str], published: Published
) -> None:
    query = CATALOGUE[name]
    bindings = CATALOGUE.bind(published.engine, query, params)
    ours = published.engine.answer(Query(query.text, bindings=bindings)).body
    theirs = published.graph.query(bind(ParsedQuery(query.text), bindings))
    if query.form == "CONSTRUCT":
        assert theirs.graph is not None
        assert len(theirs.graph) > 0
        assert set(Graph().parse(data=ours, format="turtle")) == set(theirs.graph)
    else:
        read = Result.parse(io.BytesIO(ours), format="json")
        columns = read.vars or []
        expected = [tuple(row.get(column) for column in columns) for row in theirs.bindings]
        assert expected
        assert [tuple(row.get(column) for column in columns) for row in read.bindings] == expected


@pytest.mark.parametrize(("name", "params"), CASES, ids=IDS)
def test_an_answer_is_the_same_bytes_every_time(name: str, params: Mapping[str, str], published: Published) -> None:
    first = CATALOGUE.run(published.engine, name, params).body
    assert first == CATALOGUE.run(published.engine, name, params).body


def test_no_row_is_there_twice(published: Published) -> None:
    for name, params in CASES:
        if CATALOGUE[name].form == "SELECT":
            rows = [tuple(sorted(row.items())) for row in published.rows(name, **params)]
            assert [row for row, count in Counter(rows).items() if count > 1] == [], name


def test_no_answer_hangs_on_the_inferred_graph(published: Published, tmp_path: Path) -> None:
    plain = EmbeddedEngine(build(Folder(ROOT), store=tmp_path, reason="none", check=False).snapshot)
    for name, params in CASES:
        # A graph shows what is inferred of a thing, its classes for instance.
        if CATALOGUE[name].form == "SELECT":
            body = CATALOGUE.run(plain, name, params).body
            assert body == CATALOGUE.run(published.engine, name, params).body, name
    plain.close()
