"""Answers kept ready: one cache for all who ask, bounded in bytes, keyed by the snapshot and the question.

Snapshots never change, so nothing here is ever out of date; what is old is pushed out by what is new.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Coroutine, Hashable
from concurrent.futures import Future
from typing import Any

from clustergraph.engine.base import Answer, Engine
from clustergraph.engine.byte_cache import ByteCache
from clustergraph.engine.caller import CALLER
from clustergraph.engine.readers.waiting import BLOCKING, ON_LOOP, Waits, run
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import ClientLeft
from clustergraph.sparql.query import Query

AnswerCache = ByteCache[Answer]


def query_key(query: Query) -> tuple[Hashable, ...]:
    """What makes queries equal, without what was read in their texts, which takes more memory than these."""
    return query.text, query.bindings, query.format, query.default_graphs, query.named_graphs


class CachedEngine:
    """An engine that remembers answers, and asks once where many ask the same at the same time.

    The cache may be shared with the engines of other snapshots, before and after.
    """

    def __init__(self, engine: Engine, cache: AnswerCache) -> None:
        self.inner = engine
        self.cache = cache
        self._pending: dict[Hashable, Future[Answer]] = {}
        self._lock = threading.Lock()

    @property
    def snapshot(self) -> Snapshot:
        return self.inner.snapshot

    @property
    def is_async(self) -> bool:
        return self.inner.is_async

    def answer(self, query: Query) -> Answer:
        """Answer one query; see `engine.base.Engine.answer`."""

        async def ask(query: Query) -> Answer:
            return self.inner.answer(query)

        return run(self._answer(BLOCKING, query, ask))

    async def answer_async(self, query: Query) -> Answer:
        return await self._answer(ON_LOOP, query, self.inner.answer_async)

    def look_up(self, query: Query) -> Answer | None:
        """The answer, if the engine has it at once; that is as quick as the cache."""
        return self.inner.look_up(query)

    async def _answer(self, waits: Waits, query: Query, ask: Callable[[Query], Coroutine[Any, Any, Answer]]) -> Answer:
        """The answer known already, or one that somebody waits for already, or else the one that `ask` gets."""
        if not self.cache.capacity or not query.parsed.is_repeatable:
            return await ask(query)
        key = (self.snapshot.name, *query_key(query))
        cached = self.cache.get(key)
        if cached is not None:
            return cached
        # The deadline is part of who may share a computation, not of who may share its answer.
        waited_for = (key, query.timeout)
        with self._lock:
            pending = self._pending.get(waited_for)
            if pending is None:
                own_future = self._pending[waited_for] = Future()
        if pending is not None:
            try:
                return await waits.result(pending)
            except ClientLeft:
                CALLER.get().check()
                # The one who asked has left, not this one.
                return await self._answer(waits, query, ask)
        try:
            answer = await ask(query)
        except BaseException as error:
            self._forget(waited_for)
            # Where this thread or task is stopped, that is no answer to the others.
            own_future.set_exception(error if isinstance(error, Exception) else ClientLeft("The query was broken off."))
            raise
        # Kept without its timings: one who gets it from the cache spent none of them.
        untimed = Answer(answer.body, answer.format, answer.form, differences=answer.differences)
        self.cache.put(key, untimed, len(answer.body))
        self._forget(waited_for)
        own_future.set_result(answer)
        return answer

    def _forget(self, waited_for: Hashable) -> None:
        with self._lock:
            del self._pending[waited_for]

    def probe(self) -> str:
        return self.inner.probe()

    def close(self) -> None:
        self.inner.close()
