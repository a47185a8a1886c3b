"""Queries of our own for each section of SPARQL 1.1, which run where the W3C tests are not next to the repository.

Each file of `selection/` is about some sections of https://www.w3.org/TR/sparql11-query/. Its cases have what a query
on `data.trig` gives, in the order of the variables: `rows` of a SELECT, terms parted by `|`; the `truth` of an ASK; the
`graph` of a CONSTRUCT or DESCRIBE in Turtle.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import yaml
from rdflib import Graph
from rdflib.compare import isomorphic
from rdflib.term import Identifier
from rdflib.util import from_n3

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.sparql.query import Query
from support import w3c_suite

FOLDER = Path(__file__).parent / "selection"
PREFIXES = {
    "": "http://example.org/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
HEAD = "".join(f"PREFIX {prefix}: <{address}>\n" for prefix, address in PREFIXES.items())
CASES: dict[str, dict[str, Any]] = {
    f"{path.stem}: {case['name']}": case
    for path in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
}
NAMES = Graph()
for prefix, address in PREFIXES.items():
    NAMES.bind(prefix, address, replace=True)


@pytest.fixture(scope="module")
def engine() -> EmbeddedEngine:
    store = ox.Store()
    store.load(path=FOLDER / "data.trig", format=ox.RdfFormat.TRIG)
    return w3c_suite.engine_on(store)


def expected_rows(case: dict[str, Any], variables: tuple[str, ...]) -> tuple[w3c_suite.Row, ...]:
    """The rows of a case; `UNDEF` stands where nothing is bound."""
    rows = []
    for line in case["rows"]:
        cells = line.split(" | ")
        assert len(cells) == len(variables), line
        terms = {name: from_n3(cell, nsm=NAMES.namespace_manager) for name, cell in zip(variables, cells, strict=True)}
        rows.append({n: t for n, t in terms.items() if isinstance(t, Identifier) and str(t) != "UNDEF"})
    return tuple(rows)


def test_there_are_cases_for_every_section() -> None:
    assert len(CASES) > 90
    assert len(list(FOLDER.glob("*.yaml"))) == 11


@pytest.mark.parametrize("name", CASES)
def test_evaluation(name: str, engine: EmbeddedEngine) -> None:
    case = CASES[name]
    text = HEAD + case["query"]
    if "graph" in case:
        body = engine.answer(Query(text, format="ntriples")).body
        assert isomorphic(
            Graph().parse(data=body, format="nt"), Graph().parse(data=HEAD + case["graph"], format="turtle")
        )
        return
    ordered = re.search(r"\bORDER BY\b[^}]*$", text) is not None and not case.get("unordered")
    # rdflib drops the lines of TSV that say that nothing is bound.
    tsv = "rows" in case and "UNDEF" not in case["rows"]
    for format in ("json", "xml", "tsv") if tsv else ("json", "xml"):
        table = w3c_suite.table(engine.answer(Query(text, format=format)).body, format)
        if "truth" in case:
            assert table.truth is case["truth"]
        else:
            expected = replace(table, rows=expected_rows(case, table.variables))
            assert w3c_suite.same(table, expected, ordered=ordered), (format, table.rows, expected.rows)


def test_csv_has_values_without_types(engine: EmbeddedEngine) -> None:
    body = engine.answer(
        Query(f"{HEAD}SELECT ?v {{ VALUES ?v {{ :ada 1.5 'a,\"b' 'x'@en UNDEF }} }}", format="csv")
    ).body
    assert body == b'v\r\nhttp://example.org/ada\r\n1.5\r\n"a,""b"\r\nx\r\n\r\n'
