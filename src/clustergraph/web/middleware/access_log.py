"""The access log: one line for each request, on standard error.

Lines are gathered for a moment and written together: a write for each would cost more than an answer that is ready.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import re
import sys
import threading
import time
from functools import lru_cache
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

MAX_ADDRESS_CHARACTERS = 2000
"""Characters of an address that the log shows; a query may be longer."""
GATHER_SECONDS = 0.2
"""How long a line waits at most for others to be written with."""
MAX_GATHERED_LINES = 1000
"""So many lines are written at once, without waiting for more."""

_PLAIN_PATH = re.compile(r"[\w/:@!$&'()*+,;=~.-]*+", re.ASCII)
_lines: list[str] = []
_gathering, _writing = threading.Lock(), threading.Lock()


def write(style: str, environ: WSGIEnvironment, status: str, size: int, outcome: str, seconds: float) -> None:
    """Have the line for one request written in the style `json` or `text`, soon; any other writes nothing."""
    if style not in ("json", "text"):
        return
    text = line(style, environ, status, size, outcome, seconds)
    with _gathering:
        _lines.append(f"{text}\n")
        gathered = len(_lines)
    if gathered == 1:
        timer = threading.Timer(GATHER_SECONDS, flush)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no thread can be started now
            flush()
    elif gathered >= MAX_GATHERED_LINES:
        flush()


@atexit.register
def flush() -> None:
    """Write the lines that were gathered until now."""
    with _writing, contextlib.suppress(OSError):  # nobody reads standard error any more, or its disk is full
        with _gathering:
            text = "".join(_lines)
            _lines.clear()
        sys.stderr.write(text)
        sys.stderr.flush()


def line(style: str, environ: WSGIEnvironment, status: str, size: int, outcome: str, seconds: float) -> str:
    """The line, which holds no character that could forge another line or move a terminal's cursor."""
    now, client = _write_time(int(time.time())), environ.get("REMOTE_ADDR") or "-"
    method, path, milliseconds = environ["REQUEST_METHOD"], address(environ), round(seconds * 1000, 2)
    if style == "json":
        entry = {"time": now, "client": client, "method": method, "path": path, "status": int(status), "bytes": size}
        return json.dumps({**entry, "ms": milliseconds, "outcome": outcome})
    client, method, path = _escape_word(client), _escape_word(method), _escape_word(path)
    return f"{now} {client} {method} {path} {status} {size} {milliseconds} {outcome}"


@lru_cache(1)
def _write_time(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def address(environ: WSGIEnvironment) -> str:
    """Path and query as a client writes them: percent-encoded, so that a blank in a log line only ever parts fields."""
    path, query = str(environ.get("PATH_INFO", "")), str(environ.get("QUERY_STRING", ""))
    if not _PLAIN_PATH.fullmatch(path):
        # WSGI hands over the path's bytes as latin-1.
        path = quote(path.encode("latin-1", "replace"), safe="/:@!$&'()*+,;=~")
    text = f"{path}?{query}" if query else path
    return text if len(text) <= MAX_ADDRESS_CHARACTERS else f"{text[:MAX_ADDRESS_CHARACTERS]}..."


def _escape_word(text: str) -> str:
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return "".join(
        character if character.isascii() and character.isprintable() and character != " " else f"%{ord(character):02X}"
        for character in text
    )
