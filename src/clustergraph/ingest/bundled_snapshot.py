"""The snapshot that comes in the wheel: what `pip install` gives answers at once, before anything is built."""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

from clustergraph.ingest.fingerprint import file_states
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.snapshot_writer import UNFINISHED_PREFIX, move_into_place, set_current, store_lock
from clustergraph.ingest.sources import discover
from clustergraph.snapshots.snapshot import SNAPSHOTS, NoSnapshot, Snapshot
from clustergraph.snapshots.source_folder import Folder, bundled_folder


def adopt(folder: Folder, store: Path) -> Snapshot | None:
    """The snapshot of `folder` that came with it, put into the store folder and made the current one.

    None where none came, or where it was built from other files than are in the folder now: then it has to be built.
    Raises BuildError when the store folder cannot be written.
    """
    try:
        bundled = Snapshot.open(bundled_folder())
    except NoSnapshot:
        return None
    if not _is_of(bundled, folder):
        return None
    with store_lock(store):
        place = store / SNAPSHOTS / bundled.name
        if not place.is_dir():
            _copy(place)
        set_current(store, bundled.name)
        return Snapshot.open(place)


def _copy(place: Path) -> None:
    draft = place.with_name(f"{UNFINISHED_PREFIX}{secrets.token_hex(8)}")
    try:
        shutil.copytree(bundled_folder(), draft)
        move_into_place(draft, place)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        folder, reason = place.parents[1], error.strerror or error
        raise BuildError([Problem(f"The store folder {folder} cannot be written: {reason}.", rule="store")]) from error


def _is_of(snapshot: Snapshot, folder: Folder) -> bool:
    """Whether the snapshot was built from the files that the folder has now."""
    try:
        states = file_states(discover(folder))
    except BuildError:
        return False  # which the build will say in full
    digests = {(state.source.name, state.sha256) for state in states}
    return digests == {(source["path"], source["sha256"]) for source in snapshot.manifest["sources"]}
