"""The short way to `/sparql`: a plain question, a new one, answered without the framework.

Only what nearly every program sends is taken: GET with a `query` and nothing else. Everything else, and every error,
goes the long way, through the application, which says the same; `tests/web/test_quick.py` compares the two.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

from clustergraph.engine import formats, syntax
from clustergraph.engine.base import Answer
from clustergraph.engine.cache import is_repeatable
from clustergraph.web.headers import EVERYWHERE, PUBLIC
from clustergraph.web.negotiation import HTML, Choice, best_match
from clustergraph.web.service import Service

FAILED = "clustergraph.failed"
"""Where a request that was tried here tells the application what came of it."""

Short = tuple[list[tuple[str, str]], bytes]
"""Headers and body."""

_KINDS: dict[str, formats.Kind] = {"SELECT": "results", "ASK": "results", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
_ALWAYS = list(EVERYWHERE.items())
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")


def answer(environ: WSGIEnvironment, service: Service) -> Short | None:
    """Headers and body of the 200 that answers this GET, or None if it has to go the long way."""
    question = _question(environ)
    if question is None:
        return None
    text, choice = question
    try:
        found = service.engine.query(text, format=choice.format.name)
    except Exception as error:
        environ[FAILED] = error
        return None
    return _short(text, choice, found, service)


def look_up(environ: WSGIEnvironment, service: Service) -> Short | None:
    """As `answer`, but only of what is answered without waiting for anything."""
    question = _question(environ)
    if question is None:
        return None
    text, choice = question
    found = service.look_up(text) if choice.format.name == "json" else None
    return None if found is None else _short(text, choice, found, service)


def _question(environ: WSGIEnvironment) -> tuple[str, Choice] | None:
    """The query and what its answer is to be, if it is asked as nearly all ask."""
    given = environ.get("QUERY_STRING", "")
    if environ.get("PATH_INFO") != "/sparql" or not given.startswith("query=") or "&" in given:
        return None
    try:
        text = unquoted(given[6:])
    except ValueError:
        return None
    kind = _KINDS.get(syntax.form(text))
    choice = _choice(environ.get("HTTP_ACCEPT", ""), kind) if kind else None
    return None if choice is None or choice.format is HTML else (text, choice)


def _short(text: str, choice: Choice, found: Answer, service: Service) -> Short:
    headers = [
        ("Content-Type", choice.content_type),
        ("Content-Length", str(len(found.body))),
        ("Vary", "Accept"),
        ("Cache-Control", PUBLIC if is_repeatable(text) else "no-store"),
        *_ALWAYS,
        ("Snapshot", service.snapshot.name),
    ]
    if found.timings:
        steps = ", ".join([f"{name};dur={seconds * 1000:.2f}" for name, seconds in found.timings.items()])
        headers.append(("Server-Timing", steps))
    return headers, found.body


def unquoted(text: str) -> str:
    """A value of a query string, its escapes resolved. Raises ValueError where it takes more care.

    Queries have many escapes, and `urllib` takes a step in Python for each. Quoted-printable is the same code with
    another sign, and is read in C.

    >>> unquoted("SELECT+%3Fname%20%7B+a=b+%7D")
    'SELECT ?name { a=b }'
    """
    if _BROKEN.search(text):
        raise ValueError(text)
    return a2b_qp(text.replace("=", "=3D").replace("%", "=").replace("+", " ")).decode()


@lru_cache(maxsize=256)
def _choice(accept: str, kind: formats.Kind) -> Choice | None:
    return best_match(accept, [*formats.of_kind(kind), HTML])
