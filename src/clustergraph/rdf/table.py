"""A result column by column, each distinct term once.

A result repeats itself: 50,000 rows of clusters and countries have 26 countries in them. So a column is the list of its
distinct terms and, for each row, the place of its term in that list. A term is read, named and converted once, however
often it comes. TSV is the form that gets here fastest: two splits in C cut a whole result into cells, and each cell
tells its datatype and language (SPARQL 1.1 Query Results CSV and TSV Formats, section 4).
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import Term, to_python, to_term
from clustergraph.rdf.quoting import unquote

LABEL = "Label"
"""The ending of a column's name: `xLabel` has the names of the things in the column `x`."""


Row = Mapping[str, Term]
"""A solution: terms by variable; a variable without a value is missing."""


@dataclass(frozen=True, slots=True)
class Column:
    """`terms` are the distinct ones, None for unbound among them; `codes` has a place in them for each row."""

    terms: Sequence[Term | None]
    codes: array[int]

    def __getitem__(self, rows: slice) -> Column:
        return Column(self.terms, self.codes[rows])

    def named(self, names: Mapping[str, str]) -> Column:
        """The column with names in the place of IRIs, and nothing in the place of what has none."""
        labels = [names.get(term.text) if term is not None and term.kind == "uri" else None for term in self.terms]
        return Column([None if name is None else Term("literal", name) for name in labels], self.codes)

    def values(self) -> Iterator[Any]:
        """The value of each row; equal terms give the same object."""
        return map([to_python(term) for term in self.terms].__getitem__, self.codes)


@dataclass(frozen=True, slots=True)
class Table:
    """The columns by name, all of the length `size`."""

    columns: Mapping[str, Column]
    size: int

    @classmethod
    def of_tsv(cls, body: bytes) -> Table:
        r"""Read SPARQL TSV.

        >>> table = Table.of_tsv(b'?a\t?b\n<urn:x>\t7\n<urn:x>\t\n')
        >>> table.values()
        [(rdflib.term.URIRef('urn:x'), 7), (rdflib.term.URIRef('urn:x'), None)]
        """
        head, _, lines = body.decode().partition("\n")
        names = [name.removeprefix("?") for name in head.split("\t")] if head else []
        size = lines.count("\n")
        if not names:
            return cls({}, size)
        cells = lines[:-1].replace("\n", "\t").split("\t") if size else []
        return cls({name: _read_column(cells[place :: len(names)]) for place, name in enumerate(names)}, size)

    @classmethod
    def of_json(cls, body: bytes) -> Table:
        """Read SPARQL JSON."""
        document = json.loads(body)
        names, rows = document["head"]["vars"], document["results"]["bindings"]
        return cls(
            {name: _encode_column(term_of_json(row[name]) if name in row else None for row in rows) for name in names},
            len(rows),
        )

    @classmethod
    def of_values(cls, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
        """Take rows of values."""
        return cls(
            {name: _encode_column(to_term(row[place]) for row in rows) for place, name in enumerate(names)}, len(rows)
        )

    def __getitem__(self, rows: slice) -> Table:
        return Table({name: column[rows] for name, column in self.columns.items()}, len(range(self.size)[rows]))

    def labelled(self, names: Callable[[Iterable[str], str], dict[str, str]], language: str) -> Table:
        """The same with a column `xLabel` behind each column `x` of IRIs that has none: what `names` calls them."""
        columns: dict[str, Column] = {}
        for name, column in self.columns.items():
            columns[name] = column
            iris = [term.text for term in column.terms if term is not None and term.kind == "uri"]
            if iris and f"{name}{LABEL}" not in self.columns:
                columns[f"{name}{LABEL}"] = column.named(names(iris, language))
        return Table(columns, self.size)

    def solutions(self) -> Iterator[tuple[Term | None, ...]]:
        """The terms row by row."""
        columns = self.columns.values()
        return zip(*(map(column.terms.__getitem__, column.codes) for column in columns), strict=True)

    def rows(self) -> list[Row]:
        """The terms of each row by variable."""
        names = tuple(self.columns)
        return [
            {name: term for name, term in zip(names, solution, strict=True) if term is not None}
            for solution in self.solutions()
        ]

    def values(self) -> list[tuple[Any, ...]]:
        """The values row by row."""
        if not self.columns:
            return [()] * self.size
        return list(zip(*(column.values() for column in self.columns.values()), strict=True))


def _read_column(cells: Sequence[str]) -> Column:
    distinct = dict.fromkeys(cells)
    places = dict(zip(distinct, count(), strict=False))
    return Column(list(map(_parse_tsv_term, distinct)), array("q", map(places.__getitem__, cells)))


def _encode_column(terms: Iterable[Term | None]) -> Column:
    places: dict[Term | None, int] = {}
    codes = array("q", (places.setdefault(term, len(places)) for term in terms))
    return Column(list(places), codes)


def _parse_tsv_term(cell: str) -> Term | None:
    """A term in the syntax of Turtle, as TSV has it."""
    if not cell:
        return None
    first = cell[0]
    if first == "<" and not cell.startswith("<<"):
        return Term("uri", cell[1:-1])
    if first == '"':
        end = cell.rindex('"') + 1
        text, rest = unquote(cell[:end]), cell[end:]
        if not rest:
            return Term("literal", text)
        if rest[0] == "@":
            language, _, direction = rest[1:].partition("--")
            return Term("literal", text, None, language, direction=direction or None)
        return Term("literal", text, _drop_string_type(rest[3:-1]))
    if first == "_":
        return Term("bnode", cell[2:])
    if first == "<":
        return _parse_triple(cell)
    if cell in ("true", "false"):
        return Term("literal", cell, f"{XSD}boolean")
    kind = "double" if "e" in cell or "E" in cell else "decimal" if "." in cell else "integer"
    return Term("literal", cell, f"{XSD}{kind}")


def _parse_triple(cell: str) -> Term:
    import pyoxigraph as ox

    (quad,) = ox.parse(f"<urn:x> <urn:x> {cell} .", ox.RdfFormat.TURTLE)
    return term_of_oxigraph(quad.object)


def term_of_oxigraph(term: Any) -> Term:
    """A term of the engine."""
    import pyoxigraph as ox

    if isinstance(term, ox.Triple):
        return Term("triple", "", parts=tuple(map(term_of_oxigraph, (term.subject, term.predicate, term.object))))
    if isinstance(term, ox.NamedNode):
        return Term("uri", term.value)
    if isinstance(term, ox.BlankNode):
        return Term("bnode", term.value)
    datatype = None if term.language or term.datatype.value == f"{XSD}string" else term.datatype.value
    direction = None if term.direction is None else str(term.direction)
    return Term("literal", term.value, datatype, term.language, direction=direction)


def term_of_json(term: Mapping[str, Any]) -> Term:
    """A term of SPARQL JSON.

    >>> term_of_json({"type": "literal", "value": "Feld", "xml:lang": "de"}).language
    'de'
    """
    kind, text = term["type"], term["value"]
    if kind == "triple":
        return Term("triple", "", parts=tuple(term_of_json(text[part]) for part in ("subject", "predicate", "object")))
    # Some engines still say typed-literal, as before SPARQL 1.1.
    kind = "literal" if kind == "typed-literal" else kind
    return Term(
        kind, text, _drop_string_type(term.get("datatype")), term.get("xml:lang"), direction=term.get("its:dir")
    )


def _drop_string_type(iri: str | None) -> str | None:
    return None if iri == f"{XSD}string" else iri
