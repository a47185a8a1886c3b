"""The one interface through which everything asks a graph."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from clustergraph.rdf.formats import Format
from clustergraph.rdf.table import Row, Table
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.engine_differences import Difference
from clustergraph.sparql.query import Query

PROBE = Query("ASK {}", timeout=5.0)
"""The query that finds out whether queries are answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's whole answer, serialised."""

    body: bytes
    format: Format
    form: str
    """SELECT, ASK, CONSTRUCT or DESCRIBE."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds spent in each step: parse, queue, evaluate, serialise."""
    differences: tuple[Difference, ...] = ()
    """Where this may not be the answer of the standard, as far as the query tells."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The differences as sentences."""
        return tuple(str(difference.text) for difference in self.differences)

    def table(self) -> Table:
        """The solutions of a SELECT that was answered in JSON or TSV, column by column."""
        return Table.of_tsv(self.body) if self.format.name == "tsv" else Table.of_json(self.body)

    def rows(self) -> list[Row]:
        """The same row by row: terms by variable."""
        return self.table().rows()

    def truth(self) -> bool:
        """What an ASK that was answered in JSON says."""
        return bool(json.loads(self.body)["boolean"])


class Engine(Protocol):
    """Answers SPARQL queries over one snapshot (or whatever a remote engine holds)."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from."""

    @property
    def is_async(self) -> bool:
        """Whether `answer_async` waits on the event loop; where it does not, it takes a thread."""

    def answer(self, query: Query) -> Answer:
        """Answer one query. Raises the errors of `sparql.errors`."""

    async def answer_async(self, query: Query) -> Answer:
        """As `answer`, for a task on an event loop."""

    def look_up(self, query: Query) -> Answer | None:
        """The answer, if it can be had in about a millisecond; else None, which says nothing of the query."""

    def probe(self) -> str:
        """Ask, past every cache, whether queries are answered; what is wrong all the same, empty for nothing.

        Raises the errors of `sparql.errors` if they are not answered.
        """

    def close(self) -> None:
        """Let go of everything the engine holds."""


class BlockingEngine(ABC):
    """What all engines have in common that answer in the caller's own thread."""

    is_async = False

    @abstractmethod
    def answer(self, query: Query) -> Answer:
        """Answer one query; see `Engine.answer`."""

    async def answer_async(self, query: Query) -> Answer:
        """Answer one query in a thread; see `Engine.answer_async`."""
        import asyncio  # takes half of what importing the library may

        return await asyncio.to_thread(self.answer, query)

    def look_up(self, query: Query) -> Answer | None:  # noqa: ARG002 - part of the interface
        """None: nothing is known without asking."""
        return None

    def probe(self) -> str:
        """Ask whether queries are answered; see `Engine.probe`."""
        self.answer(PROBE)
        return ""
