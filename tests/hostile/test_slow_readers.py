"""Clients that read a large answer slowly: little of it is held for them, and the slowest are cut off."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from clustergraph.web.http import response_body
from clustergraph.web.http.response_body import MAX_BODY_BYTES_AT_ONCE, find_connection, send
from support.server import Server, start_server, stop_server
from support.waiting import wait_until

SMALL_BUFFER_BYTES = 4096
READERS = 12


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's end of a connection, and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        client.connect(listening.getsockname())
        server, _ = listening.accept()
        with server:
            server.setblocking(False)
            yield client, server


class Protocol:
    """Takes whatever it is given, as the server does, and writes what the system takes."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.pending = bytearray()
        self.given = 0

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> Protocol:  # noqa: ARG002
        return self

    async def send_bytes(self, data: bytes) -> None:
        self.given += len(data)
        self.pending += data
        with contextlib.suppress(BlockingIOError):
            while self.pending:
                del self.pending[: self.connection.send(self.pending)]


def address(client: socket.socket) -> str:
    host, port = client.getsockname()
    return f"{host}:{port}"


def test_a_connection_is_found_by_its_client(ends: tuple[socket.socket, socket.socket]) -> None:
    client, server = ends
    found = find_connection(address(client))
    assert found is not None
    with found:
        assert found.getpeername() == client.getsockname()
        assert found.fileno() not in (client.fileno(), server.fileno())
    assert find_connection("192.0.2.1:9") is None


def test_who_reads_nothing_is_cut_off(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, server = ends
    monkeypatch.setattr(response_body, "READ_SECONDS", 0.1)
    protocol: Any = Protocol(server)
    body = b"x" * (64 << 20)
    asyncio.run(send(200, [], body, protocol, address(client)))
    assert protocol.given < len(body)
    client.settimeout(10)
    received = 0
    while part := client.recv(1 << 20):  # what is on its way, and then the end
        received += len(part)
    assert received < len(body)


@pytest.fixture
def server(store: Path, snapshot: object) -> Iterator[Server]:
    assert snapshot
    started = start_server(store, timeout="30")
    try:
        yield started
    finally:
        stop_server(started)


def resident(server: Server) -> int:
    """Bytes of memory of the process that serves."""
    sizes = [
        int(line.split()[1]) << 10
        for pid in server.descendants()
        if "reader_main" not in Path(f"/proc/{pid}/cmdline").read_text()
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("VmRSS:")
    ]
    return max(sizes)


def test_slow_readers_take_little_memory(server: Server) -> None:
    text = "x" * 100
    query = f"SELECT ?s (REPLACE('{text}', 'x', '{text}') AS ?text) {{ ?s ?p ?o }} LIMIT 1200 #"
    target = f"/sparql?{urlencode({'query': query})}"
    with urlopen(Request(f"{server.url}{target}", headers={"Accept": "text/csv"}), timeout=60) as answer:
        size = len(answer.read())
    assert size > 40 * MAX_BODY_BYTES_AT_ONCE
    before = resident(server)
    readers: list[socket.socket] = []
    with contextlib.ExitStack() as stack:
        for _ in range(READERS):
            readers.append(connection := stack.enter_context(socket.socket()))
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
            connection.connect(("127.0.0.1", server.port))
            # All ask for the same answer, so that more is held only for those who read it.
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode())
        assert wait_until(lambda: all(_has_begun(each) for each in readers))
        assert resident(server) - before < READERS * size / 4


def _has_begun(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
