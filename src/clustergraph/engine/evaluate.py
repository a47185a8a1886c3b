"""One query on one open store, serialised as it comes. Runs in the caller's process or in a reader's."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pyoxigraph as ox

from clustergraph.rdf import graph_writer
from clustergraph.rdf.formats import QUAD, WITH_GRAPHS, Format, of_kind
from clustergraph.rdf.rdfxml import NOT_IN_XML
from clustergraph.snapshots.written_literals import WrittenLiterals
from clustergraph.sparql import query_rewriting
from clustergraph.sparql.engine_differences import Difference, adapt
from clustergraph.sparql.error_messages import explain
from clustergraph.sparql.errors import ResultTooLarge, UnsupportedFormat
from clustergraph.sparql.parsed_query import ParsedQuery

RESULTS = {form.name: ox.QueryResultsFormat.from_media_type(form.media_type) for form in of_kind("results")}

_EMPTY = ox.Store()


class Sink(io.RawIOBase):
    """Takes bytes up to a limit, and remembers when the first came."""

    def __init__(self, limit: int | None) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self.limit = limit
        self.first_write: float | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        if self.first_write is None:
            self.first_write = time.perf_counter()
        self.size += len(data)
        if self.limit is not None and self.size > self.limit:
            raise ResultTooLarge(self.limit)
        self.parts.append(bytes(data))
        return len(data)


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a query needs to know of the store it runs on."""

    prefixes: dict[str, str] = field(default_factory=dict)
    graphs_overlap: bool = True
    literals: WrittenLiterals = field(default_factory=WrittenLiterals)


class Evaluated(NamedTuple):
    """An answer, the seconds spent in `evaluate` and `serialise`, and where it may not be the one of the standard."""

    body: bytes
    timings: dict[str, float]
    differences: tuple[Difference, ...]


def evaluate(
    store: ox.Store,
    text: str,
    form: Format,
    *,
    dataset: Dataset = Dataset(),
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    max_bytes: int | None = None,
    columns: Sequence[str] = (),
) -> Evaluated:
    """The serialised answer; the query is rewritten first where the engine departs from the standard.

    Without graphs the query sees the store's default graph, which holds the merge of all named graphs. With graphs,
    they are the dataset, whatever the text says after FROM. `max_bytes` bounds the answer. `columns` is the order of
    the variables of a `SELECT *`. Raises the errors of `sparql.errors`.
    """
    begin = time.perf_counter()
    sink = Sink(max_bytes)
    whole_store = store
    mended, differences = adapt(text, ParsedQuery(text).form, dataset.prefixes)
    try:
        options: dict[str, Any] = {}
        if default_graphs or named_graphs:
            options["default_graph"] = [ox.NamedNode(graph) for graph in default_graphs]
            options["named_graphs"] = [ox.NamedNode(graph) for graph in named_graphs]
            if dataset.graphs_overlap and len(default_graphs) > 1:
                store = _merge(store, options["default_graph"], options["named_graphs"])
                options["default_graph"] = ox.DefaultGraph()
        selected = _with_columns(mended.text, columns, dataset.prefixes) if columns else mended.text
        results = _query(store, selected, dataset.prefixes, options)
        if dataset.literals:
            graphs = [ox.NamedNode(graph) for graph in (*default_graphs, *named_graphs)]
            results = _as_written(results, form, dataset.literals, whole_store, graphs)
        serialise(results, form, sink, dataset.prefixes)
    except (ResultTooLarge, MemoryError):
        raise
    except Exception as error:
        raise mended.locate(explain(error, mended.text, dataset.prefixes), text) from error
    end = time.perf_counter()
    first_write = sink.first_write or end
    timings = {"evaluate": first_write - begin, "serialise": end - first_write}
    return Evaluated(b"".join(sink.parts), timings, differences)


def _query(store: ox.Store, text: str, prefixes: dict[str, str], options: dict[str, Any]) -> Any:
    """The engine's results. The dataset's prefixes are given only where the text needs them: reading them takes longer
    than looking a thing up."""
    try:
        return store.query(text, **options)
    except SyntaxError:
        return store.query(text, prefixes=prefixes, **options)


