"""Several queries of one page at once: each waits in a reader, not in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextvars import copy_context
from functools import cache
from typing import TypeVar

One = TypeVar("One")
Got = TypeVar("Got")

AT_ONCE = 8


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")


def together(ask: Callable[[One], Got], of: Sequence[One]) -> list[Got]:
    """What `ask` gives for each, in order. Raises an error that one of them raises, when all have ended.

    The last is asked on this thread, the others on threads that see the same request.
    """
    if not of:
        return []
    *others, last = of
    tasks = [_threads().submit(copy_context().run, ask, one) for one in others]
    try:
        got = ask(last)
    finally:
        wait(tasks)
    return [*(task.result() for task in tasks), got]
