"""A load generator for where wrk is not installed: `python -m bench.client PORT FILE CONNECTIONS SECONDS UNIQUE`.

A few processes with raw sockets, so that Python's lock does not hold the connections up. Prints what wrk.lua prints.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

GRACE = 20.0


@dataclass
class Counts:
    """What one process saw."""

    latencies: list[float] = field(default_factory=list)
    bytes: int = 0
    refused: int = 0
    broken: int = 0


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=GRACE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self.buffer = bytearray()

    def send(self, request: bytes) -> None:
        """Ask, and start the clock."""
        self.buffer.clear()
        self.sent = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> bytes | None:
        """The whole answer, or None if there is more to come. Raises ConnectionError when the server hung up."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise ConnectionError
        self.buffer += data
        return bytes(self.buffer) if complete(self.buffer) else None


def complete(answer: bytes | bytearray) -> bool:
    """Whether an HTTP/1.1 answer has arrived to its end.

    >>> complete(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nab"), complete(b"HTTP/1.1 200 OK\\r\\n")
    (True, False)
    """
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    for line in bytes(answer[:end]).lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(answer) >= end + 4 + int(value)
        if name == b"transfer-encoding" and b"chunked" in value:
            # The last chunk may follow the head at once, whose own end then stands for the line before.
            return answer.endswith(b"\r\n0\r\n\r\n", end)
    return True


def work(port: int, lines: list[str], connections: int, seconds: float, mark: str, clients: str) -> Counts:
    """Keep the connections busy for so many seconds."""
    counts, number = Counts(), 0
    selector = selectors.DefaultSelector()

    def request() -> bytes:
        nonlocal number
        accept, target = lines[number % len(lines)].split("\t")
        number += 1
        unique = f"%0A%23{mark}-{number}" if mark else ""
        client = f"X-Forwarded-For: 198.18.{number // 250 % 250}.{number % 250}\r\n" if clients == "many" else ""
        host = f"Host: 127.0.0.1:{port}"
        return f"GET {target}{unique} HTTP/1.1\r\n{host}\r\nAccept: {accept}\r\n{client}\r\n".encode()

    def open_one() -> None:
        connection = Connection(port)
        connection.send(request())
        selector.register(connection.socket, selectors.EVENT_READ, connection)

    for _ in range(connections):
        open_one()
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        for key, _ in selector.select(left):
            connection: Connection = key.data
            try:
                answer = connection.receive()
                if answer is None:
                    continue
                counts.latencies.append(time.perf_counter() - connection.sent)
                counts.bytes += len(answer)
                counts.refused += not answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 3"))
                connection.send(request())
            except OSError:
                counts.broken += 1
                selector.unregister(connection.socket)
                connection.socket.close()
                open_one()
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    selector.close()
    return counts


def main(port: int, file: Path, connections: int, seconds: float, unique: str, clients: str) -> None:
    """Share the connections out to processes and print what they saw together."""
    lines = file.read_text(encoding="utf-8").splitlines()
    processes = min(connections, os.cpu_count() or 1)
    shares = [connections // processes + (place < connections % processes) for place in range(processes)]
    begin = time.perf_counter()
    with multiprocessing.Pool(processes) as pool:
        parts = pool.starmap(
            work,
            [
                (port, lines[place:] + lines[:place], share, seconds, f"{unique}-{place}" if unique else "", clients)
                for place, share in enumerate(shares)
            ],
        )
    latencies = sorted(latency for part in parts for latency in part.latencies)
    figures = {
        "answers": len(latencies),
        "seconds": min(seconds, time.perf_counter() - begin),
        "bytes": sum(part.bytes for part in parts),
        "refused": sum(part.refused for part in parts),
        "broken": sum(part.broken for part in parts),
        **{f"p{share}": percentile(latencies, share) for share in (50, 95, 99)},
    }
    print("JSON " + json.dumps(figures))


def percentile(ordered: list[float], share: float) -> float:
    """The value that `share` percent of an ordered list do not exceed; 0 for an empty list.

    >>> percentile([1.0, 2.0, 3.0, 4.0], 50)
    2.0
    """
    if not ordered:
        return 0.0
    return ordered[max(0, -(-len(ordered) * int(share) // 100) - 1)]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), *sys.argv[5:])
