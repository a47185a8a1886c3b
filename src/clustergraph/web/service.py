"""What the web layer serves: an engine, the canned queries, the settings."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, cast

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Answer, Engine
from clustergraph.engine.cache import CachedEngine
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.remote.connect import connect
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.library.remote_graph import queries_of, remote_of
from clustergraph.settings import Settings
from clustergraph.snapshots import snapshot as snapshots
from clustergraph.snapshots.snapshot import Snapshot

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a request may need."""

    engine: Engine
    catalogue: Catalogue
    settings: Settings
    look_up: Callable[[str, str], Answer | None] = lambda _text, _format: None
    """The answer to a query in a format, if it can be had on the spot; else None: the engine tells it or why not."""
    aquery: Callable[[str, str], Coroutine[Any, Any, Answer]] | None = None
    """As `engine.query` of a text and a format, on an event loop; None where the engine has only threads for that."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot served now."""
        return self.engine.snapshot


def limits(settings: Settings) -> Limits:
    """The readers' limits that the settings ask for."""
    return Limits(
        readers=settings.readers,
        timeout=settings.timeout,
        timeout_ceiling=max(settings.timeout, settings.timeout_ceiling),
        memory=settings.memory * MIB,
        result_bytes=settings.result_size * MIB,
        queue=settings.queue,
        queue_seconds=settings.queue_timeout,
    )


def open_service(settings: Settings) -> Service:
    """The service of the engine or the store that the settings name.

    Raises NoSnapshot if nothing was built in the store, and EngineDown if the engine does not answer.
    """
    if settings.engine:
        return _open_remote(settings)
    if settings.store is None:
        raise snapshots.NoSnapshot("No store is named; set CLUSTERGRAPH_STORE or use `clustergraph serve`.")
    rules = limits(settings)
    following = FollowingEngine(settings.store, lambda snapshot: ReaderPool(snapshot, rules, allow=settings.allow))
    # Half of the room is for answers, half for whole responses (see `front`).
    engine = CachedEngine(following, settings.cache * MIB // 2)
    catalogue = Catalogue.load(settings.queries) if settings.queries else Catalogue()

    def look_up(text: str, format: str) -> Answer | None:
        # What look-ups need outlives the pool, so none is leased.
        return cast(ReaderPool, following.engine).look_up(text, format)

    async def aquery(text: str, format: str) -> Answer:
        with following.leased() as pool:
            return await engine.aquery(cast(ReaderPool, pool), text, format=format)

    return Service(engine, catalogue, settings, look_up, aquery)


def _open_remote(settings: Settings) -> Service:
    engine = connect(remote_of(settings), limits(settings), allow=settings.allow)
    catalogue = queries_of(engine, settings.queries)
    return Service(CachedEngine(engine, settings.cache * MIB // 2), catalogue, settings)
