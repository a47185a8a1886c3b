"""What a SELECT query gives in Python: rows that read like records.

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

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from decimal import Decimal
from typing import Any, overload

from rdflib.term import BNode, Literal, URIRef
from rdflib.xsd_datetime import parse_xsd_date, parse_xsd_duration

from clustergraph.namespaces import XSD, compact

SHOWN = 10
"""How many rows the text form of a result shows."""
SHOWN_HTML = 50
_WIDTH = 60


class Text(str):
    """A text in a language. It equals the same text in any other language and without one.

    >>> Text("Feld", "de") == "Feld", Text("Feld", "de").language
    (True, 'de')
    """

    __slots__ = ("language",)
    language: str

    def __new__(cls, text: str, language: str) -> Text:
        made = super().__new__(cls, text)
        made.language = language
        return made

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        return Text, (str(self), self.language)


class Row:
    """One row: `row.cluster`, `row["cluster"]`, `row[0]`, or unpacked like a tuple.

    A column whose name is one of this class's own (`asdict`) is reached as `row["asdict"]`.

    >>> row = Row({"name": 0, "founded": 1}, ("Optence", 2001))
    >>> row.name, row["founded"], row[-1]
    ('Optence', 2001, 2001)
    >>> name, founded = row
    >>> row.asdict()
    {'name': 'Optence', 'founded': 2001}
    """

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places = places
        self._values = values

    def asdict(self) -> dict[str, Any]:
        """The row as a dict, columns in their order."""
        return dict(zip(self._places, self._values, strict=True))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[self._places[name]]
        except KeyError:
            raise AttributeError(_no_column(name, self._places)) from None

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, str):
            try:
                return self._values[self._places[key]]
            except KeyError:
                raise KeyError(_no_column(key, self._places)) from None
        return self._values[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._places]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Row):
            return list(self._places) == list(other._places) and self._values == other._values
        return self._values == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __reduce__(self) -> tuple[type[Row], tuple[dict[str, int], tuple[Any, ...]]]:
        return Row, (dict(self._places), self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self.asdict().items())})"


def _no_column(name: str, places: Mapping[str, int]) -> str:
    return f"There is no column {name!r}; there are {', '.join(places) or 'none'}."


class Result(Sequence[Row]):
    """The rows of a SELECT query, in order, and their `columns`.

    >>> result = Result(("name", "founded"), [("Optence", 2001), ("OptoNet", None)])
    >>> len(result), result.columns
    (2, ('name', 'founded'))
    >>> [row.name for row in result if row.founded]
    ['Optence']
    >>> result
    name     founded
    -------  -------
    Optence     2001
    OptoNet
    2 rows
    """

    def __init__(
        self,
        columns: Sequence[str],
        values: Sequence[tuple[Any, ...]],
        prefixes: Mapping[str, str] | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self._places = {name: place for place, name in enumerate(self.columns)}
        self._values = values
        self._prefixes = dict(prefixes or {})

    @classmethod
    def from_json(cls, body: bytes, prefixes: Mapping[str, str] | None = None) -> Result:
        """Read SPARQL 1.1 Query Results JSON. `prefixes` shorten IRIs where the result is shown."""
        document = json.loads(body)
        columns = tuple(document["head"]["vars"])
        term = _Terms()
        values = [
            tuple(term(solution[name]) if name in solution else None for name in columns)
            for solution in document["results"]["bindings"]
        ]
        return cls(columns, values, prefixes)

    def __len__(self) -> int:
        return len(self._values)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Result: ...
    def __getitem__(self, index: int | slice) -> Row | Result:
        if isinstance(index, slice):
            return Result(self.columns, self._values[index], self._prefixes)
        return Row(self._places, self._values[index])

    def __iter__(self) -> Iterator[Row]:
        places = self._places
        return (Row(places, values) for values in self._values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return self.columns == other.columns and list(self._values) == list(other._values)

    __hash__ = None  # type: ignore[assignment]

    def text(self, value: Any) -> str:
        """A value as it is shown in tables: IRIs with their prefix, nothing for None."""
        if value is None:
            return ""
        if isinstance(value, URIRef):
            short = compact(value, self._prefixes)
            return str(value) if short.startswith("<") else short
        if isinstance(value, BNode):
            return f"_:{value}"
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, tuple):
            return f"<< {' '.join(self.text(part) for part in value)} >>"
        return str(value)

    @property
    def size(self) -> str:
        """How many rows there are, in words."""
        return "1 row" if len(self) == 1 else f"{len(self):,} rows"

    def __repr__(self) -> str:
        shown = self._values[:SHOWN]
        table = [[_one_line(self.text(value)) for value in values] for values in shown]
        widths = [max(map(len, column)) for column in zip(self.columns, *table, strict=True)]
        numbers = [
            bool(shown) and all(_is_number(values[place]) for values in shown) for place in range(len(self.columns))
        ]
        lines = [self.columns, ["-" * width for width in widths], *table]
        written = [
            "  ".join(
                cell.rjust(width) if number else cell.ljust(width)
                for cell, width, number in zip(line, widths, numbers, strict=True)
            ).rstrip()
            for line in lines
        ]
        more = f", the first {SHOWN} shown" if len(self) > SHOWN else ""
        return "\n".join([*written, f"{self.size}{more}"] if self.columns else [self.size])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join(
            f"<tr>{''.join(f'<td>{self._cell(value)}</td>' for value in values)}</tr>"
            for values in self._values[:SHOWN_HTML]
        )
        more = f", the first {SHOWN_HTML} shown" if len(self) > SHOWN_HTML else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{self.size}{more}</p>"

    def _cell(self, value: Any) -> str:
        text = html.escape(self.text(value))
        if isinstance(value, URIRef) and str(value).startswith(("http://", "https://")):
            return f'<a href="{html.escape(value)}">{text}</a>'
        return text


def _one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool))


_WHOLE = re.compile(r"[+-]?[0-9]+")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")


def _matching(pattern: re.Pattern[str], convert: Callable[[str], Any]) -> Callable[[str], Any]:
    def converted(text: str) -> Any:
        text = text.strip(" \t\r\n")
        if not pattern.fullmatch(text):
            raise ValueError(text)
        return convert(text)

    return converted


_whole = _matching(_WHOLE, int)
_real = _matching(_DOUBLE, float)
_moment = _matching(re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d.*"), datetime.fromisoformat)

_CONVERTERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(
        (
            *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
            *("nonPositiveInteger", "negativeInteger"),
            *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
        ),
        _whole,
    ),
    "gYear": _whole,
    "decimal": _matching(_DECIMAL, Decimal),
    "double": _real,
    "float": _real,
    "boolean": {"true": True, "1": True, "false": False, "0": False}.__getitem__,
    "date": parse_xsd_date,
    "dateTime": _moment,
    "dateTimeStamp": _moment,
    "time": _matching(re.compile(r"\d\d:\d\d:\d\d.*"), time.fromisoformat),
    "duration": parse_xsd_duration,
    "dayTimeDuration": parse_xsd_duration,
    "yearMonthDuration": parse_xsd_duration,
}


class _Terms:
    """Terms of SPARQL JSON as Python values; a term that comes again is the same object."""

    def __init__(self) -> None:
        self._known: dict[tuple[str | None, ...], Any] = {}

    def __call__(self, term: Mapping[str, Any]) -> Any:
        kind, value = term["type"], term["value"]
        if kind == "triple":
            return tuple(self(value[part]) for part in ("subject", "predicate", "object"))
        key = (kind, value, term.get("datatype"), term.get("xml:lang"))
        try:
            return self._known[key]
        except KeyError:
            return self._known.setdefault(key, _value(*key))


def _value(kind: str, text: str, datatype: str | None, language: str | None) -> Any:
    if kind == "uri":
        return URIRef(text)
    if kind == "bnode":
        return BNode(text)
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


def as_written(text: str, datatype: str) -> Literal:
    """A literal with the very text given, even where its datatype does not allow it."""
    from clustergraph.terms import quiet

    with quiet():
        return Literal(text, datatype=URIRef(datatype), normalize=False)
