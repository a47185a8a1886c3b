"""The application as Granian calls it (RSGI): on one thread with an event loop, beside threads for what takes its time.

Under WSGI each request would have a thread, and with many at once the threads would spend more time on handing Python's
lock around than on answers. So what is there already, and what is looked up as quickly, is answered on the loop, and
there plain queries wait for their readers; everything else goes to a thread, as under WSGI. Files are sent by Granian
itself.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from flask import Flask

from clustergraph.engine.caller import CALLER, Caller
from clustergraph.text_cache import remembers_short
from clustergraph.web.app import behind
from clustergraph.web.http.problem import Problem
from clustergraph.web.http.request_body import MAX_BODIES_BYTES, BodyMemory, read_body
from clustergraph.web.middleware.response_cache import LEFT, REFUSED, CachedResponse, ResponseCache, caller
from clustergraph.web.service import MIB, Service

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

SPARE_THREADS = 16
"""Threads for what needs no reader: pages, refusals."""
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Served:
    """A Flask application of `web.app`, to be given to Granian."""

    def __init__(self, app: Flask) -> None:
        service: Service = app.extensions["clustergraph"]
        self._responses: ResponseCache = app.extensions["responses"]
        self._settle = behind(service.settings.proxies, lambda environ, start_response: [])  # noqa: ARG005
        self._max_body_bytes = service.settings.request_size * MIB
        self._bodies = BodyMemory(max(MAX_BODIES_BYTES, 8 * self._max_body_bytes))
        # Every query that may run or wait has a thread, so that the queue is the service's own, which refuses in time.
        threads = service.settings.readers + service.settings.queue + SPARE_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = environment(scope)
        self._settle(environ, lambda *_: bytes)
        response = self._responses.try_now(environ)
        if response is None:
            client = caller(environ)
            with self._bodies.reserve(client.name) as take:
                if REFUSED not in environ or environ[REFUSED] is None:
                    await self._read_body(environ, protocol, take)
                response = await self._answer_unless_left(environ, protocol, client)
        respond(response, protocol)

    async def _answer_unless_left(
        self, environ: WSGIEnvironment, protocol: HTTPProtocol, client: Caller
    ) -> CachedResponse:
        """The response; its queries are ended if the client leaves before."""
        begin = time.perf_counter()
        context = copy_context()
        context.run(CALLER.set, client)
        answering = asyncio.create_task(self._answer(environ), context=context)
        leaving = asyncio.ensure_future(protocol.client_disconnect())
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not answering.done():
                client.leave()
                answering.cancel()
        if answering.done():
            return answering.result()
        self._responses.count_left(environ, time.perf_counter() - begin)
        return CachedResponse(LEFT, [], b"")

    async def _answer(self, environ: WSGIEnvironment) -> CachedResponse:
        response = await self._responses.answer_async(environ)
        if response is None:
            run_in_context = copy_context().run
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(self._threads, run_in_context, self._responses.answer, environ)
        return response

    async def _read_body(self, environ: WSGIEnvironment, protocol: HTTPProtocol, take: Callable[[int], bool]) -> None:
        """Put the request's body into its environment, unless it is larger than any that is answered."""
        length = environ.get("CONTENT_LENGTH", "")
        if not length and "HTTP_TRANSFER_ENCODING" not in environ:
            return
        declared = int(length) if length.isdecimal() else None
        if declared is not None and declared > self._max_body_bytes and "HTTP_EXPECT" in environ:
            return  # its client waits for leave to send it
        try:
            body, size = await read_body(protocol, declared, self._max_body_bytes, take)
        except Problem as problem:
            environ[REFUSED] = problem
            body, size = b"", 0
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are put together


def environment(scope: Scope) -> WSGIEnvironment:
    """What WSGI (PEP 3333) calls the environment of a request, as yet without its body."""
    name, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": _as_latin_1(scope.path),
        "QUERY_STRING": _as_latin_1(scope.query_string),
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": name.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for header, value in scope.headers.items():
        # One with an underscore would get the name of another, which a proxy may have put there.
        if key := _make_environ_key(header):
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _as_latin_1(text: str) -> str:
    """Text as WSGI has it: its bytes in UTF-8, each as the character of that number. A query string may hold letters
    that its client did not escape."""
    return text if text.isascii() else text.encode().decode("latin-1")


@remembers_short(256)
def _make_environ_key(header: str) -> str:
    if "_" in header:
        return ""
    return _PLAIN.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


def respond(response: CachedResponse, protocol: HTTPProtocol) -> None:
    """Send a response."""
    status = int(response.status[:3])
    if response.file is not None and response.file.size:
        file = response.file
        protocol.response_file_range(status, response.headers, str(file.path), file.start, file.stop)
    elif response.body:
        protocol.response_bytes(status, response.headers, response.body)
    else:
        protocol.response_empty(status, response.headers)
