"""Look-ups: queries so small that the way to a reader and back would take many times longer than they do.

A look-up asks for what can be reached from the things it names, by patterns of statements and paths (see `bgp_parser`).
It goes from one statement to the next (see `bgp_executor`), and its time grows with its steps and with nothing else.
That bounds it without a process that can be ended: past `MAX_STEPS` it is broken off, and a reader answers instead.

Answers are written here rather than by the engine, to the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from operator import itemgetter
from types import MappingProxyType

from clustergraph.engine.base import Answer
from clustergraph.engine.lookups import bgp_executor, bgp_parser
from clustergraph.engine.lookups.bgp_executor import Solutions
from clustergraph.engine.lookups.bgp_parser import LookupQuery, Pattern, Step, Variable
from clustergraph.engine.lookups.triple_index import Term, TripleIndex, check_length
from clustergraph.rdf import formats
from clustergraph.rdf.formats import Format
from clustergraph.sparql.engine_differences import find_differences
from clustergraph.sparql.query import Query

MAX_STEPS = 500
"""How many statements and places a look-up may see; that takes about a millisecond."""

MAX_TRIPLES = 1000
"""How many triples a look-up may construct, counting each as often as it is made."""

MAX_QUERY_CHARACTERS = 4000
"""Characters of a query that is looked at; a longer one is hardly a look-up."""

_RESULTS, _GRAPHS = ({form.name: form for form in formats.of_kind(kind)} for kind in ("results", "graph"))
_FORMATS: dict[str, dict[str | None, Format]] = {
    "SELECT": {None: _RESULTS["json"], "json": _RESULTS["json"]},
    "ASK": {None: _RESULTS["json"], "json": _RESULTS["json"]},
    "CONSTRUCT": {None: _GRAPHS["turtle"]} | _GRAPHS,
}
"""The formats by the names of them that may be wished for."""


class TooManyRows(LookupError):
    """There are more rows than the query asks for, and which of them are first the engine says; or too many triples."""


class LookupEngine:
    """Answers look-ups on statements in this process. Safe to use from several threads.

    `prefixes` are those that a query may use without declaring them.

    >>> import pyoxigraph as ox
    >>> from clustergraph.engine.lookups.triple_index import StoreIndex
    >>> from clustergraph.snapshots.statements import Statements
    >>> store = ox.Store()
    >>> store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))
    >>> lookups = LookupEngine(StoreIndex(Statements(store)))
    >>> lookups.answer(Query("SELECT ?o { <urn:a> ?p ?o }")).body.decode()
    '{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"c"}}]}}'
    >>> lookups.answer(Query("CONSTRUCT WHERE { <urn:a> ?p ?o }", format="ntriples")).body.decode()
    '<urn:a> <urn:b> "c" .\\n'
    """

    def __init__(self, statements: TripleIndex, prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self._statements = statements
        self._prefixes = {f"{prefix}:": namespace for prefix, namespace in prefixes.items()}

    def answer(self, query: Query) -> Answer | None:
        """The answer, or None if the query is no look-up or better left to a reader, as all that fail are."""
        begin = time.perf_counter()
        if query.bindings or query.default_graphs or query.named_graphs or len(query.text) > MAX_QUERY_CHARACTERS:
            return None
        try:
            lookup = bgp_parser.parse(query.parsed, self._prefixes, self._statements)
            form = _FORMATS[lookup.form][query.format]
            parsed = time.perf_counter()
            limit = None if lookup.distinct else lookup.limit
            solutions = bgp_executor.find_solutions(self._statements, lookup.groups, MAX_STEPS, limit)
            walked = time.perf_counter()
            if lookup.form == "SELECT":
                body = self._write_rows(lookup, solutions)
            elif lookup.form == "ASK":
                body = b'{"head":{},"boolean":%s}' % (b"true" if any(rows for _, rows in solutions) else b"false")
            else:
                body = self._statements.graph(_construct_triples(lookup, solutions), form)
        except (ValueError, LookupError, OSError, RuntimeError):  # the last two of a damaged store
            return None
        spent = {"parse": parsed - begin, "queue": 0.0, "evaluate": walked - parsed}
        repeats = any(step.repeat in ("*", "?") for group in lookup.groups for step in _list_steps(group))
        differences = find_differences(query.parsed.text, lookup.form) if repeats else ()
        return Answer(body, form, lookup.form, {**spent, "serialise": time.perf_counter() - walked}, differences)

    def _write_rows(self, lookup: LookupQuery, solutions: list[Solutions]) -> bytes:
        """SPARQL 1.1 Query Results JSON. Raises TooManyRows."""
        parts = []
        for names, rows in solutions:
            places = [(name, names.index(name)) for name in lookup.columns if name in names]
            columns = [(name, self._statements.column([row[at] for row in rows])) for name, at in places]
            parts.append((columns, len(rows)))
            check_length(chain.from_iterable(terms for _, terms in columns))
        lines = [line for columns, number in parts for line in _write_lines(columns, number)]
        if lookup.distinct:
            lines = list(dict.fromkeys(lines))
        _check_number(len(lines), lookup.limit)
        bindings = f"{{{'},{'.join(lines)}}}" if lines else ""
        head = ",".join([f'"{name}"' for name in lookup.columns])
        return f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def _list_steps(group: Iterable[Pattern]) -> Iterator[Step]:
    """The steps of all paths of a group."""
    return chain.from_iterable(part.predicate for part in group if isinstance(part.predicate, tuple))


def _write_lines(columns: list[tuple[str, list[str]]], rows: int) -> Iterable[str]:
    """What rows bind, of those columns that have values."""
    cells = [[f'"{name}":{term}' for term in terms] for name, terms in columns]
    return map(",".join, zip(*cells, strict=True)) if cells else [""] * rows


def _construct_triples(lookup: LookupQuery, solutions: list[Solutions]) -> list[tuple[Term, Term, Term]]:
    """The triples of the template, for each row those whose variables have values. Raises TooManyRows."""
    _check_number(sum(len(rows) for _, rows in solutions), lookup.limit)
    triples: list[tuple[Term, Term, Term]] = []
    for names, rows in solutions:
        for pattern in lookup.template:
            if any(isinstance(part, Variable) and part not in names for part in pattern):
                continue
            # What is named in the template comes after what is found.
            places = [names.index(part) if part in names else len(names) + at for at, part in enumerate(pattern)]
            filled = itemgetter(*places)
            triples += [filled(row + pattern) for row in rows]
            _check_number(len(triples), MAX_TRIPLES)
    return triples


def _check_number(number: int, most: int | None) -> None:
    if most is not None and number > most:
        raise TooManyRows
