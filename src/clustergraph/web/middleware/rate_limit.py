"""How much one client may have: an allowance that is used up by asking and grows back evenly."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from limits import parse

PURGE_FROM = 1024
"""Clients from which on those with a whole allowance are forgotten now and then."""


class Rate:
    """At most so many answers in a stretch of time, for each client (the generic cell rate algorithm).

    It keeps one number for each client, so that many clients cost little: the time at which the allowance is whole.

    >>> clock = iter([0.0, 0.0, 0.0, 31.0])
    >>> rate = Rate("2/minute", now=lambda: next(clock))
    >>> [rate.wait("a") for _ in range(4)]
    [0, 0, 30, 0]
    """

    def __init__(self, text: str, now: Callable[[], float] = time.monotonic) -> None:
        limit = parse(text)
        self.text = str(limit)
        self._window = float(limit.get_expiry())
        self._step = self._window / limit.amount
        self._now = now
        self._whole: dict[str, float] = {}
        self._purge_at = PURGE_FROM
        self._lock = threading.Lock()

    def wait(self, client: str) -> int:
        """Take one from the client's allowance: 0 if there was one, else the seconds to wait for the next."""
        with self._lock:
            now = self._now()
            whole = max(self._whole.get(client, now), now)
            lacking = whole - now - (self._window - self._step)
            if lacking > 1e-9:
                return max(1, math.ceil(lacking))
            self._whole[client] = whole + self._step
            if len(self._whole) >= self._purge_at:
                self._whole = {name: time for name, time in self._whole.items() if time > now}
                self._purge_at = max(PURGE_FROM, 2 * len(self._whole))
            return 0

    def __len__(self) -> int:
        return len(self._whole)
