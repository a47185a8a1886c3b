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
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING
from wsgiref.types import WSGIEnvironment

from flask import Flask

from clustergraph.web.app import behind
from clustergraph.web.middleware.response_cache import Front, Ready
from clustergraph.web.service import MIB, Service

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol
    from granian.rsgi import Scope

SPARE_THREADS = 16
"""Threads for what needs no reader: pages, refusals."""
MOST_UNREAD = 64 << 20
"""Bytes of a body too large that are taken from the client, and dropped: most read no answer before all is sent."""
SILENCE = 3.0
"""Seconds without more of such a body after which it is taken for all of it."""
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class Served:
    """A Flask application of `web.app`, to be given to Granian."""

    def __init__(self, app: Flask) -> None:
        service: Service = app.extensions["clustergraph"]
        self._front: Front = app.extensions["front"]
        self._settle = behind(service.settings.proxies, lambda environ, start_response: [])  # noqa: ARG005
        self._most = service.settings.request_size * MIB
        # Every query that may run or wait has a thread, so that the queue is the service's own, which refuses in time.
        threads = service.settings.readers + service.settings.queue + SPARE_THREADS
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        environ = environment(scope)
        self._settle(environ, lambda *_: bytes)
        ready = self._front.at_once(environ) or await self._front.aanswer(environ)
        if ready is None:
            await self._read(environ, protocol)
            ready = await asyncio.get_running_loop().run_in_executor(self._threads, self._front.answer, environ)
        respond(ready, protocol)

    async def _read(self, environ: WSGIEnvironment, protocol: HTTPProtocol) -> None:
        """Put the request's body into its environment, unless it is larger than any that is answered."""
        said = environ.get("CONTENT_LENGTH", "")
        if not said and "HTTP_TRANSFER_ENCODING" not in environ:
            return
        if said.isdecimal() and int(said) > self._most and "HTTP_EXPECT" in environ:
            return  # its client waits for leave to send it
        parts, size = [], 0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as end:
                async for part in protocol:
                    size += len(part)
                    if size <= self._most:
                        parts.append(part)
                    elif size > self._most + MOST_UNREAD:
                        break
                    else:
                        end.reschedule(asyncio.get_running_loop().time() + SILENCE)
        environ["wsgi.input"] = BytesIO(b"".join(parts))
        environ["CONTENT_LENGTH"] = str(size)
        environ.pop("HTTP_TRANSFER_ENCODING", None)  # the chunks are put together


def environment(scope: Scope) -> WSGIEnvironment:
    """What WSGI (PEP 3333) calls the environment of a request, as yet without its body."""
    name, _, port = scope.server.rpartition(":")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # WSGI has the path's bytes as latin-1.
        "PATH_INFO": path if (path := scope.path).isascii() else path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
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
        if key := _key(header):
            environ[key] = f"{environ[key]},{value}" if key in environ else value
    if scope.authority and "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority
    return environ


@lru_cache(maxsize=256)
def _key(header: str) -> str:
    if "_" in header:
        return ""
    return _PLAIN.get(header) or f"HTTP_{header.upper().replace('-', '_')}"


def respond(ready: Ready, protocol: HTTPProtocol) -> None:
    """Send a response."""
    status = int(ready.status[:3])
    if ready.file is not None and ready.file.size:
        file = ready.file
        protocol.response_file_range(status, ready.headers, str(file.path), file.start, file.stop)
    elif ready.body:
        protocol.response_bytes(status, ready.headers, ready.body)
    else:
        protocol.response_empty(status, ready.headers)
