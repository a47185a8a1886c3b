"""The engine inside this process: for the command line, notebooks and tests.

A query here cannot be ended once it runs; a service uses `reader_pool.ReaderPool`.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import pyoxigraph as ox

from clustergraph.engine.base import Answer, BlockingEngine
from clustergraph.engine.evaluate import Dataset, evaluate
from clustergraph.snapshots.snapshot import Snapshot, open_store
from clustergraph.snapshots.written_literals import WrittenLiterals
from clustergraph.sparql import prepared_query
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.query import Query


class EmbeddedEngine(BlockingEngine):
    """Queries a snapshot in this process. Safe to use from several threads.

    `store` may be given where the snapshot's triples are open already, in memory for instance.
    """

    def __init__(self, snapshot: Snapshot, *, allow: Collection[str] = (), store: ox.Store | None = None) -> None:
        self.snapshot = snapshot
        self.store = open_store(snapshot.store) if store is None else store
        self._allow = frozenset(allow)
        literals = WrittenLiterals.beside(snapshot.store) if snapshot.path else WrittenLiterals()
        self._dataset = Dataset(snapshot.prefixes, snapshot.graphs_overlap, literals)

    def answer(self, query: Query) -> Answer:
        """Answer one query, however long it takes; see `engine.base.Engine.answer`."""
        begin = time.perf_counter()
        ready = prepared_query.prepare(
            query, graphs=self.snapshot.graphs, prefixes=self.snapshot.prefixes, allow=self._allow
        )
        parse = time.perf_counter() - begin
        try:
            evaluated = evaluate(
                self.store,
                ready.text,
                ready.format,
                dataset=self._dataset,
                default_graphs=ready.default_graphs,
                named_graphs=ready.named_graphs,
                columns=ready.columns,
            )
        except QuerySyntaxError as error:
            raise ready.located(error) from None
        timings = {"parse": parse, **evaluated.timings}
        return Answer(evaluated.body, ready.format, ready.form, timings, evaluated.differences)

    def close(self) -> None:
        """Let the store go."""
        del self.store
