"""Writing a snapshot: all of it, or nothing that anybody sees.

A draft is written next to the snapshots under a hidden name, brought to disk, and renamed into place; `current` is a
symbolic link that is replaced. A reader sees the snapshot before or the one after, and a build that dies leaves only
a hidden folder, which the next one clears away. One build at a time works in a store folder; a second one waits.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import sqlite3
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from clustergraph.ingest.literal_recorder import LiteralRecorder
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.verify import faults
from clustergraph.snapshots.snapshot import CURRENT, MANIFEST, SNAPSHOTS, STORE, Snapshot
from clustergraph.snapshots.statements import Statements

_LOCK = ".lock"
UNFINISHED_PREFIX = ".building-"
"""How the name of a folder begins that is no snapshot yet."""


@contextmanager
def store_lock(folder: Path) -> Iterator[None]:
    """Be the only one who writes in the store folder; makes it if need be, and clears away what dead builds left.

    Raises BuildError when the folder cannot be written.
    """
    try:
        (folder / SNAPSHOTS).mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        raise _unwritable(folder, error) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in [*folder.joinpath(SNAPSHOTS).glob(f"{UNFINISHED_PREFIX}*"), *folder.glob(f".{CURRENT}-*")]:
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
            else:
                leftover.unlink()
        yield


def _unwritable(folder: Path, error: OSError | sqlite3.Error) -> BuildError:
    reason = getattr(error, "strerror", None) or str(error).rpartition(": ")[2]  # what RocksDB says comes last
    return BuildError([Problem(f"The store folder {folder} cannot be written: {reason}.", rule="store")])


class SnapshotWriter:
    """A snapshot in the making. Use `new_snapshot` to get one."""

    def __init__(self, folder: Path, path: Path) -> None:
        self.folder = folder
        self.path = path
        self.store = Store(path / STORE)
        self.literals = LiteralRecorder(path)

    @property
    def statements(self) -> Statements:
        """What is in it so far. No reference to it may be held when it is published."""
        return Statements(self.store, self.literals)

    def publish(self, manifest: dict[str, Any]) -> Snapshot:
        """Make the draft a snapshot under the manifest's name, and the current one.

        Where that content is there already and whole, its store stays and the manifest, which says what it was built
        from, is replaced; who has the snapshot open goes on with the manifest that was there. No other reference to
        `store` may be held by now: it is closed here.
        """
        # The files of bulk loading are laid out for writing; compacted, they are read up to a third faster.
        self.store.optimize()
        self.store.flush()
        del self.store
        self.literals.finish()
        (self.path / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        place = self.folder / SNAPSHOTS / manifest["name"]
        if place.is_dir() and faults(place):
            remove_snapshot(place)
        if place.is_dir():
            _sync(self.path)
            (self.path / MANIFEST).replace(place / MANIFEST)
            shutil.rmtree(self.path)
            _sync_folder(place)
        else:
            move_into_place(self.path, place)
        set_current(self.folder, manifest["name"])
        return Snapshot.open(place)

    def close_store(self, error: BaseException) -> None:
        """Close the store after `error`."""
        # An open store goes on writing, so it must be closed first; the frames of the error hold it open.
        cause: BaseException | None = error
        while cause is not None:
            traceback.clear_frames(cause.__traceback__)
            cause = cause.__context__
        self.__dict__.pop("store", None)
        with suppress(sqlite3.Error):
            self.literals.finish()


@contextmanager
def new_snapshot(folder: Path) -> Iterator[SnapshotWriter]:
    """A draft in the store folder, which is gone afterwards unless it was published. Needs the lock."""
    path = folder / SNAPSHOTS / f"{UNFINISHED_PREFIX}{secrets.token_hex(8)}"
    draft = None
    try:
        path.mkdir()
        draft = SnapshotWriter(folder, path)
        yield draft
    except BaseException as error:
        if draft is not None:
            draft.close_store(error)
        shutil.rmtree(path, ignore_errors=True)
        if isinstance(error, (OSError, sqlite3.Error)):  # a full disk, say
            raise _unwritable(folder, error) from None
        raise


def move_into_place(draft: Path, place: Path) -> None:
    """Bring a draft to disk and let it have its name, under which there is nothing yet. Needs the lock."""
    _sync(draft)
    draft.rename(place)
    _sync_folder(place.parent)


def remove_snapshot(place: Path) -> None:
    """Remove a snapshot's folder, which readers see in one step; if this is killed, the rest is cleared as a draft."""
    shutil.rmtree(place.rename(place.with_name(f"{UNFINISHED_PREFIX}{secrets.token_hex(8)}")))


def set_current(folder: Path, name: str) -> None:
    """Let `current` point at the snapshot `name`, in one step. Needs the lock."""
    target = Path(SNAPSHOTS, name)
    current = folder / CURRENT
    if current.is_symlink() and current.readlink() == target:
        return
    link = folder / f".{CURRENT}-{secrets.token_hex(8)}"
    link.symlink_to(target)
    link.replace(current)
    _sync_folder(folder)


def _sync(path: Path) -> None:
    for root, _, names in os.walk(path):
        for name in names:
            with Path(root, name).open("rb") as file:
                os.fsync(file.fileno())
        _sync_folder(Path(root))


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
