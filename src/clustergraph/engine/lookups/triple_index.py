"""The statements that look-ups walk along: in the engine's store or, for a small graph, in dictionaries.

A term is whatever the one or the other takes for it. Patterns have None where anything may stand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from itertools import chain, islice
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Any, Protocol

import pyoxigraph as ox

from clustergraph.engine.lookups.turtle_writer import Writer
from clustergraph.rdf import graph_writer
from clustergraph.rdf.formats import Format
from clustergraph.rdf.namespaces import XSD
from clustergraph.snapshots.statements import Statements
from clustergraph.text_cache import remembers_short

Term = Any
Triple = Sequence[Term]
"""Subject, predicate, object."""

MAX_CHARACTERS = 1 << 18
"""How much the terms of an answer may come to; a few long texts could be in many rows."""

_MERGED = ox.DefaultGraph()
_STRING = f"{XSD}string"
_SUBJECTS = (ox.NamedNode, ox.BlankNode, type(None))
_PREDICATES = (ox.NamedNode, type(None))


class TooLong(LookupError):
    """The terms of an answer are too long."""


class TripleIndex(Protocol):
    """Statements that can be looked up by their parts."""

    effort: int
    """What a look costs, in statements found."""

    def named(self, iri: str) -> Term:
        """The term of an IRI. Raises ValueError if it is none."""

    def matches(self, subject: Term | None, predicate: Term | None, object: Term | None, most: int) -> Sequence[Triple]:
        """The statements with these parts, or the first of them. Subject or object is given."""

    def column(self, terms: list[Term]) -> list[str]:
        """The terms as SPARQL 1.1 Query Results JSON has them. Raises TooLong, and LookupError for RDF 1.2's own."""

    def graph(self, triples: list[tuple[Term, Term, Term]], form: Format) -> bytes:
        """The triples in a format, each once, and without those that RDF does not know, such as of a literal.

        Raises LookupError if they are not written in that format here, and TooLong.
        """


class StoreIndex:
    """The statements of a store of any size. A look may have to read from the disk."""

    effort = 5

    def __init__(self, statements: Statements, prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self._store = statements.store
        self._literals = statements.literals
        self._prefixes = prefixes

    def named(self, iri: str) -> ox.NamedNode:
        return ox.NamedNode(iri)

    def matches(self, subject: Any, predicate: Any, object: Any, most: int) -> Sequence[Triple]:
        if not (isinstance(subject, _SUBJECTS) and isinstance(predicate, _PREDICATES)):
            return ()
        quads: Any = islice(self._store.quads_for_pattern(subject, predicate, object, _MERGED), most)
        return list(quads)

    def column(self, terms: list[Any]) -> list[str]:
        return _take_within_limit(map(_term, terms))

    def graph(self, triples: list[tuple[Any, Any, Any]], form: Format) -> bytes:
        buffer = BytesIO()
        _take_within_limit(map(str, chain.from_iterable(triples)))
        rdf_triples = [
            ox.Triple(*triple)
            for triple in triples
            if isinstance(triple[0], _SUBJECTS) and isinstance(triple[1], _PREDICATES)
        ]
        graph_writer.write(self._literals.restore_triples(rdf_triples, self._store, ()), form, buffer, self._prefixes)
        return buffer.getvalue()


def _take_within_limit(texts: Iterable[str]) -> list[str]:
    """The texts, no further than they come to `MAX_CHARACTERS`, however long the others are. Raises TooLong."""
    taken, characters_left = [], MAX_CHARACTERS
    for text in texts:
        characters_left -= len(text)
        if characters_left < 0:
            raise TooLong
        taken.append(text)
    return taken


class MemoryIndex:
    """All statements in dictionaries, each term as it is written: four times as quick as a store, for more memory.

    The engine lets other threads run when it is asked, and waiting for one's turn again takes longer than the answer.
    Raises LookupError if there are terms that RDF 1.2 added.

    >>> store = ox.Store()
    >>> store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))
    >>> statements = MemoryIndex(Statements(store))
    >>> statements.matches(statements.named("urn:a"), None, None, 10)[0][2]
    '{"type":"literal","value":"c"}'
    """

    effort = 1

    def __init__(self, statements: Statements, prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self._by_parts: dict[tuple[str | None, str | None, str | None], list[tuple[str, str, str]]] = {}
        self._all: set[tuple[str, str, str]] = set()
        self._cells_by_iri: dict[str, str] = {}
        self._forms: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
        cells: dict[Any, str] = {}
        for quad in statements.store.quads_for_pattern(None, None, None, _MERGED):
            triple = s, p, o = self._cells(quad.triple, cells)
            self._all.add(triple)
            # Whatever is given is a key, so that nothing is ever searched and no look takes longer than another.
            for key in (s, None, None), (s, p, None), (None, p, o), (None, None, o), (s, None, o):
                self._by_parts.setdefault(key, []).append(triple)
            for form in statements.literals.forms(quad):
                written = cells.setdefault(form, _term(form))
                self._forms.setdefault(triple, []).append((s, p, written))
        self._writer = Writer(prefixes, {cell: term for term, cell in cells.items()}, _named)

    def _cells(self, triple: ox.Triple, cells: dict[Any, str]) -> tuple[str, str, str]:
        """The parts of a statement, the same string for the same term."""
        parts = []
        for term in triple:
            cell = cells.get(term)
            if cell is None:
                cell = cells[term] = _term(term)
                if isinstance(term, ox.NamedNode):
                    self._cells_by_iri[term.value] = cell
            parts.append(cell)
        subject, predicate, object = parts
        return subject, predicate, object

    def named(self, iri: str) -> str:
        return self._cells_by_iri.get(iri) or _term(ox.NamedNode(iri))

    def matches(self, subject: Any, predicate: Any, object: Any, most: int) -> Sequence[Triple]:
        key = subject, predicate, object
        return [key] if key in self._all else self._by_parts.get(key, [])[:most]

    def column(self, terms: list[str]) -> list[str]:
        return terms

    def graph(self, triples: list[tuple[str, str, str]], form: Format) -> bytes:
        check_length(chain.from_iterable(triples))
        if not self._forms.keys().isdisjoint(triples):
            triples = [written for triple in triples for written in self._forms.get(triple, [triple])]
        return self._writer.write(triples, form.name)


def check_length(terms: Iterable[str]) -> None:
    """Raises TooLong if the terms of an answer come to more than `MAX_CHARACTERS`."""
    if sum(map(len, terms)) > MAX_CHARACTERS:
        raise TooLong


def _term(term: Any) -> str:
    kind = type(term)
    if kind is ox.NamedNode:
        return _name(term.value)
    if kind is ox.BlankNode:
        return f'{{"type":"bnode","value":{quoted(term.value)}}}'
    if kind is not ox.Literal or term.direction:
        raise LookupError(str(term))
    start = f'{{"type":"literal","value":{quoted(term.value)}'
    if term.language:
        return f'{start},"xml:lang":{quoted(term.language)}}}'
    datatype = term.datatype.value
    return f"{start}}}" if datatype == _STRING else f'{start},"datatype":{quoted(datatype)}}}'


def _named(cell: str) -> ox.NamedNode:
    """The IRI that `_term` wrote. What no statement has can only come from a query, which names IRIs only."""
    return ox.NamedNode(json.loads(cell)["value"])


@remembers_short  # predicates and classes come again and again
def _name(iri: str) -> str:
    return f'{{"type":"uri","value":{quoted(iri)}}}'
