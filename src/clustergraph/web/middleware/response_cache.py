"""What stands in front of the application: the hot path, ETags, compression, rate limits, metrics, the access log.

A request whose answer is ready is answered here, before any framework work. An answer's ETag is made of the snapshot
and the request, so a client that has it is told so without computing anything.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterable
from io import BytesIO
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from clustergraph.describe.urls import Urls
from clustergraph.engine.cache import ByteCache
from clustergraph.web.http.export_files import FILE, Part
from clustergraph.web.http.headers import EVERYWHERE, PUBLIC
from clustergraph.web.http.i18n import preferred
from clustergraph.web.middleware import access_log, byte_ranges, fast_path
from clustergraph.web.middleware.cache_version import edition
from clustergraph.web.middleware.compression import CODINGS, choose_coding, is_worth_coding
from clustergraph.web.middleware.metrics import Metrics
from clustergraph.web.middleware.rate_limit import Rate
from clustergraph.web.service import MIB, Service

HEADERS_BYTES = 2000
"""What the headers of a response take in memory, about."""

UNLIMITED = frozenset({Urls.health, Urls.ready, Urls.metrics})
"""What whoever watches over the service asks, often."""

REFUSED = "clustergraph.refused"
"""Where a request says whether it is one too many: the seconds to wait. The application then makes the error of it."""

READING = ("GET", "HEAD")
"""The methods whose answers can be kept."""

QUESTION = "clustergraph.question"
"""Where a request that is a plain question (see `quick`) has it, and as what it is asked."""

QUICKLY_CODED = 1 << 15
"""Up to this many bytes an answer is compressed in less than a millisecond."""

CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_RANGE", "HTTP_IF_RANGE")
"""What the application is not to see: what it computes is kept for everybody."""

OF_THE_BODY = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})
"""What a response without a body has no use for."""


class Ready(NamedTuple):
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


class _Asked(NamedTuple):
    """What a GET or HEAD asks for."""

    coding: str
    snapshot: str
    etag: str


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
        ready = self.answer(environ)
        start_response(ready.status, ready.headers)
        return [ready.body] if ready.file is None else ready.file

    def at_once(self, environ: WSGIEnvironment) -> Ready | None:
        """The response, if nothing has to be waited for: it is there already, or a look-up. Else None."""
        begin = time.perf_counter()
        if environ["REQUEST_METHOD"] not in READING:
            return None
        asked = self._asked(environ)
        found = self._known(environ, asked)
        if found is None and not self._wait(environ) and (question := fast_path.question(environ)):
            environ[QUESTION] = question, asked
            short = fast_path.look_up(question, self.service)
            # Of which snapshot a look-up is, it does not say; if a new one came meanwhile, it is asked again.
            if short and self.service.snapshot.name == asked.snapshot:
                found = self._kept(Ready("200 OK", *short), asked), "computed"
        return found and self._done(environ, *found, begin)

    async def aanswer(self, environ: WSGIEnvironment) -> Ready | None:
        """The response to what `at_once` found to be a plain question, on the event loop. Else None: `answer` it."""
        begin = time.perf_counter()
        question, asked = environ.get(QUESTION, (None, None))
        if question is None:
            return None
        short = await fast_path.aanswer(question, environ, self.service)
        if short is None or self.service.snapshot.name != asked.snapshot:
            return None
        answer = Ready("200 OK", *short)
        if asked.coding and answer.size > QUICKLY_CODED:
            ready = await asyncio.to_thread(self._kept, answer, asked)
        else:
            ready = self._kept(answer, asked)
        return self._done(environ, ready, "computed", begin)

    def answer(self, environ: WSGIEnvironment) -> Ready:
        """The response, however long it takes. That to HEAD has no body."""
        begin = time.perf_counter()
        reads = environ["REQUEST_METHOD"] in READING
        asked = self._asked(environ) if reads else None
        # What `at_once` did not find is not looked for again: that would count as another miss.
        found = self._known(environ, asked) if asked and REFUSED not in environ else None
        if found is None and self._wait(environ):
            found = run(self.app, environ), "limited"
        if found is None:
            found = self._compute(environ, asked) if asked else self._posted(environ), "computed"
        return self._done(environ, *found, begin)

    def _asked(self, environ: WSGIEnvironment) -> _Asked:
        coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        snapshot = self.service.snapshot.name
        return _Asked(coding, snapshot, self._etag(snapshot, environ, coding))

    def _known(self, environ: WSGIEnvironment, asked: _Asked) -> tuple[Ready, str] | None:
        """The response that is there already, and its outcome."""
        ready = self.cache.get(asked.etag)
        if ready is not None:
            return ready, "ready"
        if asked.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return not_modified(asked.etag, asked.snapshot), "known"
        return None

    def _done(self, environ: WSGIEnvironment, ready: Ready, outcome: str, begin: float) -> Ready:
        """What is sent of a response: nothing new, a part, no body. It is counted and logged."""
        known = environ.get("HTTP_IF_NONE_MATCH", "")
        if known and ready.etag and (ready.etag in known or known.strip() == "*"):
            ready = not_modified(ready.etag, "", ready.headers)
        elif ready.file is not None:
            (status, headers), file = byte_ranges.cut(environ, ready.file, ready.etag, dict(ready.headers))
            ready = ready._replace(status=status, headers=list(headers.items()), file=file)
        seconds = time.perf_counter() - begin
        method = environ["REQUEST_METHOD"]
        self.metrics.request(method, environ.get("PATH_INFO", ""), ready.status[:3], outcome, seconds)
        if self._log_style != "off":
            access_log.write(self._log_style, environ, ready.status[:3], ready.size, outcome, seconds)
        return ready._replace(body=b"", file=None) if method == "HEAD" else ready

    def _etag(self, snapshot: str, environ: WSGIEnvironment, coding: str) -> str:
        parts = (
            snapshot,
            self._edition,
            f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}{environ.get('SCRIPT_NAME', '')}"
            if self._named_by_host
            else "",
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            environ.get("HTTP_ACCEPT", ""),
            preferred(environ.get("HTTP_ACCEPT_LANGUAGE", "")),
            coding,
        )
        content = "\n".join(parts).encode("utf-8", "surrogateescape")
        return f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'

    def _compute(self, environ: WSGIEnvironment, question: _Asked) -> Ready:
        """Ask the application, as for a GET, and make its answer ready: compressed, tagged, kept if it may be."""
        asked = {name: value for name, value in environ.items() if name not in CONDITIONS}
        asked["REQUEST_METHOD"] = "GET"
        answer = self._answer(asked)
        if self.service.snapshot.name != question.snapshot:
            # A new snapshot came meanwhile. Of an answer that took several queries, half may be from the one before.
            question = self._asked(environ)
            asked.pop(fast_path.FAILED, None)
            answer = self._answer(asked)
            if self.service.snapshot.name != question.snapshot:
                return encode(answer, question.coding)
        return self._kept(answer, question)

    def _kept(self, answer: Ready, question: _Asked) -> Ready:
        """The answer, compressed, and if it may be, tagged and kept for whoever asks next."""
        if not answer.status.startswith("200"):
            return answer
        headers = dict(answer.headers)
        body = coded(answer.body, question.coding, headers)
        if headers.get("Cache-Control") != PUBLIC:
            return Ready(answer.status, list(headers.items()), body, "", answer.file)
        headers["ETag"] = question.etag
        told = list(headers.items())
        if answer.file is None:
            headers["Server-Timing"] = "ready"
            kept = Ready(answer.status, list(headers.items()), body, question.etag)
            self.cache.put(question.etag, kept, len(body) + HEADERS_BYTES)
        return Ready(answer.status, told, body, question.etag, answer.file)

    def _answer(self, environ: WSGIEnvironment) -> Ready:
        short = fast_path.answer(environ, self.service)
        return Ready("200 OK", *short) if short else run(self.app, environ)

    def _posted(self, environ: WSGIEnvironment) -> Ready:
        return encode(self._of_one_snapshot(environ), choose_coding(environ.get("HTTP_ACCEPT_ENCODING", "")))

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
        """Seconds that this client has to wait, 0 for none. Of one request it may be asked again, and counts once."""
        if REFUSED not in environ:
            rate = None if environ.get("PATH_INFO", "") in UNLIMITED else self.rate
            environ[REFUSED] = rate.wait(environ.get("REMOTE_ADDR", "")) if rate is not None else 0
        wait: int = environ[REFUSED]
        return wait


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
    """The answer in the content coding that its client prefers."""
    if not answer.status.startswith("200"):
        return answer
    headers = dict(answer.headers)
    body = coded(answer.body, coding, headers)
    return Ready(answer.status, list(headers.items()), body, answer.etag, answer.file)


def coded(body: bytes, coding: str, headers: dict[str, str]) -> bytes:
    """A body in a content coding. Its headers are told so, and that there are others."""
    if not is_worth_coding(headers.get("Content-Type", ""), len(body)):
        return body
    vary = headers.get("Vary", "")
    if "Accept-Encoding" not in vary:
        headers["Vary"] = f"{vary}, Accept-Encoding" if vary else "Accept-Encoding"
    if coding:
        body = CODINGS[coding](body)
        headers.update({"Content-Encoding": coding, "Content-Length": str(len(body))})
    return body


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
