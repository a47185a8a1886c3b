"""Turtle and TriG as all parsers of the field read them.

The grammar allows more than they all read: rdflib stops at a local name that ends in an escaped dot, and takes the
leading zero from the number 01. So names with anything but ASCII letters, digits, `_` and `-` are full IRIs, and a
number goes without quotes only in the form that every parser gives back.

Source: RDF 1.1 Turtle, section 6.5; RDF 1.1 TriG, section 4; RDF 1.2 for triple terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyoxigraph as ox

from clustergraph.rdf.namespaces import RDF, XSD

TYPE = f"{RDF}type"

_PREFIX = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*)?")
_LOCAL = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_-]*)?")
_BARE = {
    f"{XSD}{name}": re.compile(pattern)
    for name, pattern in {
        "boolean": r"true|false",
        "integer": r"0|-?[1-9][0-9]*",
        "decimal": r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,6}",
        "double": r"-?[0-9]{1,15}\.[0-9]{1,15}E-?[0-9]{1,3}",
    }.items()
}
_STRING = f"{XSD}string"
MAX_REMEMBERED_NAMES = 100_000
_END, _END_OF_GRAPH = " .\n", " .\n}\n"


class TurtleTerms:
    """Writes terms with some prefixes. Safe to use from several threads."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = {
            prefix: namespace
            for prefix, namespace in sorted(prefixes.items())
            if namespace and _PREFIX.fullmatch(prefix)
        }
        """Those that can be declared everywhere, by name, so that every engine gives the same bytes."""
        self._longest_first = sorted(self.prefixes.items(), key=lambda item: -len(item[1]))
        self._names: dict[str, tuple[str, str | None]] = {}

    def write(self, term: Any, used: set[str]) -> str:
        """The term; the prefixes that it is written with are added to `used`."""
        kind = type(term)
        if kind is ox.NamedNode:
            return self._write_iri(term.value, used)
        if kind is ox.Literal:
            datatype = term.datatype.value
            if term.language or datatype == _STRING:
                return str(term)
            bare = _BARE.get(datatype)
            if bare and bare.fullmatch(term.value):
                return str(term.value)
            return f"{ox.Literal(term.value)}^^{self._write_iri(datatype, used)}"
        if kind is ox.Triple:
            parts = (self.write(part, used) for part in (term.subject, term.predicate, term.object))
            return f"<<( {' '.join(parts)} )>>"
        return str(term)

    def write_verb(self, predicate: Any, used: set[str]) -> str:
        """The predicate of a statement."""
        return "a" if predicate.value == TYPE else self._write_iri(predicate.value, used)

    def declare(self, used: Iterable[str]) -> str:
        """The declarations of these prefixes, by name."""
        wanted = set(used)
        return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in self.prefixes.items() if name in wanted)

    def _write_iri(self, iri: str, used: set[str]) -> str:
        name = self._names.get(iri)
        if name is None:
            if len(self._names) > MAX_REMEMBERED_NAMES:
                self._names.clear()
            name = self._names[iri] = self._name(iri)
        text, prefix = name
        if prefix is not None:
            used.add(prefix)
        return text

    def _name(self, iri: str) -> tuple[str, str | None]:
        for prefix, namespace in self._longest_first:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri, len(namespace)):
                return f"{prefix}:{iri[len(namespace) :]}", prefix
        return f"<{iri}>", None


def write_rows(rows: Iterable[Any], terms: TurtleTerms, used: set[str]) -> Iterator[str]:
    """Triples as Turtle, or quads as TriG, without the declarations of prefixes.

    What stands together is written together, so statements of one graph and of one subject are to follow each other.
    """
    graph: Any = None
    indent = subject = verb = ""
    for row in rows:
        if type(row) is ox.Quad and row.graph_name != graph:
            if subject:
                yield _END_OF_GRAPH if indent else _END
            graph, subject, indent = row.graph_name, "", ""
            if type(graph) is not ox.DefaultGraph:
                yield f"{terms.write(graph, used)} {{\n"
                indent = "\t"
        own_subject, own_verb = terms.write(row.subject, used), terms.write_verb(row.predicate, used)
        if own_subject != subject:
            yield f"{_END if subject else ''}{indent}{own_subject} {own_verb} "
        elif own_verb != verb:
            yield f" ;\n\t{indent}{own_verb} "
        else:
            yield " , "
        yield terms.write(row.object, used)
        subject, verb = own_subject, own_verb
    if subject:
        yield _END_OF_GRAPH if indent else _END
