"""`/metrics` in Prometheus's text format: requests, latencies, the queue, readers ended and why, the caches."""

from __future__ import annotations

import math
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from clustergraph.engine.byte_cache import ByteCache
from clustergraph.engine.cache import CachedEngine
from clustergraph.engine.readers.admission import Counts
from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.engine.remote.engine import RemoteEngine
from clustergraph.engine.snapshot_follower import Follower
from clustergraph.web.service import Service

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
AREAS = {"sparql", "api", "id", "page", "data", "graph", "ontology", "static", "health", "ready", "metrics"}
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


class Metrics:
    """Counts of one service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.response_cache: ByteCache[Any] | None = None
        self.registry = CollectorRegistry()
        self.registry.register(_State(self))
        # Counted here, for that is quicker than the counters of the client library, and read when someone looks.
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, str, str]] = Counter()
        self._in_bucket: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)

    def request(self, method: str, path: str, status: str, outcome: str, seconds: float) -> None:
        """Count one request."""
        area = path[1:].partition("/")[0]
        area = area if area in AREAS else ("other" if area else "home")
        method = method if method in METHODS else "other"
        with self._lock:
            self._requests[area, method, status, outcome] += 1
            self._in_bucket[area][bisect_left(BUCKETS, seconds)] += 1
            self._seconds[area] += seconds

    def requests(self) -> Iterable[Metric]:
        """What was counted of requests until now."""
        requests = CounterMetricFamily(
            "clustergraph_requests",
            "Requests, by area of the service, method, status and whether the answer was ready.",
            labels=["area", "method", "status", "outcome"],
        )
        seconds = HistogramMetricFamily(
            "clustergraph_request_seconds", "Time from the request to the whole answer.", labels=["area"]
        )
        with self._lock:
            for labels, number in self._requests.items():
                requests.add_metric(labels, number)
            for area, numbers in self._in_bucket.items():
                buckets = zip(map(floatToGoString, (*BUCKETS, math.inf)), accumulate(numbers), strict=True)
                seconds.add_metric([area], list(buckets), self._seconds[area])
        return requests, seconds

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)


class _State(Collector):
    """What is read off the engine when someone looks."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics

    def collect(self) -> Iterable[Metric]:
        yield from self.metrics.requests()
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
            ended = {reason: counts.ended[reason] for reason in ("timeout", "broken", "cancelled")}
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
