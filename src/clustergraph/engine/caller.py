"""The client whose request a query belongs to: its share of the readers, and whether it still waits for the answer."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from clustergraph.sparql.errors import ClientLeft


class Caller:
    """One request's client. Safe to use from threads: a page asks several queries at once.

    >>> caller = Caller("192.0.2.7")
    >>> with caller.on_leave(lambda: print("ended")):
    ...     caller.leave()
    ended
    >>> caller.has_left
    True
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        """What tells clients apart; empty where there is none, as in a library."""
        self.seconds = 0.0
        """How long queries of this request have run."""
        self.has_left = False
        self._on_leave: dict[object, Callable[[], object]] = {}
        self._lock = threading.Lock()

    def leave(self) -> None:
        """End what this client's request waits for: nobody reads the answer."""
        with self._lock:  # so that nothing is ended whose block is over
            self.has_left = True
            for end in self._on_leave.values():
                end()

    @contextlib.contextmanager
    def on_leave(self, end: Callable[[], object]) -> Iterator[None]:
        """Call `end` if the client leaves before the block ends, or has left already."""
        mark = object()
        with self._lock:
            has_left = self.has_left
            self._on_leave[mark] = end
        if has_left:
            end()
        try:
            yield
        finally:
            with self._lock:
                del self._on_leave[mark]

    def check(self) -> None:
        """Raise ClientLeft if the client has left."""
        if self.has_left:
            raise ClientLeft("The client left before its query was answered.")

    def charge(self, seconds: float) -> None:
        """Count the time that a query of this request ran."""
        with self._lock:
            self.seconds += seconds


_NOBODY = Caller()
CALLER: ContextVar[Caller] = ContextVar("caller", default=_NOBODY)
"""The client of the request that this thread or task works for."""
