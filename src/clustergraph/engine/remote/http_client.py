"""One request over HTTP, with one deadline for the whole exchange, and the rule for sending it again.

A timeout of urllib begins anew with every byte, so an engine that lets its headers or its body trickle, or says
`100 Continue` for ever, could keep a caller for ever. Here, every wait for the network may take what is left until the
deadline. No redirection is followed: a POST that is sent on loses its query, and credentials are for one address.
"""

from __future__ import annotations

import http.client
import io
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, partial
from http.client import BadStatusLine, HTTPException, HTTPResponse
from typing import Any, cast
from urllib.error import URLError
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

import clustergraph
from clustergraph.engine.remote.http_auth import SignIn
from clustergraph.sparql.errors import ResultTooLarge

CHUNK_BYTES = 1 << 16
MAX_ERROR_BYTES = 100_000
"""Bytes that are read of the body of an error."""
MAX_HEADER_BYTES = 1 << 20
"""Bytes that may come before the body."""
PASSING_STATUSES = frozenset({429, 502, 503, 504})
"""Statuses of what may be over soon: too many requests, a gateway without an engine, an engine that starts."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Names of headers are in lower case; `media_type` is without its parameters."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    ends: bool = True
    """Whether the engine said where the body ends, so that a body cut short would have been noticed."""

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def retry_after(self) -> float | None:
        """What Retry-After says, where it says so in seconds.

        >>> Reply(503, {"retry-after": "3"}, b"").retry_after, Reply(503, {"retry-after": "9" * 400}, b"").retry_after
        (3.0, None)
        """
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() and len(value) < 8 else None


class Unanswered(Exception):
    """No whole answer came, and the same request may well be answered a little later.

    `reply` is the refusal of an engine that is busy; None where the exchange itself failed.
    """

    def __init__(self, reason: str, reply: Reply | None = None) -> None:
        super().__init__(reason)
        self.reply = reply
        self.attempts = 1
        """How often the request was sent."""


class Late(Exception):
    """The deadline came first."""


class Exchange:
    """One exchange, which another thread can break off."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._is_broken_off = False
        self._lock = threading.Lock()

    def use(self, connection: socket.socket) -> None:
        """Go on over this connection."""
        with self._lock:
            self._sockets.append(connection)
            if self._is_broken_off:
                self._shut_down()

    def break_off(self) -> None:
        """Let whoever waits for the other side find the end of the connection."""
        with self._lock:
            self._is_broken_off = True
            self._shut_down()

    def _shut_down(self) -> None:
        for connection in self._sockets:
            with suppress(OSError):  # closed, or not yet connected, which is then given up
                connection.shutdown(socket.SHUT_RDWR)


_EXCHANGE: ContextVar[Exchange | None] = ContextVar("exchange", default=None)
"""The exchange that this thread is in."""


@dataclass(frozen=True, slots=True)
class HttpClient:
    """Sends requests, as `user` where one is given. Safe to use from several threads."""

    user: str = ""
    password: str = field(default="", repr=False)
    _openers: list[OpenerDirector] = field(default_factory=list, repr=False, compare=False)

    def exchange(self, request: Request, until: float, max_bytes: int, exchange: Exchange | None = None) -> Reply:
        """The reply to a request, whatever its status, by the time `until` (of `time.monotonic`).

        What comes after `exchange` was broken off may be a part of the reply. Raises Unanswered, Late,
        UnknownChallenge and, for a body of more than `max_bytes`, ResultTooLarge.
        """
        begin = time.monotonic()
        token = _EXCHANGE.set(exchange)
        try:
            # urllib hands the timeout on as it is; our connections take it for the time when all must be over.
            response: HTTPResponse = self._opener().open(request, timeout=until)
            with response:
                fine = response.status == 200
                body = _read_body(response, max_bytes if fine else MAX_ERROR_BYTES, is_whole=fine)
                ends = response.headers.get("Content-Length") is not None or response.chunked
                headers = {name.lower(): value for name, value in response.headers.items()}
                return Reply(response.status, headers, body, ends)
        except URLError as error:
            raise Unanswered(_describe_failure(error.reason, until - begin)) from error
        except (OSError, HTTPException, ValueError) as error:
            raise Unanswered(_describe_failure(error, until - begin)) from error
        finally:
            _EXCHANGE.reset(token)

    def _opener(self) -> OpenerDirector:
        if not self._openers:
            opener = OpenerDirector()
            opener.addheaders = [("User-Agent", f"clustergraph/{clustergraph.__version__}")]
            handlers = [ProxyHandler(), _HttpHandler(), _HttpsHandler()]
            for handler in [*handlers, SignIn(self.user, self.password)] if self.user else handlers:
                opener.add_handler(handler)
            self._openers.append(opener)
        return self._openers[0]


