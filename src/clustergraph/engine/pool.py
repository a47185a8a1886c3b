"""The engine of a service: readers that can be ended, so that every query ends and none hurts another.

A query gets a reader of its own for as long as it runs; only look-ups are answered here (see `lookup`). When its
deadline passes, or the reader runs out of memory, that reader is killed and a spare takes its place at once; a new
spare is started in the background. When all readers are busy, queries wait in a bounded queue.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from rdflib.term import Identifier

from clustergraph.engine import errors, formats, held, wire
from clustergraph.engine.base import Answer
from clustergraph.engine.errors import (
    DeadlinePassed,
    EngineDown,
    EngineError,
    EvaluationError,
    MemoryExceeded,
    QuerySyntaxError,
)
from clustergraph.engine.lookup import Lookups
from clustergraph.engine.prepare import prepare
from clustergraph.engine.reader import SEALED
from clustergraph.engine.turns import Limits, Turns
from clustergraph.snapshot import Snapshot

START_SECONDS = 30.0
"""How long a reader may take to open its snapshot."""
PATIENCE = 1.0
"""Seconds after which a query counts as a long one, whose reader gives way to everybody else on the processor."""
GIVING_WAY = 10
"""How much nicer (see `man 7 sched`) a reader is then: it gets a tenth of a processor that others want too."""
CLOSE_SECONDS = 5.0
"""How long `close` waits for the threads whose readers it ended."""
_LOG = logging.getLogger(__name__)


class _Reader:
    """One reader process and the connection to it."""

    def __init__(self, snapshot: Snapshot, limits: Limits, online: bool) -> None:
        ours, theirs = socket.socketpair()
        # What a dying process has to say is read for its cause, and kept out of the service's log.
        self._noise = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the process lives
        command = [sys.executable, "-m", "clustergraph.engine.reader"]
        options = [name for name, given in (("online", online), ("hold", held.is_small(snapshot))) if given]
        try:
            with theirs:
                fd = theirs.fileno()
                self.process = subprocess.Popen(
                    [*command, str(fd), str(snapshot.store), str(limits.memory), *options],
                    pass_fds=[fd],
                    stdin=subprocess.DEVNULL,
                    stderr=self._noise,
                    start_new_session=True,  # a Ctrl-C in the terminal is for the service to handle
                )
        except OSError as error:
            ours.close()
            self._noise.close()
            raise EngineDown(f"No reader could be started: {error}.") from error
        self.connection = ours
        self.sealed = False
        self._niceness = os.getpriority(os.PRIO_PROCESS, 0)
        self.gives_way = False
        self._told = (snapshot.prefixes, snapshot.graphs_overlap, limits.result_bytes)

    def await_ready(self) -> None:
        """Wait until the snapshot is open. Raises EngineDown if that fails."""
        try:
            self.connection.settimeout(START_SECONDS)
            wire.send(self.connection, self._told)
            self.sealed = wire.receive(self.connection)[0] == SEALED
            return
        except (EOFError, OSError):
            pass
        last = self.last_words().strip().rpartition("\n")[2]
        self.end()
        raise EngineDown(f"A reader could not open its snapshot (exit code {self.process.returncode}): {last}")

    def ask(self, question: tuple[Any, ...], text: bytes, seconds: float) -> tuple[dict[str, Any], bytes]:
        """The reply and body. Raises TimeoutError, or EOFError when the process went away."""
        try:
            self.connection.settimeout(min(PATIENCE, seconds))
            wire.send(self.connection, question, text)
            try:
                first = wire.await_first(self.connection)
            except TimeoutError:
                if seconds <= PATIENCE:
                    raise
                self._give_way()
                self.connection.settimeout(seconds - PATIENCE)
                first = wire.await_first(self.connection)
            return wire.receive(self.connection, first)
        except (BrokenPipeError, ConnectionResetError) as error:
            raise EOFError from error

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


class ReaderPool:
    """Answers queries on one snapshot with processes that can be ended. Safe to use from many threads."""

    def __init__(self, snapshot: Snapshot, limits: Limits | None = None, *, allow: Collection[str] = ()) -> None:
        self.snapshot = snapshot
        self.limits = limits = limits or Limits()
        self._turns = Turns(limits, "All readers are busy", lambda: bool(self._idle))
        self.counts = self._turns.counts
        self._allow = frozenset(allow)
        self._idle: deque[_Reader] = deque()
        self._starting: set[_Reader] = set()
        self._busy: set[_Reader] = set()
        self._respawning: set[threading.Thread] = set()
        self._lock = self._turns.lock
        started: list[_Reader] = []
        try:
            for _ in range(limits.readers + 1):  # one more than may run: the spare
                started.append(self._launch())
            self._lookups = self._open_lookups()
            for reader in started:
                reader.await_ready()
        except BaseException:
            for reader in started:
                reader.end()
            raise
        self._idle.extend(started)
        self.sealed = all(reader.sealed for reader in started)
        """Whether the readers have no network at all; see `sandbox`."""
        if not self.sealed and not self._allow:
            _LOG.warning("This system cannot take the network away from the readers; only the guard stops SERVICE.")

    @property
    def ready(self) -> int:
        """How many readers are up, busy ones and the spare included."""
        with self._lock:
            return len(self._idle) + len(self._busy)

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Identifier] | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> Answer:
        """Answer one query; see `engine.base.Engine.query`. `timeout` may go up to `limits.timeout_ceiling`."""
        if timeout is not None and not timeout > 0:
            raise EvaluationError(f"The timeout must be a number of seconds above 0, not {timeout}.")
        if (
            not (bindings or default_graphs or named_graphs)
            and format in ("json", None)
            and (near := self.look_up(text))
        ):
            return near
        clock = _Clock()
        ready = prepare(
            text,
            snapshot=self.snapshot,
            bindings=bindings,
            format=format,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            allow=self._allow,
        )
        question = (
            formats.FORMATS.index(ready.format),
            ready.default_graphs,
            ready.named_graphs,
            ready.columns,
        )
        asked = ready.text.encode()
        seconds = self.limits.timeout if timeout is None else min(timeout, self.limits.timeout_ceiling)
        parse = clock.lap()
        queue = 0.0
        for attempt in (1, 2):
            reader = self._acquire()
            queue += clock.lap()
            try:
                reply, body = reader.ask(question, asked, seconds)
            except TimeoutError:
                self._replace(reader, "timeout")
                raise DeadlinePassed(seconds) from None
            except EOFError:
                lost = self._lost(reader)
                # Killed from outside, the query has no part in it; nothing was answered yet, so it may go again.
                if lost is None and attempt == 1:
                    continue
                raise lost or EngineDown("The reader of this query was killed twice. Try again later.") from None
            except BaseException:
                self._replace(reader, "crash")
                raise
            break
        if reader.is_fresh():
            self._release(reader)
        else:
            self._replace(reader)
        if "error" in reply:
            error = _error(reply["error"])
            raise ready.located(error) if isinstance(error, QuerySyntaxError) else error
        return Answer(body, ready.format, ready.form, {"parse": parse, "queue": queue, **reply["timings"]})

    def look_up(self, text: str) -> Answer | None:
        """The answer to a look-up, which takes no reader; None for every other query."""
        return self._lookups.answer(text)

    def close(self) -> None:
        """End every reader, busy or not. Queries that run or wait get EngineDown."""
        with self._lock:
            self._turns.close()
            idle = list(self._idle)
            self._idle.clear()
            # A reader at work belongs to the thread that waits for it, which gathers it when it is gone.
            for reader in (*self._busy, *self._starting):
                reader.kill()
        for reader in idle:
            reader.end()
        with self._lock:
            self._lock.wait_for(lambda: not self._busy, CLOSE_SECONDS)
            respawning = list(self._respawning)
        for thread in respawning:
            thread.join(CLOSE_SECONDS)

    def _open_lookups(self) -> Lookups:
        try:
            store = held.open_store(self.snapshot.store, hold=held.is_small(self.snapshot))
        except OSError as error:
            raise EngineDown(f"The service could not open its snapshot: {error}.") from error
        return Lookups(store, self.snapshot.prefixes)

    def _launch(self) -> _Reader:
        return _Reader(self.snapshot, self.limits, online=bool(self._allow))

    def _acquire(self) -> _Reader:
        """A reader for the caller alone. Raises Busy when there is none in time, and EngineDown when closed."""
        while True:
            reader = self._next()
            if reader.process.poll() is None:
                return reader
            self._replace(reader, "crash")  # killed while it was idle

    def _next(self) -> _Reader:
        with self._lock:
            self._turns.take()
            reader = self._idle.popleft()
            self._busy.add(reader)
            return reader

    def _release(self, reader: _Reader) -> None:
        with self._lock:
            self._leave(reader)
            # The reader last used comes first again: its caches are warm.
            if not self._turns.closed:
                self._idle.appendleft(reader)
                return
        reader.end()

    def _leave(self, reader: _Reader) -> None:
        self._busy.discard(reader)
        self._turns.give()

    def _lost(self, reader: _Reader) -> EngineError | None:
        """What to say of a reader that went away by itself; None if it was killed from outside."""
        try:
            code = reader.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            code = None
        words = reader.last_words()
        # An allocation beyond the cap aborts the process, and so does a stack that runs full.
        out_of_memory = code == -signal.SIGABRT and "memory allocation" in words
        self._replace(reader, "memory" if out_of_memory else "crash")
        if self._turns.closed:
            return EngineDown("The service is stopping.")
        if out_of_memory:
            return MemoryExceeded(self.limits.memory)
        if "overflowed its stack" in words or code == -signal.SIGSEGV:
            return EvaluationError("The query is nested too deeply. Write it with fewer brackets, groups or operators.")
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            return None
        return EngineDown(f"The reader of this query stopped (exit code {code}); others go on.")

    def _replace(self, reader: _Reader, reason: str = "") -> None:
        """End the reader, let its place go to the spare, and start another spare in the background.

        The reason is counted; there is none where nothing went wrong.
        """
        thread = threading.Thread(target=self._respawn, args=(reader,), daemon=True)
        with self._lock:
            if reason:
                self.counts.ended[reason] += 1
            reader.kill()
            self._respawning.add(thread)
            self._leave(reader)
            thread.start()

    def _respawn(self, lost: _Reader) -> None:
        try:
            lost.end()
            pause = 0.1
            while not self._turns.closed:
                if self._spawned():
                    return
                time.sleep(pause)
                pause = min(pause * 2, 5.0)
        finally:
            with self._lock:
                self._respawning.discard(threading.current_thread())

    def _spawned(self) -> bool:
        fresh: _Reader | None = None
        try:
            fresh = self._launch()
            with self._lock:
                self._starting.add(fresh)
                if self._turns.closed:
                    fresh.kill()
            fresh.await_ready()
        except EngineDown:
            return False
        finally:
            with self._lock:
                if fresh:
                    self._starting.discard(fresh)
        with self._lock:
            if not self._turns.closed:
                self._idle.append(fresh)
                self._lock.notify()
                return True
        fresh.end()
        return True


class _Clock:
    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._last = now()

    def lap(self) -> float:
        """Seconds since the last lap."""
        last, self._last = self._last, self._now()
        return self._last - last


def _error(described: dict[str, Any]) -> EngineError:
    """The error that a reader described."""
    kind = getattr(errors, described["class"], EngineError)
    error: EngineError = kind.__new__(kind)
    Exception.__init__(error, described["message"])
    for name, value in described["fields"].items():
        setattr(error, name, value)
    return error
