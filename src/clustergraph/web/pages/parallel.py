"""Several queries of one page at once: each waits for its reader in the queue of all queries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

from clustergraph.web.http.current import service

Item = TypeVar("Item")
Result = TypeVar("Result")


def ask_together(ask: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """What `ask` gives for each item, in order. Raises the first error, and asks nothing more then.

    No page keeps more than half of the readers busy, so that a slow one leaves some for others.
    """
    share = max(1, service().settings.readers // 2)
    if share == 1 or len(items) < 2:
        return [ask(item) for item in items]
    with ThreadPoolExecutor(min(share, len(items)), thread_name_prefix="page") as threads:
        # Threads that see the same request.
        tasks = [threads.submit(copy_context().run, ask, item) for item in items]
        wait(tasks, return_when=FIRST_EXCEPTION)
        threads.shutdown(wait=False, cancel_futures=True)
    return [task.result() for task in tasks]
