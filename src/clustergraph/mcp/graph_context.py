"""What tools and resources draw from: an engine whose queries end, the canned queries, the names of things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from clustergraph.catalogue import Catalogue, Parameter
from clustergraph.catalogue.entity_resolver import Resolver
from clustergraph.describe.label_cache import Labels
from clustergraph.describe.thing_queries import is_there
from clustergraph.engine.base import Engine
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.snapshot_follower import FollowingEngine
from clustergraph.ingest.open_snapshot import Source
from clustergraph.library.remote_graph import open_address
from clustergraph.rdf.iris import is_iri
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.service import MIB, limits, open_cache_memory

MAX_RESULT_BYTES = 8 * MIB
"""How large an answer of the engine may be: of a larger one an assistant would only see a small part."""

LANGUAGE = "en"
"""The language of labels. An assistant translates what it was given."""


@dataclass(frozen=True, slots=True)
class GraphContext:
    """A graph to ask. Safe to use from threads."""

    engine: Engine
    catalogue: Catalogue
    labels: Labels
    resolver: Resolver = field(default_factory=Resolver)

    @classmethod
    @contextmanager
    def open(
        cls, snapshot: Snapshot, source: Source, catalogue: Catalogue, timeout: float | None = None
    ) -> Iterator[GraphContext]:
        """The graph of a source, with the limits that the settings in the environment ask for.

        `timeout` is in seconds and takes the place of the setting. A store is followed from snapshot to snapshot.
        """
        settings = Settings()
        if timeout is not None:
            settings = settings.model_copy(update={"timeout": timeout, "timeout_ceiling": timeout})
        query_limits = limits(settings)
        query_limits = replace(query_limits, result_bytes=min(query_limits.result_bytes, MAX_RESULT_BYTES))

        def open_pool(current: Snapshot) -> Engine:
            return ReaderPool(current.name_by(settings.labels), query_limits, allow=settings.allow)

        caches = open_cache_memory(settings)
        cache = AnswerCache(caches)
        engine: Engine
        if source.snapshot is not None or source.store is None:
            engine = CachedEngine(open_pool(snapshot), cache)
        else:
            engine = FollowingEngine(source.store, open_pool, cache)
        with closing(engine):
            yield cls(engine, catalogue, Labels(engine, caches), Resolver(caches))

    @classmethod
    @contextmanager
    def at(cls, address: str, queries: Path | None = None, timeout: float | None = None) -> Iterator[GraphContext]:
        """The graph of a SPARQL endpoint or a ClusterGraph service elsewhere, with its canned queries or those given.

        Raises ValueError for what is no address, and EngineDown where nothing answers.
        """
        caches = open_cache_memory(Settings())
        engine, catalogue = open_address(address, queries=queries, timeout=timeout, cache=AnswerCache(caches))
        with closing(engine):
            yield cls(engine, catalogue, Labels(engine, caches), Resolver(caches))

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from."""
        return self.engine.snapshot

    def find(self, parameter: Parameter, name: str) -> str:
        """The IRI that a name means: an IRI itself, what comes in it behind the graph's base, or what people call it.

        Raises ParameterError, which names what is near, and the errors of `engine.errors`.
        """
        for iri in (f"{self.snapshot.base}{name}", f"{self.snapshot.base}id/{name}"):
            if is_iri(iri) and is_there(self.engine, iri):
                return iri
        return str(self.resolver.iri(parameter, name, self.engine, prefer=self.catalogue.classes))

    def names(self, iris: Iterable[str]) -> dict[str, str]:
        """The labels of things that have one."""
        return self.labels.read(iris, LANGUAGE)
