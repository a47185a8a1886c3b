"""What a build depends on, in one digest: when it is the same as before, so is the result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.source import Source
from clustergraph.ingest.sources import Input

_SOFTWARE = ("pyoxigraph", "rdflib", "owlrl", "pyshacl")


@dataclass(frozen=True, slots=True)
class FileState:
    """A source file as it was when it was read."""

    source: Source
    bytes: int
    sha256: str


def software() -> dict[str, str]:
    """The versions of everything that has a part in the result."""
    return {"clustergraph": version("clustergraph-kg")} | {name: version(name) for name in _SOFTWARE}


def file_states(input: Input) -> tuple[FileState, ...]:
    """Size and SHA-256 of every file. Raises BuildError for those that cannot be read."""
    states, problems = [], []
    for source in input.sources:
        try:
            with source.path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                states.append(FileState(source, file.tell(), digest))
        except OSError as error:
            advice = "Make it readable, or leave it out with --exclude."
            message = f"The file cannot be read: {error.strerror or error}. {advice}"
            problems.append(Problem(message, rule="file", file=source.name))
    if problems:
        raise BuildError(problems)
    return tuple(states)


def fingerprint(
    states: Collection[FileState], *, base: str | None, exclude: Collection[str], reason: str, parsing: Sequence[str]
) -> str:
    """One digest of the files and of everything else that decides what a build gives.

    `base` is None where the files decide on it, `parsing` says how files are read.
    """
    input = {
        "files": sorted(
            [state.source.name, state.source.role, state.source.graph, state.source.format.name, state.sha256]
            for state in states
        ),
        "base": base,
        "exclude": sorted(set(exclude)),
        "reason": reason,
        "parsing": parsing,
        "software": software(),
        "literals": "as written",  # which snapshots of earlier versions did not keep
    }
    return hashlib.sha256(json.dumps(input, sort_keys=True).encode()).hexdigest()
