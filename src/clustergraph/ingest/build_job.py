"""The steps of one build over one store, on disk or in memory."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from pyoxigraph import NamedNode, Store

from clustergraph.ingest import statistics
from clustergraph.ingest.digest import NAME_LENGTH, content_digest
from clustergraph.ingest.fingerprint import FileState, software
from clustergraph.ingest.format_doubts import FormatDoubts
from clustergraph.ingest.literal_recorder import LiteralRecorder
from clustergraph.ingest.load import LoadedFile, graph_of, load
from clustergraph.ingest.own_description import read_description
from clustergraph.ingest.parser_process import ParserProcess
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.reasoning import AUTO_LIMIT, infer
from clustergraph.ingest.shacl import check
from clustergraph.ingest.source import INFERRED, Source, graph_iri
from clustergraph.ingest.source_locator import Place, Sought, locate
from clustergraph.ingest.sources import Input
from clustergraph.progress import Progress
from clustergraph.rdf.namespaces import STANDARD_PREFIXES, compact
from clustergraph.snapshots.statements import Statements

Reasoning = Literal["auto", "owlrl", "none"]

_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s,()'\"<>]*[^\s,()'\"<>.]")


@dataclass
class BuildJob:
    """Goes through the steps in order, `fill`, `validate`, `manifest`, and keeps what the later ones need.

    `problems` grows from step to step; a violation among them means that the graph must not be published.
    """

    input: Input
    parsers: ParserProcess
    base: str
    exclude: Collection[str]
    reason: Reasoning
    progress: Progress
    problems: list[Problem] = field(init=False)
    shapes: tuple[str, ...] | None = None
    reasoning: dict[str, Any] = field(default_factory=dict)
    files: tuple[LoadedFile, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a way of reasoning that there is not."""
        if self.reason not in get_args(Reasoning):
            raise ValueError(f"There is no reasoning {self.reason!r}; choose {', '.join(get_args(Reasoning))}.")
        self.problems = list(self.input.problems)

    def fill(self, store: Store, literals: LiteralRecorder) -> None:
        """Load the files and add what follows from them. Raises BuildError where a file is not well formed."""
        try:
            self.files = load(
                store,
                literals,
                self.input,
                self.parsers,
                base=self.base,
                exclude=self.exclude,
                progress=self.progress,
            )
        except BuildError as error:
            raise BuildError([*self.problems, *error.problems]) from error
        self.problems += self._parser_warnings(self.input.content)
        self.problems += [
            Problem("There is no triple in this file.", rule="empty file", file=file.source.name, severity="warning")
            for file in self.files
            if file.empty and not self.parsers.problems.get(file.source)
        ]
        kind, skipped = self._choose_reasoning(store)
        self.reasoning = {"kind": kind, "added": 0} | ({"skipped": skipped} if skipped else {})
        if kind == "none":
            if skipped:
                self.progress.start("reason")
                self.progress.done(skipped)
            return
        inferred = NamedNode(graph_iri(self.base, INFERRED))
        if any(store.quads_for_pattern(None, None, None, inferred)):
            message = (
                f"The files state something in the graph {INFERRED!r}, where reasoning puts what it adds. Give that "
                "file or graph another name, or build without reasoning (--reason none)."
            )
            raise BuildError([Problem(message, what=compact(inferred.value, self.prefixes), rule="graph name")])
        self.progress.start("reason")
        started = time.monotonic()
        inferences = infer(Statements(store, literals), inferred)
        literals.load(store, inferences.quads)
        self.reasoning |= {"added": len(inferences.quads), "seconds": round(time.monotonic() - started, 1)}
        self.problems += self._locate_problems(inferences.problems, store)
        self.progress.done(f"{len(inferences.quads):,} triples inferred")

    def validate(self, statements: Statements) -> None:
        """Ask the shapes, if there are any."""
        if not self.input.shapes:
            return
        self.progress.start("validate")
        problems = check(
            statements, self.files, self.input.shapes, self.parsers, base=self.base, prefixes=self.prefixes
        )
        self.problems += problems
        self.problems += self._parser_warnings(
            [source for source in self.input.shapes if source not in self.input.content]
        )
        self.shapes = tuple(source.name for source in self.input.shapes)
        broken = sum(problem.severity == "violation" for problem in problems)
        self.progress.done(
            "conforms" if not problems else f"{broken:,} violations, {len(problems) - broken:,} warnings"
        )

    def _parser_warnings(self, sources: Sequence[Source]) -> list[Problem]:
        return [problem for source in sources for problem in self.parsers.problems.get(source, ())]

    @property
    def violations(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "violation")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity != "violation")

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes of the files, the first one where they differ, and the standard ones."""
        prefixes: dict[str, str] = {}
        for file in self.files:
            prefixes = file.prefixes | prefixes
        return STANDARD_PREFIXES | prefixes

    def stop_if_broken(self) -> None:
        """Raises BuildError with all problems if one of them is a violation."""
        if self.violations:
            hint = "To build the graph nevertheless, leave the check out: --no-check."
            hints = [Problem(hint, rule="shapes", severity="info")] if self.shapes else []
            raise BuildError([*self.problems, *hints])

    def manifest(self, statements: Statements, scratch: Path, states: Sequence[FileState]) -> dict[str, Any]:
        """Everything that the manifest says except the fingerprint of the input."""
        counts = statistics.counts(statements)
        self.progress.start("write", sum(counts["graphs"].values()))
        doubts = FormatDoubts(counts["properties"])
        digest = content_digest(statements, scratch, self.progress.advance, inspect=doubts.inspect)
        terms = [graph_iri(self.base, source.graph) for source in self.input.content if source.role == "ontology"]
        has_data = any(source.role != "ontology" for source in self.input.content)
        dataset = read_description(statements.store, self.base, terms if has_data else ())
        names = statistics.names(statements.store, counts["properties"])
        triples = {file.source: file.triples for file in self.files}
        return {
            "name": digest[:NAME_LENGTH],
            "sha256": digest,
            "built": datetime.now(UTC).isoformat(timespec="seconds"),
            "base": self.base,
            "title": statistics.title(dataset, self.input.title),
            **counts,
            "formats_in_doubt": sorted(doubts.formats),
            "sources": [
                {
                    "path": state.source.name,
                    "role": (role := self.input.role_of(state.source)),
                    "shapes": state.source in self.input.shapes,
                    "graph": None if role == "shapes" else graph_iri(self.base, state.source.graph),
                    "format": state.source.format.name,
                    "bytes": state.bytes,
                    "sha256": state.sha256,
                    "triples": triples.get(state.source),
                }
                for state in states
            ],
            "excluded": sorted({graph_of(name, self.base).value for name in self.exclude}),
            "reasoning": self.reasoning,
            "validated": None
            if self.shapes is None
            else {
                "shapes": list(self.shapes),
                "warnings": sum(problem.severity == "warning" for problem in self.problems),
            },
            "software": software(),
            "prefixes": self.prefixes,
            "names": names,
            "languages": statistics.languages(statements.store, names),
            "dataset": dataset,
        }

    def _choose_reasoning(self, store: Store) -> tuple[str, str]:
        """Which reasoning to do, and if none although it could be expected, why."""
        if graph_iri(self.base, INFERRED) in {graph_of(name, self.base).value for name in self.exclude}:
            return "none", ""
        if self.reason != "auto":
            return self.reason, ""
        if not self.input.has_ontology:
            return "none", ""
        # Each triple lies in the store twice, in its graph and in the default graph.
        triples = len(store) // 2
        if triples > AUTO_LIMIT:
            return "none", (
                f"skipped: {triples:,} triples are more than the {AUTO_LIMIT:,} up to which it is done unasked; "
                "ask for it with --reason owlrl"
            )
        return "owlrl", ""

    def _locate_problems(self, problems: Sequence[Problem], store: Store) -> Iterator[Problem]:
        """The problems with short names for IRIs, and where the first thing outside the ontology is written."""
        prefixes = self.prefixes
        ontology = {file.source.name for file in self.files if file.source.role == "ontology"}
        things_by_problem = [[Sought(iri) for iri in _IRI.findall(problem.message)] for problem in problems]
        places = locate(store, self.files, self.base, {thing for things in things_by_problem for thing in things})
        for problem, things in zip(problems, things_by_problem, strict=True):
            message = _IRI.sub(lambda match: compact(match[0], prefixes), problem.message)
            candidates = [places[thing] for thing in things if places[thing].file] or [Place()]
            place = next((place for place in candidates if place.file not in ontology), candidates[0])
            yield replace(problem, message=message, file=place.file, line=place.line)
