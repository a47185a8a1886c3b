"""Removing snapshots that nobody needs any more."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from clustergraph.ingest.snapshot_writer import remove_snapshot, store_lock
from clustergraph.snapshots import snapshot as snapshots


@dataclass(frozen=True, slots=True)
class Pruned:
    """The names of the snapshots that are removed, and of those that stay only because somebody has them open."""

    removed: tuple[str, ...]
    in_use: tuple[str, ...]


def prune(store: Path, keep: int, *, dry_run: bool = False) -> Pruned:
    """Remove all snapshots of the store folder but `keep` of them: the current one, and then the newest.

    One that a process on this machine has open stays, too. With `dry_run` nothing is removed.

    Raises NoSnapshot where there is no store, ValueError for a `keep` below 1, BuildError if the store folder cannot be
    written, and OSError if a snapshot cannot be removed or the file system keeps no locks.
    """
    if keep < 1:
        raise ValueError(f"The current snapshot always stays, so keep at least 1 and not {keep}.")
    snapshots.current(store)  # before the lock, which would make a store folder that is not there
    removed: list[str] = []
    in_use: list[str] = []
    with store_lock(store):
        # A build that was waited for may have moved it.
        current = snapshots.current(store).path
        older = [old.path for old in reversed(snapshots.every(store)) if old.path and old.path != current]
        for path in older[keep - 1 :]:
            (removed if _remove_unused(path, dry_run) else in_use).append(path.name)
    return Pruned(tuple(removed), tuple(in_use))


def _remove_unused(path: Path, dry_run: bool) -> bool:
    """Whether nobody had it open, so that it is gone."""
    folder = os.open(path, os.O_RDONLY)
    try:
        # Who opens a snapshot holds its folder (`Snapshot.open`).
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not dry_run:
            remove_snapshot(path)
    except BlockingIOError:
        return False
    finally:
        os.close(folder)
    return True
