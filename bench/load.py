"""Load on one server: many connections that ask and wait, for a bounded time. By wrk, or else by our own client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
GRACE = 20.0
"""Seconds that an answer may still take when the time is over."""

Request = tuple[str, str]
"""A media type to accept, and a path with its query string."""


class LoadFailed(RuntimeError):
    """The load generator itself failed."""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. `refused` are answers with another status than 2xx or 3xx, `broken` are those that never came.

    Latencies `p50`, `p95`, `p99` are in seconds. `answers` includes the refused ones.
    """

    answers: int
    seconds: float
    bytes: int
    refused: int
    broken: int
    p50: float
    p95: float
    p99: float

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return (self.answers - self.refused) / self.seconds if self.seconds else 0.0


def generator() -> str:
    """What makes the load: `wrk` with its version, or our own client."""
    if not shutil.which("wrk"):
        return "the Python client in bench/client.py (wrk is not installed)"
    told = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout.split()
    return " ".join(told[:2]) if told else "wrk"


def run(
    port: int, requests: Sequence[Request], *, connections: int, seconds: float, unique: str = "", many: bool = False
) -> Load:
    """Ask the requests in turn over so many keep-alive connections to a loopback port.

    With `unique`, a word that was not used before, every request becomes a text of its own; with `many`, each says that
    it comes from another client. Raises LoadFailed.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{accept}\t{target}\n" for accept, target in requests)
        file.flush()
        command = (_wrk if shutil.which("wrk") else _client)(
            port, Path(file.name), connections, seconds, unique, "many" if many else "one"
        )
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 3 * GRACE, check=False)
        except subprocess.TimeoutExpired as error:
            raise LoadFailed(f"{command[0]} did not end in time.") from error
    for line in done.stdout.splitlines():
        if line.startswith("JSON "):
            return Load(**json.loads(line.removeprefix("JSON ")))
    raise LoadFailed(f"{Path(command[0]).name} gave no figures: {(done.stderr or done.stdout).strip()[-300:]}")


def _wrk(port: int, file: Path, connections: int, seconds: float, unique: str, clients: str) -> list[str]:
    # wrk knows whole seconds only.
    options = ["-t", "1", "-c", str(connections), "-d", f"{max(1, round(seconds))}s", "--timeout", f"{GRACE:.0f}s"]
    return ["wrk", *options, "-s", str(SCRIPT), f"http://127.0.0.1:{port}", "--", str(file), unique or "-", clients]


def _client(port: int, file: Path, connections: int, seconds: float, unique: str, clients: str) -> list[str]:
    return [sys.executable, "-m", "bench.client", str(port), str(file), str(connections), str(seconds), unique, clients]
