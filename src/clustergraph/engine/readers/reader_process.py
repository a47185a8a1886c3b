"""A reader as the service sees it: a process (see `reader_main`) that answers one query at a time and can be ended."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from typing import IO, Any

from clustergraph.engine.readers import in_memory, ipc
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_main import NUMBER, SEALED
from clustergraph.engine.readers.waiting import Waits
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EngineDown

START_SECONDS = 30.0
"""How long a reader may take to open its snapshot."""
CHECK_SECONDS = 300.0
"""How long it may take to read a whole store."""
PATIENCE = 1.0
"""Seconds after which a query counts as a long one, whose reader gives way to everybody else on the processor."""
GIVING_WAY = 10
"""How much nicer (see `man 7 sched`) a reader is then: it gets a tenth of a processor that others want too."""


class ReaderTemplate:
    """The process that readers are copies of. Safe to use from threads."""

    def __init__(self, snapshot: Snapshot, limits: Limits, online: bool) -> None:
        command = [sys.executable, "-m", "clustergraph.engine.readers.reader_main"]
        options = [name for name, is_set in (("online", online), ("hold", in_memory.is_small(snapshot))) if is_set]
        self.settings = (snapshot.prefixes, snapshot.graphs_overlap, limits.result_bytes)
        self._lock = threading.Lock()
        with contextlib.ExitStack() as resources, _reporting_failure():
            self._control, theirs = socket.socketpair()
            resources.callback(self._control.close)
            self._control.settimeout(START_SECONDS)
            with theirs:
                self._errors = resources.enter_context(tempfile.TemporaryFile())
                fd = theirs.fileno()
                self.process = subprocess.Popen(
                    [*command, str(fd), str(snapshot.store), str(limits.memory), *options],
                    pass_fds=[fd],
                    stdin=subprocess.DEVNULL,
                    stderr=self._errors,
                    # Long traces would push out what went wrong.
                    env={**os.environ, "RUST_BACKTRACE": "0"},
                    start_new_session=True,
                )
            resources.pop_all()

    def start(self, connection: socket.socket, errors: IO[bytes]) -> None:
        """Start a reader with this end of a connection. Raises OSError."""
        with self._lock:
            socket.send_fds(self._control, [NUMBER.pack(0)], [connection.fileno(), errors.fileno()])

    def wait_for(self, pid: int) -> int:
        """How a reader ended that ends now, as `subprocess` says it."""
        with self._lock:
            try:
                self._control.sendall(NUMBER.pack(pid))
                code: int = NUMBER.unpack(self._control.recv(NUMBER.size))[0]
                return code
            except (OSError, struct.error):
                self.process.kill()  # it is gone, or does not answer any more
                return -signal.SIGKILL

    @property
    def is_alive(self) -> bool:
        """Whether readers can be started."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """The end of what the process wrote to its standard error."""
        return _end_of(self._errors)

    def end(self) -> None:
        """End the process; readers go on."""
        self.process.kill()
        self.process.wait()
        self._control.close()
        self._errors.close()


class Reader:
    """One reader process and the connection to it."""

    def __init__(self, template: ReaderTemplate) -> None:
        self._template = template
        with contextlib.ExitStack() as resources, _reporting_failure():
            self.connection, theirs = socket.socketpair()
            resources.callback(self.connection.close)
            with theirs:
                # What a dying process has to say is read for its cause, and kept out of the service's log.
                self._errors = resources.enter_context(tempfile.TemporaryFile())
                template.start(theirs, self._errors)
            resources.pop_all()
        self.pid = 0
        """The process; 0 until it is ready, and when it has been gathered."""
        self.sealed = False
        self._exit_code: int | None = None
        self._lock = threading.Lock()
        self._niceness = os.getpriority(os.PRIO_PROCESS, 0)
        self.gives_way = False

    def await_ready(self) -> None:
        """Wait until the snapshot is open. Raises EngineDown if that fails."""
        try:
            self.connection.settimeout(START_SECONDS)
            ipc.send(self.connection, self._template.settings)
            (state, self.pid), _ = ipc.receive(self.connection)
            self.sealed = state == SEALED
            return
        except (EOFError, OSError):
            pass
        last_line = (self.last_words() or self._template.last_words()).strip().rpartition("\n")[2]
        self.end()
        raise EngineDown(f"A reader could not open its snapshot: {last_line}".strip(": "))

    def find_damage(self) -> str:
        """What is wrong with the store, for which all of it is read; empty if nothing is, or that was not found out."""
        self.connection.settimeout(CHECK_SECONDS)
        self._give_way()
        with contextlib.suppress(EOFError, OSError):
            ipc.send(self.connection, ())
            reply, _ = ipc.receive(self.connection)
            return str(reply["error"]["message"]) if "error" in reply else ""
        return ""

    async def ask(
        self, waits: Waits, question: tuple[Any, ...], text: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """The reply and body. Raises TimeoutError, or EOFError when the process went away."""
        connection, reply = self.connection, ipc.Incoming()
        try:
            await waits.send(connection, ipc.pack(question, text), seconds)
            try:
                reply.add(await waits.receive(connection, reply.wanted, min(PATIENCE, seconds)))
            except TimeoutError:
                if seconds <= PATIENCE:
                    raise
                self._give_way()
                reply.add(await waits.receive(connection, reply.wanted, seconds - PATIENCE))
            while reply.wanted:
                reply.add(await waits.receive(connection, reply.wanted, seconds))
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error
        return reply.read()

    def _give_way(self) -> None:
        with contextlib.suppress(OSError):  # gone, which whoever reads from it will find out
            os.setpriority(os.PRIO_PROCESS, self.pid, self._niceness + GIVING_WAY)
            self.gives_way = True

    def is_fresh(self) -> bool:
        """Whether it may answer the next query: one that gave way has to be let forward again, which not all may do."""
        if self.gives_way:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.pid, self._niceness)
                self.gives_way = False
        return not self.gives_way

    @property
    def is_alive(self) -> bool:
        """Whether the process holds its end of the connection."""
        poll = select.poll()
        poll.register(self.connection, 0)  # nothing but a hang-up
        return not poll.poll(0)

    def exit_code(self) -> int:
        """How the process ended, as `subprocess` says it; one that does not end is killed."""
        with self._lock:
            if self._exit_code is None and self.pid:
                self._exit_code = self._template.wait_for(self.pid)
                self.pid = 0
            return self._exit_code or 0

    def last_words(self) -> str:
        """The end of what the process wrote to its standard error."""
        return _end_of(self._errors)

    def kill(self) -> None:
        """Kill the process, whatever it is doing; whoever reads from it finds the end of the connection."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)  # without which it ends itself
        with self._lock, contextlib.suppress(OSError):
            if self.pid and self._template.is_alive:  # which keeps the number from being given to another process
                os.kill(self.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill the process, gather it and let go of all that belongs to it."""
        self.kill()
        self.exit_code()
        self.connection.close()
        self._errors.close()


@contextlib.contextmanager
def _reporting_failure() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EngineDown(f"No reader could be started: {error.strerror or error}.") from error


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 4096))
    return file.read().decode(errors="replace")
