"""The middleware in front of the application: hot path, ETags, compression, rate limits, metrics, the access log.

A request whose answer is ready is answered here, before any framework work. Answers are kept by the snapshot and what
was asked for, and an ETag is a digest of that, so a client that has the answer gets 304 without any computing.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable
from contextvars import copy_context
from io import BytesIO
from itertools import chain
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from clustergraph.describe.urls import Urls
from clustergraph.engine.byte_cache import ByteCache, CacheMemory
from clustergraph.engine.caller import CALLER, Caller
from clustergraph.messages import message
from clustergraph.web.http.export_files import FILE, Part
from clustergraph.web.http.headers import EVERYWHERE, PUBLIC
from clustergraph.web.http.i18n import name_languages
from clustergraph.web.http.problem import Problem
from clustergraph.web.middleware import access_log, byte_ranges, fast_path, request_bounds
from clustergraph.web.middleware.cache_version import edition
from clustergraph.web.middleware.compression import CODINGS, choose_coding, is_worth_coding
from clustergraph.web.middleware.metrics import Metrics
from clustergraph.web.middleware.rate_limit import RateLimit, client_name
from clustergraph.web.service import MIB, Service

HEADER_BYTES = 150
"""What a header takes in memory besides its characters, about."""

OUTCOMES = {"too-many-requests": "limited", "incomplete-request": "cancelled"}
"""How refused requests are counted, by their problem; all others count as refused."""

UNLIMITED = frozenset({Urls.health, Urls.ready, Urls.metrics})
"""Addresses that programs which watch over the service ask often."""

REFUSED = "clustergraph.refused"
"""Where a request has the Problem for which it is refused, or None. The application then makes the response of it."""

READING = ("GET", "HEAD")
"""The methods whose answers can be kept."""

PLAIN_QUERY = "clustergraph.plain_query"
"""Where a request that is a plain query (see `fast_path`) has it, and as what it is asked."""

MAX_QUICKLY_CODED_BYTES = 1 << 15
"""Up to this many bytes an answer is compressed in less than a millisecond."""

CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")
"""What the application is not to see: what it computes is kept for everybody."""

OF_THE_BODY = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})
"""What a response without a body has no use for."""


class CachedResponse(NamedTuple):
    """A whole response, ready to be sent again. It has an ETag if it may be kept."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str = ""
    file: Part | None = None
    """A body that is sent piece by piece and never held whole."""

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self.body) if self.file is None else self.file.size


GONE = CachedResponse("499 Client Closed Request", [], b"")
"""What a request whose client left is counted as; nobody gets it."""


class _Variant(NamedTuple):
    """Which of all responses a GET or HEAD asks for: all that it depends on besides the service's edition."""

    snapshot: str
    coding: str
    host: str
    path: str
    query_string: str
    accept: str
    language: str

    def make_etag(self, edition: str) -> str:
        """The ETag of the response. Of other services that give the same answers it is the same."""
        content = "\n".join((edition, *self)).encode("utf-8", "surrogateescape")
        return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'


