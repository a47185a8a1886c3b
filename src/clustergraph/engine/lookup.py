"""Look-ups: queries so small that the way to a reader and back would take many times longer than they do.

A look-up asks for the matches of one pattern of statements in which the subject or the object is given. Each match is
found by the index and written at once, so the time it takes grows with the rows it gives and with nothing else. That
bounds it without a process that can be ended: past `MOST_ROWS` it is broken off, and a reader answers instead.

The rows are read and written here rather than by the engine, to the same bytes. The engine would let other threads run
several times in between, and waiting for one's turn again takes longer than the rest.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from json.encoder import encode_basestring as quoted
from types import MappingProxyType
from typing import Any

import pyoxigraph as ox

from clustergraph.engine import formats, syntax
from clustergraph.engine.base import Answer
from clustergraph.namespaces import RDF, XSD

MOST_ROWS = 500
"""How many rows a look-up may give; they take about half a millisecond."""

LONGEST = 4000
"""Characters of a query that is looked at; a longer one is hardly a look-up."""

_GAP = r"(?:[ \t\r\n]|\#[^\r\n]*+(?=[\r\n]))*+"
_NAME = f"(?:{syntax.IRI}|{syntax.PNAME})"
_VARIABLE = rf"{syntax.VARIABLE}+"  # the last quantifier made possessive: a name ends in one place only


def _spaced(*parts: str) -> str:
    return _GAP.join(parts)


_DECLARATION = _spaced("PREFIX", rf"(?:{syntax.PREFIX})?:", syntax.IRI, "")
# No DISTINCT, no OFFSET, no filter: with these, the engine may read on for long and write nothing.
_LOOKUP = re.compile(
    _GAP
    + f"(?P<prologue>(?:{_DECLARATION})*+)"
    + _spaced(
        "SELECT",
        rf"(?P<columns>\*|(?:{_VARIABLE}{_GAP})++)",
        r"(?:WHERE)?",
        r"\{",
        rf"(?P<s>{_NAME}|{_VARIABLE})",
        rf"(?P<p>{_NAME}|{_VARIABLE}|(?-i:a)(?=[ \t\r\n<?$]))",
        rf"(?P<o>{_NAME}|{_VARIABLE})",
        r"\.?",
        r"\}",
        r"(?:LIMIT[ \t\r\n]+(?P<limit>[0-9]{1,9}))?",
        "",
    )
    + r"(?:\#[^\r\n]*+)?",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    _spaced("PREFIX", rf"(?P<prefix>(?:{syntax.PREFIX})?:)", f"(?P<iri>{syntax.IRI})"), re.IGNORECASE
)
_COLUMN = re.compile(_VARIABLE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_JSON = formats.of_kind("results")[0]
_STRING = f"{XSD}string"


class Lookups:
    """Answers look-ups on one store in this process. Safe to use from several threads.

    `prefixes` are those that a query may use without declaring them.

    >>> store = ox.Store()
    >>> store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))
    >>> Lookups(store).answer("SELECT ?o { <urn:a> ?p ?o }").body.decode()
    '{"head":{"vars":["o"]},"results":{"bindings":[{"o":{"type":"literal","value":"c"}}]}}'
    """

    def __init__(self, store: ox.Store, prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self._store = store
        self._prefixes = {f"{prefix}:": namespace for prefix, namespace in prefixes.items()}

    def answer(self, text: str) -> Answer | None:
        """The answer as JSON, or None if the query is no look-up or better left to a reader, as all that fail are."""
        begin = time.perf_counter()
        found = _LOOKUP.fullmatch(text) if len(text) <= LONGEST else None
        if found is None:
            return None
        pattern = [found["s"], found["p"], found["o"]]
        asked = [part[1:] if part[0] in "?$" else "" for part in pattern]
        names = [name for name in asked if name]
        # A variable that stands twice is a filter, and with nothing given at its ends a pattern is no look-up.
        if len(set(names)) < len(names) or (asked[0] and asked[2]):
            return None
        columns = names if found["columns"] == "*" else [name[1:] for name in _COLUMN.findall(found["columns"])]
        if len(set(columns)) < len(columns) or not names:
            return None
        try:
            given = [
                None if name else ox.NamedNode(self._iri(part, found["prologue"]))
                for part, name in zip(pattern, asked, strict=True)
            ]
            parsed = time.perf_counter()
            body = self._read(given, asked, columns, int(found["limit"] or MOST_ROWS + 1))
        except (ValueError, LookupError, OSError):
            return None
        spent = {"parse": parsed - begin, "queue": 0.0, "evaluate": time.perf_counter() - parsed, "serialise": 0.0}
        return None if body is None else Answer(body, _JSON, "SELECT", spent)

    def _iri(self, name: str, prologue: str) -> str:
        """The IRI that a name stands for. Raises LookupError where only the engine can tell."""
        if name == "a":
            return f"{RDF}type"
        if name[0] == "<":
            iri = name[1:-1]
        else:
            prefix, _, local = name.partition(":")
            declared = {one["prefix"]: one["iri"][1:-1] for one in _DECLARED.finditer(prologue)}
            iri = (declared.get(f"{prefix}:") or self._prefixes[f"{prefix}:"]) + local
        if "\\" in iri or not _ABSOLUTE.match(iri):
            raise LookupError(iri)
        return iri

    def _read(self, given: list[Any], asked: list[str], columns: list[str], limit: int) -> bytes | None:
        subject, predicate, object = given
        matches = self._store.quads_for_pattern(subject, predicate, object, ox.DefaultGraph())
        quads = list(islice(matches, min(limit, MOST_ROWS + 1)))
        if len(quads) > MOST_ROWS:
            return None
        places = [(name, asked.index(name)) for name in columns if name in asked]
        cells = [
            [
                f'"{name}":{_node(term) if type(term) is ox.NamedNode else _term(term)}'
                for term in [quad[place] for quad in quads]
            ]
            for name, place in places
        ]
        rows = "},{".join(map(",".join, zip(*cells, strict=True)) if cells else ("" for _ in quads))
        bindings = f"{{{rows}}}" if quads else ""
        head = ",".join(f'"{name}"' for name in columns)
        return f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()


def _term(term: Any) -> str:
    """A term of SPARQL 1.1 Query Results JSON. Raises LookupError for those that RDF 1.2 added."""
    kind = type(term)
    if kind is ox.NamedNode:
        return f'{{"type":"uri","value":{quoted(term.value)}}}'
    if kind is ox.BlankNode:
        return f'{{"type":"bnode","value":{quoted(term.value)}}}'
    if kind is not ox.Literal or term.direction:
        raise LookupError(str(term))
    start = f'{{"type":"literal","value":{quoted(term.value)}'
    if term.language:
        return f'{start},"xml:lang":{quoted(term.language)}}}'
    datatype = term.datatype.value
    return f"{start}}}" if datatype == _STRING else f'{start},"datatype":{quoted(datatype)}}}'


# Predicates and classes come again and again. Literals do not, and may be long.
_node = lru_cache(maxsize=4096)(_term)
