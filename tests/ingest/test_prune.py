"""Removing old snapshots: what is current, recent or open stays."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.ingest import build
from clustergraph.ingest.prune import prune
from clustergraph.ingest.snapshot_writer import UNFINISHED_PREFIX, set_current, store_lock
from clustergraph.snapshots import snapshot as snapshots
from clustergraph.snapshots.snapshot import CURRENT, MANIFEST, SNAPSHOTS, NoSnapshot, Snapshot
from clustergraph.sparql.query import Query
from support.waiting import wait_until

Write = Callable[[str, str], Path]
Names = list[str]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def names(write: Write, store: Path) -> Names:
    """Four snapshots, oldest first; the last is the current one."""
    made = []
    for number in range(4):
        snapshot = build([write("people.ttl", f"ex:ada ex:age {number} .")], store=store).snapshot
        assert snapshot.path is not None
        # What is built within one second has one and the same time.
        told = snapshot.manifest | {"built": f"2026-01-0{number + 1}T00:00:00+00:00"}
        (snapshot.path / MANIFEST).write_text(json.dumps(told))
        made.append(snapshot.name)
    return made


def there(store: Path) -> set[str]:
    return {path.name for path in (store / SNAPSHOTS).iterdir()}


def test_the_newest_stay(store: Path, names: Names) -> None:
    assert prune(store, 2, dry_run=True).removed == (names[1], names[0])
    assert there(store) == set(names)
    assert prune(store, 2).removed == (names[1], names[0])
    assert there(store) == set(names[2:])
    assert prune(store, 2).removed == ()
    assert snapshots.current(store).name == names[3]


def test_what_a_build_makes_current_in_the_meantime_stays(
    store: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    with store_lock(store):
        set_current(store, names[0])

    @contextmanager
    def waited_for(folder: Path) -> Iterator[None]:
        with store_lock(folder):
            set_current(folder, names[3])
            yield

    monkeypatch.setattr("clustergraph.ingest.prune.store_lock", waited_for)
    prune(store, 1)
    assert snapshots.current(store).name == names[3]


def test_the_current_one_stays_however_old(store: Path, names: Names) -> None:
    (store / CURRENT).unlink()
    (store / CURRENT).symlink_to(Path(SNAPSHOTS, names[0]))
    assert set(prune(store, 2).removed) == {names[1], names[2]}
    assert there(store) == {names[0], names[3]}
    assert prune(store, 1).removed == (names[3],)


def test_what_is_open_stays_until_it_is_let_go(store: Path, names: Names) -> None:
    engine = EmbeddedEngine(Snapshot.open(store / SNAPSHOTS / names[0]))
    assert prune(store, 1).in_use == (names[0],)
    assert there(store) == {names[0], names[3]}
    assert engine.answer(Query("ASK { ?s ?p 0 }")).body
    del engine
    assert prune(store, 1).removed == (names[0],)


def test_what_another_process_has_open_stays(store: Path, names: Names) -> None:
    code = (
        "import sys; from pathlib import Path; from clustergraph.snapshots.snapshot import Snapshot\n"
        "held = Snapshot.open(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(store / SNAPSHOTS / names[1])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        assert prune(store, 1).in_use == (names[1],)
        process.communicate()
    assert prune(store, 1).removed == (names[1],)


def test_a_service_lets_the_old_one_go_when_it_has_moved_on(
    store: Path, names: Names, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clustergraph.engine.snapshot_follower.CHECK_SECONDS", 0.0)
    engine = FollowingEngine(store, EmbeddedEngine)
    assert engine.snapshot.name == names[3]
    build([write("people.ttl", "ex:ada ex:age 4 .")], store=store)
    assert names[3] in prune(store, 1).in_use
    engine._move()
    assert engine.answer(Query("ASK { ?s ?p 4 }")).body
    # It is closed on a thread of its own.
    assert wait_until(lambda: prune(store, 1).removed == (names[3],))
    engine.close()


def test_what_a_removal_leaves_that_was_killed_is_cleared_by_the_next(
    store: Path, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("clustergraph.ingest.snapshot_writer.shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            prune(store, 1)
    assert any(name.startswith(UNFINISHED_PREFIX) for name in there(store))
    assert len(snapshots.every(store)) == 3
    prune(store, 1)
    assert there(store) == {names[3]}


def test_what_cannot_be(store: Path) -> None:
    with pytest.raises(NoSnapshot):
        prune(store, 1)
    assert not store.exists()
    with pytest.raises(ValueError, match="at least 1"):
        prune(store, 0)
