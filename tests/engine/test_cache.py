"""The answer cache: what is kept, how much of it, and asking once where many ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from rdflib import Literal

from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.byte_cache import ENTRY_BYTES, ByteCache, CacheMemory, size_of
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.rdf import formats
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import DeadlinePassed, EngineDown, EngineError
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query


class Counting(BlockingEngine):
    """An engine that counts, and may wait or fail."""

    def __init__(self, act: Callable[[], bytes] = lambda: b"answer") -> None:
        self.asked = 0
        self.act = act
        self.snapshot = Snapshot(Path("nowhere"), {"name": "one"})
        self._lock = threading.Lock()

    def answer(self, query: Query) -> Answer:  # noqa: ARG002
        with self._lock:
            self.asked += 1
        return Answer(self.act(), formats.FORMATS[0], "SELECT", {"evaluate": 1.0})

    def close(self) -> None:
        self.closed = True


def test_the_least_recently_used_goes_first() -> None:
    cache = ByteCache[str](3 * (ENTRY_BYTES + size_of("a") + 300))
    for key in "abc":
        cache.put(key, key, 300)
    cache.get("a")
    cache.put("d", "d", 300)
    assert [cache.get(key) for key in "abcd"] == ["a", None, "c", "d"]
    assert cache.bytes <= cache.capacity
    assert (cache.hits, cache.misses) == (4, 1)


def test_a_value_put_again_counts_once() -> None:
    cache = ByteCache[str](100_000)
    for _ in range(10):
        cache.put("a", "a", 100)
    assert (len(cache), cache.bytes) == (1, ENTRY_BYTES + size_of("a") + 100)


def test_what_would_push_out_everything_is_not_kept() -> None:
    cache = ByteCache[str](10_000)
    cache.put("a", "a", 100)
    cache.put("big", "big", 9_000)
    assert cache.get("big") is None
    assert cache.get("a") == "a"


def test_without_room_nothing_is_kept() -> None:
    cache = ByteCache[str](0)
    cache.put("a", "a", 0)
    assert (len(cache), cache.bytes) == (0, 0)


def test_it_stays_within_its_bytes_under_threads() -> None:
    cache = ByteCache[int](50_000)

    def work(seed: int) -> None:
        for number in range(500):
            cache.put((seed, number % 50), number, number % 400)
            cache.get((seed + 1, number % 50))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert cache.bytes <= cache.capacity
    assert cache.bytes == sum(size for _, size in cache._memory.entries.values())


def test_caches_that_share_a_room_are_bounded_together() -> None:
    memory = CacheMemory(50_000)
    first, second = ByteCache[str](memory), ByteCache[int](memory)
    for number in range(500):
        first.put(number, "a", 400)
        assert memory.bytes == first.bytes + second.bytes <= memory.capacity
        second.put(number, 1, 100)
        assert first.get(0) == "a"  # what is used stays, whatever the other cache gets
    assert len(first) + len(second) == len(memory.entries)
    assert (first.get(499), second.get(499), second.get(0)) == ("a", 1, None)


def test_a_key_counts_by_its_bytes() -> None:
    narrow, wide = ByteCache[str](1 << 20), ByteCache[str](1 << 20)
    narrow.put("x" * 10_000, "", 0)
    wide.put("\N{GRINNING FACE}" * 10_000, "", 0)
    assert wide.bytes > 40_000 > 12_000 > narrow.bytes


def test_a_long_question_counts_too() -> None:
    inner = Counting()
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    engine.answer(Query("ASK {} #" + "x" * 100_000))
    assert engine.cache.bytes > 100_000


@pytest.mark.parametrize(
    ("text", "repeatable"),
    [
        ("SELECT * { ?s ?p ?o }", True),
        ("SELECT (now() AS ?t) {}", False),
        ("SELECT (RAND # why\n () AS ?t) {}", False),
        ("SELECT (\\u004eOW() AS ?t) {}", False),
        ("SELECT (STRUUID() AS ?t) {}", False),
        ("SELECT (BNODE() AS ?t) {}", False),
        ("SELECT * { ?now ?rand ?uuid }", True),
        ("SELECT * { SERVICE <https://a.example/> { ?s ?p ?o } }", False),
        ("SELECT * { SERVICE ?any { ?s ?p ?o } }", False),
        ("SELECT * { ?s a <urn:Service> FILTER(?s != 'service') }", True),
    ],
)
def test_what_may_be_kept(text: str, repeatable: bool) -> None:
    assert ParsedQuery(text).is_repeatable is repeatable


def test_the_same_question_is_asked_once() -> None:
    inner = Counting()
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    first, second = engine.answer(Query("ASK {}")), engine.answer(Query("ASK {}"))
    assert inner.asked == 1
    assert first.body == second.body
    assert dict(second.timings) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"text": "ASK { }"},
        {"format": "xml"},
        {"bindings": {"s": Literal("b")}},
        {"bindings": {"s": Literal("a", lang="en")}},
        {"default_graphs": ["urn:a"]},
        {"named_graphs": ["urn:a"]},
    ],
)
def test_another_question_is_asked_anew(other: dict[str, Any]) -> None:
    inner = Counting()
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    usual: dict[str, Any] = {"text": "ASK {}", "bindings": {"s": Literal("a")}}
    engine.answer(Query(**usual))
    engine.answer(Query(**{**usual, **other}))
    assert inner.asked == 2


def test_a_new_snapshot_is_asked_anew_and_a_longer_deadline_is_not() -> None:
    inner = Counting()
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    engine.answer(Query("ASK {}", timeout=1))
    engine.answer(Query("ASK {}", timeout=2))
    assert inner.asked == 1
    inner.snapshot = Snapshot(Path("nowhere"), {"name": "two"})
    engine.answer(Query("ASK {}", timeout=1))
    assert inner.asked == 2


def test_what_varies_is_asked_each_time() -> None:
    inner = Counting()
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    for _ in range(3):
        engine.answer(Query("SELECT (NOW() AS ?t) {}"))
    assert inner.asked == 3


def together(engine: CachedEngine, many: int, started: threading.Event, go: threading.Event) -> list[Any]:
    """What each of many gets that ask the same while the first answer is still being computed."""

    def ask() -> Any:
        try:
            return engine.answer(Query("ASK {}")).body
        except EngineError as error:
            return error

    with ThreadPoolExecutor(many) as pool:
        first = pool.submit(ask)
        assert started.wait(10)
        rest = [pool.submit(ask) for _ in range(many - 1)]
        while sum(one.running() for one in rest) < many - 1:
            pass
        go.set()
        return [one.result(timeout=10) for one in (first, *rest)]


def test_many_who_ask_the_same_are_answered_by_one_evaluation() -> None:
    started, go = threading.Event(), threading.Event()

    def act() -> bytes:
        started.set()
        assert go.wait(10)
        return b"answer"

    inner = Counting(act)
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    assert together(engine, 20, started, go) == [b"answer"] * 20
    assert inner.asked == 1


def test_a_failure_is_everybodys_and_nobody_is_stuck() -> None:
    started, go = threading.Event(), threading.Event()

    def act() -> bytes:
        started.set()
        assert go.wait(10)
        raise DeadlinePassed(1)

    inner = Counting(act)
    engine = CachedEngine(inner, AnswerCache(1 << 20))
    results = together(engine, 20, started, go)
    assert all(isinstance(result, DeadlinePassed) for result in results)
    inner.act = lambda: b"answer"
    assert engine.answer(Query("ASK {}")).body == b"answer"


def test_one_that_is_broken_off_does_not_stop_the_others() -> None:
    started, go = threading.Event(), threading.Event()

    def act() -> bytes:
        if not started.is_set():
            started.set()
            assert go.wait(10)
            raise KeyboardInterrupt
        return b"answer"

    engine = CachedEngine(Counting(act), AnswerCache(1 << 20))
    interrupted: list[BaseException] = []

    def first() -> None:
        try:
            engine.answer(Query("ASK {}"))
        except KeyboardInterrupt as error:
            interrupted.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    assert started.wait(10)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(lambda: engine.answer(Query("ASK {}")))
        while not other.running():
            pass
        go.set()
        error = other.exception(timeout=10)
    # Whether it still waited or came just after, it got an answer or was told to ask again.
    assert error is None or isinstance(error, EngineDown)
    thread.join(10)
    assert interrupted
