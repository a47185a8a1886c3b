"""Whether a snapshot is still what was written: its name is computed anew from its content."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from clustergraph.ingest import statistics
from clustergraph.ingest.digest import NAME_LENGTH, content_digest
from clustergraph.snapshots.snapshot import MANIFEST, SNAPSHOTS, DamagedSnapshot, NoSnapshot, Snapshot, open_store
from clustergraph.snapshots.statements import Statements


def folders(store: Path) -> list[Path]:
    """The folders of all snapshots in a store, damaged ones too, by name."""
    return sorted(path for path in (store / SNAPSHOTS).glob("[!.]*") if path.is_dir())


def faults(path: Path) -> tuple[str, ...]:
    """What is wrong with the snapshot in the folder `path`; nothing for one that is whole."""
    try:
        snapshot = Snapshot.open(path)
    except DamagedSnapshot:
        return (f"Its {MANIFEST} cannot be read.",)
    except NoSnapshot:
        return (f"It has no {MANIFEST}, or one that is something else's.",)
    try:
        return tuple(_differences(snapshot, Statements.open(snapshot.store)))
    except (NoSnapshot, OSError, RuntimeError, SyntaxError, ValueError, MemoryError, sqlite3.Error):
        return ("Its store is damaged and cannot be read to the end.",)
    finally:
        snapshot.release()


def _differences(snapshot: Snapshot, statements: Statements) -> Iterator[str]:
    manifest = snapshot.manifest
    assert snapshot.path is not None
    digest = content_digest(statements)
    if digest != manifest.get("sha256"):
        yield f"The SHA-256 of its content is {digest}, and its {MANIFEST} says {manifest.get('sha256')}."
    for place, name in (("folder", snapshot.path.name), (MANIFEST, snapshot.name)):
        if name != digest[:NAME_LENGTH]:
            yield f"By its content its name is {digest[:NAME_LENGTH]}, and its {place} says {name}."
    for field, count in statistics.counts(statements).items():
        if count != manifest.get(field):
            yield f"Its {MANIFEST} says something else of its {field.replace('_', ' ')} than its store has."


def can_be_opened(path: Path) -> bool:
    """Whether the store of the snapshot in the folder `path` opens, which is no proof that all of it is whole."""
    with suppress(NoSnapshot):
        open_store(Snapshot.open(path).store)
        return True
    return False
