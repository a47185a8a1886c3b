"""From what a user names - nothing, a folder, files, a store, a snapshot - to a snapshot to read.

A store folder gets a link `queries` to the canned queries of the folder that was last built in it, so that whoever
reads the store has them, too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from clustergraph.ingest.parse_limits import DEFAULT_LIMITS, ParseLimits
from clustergraph.snapshots import snapshot as snapshots
from clustergraph.snapshots.snapshot import CURRENT, MANIFEST, SNAPSHOTS, STORE, NoSnapshot, Snapshot
from clustergraph.snapshots.source_folder import Folder, default_store, published

QUERIES = "queries"

if TYPE_CHECKING:
    from clustergraph.ingest import Built, Problem, Progress
    from clustergraph.ingest.build_job import Reasoning


@dataclass(frozen=True, slots=True)
class Source:
    """What was named.

    `input` is what to build from, None where there is a snapshot already: in `snapshot` if a snapshot's own folder was
    named, else the current one of `store`.
    """

    title: str
    input: Folder | tuple[Path, ...] | None
    store: Path | None
    snapshot: Path | None = None
    queries: Path | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to build, where something is built; see `clustergraph.ingest.build`."""

    base: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    strict: bool = False
    lenient: bool = False
    contexts: tuple[tuple[str, Path], ...] = ()
    reason: Reasoning = "auto"
    check: bool = True
    force: bool = False
    limits: ParseLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Opened:
    """A snapshot to read. `built` is None where nothing was to be built."""

    snapshot: Snapshot
    built: Built | None = None

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What a build had to say."""
        return self.built.warnings if self.built else ()


def find_source(sources: Sequence[Path], *, store: Path | None = None, build: bool = False) -> Source:
    """What `sources` are. With `build`, they are always something to build from.

    Nothing means the graph that comes with this package - or, if a store folder is named that holds a snapshot, that
    snapshot. Raises NoSnapshot where a store or a snapshot is named and `build` asks for something else.
    """
    if not sources:
        if store is not None and not build and is_store(store):
            return Source(store.name, None, store, queries=_folder(store / QUERIES))
        return _of_folder("the graph that comes with clustergraph", published(), store)
    if len(sources) == 1 and sources[0].is_dir():
        (path,) = sources
        if is_snapshot(path) or is_store(path):
            if build:
                raise NoSnapshot(f"{path} holds what was built already; name the folder or the files to build from.")
            if is_store(path):
                return Source(path.name, None, path, queries=_folder(path / QUERIES))
            return Source(path.name, None, None, path, _beside(path.resolve()))
        folder = Folder(path)
        if (path / SNAPSHOTS).is_dir() and not (folder.ontology.is_dir() or folder.data.is_dir()):
            raise NoSnapshot(
                f"The store {path} has no current snapshot. If a build runs there, wait for its end; "
                f"else make one with `clustergraph build SOURCE --store {path}`."
            )
        return _of_folder(str(path), folder, store)
    title = ", ".join(str(path) for path in sources)
    return Source(title, tuple(sources), store or default_store(*sources))


def _of_folder(title: str, folder: Folder, store: Path | None) -> Source:
    files = folder.query_files()
    is_spread = any(not file.is_relative_to(folder.queries) for file in files)
    queries = folder.root if is_spread else _folder(folder.queries)
    return Source(title, folder, store or default_store(folder.root), queries=queries)


def _beside(snapshot: Path) -> Path | None:
    """The canned queries of the store folder that the snapshot lies in, if it does."""
    return _folder(snapshot.parent.parent / QUERIES) if snapshot.parent.name == SNAPSHOTS else None


def _folder(path: Path) -> Path | None:
    return path if path.is_dir() else None


def open_source(source: Source, options: Options = Options(), progress: Progress | None = None) -> Opened:
    """The snapshot of a source, built first if need be. Raises BuildError or NoSnapshot."""
    if source.snapshot is not None:
        return Opened(Snapshot.open(source.snapshot))
    assert source.store is not None
    if source.input is None:
        return Opened(snapshots.current_or_newest(source.store))

    from clustergraph.ingest import Built, build
    from clustergraph.ingest.bundled_snapshot import adopt

    if options == Options() and source.input == published() and (bundled := adopt(source.input, source.store)):
        _link_queries(source.store, source.queries)
        return Opened(bundled, Built(bundled, unchanged=True, seconds=0.0))
    built = build(
        source.input,
        store=source.store,
        base=options.base,
        include=options.include,
        exclude=options.exclude,
        strict=options.strict,
        lenient=options.lenient,
        contexts=dict(options.contexts),
        reason=options.reason,
        check=options.check,
        force=options.force,
        limits=options.limits,
        progress=progress,
    )
    _link_queries(source.store, source.queries)
    return Opened(built.snapshot, built)


def _link_queries(store: Path, queries: Path | None) -> None:
    link = store / QUERIES
    target = queries.resolve() if queries is not None else None
    if link.is_symlink():
        if target is not None and link.readlink() == target:
            return
    elif link.exists():
        return  # somebody's own folder
    if target is None:
        link.unlink(missing_ok=True)
        return
    fresh = store / f".{QUERIES}-{secrets.token_hex(8)}"
    fresh.symlink_to(target, target_is_directory=True)
    fresh.replace(link)


def is_snapshot(path: Path) -> bool:
    """Whether the folder is a snapshot's own."""
    # Other programs have files of that name, too, in a folder to build from perhaps.
    is_complete = (path / STORE).is_dir() or path.resolve().parent.name == SNAPSHOTS
    return (path / MANIFEST).is_file() and is_complete and not Folder(path).is_one()


def is_store(path: Path) -> bool:
    """Whether the folder is a store that has or had a current snapshot."""
    if (path / CURRENT / MANIFEST).is_file():
        return True
    return (path / CURRENT).is_symlink() and any((path / SNAPSHOTS).glob(f"[!.]*/{MANIFEST}"))
