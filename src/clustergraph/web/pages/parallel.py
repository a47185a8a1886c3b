"""Several queries of one page at once: each waits for its reader in the queue of all queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from clustergraph.web.http.current import service

Item = TypeVar("Item")
Result = TypeVar("Result")

MAX_HELPERS = 8
"""Threads that ask for pages. Where all are busy, the thread of a page asks for everything itself."""
_HELPERS = ThreadPoolExecutor(MAX_HELPERS, thread_name_prefix="page")


def ask_together(ask: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """What `ask` gives for each item, in order. Raises the first error, and asks nothing more then.

    No page keeps more than half of the readers busy, so that a slow one leaves some for others.
    """
    results: dict[int, Result] = {}
    remaining = iter(list(enumerate(items)))

    def work() -> None:
        try:
            for place, item in remaining:
                results[place] = ask(item)
        except BaseException:
            list(remaining)  # nobody asks for these
            raise

    helpers = min(service().settings.readers // 2, len(items)) - 1
    # Threads that see the same request.
    tasks = [_HELPERS.submit(copy_context().run, work) for _ in range(helpers)]
    work()
    for task in tasks:
        if not task.cancel():
            task.result()
    return [results[place] for place in range(len(items))]
