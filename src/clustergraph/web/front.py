"""What stands in front of the application: the hot path, ETags, compression, rate limits, metrics, the access log.

A request whose answer is ready is answered here, before any framework work. An answer's ETag is made of the snapshot
and the request, so a client that has it is told so without computing anything.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from clustergraph.engine.cache import ByteCache
from clustergraph.web import log, quick, ranges
from clustergraph.web.coding import CODINGS, choose_coding, is_worth_coding
from clustergraph.web.edition import edition
from clustergraph.web.files import FILE, Pieces
from clustergraph.web.headers import EVERYWHERE, PUBLIC
from clustergraph.web.language import preferred
from clustergraph.web.metrics import Metrics
from clustergraph.web.rate import Rate
from clustergraph.web.service import MIB, Service

HEADERS_BYTES = 2000
"""What the headers of a response take in memory, about."""

UNLIMITED = frozenset({"/health", "/ready", "/metrics"})
"""What whoever watches over the service asks, often."""

REFUSED = "clustergraph.refused"
"""Where a request says that it is one too many: the seconds to wait. The application then makes the error of it."""

CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")
"""What the application is not to see: what it computes is kept for everybody."""

OF_THE_BODY = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})
"""What a response without a body has no use for."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A whole response, ready to be sent again. It has an ETag if it may be kept."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    etag: str = ""
    file: Pieces | None = None
    """A body that is sent piece by piece and never held whole."""

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return self.file.left if self.file else len(self.body)


