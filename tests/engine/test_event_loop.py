"""Readers asked from an event loop: the same answers and limits as from threads, with nothing blocked meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.engine.readers import reader_process
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.readers.waiting import BLOCKING, ON_LOOP, run
from clustergraph.rdf import formats
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import Busy, DeadlinePassed, EngineDown, QuerySyntaxError
from clustergraph.sparql.query import Query
from support.processes import is_computing
from support.reader_pools import ENDLESS, MakePool, count
from support.waiting import wait_until


async def until(true: Any) -> None:
    """Wait until it is true, on the loop."""
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def number(pool: ReaderPool, of: int) -> int:
    answer = await pool.answer_async(Query(f"SELECT ({of} AS ?n) {{}}", format="json"))
    return int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"])


def test_the_same_answer(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=1)
    text = "SELECT * { ?s ?p ?o } ORDER BY ?s"
    asked, expected = asyncio.run(pool.answer_async(Query(text, format="csv"))), pool.answer(Query(text, format="csv"))
    assert (asked.body, asked.format, asked.form) == (expected.body, expected.format, expected.form)
    assert set(asked.timings) == {"parse", "queue", "evaluate", "serialise"}


def test_many_tasks_and_threads_get_their_own_answers(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=2, queue=500)

    async def ask() -> list[int]:
        return await asyncio.gather(*[number(pool, of) for of in range(300)])

    with ThreadPoolExecutor(8) as threads:
        others = [threads.submit(count, pool, f"SELECT ({of} AS ?n) {{}}") for of in range(100)]
        assert asyncio.run(ask()) == list(range(300))
        assert [other.result() for other in others] == list(range(100))
    assert pool.counts.running == pool.counts.waiting == 0
    assert pool.ready == 3


def test_a_deadline_ends_the_query_and_the_loop_goes_on(
    numbers: Snapshot, make_pool: MakePool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_process, "PATIENCE", 0.1)
    pool = make_pool(numbers, readers=1, timeout=0.5)

    async def ask() -> int:
        task = asyncio.create_task(pool.answer_async(Query(ENDLESS)))
        ticks = 0
        while not task.done():
            await asyncio.sleep(0.01)
            ticks += 1
        with pytest.raises(DeadlinePassed, match=r"0\.5 s"):
            await task
        return ticks

    assert asyncio.run(ask()) > 5
    assert pool.counts.ended == {"timeout": 1}
    assert count(pool) == 4


def test_a_task_that_is_cancelled_ends_its_query(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=60)

    async def ask() -> None:
        task = asyncio.create_task(pool.answer_async(Query(ENDLESS)))
        await until(lambda: pool.counts.running == 1)
        waiting = asyncio.create_task(number(pool, 5))
        await until(lambda: pool.counts.waiting == 1)
        leaving = asyncio.create_task(number(pool, 6))
        await until(lambda: pool.counts.waiting == 2)
        leaving.cancel()
        await until(lambda: pool.counts.waiting == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await waiting == 5

    asyncio.run(ask())
    assert pool.counts.ended == {"cancelled": 1}
    assert (pool.counts.running, pool.counts.waiting) == (0, 0)
    assert wait_until(lambda: pool.ready == 2)


def test_tasks_and_threads_wait_in_one_queue(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, queue=1, timeout=1, queue_seconds=60)

    async def ask() -> None:
        endless = asyncio.create_task(pool.answer_async(Query(ENDLESS)))
        await until(lambda: pool.counts.running == 1)
        waiting = asyncio.create_task(asyncio.to_thread(count, pool))
        await until(lambda: pool.counts.waiting == 1)
        with pytest.raises(Busy):
            await number(pool, 1)
        with pytest.raises(DeadlinePassed):
            await endless
        assert await waiting == 4

    asyncio.run(ask())
    assert pool.counts.refused == {"full": 1}


def test_waiting_is_bounded(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=2, queue_seconds=0.1)

    async def ask() -> None:
        endless = asyncio.create_task(pool.answer_async(Query(ENDLESS)))
        await until(lambda: pool.counts.running == 1)
        with pytest.raises(Busy, match="waited"):
            await number(pool, 1)
        endless.cancel()

    asyncio.run(ask())
    assert pool.counts.refused == {"waited": 1}
    assert wait_until(lambda: count(pool) == 4)


def test_a_query_whose_reader_is_killed_is_asked_again(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1, timeout=1)

    async def ask() -> None:
        task = asyncio.create_task(pool.answer_async(Query(ENDLESS)))
        await until(lambda: len(pool._busy) == 1)
        (reader,) = pool._busy
        await until(lambda: is_computing(reader.pid))
        os.kill(reader.pid, signal.SIGKILL)
        with pytest.raises(DeadlinePassed):
            await task

    asyncio.run(ask())
    assert pool.counts.ended == {"crash": 1, "timeout": 1}


def test_errors_are_the_same(snapshot: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(snapshot, readers=1)
    with pytest.raises(QuerySyntaxError) as caught:
        asyncio.run(pool.answer_async(Query("SELECT * {\n  ?s ?p }")))
    assert (caught.value.line, caught.value.column) == (2, 9)
    pool.close()
    with pytest.raises(EngineDown, match="stopping"):
        asyncio.run(pool.answer_async(Query("ASK {}")))


def test_what_is_larger_than_a_socket_holds(numbers: Snapshot, make_pool: MakePool) -> None:
    pool = make_pool(numbers, readers=1)
    long = "SELECT ?s ?o { ?s ex:number ?o } #" + "x" * (3 << 20)
    answer = asyncio.run(pool.answer_async(Query(long, format="json")))
    assert len(answer.body) > 1 << 18
    assert len(json.loads(answer.body)["results"]["bindings"]) == 3000


class _Slow(BlockingEngine):
    """What a cache leases: it answers when it is told to, and counts how often it is asked."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.asked = 0
        self.go: Future[None] = Future()

    async def _answer(self, waits: Any) -> Answer:
        self.asked += 1
        await waits.result(self.go)
        return Answer(b"answer", formats.FORMATS[0], "SELECT")

    is_async = True

    def answer(self, query: Query) -> Answer:  # noqa: ARG002
        return run(self._answer(BLOCKING))

    async def answer_async(self, query: Query) -> Answer:  # noqa: ARG002
        return await self._answer(ON_LOOP)

    def close(self) -> None:
        """Nothing is held."""


def test_tasks_and_threads_that_ask_the_same_share_one_evaluation() -> None:
    query = Query("ASK {}", format="json")
    slow = _Slow(Snapshot(Path("nowhere"), {"name": "one"}))
    engine = CachedEngine(slow, AnswerCache(1 << 20))

    async def ask() -> list[bytes]:
        asking = [asyncio.create_task(asyncio.to_thread(engine.answer, query))]
        await until(lambda: slow.asked == 1)
        asking += [asyncio.create_task(engine.answer_async(query)) for _ in range(3)]
        await asyncio.sleep(0.05)
        slow.go.set_result(None)
        return [answer.body for answer in await asyncio.gather(*asking)]

    assert asyncio.run(ask()) == [b"answer"] * 4
    assert slow.asked == 1
    assert engine.answer(query).body == b"answer"
    assert slow.asked == 1


def test_a_wait_that_would_suspend_without_a_loop_is_an_error() -> None:
    class Suspending:
        def __await__(self) -> Any:
            yield

    async def suspend() -> None:
        await Suspending()

    with pytest.raises(RuntimeError, match="suspended"):
        run(suspend())
