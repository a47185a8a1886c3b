"""RDF terms as values of Python.

| in RDF | in Python |
| --- | --- |
| IRI | `rdflib.URIRef`, which is a str |
| text | str; with a language `Text`, which is a str and has `.language` |
| xsd:integer and its kin, xsd:gYear | int |
| xsd:decimal | `decimal.Decimal` |
| xsd:double, xsd:float | float |
| xsd:boolean | bool |
| xsd:date, xsd:dateTime, xsd:time | `datetime.date`, `datetime.datetime`, `datetime.time` |
| xsd:duration and its kin | `datetime.timedelta`, or rdflib's `Duration` where months or years make its length vary |
| a literal of another type, or one that its type does not allow | `rdflib.Literal` as written |
| blank node | `rdflib.BNode` |
| triple term | tuple of three |
| unbound | None |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from math import isinf
from numbers import Integral, Real
from typing import Any, NamedTuple

from rdflib.term import BNode, Literal, URIRef
from rdflib.xsd_datetime import parse_xsd_date, parse_xsd_duration

from clustergraph.rdf.namespaces import XSD


class Text(str):
    """A text in a language. It equals the same text in any other language and without one.

    >>> Text("Feld", "de") == "Feld", Text("Feld", "de").language
    (True, 'de')
    """

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Text:
        tagged = super().__new__(cls, text)
        tagged.language = language
        return tagged

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        return Text, (str(self), self.language)


class Term(NamedTuple):
    """An RDF term in plain parts. `kind` is `uri`, `bnode`, `literal` or `triple`, as in SPARQL 1.2 JSON.

    A text of the datatype xsd:string has none here.
    """

    kind: str
    text: str
    datatype: str | None = None
    language: str | None = None
    parts: tuple[Term, ...] = ()
    """Subject, predicate and object of a triple term."""
    direction: str | None = None
    """The base direction of a text, `ltr` or `rtl`."""

    def number(self) -> int:
        """The whole number that the text of a count or a rank is."""
        return int(self.text)


def to_python(term: Term | None) -> Any:
    """The value of a term.

    >>> to_python(Term("literal", "2014", f"{XSD}gYear")), to_python(Term("literal", "Feld", None, "de"))
    (2014, 'Feld')
    """
    if term is None:
        return None
    kind, text, datatype, language, parts, _ = term
    if kind == "uri":
        return URIRef(text)
    if kind == "bnode":
        return BNode(text)
    if kind == "triple":
        return tuple(map(to_python, parts))
    if language:
        return Text(text, language)
    if not datatype:
        return text
    convert = _CONVERTERS.get(datatype.removeprefix(XSD)) if datatype.startswith(XSD) else None
    if convert is not None:
        try:
            return convert(text)
        except (ValueError, KeyError, OverflowError, ArithmeticError):
            pass
    return as_written(text, datatype)


def to_term(value: Any) -> Term | None:
    """The term that a value stands for, as rdflib has it.

    >>> to_term(7)[:3]
    ('literal', '7', 'http://www.w3.org/2001/XMLSchema#integer')
    """
    if value is None:
        return None
    if isinstance(value, URIRef):
        return Term("uri", str(value))
    if isinstance(value, BNode):
        return Term("bnode", str(value))
    if isinstance(value, tuple):
        return Term("triple", "", parts=tuple(term for part in value if (term := to_term(part)) is not None))
    literal = to_literal(value)
    return Term("literal", str(literal), str(literal.datatype) if literal.datatype else None, literal.language)


def to_literal(value: Any) -> Literal:
    """The literal that a value of Python stands for, as rdflib has it. Raises TypeError for what has none, as a list.

    >>> to_literal(Text("Feld", "de")), to_literal(float("-inf")).n3()
    (rdflib.term.Literal('Feld', lang='de'), '"-INF"^^<http://www.w3.org/2001/XMLSchema#double>')
    """
    if isinstance(value, Literal):
        return value
    if isinstance(value, Text):
        return Literal(str(value), lang=value.language)
    if isinstance(value, Real) and not isinstance(value, (bool, int, float, Decimal)):
        value = int(value) if isinstance(value, Integral) else float(value)  # numbers of numpy, say
    if isinstance(value, float) and isinf(value):
        # rdflib writes `inf`, which xsd:double does not allow.
        return as_written("INF" if value > 0 else "-INF", f"{XSD}double")
    literal = Literal(value)
    if literal.datatype is None and not isinstance(value, str):
        # rdflib would take what Python shows of it for a text.
        raise TypeError(f"{value!r} is of the type {type(value).__name__}, which has no literal.")
    return literal


def as_written(text: str, datatype: str) -> Literal:
    """A literal with the very text given, even where its datatype does not allow it."""
    from clustergraph.rdf.conversion import quiet

    with quiet():
        return Literal(text, datatype=URIRef(datatype), normalize=False)


_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")


def _make_converter(pattern: re.Pattern[str], convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def convert_matching(text: str) -> Any:
        text = text.strip(" \t\r\n")
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return convert(text)

    return convert_matching


_parse_whole = _make_converter(_WHOLE, int)
_parse_real = _make_converter(_DOUBLE, float)
_parse_moment = _make_converter(re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*"), datetime.fromisoformat)

# Not of so many digits that Python could not write the value out again; behind a point there may be more.
_parse_duration = _make_converter(re.compile(r"(?!.*(?<![.\d])\d{16}).+"), parse_xsd_duration)

WHOLE_NUMBERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *("nonPositiveInteger", "negativeInteger"),
    *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
)
"""The datatypes of XML Schema for whole numbers, by local name."""
NUMBERS = frozenset(f"{XSD}{name}" for name in (*WHOLE_NUMBERS, "decimal", "double", "float"))
"""The datatypes of numbers."""

_CONVERTERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(WHOLE_NUMBERS, _parse_whole),
    "gYear": _parse_whole,
    "decimal": _make_converter(_DECIMAL, Decimal),
    "double": _parse_real,
    "float": _parse_real,
    "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    "date": parse_xsd_date,
    "dateTime": _parse_moment,
    "dateTimeStamp": _parse_moment,
    "time": _make_converter(re.compile(r"\d\d:\d\d:\d\d.*"), time.fromisoformat),
    **dict.fromkeys(("duration", "dayTimeDuration", "yearMonthDuration"), _parse_duration),
    "string": str,
}
