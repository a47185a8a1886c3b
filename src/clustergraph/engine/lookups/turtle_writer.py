"""Writing triples whose terms come again and again: put together of what was written once for each term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import pyoxigraph as ox

from clustergraph.rdf.graph_writer import TYPE
from clustergraph.rdf.turtle import TurtleTerms

FORMATS = ("turtle", "ntriples")
"""Names of the formats that are written here. In others, how a term is written depends on what stands around it."""

_END = " .\n"


class Written(NamedTuple):
    """A term as it is written."""

    ntriples: str
    turtle: str
    prefixes: int
    """The prefixes that Turtle has a use for, a bit for each."""
    predicate: str
    """The term as a predicate in Turtle."""
    order: str
    """By what statements are sorted that have it as their predicate."""
    kind: type
    """The engine's class of such terms."""


_Row = tuple[Written, Written, Written]


class Writer:
    """Writes triples to the bytes that `rdf.graph_writer.write` makes of them.

    `terms` are the engine's terms by what triples have in their place; `term` gives it for those that are not among
    them, which are not remembered.
    """

    def __init__(self, prefixes: Mapping[str, str], terms: Mapping[Any, Any], term: Callable[[Any], Any]) -> None:
        self._turtle_terms = TurtleTerms(prefixes)
        self._head = lru_cache(maxsize=256)(self._declare)  # 200 KB at most; to write one takes as long as an answer
        self._terms = {key: self._write(term) for key, term in terms.items()}
        self._term = term

    def write(self, triples: Iterable[tuple[Any, Any, Any]], name: str) -> bytes:
        """The triples in a format of FORMATS, without those that RDF does not know. Raises LookupError for others."""
        if name not in FORMATS:
            raise LookupError(name)
        known, unknown = self._terms.get, self._unknown
        keyed: dict[tuple[str, str, str], _Row] = {}
        for s, p, o in triples:
            subject, predicate, object = known(s) or unknown(s), known(p) or unknown(p), known(o) or unknown(o)
            if subject.kind is not ox.Literal and predicate.kind is ox.NamedNode:
                keyed[subject.ntriples, predicate.order, object.ntriples] = subject, predicate, object
        rows = [keyed[key] for key in sorted(keyed)]
        return (self._turtle(rows) if name == "turtle" else _ntriples(rows)).encode()

    def _turtle(self, rows: list[_Row]) -> str:
        parts: list[str] = []
        prefixes = 0
        last_subject = last_predicate = ""
        for subject, predicate, object in rows:
            if subject.ntriples != last_subject:
                parts.append(f"{_END if parts else ''}{subject.turtle} {predicate.predicate} ")
                prefixes |= subject.prefixes | (predicate.prefixes if predicate.order else 0)
            elif predicate.predicate != last_predicate:
                parts.append(f" ;\n\t{predicate.predicate} ")
                prefixes |= predicate.prefixes
            else:
                parts.append(" , ")
            parts.append(object.turtle)
            prefixes |= object.prefixes
            last_subject, last_predicate = subject.ntriples, predicate.predicate
        return f"{self._head(prefixes)}{''.join(parts)}{_END}" if rows else ""

    def _unknown(self, key: Any) -> Written:
        return self._write(self._term(key))

    def _write(self, node: Any) -> Written:
        used: set[str] = set()
        turtle, text = self._turtle_terms.write(node, used), str(node)
        prefixes = sum(1 << at for at, prefix in enumerate(self._turtle_terms.prefixes) if prefix in used)
        is_type = text == TYPE
        return Written(text, turtle, prefixes, "a" if is_type else turtle, "" if is_type else text, type(node))

    def _declare(self, prefixes: int) -> str:
        """The declarations of these prefixes."""
        names = self._turtle_terms.prefixes
        return self._turtle_terms.declare(prefix for at, prefix in enumerate(names) if prefixes >> at & 1)


def _ntriples(rows: list[_Row]) -> str:
    return "".join([f"{' '.join([term.ntriples for term in row])}{_END}" for row in rows])
