"""Who may ask when: at most so many queries run, a bounded number wait, and all others are told to come again."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from clustergraph.engine.errors import Busy, EngineDown


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use, and how many may run and wait."""

    readers: int = 2
    timeout: float = 10.0
    """Seconds a query may run unless it asks for another deadline."""
    timeout_ceiling: float = 60.0
    """The longest deadline, in seconds, that a query may ask for."""
    memory: int = 1 << 30
    """Bytes of address space that one reader may have."""
    result_bytes: int = 64 << 20
    """Bytes that one serialised answer may hold."""
    queue: int = 128
    """How many queries may wait for a reader."""
    queue_seconds: float = 10.0
    """How long a query may wait for a reader."""


@dataclass(slots=True)
class Counts:
    """What was asked and what became of it, for metrics."""

    waiting: int = 0
    running: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """Readers ended, by reason: timeout, memory, crash."""
    refused: Counter[str] = field(default_factory=Counter)
    """Queries sent away, by reason: full, waited."""


class Turns:
    """Lets `limits.readers` queries run and `limits.queue` wait for up to `limits.queue_seconds`.

    `free`, asked with the lock held, says whether what a query needs is there. `busy` is said to those sent away.
    """

    def __init__(self, limits: Limits, busy: str, free: Callable[[], bool] = lambda: True) -> None:
        self.counts = Counts()
        self.closed = False
        self.lock = threading.Condition()
        """Tell it when `free` may have changed."""
        self._limits = limits
        self._busy = busy
        self._free = free

    def take(self) -> None:
        """Wait for a turn. Raises Busy where there is none in time, and EngineDown when closed."""
        with self.lock:
            if not self._may_run():
                self._wait()
            if self.closed:
                raise EngineDown("The service is stopping.")
            self.counts.running += 1

    def give(self) -> None:
        """End a turn; the next in the queue has it."""
        with self.lock:
            self.counts.running -= 1
            self.lock.notify_all() if self.closed else self.lock.notify()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """A turn for the length of the block; see `take`."""
        self.take()
        try:
            yield
        finally:
            self.give()

    def close(self) -> None:
        """Let nobody in any more; those who wait get EngineDown."""
        with self.lock:
            self.closed = True
            self.lock.notify_all()

    def _may_run(self) -> bool:
        return self.closed or (self.counts.running < self._limits.readers and self._free())

    def _wait(self) -> None:
        if self.counts.waiting >= self._limits.queue:
            self.counts.refused["full"] += 1
            raise Busy(f"{self._busy} and {self.counts.waiting} queries wait already.", 2)
        self.counts.waiting += 1
        try:
            if not self.lock.wait_for(self._may_run, self._limits.queue_seconds):
                self.counts.refused["waited"] += 1
                raise Busy(f"{self._busy}; the query waited {self._limits.queue_seconds:g} s for its turn.", 5)
        finally:
            self.counts.waiting -= 1
