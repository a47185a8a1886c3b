"""Where in the files a thing is written, so that a curator can go there.

Files are searched as text, only when there is something to report: parsers do not keep the lines of triples. Each file
is read once for all that is sought, so the time grows with the files and with the problems, and not with their product.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import NamedNode, Store

from clustergraph.ingest.load import LoadedFile
from clustergraph.ingest.source import Source, graph_iri
from clustergraph.ingest.text_stream import open_text

_TOKEN = re.compile(
    r"""<[^<>"\s]*+>|"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|[\w.-]*+:[^\s"'<>,;()\[\]{}^|]*+""",
)
"""An IRI, a string, or a prefixed name, in any of the formats."""
_CLOSED_BY = {"<": ">", '"': '"', "'": "'"}


class Sought(NamedTuple):
    """A thing whose place is sought: its IRI and, where known, what of it: a predicate, a value (IRI or text)."""

    thing: str
    predicate: str = ""
    value: str = ""


class Place(NamedTuple):
    """A file, `""` for none, and a line, which counts from 1."""

    file: str = ""
    line: int | None = None


@dataclass
class _Index:
    """Where one file speaks of what is sought."""

    file: LoadedFile
    begins: list[int] = field(default_factory=list)
    """The lines that begin to speak of something else."""
    lines: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The lines on which an IRI or a text stands, in order."""
    definition: dict[str, tuple[int, int]] = field(default_factory=dict)
    """How surely a line is about an IRI (see `_rank`), and the line."""

    def line(self, sought: Sought) -> tuple[int, int, int]:
        """The line; before it, how little of what is sought stands there, and how surely it is about the thing."""
        rank, start = self.definition[sought.thing]
        if rank < 2:
            after = bisect_right(self.begins, start)
            end = self.begins[after] if after < len(self.begins) else None
            value, predicate = self.lines.get(sought.value, []), self.lines.get(sought.predicate, [])
            # A value may stand there for another predicate, too.
            for vagueness, lines in enumerate((_common(value, predicate, start, end), value, predicate)):
                at = bisect_left(lines, start)
                if at < len(lines) and (end is None or lines[at] < end):
                    return vagueness, rank, lines[at]
        return 3, rank, start


def locate(store: Store, files: Sequence[LoadedFile], base: str, sought: Collection[Sought]) -> dict[Sought, Place]:
    """The place of each thing in the `files` that `store` was loaded from.

    Where that is known, the line is that of the value, or else of the predicate, in what the file says about the
    thing. Of several files, one that states the predicate of the thing is preferred, and then one that has the value.
    """
    texts = {text for thing in sought for text in thing if text}
    indexes: dict[str, list[_Index]] = defaultdict(list)
    for index in (_index(file, base, texts) for file in files if texts):
        for iri in index.definition:
            indexes[iri].append(index)
    graphs = {graph.value for graph in store.named_graphs()}

    def place(thing: Sought) -> Place:
        candidates = [
            (_distance(store, thing, graph_iri(base, index.file.source.graph), graphs), *index.line(thing), index)
            for index in indexes.get(thing.thing, ())
        ]
        if not candidates:
            return Place()
        *_, line, index = min(candidates, key=lambda candidate: (candidate[:3], candidate[4].file.source.name))
        return Place(index.file.source.name, line)

    return {thing: place(thing) for thing in sought}


def locate_text(files: Sequence[LoadedFile], text: str) -> Place:
    """The first line that has this text in it."""
    for file in files:
        for number, line in enumerate(_read(file.source).splitlines(), start=1):
            if text in line:
                return Place(file.source.name, number)
    return Place()


def _distance(store: Store, sought: Sought, graph: str, graphs: Collection[str]) -> int:
    """0 when the file's graph states the predicate of the thing, 1 when it says anything about it, else 2."""
    # A file may name graphs of its own; then any of the store's may be from it.
    name = NamedNode(graph) if graph in graphs else None
    subject = NamedNode(sought.thing)
    if sought.predicate and any(store.quads_for_pattern(subject, NamedNode(sought.predicate), None, name)):
        return 0
    return 1 if any(store.quads_for_pattern(subject, None, None, name)) else 2


def _index(file: LoadedFile, base: str, texts: Collection[str]) -> _Index:
    index = _Index(file)
    for number, text in enumerate(_read(file.source).splitlines(), start=1):
        if _begins_another(text):
            index.begins.append(number)
        for match in _TOKEN.finditer(text):
            for meaning in _meanings(match[0], file, base):
                if meaning not in texts:
                    continue
                lines = index.lines[meaning]
                if not lines or lines[-1] != number:
                    lines.append(number)
                definition = (_rank(text, match.start()), number)
                index.definition[meaning] = min(definition, index.definition.get(meaning, definition))
    return index


def _meanings(token: str, file: LoadedFile, base: str) -> Iterator[str]:
    """The IRIs and texts that a token of the file may stand for."""
    if token[0] in _CLOSED_BY:
        name = token[1:-1]
        yield name
        if token[0] == "<":
            yield f"{base}{name}"
            if name[:1] in ("", "#"):
                yield f"{file.source.resolves_against(base)}{name}"
            name = name.rstrip("/")  # of an element without content
    else:
        name = token.rstrip(".")
    prefix, colon, local = name.partition(":")
    if colon and (namespace := file.prefixes.get(prefix)):
        yield f"{namespace}{local}"


def _common(lines: Sequence[int], other_lines: Sequence[int], start: int, end: int | None) -> list[int]:
    """The lines from `start` to `end` that are in both lists, found by way of the shorter one."""
    few, many = sorted((lines, other_lines), key=len)
    common = []
    for at in range(bisect_left(few, start), len(few)):
        if end is not None and few[at] >= end:
            break
        index = bisect_left(many, few[at])
        if index < len(many) and many[index] == few[at]:
            common.append(few[at])
            break
    return common


def _rank(text: str, start: int) -> int:
    """0 where the line begins with the thing, 1 where it defines it in another syntax or indented, 2 elsewhere."""
    if start == 0:
        return 0
    before = text[max(0, start - _BEFORE) : start]
    return 1 if not before.strip(" \t{") or before.rstrip().endswith(('"@id":', "rdf:about=")) else 2


_BEFORE = 200
"""How many characters before a thing are looked at."""


def _begins_another(line: str) -> bool:
    """Whether a line begins to speak of something else: it is not indented and closes nothing."""
    return line[:1] not in ("", " ", "\t", "#", "}", "]", ")", ".")


def _read(source: Source) -> str:
    with source.path.open("rb", buffering=0) as file, open_text(file) as text:
        return text.read().decode(errors="replace")
