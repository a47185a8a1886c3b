"""The engine inside this process: for the command line, notebooks and tests.

A query here cannot be ended once it runs; a service uses `pool.ReaderPool`.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence

import pyoxigraph as ox
from rdflib.term import Identifier

from clustergraph.engine.base import Answer
from clustergraph.engine.evaluate import Dataset, evaluate
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql import prepared_query
from clustergraph.sparql.errors import QuerySyntaxError


class EmbeddedEngine:
    """Queries a snapshot in this process. Safe to use from several threads.

    `store` may be given where the snapshot's triples are open already, in memory for instance.
    """

    def __init__(self, snapshot: Snapshot, *, allow: Collection[str] = (), store: ox.Store | None = None) -> None:
        self.snapshot = snapshot
        self.store = ox.Store.read_only(str(snapshot.store)) if store is None else store
        self._allow = frozenset(allow)
        self._dataset = Dataset(snapshot.prefixes, snapshot.graphs_overlap)

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Identifier] | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout: float | None = None,  # noqa: ARG002 - part of the interface; see the module's note
    ) -> Answer:
        """Answer one query; see `engine.base.Engine.query`."""
        begin = time.perf_counter()
        ready = prepared_query.prepare(
            text,
            snapshot=self.snapshot,
            bindings=bindings,
            format=format,
            default_graphs=default_graphs,
            named_graphs=named_graphs,
            allow=self._allow,
        )
        parse = time.perf_counter() - begin
        try:
            body, timings = evaluate(
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
        return Answer(body, ready.format, ready.form, {"parse": parse, **timings})

    def close(self) -> None:
        """Let the store go."""
        del self.store
