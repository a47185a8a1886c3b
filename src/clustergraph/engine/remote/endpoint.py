"""One question to one SPARQL endpoint over HTTP, asked with SPARQLWrapper: a whole answer, or why there is none.

SPARQLWrapper would look for the query's form with patterns that comments can fool and that take time without end on
some texts, would ask for a format in three parameters beside the Accept header, and cuts timeouts to whole seconds.
It turns some errors into its own and loses what the endpoint said, and keeps credentials for the whole process.
So the form, the Accept header and the timeout are set directly here, and its request is sent by an opener of our own.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPException, HTTPResponse
from typing import Any, cast
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    HTTPRedirectHandler,
    OpenerDirector,
    build_opener,
)

from SPARQLWrapper import POST, SPARQLWrapper

import clustergraph
from clustergraph.sparql.errors import ResultTooLarge

CHUNK = 1 << 16
TOLD = 100_000
"""Bytes of an error's body that are read."""
PROBLEM = "application/problem+json"
PASSING = (429, 502, 503, 504)
"""Statuses of what may be over soon: too many requests, a gateway without an engine, an engine that starts."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query as it is sent. `parameters` are those of the protocol besides the query and its dataset."""

    text: str
    form: str
    accept: str
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Names of headers are in lower case; `media_type` is without its parameters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ends: bool = True
    """Whether the endpoint said where the body ends, so that a body cut short would have been noticed."""

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Unanswered(Exception):
    """No whole answer came, and the same question may well be answered a little later."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Late(Exception):
    """The deadline came first."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL query endpoint. Safe to use from many threads."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """The address as people are told it, without its query string."""
        return self.address.partition("?")[0]

    def ask(self, question: Question, until: float, max_bytes: int) -> Reply:
        """The reply, whatever its status but those of PASSING, by the time `until` (of `time.monotonic`).

        Raises Unanswered, Late and, for a body of more than `max_bytes`, ResultTooLarge.
        """
        left = until - time.monotonic()
        if left <= 0:
            raise Late
        try:
            response = self._wrapper(question, left).query().response
        except HTTPError as error:
            return _refusal(error)
        except URLError as error:
            raise Unanswered(_reason(error.reason, left)) from error
        except TimeoutError:
            raise Late from None
        except (OSError, HTTPException) as error:
            raise Unanswered(_reason(error, left)) from error
        with response, _ended(response, until):
            body = _read(response, until, max_bytes)
            ends = response.headers.get("Content-Length") is not None or response.chunked
            return Reply(response.status, _lower(response.headers), body, ends)

    def _wrapper(self, question: Question, seconds: float) -> SPARQLWrapper:
        wrapper = _Wrapper(self.address, agent=f"clustergraph/{clustergraph.__version__}")
        wrapper.opener = self._opener()
        wrapper.setOnlyConneg(True)
        wrapper.setMethod(POST)
        wrapper.queryString = question.text
        wrapper.queryType = question.form
        wrapper.timeout = cast(int, seconds)
        wrapper.addCustomHttpHeader("Accept", question.accept)
        for graph in question.default_graphs:
            wrapper.addParameter("default-graph-uri", graph)
        for graph in question.named_graphs:
            wrapper.addParameter("named-graph-uri", graph)
        for name, value in question.parameters.items():
            wrapper.addParameter(name, value)
        return wrapper

    def _opener(self) -> OpenerDirector:
        if not self.user:
            return _OPENER
        # One for each question: what these handlers remember of a challenge is for one request at a time.
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, self.address, self.user, self.password)
        return build_opener(_Stay, HTTPBasicAuthHandler(known), HTTPDigestAuthHandler(known))


class _Stay(HTTPRedirectHandler):
    """Follows no redirection: a POST that is sent on loses its query, and credentials are for one address."""

    def redirect_request(self, *_args: Any, **_named: Any) -> None:
        return None


_OPENER = build_opener(_Stay)


class _Wrapper(SPARQLWrapper):  # type: ignore[misc, unused-ignore]
    opener: OpenerDirector

    def _query(self) -> tuple[HTTPResponse, str]:
        return self.opener.open(self._createRequest(), timeout=self.timeout), self.returnFormat


def valid(address: str) -> str:
    """The address, if it is one to ask. Raises ValueError.

    >>> valid("http://localhost:7878/query")
    'http://localhost:7878/query'
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address!r} is no address of an engine; give one such as https://example.org/sparql.")
    if parts.username or parts.password:
        raise ValueError(
            "An address with a user and a password in it would be seen in logs; "
            "set CLUSTERGRAPH_ENGINE_USER and CLUSTERGRAPH_ENGINE_PASSWORD instead."
        )
    return address


def _read(response: HTTPResponse, until: float, max_bytes: int) -> bytes:
    coding = response.headers.get("Content-Encoding", "identity")
    if coding != "identity":
        raise Unanswered(f"it sent its answer in the coding {coding!r}, which nobody asked for")
    parts, size = [], 0
    try:
        while part := response.read1(CHUNK):
            parts.append(part)
            size += len(part)
            if size > max_bytes:
                raise ResultTooLarge(max_bytes)
            if time.monotonic() > until:
                raise Late
    except (OSError, HTTPException, ValueError) as error:
        if time.monotonic() > until or isinstance(error, TimeoutError):
            raise Late from None
        raise Unanswered("it broke its answer off") from error
    if response.length:
        if time.monotonic() > until:
            raise Late
        raise Unanswered(f"it broke its answer off, {response.length} bytes before the end")
    return b"".join(parts)


@contextlib.contextmanager
def _ended(response: HTTPResponse, until: float) -> Iterator[None]:
    """End the connection at the deadline, however slowly its bytes trickle: a timeout counts from the last byte."""
    try:
        twin = socket.socket(fileno=os.dup(response.fileno()))
    except (OSError, ValueError):
        yield  # all of it has been read
        return
    with twin:

        def end() -> None:
            with contextlib.suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(max(0.0, until - time.monotonic()), end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # the file's number must not be somebody else's when the timer goes off


def _refusal(error: HTTPError) -> Reply:
    with error:
        try:
            body = error.read(TOLD)
        except (OSError, HTTPException):
            body = b""
        reply = Reply(error.code, _lower(error.headers), body)
    if reply.status in PASSING and reply.media_type != PROBLEM:
        raise Unanswered(f"it answered {reply.status} {error.reason or ''}".rstrip(), seconds(reply.headers))
    return reply


def seconds(headers: Mapping[str, str]) -> float | None:
    """What Retry-After says, where it says so in seconds.

    >>> seconds({"retry-after": "3"}), seconds({})
    (3.0, None)
    """
    value = headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdigit() else None


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: object, left: float) -> str:
    if isinstance(error, TimeoutError):
        return f"it took no connection within {left:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    return str(error) or type(error).__name__
