"""A snapshot on disk: where it lies, what its manifest says, which one is current.

The store folder holds

    snapshots/{name}/store/          the triples (an Oxigraph store)
    snapshots/{name}/manifest.json   what is in it and what it was built from
    snapshots/{name}/downloads/      large graphs as files, written when first asked for
    current -> snapshots/{name}

A snapshot never changes once it is there. `build` writes snapshots; everything else reads them here. Whoever has one
open holds a shared lock (flock) on its folder, so that `ingest.prune` leaves it alone.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clustergraph.rdf.naming import Naming, rank_properties
from clustergraph.rdf.text_in_language import FALLBACK, primary_tag, text_in_language

if TYPE_CHECKING:
    from pyoxigraph import Store

MANIFEST = "manifest.json"
SNAPSHOTS = "snapshots"
CURRENT = "current"
STORE = "store"
_NEEDED = {"name", "base", "graphs"}
"""What a manifest has at the least."""
_LOG = logging.getLogger(__name__)


class NoSnapshot(LookupError):
    """There is no snapshot where one was looked for."""


class DamagedSnapshot(NoSnapshot):
    """The files of a snapshot are not what was written."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"Snapshot {folder.name} is damaged and cannot be read. `clustergraph verify` says what is wrong with the "
            "snapshots of a store; `clustergraph build --force` writes this one again."
        )


@dataclass(frozen=True)
class Snapshot:
    """One immutable, named state of a graph.

    >>> Snapshot(Path("/nowhere"), {"name": "ab12", "graphs": {"g": 3}}).name
    'ab12'
    """

    path: Path | None
    """Its folder; None for one that stands in another engine."""
    manifest: dict[str, Any]
    _lock: ExitStack = field(default_factory=ExitStack, repr=False, compare=False)
    """Its folder, open and locked."""

    @classmethod
    def open(cls, path: Path) -> Snapshot:
        """Read the snapshot in the folder `path`, which is not pruned until this object is gone or released.

        Raises NoSnapshot if there is none.
        """
        path = path.resolve()
        with ExitStack() as opened:
            try:
                folder = os.open(path, os.O_RDONLY)
                opened.callback(os.close, folder)
                # Before the manifest is read: what is there then stays.
                with suppress(OSError):  # a file system without locks, from which nothing is pruned either
                    fcntl.flock(folder, fcntl.LOCK_SH)
                manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
            except ValueError as error:
                raise DamagedSnapshot(path) from error
            except OSError as error:
                raise NoSnapshot(f"No snapshot in {path}: {error}. Build one with `clustergraph build`.") from error
            if not isinstance(manifest, dict) or not manifest.keys() >= _NEEDED:
                raise NoSnapshot(f"No snapshot in {path}: its {MANIFEST} is something else's.")
            snapshot = cls(path, manifest, opened.pop_all())
            weakref.finalize(snapshot, snapshot._lock.close)
            return snapshot

    def release(self) -> None:
        """Let it be pruned from now on: whoever opened it reads nothing more from its folder."""
        self._lock.close()

    @property
    def name(self) -> str:
        """The name: the first 16 hexadecimal digits of the content's SHA-256."""
        return str(self.manifest["name"])

    @property
    def store(self) -> Path:
        """The folder of the Oxigraph store. Raises NoSnapshot if the snapshot stands in another engine."""
        if self.path is None:
            raise NoSnapshot(f"The snapshot {self.name} stands in another engine, and not on this machine.")
        return self.path / STORE

    @property
    def base(self) -> str:
        """The IRI under which this graph's things, graphs and ontology are named; ends in `/`."""
        return str(self.manifest["base"])

    @property
    def triples(self) -> int | None:
        """How many triples there are; None for an endpoint elsewhere that cannot count them in reasonable time."""
        return self.manifest.get("triples")

    @property
    def literals_by_value(self) -> int:
        """How many statements have a literal that answers give in another form than the files write it in."""
        return int(self.manifest.get("literals_by_value", 0))

    @property
    def formats_in_doubt(self) -> frozenset[str]:
        """Names of the formats that cannot hold some statement of the graph, or may not."""
        return frozenset(self.manifest.get("formats_in_doubt", ()))

    @cached_property
    def graphs(self) -> dict[str, int]:
        """Named graphs and how many triples each holds."""
        return dict(self.manifest["graphs"])

    @property
    def prefixes(self) -> dict[str, str]:
        """Prefixes that the source files declare, and the standard ones."""
        return dict(self.manifest.get("prefixes", {}))

    def name_by(self, labels: Sequence[str]) -> Snapshot:
        """The same snapshot, whose things are named by these entries of `rdf.naming`, if there are any."""
        if labels:
            self.manifest["names"] = {**rank_properties(self.manifest.get("properties") or (), ()), "labels": [*labels]}
        return self

    @cached_property
    def naming(self) -> Naming:
        """What names and describes this graph's things."""
        return Naming.of(self.manifest)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of this graph's labels, the most frequent first; empty where that is not known."""
        return tuple(dict.fromkeys(primary_tag(tag) for tag in self.manifest.get("languages", {}) if tag))

    def reading_order(self, languages: str | Sequence[str]) -> tuple[str, ...]:
        """The languages that a reader of some languages is shown texts in, best first.

        Those that are wished for come first, then English, then the graph's main language; only those that the graph
        has are named.

        >>> Snapshot(None, {"languages": {"fr": 9, "de": 3}}).reading_order(["de", "it"])
        ('de', 'fr')
        """
        wished = [languages] if isinstance(languages, str) else list(languages)
        order = dict.fromkeys([*wished, FALLBACK, *self.languages[:1]])
        return tuple(tag for tag in order if not self.languages or primary_tag(tag) in self.languages)

    def metadata(self, what: str, languages: str | Sequence[str] = FALLBACK) -> str:
        """What the graph's own description says of itself: its `title`, `description`, `license` and so on.

        In the first of `languages` where it is said in several; empty where nothing is said.
        """
        value = self.manifest.get("dataset", {}).get(what, "")
        if isinstance(value, dict):
            wished = [languages] if isinstance(languages, str) else languages
            value = text_in_language(value.items(), [*wished, FALLBACK, *self.languages[:1]])
        if isinstance(value, list):
            value = value[0] if value else ""
        return str(value or "")

    @property
    def licence_url(self) -> str:
        """The address of the graph's licence; empty if it has none."""
        licence = self.metadata("license")
        return licence if licence.startswith(("http://", "https://")) else ""

    def title(self, languages: str | Sequence[str] = FALLBACK) -> str:
        """What the graph is called: as its own description says, else as the folder or file it was built from."""
        return self.metadata("title", languages) or str(self.manifest.get("title") or "") or "Knowledge graph"

    @property
    def inferred_graph(self) -> str:
        """The IRI of the named graph with what reasoning added; whether there is one, `graphs` tells.

        Empty where a build did no reasoning: a file may be called so, too.
        """
        is_built_without = self.manifest.get("reasoning", {}).get("kind") == "none"
        return "" if is_built_without else f"{self.base}graph/inferred"

    @property
    def graphs_overlap(self) -> bool:
        """Whether some triple stands in more than one named graph."""
        return bool(self.manifest.get("graphs_overlap", True))


