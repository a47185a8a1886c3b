"""Who may ask when: at most so many queries run, a bounded number wait, and all others are told to come again."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from clustergraph.engine.readers.waiting import BLOCKING, Waits, run
from clustergraph.sparql.errors import Busy, EngineDown

Thing = TypeVar("Thing")


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
    """Readers ended, by reason: timeout, memory, crash, cancelled."""
    refused: Counter[str] = field(default_factory=Counter)
    """Queries sent away, by reason: full, waited."""


class Turns(Generic[Thing]):
    """Lends out things, to at most `limits.readers` queries at a time; others wait, in order, for those that come back.

    At most `limits.queue` wait, for up to `limits.queue_seconds`. `busy` is said to those sent away. Safe to use from
    several threads.

    >>> turns = Turns(Limits(readers=1, queue=0), "The only pen is in use", ["pen"])
    >>> turns.take()
    'pen'
    >>> turns.take()
    Traceback (most recent call last):
    clustergraph.sparql.errors.Busy: The only pen is in use and 0 queries wait already.
    >>> turns.give("pen")
    True
    """

    def __init__(self, limits: Limits, busy: str, things: Iterable[Thing] = ()) -> None:
        self.counts = Counts()
        self.closed = False
        self._limits = limits
        self._busy = busy
        self._free = deque(things)
        self._waiting: deque[Future[Thing]] = deque()
        self._lock = threading.Lock()

    @property
    def free(self) -> int:
        """How many things are not in use."""
        return len(self._free)

    def take(self) -> Thing:
        """A thing for the caller alone. Raises Busy where there is none in time, and EngineDown when closed."""
        return run(self.taken(BLOCKING))

    async def taken(self, waits: Waits) -> Thing:
        """As `take`, waiting in a given way."""
        with self._lock:
            if self.closed:
                raise _stopping()
            if self._free and not self._waiting and self.counts.running < self._limits.readers:
                return self._lend()
            if len(self._waiting) >= self._limits.queue:
                self.counts.refused["full"] += 1
                raise Busy(f"{self._busy} and {len(self._waiting)} queries wait already.", 2)
            turn: Future[Thing] = Future()
            self._waiting.append(turn)
            self.counts.waiting += 1
        try:
            return await waits.result(turn, self._limits.queue_seconds)
        except TimeoutError:
            if not self._leave(turn):
                return turn.result()  # it came at the last moment
            self.counts.refused["waited"] += 1
            raise Busy(f"{self._busy}; the query waited {self._limits.queue_seconds:g} s for its turn.", 5) from None
        except BaseException:
            if not self._leave(turn) and turn.exception() is None:
                self.give(turn.result())
            raise

    def give(self, thing: Thing) -> bool:
        """Bring a thing back, which ends the turn; the next in the queue has it. Not taken when closed."""
        with self._lock:
            self.counts.running -= 1
            if self.closed:
                return False
            self._free.appendleft(thing)  # the one last used goes out first: its caches are warm
            self._share()
            return True

    def lose(self) -> None:
        """End a turn whose thing does not come back."""
        with self._lock:
            self.counts.running -= 1
            self._share()

    def add(self, thing: Thing) -> bool:
        """Have one thing more to lend. Not taken when closed."""
        with self._lock:
            if not self.closed:
                self._free.append(thing)
                self._share()
            return not self.closed

    def close(self) -> list[Thing]:
        """Lend nothing any more; those who wait get EngineDown. Gives what was not in use."""
        with self._lock:
            self.closed = True
            left = list(self._free)
            self._free.clear()
            for turn in self._waiting:
                turn.set_exception(_stopping())
            self._waiting.clear()
            self.counts.waiting = 0
            return left

    def _lend(self) -> Thing:
        self.counts.running += 1
        return self._free.popleft()

    def _share(self) -> None:
        while self._waiting and self._free and self.counts.running < self._limits.readers:
            self.counts.waiting -= 1
            self._waiting.popleft().set_result(self._lend())

    def _leave(self, turn: Future[Thing]) -> bool:
        """Leave the queue; False if the turn is out of it already."""
        with self._lock:
            waited = turn in self._waiting
            if waited:
                self._waiting.remove(turn)
                self.counts.waiting -= 1
            return waited


def _stopping() -> EngineDown:
    return EngineDown("The service is stopping.")
