"""Two ways to wait: by blocking the thread, or on an event loop, on which others go on meanwhile.

What has to wait is written once, as a coroutine that is given one of the two. Given `BLOCKING`, it never suspends.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from clustergraph.engine.caller import CALLER

T = TypeVar("T")


class Waits(Protocol):
    """A way to wait. What takes longer than `seconds` raises TimeoutError, and nothing is lost by it."""

    async def result(self, future: Future[T], seconds: float | None = None) -> T:
        """The future's result, or what it raises. Who stops waiting leaves the future as it is.

        Raises ClientLeft where the client that this thread or task works for has left.
        """

    async def send(self, connection: socket.socket, data: bytes, seconds: float) -> None:
        """Send all of it."""

    async def receive(self, connection: socket.socket, size: int, seconds: float) -> bytes:
        """At least one byte and at most `size`; none when the other end is gone."""

    async def call(self, function: Callable[[], T]) -> T:
        """What a function gives that may block."""


class _Blocking:
    async def result(self, future: Future[T], seconds: float | None = None) -> T:
        if not future.done():
            caller, is_over = CALLER.get(), threading.Event()
            future.add_done_callback(lambda _: is_over.set())
            with caller.on_leave(is_over.set):
                if not is_over.wait(seconds):
                    raise TimeoutError
            if not future.done():
                caller.check()
        return future.result()

    async def send(self, connection: socket.socket, data: bytes, seconds: float) -> None:
        connection.settimeout(seconds)
        connection.sendall(data)

    async def receive(self, connection: socket.socket, size: int, seconds: float) -> bytes:
        connection.settimeout(seconds)
        return connection.recv(size)

    async def call(self, function: Callable[[], T]) -> T:
        return function()


class _OnLoop:
    # `asyncio.timeout`, `wrap_future` and `sock_recv` say the same in fewer words and take most of the time of a small
    # query.

    async def result(self, future: Future[T], seconds: float | None = None) -> T:
        if not future.done():
            loop, loop_thread = asyncio.get_running_loop(), threading.get_ident()
            ready = loop.create_future()

            def wake_loop(_: Future[T]) -> None:
                if threading.get_ident() == loop_thread:
                    _wake(ready)
                else:
                    loop.call_soon_threadsafe(_wake, ready)

            future.add_done_callback(wake_loop)
            caller = CALLER.get()
            with caller.on_leave(lambda: _wake(ready)):
                await _wait_for(ready, seconds)
            if not future.done():
                caller.check()
        return future.result()

    async def send(self, connection: socket.socket, data: bytes, seconds: float) -> None:
        connection.setblocking(False)
        try:
            sent = connection.send(data)  # nearly always all of it, and then there is nothing to wait for
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            async with asyncio.timeout(seconds):
                await asyncio.get_running_loop().sock_sendall(connection, data[sent:])

    async def receive(self, connection: socket.socket, size: int, seconds: float) -> bytes:
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        readable = loop.create_future()
        fd = connection.fileno()
        loop.add_reader(fd, _wake, readable)
        try:
            await _wait_for(readable, seconds)
        finally:
            loop.remove_reader(fd)
        return connection.recv(size)

    async def call(self, function: Callable[[], T]) -> T:
        return await asyncio.to_thread(function)


async def _wait_for(future: asyncio.Future[None], seconds: float | None) -> None:
    """Wait until the future is there. Raises TimeoutError if that takes too long."""
    timer = seconds and asyncio.get_running_loop().call_later(seconds, _time_out, future)
    try:
        await future
    finally:
        if timer:
            timer.cancel()


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _time_out(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_exception(TimeoutError())


BLOCKING: Waits = _Blocking()
ON_LOOP: Waits = _OnLoop()


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits by blocking, or what it raises. Needs no event loop.

    >>> future = Future()
    >>> future.set_result(7)
    >>> run(BLOCKING.result(future))
    7
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError("A coroutine that was to wait by blocking has suspended.")
