"""An engine that moves on to a new snapshot when there is one, without dropping a query."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rdflib.term import Identifier

from clustergraph.engine.base import Answer, Engine
from clustergraph.snapshots.snapshot import CURRENT, NoSnapshot, Snapshot
from clustergraph.sparql.errors import EngineError, SnapshotMoved

CHECK_SECONDS = 0.5
"""How old the knowledge of what `current` points at may be."""
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

    def __init__(self, store: Path, open_engine: Callable[[Snapshot], Engine]) -> None:
        self._store = store
        self._open = open_engine

    @property
    def seconds(self) -> float:
        """A look costs a few microseconds."""
        return CHECK_SECONDS

    def look(self) -> Path:
        """The snapshot's folder. Raises nothing: what is not there cannot be opened."""
        return (self._store / CURRENT).resolve()

    def open(self, mark: Hashable) -> Engine:
        """An engine on the snapshot in this folder."""
        return self._open(Snapshot.open(Path(str(mark))))


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
    """Asks the engine of the snapshot there is; opens the next one in the background while the old one answers on."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._target = source.look()
        self._lease = _Lease(source.open(self._target))
        self._checked = time.monotonic()
        self._moving = threading.Lock()
        self._complaint = ""
        self._closed = False

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from now."""
        self._look()
        return self._lease.engine.snapshot

    @property
    def engine(self) -> Engine:
        """The engine in use now; for what it holds by itself, not for queries, in whose midst it may be closed."""
        return self._lease.engine

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
        """Answer one query; see `engine.base.Engine.query`."""
        return self.ask(
            lambda engine: engine.query(
                text,
                bindings=bindings,
                format=format,
                default_graphs=default_graphs,
                named_graphs=named_graphs,
                timeout=timeout,
            )
        )

    def ask(self, question: Callable[[Engine], Answer]) -> Answer:
        """What `question` gets from the current engine, or from the next one if that has turned out to be old."""
        with self.leased() as engine:
            try:
                return question(engine)
            except SnapshotMoved:
                pass
        self._move()
        with self.leased() as engine:
            return question(engine)

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
                last = lease.retired and lease.users == 0
            if last:
                lease.close()

    def close(self) -> None:
        """Close the engine in use; one that is being opened is closed as soon as it is there."""
        with self._lock:
            self._closed = True
            lease = self._lease
        lease.engine.close()

    def _look(self) -> None:
        if time.monotonic() - self._checked < self._source.seconds:
            return
        with self._lock:
            if time.monotonic() - self._checked < self._source.seconds:
                return
            self._checked = time.monotonic()
        # Looking may take its time where the snapshots are elsewhere.
        if not self._moving.locked():
            threading.Thread(target=self._move, daemon=True).start()

    def _move(self) -> None:
        with self._moving:
            try:
                target = self._source.look()
                if target == self._target:
                    return
                fresh = _Lease(self._source.open(target))
            except NoSnapshot:
                return  # taken away again in the meantime; the next look decides
            except EngineError as error:
                if str(error) != self._complaint:  # said once, however often it is looked again
                    _LOG.warning("No new snapshot could be opened, so the one before stays: %s", error)
                self._complaint = str(error)
                return
            self._complaint = ""
            with self._lock:
                if self._closed:
                    unused = fresh
                else:
                    unused, self._lease = self._lease, fresh
                    self._target = target
                    unused.retired = True
                last = unused.users == 0
            if last:
                unused.close()


class FollowingEngine(Follower):
    """Follows the current snapshot of a store folder. Raises NoSnapshot where there is none."""

    def __init__(self, store: Path, open_engine: Callable[[Snapshot], Engine]) -> None:
        super().__init__(StoreSource(store, open_engine))
