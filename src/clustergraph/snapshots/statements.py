"""The statements of a snapshot, as its files write them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, Store

from clustergraph.snapshots.snapshot import open_store
from clustergraph.snapshots.written_literals import WrittenLiterals

MERGED = DefaultGraph()
"""The graph of a store that is the merge of all."""


@dataclass(frozen=True, slots=True)
class Statements:
    """A store, which queries ask, and the literals that it keeps in another form than the files have."""

    store: Store
    literals: WrittenLiterals = field(default_factory=WrittenLiterals)

    @classmethod
    def open(cls, path: Path | str) -> Statements:
        """Those of the snapshot whose store is in the folder `path`. Raises DamagedSnapshot."""
        return cls(open_store(path), WrittenLiterals.beside(path))

    def quads(self, graph: NamedNode | DefaultGraph = MERGED) -> Iterator[Quad]:
        """The statements of a graph; of the merge of all, where none is named."""
        quads: Iterator[Quad] = self.store.quads_for_pattern(None, None, None, graph)
        return self.literals.restore(quads) if self.literals else quads
