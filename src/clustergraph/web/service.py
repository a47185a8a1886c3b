"""What the web layer serves: an engine, the canned queries, the settings."""

from __future__ import annotations

from dataclasses import dataclass

from clustergraph.catalogue import Catalogue
from clustergraph.engine.base import Engine
from clustergraph.engine.byte_cache import CacheMemory
from clustergraph.engine.cache import AnswerCache
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.remote.connect import connect
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.library.remote_graph import load_queries, remote_of
from clustergraph.settings import Settings
from clustergraph.snapshots import snapshot as snapshots
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.text_cache import limit_text_caches

MIB = 1 << 20
TEXTS_SHARE = 16
"""Which part of the setting `cache` is for what is remembered of short texts, as addresses and headers."""


@dataclass(frozen=True, slots=True)
class Service:
    """Everything a request may need."""

    engine: Engine
    catalogue: Catalogue
    settings: Settings
    caches: CacheMemory | None = None
    """The room that the caches share; by default one as the settings say."""

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


def open_cache_memory(settings: Settings) -> CacheMemory:
    """The room of all caches of a service; with that for short texts, it is what the setting `cache` says."""
    texts = settings.cache * MIB // TEXTS_SHARE
    limit_text_caches(texts)
    return CacheMemory(settings.cache * MIB - texts)


def open_service(settings: Settings) -> Service:
    """The service of the engine or the store that the settings name.

    Raises NoSnapshot if nothing was built in the store, and EngineDown if the engine does not answer.
    """
    caches = open_cache_memory(settings)
    cache = AnswerCache(caches)
    rules = limits(settings)
    if settings.engine:
        remote = connect(remote_of(settings), rules, allow=settings.allow, cache=cache)
        return Service(remote, load_queries(remote, settings.queries), settings, caches)
    if settings.store is None:
        raise snapshots.NoSnapshot("No store is named; set CLUSTERGRAPH_STORE or use `clustergraph serve`.")
    catalogue = Catalogue.load(settings.queries, strict=False) if settings.queries else Catalogue()

    def open_pool(snapshot: Snapshot) -> ReaderPool:
        return ReaderPool(snapshot.name_by(settings.labels), rules, allow=settings.allow)

    return Service(FollowingEngine(settings.store, open_pool, cache), catalogue, settings, caches)
