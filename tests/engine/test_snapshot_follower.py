"""Moving on to a new snapshot under load, without a failed query."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clustergraph.engine import snapshot_follower
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.snapshots.snapshot import CURRENT, MANIFEST, SNAPSHOTS, NoSnapshot, Snapshot
from clustergraph.sparql.errors import EngineDown
from clustergraph.sparql.query import Query
from support.waiting import wait_until

ASK = "SELECT ?o { ex:version ex:is ?o }"


@pytest.fixture
def publish(tmp_path: Path, make_snapshot: Callable[..., Snapshot]) -> Callable[[int], None]:
    """Writes a snapshot that says its own version, and points `current` at it."""

    def publish(version: int) -> None:
        folder = tmp_path / SNAPSHOTS / str(version)
        folder.mkdir(parents=True)
        trig = f"PREFIX ex: <https://example.org/> GRAPH ex:g {{ ex:version ex:is {version} }}"
        made = make_snapshot(trig, name=str(version), folder=folder)
        (folder / MANIFEST).write_text(json.dumps(made.manifest))
        link = tmp_path / "next"
        link.symlink_to(folder)
        link.replace(tmp_path / CURRENT)

    return publish


def answer(engine: FollowingEngine) -> int:
    return int(engine.answer(Query(ASK, format="csv")).body.split()[1])


def test_a_new_snapshot_is_picked_up_with_no_failed_query(
    tmp_path: Path, publish: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_follower, "CHECK_SECONDS", 0.02)
    publish(1)
    opened: list[ReaderPool] = []

    def open_engine(snapshot: Snapshot) -> ReaderPool:
        opened.append(ReaderPool(snapshot, Limits(readers=1)))
        return opened[-1]

    engine = FollowingEngine(tmp_path, open_engine)
    stop = threading.Event()

    def ask() -> list[int]:
        seen = []
        while not stop.is_set():
            seen.append(answer(engine))
        return [*seen, answer(engine)]

    with ThreadPoolExecutor(4) as threads:
        askers = [threads.submit(ask) for _ in range(4)]
        for version in (2, 3):
            publish(version)
            assert wait_until(lambda version=version: engine.snapshot.name == str(version))  # type: ignore[misc]
        stop.set()
        for asker in askers:
            seen = asker.result()
            assert seen == sorted(seen)  # no thread goes back to an older state
            assert seen[-1] == 3
    assert wait_until(lambda: [pool.ready for pool in opened] == [0, 0, 2])
    engine.close()
    assert opened[-1].ready == 0


def test_a_lease_keeps_its_snapshot(
    tmp_path: Path, publish: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_follower, "CHECK_SECONDS", 0.01)
    publish(1)
    engine = FollowingEngine(tmp_path, EmbeddedEngine)
    with engine.leased() as leased:
        publish(2)
        assert wait_until(lambda: engine.snapshot.name == "2")
        assert leased.snapshot.name == "1"
        assert leased.answer(Query(ASK, format="csv")).body == b"o\r\n1\r\n"
    assert answer(engine) == 2
    engine.close()


class _SlowToClose(EmbeddedEngine):
    """An engine whose end takes until it is allowed."""

    may_close = threading.Event()
    closing = threading.Event()

    def close(self) -> None:
        self.closing.set()
        assert self.may_close.wait(30)


def test_who_uses_an_old_engine_last_does_not_wait_for_its_end(
    tmp_path: Path, publish: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_follower, "CHECK_SECONDS", 0.01)
    publish(1)
    engine = FollowingEngine(tmp_path, _SlowToClose)
    with engine.leased():
        publish(2)
        assert wait_until(lambda: engine.snapshot.name == "2")
        assert not _SlowToClose.closing.is_set()
    assert _SlowToClose.closing.wait(30)  # the block has ended, and the engine has not
    _SlowToClose.may_close.set()
    engine.close()
    assert not engine._closing


def test_what_nobody_expected_leaves_the_old_snapshot_and_is_said_once(
    tmp_path: Path, publish: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(snapshot_follower, "CHECK_SECONDS", 0.01)
    publish(1)
    broken = threading.Event()
    broken.set()

    def open_engine(snapshot: Snapshot) -> EmbeddedEngine:
        if snapshot.name == "2" and broken.is_set():
            raise OSError(24, "Too many open files")
        return EmbeddedEngine(snapshot)

    engine = FollowingEngine(tmp_path, open_engine)
    publish(2)
    assert wait_until(lambda: bool(engine.snapshot) and engine.failures >= 3)
    assert answer(engine) == 1
    assert caplog.text.count("Too many open files") == 1
    broken.clear()
    assert wait_until(lambda: answer(engine) == 2)
    engine.close()


def test_a_snapshot_that_cannot_be_opened_leaves_the_old_one(
    tmp_path: Path, publish: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(snapshot_follower, "CHECK_SECONDS", 0.01)
    publish(1)
    broken = threading.Event()
    broken.set()

    def open_engine(snapshot: Snapshot) -> EmbeddedEngine:
        if snapshot.name == "2" and broken.is_set():
            raise EngineDown("no room")
        return EmbeddedEngine(snapshot)

    engine = FollowingEngine(tmp_path, open_engine)
    publish(2)
    assert wait_until(lambda: bool(engine.snapshot and caplog.records))
    assert answer(engine) == 1
    assert "no room" in caplog.text
    broken.clear()
    assert wait_until(lambda: answer(engine) == 2)
    engine.close()


def test_without_a_snapshot_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoSnapshot, match="clustergraph build"):
        FollowingEngine(tmp_path, EmbeddedEngine)
