"""`/metrics` in Prometheus's text format: requests, latencies, the queue, readers ended and why, the caches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from clustergraph.engine.cache import ByteCache, CachedEngine
from clustergraph.engine.readers.admission import Counts
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.remote.engine import RemoteEngine
from clustergraph.engine.snapshot_follower import Follower
from clustergraph.web.service import Service

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
AREAS = ("sparql", "api", "id", "page", "data", "graph", "ontology", "static", "health", "ready", "metrics")


class Metrics:
    """Counts of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.response_cache: ByteCache[Any] | None = None
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "clustergraph_requests",
            "Requests, by area of the service, method, status and whether the answer was ready.",
            ["area", "method", "status", "outcome"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "clustergraph_request_seconds",
            "Time from the request to the whole answer.",
            ["area"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._series: dict[tuple[str, str, str, str], tuple[Counter, Histogram]] = {}
        self.registry.register(_State(self))

    def request(self, method: str, path: str, status: str, outcome: str, seconds: float) -> None:
        """Count one request."""
        area = path[1:].partition("/")[0]
        area = area if area in AREAS else ("home" if not area else "other")
        method = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        series = self._series.get((area, method, status, outcome))
        if series is None:
            # Looking a series up by its labels costs more than counting; there are few, so they are kept.
            series = self._requests.labels(area, method, status, outcome), self._seconds.labels(area)
            self._series[area, method, status, outcome] = series
        series[0].inc()
        series[1].observe(seconds)

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)


class _State(Collector):
    """What is read off the engine when someone looks."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        engine = self.metrics.service.engine
        caches: dict[str, ByteCache[Any]] = {}
        if self.metrics.response_cache is not None:
            caches["responses"] = self.metrics.response_cache
        answers: dict[str, int] = {}
        if isinstance(engine, Follower):
            failures = "Times that a new snapshot could not be looked for or opened."
            yield CounterMetricFamily("clustergraph_snapshot_failures", failures, value=engine.failures)
            engine = engine.engine
        if isinstance(engine, CachedEngine):
            caches["answers"] = engine.cache
            answers["cache"] = engine.cache.hits
            engine = engine.inner
        if isinstance(engine, (ReaderPool, RemoteEngine)):
            counts = engine.counts if isinstance(engine, ReaderPool) else engine.connection.admission.counts
            ways = ("look-up", "reader") if isinstance(engine, ReaderPool) else ("remote",)
            answers |= {way: counts.answers[way] for way in ways}
            yield from _measure_queue(counts)
        yield _count("answers", "Queries answered, by way.", "way", answers)
        yield from _measure_caches(caches)
        yield InfoMetricFamily(
            "clustergraph_snapshot", "The snapshot served now.", value={"name": engine.snapshot.name}
        )
        if isinstance(engine, ReaderPool):
            yield from _measure_pool(engine)
        elif isinstance(engine, RemoteEngine):
            text = "Questions that the remote engine did not answer, by reason."
            ended = {reason: counts.ended[reason] for reason in ("timeout", "broken")}
            yield _count("engine_unanswered", text, "reason", ended)


def _count(name: str, text: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(f"clustergraph_{name}", text, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _measure_caches(caches: dict[str, ByteCache[Any]]) -> Iterable[Metric]:
    size = GaugeMetricFamily("clustergraph_cache_bytes", "Bytes held by a cache.", labels=["cache"])
    entries = GaugeMetricFamily("clustergraph_cache_entries", "Entries held by a cache.", labels=["cache"])
    text = "Look-ups in a cache, by result."
    lookups = CounterMetricFamily("clustergraph_cache_lookups", text, labels=["cache", "result"])
    for name, cache in caches.items():
        size.add_metric([name], cache.bytes)
        entries.add_metric([name], len(cache))
        lookups.add_metric([name, "hit"], cache.hits)
        lookups.add_metric([name, "miss"], cache.misses)
    return size, entries, lookups


def _measure_pool(pool: ReaderPool) -> Iterable[Metric]:
    yield GaugeMetricFamily("clustergraph_readers", "Reader processes that are up.", value=pool.ready)
    wanted = "Reader processes that there should be."
    yield GaugeMetricFamily("clustergraph_readers_wanted", wanted, value=pool.limits.readers + 1)
    failures = "Times that a reader could not be started."
    yield CounterMetricFamily("clustergraph_reader_start_failures", failures, value=pool.failed_starts)
    reasons = ("timeout", "memory", "crash", "cancelled", "share")
    ended = {reason: pool.counts.ended[reason] for reason in reasons}
    yield _count("readers_ended", "Readers ended, by reason.", "reason", ended)


def _measure_queue(counts: Counts) -> Iterable[Metric]:
    yield GaugeMetricFamily("clustergraph_queries_running", "Queries that run now.", value=counts.running)
    yield GaugeMetricFamily("clustergraph_queries_waiting", "Queries that wait for a reader.", value=counts.waiting)
    refused = {reason: counts.refused[reason] for reason in ("full", "waited")}
    yield _count("queries_refused", "Queries sent away because all readers were busy.", "reason", refused)