class ResponseCache:
    """WSGI middleware around the application."""

    def __init__(self, app: WSGIApplication, service: Service, metrics: Metrics, caches: CacheMemory) -> None:
        self.app = app
        self.service = service
        self.metrics = metrics
        self.rate = None if service.settings.rate == "off" else RateLimit(service.settings.rate)
        self.cache = ByteCache[CachedResponse](caches)
        metrics.response_cache = self.cache
        self._log_style = service.settings.log
        self._edition = edition(service)
        # Addresses in an answer begin with the host that was asked, unless the settings know better.
        self._named_by_host = not service.settings.url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        context = copy_context()
        context.run(CALLER.set, caller(environ))
        response = context.run(self.answer, environ)
        start_response(response.status, response.headers)
        return [response.body] if response.file is None else response.file

    def try_now(self, environ: WSGIEnvironment) -> CachedResponse | None:
        """The response, if nothing has to be waited for: it is there already, or a look-up. Else None."""
        begin = time.perf_counter()
        if self._is_excessive(environ) or environ["REQUEST_METHOD"] not in READING:
            return None
        variant = self._make_variant(environ)
        response = self._find(environ, variant)
        if response is None and not self._is_limited(environ) and (query := fast_path.plain_query(environ)):
            environ[PLAIN_QUERY] = query, variant
            answer = fast_path.look_up(query, self.service)
            # A look-up does not name its snapshot; if a new one came meanwhile, the query is asked again.
            if answer and self.service.snapshot.name == variant.snapshot:
                response = self._keep(CachedResponse("200 OK", *answer), variant), "computed"
        return response and self._finish(environ, *response, begin)

    async def answer_async(self, environ: WSGIEnvironment) -> CachedResponse | None:
        """The response to what `try_now` found to be a plain query, on the event loop. Else None: `answer` it."""
        begin = time.perf_counter()
        query, variant = environ.get(PLAIN_QUERY, (None, None))
        if query is None:
            return None
        answer = await fast_path.answer_async(query, environ, self.service)
        if CALLER.get().has_left:
            return self._finish(environ, GONE, "cancelled", begin)
        if answer is None or self.service.snapshot.name != variant.snapshot:
            return None
        response = CachedResponse("200 OK", *answer)
        if variant.coding and response.size > MAX_QUICKLY_CODED_BYTES:
            response = await asyncio.to_thread(self._keep, response, variant)
        else:
            response = self._keep(response, variant)
        return self._finish(environ, response, "computed", begin)

    def answer(self, environ: WSGIEnvironment) -> CachedResponse:
        """The response, however long it takes. That to HEAD has no body."""
        begin = time.perf_counter()
        if REFUSED not in environ:
            self._is_excessive(environ)
        if problem := environ.get(REFUSED):
            outcome = OUTCOMES.get(problem.slug, "refused")
            return self._finish(environ, run(self.app, environ), outcome, begin)
        variant = self._make_variant(environ) if environ["REQUEST_METHOD"] in READING else None
        # What `try_now` did not find is not looked for again: that would count as another miss.
        response = self._find(environ, variant) if variant and REFUSED not in environ else None
        if response is None and self._is_limited(environ):
            response = run(self.app, environ), "limited"
        if response is None:
            response = self._compute(environ, variant) if variant else self._answer_post(environ), "computed"
        return self._finish(environ, *response, begin)

    def _make_variant(self, environ: WSGIEnvironment) -> _Variant:
        get = environ.get
        host = f"{environ['wsgi.url_scheme']}://{get('HTTP_HOST', '')}{environ['SCRIPT_NAME']}"
        return _Variant(
            self.service.snapshot.name,
            choose_coding(get("HTTP_ACCEPT_ENCODING", "")),
            host if self._named_by_host else "",
            get("PATH_INFO", ""),
            get("QUERY_STRING", ""),
            get("HTTP_ACCEPT", ""),
            name_languages(get("HTTP_ACCEPT_LANGUAGE", ""), self.service.snapshot.languages),
        )

    def _find(self, environ: WSGIEnvironment, variant: _Variant) -> tuple[CachedResponse, str] | None:
        """The response that is there already, and its outcome."""
        response = self.cache.get(variant)
        if response is not None:
            return response, "ready"
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known and (etag := variant.make_etag(self._edition)) in known:
            return not_modified(etag, variant.snapshot), "known"
        return None

    def _finish(self, environ: WSGIEnvironment, response: CachedResponse, outcome: str, begin: float) -> CachedResponse:
        """What is sent of a response: nothing new, a part, no body. It is counted and logged."""
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and response.etag and (response.etag in known or known.strip() == "*"):
            response = not_modified(response.etag, "", response.headers)
        elif response.file is not None:
            (status, headers), file = byte_ranges.cut(environ, response.file, response.etag, dict(response.headers))
            response = response._replace(status=status, headers=list(headers.items()), file=file)
        caller = CALLER.get()
        if caller.has_left:
            response, outcome = GONE, "cancelled"
        if self.rate is not None and caller.seconds:  # what its queries ran for is taken from its client's allowance
            self.rate.charge(caller.name, caller.seconds)
        method, status, seconds = environ["REQUEST_METHOD"], response.status[:3], time.perf_counter() - begin
        self.metrics.request(method, environ.get("PATH_INFO", ""), status, outcome, seconds)
        if self._log_style != "off":
            access_log.write(self._log_style, environ, status, response.size, outcome, seconds)
        return response._replace(body=b"", file=None) if method == "HEAD" else response

    def _compute(self, environ: WSGIEnvironment, variant: _Variant) -> CachedResponse:
        """Ask the application, as for a GET, and make its answer ready: compressed, tagged, kept if it may be."""
        unconditional = {name: value for name, value in environ.items() if name not in CONDITIONS}
        unconditional["REQUEST_METHOD"] = "GET"
        answer = self._answer(unconditional)
        if self.service.snapshot.name != variant.snapshot:
            # A new snapshot came meanwhile. Of an answer that took several queries, half may be from the one before.
            variant = self._make_variant(environ)
            unconditional.pop(fast_path.FAILED, None)
            answer = self._answer(unconditional)
            if self.service.snapshot.name != variant.snapshot:
                return encode(answer, variant.coding)
        return self._keep(answer, variant)

    def _keep(self, answer: CachedResponse, variant: _Variant) -> CachedResponse:
        """The answer, compressed, and if it may be, tagged and kept for those who ask next."""
        status, headers, file = answer.status, dict(answer.headers), answer.file
        if not status.startswith("200"):
            return answer
        body = encode_body(answer.body, variant.coding, headers)
        if headers.get("Cache-Control") != PUBLIC:
            return CachedResponse(status, list(headers.items()), body, "", file)
        headers["ETag"] = etag = variant.make_etag(self._edition)
        response = CachedResponse(status, list(headers.items()), body, etag, file)
        if file is None:
            headers["Server-Timing"] = "ready"
            size = sum(map(len, chain(headers, headers.values(), [body]))) + HEADER_BYTES * len(headers)
            self.cache.put(variant, CachedResponse(status, list(headers.items()), body, etag), size)
        return response

    def _answer(self, environ: WSGIEnvironment) -> CachedResponse:
        answer = fast_path.answer(environ, self.service)
        return CachedResponse("200 OK", *answer) if answer else run(self.app, environ)

    def _answer_post(self, environ: WSGIEnvironment) -> CachedResponse:
        """The answer to a POST; computed again if a new snapshot came meanwhile, as in `_compute`."""
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        before = self.service.snapshot.name
        body = self._read_body(environ)
        if body is None:
            return encode(run(self.app, environ), coding)
        answer = run(self.app, {**environ, "wsgi.input": BytesIO(body)})
        if self.service.snapshot.name != before:
            answer = run(self.app, {**environ, "wsgi.input": BytesIO(body)})
        return encode(answer, coding)

    def _read_body(self, environ: WSGIEnvironment) -> bytes | None:
        """The request's body; None, and not read, if its size is not said or more than is allowed."""
        size = environ.get("CONTENT_LENGTH") or ""
        if not size.isdecimal() or int(size) > self.service.settings.request_size * MIB:
            return None
        body: bytes = environ["wsgi.input"].read(int(size))
        return body

    def _is_excessive(self, environ: WSGIEnvironment) -> bool:
        """Whether a part of the request is too long to be read."""
        problem = request_bounds.excess(environ)
        if problem is not None:
            environ[REFUSED] = problem
        return problem is not None

    def _is_limited(self, environ: WSGIEnvironment) -> bool:
        """Whether this client has to wait. Of one request it may be asked again, and counts once."""
        if REFUSED not in environ:
            rate = None if environ.get("PATH_INFO", "") in UNLIMITED else self.rate
            wait = rate.wait(client_name(environ.get("REMOTE_ADDR", ""))) if rate is not None else 0
            environ[REFUSED] = _make_rate_problem(self.service.settings.rate, wait) if wait else None
        return environ[REFUSED] is not None


