"""One deadline for all queries of a request: each may run for no longer than what the queries before it have left."""

from __future__ import annotations

import math
import time

from flask import g, has_app_context

from clustergraph.engine.base import Answer, BlockingEngine, Engine
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import DeadlinePassed
from clustergraph.sparql.query import Query

DEADLINE_STEPS = 10
"""Parts of the deadline to which what is left is rounded up: requests that ask the same at about the same time then
ask with the same timeout, and share the answer."""


class RequestEngine(BlockingEngine):
    """The service's engine as a request asks it. The time of a request begins with its first query.

    A request has the time that a query has by default, or longer where a query asks for more.
    """

    def __init__(self, engine: Engine, settings: Settings) -> None:
        self._engine = engine
        self._seconds = settings.timeout
        self._ceiling = max(settings.timeout, settings.timeout_ceiling)

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from."""
        return self._engine.snapshot

    def answer(self, query: Query) -> Answer:
        """Answer one query. Raises DeadlinePassed, and does not ask, where the request has no time left."""
        allowed = max(self._seconds, min(query.timeout or 0, self._ceiling))
        remaining = seconds_left(allowed)
        if remaining >= (query.timeout or self._seconds):
            return self._engine.answer(query)
        if remaining <= 0:
            raise DeadlinePassed(allowed)
        try:
            return self._engine.answer(query.within(remaining))
        except DeadlinePassed as error:
            raise DeadlinePassed(allowed) from error

    def probe(self) -> str:
        """Ask the engine behind it whether queries are answered."""
        return self._engine.probe()

    def close(self) -> None:
        """Close the engine behind it."""
        self._engine.close()


def seconds_left(allowed: float) -> float:
    """What is left of the seconds that this request is allowed; 0 if nothing is."""
    now = time.monotonic()
    begin: float = g.setdefault("first_query", now) if has_app_context() else now
    step = allowed / DEADLINE_STEPS
    return min(allowed, max(0.0, math.ceil((begin + allowed - now) / step) * step))
