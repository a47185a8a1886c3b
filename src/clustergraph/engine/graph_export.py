"""Whole graphs of a snapshot as files, written statement by statement: the memory that takes does not grow with them.

    python -m clustergraph.engine.graph_export SNAPSHOT FORMAT FILE named|merged [GRAPH]

A file appears when it is complete. Whoever is asked for one that another process writes waits for that one.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyoxigraph as ox

from clustergraph.rdf import formats, graph_writer
from clustergraph.rdf.formats import Format
from clustergraph.snapshots.snapshot import NoSnapshot, Snapshot
from clustergraph.snapshots.statements import Statements

NICE = 10
"""How far a process that writes a file steps back behind those that answer queries."""


def dump(snapshot: Snapshot, graph: str | None, form: Format, out: IO[bytes], *, named: bool = False) -> None:
    """Write a named graph, or with None the merge of all; with `named`, statements stand in their graphs.

    The same snapshot gives the same bytes; a subject's statements stand together, in no order of names.
    """
    statements = Statements.open(snapshot.store)
    rows = _quads(statements, graph) if named else _triples(statements, graph)
    graph_writer.write_sorted(rows, form, out, snapshot.prefixes)


def write(snapshot: Snapshot, graph: str | None, form: Format, target: Path, *, named: bool = False) -> None:
    """Have the file `target` hold the graph, if it is not there yet.

    Raises OSError where it cannot be written, and UnsupportedStatement, which its `refusal` then says.
    """
    draft = target.with_name(f".{target.name}")
    with _locked(draft) as file:
        if target.exists():  # another process has written it meanwhile
            draft.unlink(missing_ok=True)
            return
        try:
            file.truncate(0)  # of what a process that died has left
            dump(snapshot, graph, form, file, named=named)
            file.flush()
            os.fsync(file.fileno())
            draft.replace(target)
        except graph_writer.UnsupportedStatement as error:
            draft.unlink(missing_ok=True)
            refusal(target).write_text(str(error), encoding="utf-8")
            raise
        except BaseException:  # a full disk, say, of which what is half-done would take the rest
            draft.unlink(missing_ok=True)
            file.truncate(0)
            raise


def refusal(target: Path) -> Path:
    """The file that says why the format of a file cannot hold its graph."""
    return target.with_name(f"{target.name}.refused")


def _locked(draft: Path) -> IO[bytes]:
    """The draft, open for this process alone."""
    while True:
        file = draft.open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            if os.path.samestat(draft.stat(), os.fstat(file.fileno())):
                return file
        except FileNotFoundError:  # removed by the process that had it before
            pass
        file.close()


def _triples(statements: Statements, graph: str | None) -> Iterator[ox.Triple]:
    return (quad.triple for quad in statements.quads(ox.NamedNode(graph) if graph else ox.DefaultGraph()))


def _quads(statements: Statements, graph: str | None) -> Iterator[ox.Quad]:
    names: Any = [ox.NamedNode(graph)] if graph else sorted(statements.store.named_graphs(), key=str)
    for name in names:
        yield from statements.quads(name)


def main(arguments: list[str]) -> None:
    """Write one file, as the words of the command say."""
    path, name, target, kind, *graph = arguments
    form = formats.find(name, "graph")
    assert form is not None
    os.nice(NICE)
    try:
        write(Snapshot.open(Path(path)), graph[0] if graph else None, form, Path(target), named=kind == "named")
    except graph_writer.UnsupportedStatement as error:
        sys.exit(str(error))
    except (OSError, NoSnapshot) as error:
        sys.exit(f"A file to download cannot be written: {getattr(error, 'strerror', None) or error}.")


if __name__ == "__main__":
    main(sys.argv[1:])
