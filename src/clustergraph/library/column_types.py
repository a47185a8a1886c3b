"""The one type that a column of terms has in a data frame, and its values in that type.

A frame's column has one type; a column of a SPARQL result can hold anything. If all that is bound is of one kind, that
is the type. Numbers of several kinds become floating point. Any other mixture becomes text: IRIs and texts as they are,
other values as Python writes them, truth values as `true` and `false`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import Any

from clustergraph.rdf.python_values import Term, to_python
from clustergraph.rdf.table import Column


class Kind(Enum):
    """The types that columns have."""

    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    REAL = auto()
    TRUTH = auto()
    DATE = auto()
    MOMENT = auto()
    """A date with a time of day and no zone."""
    INSTANT = auto()
    """The same with a zone."""
    TIME = auto()
    LENGTH = auto()


NUMBERS = {Kind.WHOLE, Kind.DECIMAL, Kind.REAL}
MAX_DECIMAL_DIGITS = 38
"""Digits that a decimal of Arrow and of Polars can have."""
WHOLE = range(-(2**63), 2**63)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Typed:
    """A column of one kind: its distinct values, None for unbound among them, and the place of each row's in them."""

    kind: Kind
    values: Sequence[Any]
    codes: Any

    @property
    def scale(self) -> int:
        """Digits behind the point that a column of decimals needs; 0 for any other."""
        if self.kind is not Kind.DECIMAL:
            return 0
        return max((_count_decimals(value) for value in self.values if value is not None), default=0)


def give_type(column: Column) -> Typed:
    """Give a column its type.

    >>> from clustergraph.rdf.table import Table
    >>> [give_type(column).values for column in Table.of_tsv(b"?a\\t?b\\n7\\t7\\n2.5\\t<urn:x>\\n").columns.values()]
    [[7.0, 2.5], ['7', 'urn:x']]
    """
    cells = [_read_cell(term) for term in column.terms]
    kinds = {kind for kind, _ in cells if kind is not None}
    values = [value for _, value in cells]
    if not kinds:
        return Typed(Kind.TEXT, values, column.codes)
    kind = kinds.pop() if len(kinds) == 1 else None
    if kind is not None and _fits(kind, values):
        return Typed(kind, values, column.codes)
    if kind is None and kinds <= NUMBERS:
        # By way of a text: a whole number beyond the range of floating point becomes infinite, as all others do.
        return Typed(Kind.REAL, [None if value is None else float(str(value)) for value in values], column.codes)
    return Typed(Kind.TEXT, [_write_text(value) for value in values], column.codes)


def _read_cell(term: Term | None) -> tuple[Kind | None, Any]:
    if term is None:
        return None, None
    if term.kind == "bnode":
        return Kind.TEXT, f"_:{term.text}"
    if term.kind == "triple":
        return Kind.TEXT, f"<< {' '.join(_write_text(_read_cell(part)[1]) or '' for part in term.parts)} >>"
    if term.kind == "uri" or term.datatype is None:
        return Kind.TEXT, term.text
    value = to_python(term)
    kind = _find_kind(value)
    return kind, term.text if kind is Kind.TEXT else value


def _find_kind(value: Any) -> Kind:
    for types, kind in _KINDS:
        if isinstance(value, types):
            return kind
    if isinstance(value, datetime):
        return Kind.MOMENT if value.tzinfo is None else Kind.INSTANT
    if isinstance(value, date):
        return Kind.DATE
    if isinstance(value, time) and value.tzinfo is None:
        return Kind.TIME
    return Kind.TEXT


_KINDS: tuple[tuple[type, Kind], ...] = (
    (bool, Kind.TRUTH),  # before int, which it is, too
    (int, Kind.WHOLE),
    (Decimal, Kind.DECIMAL),
    (float, Kind.REAL),
    (timedelta, Kind.LENGTH),
)


def _fits(kind: Kind, values: Sequence[Any]) -> bool:
    bound = [value for value in values if value is not None]
    if kind is Kind.WHOLE:
        return all(value in WHOLE for value in bound)
    if kind is Kind.DECIMAL:
        digits: int = max(value.adjusted() + 1 for value in bound)
        return max(map(_count_decimals, bound)) + max(digits, 0) <= MAX_DECIMAL_DIGITS
    if kind is Kind.LENGTH:
        return all(value // _MICROSECOND in WHOLE for value in bound)
    if kind is Kind.INSTANT:
        return all(map(_has_utc, bound))
    return True


def _has_utc(moment: datetime) -> bool:
    """Whether it is still within the years of Python when written in UTC."""
    try:
        moment.astimezone(UTC)
    except (OverflowError, ValueError):
        return False
    return True


def _count_decimals(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _write_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, (date, time)) else str(value)
