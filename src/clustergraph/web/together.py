"""Several queries of one page at once: each waits in a reader, not in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from flask import copy_current_request_context

One = TypeVar("One")
Got = TypeVar("Got")

AT_ONCE = 8


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")


def together(ask: Callable[[One], Got], of: Sequence[One]) -> list[Got]:
    """What `ask` gives for each, in order. Raises the first error that any of them raises."""
    if len(of) < 2:
        return [ask(one) for one in of]
    tasks = [_threads().submit(copy_current_request_context(ask), one) for one in of]
    return [task.result() for task in tasks]