def caller(environ: WSGIEnvironment) -> Caller:
    """The client of a request, as queries know it."""
    return Caller(client_name(environ.get("REMOTE_ADDR", "")))


def _make_rate_problem(rate: str, wait: int) -> Problem:
    detail = message("This service computes {rate} answers for one client; the next in {wait} s.", rate=rate, wait=wait)
    return Problem("too-many-requests", detail, {"Retry-After": str(wait)})


def run(app: WSGIApplication, environ: WSGIEnvironment) -> CachedResponse:
    """A WSGI application's whole response."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        started[:] = [status, headers]
        return None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    status, headers = started
    return CachedResponse(status, headers, body, file=environ.get(FILE) if status.startswith("200") else None)


def encode(answer: CachedResponse, coding: str) -> CachedResponse:
    """The answer in the content coding that its client prefers, with headers that say so."""
    if not answer.status.startswith("200"):
        return answer
    headers = dict(answer.headers)
    body = encode_body(answer.body, coding, headers)
    return answer._replace(headers=list(headers.items()), body=body)


def encode_body(body: bytes, coding: str, headers: dict[str, str]) -> bytes:
    """The body of a response in a content coding, which is noted in its headers, if that is worth while."""
    if not is_worth_coding(headers.get("Content-Type", ""), len(body)):
        return body
    vary = headers.get("Vary", "")
    if "Accept-Encoding" not in vary:
        headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    if coding:
        body = CODINGS[coding](body)
        headers |= {"Content-Encoding": coding, "Content-Length": str(len(body))}
    return body


def not_modified(etag: str, snapshot: str, headers: Iterable[tuple[str, str]] | None = None) -> CachedResponse:
    """What to say to a client that has the answer already (RFC 9110, section 15.4.5).

    `headers` are those of the answer, where it is at hand.
    """
    if headers is None:
        headers = [
            *EVERYWHERE.items(),
            ("Snapshot", snapshot),
            ("Cache-Control", PUBLIC),
            ("Vary", "Accept, Accept-Language, Accept-Encoding"),
            ("ETag", etag),
        ]
    return CachedResponse("304 Not Modified", [header for header in headers if header[0] not in OF_THE_BODY], b"")
