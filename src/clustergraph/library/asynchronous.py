"""The library for programs that use asyncio.

    from clustergraph import aio

    async with aio.open() as kg:
        japan, france = await asyncio.gather(
            kg.query("clusters-by-country", country="JP"), kg.query("clusters-by-country", country="FR")
        )

Queries run in threads, a bounded number at once; the others wait for their turn. A task that is cancelled stops waiting
at once, and a query that waits for its turn is then never asked. One that runs goes on: within this process nothing can
end it. With a `deadline`, queries run in processes of their own, which are ended when it passes.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.library import knowledge_graph as library
from clustergraph.library.knowledge_graph import KnowledgeGraph

if TYPE_CHECKING:
    from clustergraph.library.result import Result

T = TypeVar("T")

MAX_CONCURRENT_QUERIES = 4
"""How many queries run at once unless another number is given."""


@asynccontextmanager
async def open(
    *sources: str | os.PathLike[str],
    at_once: int = MAX_CONCURRENT_QUERIES,
    deadline: float | None = None,
    **options: Any,
) -> AsyncIterator[AsyncKnowledgeGraph]:
    """Open a graph, and close it in the end. `sources` and `options` are those of `clustergraph.open`.

    `at_once` is how many queries may run at once. `deadline` is the number of seconds that a query may take before it
    is ended; it then raises `DeadlinePassed`. It needs a graph on this machine: a service has deadlines of its own.

    Raises what `clustergraph.open` raises, and ValueError for a deadline or a number that cannot be.
    """
    if at_once < 1 or (deadline is not None and not deadline > 0):
        raise ValueError("`at_once` must be at least 1, and a deadline a number of seconds above 0.")
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="clustergraph")
    loop = asyncio.get_running_loop()
    try:
        graph = await loop.run_in_executor(threads, partial(library.open, *sources, **options))
        try:
            if deadline is not None:
                graph = await loop.run_in_executor(threads, _set_deadline, graph, at_once, deadline)
            yield AsyncKnowledgeGraph(graph, threads)
        finally:
            graph.close()
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _set_deadline(graph: KnowledgeGraph, readers: int, seconds: float) -> KnowledgeGraph:
    """The same graph, answered by processes that can be ended."""
    if not isinstance(graph.engine, EmbeddedEngine):
        raise ValueError("Only a graph on this machine can be given a deadline; a service has deadlines of its own.")
    limits = Limits(readers=readers, timeout=seconds, timeout_ceiling=seconds)
    bounded = graph.answered_by(ReaderPool(graph.snapshot, limits))
    graph.close()
    return bounded


class AsyncKnowledgeGraph:
    """A graph to ask from coroutines; `aio.open` gives one. `graph` is the same graph for code that may block."""

    def __init__(self, graph: KnowledgeGraph, threads: ThreadPoolExecutor) -> None:
        self.graph = graph
        self._threads = threads

    async def sparql(self, text: str, /, **bindings: Any) -> Result | Any:
        """Answer a SPARQL query, as `KnowledgeGraph.sparql` does."""
        return await self.run(lambda graph: graph.sparql(text, **bindings))

    async def query(self, name: str, /, **parameters: Any) -> Result | Any:
        """Run a canned query, as `KnowledgeGraph.query` does."""
        return await self.run(lambda graph: graph.query(name, **parameters))

    async def run(self, what: Callable[[KnowledgeGraph], T]) -> T:
        """Do anything else that may take its time: `await kg.run(lambda graph: graph.clusters)`."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, what, self.graph)

    def __repr__(self) -> str:
        return f"<AsyncKnowledgeGraph on {self.graph!r}>"
