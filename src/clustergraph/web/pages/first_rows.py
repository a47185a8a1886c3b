"""The first rows of a large answer in SPARQL JSON: what a page does not show is not decoded."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_SHOWN_ROWS = 2000
"""Rows of an answer that a page shows."""

SMALL_ANSWER_BYTES = 1 << 20
"""Answers of up to so many bytes are decoded whole; of a larger one, as many bytes at first."""

Document = dict[str, Any]

_ROWS = re.compile(r'"bindings"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder()


def read_first_rows(body: bytes) -> Document:
    """The document with no more rows than a page shows.

    `total` says how many rows the answer has; it is missing where only decoding all of them would tell.
    """
    size = SMALL_ANSWER_BYTES if len(body) > SMALL_ANSWER_BYTES else 0
    while 0 < size < 8 * len(body):
        part = _decode_first_rows(body[:size].decode("utf-8", "ignore"))
        if part is not None:
            total = _count_rows(body)
            return part if total is None else {**part, "total": total}
        size *= 8
    document: Document = json.loads(body)
    rows = document.get("results", {}).get("bindings", [])
    document["total"] = len(rows)
    del rows[MAX_SHOWN_ROWS:]
    return document


def _decode_first_rows(text: str) -> Document | None:
    """The document of the rows at the beginning of a text; None if they are not all there."""
    opening = _ROWS.search(text)
    if opening is None:
        return None
    try:
        document: Document = json.loads(f"{text[: opening.end()]}]}}}}")
        position = opening.end()
        for _ in range(MAX_SHOWN_ROWS):
            row, position = _DECODER.raw_decode(text, _BETWEEN.match(text, position).end())  # type: ignore[union-attr]
            document["results"]["bindings"].append(row)
    except ValueError:
        return None
    return document if "head" in document else None


def _count_rows(body: bytes) -> int | None:
    """The rows of a large answer as engines here write it, without blanks; None where it is written otherwise."""
    if b"[{}" in body or b",{}" in body:
        return None  # rows without any value look like what may stand in a text
    # What looks like the beginning of a row can end a text; then no name follows, but what is there between terms.
    begun = body.count(b'}},{"') - sum(body.count(b'}},{"' + after) for after in (b",", b"}", b"]", b":"))
    return begun + 1 if begun >= MAX_SHOWN_ROWS - 1 else None
