"""Which query runs when: so many at once, a bounded number waits, all others are refused, and nobody takes it all."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from clustergraph.engine.caller import CALLER
from clustergraph.engine.readers.waiting import BLOCKING, Waits, run
from clustergraph.messages import message
from clustergraph.sparql.errors import Busy, EngineDown

Resource = TypeVar("Resource")

ROOM_SECONDS = 1.0
"""How long a query waits before one is ended for it whose client holds more than its share."""


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
    client_share: float = 0.5
    """The part of the readers that one client may hold while others wait."""

    @property
    def client_readers(self) -> int:
        """How many readers one client may hold while others wait."""
        return max(1, int(self.readers * self.client_share))


@dataclass(slots=True)
class Counts:
    """What was asked and what became of it, for metrics."""

    waiting: int = 0
    running: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    """Queries answered, by way: look-up, reader, remote."""
    ended: Counter[str] = field(default_factory=Counter)
    """Readers ended, by reason: timeout, memory, crash, cancelled, share."""
    refused: Counter[str] = field(default_factory=Counter)
    """Queries sent away, by reason: full, waited."""


@dataclass(eq=False, slots=True)
class Lease(Generic[Resource]):
    """A resource as it is lent to one query."""

    resource: Resource
    client: str
    seconds: float
    """How long the query may run."""
    begin: float = field(default_factory=time.monotonic)
    end_early: Callable[[], object] | None = None
    """What ends the query for the sake of others, where that can be done."""
    ended_early: bool = False


@dataclass(eq=False, slots=True)
class _Waiter(Generic[Resource]):
    client: str
    seconds: float
    turn: Future[Lease[Resource]] = field(default_factory=Future)


class Admission(Generic[Resource]):
    """Lends out resources, to at most `limits.readers` queries at a time; others wait for those that are released.

    At most `limits.queue` wait, for up to `limits.queue_seconds`; of those, the client that holds the fewest resources
    is next. For a query that waits, one is ended whose client holds more than its share, or that runs past the usual
    deadline. `busy` is said to those sent away. Safe to use from several threads.

    >>> admission = Admission(Limits(readers=1, queue=0), "The only pen is in use", ["pen"])
    >>> lease = admission.acquire()
    >>> lease.resource
    'pen'
    >>> admission.acquire()
    Traceback (most recent call last):
    clustergraph.sparql.errors.Busy: The only pen is in use and 0 queries wait already.
    >>> admission.release(lease)
    True
    """

    def __init__(self, limits: Limits, busy: str, resources: Iterable[Resource] = ()) -> None:
        self.counts = Counts()
        self.closed = False
        self._limits = limits
        self._busy = busy
        self._free = deque(resources)
        self._leases: set[Lease[Resource]] = set()
        self._waiting: list[_Waiter[Resource]] = []
        self._lock = threading.Lock()

    @property
    def free(self) -> int:
        """How many resources are not in use."""
        return len(self._free)

    def acquire(self, seconds: float | None = None) -> Lease[Resource]:
        """A resource for the caller alone. Raises Busy where there is none in time, and EngineDown when closed."""
        return run(self.acquire_by(BLOCKING, seconds))

    async def acquire_by(self, waits: Waits, seconds: float | None = None, *, spare: bool = False) -> Lease[Resource]:
        """As `acquire`, waiting in a given way.

        `seconds` is how long the query may run. With `spare`, a resource that is free is lent even if no more queries
        may run: such a query asks whether there is any.
        """
        with self._lock:
            if self.closed:
                raise _stopping_error()
            waiter: _Waiter[Resource] = _Waiter(CALLER.get().name, seconds or self._limits.timeout)
            if self._free and (spare or (not self._waiting and self.counts.running < self._limits.readers)):
                return self._lend(waiter)
            if len(self._waiting) >= self._limits.queue and not self._send_away_another(waiter.client):
                self.counts.refused["full"] += 1
                raise self._queue_full_error()
            self._waiting.append(waiter)
            self.counts.waiting += 1
            self._make_room(waiter, at_once=True)
        try:
            return await self._wait(waits, waiter)
        except BaseException:
            if not self._leave_queue(waiter) and waiter.turn.done() and waiter.turn.exception() is None:
                self.release(waiter.turn.result())
            raise

    async def _wait(self, waits: Waits, waiter: _Waiter[Resource]) -> Lease[Resource]:
        end = time.monotonic() + self._limits.queue_seconds
        while (seconds_left := end - time.monotonic()) > 0:
            try:
                return await waits.result(waiter.turn, min(seconds_left, ROOM_SECONDS))
            except TimeoutError:
                with self._lock:
                    self._make_room(waiter)
        if not self._leave_queue(waiter):
            return waiter.turn.result()  # it came at the last moment
        self.counts.refused["waited"] += 1
        raise Busy(f"{self._busy}; the query waited {self._limits.queue_seconds:g} s for its turn.", 5)

    def release(self, lease: Lease[Resource]) -> bool:
        """Bring a resource back; the next query in the queue has it. Not taken when closed."""
        with self._lock:
            self._end_lease(lease)
            if self.closed:
                return False
            self._free.appendleft(lease.resource)  # the one last used goes out first: its caches are warm
            self._lend_to_waiters()
            return True

    def discard(self, lease: Lease[Resource]) -> None:
        """End a lease whose resource does not come back."""
        with self._lock:
            self._end_lease(lease)
            self._lend_to_waiters()

    def add(self, resource: Resource) -> bool:
        """Have one resource more to lend. Not taken when closed."""
        with self._lock:
            if not self.closed:
                self._free.append(resource)
                self._lend_to_waiters()
            return not self.closed

    def close(self) -> list[Resource]:
        """Lend nothing any more; those who wait get EngineDown. Gives what was not in use."""
        with self._lock:
            self.closed = True
            idle = list(self._free)
            self._free.clear()
            for waiter in self._waiting:
                waiter.turn.set_exception(_stopping_error())
            self._waiting.clear()
            self.counts.waiting = 0
            return idle

    def _lend(self, waiter: _Waiter[Resource]) -> Lease[Resource]:
        self.counts.running += 1
        lease = Lease(self._free.popleft(), waiter.client, waiter.seconds)
        self._leases.add(lease)
        return lease

    def _end_lease(self, lease: Lease[Resource]) -> None:
        self.counts.running -= 1
        self._leases.remove(lease)

    def _lend_to_waiters(self) -> None:
        while self._waiting and self._free and self.counts.running < self._limits.readers:
            lent = self._count_lent()
            waiter = min(self._waiting, key=lambda waiter: lent[waiter.client])
            self._waiting.remove(waiter)
            self.counts.waiting -= 1
            waiter.turn.set_result(self._lend(waiter))

    def _count_lent(self) -> Counter[str]:
        """How many resources each client holds, without those that it is about to lose."""
        return Counter(lease.client for lease in self._leases if not lease.ended_early)

    def _make_room(self, waiter: _Waiter[Resource], *, at_once: bool = False) -> None:
        """End a query for one that waits, if one runs that may only take what is free.

        `at_once`, that is one with a longer deadline than usual, of a client that holds more than its share.
        """
        usual, now, lent = self._limits.timeout, time.monotonic(), self._count_lent()
        share = self._limits.client_readers

        def yields(lease: Lease[Resource]) -> bool:
            if lease.end_early is None or lease.ended_early:
                return False
            if not at_once and lease.seconds > usual < now - lease.begin:
                return True
            is_over = lent[lease.client] > share and lease.client != waiter.client and lent[waiter.client] < share
            return is_over and (lease.seconds > usual if at_once else now - lease.begin >= ROOM_SECONDS)

        if waiter.turn.done() or len(self._waiting) <= sum(lease.ended_early for lease in self._leases):
            return
        lease = max(filter(yields, self._leases), key=lambda lease: (lease.seconds, lease.begin), default=None)
        if lease is not None and lease.end_early is not None:
            lease.ended_early = True
            lease.end_early()

    def _send_away_another(self, client: str) -> bool:
        """Send away the last query of the client that has the most waiting, if it has more than this one."""
        waiting = Counter(waiter.client for waiter in self._waiting)
        busiest_client, count = max(waiting.items(), key=lambda item: item[1], default=("", 0))
        if count <= waiting[client] + 1:
            return False
        dismissed = next(waiter for waiter in reversed(self._waiting) if waiter.client == busiest_client)
        self._waiting.remove(dismissed)
        self.counts.waiting -= 1
        self.counts.refused["full"] += 1
        dismissed.turn.set_exception(self._queue_full_error())
        return True

    def _queue_full_error(self) -> Busy:
        return Busy(f"{self._busy} and {len(self._waiting)} queries wait already.", 2)

    def _leave_queue(self, waiter: _Waiter[Resource]) -> bool:
        """Leave the queue; False if the query is out of it already."""
        with self._lock:
            waited = waiter in self._waiting
            if waited:
                self._waiting.remove(waiter)
                self.counts.waiting -= 1
            return waited


def ended_early(lease: Lease[Resource]) -> Busy:
    """What to say of a query that was ended for the sake of others."""
    seconds = f"{time.monotonic() - lease.begin:.1f}"
    return Busy(
        message(
            "The query was ended after {seconds} s because others waited: long queries, and a client that holds more "
            "than its share of the readers, only get what is free.",
            seconds=seconds,
        ),
        5,
    )


def _stopping_error() -> EngineDown:
    return EngineDown("The service is stopping.")
