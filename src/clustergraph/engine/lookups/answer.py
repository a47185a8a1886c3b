"""Look-ups: queries so small that the way to a reader and back would take many times longer than they do.

A look-up asks for what can be reached from the things it names, by patterns of statements and paths (see `simple`). It
walks from one statement to the next (see `walk`), and its time grows with its steps and with nothing else. That bounds
it without a process that can be ended: past `MOST_STEPS` it is broken off, and a reader answers instead.

The rows are written here rather than by the engine, to the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import MappingProxyType

from clustergraph.engine import formats
from clustergraph.engine.base import Answer
from clustergraph.engine.lookups import simple, walk
from clustergraph.engine.lookups.statements import Statements

MOST_STEPS = 500
"""How many statements and places a look-up may see; that takes about a millisecond."""

MOST_CHARACTERS = 1 << 18
"""How much the terms of an answer may come to; a few long texts could be in many rows."""

LONGEST = 4000
"""Characters of a query that is looked at; a longer one is hardly a look-up."""

_JSON = formats.of_kind("results")[0]


class Lookups:
    """Answers look-ups on statements in this process. Safe to use from several threads.

    `prefixes` are those that a query may use without declaring them.

    >>> import pyoxigraph as ox
    >>> from clustergraph.engine.lookups.statements import Stored
    >>> store = ox.Store()
    >>> store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))
    >>> Lookups(Stored(store)).answer("SELECT ?o { <urn:a> ?p ?o }").body.decode()
    '{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"c"}}]}}'
    """

    def __init__(self, statements: Statements, prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self._statements = statements
        self._prefixes = {f"{prefix}:": namespace for prefix, namespace in prefixes.items()}

    def answer(self, text: str) -> Answer | None:
        """The answer as JSON, or None if the query is no look-up or better left to a reader, as all that fail are."""
        begin = time.perf_counter()
        if len(text) > LONGEST:
            return None
        try:
            query = simple.read(text, self._prefixes, self._statements)
            parsed = time.perf_counter()
            names, rows = walk.solutions(self._statements, query, MOST_STEPS)
            places = [(name, names.index(name)) for name in query.columns if name in names]
            if query.distinct:
                rows = _distinct(rows, [at for _, at in places])
            if query.limit is not None and len(rows) > query.limit:
                return None
            columns = [(name, self._statements.column([row[at] for row in rows])) for name, at in places]
            if sum(len(term) for _, terms in columns for term in terms) > MOST_CHARACTERS:
                return None
        except (ValueError, LookupError, OSError):
            return None
        body = _written(query.columns, columns, len(rows))
        spent = {"parse": parsed - begin, "queue": 0.0, "evaluate": time.perf_counter() - parsed, "serialise": 0.0}
        return Answer(body, _JSON, "SELECT", spent)


def _distinct(rows: list[walk.Row], places: list[int]) -> list[walk.Row]:
    """The first of all rows that are the same at these places."""
    first: dict[walk.Row, walk.Row] = {}
    for row in rows:
        first.setdefault(tuple([row[at] for at in places]), row)
    return list(first.values())


def _written(names: list[str], columns: list[tuple[str, list[str]]], rows: int) -> bytes:
    """SPARQL 1.1 Query Results JSON, of the columns that have values and the names of all."""
    cells = [[f'"{name}":{term}' for term in terms] for name, terms in columns]
    lines = map(",".join, zip(*cells, strict=True)) if cells else [""] * rows
    bindings = f"{{{'},{'.join(lines)}}}" if rows else ""
    head = ",".join([f'"{name}"' for name in names])
    return f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()
