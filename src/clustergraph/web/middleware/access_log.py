"""The access log: one line for each request, on standard error."""

from __future__ import annotations

import json
import sys
import time
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

MAX_ADDRESS_CHARACTERS = 2000
"""Characters of an address that the log shows; a query may be longer."""


def write(style: str, environ: WSGIEnvironment, status: str, size: int, outcome: str, seconds: float) -> None:
    """Write the line for one request in the style `json` or `text`; any other writes nothing."""
    if style in ("json", "text"):
        sys.stderr.write(f"{line(style, environ, status, size, outcome, seconds)}\n")


def line(style: str, environ: WSGIEnvironment, status: str, size: int, outcome: str, seconds: float) -> str:
    """The line, which holds no character that could forge another line or move a terminal's cursor."""
    entry = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": environ.get("REMOTE_ADDR") or "-",
        "method": environ["REQUEST_METHOD"],
        "path": address(environ),
        "status": int(status),
        "bytes": size,
        "ms": round(seconds * 1000, 2),
        "outcome": outcome,
    }
    if style == "json":
        return json.dumps(entry)
    return " ".join(_escape_word(str(value)) for value in entry.values())


def address(environ: WSGIEnvironment) -> str:
    """Path and query as a client writes them: percent-encoded, so that a blank in a log line only ever parts fields."""
    path, query = str(environ.get("PATH_INFO", "")), str(environ.get("QUERY_STRING", ""))
    # WSGI hands over the path's bytes as latin-1.
    text = quote(path.encode("latin-1", "replace"), safe="/:@!$&'()*+,;=~")
    text += f"?{query}" if query else ""
    return text if len(text) <= MAX_ADDRESS_CHARACTERS else f"{text[:MAX_ADDRESS_CHARACTERS]}..."


def _escape_word(text: str) -> str:
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return "".join(
        character if character.isascii() and character.isprintable() and character != " " else f"%{ord(character):02X}"
        for character in text
    )
