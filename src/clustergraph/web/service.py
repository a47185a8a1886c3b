"""What the web layer serves: an engine, the canned queries, the settings."""

from __future__ import annotations

from dataclasses import dataclass

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Engine
from clustergraph.engine.cache import AnswerCache
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.remote.connect import connect
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.library.remote_graph import load_queries, remote_of
from clustergraph.settings import Settings
from clustergraph.snapshots import snapshot as snapshots
from clustergraph.snapshots.snapshot import Snapshot

MIB = 1 << 20
MIN_LABEL_CACHE_BYTES = 4 << 20
SMALL_CACHES_BYTES = 8 << 20
"""What all caches of addresses and headers take at most together; see `text_cache`."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a request may need."""

    engine: Engine
    catalogue: Catalogue
    settings: Settings

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
        client_share=settings.client_share,
    )


def label_cache_bytes(settings: Settings) -> int:
    """What the labels of things may take: they are needed on every page."""
    return max(MIN_LABEL_CACHE_BYTES, settings.cache * MIB // 8)


def answer_cache_bytes(settings: Settings) -> int:
    """What answers may take, and as much whole responses: the setting `cache` is for all caches together."""
    total = settings.cache * MIB
    return max(total - label_cache_bytes(settings) - SMALL_CACHES_BYTES, total * 3 // 4) // 2


def open_service(settings: Settings) -> Service:
    """The service of the engine or the store that the settings name.

    Raises NoSnapshot if nothing was built in the store, and EngineDown if the engine does not answer.
    """
    cache = AnswerCache(answer_cache_bytes(settings))
    rules = limits(settings)
    if settings.engine:
        remote = connect(remote_of(settings), rules, allow=settings.allow, cache=cache)
        return Service(remote, load_queries(remote, settings.queries), settings)
    if settings.store is None:
        raise snapshots.NoSnapshot("No store is named; set CLUSTERGRAPH_STORE or use `clustergraph serve`.")
    catalogue = Catalogue.load(settings.queries) if settings.queries else Catalogue()
    engine = FollowingEngine(settings.store, lambda snapshot: ReaderPool(snapshot, rules, allow=settings.allow), cache)
    return Service(engine, catalogue, settings)
