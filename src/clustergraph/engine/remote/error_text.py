"""What an engine says of an error: a problem object, a page in HTML, or plain text."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from clustergraph.engine.remote.http_client import Reply

PROBLEM = "application/problem+json"
MAX_CHARACTERS = 200
# Neither reads on past the next `<`, so that no page takes more than one pass.
_HIDDEN = re.compile(r"</?(?:title|style|script)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-z][^<>]*>", re.IGNORECASE)


def error_text(reply: Reply) -> str:
    """What a person can read of it, on one line: of a page its text, of plain text the first line.

    >>> error_text(Reply(403, {}, b"<html><title>T</title><h3>Error 42000</h3><xmp>SECURITY: denied</xmp></html>"))
    'Error 42000 SECURITY: denied'
    """
    if reply.media_type == PROBLEM:
        return _cut(str(problem_of(reply).get("detail", "")))
    text = reply.body.decode("utf-8", "replace")
    if "html" in reply.media_type or "<html" in text[:500].lower():
        visible = " ".join(_HIDDEN.split(text)[::2])  # what is between a tag and its end is every other part
        return _cut(html.unescape(_TAG.sub(" ", visible)))
    return _cut(text.strip().partition("\n")[0])


def problem_of(reply: Reply) -> dict[str, Any]:
    """The problem object (RFC 9457) in a body; empty where there is none."""
    try:
        problem = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return problem if isinstance(problem, dict) else {}


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else f"{line[: MAX_CHARACTERS - 3]}..."