class Front:
    """WSGI middleware around the application."""

    def __init__(self, app: WSGIApplication, service: Service, metrics: Metrics) -> None:
        self.app = app
        self.service = service
        self.metrics = metrics
        self.rate = None if service.settings.rate == "off" else Rate(service.settings.rate)
        self.cache = ByteCache[Ready](service.settings.cache * MIB // 2)
        metrics.response_cache = self.cache
        self._log_style = service.settings.log
        self._edition = edition(service)
        # Addresses in an answer begin with the host that was asked, unless the settings know better.
        self._named_by_host = not service.settings.url

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        begin = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        outcome = "computed"
        if method == "GET" or method == "HEAD":
            coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
            snapshot = self.service.snapshot.name
            etag = self._etag(snapshot, environ, coding)
            known = environ.get("HTTP_IF_NONE_MATCH", "")
            ready = self.cache.get(etag)
            if ready is not None:
                outcome = "ready"
            elif etag in known:
                ready, outcome = not_modified(etag, snapshot), "known"
            elif wait := self._wait(environ):
                ready, outcome = run(self.app, {**environ, REFUSED: wait}), "limited"
            else:
                ready = self._compute(environ, coding, etag, snapshot)
            if ready.etag and (ready.etag in known or known.strip() == "*"):
                ready = not_modified(ready.etag, snapshot, ready.headers)
            elif ready.file:
                status, headers = ranges.head(environ, ready.file, ready.etag, dict(ready.headers))
                ready = replace(ready, status=status, headers=list(headers.items()))
        elif wait := self._wait(environ):
            ready, outcome = run(self.app, {**environ, REFUSED: wait}), "limited"
        else:
            ready = encode(self._of_one_snapshot(environ), choose_coding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        start_response(ready.status, ready.headers)
        seconds = time.perf_counter() - begin
        self.metrics.request(method, environ.get("PATH_INFO", ""), ready.status[:3], outcome, seconds)
        if self._log_style != "off":
            log.write(self._log_style, environ, ready.status[:3], ready.size, outcome, seconds)
        return [] if method == "HEAD" else ready.file or [ready.body]

    def _etag(self, snapshot: str, environ: WSGIEnvironment, coding: str) -> str:
        parts = (
            snapshot,
            self._edition,
            f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}" if self._named_by_host else "",
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ACCEPT", ""),
            preferred(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
            coding,
        )
        content = "\n".join(parts).encode("utf-8", "surrogateescape")
        return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'

    def _compute(self, environ: WSGIEnvironment, coding: str, etag: str, snapshot: str) -> Ready:
        """Ask the application, as for a GET, and make its answer ready: compressed, tagged, kept if it may be."""
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        asked["REQUEST_METHOD"] = "GET"
        answer = self._answer(asked)
        if self.service.snapshot.name != snapshot:
            # A new snapshot came meanwhile. Of an answer that took several queries, half may be from the one before.
            snapshot = self.service.snapshot.name
            etag, answer = self._etag(snapshot, environ, coding), self._answer(asked)
            if self.service.snapshot.name != snapshot:
                return encode(answer, coding)
        answer = encode(answer, coding)
        headers = dict(answer.headers)
        if not answer.status.startswith("200") or headers.get("Cache-Control") != PUBLIC:
            return answer
        headers["ETag"] = etag
        if answer.file:
            return replace(answer, headers=list(headers.items()), etag=etag)
        again = {**headers, "Server-Timing": "ready"}
        kept = Ready(answer.status, list(again.items()), answer.body, etag)
        self.cache.put(etag, kept, len(answer.body) + HEADERS_BYTES)
        return Ready(answer.status, list(headers.items()), answer.body, etag)

    def _answer(self, environ: WSGIEnvironment) -> Ready:
        short = quick.answer(environ, self.service)
        return Ready("200 OK", *short) if short else run(self.app, environ)

    def _of_one_snapshot(self, environ: WSGIEnvironment) -> Ready:
        """The answer to what came by POST; asked again if a new snapshot came meanwhile, as in `_compute`."""
        before = self.service.snapshot.name
        body = self._body(environ)
        if body is None:
            return run(self.app, environ)
        answer = run(self.app, {**environ, "wsgi.input": BytesIO(body)})
        if self.service.snapshot.name == before:
            return answer
        return run(self.app, {**environ, "wsgi.input": BytesIO(body)})

    def _body(self, environ: WSGIEnvironment) -> bytes | None:
        """The request's body; None, and not read, if its size is not said or more than is allowed."""
        size = environ.get("CONTENT_LENGTH") or ""
        if not size.isdecimal() or int(size) > self.service.settings.request_size * MIB:
            return None
        body: bytes = environ["wsgi.input"].read(int(size))
        return body

    def _wait(self, environ: WSGIEnvironment) -> int:
        """Seconds that this client has to wait, 0 for none."""
        if self.rate is None or environ.get("PATH_INFO", "") in UNLIMITED:
            return 0
        return self.rate.wait(environ.get("REMOTE_ADDR", ""))


def run(app: WSGIApplication, environ: WSGIEnvironment) -> Ready:
    """A WSGI application's whole response."""
    told: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Any:
        told[:] = [status, headers]
        return None

    chunks = app(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return Ready(told[0], told[1], body, file=environ.get(FILE) if told[0].startswith("200") else None)


def encode(answer: Ready, coding: str) -> Ready:
    """The answer in the content coding that its client prefers, and marked as one that comes in several."""
    headers = dict(answer.headers)
    media_type = headers.get("Content-Type", "")
    if not answer.status.startswith("200") or not is_worth_coding(media_type, len(answer.body)):
        return answer
    vary = [name for name in headers.get("Vary", "").split(", ") if name]
    headers["Vary"] = ", ".join(dict.fromkeys([*vary, "Accept-Encoding"]))
    if not coding:
        return Ready(answer.status, list(headers.items()), answer.body)
    body = CODINGS[coding](answer.body)
    headers.update({"Content-Encoding": coding, "Content-Length": str(len(body))})
    return Ready(answer.status, list(headers.items()), body)


def not_modified(etag: str, snapshot: str, headers: Iterable[tuple[str, str]] | None = None) -> Ready:
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
    return Ready("304 Not Modified", [header for header in headers if header[0] not in OF_THE_BODY], b"")
