"""The short way to `/sparql`: a plain query, a new one, answered without the framework.

Only what nearly every program sends is taken: GET with a `query` and nothing else. Everything else, and every error,
goes the long way, through the application, which says the same; `tests/web/test_fast_path.py` compares the two.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from typing import NamedTuple
from wsgiref.types import WSGIEnvironment

from clustergraph.describe.urls import Urls
from clustergraph.engine.base import Answer
from clustergraph.rdf import formats
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query
from clustergraph.text_cache import remembers_short
from clustergraph.web.http.headers import EVERYWHERE, headers_of
from clustergraph.web.http.negotiation import HTML, Choice, best_match
from clustergraph.web.service import Service

FAILED = "clustergraph.failed"
"""Where a request that failed here has the error, for the application to make a response of it."""

MAX_QUERY_STRING_BYTES = 1 << 14
"""How long a query string may be that is read here, on the event loop."""

Short = tuple[list[tuple[str, str]], bytes]
"""Headers and body."""

_KINDS: dict[str, formats.Kind] = {"SELECT": "results", "ASK": "results", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
_ALWAYS = list(EVERYWHERE.items())
_BROKEN = re.compile("%(?![0-9A-Fa-f]{2})")


class PlainQuery(NamedTuple):
    """What a plain query asks, and how its answer is to be written."""

    query: Query
    choice: Choice


def answer(environ: WSGIEnvironment, service: Service) -> Short | None:
    """Headers and body of the 200 that answers this GET, or None if it has to go the long way."""
    plain = plain_query(environ)
    if plain is None or FAILED in environ:
        return None
    try:
        result = service.engine.answer(plain.query)
    except Exception as error:
        environ[FAILED] = error
        return None
    return _make_response(plain, result, service)


async def answer_async(plain: PlainQuery, environ: WSGIEnvironment, service: Service) -> Short | None:
    """As `answer`, on the event loop. None also where that has no way to the engine."""
    if not service.engine.is_async or not plain.query.parsed.is_quick:
        return None
    try:
        result = await service.engine.answer_async(plain.query)
    except Exception as error:
        environ[FAILED] = error
        return None
    return _make_response(plain, result, service)


def look_up(plain: PlainQuery, service: Service) -> Short | None:
    """As `answer`, but only of what is answered without waiting for anything."""
    result = service.engine.look_up(plain.query)
    return None if result is None else _make_response(plain, result, service)


def plain_query(environ: WSGIEnvironment) -> PlainQuery | None:
    """The query and what its answer is to be, if it is asked as nearly all programs ask it."""
    query_string = environ.get("QUERY_STRING", "")
    if environ.get("PATH_INFO") != Urls.sparql or not query_string.startswith("query=") or "&" in query_string:
        return None
    if len(query_string) > MAX_QUERY_STRING_BYTES:
        return None
    try:
        parsed = ParsedQuery(unquoted(query_string[6:]))
    except ValueError:
        return None
    kind = _KINDS.get(parsed.form)
    choice = _choose_format(environ.get("HTTP_ACCEPT", ""), kind) if kind else None
    if choice is None or choice.format is HTML:
        return None
    return PlainQuery(Query(parsed, format=choice.format.name), choice)


def _make_response(plain: PlainQuery, answer: Answer, service: Service) -> Short:
    headers = [
        *headers_of(answer, plain.choice.content_type, may_be_kept=plain.query.parsed.is_repeatable),
        ("Content-Length", str(len(answer.body))),
        *_ALWAYS,
        ("Snapshot", service.snapshot.name),
    ]
    return headers, answer.body


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


@remembers_short
def _choose_format(accept: str, kind: formats.Kind) -> Choice | None:
    return best_match(accept, [*formats.of_kind(kind), HTML])
