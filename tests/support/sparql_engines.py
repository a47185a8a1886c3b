"""Real SPARQL engines for tests: each a process of its own, on loopback ports, with its files in a temporary folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

PATIENCE = 60
"""Seconds after which an engine counts as one that does not start."""

PASSWORD = "dba"
"""Virtuoso's in a fresh database."""

_VIRTUOSO = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 100
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 20
CheckpointInterval = 0
NumberOfBuffers = 4000
MaxDirtyBuffers = 3000
DirsAllowed = .{folders}

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 20

[SPARQL]
ResultSetMaxRows = 100000
"""


@dataclass
class Running:
    """An engine's process. `start` may be called again after `end`: it keeps its port and its files."""

    command: list[str]
    folder: Path
    query: str
    """The address that takes queries."""
    ports: Mapping[str, int]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self.folder / "engine.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until = time.monotonic() + PATIENCE
        while not self._answers():
            told = (self.folder / "engine.log").read_text(errors="replace")[-2000:]
            assert self.process.poll() is None, f"{self.command[0]} ended: {told}"
            assert time.monotonic() < until, f"{self.command[0]} does not answer: {told}"
            time.sleep(0.05)

    def end(self) -> None:
        """End it at once, as a machine that fails does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.query}?query={quote('SELECT (1 AS ?one) {}')}", timeout=5) as reply:
                return bool(reply.read())
        except HTTPError as error:
            error.close()
            return False
        except OSError:
            return False


def virtuoso(folder: Path, needs: Callable[[str, str], None], *folders: Path) -> Running:
    """Virtuoso with an empty database, not started yet. Its user `dba` has the password PASSWORD.

    `folders` are those from which it may load files.
    """
    needs("virtuoso-t", "virtuoso-opensource-7-bin")
    ports = {"http": free_port(), "sql": free_port()}
    allowed = "".join(f", {path}" for path in folders)
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(**ports, folders=allowed))
    # A lock of a process that was killed would keep the next one from starting.
    command = ["sh", "-c", "rm -f virtuoso.lck; exec virtuoso-t +foreground +wait +configfile virtuoso.ini"]
    return Running(command, folder, f"http://127.0.0.1:{ports['http']}/sparql", ports)


def oxigraph(folder: Path, needs: Callable[[str, str], None], *words: str, kind: str = "serve") -> Running:
    """Oxigraph's server with an empty store on disk, not started yet. `kind` may be `serve-read-only`."""
    program = Path(sys.executable).with_name("oxigraph")
    found = str(program) if program.exists() else shutil.which("oxigraph")
    if found is None:
        needs("oxigraph", "oxigraph of PyPI")
    port = free_port()
    command = [str(found), kind, "--location", str(folder / "store"), "--bind", f"127.0.0.1:{port}", *words]
    return Running(command, folder, f"http://127.0.0.1:{port}/query", {"http": port})


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
