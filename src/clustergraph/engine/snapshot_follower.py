"""An engine that moves on to a new snapshot when there is one, without dropping a query."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from clustergraph.engine.base import Answer, Engine
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.snapshots.snapshot import CURRENT, DamagedSnapshot, NoSnapshot, Snapshot, current_or_newest
from clustergraph.sparql.errors import EngineError, SnapshotMoved
from clustergraph.sparql.query import Query

CHECK_SECONDS = 0.5
"""How old the knowledge of what `current` points at may be."""
CLOSE_SECONDS = 10.0
"""How long `close` waits for engines of earlier snapshots that are being closed."""
_LOG = logging.getLogger(__name__)


class Source(Protocol):
    """Where snapshots come from."""

    @property
    def seconds(self) -> float:
        """How old the knowledge of what is there may be."""

    def look(self) -> Hashable:
        """What tells the snapshot that is there now from every other. Raises EngineError where that is not known."""

    def open(self, mark: Hashable) -> Engine:
        """An engine on the snapshot with this mark. Raises NoSnapshot where it is gone again, or EngineError."""


class StoreSource:
    """The snapshots of a store folder: whatever `current` points at."""

    seconds = CHECK_SECONDS

    def __init__(self, store: Path, open_engine: Callable[[Snapshot], Engine]) -> None:
        self._store = store
        self._open = open_engine
        self._is_open = False

    def look(self) -> Path:
        """The snapshot's folder. Raises nothing: what is not there cannot be opened."""
        return (self._store / CURRENT).resolve()

    def open(self, mark: Hashable) -> Engine:
        """An engine on the snapshot in this folder; at the start, on the newest whole one where this one is damaged."""
        snapshot = Snapshot.open(Path(str(mark))) if self._is_open else current_or_newest(self._store)
        engine = self._open(snapshot)
        self._is_open = True
        return engine


class _Lease:
    """An engine and the number of queries that use it now."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.users = 0
        self.retired = False

    def close(self) -> None:
        """Let the engine and its snapshot go, of which pages that were made may still hold the description."""
        self.engine.close()
        self.engine.snapshot.release()


class Follower:
    """Asks the engine of the snapshot there is; opens the next one in the background while the old one answers on.

    The answers of all its engines go to the cache, if there is one.
    """

    def __init__(self, source: Source, cache: AnswerCache | None = None) -> None:
        self._source = source
        self._cache = cache
        self._lock = threading.Lock()
        self._target = source.look()
        self._lease = self._open(self._target)
        self._checked = time.monotonic()
        self._moving = threading.Lock()
        self._complaint = ""
        self._closed = False
        self._closing: set[threading.Thread] = set()
        self.failures = 0
        """How often the next snapshot could not be looked for or opened, for metrics."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from now."""
        self._look()
        return self._lease.engine.snapshot

    @property
    def engine(self) -> Engine:
        """The engine in use now; for what it holds by itself, not for queries, in whose midst it may be closed."""
        return self._lease.engine

    @property
    def is_async(self) -> bool:
        return self._lease.engine.is_async

    def answer(self, query: Query) -> Answer:
        """The current engine's answer, or that of the next one if the current one has turned out to be old."""
        with self.leased() as engine:
            try:
                return engine.answer(query)
            except SnapshotMoved:
                pass
        self._move()
        with self.leased() as engine:
            return engine.answer(query)

    async def answer_async(self, query: Query) -> Answer:
        with self.leased() as engine:
            try:
                return await engine.answer_async(query)
            except SnapshotMoved:
                pass
        await asyncio.to_thread(self._move)
        with self.leased() as engine:
            return await engine.answer_async(query)

    def look_up(self, query: Query) -> Answer | None:
        """The answer, if the current engine has it at once. What that needs outlives the engine, so none is leased."""
        return self._lease.engine.look_up(query)

    def probe(self) -> str:
        """Ask the current engine whether queries are answered; says as well why there is no newer one."""
        with self.leased() as engine:
            return engine.probe() or self._complaint

    @contextmanager
    def leased(self) -> Iterator[Engine]:
        """The current engine, which stays open at least until the block ends: several queries, one snapshot."""
        self._look()
        with self._lock:
            lease = self._lease
            lease.users += 1
        try:
            yield lease.engine
        finally:
            with self._lock:
                lease.users -= 1
                is_unused = lease.retired and lease.users == 0
            if is_unused:
                self._let_go(lease)

    def close(self) -> None:
        """Close the engine in use; one that is being opened is closed as soon as it is there."""
        with self._lock:
            self._closed = True
            lease = self._lease
            closing = list(self._closing)
        lease.engine.close()
        for thread in closing:
            thread.join(CLOSE_SECONDS)

    def _let_go(self, lease: _Lease) -> None:
        """Close an engine that nobody uses any more, on a thread: its processes take their time to end."""

        def close() -> None:
            try:
                lease.close()
            except Exception:
                _LOG.exception("The engine of a snapshot before could not be closed.")
            finally:
                with self._lock:
                    self._closing.discard(thread)

        thread = threading.Thread(target=close, daemon=True)
        try:
            with self._lock:
                thread.start()
                self._closing.add(thread)
        except RuntimeError:  # no thread can be started, and something has to be done with it
            close()

    def _open(self, mark: Hashable) -> _Lease:
        engine = self._source.open(mark)
        return _Lease(engine if self._cache is None else CachedEngine(engine, self._cache))

    def _look(self) -> None:
        if time.monotonic() - self._checked < self._source.seconds:
            return
        with self._lock:
            if time.monotonic() - self._checked < self._source.seconds:
                return
            self._checked = time.monotonic()
        # Looking may take its time where the snapshots are elsewhere.
        if not self._moving.locked():
            try:
                threading.Thread(target=self._move, daemon=True).start()
            except RuntimeError as error:  # no thread can be started now; the next look tries again
                self._complain(error)

    def _move(self) -> None:
        with self._moving:
            try:
                target = self._source.look()
                if target == self._target:
                    return
                fresh = self._open(target)
            except DamagedSnapshot as error:  # which is a NoSnapshot, too
                self._complain(error)
                return
            except NoSnapshot:
                return  # taken away again in the meantime; the next look decides
            except Exception as error:  # whatever it is: the snapshot before is whole, and the next look tries again
                self._complain(error)
                return
            self._complaint = ""
            with self._lock:
                if self._closed:
                    retired = fresh
                else:
                    retired, self._lease = self._lease, fresh
                    self._target = target
                    retired.retired = True
                is_unused = retired.users == 0
            if is_unused:
                self._let_go(retired)

    def _complain(self, error: Exception) -> None:
        self.failures += 1
        words = str(error) if isinstance(error, (EngineError, DamagedSnapshot)) else f"{type(error).__name__}: {error}"
        if words != self._complaint:  # said once, however often it is looked again
            _LOG.warning("No new snapshot could be opened, so the one before stays: %s", words)
        self._complaint = words


class FollowingEngine(Follower):
    """Follows the current snapshot of a store folder. Raises NoSnapshot where there is none."""

    def __init__(
        self, store: Path, open_engine: Callable[[Snapshot], Engine], cache: AnswerCache | None = None
    ) -> None:
        super().__init__(StoreSource(store, open_engine), cache)
