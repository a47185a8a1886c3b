"""The service as `clustergraph serve` runs it: a process of its own on a free port of the loopback address."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from clustergraph.snapshots.source_folder import published
from support.processes import descendants


@dataclass
class Server:
    """A running service."""

    process: subprocess.Popen[bytes]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sparql(self) -> str:
        return f"{self.url}/sparql"

    def descendants(self) -> list[int]:
        """The processes that it started, and those that these started."""
        return descendants(self.process.pid)


def threads(pid: int) -> int:
    """How many threads a process has; none where it has ended."""
    try:
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    except FileNotFoundError:
        return 0


def start_server(store: Path, **settings: str) -> Server:
    """Start the service on a free port of the loopback address, and wait until it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    flags = {
        "port": str(port),
        "queries": str(published().queries),
        "log": "off",
        "rate": "off",
        "readers": "2",
        **settings,
    }
    words = [word for name, value in flags.items() for word in (f"--{name}", value)]
    process = subprocess.Popen([sys.executable, "-m", "clustergraph", "serve", str(store), "--quiet", *words])
    server = Server(process, int(flags["port"]))
    deadline = time.monotonic() + 60
    while True:
        try:
            with urlopen(f"{server.url}/ready", timeout=5):
                return server
        except OSError:
            assert process.poll() is None, "the service ended"
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.05)


def stop_server(server: Server) -> None:
    """End the service."""
    server.process.terminate()
    try:
        server.process.wait(30)
    finally:
        server.process.kill()
        server.process.wait()
