"""A reader as the service sees it: a process (see `reader_main`) that answers one query at a time and can be ended."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from typing import Any

from clustergraph.engine.readers import in_memory, ipc
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_main import SEALED
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


class Reader:
    """One reader process and the connection to it."""

    def __init__(self, snapshot: Snapshot, limits: Limits, online: bool) -> None:
        command = [sys.executable, "-m", "clustergraph.engine.readers.reader_main"]
        options = [name for name, is_set in (("online", online), ("hold", in_memory.is_small(snapshot))) if is_set]
        with contextlib.ExitStack() as resources:
            try:
                ours, theirs = socket.socketpair()
                resources.callback(ours.close)
                with theirs:
                    # What a dying process has to say is read for its cause, and kept out of the service's log.
                    self._noise = resources.enter_context(tempfile.TemporaryFile())
                    fd = theirs.fileno()
                    self.process = subprocess.Popen(
                        [*command, str(fd), str(snapshot.store), str(limits.memory), *options],
                        pass_fds=[fd],
                        stdin=subprocess.DEVNULL,
                        stderr=self._noise,
                        start_new_session=True,  # a Ctrl-C in the terminal is for the service to handle
                    )
            except OSError as error:
                raise EngineDown(f"No reader could be started: {error.strerror or error}.") from error
            resources.pop_all()
        self.connection = ours
        self.sealed = False
        self._niceness = os.getpriority(os.PRIO_PROCESS, 0)
        self.gives_way = False
        self._settings = (snapshot.prefixes, snapshot.graphs_overlap, limits.result_bytes)

    def await_ready(self) -> None:
        """Wait until the snapshot is open. Raises EngineDown if that fails."""
        try:
            self.connection.settimeout(START_SECONDS)
            ipc.send(self.connection, self._settings)
            self.sealed = ipc.receive(self.connection)[0] == SEALED
            return
        except (EOFError, OSError):
            pass
        last_line = self.last_words().strip().rpartition("\n")[2]
        self.end()
        raise EngineDown(f"A reader could not open its snapshot (exit code {self.process.returncode}): {last_line}")

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
            os.setpriority(os.PRIO_PROCESS, self.process.pid, self._niceness + GIVING_WAY)
            self.gives_way = True

    def is_fresh(self) -> bool:
        """Whether it may answer the next query: one that gave way has to be let forward again, which not all may do."""
        if self.gives_way:
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self.process.pid, self._niceness)
                self.gives_way = False
        return not self.gives_way

    def last_words(self) -> str:
        """The end of what the process wrote to its standard error."""
        size = self._noise.seek(0, os.SEEK_END)
        self._noise.seek(max(0, size - 4096))
        return self._noise.read().decode(errors="replace")

    def kill(self) -> None:
        """Kill the process, whatever it is doing; whoever reads from it finds the end of the connection."""
        self.process.kill()

    def end(self) -> None:
        """Kill the process, gather it and let go of all that belongs to it."""
        self.process.kill()
        self.process.wait()
        self.connection.close()
        self._noise.close()
