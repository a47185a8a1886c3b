"""An engine for one query of the command line."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from clustergraph.catalogue import Catalogue
    from clustergraph.engine.base import Engine
    from clustergraph.snapshots.snapshot import Snapshot

_UNLIMITED = 1 << 50


@contextmanager
def graph(
    sources: tuple[Path, ...],
    store: Path | None,
    address: str | None,
    timeout: float | None = None,
    queries: Path | None = None,
) -> Iterator[tuple[Engine, Path | Catalogue | None]]:
    """The engine that a command asks and its canned queries: on a source, or at an address."""
    from clustergraph.cli import options

    if not address:
        snapshot, source = options.read(sources, store)
        with engine(snapshot, timeout) as embedded:
            yield embedded, queries or source.queries
        return
    if sources or store:
        raise click.UsageError("Name a graph here, with --source or --store, or one elsewhere with --engine, not both.")

    from clustergraph.library.remote_graph import open_address

    try:
        remote, catalogue = open_address(address, queries=queries, timeout=timeout)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    with closing(remote):
        yield remote, catalogue


@contextmanager
def engine(snapshot: Snapshot, timeout: float | None = None) -> Iterator[Engine]:
    """An engine in this process; with a timeout, one that can end a query."""
    if timeout is None:
        from clustergraph.engine.embedded import EmbeddedEngine

        with _ended_by_interrupt(), closing(EmbeddedEngine(snapshot)) as embedded:
            yield embedded
        return

    from clustergraph.engine.readers.admission import Limits
    from clustergraph.engine.readers.reader_pool import ReaderPool

    limits = Limits(
        readers=1, timeout=timeout, timeout_ceiling=timeout, memory=_UNLIMITED, result_bytes=_UNLIMITED, queue=0
    )
    with closing(ReaderPool(snapshot, limits)) as pool:
        yield pool


@contextmanager
def _ended_by_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process at once: Python would only hear of it when the query is over."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
