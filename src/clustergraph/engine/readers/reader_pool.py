"""The engine of a service: readers that can be ended, so that every query ends and none hurts another.

A query gets a reader of its own for as long as it runs; only look-ups are answered here (see `lookups`). When its
deadline passes, or the reader runs out of memory, that reader is killed and a spare takes its place at once; a thread
of the pool starts a new spare, and tries again until it can. When all readers are busy, queries wait in a queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Collection
from typing import Any

from clustergraph.engine.base import PROBE, Answer
from clustergraph.engine.caller import CALLER
from clustergraph.engine.lookups.lookup_engine import LookupEngine
from clustergraph.engine.readers import in_memory
from clustergraph.engine.readers.admission import Admission, Lease, Limits, ended_early
from clustergraph.engine.readers.reader_process import Reader, ReaderTemplate
from clustergraph.engine.readers.waiting import BLOCKING, ON_LOOP, Waits, run
from clustergraph.rdf import formats
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements
from clustergraph.snapshots.written_literals import WrittenLiterals
from clustergraph.sparql import errors
from clustergraph.sparql.engine_differences import Difference
from clustergraph.sparql.errors import (
    DeadlinePassed,
    EngineDown,
    EngineError,
    EvaluationError,
    LimitPassed,
    MemoryExceeded,
    QuerySyntaxError,
    StoreDamaged,
)
from clustergraph.sparql.prepared_query import prepare
from clustergraph.sparql.query import Query

CLOSE_SECONDS = 5.0
"""How long `close` waits for the threads whose readers it ended."""
FIRST_PAUSE_SECONDS = 0.1
"""Pause before a reader that could not be started is tried again; each further pause is twice as long."""
MAX_PAUSE_SECONDS = 5.0
CHECK_PAUSE_SECONDS = 600.0
"""How long nothing is checked after the files of a snapshot were."""
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
        self._to_end: list[Reader] = []
        self._missing = 0
        self.failed_starts = 0
        """How often a reader could not be started, for metrics."""
        self.last_failure = ""
        """Why the last reader could not be started; empty while all are up."""
        self.damage = ""
        """What is wrong with the files of the snapshot, as far as that is known."""
        self._check_at = 0.0
        """From when on the files may be checked again, in seconds of the monotonic clock."""
        self._lock = threading.Condition()
        started: list[Reader] = []
        self._template: ReaderTemplate | None = None
        self._template_lock = threading.Lock()
        try:
            for _ in range(limits.readers + 1):  # one more than may run: the spare
                started.append(self._launch())
            self._lookups = self._open_lookups()
            for reader in started:
                reader.await_ready()
            self._admission = Admission(limits, "All readers are busy", started)
            self._maintainer = threading.Thread(target=self._maintain, name="readers", daemon=True)
            self._maintainer.start()
        except BaseException:
            for reader in started:
                reader.end()
            if self._template:
                self._template.end()
            raise
        self.counts = self._admission.counts
        self.sealed = all(reader.sealed for reader in started)
        """Whether the readers have no network at all; see `sandbox`."""
        if not self.sealed and not self._allow:
            _LOG.warning("This system cannot take the network away from the readers; only the guard stops SERVICE.")

    @property
    def ready(self) -> int:
        """How many readers are up, busy ones and the spare included."""
        with self._lock:
            return self._admission.free + len(self._busy)

    def answer(self, query: Query) -> Answer:
        """Answer one query; see `engine.base.Engine.answer`. Its timeout may go up to `limits.timeout_ceiling`."""
        return self.look_up(query) or run(self._answer_with_reader(BLOCKING, query))

    async def answer_async(self, query: Query) -> Answer:
        """As `answer`, on an event loop, and without a look-up. The query of a task that is cancelled is ended."""
        return await self._answer_with_reader(ON_LOOP, query)

    def probe(self) -> str:
        """Have a reader answer a query, the spare if need be; see `engine.base.Engine.probe`."""
        if self.damage:
            raise EngineDown(self.damage)
        run(self._answer_with_reader(BLOCKING, PROBE, spare=True))
        return self.last_failure

    async def _answer_with_reader(self, waits: Waits, query: Query, *, spare: bool = False) -> Answer:
        if self.last_failure and not self.ready:
            raise EngineDown(f"No reader is up. {self.last_failure}")
        seconds = self.limits.timeout if query.timeout is None else min(query.timeout, self.limits.timeout_ceiling)
        begin = time.perf_counter()
        ready = prepare(query, graphs=self.snapshot.graphs, prefixes=self.snapshot.prefixes, allow=self._allow)
        parse = time.perf_counter() - begin
        question = (formats.FORMATS.index(ready.format), ready.default_graphs, ready.named_graphs, ready.columns)
        text = ready.text.encode()
        queue = 0.0
        for attempt in (1, 2):
            begin = time.perf_counter()
            lease = await self._acquire(waits, seconds, spare)
            queue += time.perf_counter() - begin
            try:
                reply, body = await self._ask(waits, lease, question, text, seconds)
            except EOFError:
                loss = await waits.call(lambda gone=lease: self._explain_loss(gone))  # type: ignore[misc]
                # Killed from outside, the query has no part in it; nothing was answered yet, so it may go again.
                if loss is None and attempt == 1:
                    continue
                raise loss or EngineDown("The reader of this query was killed twice. Try again later.") from None
            break
        if lease.resource.is_fresh():
            self._release(lease)
        else:
            self._replace(lease)
        if "error" in reply:
            error = _restore_error(reply["error"])
            if isinstance(error, StoreDamaged):
                self._note_damage(str(error))
            raise ready.located(error) if isinstance(error, QuerySyntaxError) else error
        self._count("reader")
        timings = {"parse": parse, "queue": queue, **reply["timings"]}
        differences = tuple(map(Difference.named, reply["differences"]))
        return Answer(body, ready.format, ready.form, timings, differences)

    async def _ask(
        self, waits: Waits, lease: Lease[Reader], question: tuple[Any, ...], text: bytes, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        """What the reader replies. It is ended if it does not; raises EOFError where it ended by itself."""
        caller, reader = CALLER.get(), lease.resource
        try:
            with caller.on_leave(reader.kill):
                return await reader.ask(waits, question, text, seconds)
        except TimeoutError:
            self._replace(lease, "timeout")
            raise self._suspect_damage() or DeadlinePassed(seconds) from None
        except EOFError:
            if lease.ended_early:
                self._replace(lease, "share")
                raise ended_early(lease) from None
            if caller.has_left:
                self._replace(lease, "cancelled")
                caller.check()
            raise
        except asyncio.CancelledError:
            self._replace(lease, "cancelled")
            raise
        except BaseException:
            self._replace(lease, "crash")
            raise
        finally:
            caller.charge(time.monotonic() - lease.begin)

    def look_up(self, query: Query) -> Answer | None:
        """The answer to a look-up, which takes no reader; None for every other query."""
        answer = self._lookups.answer(query)
        if answer is not None:
            self._count("look-up")
        return answer

    def _count(self, answered_by: str) -> None:
        with self._lock:
            self.counts.answers[answered_by] += 1

    def close(self) -> None:
        """End every reader, busy or not. Queries that run or wait get EngineDown."""
        idle = self._admission.close()
        with self._lock:
            # A reader at work belongs to the thread that waits for it, which gathers it when it is gone.
            for reader in (*self._busy, *self._starting):
                reader.kill()
            self._to_end += idle
            self._lock.notify_all()
        self._maintainer.join(CLOSE_SECONDS)

    def _open_lookups(self) -> LookupEngine:
        hold = in_memory.is_small(self.snapshot)
        try:
            # The same store as the readers', so that rows come in the same order.
            store = in_memory.open_store(self.snapshot.store, hold=hold)
        except OSError as error:
            raise EngineDown(f"The service could not open its snapshot: {error}.") from error
        prefixes = self.snapshot.prefixes
        statements = Statements(store, WrittenLiterals.beside(self.snapshot.store))
        return LookupEngine(in_memory.index(statements, hold=hold, prefixes=prefixes), prefixes)

    def _launch(self) -> Reader:
        """Start a reader, and the process that it is a copy of, if need be. Raises EngineDown."""
        with self._template_lock:
            if self._template is None or not self._template.is_alive:
                before, self._template = self._template, None
                if before:
                    before.end()
                self._template = ReaderTemplate(self.snapshot, self.limits, online=bool(self._allow))
            return Reader(self._template)

    async def _acquire(self, waits: Waits, seconds: float, spare: bool) -> Lease[Reader]:
        """A reader for the caller alone. Raises Busy when there is none in time, and EngineDown when closed."""
        while True:
            lease = await self._admission.acquire_by(waits, seconds, spare=spare)
            reader = lease.resource
            lease.end_early = reader.kill
            with self._lock:
                self._busy.add(reader)
                if self._admission.closed:
                    reader.kill()  # lent just before, so nobody else knows of it
            if reader.is_alive or lease.ended_early:
                return lease
            self._replace(lease, "crash")  # killed while it was idle

    def _release(self, lease: Lease[Reader]) -> None:
        reader = lease.resource
        if lease.ended_early:  # it answered just before
            self._replace(lease, "share")
            return
        with self._lock:
            self._busy.discard(reader)
            if not self._admission.release(lease):
                self._to_end.append(reader)
                self._lock.notify_all()

    def _explain_loss(self, lease: Lease[Reader]) -> EngineError | None:
        """What to say of a reader that went away by itself; None if it was killed from outside."""
        reader = lease.resource
        code = reader.exit_code()
        words = reader.last_words()
        # An allocation beyond the cap aborts the process, and so does a stack that runs full.
        out_of_memory = code == -signal.SIGABRT and "memory allocation" in words
        self._replace(lease, "memory" if out_of_memory else "crash")
        if self._admission.closed:
            return EngineDown("The service is stopping.")
        if code not in (-signal.SIGKILL, -signal.SIGTERM) and (damage := self._suspect_damage()):
            return damage
        if out_of_memory:
            return MemoryExceeded(self.limits.memory)
        if "overflowed its stack" in words or code == -signal.SIGSEGV:
            return EvaluationError("The query is nested too deeply. Write it with fewer brackets, groups or operators.")
        if code in (-signal.SIGKILL, -signal.SIGTERM):
            return None
        return EngineDown(f"The reader of this query stopped (exit code {code}); others go on.")

    def _suspect_damage(self) -> EngineDown | None:
        """What to say instead where the store is damaged, over which the engine may never end or use up its memory.

        Where that is not known, the store is read as a whole now and then, to find out.
        """
        if self.damage:
            return EngineDown(self.damage)
        with self._lock:
            now = time.monotonic()
            is_due = now >= self._check_at and not in_memory.is_small(self.snapshot) and not self._admission.closed
            self._check_at = now + CHECK_PAUSE_SECONDS if is_due else self._check_at
        if is_due:
            threading.Thread(target=self._check_store, name="check", daemon=True).start()
        return None

    def _check_store(self) -> None:
        with contextlib.suppress(EngineDown):
            reader = self._launch()
            try:
                with self._lock:
                    self._starting.add(reader)
                    if self._admission.closed:
                        reader.kill()
                reader.await_ready()
                if damage := reader.find_damage():
                    self._note_damage(damage)
            finally:
                with self._lock:
                    self._starting.discard(reader)
                reader.end()

    def _note_damage(self, damage: str) -> None:
        if not self.damage:
            _LOG.error("%s", damage)
        self.damage = damage

    def _replace(self, lease: Lease[Reader], reason: str = "") -> None:
        """End the reader, let its place go to the spare, and have another spare started.

        The reason is counted; there is none where nothing went wrong.
        """
        reader = lease.resource
        reader.kill()
        with self._lock:
            if reason:
                self.counts.ended[reason] += 1
            self._busy.discard(reader)
            self._to_end.append(reader)
            self._missing += 1
            self._lock.notify_all()
        self._admission.discard(lease)

    def _maintain(self) -> None:
        """Gather readers that were killed and start those that are missing, until the pool is closed and empty."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._to_end or self._missing or self._admission.closed)
                to_end, self._to_end = self._to_end, []
                is_over = self._admission.closed and not self._busy
            for reader in to_end:
                reader.end()
            if is_over and not to_end:
                if self._template:
                    self._template.end()
                return
            if self._admission.closed:
                with self._lock:
                    self._lock.wait_for(lambda: self._to_end or not self._busy)
                continue
            try:
                self._start_missing()
                pause = FIRST_PAUSE_SECONDS
            except Exception as error:
                if not self._admission.closed:
                    self._note_failure(error)
                with self._lock:
                    self._lock.wait_for(lambda: self._admission.closed, pause)
                pause = min(2 * pause, MAX_PAUSE_SECONDS)

    def _note_failure(self, error: Exception) -> None:
        self.failed_starts += 1
        failure = str(error) if isinstance(error, EngineError) else type(error).__name__
        if failure != self.last_failure:  # said once, however often it is tried again
            _LOG.warning("A reader is missing and cannot be started; this is tried again. %s", failure)
        self.last_failure = failure

    def _start_missing(self) -> None:
        """Start all readers that are missing. Raises EngineDown where one cannot be started."""
        with self._lock:
            missing = self._missing
        starting: list[Reader] = []
        failure: EngineDown | None = None
        try:
            while len(starting) < missing:
                try:
                    reader = self._launch()
                except EngineDown as error:
                    failure = error
                    break
                starting.append(reader)
                with self._lock:
                    self._starting.add(reader)
                    if self._admission.closed:
                        reader.kill()
            while starting:
                try:
                    starting[0].await_ready()
                except EngineDown as error:
                    failure = error
                    with self._lock:
                        self._starting.discard(starting.pop(0))
                else:
                    self._add(starting.pop(0))
        finally:
            with self._lock:
                self._starting.difference_update(starting)
            for reader in starting:
                reader.end()
        if failure:
            raise failure
        self.last_failure = ""

    def _add(self, reader: Reader) -> None:
        with self._lock:
            self._starting.discard(reader)
            self._missing -= 1
            if not self._admission.add(reader):
                self._to_end.append(reader)


def _restore_error(described: dict[str, Any]) -> EngineError:
    kind = getattr(errors, described["class"], EngineError)
    if issubclass(kind, LimitPassed):
        return kind(described["fields"]["allowed"])
    error: EngineError = kind.__new__(kind)
    Exception.__init__(error, described["message"])
    for name, value in described["fields"].items():
        setattr(error, name, value)
    return error