def current(store: Path) -> Snapshot:
    """The snapshot that `current` points at. Raises NoSnapshot if nothing was built yet."""
    return Snapshot.open(store / CURRENT)


def current_or_newest(store: Path) -> Snapshot:
    """The current snapshot; where that is damaged, the newest whole one, which a warning names.

    Raises NoSnapshot if there is none, or none that can be opened.
    """
    try:
        snapshot = current(store)
        open_store(snapshot.store)
        return snapshot
    except NoSnapshot as error:
        for snapshot in reversed(every(store)):
            with suppress(NoSnapshot):
                open_store(snapshot.store)
                _LOG.warning("%s Until then, %s is read instead.", error, snapshot.name)
                return snapshot
        raise


def open_store(path: Path | str) -> Store:
    """The store of a snapshot, to read from. Raises DamagedSnapshot."""
    from pyoxigraph import Store

    with reading(path):
        return Store.read_only(str(path))


@contextmanager
def reading(path: Path | str) -> Iterator[None]:
    """Raise what goes wrong with reading the store at `path` as DamagedSnapshot."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        raise DamagedSnapshot(Path(path).parent) from error


def every(store: Path) -> list[Snapshot]:
    """All snapshots in the store folder, oldest first."""
    snapshots = []
    for path in (store / SNAPSHOTS).glob(f"[!.]*/{MANIFEST}"):
        with suppress(NoSnapshot):  # pruned in the meantime
            snapshots.append(Snapshot.open(path.parent))
    return sorted(snapshots, key=lambda snapshot: str(snapshot.manifest.get("built", "")))
