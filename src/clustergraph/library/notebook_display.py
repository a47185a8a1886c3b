"""How results show themselves: as text in a terminal, as HTML in a notebook. Whatever the data say is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rdflib.term import BNode, URIRef

from clustergraph.rdf.namespaces import compact

if TYPE_CHECKING:
    from clustergraph.snapshots.snapshot import Snapshot

MAX_CELL_CHARACTERS = 60
"""How much of a value a cell of a text table shows."""


def format_value(value: Any, prefixes: Mapping[str, str]) -> str:
    """A value in a table: IRIs with their prefix, nothing for None.

    >>> format_value(URIRef("http://xmlns.com/foaf/0.1/name"), {"foaf": "http://xmlns.com/foaf/0.1/"})
    'foaf:name'
    """
    if value is None:
        return ""
    if isinstance(value, URIRef):
        name = compact(value, prefixes)
        return str(value) if name.startswith("<") else name
    if isinstance(value, BNode):
        return f"_:{value}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"<< {' '.join(format_value(part, prefixes) for part in value)} >>"
    return str(value)


def text_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], prefixes: Mapping[str, str], below: str) -> str:
    """A table of letters, numbers set to the right, with a line below."""
    if not columns:
        return below
    cells = [[_shorten(format_value(value, prefixes)) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
    numbers = [bool(rows) and all(_is_number(row[place]) for row in rows) for place in range(len(columns))]
    lines = [columns, ["-" * width for width in widths], *cells]
    written = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([*written, below])


def html_table(
    columns: Iterable[str], rows: Iterable[Sequence[Any]], prefixes: Mapping[str, str], below: str = ""
) -> str:
    """A table of HTML, IRIs as links, with a line below.

    >>> html_table(["name"], [("<b>",)], {}, "1 row")
    '<table><thead><tr><th>name</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table><p>1 row</p>'
    """
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{html_cell(value, prefixes)}</td>' for value in row)}</tr>" for row in rows)
    caption = f"<p>{html.escape(below)}</p>" if below else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{caption}"


def html_cell(value: Any, prefixes: Mapping[str, str], text: str | None = None) -> str:
    """A value as HTML; an address of the web is a link, with `text` for what it says."""
    content = html.escape(format_value(value, prefixes) if text is None else text)
    if isinstance(value, URIRef) and str(value).startswith(("http://", "https://")):
        return f'<a href="{html.escape(value)}">{content}</a>'
    return content


def describe_graph(snapshot: Snapshot, queries: Mapping[str, str], classes: Mapping[str, str]) -> str:
    """A graph: what it is, how large, and what can be asked."""
    title = html.escape(snapshot.title())
    description = snapshot.metadata("description")
    triples = snapshot.triples
    size = f", {triples:,} triples in {len(snapshot.graphs)} named graphs" if triples is not None else ""
    parts = [f"<h4>{title}</h4>", f"<p>{html.escape(description)}</p>" if description else ""]
    parts.append(f"<p>Snapshot <code>{html.escape(snapshot.name)}</code>{size}.</p>")
    if classes:
        parts.append(f"<p>Things: {', '.join(f'<code>.{html.escape(name)}</code>' for name in sorted(classes))}.</p>")
    if queries:
        rows = html_table(("query", "answers"), queries.items(), {})
        parts.append(f"<details><summary>{len(queries)} canned queries</summary>{rows}</details>")
    return "".join(parts)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MAX_CELL_CHARACTERS else text[: MAX_CELL_CHARACTERS - 1] + "…"


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool))
