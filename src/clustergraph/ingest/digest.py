"""The name of a graph's content.

It is the SHA-256 over the N-Quads lines of all named graphs, sorted by bytes, so anybody can check a snapshot:

    clustergraph export --format nquads | LC_ALL=C sort | sha256sum
"""

from __future__ import annotations

import hashlib
import heapq
import tempfile
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO

from pyoxigraph import NamedNode, RdfFormat, serialize

from clustergraph.snapshots.statements import Statements

NAME_LENGTH = 16

_RUN = 1_000_000
_BATCH = 50_000


def content_digest(
    statements: Statements,
    scratch: Path | None = None,
    advance: Callable[[int], None] = lambda _: None,
    run: int = _RUN,
    inspect: Callable[[bytes], None] = lambda _: None,
) -> str:
    """The SHA-256 of the content, in hexadecimal digits.

    At most about `run` lines are held in memory; more are sorted by way of files in the folder `scratch`. `inspect` is
    given all lines, some at a time.

    >>> from pyoxigraph import Store
    >>> content_digest(Statements(Store())) == hashlib.sha256(b"").hexdigest()
    True
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix=".sort-") as folder:
        runs: list[IO[bytes]] = []
        lines: list[bytes] = []
        try:
            for batch in _line_batches(statements, inspect):
                lines += batch
                advance(len(batch))
                if len(lines) >= run:
                    runs.append(_spill(lines, Path(folder, str(len(runs)))))
                    lines = []
            lines.sort()
            digest = hashlib.sha256()
            # A line ends before its newline when lines are compared, in `sort` as here.
            merged = heapq.merge(*((line[:-1] for line in file) for file in runs), lines) if runs else iter(lines)
            while part := list(islice(merged, _BATCH)):
                digest.update(b"\n".join(part) + b"\n")
            return digest.hexdigest()
        finally:
            for file in runs:
                file.close()


def _line_batches(statements: Statements, inspect: Callable[[bytes], None]) -> Iterator[list[bytes]]:
    for graph in statements.store.named_graphs():
        assert isinstance(graph, NamedNode)  # loading names those that are blank nodes
        quads = statements.quads(graph)
        while part := list(islice(quads, _BATCH)):
            data = serialize(part, format=RdfFormat.N_QUADS)
            assert data is not None
            inspect(data)
            yield data.split(b"\n")[:-1]


def _spill(lines: list[bytes], path: Path) -> IO[bytes]:
    lines.sort()
    with path.open("wb") as file:
        file.writelines(line + b"\n" for line in lines)
    return path.open("rb")
