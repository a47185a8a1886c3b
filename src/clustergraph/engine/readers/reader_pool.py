"""The engine of a service: readers that can be ended, so that every query ends and none hurts another.

A query gets a reader of its own for as long as it runs; only look-ups are answered here (see `lookups`). When its
deadline passes, or the reader runs out of memory, that reader is killed and a spare takes its place at once; a new
spare is started in the background. When all readers are busy, queries wait in a bounded queue.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Collection
from typing import Any

from clustergraph.engine.base import Answer
from clustergraph.engine.lookups.lookup_engine import LookupEngine
from clustergraph.engine.readers import in_memory
from clustergraph.engine.readers.admission import Limits, Turns
from clustergraph.engine.readers.reader_process import Reader
from clustergraph.engine.readers.waiting import BLOCKING, ON_LOOP, Waits, run
from clustergraph.rdf import formats
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql import errors
from clustergraph.sparql.errors import (
    DeadlinePassed,
    EngineDown,
    EngineError,
    EvaluationError,
    MemoryExceeded,
    QuerySyntaxError,
)
from clustergraph.sparql.prepared_query import prepare
from clustergraph.sparql.query import Query

CLOSE_SECONDS = 5.0
"""How long `close` waits for the threads whose readers it ended."""
_LOG = logging.getLogger(__name__)


class ReaderPool:
    """Answers queries on one snapshot with processes that can be ended. Safe to use from many threads."""

    is_async = True

    def __init__(self, snapshot: Snapshot, limits: Limits | None = None, *, allow: Collection[str] = ()) -> None:
        self.snapshot = snapshot
        self.limits = limits = limits or Limits()
        self._allow = frozenset(allow)
        self._starting: set[Reader] = set()
        self._busy: set[Reader] = set()
        self._respawning: set[threading.Thread] = set()
        self._lock = threading.Condition()
        started: list[Reader] = []
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
        self._turns = Turns(limits, "All readers are busy", started)
        self.counts = self._turns.counts
        self.sealed = all(reader.sealed for reader in started)
        """Whether the readers have no network at all; see `sandbox`."""
        if not self.sealed and not self._allow:
            _LOG.warning("This system cannot take the network away from the readers; only the guard stops SERVICE.")

    @property
    def ready(self) -> int:
        """How many readers are up, busy ones and the spare included."""
        with self._lock:
            return self._turns.free + len(self._busy)

    def answer(self, query: Query) -> Answer:
        """Answer one query; see `engine.base.Engine.answer`. Its timeout may go up to `limits.timeout_ceiling`."""
        return self.look_up(query) or run(self._answer(BLOCKING, query))

    async def answer_async(self, query: Query) -> Answer:
        """As `answer`, on an event loop, and without a look-up. The query of a task that is cancelled is ended."""
        return await self._answer(ON_LOOP, query)

    async def _answer(self, waits: Waits, query: Query) -> Answer:
        """The answer of a reader."""
        seconds = self.limits.timeout if query.timeout is None else min(query.timeout, self.limits.timeout_ceiling)
        begin = time.perf_counter()
        ready = prepare(query, graphs=self.snapshot.graphs, prefixes=self.snapshot.prefixes, allow=self._allow)
        parse = time.perf_counter() - begin
        question = (formats.FORMATS.index(ready.format), ready.default_graphs, ready.named_graphs, ready.columns)
        text = ready.text.encode()
        queue = 0.0
        for attempt in (1, 2):
            begin = time.perf_counter()
            reader = await self._acquire(waits)
            queue += time.perf_counter() - begin
            try:
                reply, body = await reader.ask(waits, question, text, seconds)
            except TimeoutError:
                self._replace(reader, "timeout")
                raise DeadlinePassed(seconds) from None
            except EOFError:
                lost = await waits.call(lambda gone=reader: self._lost(gone))  # type: ignore[misc]
                # Killed from outside, the query has no part in it; nothing was answered yet, so it may go again.
                if lost is None and attempt == 1:
                    continue
                raise lost or EngineDown("The reader of this query was killed twice. Try again later.") from None
            except asyncio.CancelledError:
                self._replace(reader, "cancelled")
                raise
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

    def look_up(self, query: Query) -> Answer | None:
        """The answer to a look-up, which takes no reader; None for every other query."""
        return self._lookups.answer(query)

    def close(self) -> None:
        """End every reader, busy or not. Queries that run or wait get EngineDown."""
        idle = self._turns.close()
        with self._lock:
            # A reader at work belongs to whoever waits for it, who gathers it when it is gone.
            for reader in (*self._busy, *self._starting):
                reader.kill()
        for reader in idle:
            reader.end()
        with self._lock:
            self._lock.wait_for(lambda: not self._busy, CLOSE_SECONDS)
            respawning = list(self._respawning)
        for thread in respawning:
            thread.join(CLOSE_SECONDS)

    def _open_lookups(self) -> LookupEngine:
        hold = in_memory.is_small(self.snapshot)
        try:
            # The same store as the readers', so that rows come in the same order.
            store = in_memory.open_store(self.snapshot.store, hold=hold)
        except OSError as error:
            raise EngineDown(f"The service could not open its snapshot: {error}.") from error
        prefixes = self.snapshot.prefixes
        return LookupEngine(in_memory.statements(store, hold=hold, prefixes=prefixes), prefixes)

    def _launch(self) -> Reader:
        return Reader(self.snapshot, self.limits, online=bool(self._allow))

    async def _acquire(self, waits: Waits) -> Reader:
        """A reader for the caller alone. Raises Busy when there is none in time, and EngineDown when closed."""
        while True:
            reader = await self._turns.taken(waits)
            with self._lock:
                self._busy.add(reader)
                if self._turns.closed:
                    reader.kill()  # lent just before, so nobody else knows of it
            if reader.process.poll() is None:
                return reader
            self._replace(reader, "crash")  # killed while it was idle

    def _release(self, reader: Reader) -> None:
        with self._lock:
            self._busy.discard(reader)
            if self._turns.give(reader):
                return
            self._busy.add(reader)  # until it is ended, so that `close` waits for it
        reader.end()
        self._leave(reader)

    def _leave(self, reader: Reader) -> None:
        with self._lock:
            self._busy.discard(reader)
            self._lock.notify_all()

    def _lost(self, reader: Reader) -> EngineError | None:
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

    def _replace(self, reader: Reader, reason: str = "") -> None:
        """End the reader, let its place go to the spare, and start another spare in the background.

        The reason is counted; there is none where nothing went wrong.
        """
        thread = threading.Thread(target=self._respawn, args=(reader,), daemon=True)
        reader.kill()
        with self._lock:
            if reason:
                self.counts.ended[reason] += 1
            self._respawning.add(thread)
            thread.start()
        self._leave(reader)
        self._turns.lose()

    def _respawn(self, lost: Reader) -> None:
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
        fresh: Reader | None = None
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
        if not self._turns.add(fresh):
            fresh.end()
        return True


def _error(described: dict[str, Any]) -> EngineError:
    """The error that a reader described."""
    kind = getattr(errors, described["class"], EngineError)
    error: EngineError = kind.__new__(kind)
    Exception.__init__(error, described["message"])
    for name, value in described["fields"].items():
        setattr(error, name, value)
    return error
