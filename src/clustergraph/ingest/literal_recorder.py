"""Filling a store and noting how the literals are written that it keeps in another form."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, cast

from pyoxigraph import DefaultGraph, Literal, Quad, RdfFormat, Store, parse, serialize

from clustergraph.snapshots.written_literals import FILE, StoredForms, WrittenLiterals, batches, key, may_change

_MEMORY_BYTES = 1 << 24
_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO names VALUES (0, '');
CREATE TABLE written (
  statement BLOB NOT NULL, text TEXT NOT NULL, datatype INTEGER NOT NULL, graph INTEGER NOT NULL,
  predicate INTEGER NOT NULL, PRIMARY KEY (statement, text, datatype)
) WITHOUT ROWID;
"""
"""A draft that is lost when the build dies, so it needs no journal. The datatype of a triple term is 0, no name."""

_Row = tuple[bytes, str, int, int, int]


class LiteralRecorder(WrittenLiterals):
    """The table of a snapshot in the making, in its folder; without a `folder`, in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        self._folder = folder
        self._stored = StoredForms()
        self._ids = {"": 0}
        self._names = {0: ""}

    def load(self, store: Store, quads: Iterable[Quad]) -> None:
        """Add statements to a store, each in its graph and in the default graph.

        Those of a graph have to come in one call: whether "1" is written beside "01" shows only while the store does
        not have the values yet.
        """
        folder = None if self._folder is None else str(self._folder)
        with (
            SpooledTemporaryFile(_MEMORY_BYTES, dir=folder) as changed,
            SpooledTemporaryFile(_MEMORY_BYTES, dir=folder) as values,
        ):
            store.bulk_extend(_merged(self._take_unchanged(quads, cast(IO[bytes], changed))))
            changed.seek(0)
            for batch in batches(parse(cast(IO[bytes], changed), RdfFormat.N_QUADS)):
                serialize(self._record(store, batch), cast(IO[bytes], values), RdfFormat.N_QUADS)
            values.seek(0)
            store.bulk_extend(_merged(parse(cast(IO[bytes], values), RdfFormat.N_QUADS)))

    def rename(self, quad: Quad, renamed: Quad) -> None:
        """Note that a statement is called otherwise in the store now."""
        if self._table is not None:
            graph = self._row(renamed, renamed.object)[3]
            with self._lock:
                self._table.execute(
                    "UPDATE written SET statement = ?, graph = ? WHERE statement = ?", (key(renamed), graph, key(quad))
                )

    def finish(self) -> None:
        """Write the table to its file. Nothing can be noted or read any more."""
        if self._table is not None:
            self._table.commit()
            self._table.close()
            self._table = None

    def _take_unchanged(self, quads: Iterable[Quad], changed: IO[bytes]) -> Iterator[Quad]:
        """The statements that the store keeps as they are; the others are written to a file."""
        for batch in batches(quads):
            doubtful = [quad for quad in batch if may_change(quad.object)]
            if not doubtful:
                yield from batch
                continue
            forms = dict(zip(doubtful, self._stored.of([quad.object for quad in doubtful]), strict=True))
            rows: list[_Row] = []
            others = []
            for quad in batch:
                form = forms.get(quad)
                if form is not None and form != quad.object:
                    others.append(quad)
                    continue
                merged = Quad(quad.subject, quad.predicate, quad.object)
                if form is not None and self.forms(merged):
                    rows.append(self._row(merged, form))
                yield quad
            self._insert(rows)
            serialize(others, changed, RdfFormat.N_QUADS)

    def _record(self, store: Store, quads: list[Quad]) -> Iterator[Quad]:
        """Note how these statements are written; how the store will have them."""
        values: list[Quad] = []
        rows: list[_Row] = []
        for quad, form in zip(quads, self._stored.of([quad.object for quad in quads]), strict=True):
            value = Quad(quad.subject, quad.predicate, form, quad.graph_name)
            merged = Quad(quad.subject, quad.predicate, form)
            rows += [self._row(value, quad.object), self._row(merged, quad.object)]
            if merged in store:
                self._insert(rows)
                rows = [*self._rows_of_others(store, value, merged)]
            values.append(value)
        self._insert(rows)
        yield from values

    def _rows_of_others(self, store: Store, value: Quad, merged: Quad) -> Iterator[_Row]:
        """What to note where a graph that is in the store already writes the statement in the store's own form."""
        for same in store.quads_for_pattern(value.subject, value.predicate, value.object, None):
            if same == merged:
                continue
            forms = [] if same == value else self.forms(same)
            if not forms or value.object in forms:
                yield self._row(merged, value.object)
            if same == value:
                yield self._row(value, value.object)

    def _row(self, quad: Quad, form: object) -> _Row:
        text, datatype = (form.value, form.datatype.value) if isinstance(form, Literal) else (str(form), "")
        graph = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        return key(quad), text, self._id(datatype), self._id(graph), self._id(quad.predicate.value)

    def _insert(self, rows: list[_Row]) -> None:
        if rows:
            with self._lock:
                self._open().executemany("INSERT OR IGNORE INTO written VALUES (?, ?, ?, ?, ?)", rows)

    def _id(self, name: str) -> int:
        number = self._ids.get(name)
        if number is None:
            with self._lock:
                self._open().execute("INSERT INTO names VALUES (?, ?)", (number := len(self._ids), name))
            self._ids[name] = number
            self._names[number] = name
        return number

    def _open(self) -> sqlite3.Connection:
        if self._table is None:
            path = ":memory:" if self._folder is None else self._folder / FILE
            self._table = sqlite3.connect(path, check_same_thread=False)
            self._table.executescript(_SCHEMA)
        return self._table


def _merged(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Each quad, and its triple in the default graph."""
    for quad in quads:
        yield quad
        yield Quad(quad.subject, quad.predicate, quad.object)
