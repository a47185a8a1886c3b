"""What is worked out once for each snapshot."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from clustergraph.engine.base import Engine
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import ClientLeft

Source = TypeVar("Source", Engine, Snapshot)
Value = TypeVar("Value")

MAX_SNAPSHOTS = 4
"""How many snapshots are remembered; there are several only while one follows another, and in tests."""


def per_snapshot(read: Callable[[Source], Value]) -> Callable[[Source], Value]:
    """The same function, which reads once for each snapshot: the name of a snapshot is that of its content.

    Of several threads that call it at once, one reads; the others wait and get the same value or error. Errors are not
    kept: a later call reads again.
    """
    known: dict[tuple[str, str], Future[Value]] = {}
    lock = threading.Lock()

    @functools.wraps(read)
    def once(source: Source) -> Value:
        snapshot = source if isinstance(source, Snapshot) else source.snapshot
        key = (snapshot.name, snapshot.base)
        while True:
            with lock:
                future = known.get(key)
                if future is None:
                    while len(known) >= MAX_SNAPSHOTS:
                        known.pop(next(iter(known)))
                    mine = known[key] = Future()
            if future is None:
                break
            if not future.done():
                wait([future])
            if not isinstance(future.exception(), ClientLeft):  # that was no answer to anybody else
                return future.result()
        try:
            value = read(source)
        except BaseException as error:
            with lock:
                if known.get(key) is mine:
                    del known[key]
            mine.set_exception(error)
            raise
        mine.set_result(value)
        return value

    return once
