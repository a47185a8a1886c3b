"""Starting the servers, each on a loopback port of its own and the way its own documentation says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from bench import granian_app, peers, processes
from bench.ask import Refused, ask
from bench.graphs import Graph
from bench.questions import Question
from bench.rdflib_app import FILE

HOST = "127.0.0.1"
ROOT = Path(__file__).parents[1]


class DidNotStart(RuntimeError):
    """A server went away or gave no right answer in time."""


@dataclass
class Server:
    """One server on one graph. `start` may be called again after `end`."""

    name: str
    graph: Graph
    deadline: int
    """Seconds that a query may take, where the server can be told."""
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    more: Sequence[str] = ()
    """Further words of the command, for this service only."""

    @property
    def response(self) -> Path:
        """The file with what the bare application sends."""
        return (self.graph.out / "response.json").resolve()

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def command(self) -> list[str]:
        """What starts it."""
        cores = os.cpu_count() or 1
        if self.name == peers.OURS:
            given = ["--host", HOST, "--port", str(self.port), "--timeout", str(self.deadline)]
            program = [sys.executable, "-m", "clustergraph"]
            quiet = ["--rate", "off", "--log", "off", "--quiet"]
            return [*program, "serve", str(self.graph.store), *given, *quiet, *self.more]
        if self.name == peers.OXIGRAPH:
            where = ["--location", str(self.graph.oxigraph), "--bind", f"{HOST}:{self.port}"]
            # Not --timeout-s: it starts a thread for each query that sleeps until the deadline, tens of thousands here.
            return [peers.program("oxigraph"), "serve-read-only", *where]
        if self.name == peers.GRANIAN:
            given = ["--host", HOST, "--port", str(self.port), "--interface", "rsgi", "--no-ws", "--log-level", "error"]
            return [sys.executable, "-m", "granian", "--factory", *given, "bench.granian_app:create"]
        # A process that computes for long answers its parent late, which must not take it for dead.
        patient = ["--timeout-worker-healthcheck", "600"]
        app = ["--factory", "bench.rdflib_app:create", "--workers", str(cores), "--no-access-log"]
        return [sys.executable, "-m", "uvicorn", *app, *patient, "--host", HOST, "--port", str(self.port)]

    def start(self, first: Question, rows: int, seconds: float) -> float:
        """Start, and return the seconds from the process's start to the first answer with `rows` rows.

        Raises DidNotStart if none comes within `seconds`.
        """
        self.port = free_port()
        log = self.graph.out / f"{self.name}.log"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CLUSTERGRAPH_")}
        begin = time.perf_counter()
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env={**environment, FILE: str(self.graph.merged.resolve()), granian_app.FILE: str(self.response)},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for this program to handle
            )
        while time.perf_counter() - begin < seconds:
            if self.process.poll() is not None:
                raise DidNotStart(f"{self.name} stopped with exit code {self.process.returncode}: {_last(log)}")
            try:
                if ask(HOST, self.port, first.target(self.name), first.accept, seconds).rows == rows:
                    return time.perf_counter() - begin
            except (OSError, Refused):
                pass
            time.sleep(0.005)
        self.end()
        raise DidNotStart(f"{self.name} gave no right answer within {seconds:g} s.")

    def settle(self, seconds: float = 30.0) -> bool:
        """Wait until the server has nothing left to do; False if it still works then."""
        return processes.settle([self.pid], seconds)

    @property
    def is_alive(self) -> bool:
        """Whether its process is still there."""
        return self.process is not None and self.process.poll() is None

    def memory(self) -> int:
        """Bytes of memory of all its processes."""
        return processes.memory(self.pid)

    def end(self) -> None:
        """Stop it and everything it started."""
        if self.process is not None:
            processes.end(self.process)
            self.process = None

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()


def shown(command: Sequence[str]) -> str:
    """A command for the report: programs by name, places as seen from the repository."""
    words = []
    for place, word in enumerate(command):
        path = Path(word)
        if path.is_absolute() and path.is_relative_to(ROOT) and place:
            word = str(path.relative_to(ROOT))
        elif path.is_absolute():
            word = "python" if place == 0 and word == sys.executable else path.name
        words.append(word)
    return " ".join(words)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _last(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
