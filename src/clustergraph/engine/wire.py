"""Messages between a pool and its readers: two sizes, a head of plain values, a body of bytes.

Both ends are the same interpreter, so the head is written by `marshal`, which is the quickest there is. They take
turns: what has arrived is never more than one message.
"""

from __future__ import annotations

import marshal
import socket
import struct
from typing import Any

_SIZES = struct.Struct("!IQ")
_CHUNK = 1 << 16
_TOGETHER = 1 << 18
"""Up to this size, copying a body costs less than a second system call."""


def send(connection: socket.socket, head: Any, body: bytes = b"") -> None:
    """Send one message. `head` is made of numbers, strings, None and tuples, lists and dictionaries of them."""
    packed = marshal.dumps(head)
    begin = _SIZES.pack(len(packed), len(body)) + packed
    if len(body) <= _TOGETHER:
        connection.sendall(begin + body)
    else:
        connection.sendall(begin)
        connection.sendall(body)


def await_first(connection: socket.socket) -> bytes:
    """The first bytes of the next message; empty when the other end is gone. A TimeoutError loses nothing."""
    return connection.recv(_CHUNK)


def receive(connection: socket.socket, first: bytes | None = None) -> tuple[Any, bytes]:
    """Receive one message. Raises EOFError when the other end is gone, TimeoutError as the socket is set.

    `first` is what `await_first` gave, if that was asked before.

    >>> here, there = socket.socketpair()
    >>> with here, there:
    ...     send(here, ("a", 1.5, None), b"body")
    ...     receive(there)
    (('a', 1.5, None), b'body')
    """
    first = await_first(connection) if first is None else first
    while first and len(first) < _SIZES.size:
        first += connection.recv(_CHUNK) or _gone()
    if not first:
        _gone()
    head_size, body_size = _SIZES.unpack_from(first)
    body_start = _SIZES.size + head_size
    missing = body_start + body_size - len(first)
    if missing > 0:
        parts = [first]
        while missing > 0:
            part = connection.recv(min(missing, 16 * _CHUNK)) or _gone()
            parts.append(part)
            missing -= len(part)
        first = b"".join(parts)
    return marshal.loads(first[_SIZES.size : body_start]), first[body_start:]


def _gone() -> bytes:
    raise EOFError
