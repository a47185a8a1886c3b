"""From the answer of a query to what an assistant gets: rows with names beside IRIs, as text and as data, bounded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite
from typing import Any

from clustergraph.engine.base import Answer
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.rdf.namespaces import XSD, compact
from clustergraph.rdf.python_values import NUMBERS, Term, to_python
from clustergraph.rdf.table import Row

ROWS = 50
"""How many rows an answer has unless asked otherwise."""
MAX_ROWS = 500
MAX_CHARACTERS = 40_000
"""How long the rows of one answer may be, written as JSON."""
MAX_CELL_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Part:
    """Which rows are wanted: `limit` of them behind the first `offset`."""

    limit: int = ROWS
    offset: int = 0


@dataclass(slots=True)
class Shown:
    """The rows that are shown, of `total`. `raw` has the same rows as terms."""

    columns: list[str]
    rows: list[dict[str, Any]]
    raw: list[Row]
    total: int
    offset: int
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def remaining(self) -> int:
        """How many rows come after these."""
        return max(0, self.total - self.offset - len(self.rows))

    def data(self) -> dict[str, Any]:
        """As data; `SCHEMA` says its shape."""
        return {
            "columns": self.columns,
            "rows": self.rows,
            "total": self.total,
            "offset": self.offset,
            "remaining": self.remaining,
        }


SCHEMA: dict[str, Any] = {
    "columns": {"type": "array", "items": {"type": "string"}},
    "rows": {
        "type": "array",
        "description": "One object for each row, by column. A thing is an object with its iri and, if it has one, its "
        "label; a column without a value is left out.",
        "items": {"type": "object"},
    },
    "total": {"type": "integer", "description": "How many rows there are in all."},
    "offset": {"type": "integer", "description": "How many rows come before these."},
    "remaining": {"type": "integer", "description": "How many rows come after these."},
}


def select_rows(context: GraphContext, answer: Answer, part: Part) -> Shown:
    """The part of a SELECT's answer that was asked for, or less of it where it would be too long.

    A column `xLabel` that names what is in the column `x` is not a column of its own.
    """
    table = answer.table()
    variables = list(table.columns)
    labelled = {name: f"{name}Label" for name in variables if f"{name}Label" in variables}
    columns = [name for name in variables if name not in labelled.values()]
    raw = table[part.offset : part.offset + part.limit].rows()
    unlabelled = {
        row[name].text
        for row in raw
        for name in columns
        if name in row and row[name].kind == "uri" and labelled.get(name) not in row
    }
    names = context.names(unlabelled)
    rows: list[dict[str, Any]] = []
    room = MAX_CHARACTERS
    for row in raw:
        record = {}
        for name in columns:
            label = row.get(labelled.get(name, ""))
            if name in row:
                record[name] = value(row[name], label.text if label else names.get(row[name].text, ""))
            elif label:
                record[name] = value(label)
        room -= len(json.dumps(record, ensure_ascii=False))
        if room < 0 and rows:
            break
        rows.append(record)
    return Shown(columns, rows, raw[: len(rows)], table.size, part.offset, names)


def value(term: Term, label: str = "") -> Any:
    """A term as data: a number, truth value or text as such, a thing as an object with its IRI and its label.

    >>> value(Term("literal", "3", f"{XSD}integer"))
    3
    >>> value(Term("uri", "urn:a"), "A")
    {'iri': 'urn:a', 'label': 'A'}
    """
    if term.kind == "uri":
        return name_thing(term.text, {term.text: label})
    if term.kind == "bnode":
        return {"blank": term.text}
    if term.kind == "triple":
        return f"<<( {' '.join(part.text for part in term.parts)} )>>"
    if term.datatype in NUMBERS or term.datatype == f"{XSD}boolean":
        known = to_python(term)  # a literal where it is none, such as "many"^^xsd:integer
        known = float(known) if isinstance(known, Decimal) else known
        if isinstance(known, int) or (isinstance(known, float) and isfinite(known)):  # JSON has no other numbers
            return known
    text = term.text
    return (
        text if len(text) <= MAX_CELL_CHARACTERS else f"{text[:MAX_CELL_CHARACTERS]}… ({len(text):,} characters in all)"
    )


def name_thing(iri: str, names: Mapping[str, str]) -> dict[str, str]:
    """A thing as data: its IRI, and its label where it has one."""
    return {"iri": iri, **({"label": label} if (label := names.get(iri)) else {})}


def words(data: Any, prefixes: dict[str, str]) -> str:
    """A value as text: a thing by its label with its short name behind it.

    >>> words({"iri": "urn:x:a", "label": "A"}, {"x": "urn:x:"}), words(True, {})
    ('A (x:a)', 'true')
    """
    if isinstance(data, dict):
        if "blank" in data:
            return f"_:{data['blank']}"
        name = compact(data["iri"], prefixes)
        return f"{data['label']} ({name})" if data.get("label") else name
    if isinstance(data, bool):
        return str(data).lower()
    return " ".join(str(data).split())


def write_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], prefixes: dict[str, str]) -> str:
    """Rows as a table in Markdown."""
    lines = [list(columns), ["---"] * len(columns)]
    lines += [[words(row[name], prefixes) if name in row else "" for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def describe_rest(remaining: int, after: int) -> str:
    """What to say of the rows that are not shown, behind the first `after`; empty if there are none."""
    return f"{remaining:,} more: narrow the question, or go on with offset={after}." if remaining else ""
