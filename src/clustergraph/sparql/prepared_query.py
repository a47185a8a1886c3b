"""What every engine does with a query before it runs: guard it, bind it, settle its form and format."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clustergraph.rdf import formats
from clustergraph.rdf.formats import Format
from clustergraph.sparql import federation_guard, tokens
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.errors import OutsideAddress, QuerySyntaxError, UnsupportedFormat
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that may run."""

    text: str
    form: str
    format: Format
    original: ParsedQuery
    """The query as it was given."""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    """The dataset, by the protocol or else by FROM and FROM NAMED; none at all means the engine's own."""
    columns: tuple[str, ...] = ()
    """For a `SELECT *`: the variables in order of first appearance, which is the order people expect."""
    inserted: tuple[int, int] = (0, 0)
    """Where in `text` the bindings were put, and how many characters they take."""

    def located(self, error: QuerySyntaxError) -> QuerySyntaxError:
        """The same error with its line and column in the query as it was given."""
        if error.line is None or error.column is None:
            return error
        at = tokens.index(self.text, error.line, error.column)
        start, length = self.inserted
        at -= min(length, max(0, at - start))
        return QuerySyntaxError(error.message, *self.original.locate(at))


def prepare(
    query: Query,
    *,
    graphs: Collection[str] = (),
    prefixes: Mapping[str, str] = MappingProxyType({}),
    allow: Collection[str] = (),
) -> Prepared:
    """Check and complete a query on a dataset of these named graphs, which needs no declaration of these prefixes.

    `allow` has the addresses that it may reach. Raises QuerySyntaxError, OutsideAddress, UnsupportedFormat or
    EvaluationError.
    """
    parsed = query.parsed
    try:
        parsed.original.encode()
    except UnicodeEncodeError as error:
        place = tokens.position(parsed.original, error.start)
        raise QuerySyntaxError("half of a surrogate pair is not a character.", *place) from None
    form = parsed.form
    if form == "UPDATE":
        raise QuerySyntaxError("This is an update; here only queries are answered (SELECT, ASK, CONSTRUCT, DESCRIBE).")
    if not parsed.text.strip():
        raise QuerySyntaxError("The query is empty.", 1, 1)
    kind: formats.Kind = "graph" if form in ("CONSTRUCT", "DESCRIBE") else "results"
    if form == "SELECT" and query.format in formats.WITH_GRAPHS:
        kind = "graph"  # of quads, if those are its variables
    chosen = formats.find(query.format, kind) if query.format else formats.of_kind(kind)[0]
    if chosen is None:
        names = ", ".join(allowed_format.name for allowed_format in formats.of_kind(kind))
        raise UnsupportedFormat(f"{form or 'A query'} cannot be answered as {query.format!r}; choose one of {names}.")
    for graph in (*query.default_graphs, *query.named_graphs):
        if graph not in graphs:
            raise OutsideAddress(f"No {federation_guard.UNKNOWN_GRAPH.format(graph)}", graph, "FROM")
    bound, inserted = parsed.text, (0, 0)
    try:
        calls = federation_guard.check(parsed.references, graphs=graphs, allowed=allow, prefixes=prefixes)
        if query.bindings:
            bound = bind(parsed, dict(query.bindings))
            inserted = (parsed.pattern_start, len(bound) - len(parsed.text))
    except QuerySyntaxError as error:
        raise Prepared(parsed.text, form, chosen, parsed).located(error) from None
    default_graphs: Iterable[str] = query.default_graphs
    named_graphs: Iterable[str] = query.named_graphs
    if not default_graphs and not named_graphs:
        default_graphs = [call.address for call in calls if call.keyword == "FROM"]
        named_graphs = [call.address for call in calls if call.keyword == "FROM NAMED"]
    # Each once: the engine would read a graph that is named twice two times.
    distinct_defaults, distinct_named = tuple(dict.fromkeys(default_graphs)), tuple(dict.fromkeys(named_graphs))
    return Prepared(bound, form, chosen, parsed, distinct_defaults, distinct_named, parsed.columns, inserted)
