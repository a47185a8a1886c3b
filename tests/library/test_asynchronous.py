"""The library for asyncio."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from clustergraph.catalogue import UnknownQuery
from clustergraph.library import asynchronous
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.errors import DeadlinePassed

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_answers_are_those_of_the_library(kg: KnowledgeGraph, snapshot: Snapshot) -> None:
    async def ask() -> None:
        async with asynchronous.open(str(snapshot.path), queries=published().queries) as graph:
            one, two, three = await asyncio.gather(
                graph.query("clusters-by-country", country="JP"),
                graph.sparql("ASK { ?x a cg:Cluster }"),
                graph.run(lambda graph: [thing.slug for thing in graph.clusters]),
            )
            assert one == kg.query("clusters-by-country", country="JP")
            assert two is True
            assert len(three) == 32
            with pytest.raises(UnknownQuery):
                await graph.query("nothing")

    run(ask())


def test_no_more_queries_run_at_once_than_were_allowed(example: Path) -> None:
    running, most = 0, 0
    lock = threading.Lock()
    meet = threading.Barrier(2)

    def work(_graph: KnowledgeGraph) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meet.wait(30)  # goes on when two run at the same time
        with lock:
            running -= 1

    async def ask() -> None:
        async with asynchronous.open(example, at_once=2) as graph:
            await asyncio.gather(*(graph.run(work) for _ in range(6)))

    run(ask())
    assert most == 2


def test_a_cancelled_task_stops_waiting_and_what_waits_is_never_asked(example: Path) -> None:
    started, go_on = threading.Event(), threading.Event()
    asked: list[str] = []

    def work(_: object) -> bool:
        started.set()
        return go_on.wait(30)

    async def ask() -> None:
        async with asynchronous.open(example, at_once=1) as graph:
            first = asyncio.create_task(graph.run(work))
            second = asyncio.create_task(graph.run(lambda _: asked.append("second")))
            await asyncio.to_thread(started.wait)
            for task in (first, second):
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            assert not go_on.is_set()
            go_on.set()
            assert len(await graph.sparql("SELECT * { ?s ?p ?o }")) == 2

    run(ask())
    assert not asked


def test_a_deadline_ends_the_query_itself(snapshot: Snapshot) -> None:
    async def ask() -> None:
        async with asynchronous.open(str(snapshot.path), at_once=1, deadline=0.5) as graph:
            for _ in range(2):
                with pytest.raises(DeadlinePassed):
                    await graph.sparql(ENDLESS)
            assert await graph.sparql("ASK { ?x a cg:Cluster }") is True

    run(ask())


def test_limits_that_cannot_be_are_refused(example: Path) -> None:
    async def ask(**options: Any) -> None:
        async with asynchronous.open(example, **options):
            pass

    for options in ({"at_once": 0}, {"deadline": 0.0}, {"deadline": -1.0}):
        with pytest.raises(ValueError, match="at least 1"):
            run(ask(**options))
