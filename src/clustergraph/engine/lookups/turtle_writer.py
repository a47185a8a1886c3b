"""Writing triples whose terms come again and again: put together of what the engine wrote once for each term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import cycle
from typing import Any, NamedTuple

import pyoxigraph as ox

from clustergraph.rdf.graph_writer import TYPE, used

FORMATS = ("turtle", "ntriples")
"""Names of the formats that are written here. In others, how a term is written depends on what stands around it."""

_START, _END = "_:s a ", " .\n"
_SUBJECTS = ox.BlankNode("s"), ox.BlankNode("t")


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
        self._prefixes = dict(prefixes)
        self._head = lru_cache(maxsize=16)(self._declare)
        self._terms = dict(zip(terms, self._write(list(terms.values())), strict=True))
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
        return next(self._write([self._term(key)]))

    def _write(self, nodes: list[Any]) -> Iterator[Written]:
        for node, turtle in zip(nodes, _objects(nodes, self._prefixes), strict=True):
            text = str(node)
            in_use = used(self._prefixes, text) if "<" in text else ()
            prefixes = sum(1 << at for at, prefix in enumerate(self._prefixes) if prefix in in_use) if in_use else 0
            is_type = text == TYPE
            yield Written(text, turtle, prefixes, "a" if is_type else turtle, "" if is_type else text, type(node))

    def _declare(self, prefixes: int) -> str:
        """The declarations of these prefixes, in the engine's order."""
        declared = {prefix: name for at, (prefix, name) in enumerate(self._prefixes.items()) if prefixes >> at & 1}
        return _turtle(_SUBJECTS[:1], declared).removesuffix(f"{_START}{_SUBJECTS[0]}{_END}")


def _objects(nodes: list[Any], prefixes: Mapping[str, str]) -> Iterable[str]:
    """The terms as Turtle writes them: what they are of is never the same twice, so each has a line for itself."""
    lines = _turtle(nodes, prefixes).split("\n")[-len(nodes) - 1 : -1]
    return [line[len(_START) : 1 - len(_END)] for line in lines]


def _turtle(nodes: Iterable[Any], prefixes: Mapping[str, str]) -> str:
    """A document that says something of each term; no prefix changes what comes before them there."""
    triples = [ox.Triple(subject, ox.NamedNode(TYPE[1:-1]), node) for subject, node in zip(cycle(_SUBJECTS), nodes)]
    document: Any = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes))
    return str(document, "utf-8")


def _ntriples(rows: list[_Row]) -> str:
    return "".join([f"{' '.join([term.ntriples for term in row])}{_END}" for row in rows])
