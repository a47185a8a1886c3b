"""The snapshot that a wheel brings: taken over whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build
from clustergraph.ingest.bundled_snapshot import adopt
from clustergraph.snapshots.snapshot import Snapshot, current
from clustergraph.snapshots.source_folder import Folder

Write = Callable[[str, str], Path]


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Folder:
    write("data/a.ttl", "ex:rex a ex:Dog .")
    return Folder(tmp_path / "input")


@pytest.fixture
def came(tmp_path: Path, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """A snapshot of `folder` that lies where a wheel has its own."""
    snapshot = build(folder, store=tmp_path / "packed").snapshot
    monkeypatch.setattr("clustergraph.ingest.bundled_snapshot.bundled_folder", lambda: snapshot.path)
    return snapshot


def test_it_becomes_the_current_one_and_is_on_disk_before_it_has_its_name(
    tmp_path: Path, folder: Folder, came: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[str] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.add(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    store = tmp_path / "store"
    found = adopt(folder, store)
    assert found is not None
    assert found.manifest == came.manifest
    assert current(store) == found
    assert {path.name for path in came.store.parent.rglob("*")} <= synced
    monkeypatch.setattr(shutil, "copytree", None)
    assert adopt(folder, store) == found, "a second time, there is nothing to copy"


@pytest.mark.usefixtures("came")
def test_of_other_files_it_is_left_where_it_is(tmp_path: Path, folder: Folder, write: Write) -> None:
    write("data/a.ttl", "ex:rex a ex:Cat .")
    assert adopt(folder, tmp_path / "store") is None
    assert not (tmp_path / "store").exists()


@pytest.mark.usefixtures("came")
def test_a_full_disk_is_an_error_and_leaves_nothing(
    tmp_path: Path, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, target: Path) -> None:
        target.mkdir()
        (target / "half").touch()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(BuildError, match=r"cannot be written: No space left"):
        adopt(folder, tmp_path / "store")
    assert list((tmp_path / "store/snapshots").iterdir()) == []
