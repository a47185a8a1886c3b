"""What is worked out once for each snapshot is worked out once, however many ask at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import ClientLeft, DeadlinePassed

SNAPSHOT = Snapshot(Path("nowhere"), {"name": "one", "base": "https://example.org/"})


class _Reading:
    """A function that waits until it may go on, and then gives or raises what it is told."""

    def __init__(self, *outcomes: int | Exception) -> None:
        self._outcomes = list(outcomes)
        self.calls = 0
        self.begun = threading.Event()
        self.go = threading.Event()
        self.once = per_snapshot(self._read)

    def _read(self, _: Snapshot) -> int:
        self.calls += 1
        self.begun.set()
        assert self.go.wait(30)
        outcome = self._outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _ask_many(reading: _Reading) -> list[int | BaseException]:
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(reading.once, SNAPSHOT)
        assert reading.begun.wait(30)
        others = [threads.submit(reading.once, SNAPSHOT) for _ in range(7)]
        reading.go.set()
        return [asked.exception() or asked.result() for asked in (first, *others)]


def test_a_herd_reads_once() -> None:
    reading = _Reading(7)
    assert _ask_many(reading) == [7] * 8
    assert reading.calls == 1


def test_a_reader_that_was_given_up_is_no_answer_to_others() -> None:
    reading = _Reading(ClientLeft("left"), 7)
    first, *others = _ask_many(reading)
    assert isinstance(first, ClientLeft)
    assert others == [7] * 7
    assert reading.calls == 2


def test_an_error_is_not_kept() -> None:
    reading = _Reading(DeadlinePassed(1), 7)
    reading.go.set()
    with pytest.raises(DeadlinePassed):
        reading.once(SNAPSHOT)
    assert [reading.once(SNAPSHOT), reading.once(SNAPSHOT)] == [7, 7]
    assert reading.calls == 2
