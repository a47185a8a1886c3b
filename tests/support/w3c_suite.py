"""The W3C SPARQL 1.1 tests: their manifests read, their expected results loaded, answers compared with them.

The tests lie next to the repository, in `../shared/w3c/sparql11`; where they do not, whoever needs them is skipped.
The manifests' vocabulary: https://www.w3.org/2009/sparql/docs/tests/README.html
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef, Variable
from rdflib.collection import Collection
from rdflib.query import Result
from rdflib.term import Identifier, Node

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.snapshots.snapshot import Snapshot

FOLDER = Path(__file__).parents[3] / "shared" / "w3c" / "sparql11"
ABSENT = "the W3C tests are not next to the repository (../shared/w3c/sparql11)"

# Every base is this address plus the file's path, so that no path of a machine is part of a result.
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")

Row = dict[str, Identifier]


@dataclass(frozen=True, slots=True)
class Case:
    """One test of a manifest."""

    name: str
    """`folder/fragment`, such as `aggregates/agg01`."""
    kind: str
    query: Path
    data: tuple[Path, ...] = ()
    graphs: tuple[Path, ...] = ()
    result: Path | None = None
    federated: bool = False

    @property
    def text(self) -> str:
        """The query, told its base as the tests want it: the address of the file that holds it."""
        with self.query.open(encoding="utf-8", newline="") as file:
            return f"BASE <{address(self.query)}> {file.read()}"


def cases(*kinds: str) -> list[Case]:
    """All tests of these kinds (names in the `mf:` namespace); none where the folder is absent."""
    if not FOLDER.is_dir():
        return []
    return [case for path in sorted(FOLDER.glob("*/manifest.ttl")) for case in _read(path) if case.kind in kinds]


def address(path: Path) -> str:
    """The public address of a test's file."""
    return BASE + path.resolve().relative_to(FOLDER.resolve()).as_posix()


def _read(manifest: Path) -> Iterator[Case]:
    base = address(manifest)
    graph = Graph().parse(manifest, format="turtle", publicID=base)

    def file(node: Node | None) -> Path:
        return FOLDER / str(node).removeprefix(BASE)

    listed = graph.value(URIRef(base), MF.entries)
    assert listed is not None, f"{manifest} lists no tests"
    for entry in Collection(graph, listed):
        action = graph.value(entry, MF.action)
        assert action is not None
        inner = graph.value(action, QT.query)
        result = graph.value(entry, MF.result)
        kind = graph.value(entry, RDF.type)
        yield Case(
            name=f"{manifest.parent.name}/{str(entry).rpartition('#')[2]}",
            kind=str(kind).removeprefix(str(MF)),
            query=file(inner or action),
            data=tuple(file(node) for node in graph.objects(action, QT.data)),
            graphs=tuple(file(node) for node in graph.objects(action, QT.graphData)),
            result=file(result) if isinstance(result, URIRef) else None,
            federated=manifest.parent.name == "service",
        )


def engine(case: Case) -> EmbeddedEngine:
    """An engine on the case's data: its default graph and its named graphs."""
    store = ox.Store()
    for path in case.data:
        _load(store, path, ox.DefaultGraph())
    for path in case.graphs:
        _load(store, path, ox.NamedNode(address(path)))
    return engine_on(store)


def engine_on(store: ox.Store) -> EmbeddedEngine:
    """An engine on a store in memory."""
    sizes = {
        str(graph.value): sum(1 for _ in store.quads_for_pattern(None, None, None, graph))
        for graph in store.named_graphs()
        if isinstance(graph, ox.NamedNode)
    }
    snapshot = Snapshot(Path("unused"), {"name": "w3c", "base": BASE, "graphs": sizes, "graphs_overlap": True})
    return EmbeddedEngine(snapshot, store=store)


def _load(store: ox.Store, path: Path, graph: ox.NamedNode | ox.DefaultGraph) -> None:
    store.load(path=path, format=_rdf_format(path), base_iri=address(path), to_graph=graph)


def _rdf_format(path: Path) -> ox.RdfFormat:
    found = ox.RdfFormat.from_extension(path.suffix.removeprefix("."))
    assert found is not None, path
    return found


# Results


@dataclass(frozen=True, slots=True)
class Table:
    """The solutions of a SELECT, or the truth value of an ASK."""

    variables: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    truth: bool | None = None
    ordered: bool = False


def expected_table(path: Path) -> Table:
    """The solutions or truth value in an expected result, whatever its format."""
    if path.suffix in (".ttl", ".rdf"):
        return _result_set(Graph().parse(path, publicID=address(path)))
    return table(path.read_bytes(), {".srx": "xml", ".srj": "json", ".tsv": "tsv"}[path.suffix])


