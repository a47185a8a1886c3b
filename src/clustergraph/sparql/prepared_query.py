"""What every engine does with a query before it runs: guard it, bind it, settle its form and format."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clustergraph.rdf import formats
from clustergraph.rdf.formats import Format
from clustergraph.sparql import federation_guard, tokens
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.errors import OutsideAddress, QuerySyntaxError, UnsupportedFormat
from clustergraph.sparql.query import Query

# A pair of backslash and any other character is passed over: in `"\\\\u0041"` the second backslash is escaped itself.
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_KEEP_ESCAPED = set("\"'\\<>{}|^`#")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query that may run."""

    text: str
    form: str
    format: Format
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    """The dataset, by the protocol or else by FROM and FROM NAMED; none at all means the engine's own."""
    columns: tuple[str, ...] = ()
    """For a `SELECT *`: the variables in order of first appearance, which is the order people expect."""
    original: str = ""
    """The query as it was given."""
    inserted: tuple[int, int] = (0, 0)
    """Where in `text` the bindings were put, and how many characters they take."""

    def located(self, error: QuerySyntaxError) -> QuerySyntaxError:
        """The same error with its line and column in the query as it was given."""
        if error.line is None or error.column is None:
            return error
        at = tokens.index(self.text, error.line, error.column)
        start, length = self.inserted
        at -= min(length, max(0, at - start))
        for found in _ESCAPE.finditer(self.original):
            if found.start() >= at:
                break
            at += len(found[0]) - len(_resolved(found))
        return QuerySyntaxError(error.message, *tokens.position(self.original, min(at, len(self.original))))


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
    original = query.text
    try:
        original.encode()
    except UnicodeEncodeError as error:
        place = tokens.position(original, error.start)
        raise QuerySyntaxError("half of a surrogate pair is not a character.", *place) from None
    text = unescape(original)
    form = tokens.form(text)
    if form == "UPDATE":
        raise QuerySyntaxError("This is an update; here only queries are answered (SELECT, ASK, CONSTRUCT, DESCRIBE).")
    if not text.strip():
        raise QuerySyntaxError("The query is empty.", 1, 1)
    kind: formats.Kind = "graph" if form in ("CONSTRUCT", "DESCRIBE") else "results"
    if form == "SELECT" and query.format in formats.WITH_GRAPHS:
        kind = "graph"  # of quads, if those are its variables
    chosen = formats.find(query.format, kind) if query.format else formats.of_kind(kind)[0]
    if chosen is None:
        names = ", ".join(one.name for one in formats.of_kind(kind))
        raise UnsupportedFormat(f"{form or 'A query'} cannot be answered as {query.format!r}; choose one of {names}.")
    for graph in (*query.default_graphs, *query.named_graphs):
        if graph not in graphs:
            raise OutsideAddress(
                f"No graph <{graph}> here, and this service fetches none from elsewhere. "
                "`SELECT DISTINCT ?g { GRAPH ?g {} }` lists the graphs there are.",
                graph,
                "FROM",
            )
    bound = text
    try:
        calls = federation_guard.check(text, graphs=graphs, allowed=allow, prefixes=prefixes)
        if query.bindings:
            bound = bind(text, dict(query.bindings))
    except QuerySyntaxError as error:
        raise Prepared(text, form, chosen, original=original).located(error) from None
    inserted = (tokens.pattern_start(text), len(bound) - len(text)) if query.bindings else (0, 0)
    default_graphs: Iterable[str] = query.default_graphs
    named_graphs: Iterable[str] = query.named_graphs
    if not default_graphs and not named_graphs:
        default_graphs = [call.address for call in calls if call.keyword == "FROM"]
        named_graphs = [call.address for call in calls if call.keyword == "FROM NAMED"]
    # Each once: the engine would read a graph that is named twice two times.
    merged, named = tuple(dict.fromkeys(default_graphs)), tuple(dict.fromkeys(named_graphs))
    return Prepared(bound, form, chosen, merged, named, tokens.columns(text), original, inserted)


def unescape(text: str) -> str:
    """The query with its \\u escapes resolved, as SPARQL 1.1 section 19.2 has it done before parsing.

    Escapes of characters that would mean something to the grammar stay: they can only stand in strings and IRIs, where
    the engine resolves them.

    >>> unescape(r"SELECT ?\\u0061 { ?s ?p '\\u0027' }")
    "SELECT ?a { ?s ?p '\\\\u0027' }"
    """
    return _ESCAPE.sub(_resolved, text) if "\\u" in text or "\\U" in text else text


def _resolved(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    code = int(digits, 16) if digits else 0
    if code <= 0x20 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or chr(code) in _KEEP_ESCAPED:
        return found[0]
    return chr(code)
