"""The build from beginning to end: load -> reason -> validate -> write."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Store

from clustergraph.ingest import statistics
from clustergraph.ingest.build_job import BuildJob, Reasoning
from clustergraph.ingest.fingerprint import file_states, fingerprint
from clustergraph.ingest.literal_recorder import LiteralRecorder
from clustergraph.ingest.load import base_of, checked_base
from clustergraph.ingest.parse import BadIris
from clustergraph.ingest.parse_limits import DEFAULT_LIMITS, ParseLimits
from clustergraph.ingest.parser_process import ParserProcess
from clustergraph.ingest.problems import BuildError, Problem, Report
from clustergraph.ingest.shape_files import find_shapes
from clustergraph.ingest.snapshot_writer import new_snapshot, set_current, store_lock
from clustergraph.ingest.sources import Input, discover
from clustergraph.ingest.verify import can_be_opened
from clustergraph.progress import Progress, Silent
from clustergraph.snapshots.snapshot import SNAPSHOTS, NoSnapshot, Snapshot
from clustergraph.snapshots.source_folder import Folder
from clustergraph.snapshots.statements import Statements


@dataclass(frozen=True, slots=True)
class Built:
    """What a build gave. `unchanged`: the same input had been built before, so nothing was done.

    `warnings` are what the shapes found and what does not stop a build.
    """

    snapshot: Snapshot
    unchanged: bool
    seconds: float
    warnings: tuple[Problem, ...] = ()


def build(
    sources: Folder | Sequence[Path],
    *,
    store: Path,
    base: str | None = None,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    strict: bool = False,
    lenient: bool = False,
    contexts: Mapping[str, Path] | None = None,
    reason: Reasoning = "auto",
    check: bool = True,
    force: bool = False,
    limits: ParseLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Built:
    """Build a snapshot from a folder or from RDF files, and let the store folder's `current` point at it.

    `store` is the folder for snapshots; it is made if need be. `base` is the IRI (ending in `/`) for names of graphs
    and for relative IRIs; without it, it is the void:uriSpace that `data/dataset.*` states. `include` are patterns of
    the files to read, `exclude` patterns of those to leave out, and names of graphs to leave out before reasoning, by
    short name or IRI. `strict` refuses what there is a warning for else: wrong endings of files, and IRIs that are
    none. These are read percent-encoded, unless `lenient` leaves their triples out. `contexts` are files for the
    addresses of JSON-LD contexts. `reason`: `owlrl` applies the OWL 2 RL rules, `none` does not, `auto` does for a
    folder with an ontology and at most 100,000 triples. `check=False` does not ask the shapes. `force` builds even if
    the same input was built before. `limits` are what parsing one file may take.

    Raises BuildError, and leaves everything as it was, when the input is not well formed, contradicts itself, or
    breaks a shape.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "people.ttl")
    ...     _ = file.write_text('<ada> <http://xmlns.com/foaf/0.1/name> "Ada" .')
    ...     snapshot = build([file], store=Path(folder, "store")).snapshot
    >>> snapshot.graphs
    {'http://localhost:8080/graph/people': 1}
    """
    started = time.monotonic()
    input = discover(sources, include=include, exclude=exclude, strict=strict)
    reading = _Reading(input, strict, lenient, contexts or {})
    if base is not None:
        checked_base(base)
    states = {state.source: state for state in file_states(input)}
    with store_lock(store):
        choices: Any = {"base": base, "exclude": input.excluded_graphs, "reason": reason, "parsing": reading.describe()}
        input_digest = fingerprint(states.values(), **choices)
        earlier = None if force else _find_built(store, input_digest, must_be_checked=check)
        if earlier is not None:
            set_current(store, earlier.name)
            return Built(earlier, unchanged=True, seconds=time.monotonic() - started)
        with reading.start_parsers(limits) as parsers, new_snapshot(store) as writer:
            base_iri = base_of(input, base, parsers)
            input = find_shapes(input, parsers, base_iri)
            job = BuildJob(input, parsers, base_iri, input.excluded_graphs, reason, progress or Silent())
            job.fill(writer.store, writer.literals)
            if check:
                job.validate(writer.statements)
            job.stop_if_broken()
            # A file may have changed since it was hashed; what counts is what was parsed.
            states |= parsers.states
            manifest = job.manifest(writer.statements, writer.path, list(states.values()))
            input_digest = fingerprint(states.values(), **choices)
            snapshot = writer.publish(manifest | {"input": input_digest})
            job.progress.done(f"snapshot {snapshot.name}")
    return Built(snapshot, unchanged=False, seconds=time.monotonic() - started, warnings=job.warnings)


def validate(
    sources: Folder | Sequence[Path],
    *,
    base: str | None = None,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    strict: bool = False,
    lenient: bool = False,
    contexts: Mapping[str, Path] | None = None,
    reason: Reasoning = "auto",
    limits: ParseLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Report:
    """Load, reason and validate as `build` does, in memory, and report everything that was found. Writes nothing.

    Raises BuildError only when the input cannot be found or the options make no sense.
    """
    input = discover(sources, include=include, exclude=exclude, strict=strict)
    reading = _Reading(input, strict, lenient, contexts or {})
    store, literals = Store(), LiteralRecorder()
    with reading.start_parsers(limits) as parsers:
        base_iri = base_of(input, base, parsers)
        input = find_shapes(input, parsers, base_iri)
        shapes = tuple(source.name for source in input.shapes)
        job = BuildJob(input, parsers, base_iri, input.excluded_graphs, reason, progress or Silent())
        try:
            job.fill(store, literals)
            job.validate(Statements(store, literals))
        except BuildError as error:
            # Some of them are in both.
            return Report(tuple(dict.fromkeys((*job.problems, *error.problems))), shapes=shapes)
    counts = statistics.counts(Statements(store, literals))
    return Report(
        tuple(job.problems),
        triples=counts["triples"],
        inferred=job.reasoning["added"],
        shapes=shapes,
        graphs=counts["graphs"],
    )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the files of an input are parsed. Raises ValueError for what does not go together."""

    input: Input
    strict: bool
    lenient: bool
    given_contexts: Mapping[str, Path]

    def __post_init__(self) -> None:
        if self.strict and self.lenient:
            raise ValueError("Choose strict or lenient, not both.")

    @property
    def contexts(self) -> dict[str, Path]:
        """The files of JSON-LD contexts, by their addresses."""
        return {**self.input.contexts, **self.given_contexts}

    def start_parsers(self, limits: ParseLimits) -> ParserProcess:
        """What parses the files. One of them may be the context of another, by its path."""
        documents = {
            str(source.path.resolve()): source.path
            for source in self.input.sources
            if source.format == RdfFormat.JSON_LD
        }
        bad_iris: BadIris = "refuse" if self.strict else "drop" if self.lenient else "encode"
        return ParserProcess(limits, bad_iris, documents | self.contexts)

    def describe(self) -> list[str]:
        """Everything about it that the result depends on. Raises BuildError for a context that cannot be read."""
        words = [name for name in ("strict", "lenient") if getattr(self, name)]
        for address, path in sorted(self.contexts.items()):
            try:
                words.append(f"{address} {hashlib.sha256(path.read_bytes()).hexdigest()}")
            except OSError as error:
                message = f"The file {path} of the context {address} cannot be read: {error.strerror}."
                raise BuildError([Problem(message, rule="JSON-LD context")]) from error
        return words


def _find_built(store: Path, input_digest: str, *, must_be_checked: bool) -> Snapshot | None:
    for path in sorted((store / SNAPSHOTS).iterdir()):
        try:
            snapshot = Snapshot.open(path)
        except NoSnapshot:
            continue
        is_same = snapshot.manifest.get("input") == input_digest
        has_shapes = any(source.get("shapes") for source in snapshot.manifest.get("sources", ()))
        is_checked = snapshot.manifest.get("validated") or not has_shapes
        if is_same and (is_checked or not must_be_checked) and can_be_opened(path):
            return snapshot
    return None
