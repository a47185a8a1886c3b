"""An engine that moves on to a new snapshot when `current` does, without dropping a query."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rdflib.term import Identifier

from clustergraph import snapshot as snapshots
from clustergraph.engine.base import Answer, Engine
from clustergraph.engine.errors import EngineError
from clustergraph.snapshot import CURRENT, NoSnapshot, Snapshot

CHECK_SECONDS = 0.5
"""How old the knowledge of what `current` points at may be."""
_LOG = logging.getLogger(__name__)


class _Lease:
    """An engine and the number of queries that use it now."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.users = 0
        self.retired = False


class FollowingEngine:
    """Asks the engine of the current snapshot; opens the next one in the background while the old one answers on."""

    def __init__(self, store: Path, open_engine: Callable[[Snapshot], Engine]) -> None:
        self._store = store
        self._open = open_engine
        self._lock = threading.Lock()
        self._target = (store / CURRENT).resolve()
        self._lease = _Lease(open_engine(snapshots.current(store)))
        self._checked = time.monotonic()
        self._moving = False
        self._closed = False

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from now."""
        self._look()
        return self._lease.engine.snapshot

    @property
    def engine(self) -> Engine:
        """The engine in use now; for reading its counts, not for queries."""
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
        with self.leased() as engine:
            return engine.query(
                text,
                bindings=bindings,
                format=format,
                default_graphs=default_graphs,
                named_graphs=named_graphs,
                timeout=timeout,
            )

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
                lease.engine.close()

    def close(self) -> None:
        """Close the engine in use; one that is being opened is closed as soon as it is there."""
        with self._lock:
            self._closed = True
            lease = self._lease
        lease.engine.close()

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._checked < CHECK_SECONDS:
            return
        with self._lock:
            if self._moving or now - self._checked < CHECK_SECONDS:
                return
            self._checked = now
            target = (self._store / CURRENT).resolve()
            if target == self._target:
                return
            self._moving = True
        threading.Thread(target=self._move, args=(target,), daemon=True).start()

    def _move(self, target: Path) -> None:
        try:
            fresh = _Lease(self._open(Snapshot.open(target)))
            with self._lock:
                if self._closed:
                    unused = fresh
                else:
                    unused, self._lease = self._lease, fresh
                    self._target = target
                    unused.retired = True
                last = unused.users == 0
            if last:
                unused.engine.close()
        except NoSnapshot:
            pass  # taken away again in the meantime; the next look decides
        except EngineError as error:
            _LOG.warning("The snapshot %s could not be opened, so the one before stays: %s", target.name, error)
        finally:
            self._moving = False
