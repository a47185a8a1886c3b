"""Where in the files a thing is written, so that a curator can go there.

Files are searched as text, only when there is something to report: parsers do not keep the lines of triples.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode, Store

from clustergraph.ingest.load import LoadedFile
from clustergraph.ingest.sources import Source, graph_iri


@dataclass(frozen=True)
class Locator:
    """Finds things of `store` in the `files` it was loaded from."""

    store: Store
    files: Sequence[LoadedFile]
    base: str

    def find(self, thing: str, *, predicate: str = "", value: str = "") -> tuple[str, int | None]:
        """The file (`""` if in none) and the line of the IRI `thing`.

        Where it can be told, the line is that of `value` (an IRI or a literal's text), or else of `predicate`, in what
        the file says about the thing. Of several files, one that states the predicate of the thing is preferred, and
        then one that has the value.
        """
        found: list[tuple[int, int, int, str, int]] = []
        for file in self.files:
            hit = self._search(file, thing, predicate, value)
            if hit is not None:
                vagueness, rank, line = hit
                found.append((self._distance(thing, predicate, file), vagueness, rank, file.source.name, line))
        if not found:
            return "", None
        *_, name, line = min(found)
        return name, line

    def _text(self, file: LoadedFile) -> str:
        if file.source not in self._texts:
            self._texts[file.source] = _read(file.source)
        return self._texts[file.source]

    @cached_property
    def _texts(self) -> dict[Source, str]:
        """The files that were read already: there may be as many problems as things."""
        return {}

    @cached_property
    def _graphs(self) -> set[str]:
        return {graph.value for graph in self.store.named_graphs()}

    def _distance(self, thing: str, predicate: str, file: LoadedFile) -> int:
        """0 when the file's graph states the predicate of the thing, 1 when it says anything about it, else 2."""
        graph = graph_iri(self.base, file.source.graph)
        # A file may name graphs of its own; then any of the store's may be from it.
        name = NamedNode(graph) if graph in self._graphs else None
        subject = NamedNode(thing)
        if predicate and any(self.store.quads_for_pattern(subject, NamedNode(predicate), None, name)):
            return 0
        return 1 if any(self.store.quads_for_pattern(subject, None, None, name)) else 2

    def _search(self, file: LoadedFile, thing: str, predicate: str, value: str) -> tuple[int, int, int] | None:
        """The line; before it, how little of what was asked for stands there, and how surely it is about the thing."""
        text = self._text(file)
        if not any(way in text for way in self._ways(file, thing)):
            return None
        lines = text.splitlines()
        spelling = self._spelling(file, thing)
        hits = [
            (_rank(text, match), number)
            for number, text in enumerate(lines)
            if (match := spelling.search(text)) is not None
        ]
        if not hits:
            return None
        rank, start = min(hits)
        if rank < 2:
            end = next((n for n in range(start + 1, len(lines)) if _begins_another(lines[n])), len(lines))
            wanted = re.compile("|".join(map(re.escape, [f'"{value}"', *self._ways(file, value)]))) if value else None
            stated = self._spelling(file, predicate) if predicate else None
            # A value may stand there for another predicate, too.
            for vagueness, patterns in enumerate(([stated, wanted], [wanted], [stated])):
                for number in range(start, end):
                    if all(pattern is not None and pattern.search(lines[number]) for pattern in patterns):
                        return vagueness, rank, number + 1
        return 3, rank, start + 1

    def _spelling(self, file: LoadedFile, iri: str) -> re.Pattern[str]:
        ways = self._ways(file, iri) if iri else []
        return re.compile("|".join(rf"{re.escape(way)}(?![\w/-])" for way in ways))

    def _ways(self, file: LoadedFile, iri: str) -> list[str]:
        """The ways in which the file may spell an IRI."""
        short = [
            f"{prefix}:{iri[len(namespace) :]}"
            for prefix, namespace in file.prefixes.items()
            if namespace and iri.startswith(namespace)
        ]
        relative = [f"<{iri[len(self.base) :]}>"] if iri.startswith(self.base) else []
        return [f"<{iri}>", f'"{iri}"', f"'{iri}'", *short, *relative]


def _rank(text: str, match: re.Match[str]) -> int:
    """0 where the line begins with the thing, 1 where it defines it in another syntax or indented, 2 elsewhere."""
    before = text[: match.start()]
    if not before:
        return 0
    return 1 if not before.strip(" \t{") or before.rstrip().endswith(('"@id":', "rdf:about=")) else 2


def _begins_another(line: str) -> bool:
    """Whether a line begins to speak of something else: it is not indented and closes nothing."""
    return line[:1] not in ("", " ", "\t", "#", "}", "]", ")", ".")


def _read(source: Source) -> str:
    data = gzip.decompress(source.path.read_bytes()) if source.compressed else source.path.read_bytes()
    return data.decode("utf-8-sig", errors="replace")
