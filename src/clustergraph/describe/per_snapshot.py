"""What is worked out once for each snapshot."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import TypeVar

from clustergraph.engine.base import Engine
from clustergraph.snapshots.snapshot import Snapshot

Source = TypeVar("Source", Engine, Snapshot)
Value = TypeVar("Value")

MAX_SNAPSHOTS = 4
"""How many snapshots are remembered; there are several only while one follows another, and in tests."""


def per_snapshot(read: Callable[[Source], Value]) -> Callable[[Source], Value]:
    """The same function, which reads once for each snapshot: the name of a snapshot is that of its content."""
    known: dict[tuple[str, str], Value] = {}
    lock = threading.Lock()

    @functools.wraps(read)
    def once(source: Source) -> Value:
        snapshot = source if isinstance(source, Snapshot) else source.snapshot
        key = (snapshot.name, snapshot.base)
        with lock:
            if key in known:
                return known[key]
        value = read(source)
        with lock:
            while len(known) >= MAX_SNAPSHOTS:
                known.pop(next(iter(known)))
            known[key] = value
        return value

    return once