def _as_written(
    results: Any, form: Format, literals: WrittenLiterals, store: ox.Store, graphs: Sequence[ox.NamedNode]
) -> Any:
    """The results; statements of the graphs among them have their literals as the files write them."""
    if isinstance(results, ox.QueryTriples):
        return list(literals.restore_triples(results, store, graphs))
    if form.name in WITH_GRAPHS and _are_quads(results):
        return list(literals.restore(map(_quad, results)))
    return results


def serialise(results: Any, form: Format, sink: Sink, prefixes: dict[str, str]) -> None:
    """Write an engine's results, or a list of statements. Raises UnsupportedFormat where the format has no way to."""
    if isinstance(results, (ox.QueryTriples, list)):
        if form.kind != "graph":
            raise UnsupportedFormat(f"A CONSTRUCT or DESCRIBE gives triples, which {form.label} cannot hold.")
        _write_graph(results, form, sink, prefixes)
    elif form.name in WITH_GRAPHS and _are_quads(results):
        _write_graph(map(_quad, results), form, sink, prefixes)
    elif form.kind != "results":
        raise UnsupportedFormat(f"A SELECT or ASK gives solutions, which {form.label} cannot hold.")
    else:
        _write_results(results, form, sink)


def _write_results(results: Any, form: Format, sink: Sink) -> None:
    results.serialize(sink, RESULTS[form.name])
    if form.name != "xml":
        return
    body = b"".join(sink.parts)
    text = body.decode()
    if match := NOT_IN_XML.search(text):
        start = text.rfind(">", 0, match.start()) + 1
        value = text[start : text.find("<", start)]
        variable = text[text.rfind('name="', 0, start) :].split('"', 2)[1]
        raise UnsupportedFormat(
            f"{form.label} cannot hold the character U+{ord(match[0]):04X}, as in {value[:100]!r}, a value of "
            f"?{variable}. Ask for {', '.join(other.label for other in of_kind('results') if other != form)} instead."
        )
    # A parser of XML makes a line feed of a carriage return that is not escaped.
    sink.parts = [body.replace(b"\r", b"&#13;")]


def _write_graph(rows: Any, form: Format, sink: Sink, prefixes: dict[str, str]) -> None:
    try:
        graph_writer.write(rows, form, sink, prefixes)
    except graph_writer.UnsupportedStatement as error:
        raise UnsupportedFormat(str(error)) from None


def _are_quads(results: Any) -> bool:
    return isinstance(results, ox.QuerySolutions) and tuple(variable.value for variable in results.variables) == QUAD


def _quad(solution: Any) -> ox.Quad:
    graph, subject, predicate, object = solution
    return ox.Quad(subject, predicate, object, graph or ox.DefaultGraph())


def _merge(store: ox.Store, default_graphs: Sequence[ox.NamedNode], named_graphs: Sequence[ox.NamedNode]) -> ox.Store:
    """A copy in memory whose default graph is the merge of the one graphs and whose named graphs are the others.

    The engine's own merge repeats a triple that stands in two of them, and a count would be wrong.
    """
    copy = ox.Store()
    for graph in default_graphs:
        quads = store.quads_for_pattern(None, None, None, graph)
        copy.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    for graph in named_graphs:
        copy.add_graph(graph)
        copy.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return copy


def _with_columns(text: str, columns: Sequence[str], prefixes: dict[str, str]) -> str:
    """A `SELECT *` with its variables instead of the star, in the order of `columns`.

    Which variables those are the engine says when it is asked on an empty store. It may evaluate VALUES and sort them,
    so this belongs where the query is evaluated, too.
    """
    query = ParsedQuery(text)
    if query.star is None or "SERVICE" in text.upper():  # the question would go out to the service twice
        return text
    try:
        names = [variable.value for variable in _query(_EMPTY, text, prefixes, {}).variables]
    except Exception:
        return text  # whatever is wrong with it, the real query says it better
    if not names:
        return text
    order = {name: index for index, name in enumerate(columns)}
    return query_rewriting.with_columns(query, sorted(names, key=lambda name: order.get(name, len(order))))
