"""The build from beginning to end: load -> reason -> validate -> write."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Store

from clustergraph.ingest import statistics
from clustergraph.ingest.build_job import BuildJob, Reasoning
from clustergraph.ingest.fingerprint import file_states, fingerprint
from clustergraph.ingest.literal_recorder import LiteralRecorder
from clustergraph.ingest.load import base_of, checked_base
from clustergraph.ingest.parse_limits import DEFAULT_LIMITS, ParseLimits
from clustergraph.ingest.parser_process import ParserProcess
from clustergraph.ingest.problems import BuildError, Problem, Report
from clustergraph.ingest.snapshot_writer import new_snapshot, set_current, store_lock
from clustergraph.ingest.sources import discover
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
    exclude: Collection[str] = (),
    reason: Reasoning = "auto",
    check: bool = True,
    force: bool = False,
    limits: ParseLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Built:
    """Build a snapshot from a folder or from RDF files, and let the store folder's `current` point at it.

    `store` is the folder for snapshots; it is made if need be. `base` is the IRI (ending in `/`) for names of graphs
    and for relative IRIs; without it, it is the void:uriSpace that `data/dataset.*` states. `exclude` names graphs to
    leave out before reasoning, by short name or IRI. `reason`: `owlrl` applies the OWL 2 RL rules, `none` does not,
    `auto` does for a folder with an ontology and at most 100,000 triples. `check=False` does not ask the shapes.
    `force` builds even if the same input was built before. `limits` are what parsing one file may take.

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
    input = discover(sources)
    if base is not None:
        checked_base(base)
    states = {state.source: state for state in file_states(input)}
    with store_lock(store):
        mark = fingerprint(states.values(), base=base, exclude=exclude, reason=reason)
        earlier = None if force else _find_built(store, mark, must_be_checked=check and bool(input.shapes))
        if earlier is not None:
            set_current(store, earlier.name)
            return Built(earlier, unchanged=True, seconds=time.monotonic() - started)
        with ParserProcess(limits) as parsers, new_snapshot(store) as writer:
            job = BuildJob(input, parsers, base_of(input, base, parsers), exclude, reason, progress or Silent())
            job.fill(writer.store, writer.literals)
            if check:
                job.validate(writer.statements)
            job.stop_if_broken()
            # A file may have changed since it was hashed; what counts is what was parsed.
            states |= parsers.states
            manifest = job.manifest(writer.statements, writer.path, list(states.values()))
            mark = fingerprint(states.values(), base=base, exclude=exclude, reason=reason)
            snapshot = writer.publish(manifest | {"input": mark})
            job.progress.done(f"snapshot {snapshot.name}")
    return Built(snapshot, unchanged=False, seconds=time.monotonic() - started, warnings=job.warnings)


def validate(
    sources: Folder | Sequence[Path],
    *,
    base: str | None = None,
    exclude: Collection[str] = (),
    reason: Reasoning = "auto",
    limits: ParseLimits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Report:
    """Load, reason and validate as `build` does, in memory, and report everything that was found. Writes nothing.

    Raises BuildError only when the input cannot be found or the options make no sense.
    """
    input = discover(sources)
    shapes = tuple(source.name for source in input.shapes)
    store, literals = Store(), LiteralRecorder()
    with ParserProcess(limits) as parsers:
        job = BuildJob(input, parsers, base_of(input, base, parsers), exclude, reason, progress or Silent())
        try:
            job.fill(store, literals)
            job.validate(Statements(store, literals))
        except BuildError as error:
            return Report((*job.problems, *error.problems), shapes=shapes)
    counts = statistics.counts(Statements(store, literals))
    return Report(
        tuple(job.problems),
        triples=counts["triples"],
        inferred=job.reasoning["added"],
        shapes=shapes,
        graphs=counts["graphs"],
    )


def _find_built(store: Path, mark: str, *, must_be_checked: bool) -> Snapshot | None:
    for path in sorted((store / SNAPSHOTS).iterdir()):
        try:
            snapshot = Snapshot.open(path)
        except NoSnapshot:
            continue
        is_same = snapshot.manifest.get("input") == mark
        if is_same and (snapshot.manifest.get("validated") or not must_be_checked) and can_be_opened(path):
            return snapshot
    return None
