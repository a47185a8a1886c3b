"""How much one client may have: an allowance that is used up by asking and grows back evenly."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections.abc import Callable

from clustergraph.settings import parse_rate

PURGE_FROM = 1024
"""Clients from which on those with a whole allowance are forgotten now and then."""

MAX_CLIENTS = 1 << 16
"""Clients that are remembered; past that, those are forgotten who lack the least."""

NETWORK_BITS = 64
"""Leading bits of an IPv6 address that count: a household or a host has all addresses of such a network."""


class RateLimit:
    """At most so many answers in a stretch of time, for each client (the generic cell rate algorithm).

    An answer whose queries run for longer than its part of the stretch takes as much as they ran. So one query after
    the other is never too much, and several at once are, after a while.

    It keeps one number for each client, so that many clients cost little: the time at which the allowance is whole.

    >>> clock = iter([0.0, 0.0, 0.0, 31.0])
    >>> rate = RateLimit("2/minute", now=lambda: next(clock))
    >>> [rate.wait("a") for _ in range(4)]
    [0, 0, 30, 0]
    """

    def __init__(self, text: str, now: Callable[[], float] = time.monotonic) -> None:
        amount, self._window = parse_rate(text)
        self._step = self._window / amount
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
                self._purge(now)
            return 0

    def charge(self, client: str, seconds: float) -> None:
        """Take what queries took that ran for so long until now, beyond what the answer took from the allowance."""
        with self._lock:
            if seconds > self._step:
                begin = self._now() - seconds
                self._whole[client] = self._whole.get(client, begin + self._step) + seconds - self._step

    def _purge(self, now: float) -> None:
        incomplete = sorted((time, name) for name, time in self._whole.items() if time > now)
        self._whole = {name: time for time, name in incomplete[-MAX_CLIENTS:]}
        self._purge_at = max(PURGE_FROM, min(2 * len(self._whole), 2 * MAX_CLIENTS))

    def __len__(self) -> int:
        return len(self._whole)


def client_name(address: str) -> str:
    """What an address counts as: itself, or the network of an IPv6 address.

    >>> client_name("192.0.2.7"), client_name("2001:db8:0:1:2:3:4:5"), client_name("::ffff:192.0.2.7")
    ('192.0.2.7', '2001:db8:0:1::', '192.0.2.7')
    """
    if ":" not in address:
        return address[:64]
    try:
        parsed = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(parsed) >> (128 - NETWORK_BITS) << (128 - NETWORK_BITS)))
