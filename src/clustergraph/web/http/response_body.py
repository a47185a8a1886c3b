"""Large bodies on their way to clients that may read slowly: sent no faster than they are read, and never too slowly.

The server takes whatever it is given, and says neither when a client has read it nor when it left. So a large body is
handed over piece by piece, each when the system's buffer for the client's connection has room. That connection is one
of this process's files.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from granian._granian import RSGIHTTPProtocol as HTTPProtocol

MAX_BODY_BYTES_AT_ONCE = 1 << 18
"""Bytes of a body up to which it is handed over whole; bytes of a piece of a longer one."""
MAX_SENT_BYTES = 512 << 20
"""Bytes of all large bodies that are sent at once; one client's may take a quarter of that."""
READ_SECONDS = 20.0
"""How long a client may take for the first piece, and for each further one."""
_FILES = Path("/proc/self/fd")


async def send(status: int, headers: list[tuple[str, str]], body: bytes, protocol: HTTPProtocol, client: str) -> None:
    """Send a large body to the client at an address; the connection of one that reads too slowly is ended."""
    connection = await asyncio.to_thread(find_connection, client)
    if connection is None:  # a system without such files
        protocol.response_bytes(status, headers, body)
        return
    with connection:
        if not any(name.lower() == "content-length" for name, _ in headers):
            headers = [*headers, ("content-length", str(len(body)))]
        transport = protocol.response_stream(status, headers)
        try:
            for start in range(0, len(body), MAX_BODY_BYTES_AT_ONCE):
                await transport.send_bytes(body[start : start + MAX_BODY_BYTES_AT_ONCE])
                async with asyncio.timeout(READ_SECONDS):
                    await _has_room(connection)
        except TimeoutError:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        except Exception as error:
            if type(error).__name__ != "RSGIProtocolClosed":  # the client left
                raise


def find_connection(client: str) -> socket.socket | None:
    """The connection to a client's address, `host:port`, as a file of its own; None if it is not found."""
    host, _, port = client.rpartition(":")
    with contextlib.suppress(OSError):
        for file in _FILES.iterdir():
            with contextlib.suppress(OSError):
                if not stat.S_ISSOCK(os.fstat(int(file.name)).st_mode):
                    continue
                with socket.socket(fileno=os.dup(int(file.name))) as connection:
                    # A socket that listens has no peer, and says so by an OSError.
                    peer = connection.getpeername() if connection.type == socket.SOCK_STREAM else None
                    if isinstance(peer, tuple) and peer[:2] == (host.strip("[]"), int(port)):
                        connection.setblocking(False)
                        return connection.dup()
    return None


async def _has_room(connection: socket.socket) -> None:
    """Wait until the system takes more for this connection."""
    loop = asyncio.get_running_loop()
    room = loop.create_future()

    def note() -> None:
        if not room.done():
            room.set_result(None)

    loop.add_writer(connection, note)
    try:
        await room
    finally:
        loop.remove_writer(connection)