def table(body: bytes, format: str) -> Table:
    """The solutions or truth value in serialised results (json, xml or tsv), read with rdflib."""
    if format == "json" and "boolean" in (found := json.loads(body)):
        return Table(truth=found["boolean"])
    result = Result.parse(io.BytesIO(body), format=format)
    if result.type == "ASK":
        return Table(truth=bool(result.askAnswer))
    variables = tuple(str(variable) for variable in result.vars or ())
    return Table(variables, tuple(_row(binding.items()) for binding in result.bindings))


def _row(items: Iterable[tuple[Variable, Identifier]]) -> Row:
    return {str(name): term for name, term in items if term is not None}


def _result_set(graph: Graph) -> Table:
    (root,) = graph.subjects(RDF.type, RS.ResultSet)
    truth = graph.value(root, RS.boolean)
    if isinstance(truth, Literal):
        return Table(truth=bool(truth.toPython()))
    found: list[tuple[int, Row]] = []
    for solution in graph.objects(root, RS.solution):
        index = graph.value(solution, RS["index"])
        row: Row = {}
        for binding in graph.objects(solution, RS.binding):
            value = graph.value(binding, RS.value)
            assert isinstance(value, Identifier)
            row[str(graph.value(binding, RS.variable))] = value
        found.append((int(str(index)) if index is not None else 0, row))
    ordered = any(index for index, _ in found)
    rows = tuple(row for _, row in sorted(found, key=lambda pair: pair[0]))
    return Table(tuple(str(name) for name in graph.objects(root, RS.resultVariable)), rows, ordered=ordered)


def csv_rows(body: bytes) -> tuple[list[str], list[list[str]]]:
    """The header and the sorted rows of a CSV result, with one name for all blank nodes: CSV says nothing of theirs."""
    header, *rows = csv.reader(io.StringIO(body.decode()))
    return header, sorted([["_:" if cell.startswith("_:") else cell for cell in row] for row in rows])


def same(found: Table, expected: Table, *, ordered: bool) -> bool:
    """Whether two tables say the same: one to one in blank nodes, in order where `ordered`."""
    if found.truth is not None or expected.truth is not None:
        return found.truth == expected.truth
    if set(found.variables) != set(expected.variables) or len(found.rows) != len(expected.rows):
        return False
    if ordered:
        return _mapping(list(zip(found.rows, expected.rows, strict=True))) is not None
    return _match(list(found.rows), list(expected.rows), {})


def _match(left: list[Row], right: list[Row], nodes: dict[BNode, BNode]) -> bool:
    if not left:
        return not right
    # Rows without blank nodes have one partner or none; taking them first keeps the search small.
    left = sorted(left, key=lambda row: sum(isinstance(term, BNode) for term in row.values()))
    for at, candidate in enumerate(right):
        mapped = _mapping([(left[0], candidate)], nodes)
        if mapped is not None and _match(left[1:], right[:at] + right[at + 1 :], mapped):
            return True
        if mapped is not None and mapped == nodes:
            return False  # equal terms: another partner would do no better
    return False


def _mapping(pairs: list[tuple[Row, Row]], nodes: dict[BNode, BNode] | None = None) -> dict[BNode, BNode] | None:
    """`nodes` extended so that each pair of rows is equal under it, or None if that cannot be."""
    mapped = dict(nodes or {})
    for left, right in pairs:
        if left.keys() != right.keys():
            return None
        for name in left:
            mine, theirs = left[name], right[name]
            if isinstance(mine, BNode) and isinstance(theirs, BNode):
                if mapped.setdefault(mine, theirs) != theirs:
                    return None
            elif not _equal(mine, theirs):
                return None
    if len(set(mapped.values())) != len(mapped):
        return None
    return mapped


def _equal(mine: Identifier, theirs: Identifier) -> bool:
    """Equal terms; numbers may be written differently, as the tests compare their values."""
    if isinstance(mine, Literal) and isinstance(theirs, Literal):
        if (mine.language or "").lower() != (theirs.language or "").lower():
            return False
        if mine.datatype != theirs.datatype:
            # RDF 1.1: a literal without a datatype is an xsd:string.
            kinds = {str(mine.datatype or ""), str(theirs.datatype or "")}
            return kinds == {"", "http://www.w3.org/2001/XMLSchema#string"} and str(mine) == str(theirs)
        return str(mine) == str(theirs) or (mine.value is not None and bool(mine.eq(theirs)))
    return mine == theirs
