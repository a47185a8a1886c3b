"""The application as Granian calls it (RSGI): on one thread with an event loop, beside threads for what takes its time.

Under WSGI each request would have a thread, and with many at once the threads would spend more time on handing Python's
lock around than on answers. So what is there already, and what is looked up as quickly, is answered on the loop, and
there plain queries wait for their readers; everything else goes to a thread, as under WSGI. Files are sent by Granian
itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from io import BytesIO
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from flask import Flask

from clustergraph.engine.caller import CALLER, Caller
from clustergraph.messages import message
from clustergraph.text_cache import remembers_short
from clustergraph.web.app import behind
from clustergraph.web.http import response_body
from clustergraph.web.http.problem import Problem
from clustergraph.web.http.request_body import MAX_BODIES_BYTES, BodyMemory, read_body
from clustergraph.web.http.response_body import MAX_BODY_BYTES_AT_ONCE, MAX_SENT_BYTES
from clustergraph.web.middleware.request_bounds import HEADERS_BYTES
from clustergraph.web.middleware.response_cache import REFUSED, CachedResponse, ResponseCache, caller
from clustergraph.web.service import MIB, Service

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

SPARE_THREADS = 16
"""Threads for what needs no reader: pages, refusals."""
UNWATCHED_SECONDS = 0.1
"""How long a request is answered before it is looked whether its client has left."""
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}
_OF_EVERY_REQUEST: WSGIEnvironment = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Served:
    """A Flask application of `web.app`, to be given to Granian."""

    def __init__(self, app: Flask) -> None:
        service: Service = app.extensions["clustergraph"]
        self._responses: ResponseCache = app.extensions["responses"]
        proxies = service.settings.proxies
        self._settle = behind(proxies, lambda environ, start_response: []) if proxies else None  # noqa: ARG005
        self._max_body_bytes = service.settings.request_size * MIB
        self._bodies = BodyMemory(max(MAX_BODIES_BYTES, 8 * self._max_body_bytes))
        self._sent = BodyMemory(max(MAX_SENT_BYTES, 8 * service.settings.result_size * MIB))
        # Every query that may run or wait has a thread, so that the queue is the service's own, which refuses in time.
        threads = service.settings.readers + service.settings.queue + SPARE_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = environment(scope)
        if self._settle is not None:
            self._settle(environ, lambda *_: bytes)
        response = self._responses.try_now(environ) or await self._answer(environ, protocol)
        if len(response.body) > MAX_BODY_BYTES_AT_ONCE:
            await self._send(response, environ, scope, protocol)
        else:
            respond(response, protocol)

    async def _send(
        self, response: CachedResponse, environ: WSGIEnvironment, scope: Scope, protocol: HTTPProtocol
    ) -> None:
        """Send a large response, or a refusal where too many of them are on their way."""
        with self._sent.reserve(caller(environ).name) as take:
            if take(len(response.body)):
                await response_body.send(
                    int(response.status[:3]), response.headers, response.body, protocol, scope.client
                )
                return
        detail = message("Too many large answers are being sent at once.")
        environ[REFUSED] = Problem("busy", detail, {"Retry-After": "2"})
        respond(self._responses.answer(environ), protocol)

    async def _answer(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> CachedResponse:
        """The response; its queries are ended if the client leaves before."""
        client = caller(environ)
        CALLER.set(client)  # for the rest of this request: each one is a task with a context of its own
        environ["wsgi.input"] = BytesIO()
        with self._bodies.reserve(client.name) as take:
            if environ.get(REFUSED) is None:
                await self._read_body(environ, protocol, take)
            with _watching(protocol, client):
                response = await self._responses.answer_async(environ)
                if response is None:
                    loop, run_in_context = asyncio.get_running_loop(), copy_context().run
                    response = await loop.run_in_executor(
                        self._threads, run_in_context, self._responses.answer, environ
                    )
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
            has_trailer = "HTTP_TRAILER" in environ
            body, size = await read_body(protocol, declared, self._max_body_bytes, take, has_trailer=has_trailer)
        except Problem as problem:
            environ[REFUSED] = problem
            body, size = b"", 0
        environ["wsgi.input"] = BytesIO(body)
        environ["CONTENT_LENGTH"] = str(size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are put together


@contextlib.contextmanager
def _watching(protocol: HTTPProtocol, client: Caller) -> Iterator[None]:
    """End the client's queries when it leaves before the block ends. Most blocks are over before that is looked at."""
    tasks: list[asyncio.Task[None]] = []

    async def wait_for_leave() -> None:
        await protocol.client_disconnect()
        client.leave()

    def watch() -> None:
        tasks.append(asyncio.create_task(wait_for_leave()))

    timer = asyncio.get_running_loop().call_later(UNWATCHED_SECONDS, watch)
    try:
        yield
    finally:
        timer.cancel()
        for task in tasks:
            task.cancel()


def environment(scope: Scope) -> WSGIEnvironment:
    """What WSGI (PEP 3333) calls the environment of a request, as yet without its body."""
    name, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        **_OF_EVERY_REQUEST,
        "REQUEST_METHOD": scope.method,
        "PATH_INFO": _as_latin_1(scope.path),
        "QUERY_STRING": _as_latin_1(scope.query_string),
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": name.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
    }
    size = 0
    for header, value in scope.headers.items():
        size += len(header) + len(value)
        # One with an underscore would get the name of another, which a proxy may have put there.
        if key := _make_environ_key(header):
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ[HEADERS_BYTES] = size
    if "HTTP_HOST" not in environ and scope.authority:
        environ["HTTP_HOST"] = scope.authority
    return environ


def _as_latin_1(text: str) -> str:
    """Text as WSGI has it: its bytes in UTF-8, each as the character of that number. A query string may hold letters
    that its client did not escape."""
    return text if text.isascii() else text.encode().decode("latin-1")


@remembers_short
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
