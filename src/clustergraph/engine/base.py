"""The one interface through which everything asks a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rdflib.term import Identifier

from clustergraph.rdf.formats import Format
from clustergraph.snapshots.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Answer:
    """A query's whole answer, serialised."""

    body: bytes
    format: Format
    form: str
    """SELECT, ASK, CONSTRUCT or DESCRIBE."""
    timings: Mapping[str, float] = field(default_factory=dict)
    """Seconds spent in each step: parse, queue, evaluate, serialise."""


class Engine(Protocol):
    """Answers SPARQL queries over one snapshot (or whatever a remote engine holds)."""

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from."""

    def query(
        self,
        text: str,
        *,
        bindings: Mapping[str, Identifier] | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> Answer:
        """Answer one query.

        `bindings` gives values to variables (without `?`); they are joined in as a VALUES block.
        `format` is a name from `formats.FORMATS`; the default is JSON for results and Turtle for graphs.
        A SELECT of the variables `formats.QUAD` can also be written in the formats `formats.WITH_GRAPHS`, as quads.
        `default_graphs` and `named_graphs` are the protocol's dataset; they override FROM in the query.
        `timeout` is in seconds; None means the engine's own default, which is also the ceiling in most engines.

        Raises the errors of `engine.errors`.
        """

    def close(self) -> None:
        """Let go of everything the engine holds."""