def send_with_retries(
    send: Callable[[], Reply], sleep: Callable[[float], bool], *, attempts: int, first_pause: float
) -> Reply:
    """The reply of `send`, which is called again where it raises Unanswered, after a growing pause.

    Pauses begin at `first_pause` seconds, double, and are as long as Retry-After says at least. `sleep` waits for the
    seconds it is given, or gives False where there is no time for that. Raises the last Unanswered.
    """
    for attempt in range(1, attempts + 1):
        try:
            return send()
        except Unanswered as error:
            error.attempts = attempt
            pause = first_pause * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
            requested_pause = error.reply and error.reply.retry_after
            if attempt == attempts or not sleep(max(pause, requested_pause or 0.0)):
                raise
    raise AssertionError("unreachable: the last attempt returns or raises")


def seconds_left(until: float) -> float:
    """The seconds that are left. Raises Late where none are."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise Late
    return seconds


class _Response(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, until: float, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._incoming = _Incoming(sock, self.fp.detach(), until)
        self.fp = io.BufferedReader(self._incoming)

    def begin(self) -> None:
        super().begin()
        self._incoming.headers_end = True


class _Incoming(io.RawIOBase):
    """What comes from a socket, until the deadline."""

    def __init__(self, sock: socket.socket, stream: io.RawIOBase, until: float) -> None:
        self._socket, self._stream, self._until = sock, stream, until
        self._size = 0
        self.headers_end = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._socket.settimeout(seconds_left(self._until))
        try:
            size = self._stream.readinto(buffer)
        except TimeoutError:
            raise Late from None
        self._size += size or 0
        if self._size > MAX_HEADER_BYTES and not self.headers_end:
            raise HTTPException(f"it sent more than {MAX_HEADER_BYTES >> 20} MiB before its answer")
        return cast(int | None, size)

    def close(self) -> None:
        self._stream.close()
        super().close()


class _Connection(http.client.HTTPConnection):
    """A connection whose timeout is the time (of `time.monotonic`) when all must be over."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._create_connection = _connect
        self.response_class = partial(_Response, until=cast(float, self.timeout))  # type: ignore[assignment]

    def connect(self) -> None:
        super().connect()
        if exchange := _EXCHANGE.get():
            exchange.use(self.sock)

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.sock.settimeout(seconds_left(cast(float, self.timeout)))
        try:
            super().send(data)
        except TimeoutError:
            raise Late from None


class _TlsConnection(_Connection, http.client.HTTPSConnection):
    pass


class _HttpHandler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)


class _HttpsHandler(HTTPSHandler):
    def https_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_TlsConnection, req, context=_tls_context())


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connect(address: tuple[str, int], until: float, *_: Any) -> socket.socket:
    """A connection to one of the host's addresses. Raises OSError."""
    failure: OSError = ConnectionError("its host has no address")
    for family, kind, protocol, _name, place in _resolve_host(*address, until):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(seconds_left(until))
            if exchange := _EXCHANGE.get():
                exchange.use(connection)
            connection.connect(place)
            return connection
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
    raise failure


def _resolve_host(host: str, port: int, until: float) -> list[Any]:
    look_up = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        return look_up(flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        pass
    # Nothing ends the system's look-up of a name, so it has a thread that can be left alone with it.
    result: Future[list[Any]] = Future()

    def run() -> None:
        try:
            result.set_result(look_up())
        except OSError as error:
            result.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return result.result(seconds_left(until))


def _read_body(response: HTTPResponse, max_bytes: int, *, is_whole: bool) -> bytes:
    """The body. One that need not be whole, as it only says what went wrong, may be cut short or broken off."""
    coding = response.headers.get("Content-Encoding", "identity")
    if coding != "identity":
        raise HTTPException(f"it sent its answer in the coding {coding[:40]!r}, which nobody asked for")
    body = bytearray()
    try:
        while len(body) <= max_bytes and (part := response.read1(CHUNK_BYTES)):
            body += part
    except (OSError, HTTPException, ValueError) as error:
        if is_whole:
            raise HTTPException("it broke its answer off") from error
    if not is_whole:
        return bytes(body[:max_bytes])
    if len(body) > max_bytes:
        raise ResultTooLarge(max_bytes)
    if response.length:
        raise HTTPException(f"it broke its answer off, {response.length} bytes before the end")
    return bytes(body)


def _describe_failure(error: object, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"it took no connection within {seconds:.0f} s"
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    if isinstance(error, BadStatusLine):
        return "what it sent is not HTTP"
    return str(error)[:200] or type(error).__name__
