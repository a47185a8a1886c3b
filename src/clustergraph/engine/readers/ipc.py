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
_MOST = 1 << 20
_TOGETHER = 1 << 18
"""Up to this size, copying a body costs less than a second system call."""


def pack(head: Any, body: bytes = b"") -> bytes:
    """A message. `head` is made of numbers, strings, None and tuples, lists and dictionaries of them."""
    return _begin(head, body) + body


def _begin(head: Any, body: bytes) -> bytes:
    packed_head = marshal.dumps(head)
    return _SIZES.pack(len(packed_head), len(body)) + packed_head


class Incoming:
    """A message as it arrives.

    >>> message = Incoming()
    >>> for byte in pack(("a", 1.5, None), b"body"):
    ...     assert message.wanted
    ...     message.add(bytes([byte]))
    >>> message.wanted, message.read()
    (0, (('a', 1.5, None), b'body'))
    """

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._missing = 0
        self.wanted = _CHUNK
        """How many bytes to receive at once; none when the message is whole."""

    def add(self, part: bytes) -> None:
        """Take what came. Raises EOFError if that is nothing, so the other end is gone."""
        if not part:
            raise EOFError
        if self._missing:
            self._missing -= len(part)
            self._parts.append(part)
        else:
            begin = b"".join((*self._parts, part))
            self._parts = [begin]
            if len(begin) < _SIZES.size:
                return
            head_size, body_size = _SIZES.unpack_from(begin)
            self._missing = _SIZES.size + head_size + body_size - len(begin)
        self.wanted = min(self._missing, _MOST)

    def read(self) -> tuple[Any, bytes]:
        """The head and the body of a message that is whole."""
        data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        begin = _SIZES.size + _SIZES.unpack_from(data)[0]
        return marshal.loads(data[_SIZES.size : begin]), data[begin:]


def send(connection: socket.socket, head: Any, body: bytes = b"") -> None:
    """Send one message; see `pack`."""
    if len(body) <= _TOGETHER:
        connection.sendall(pack(head, body))
    else:
        connection.sendall(_begin(head, body))
        connection.sendall(body)


def receive(connection: socket.socket) -> tuple[Any, bytes]:
    """Receive one message. Raises EOFError when the other end is gone, TimeoutError as the socket is set.

    >>> here, there = socket.socketpair()
    >>> with here, there:
    ...     send(here, ("a", 1.5, None), b"body")
    ...     receive(there)
    (('a', 1.5, None), b'body')
    """
    message = Incoming()
    while message.wanted:
        message.add(connection.recv(message.wanted))
    return message.read()
