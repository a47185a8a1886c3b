"""Which files make up the graph, in which format, and into which named graph each goes.

In a folder, `ontology/` goes to the graph `ontology`, and every file or folder directly under `data/` is a graph of its
own name; any other file is a graph of its own name, wherever it lies. `shape_files` finds out which files hold shapes;
in `ontology/`, those whose name without ending ends in `shapes` do. What is no RDF is passed over and counted.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from clustergraph.ingest.file_content import CONVERTIBLE, FORMATS, SHARED_ENDINGS, ending_of, recognise, stem_of
from clustergraph.ingest.naming_apart import name_apart
from clustergraph.ingest.problems import BuildError, Problem, Severity
from clustergraph.ingest.source import INFERRED, ONTOLOGY, Role, Source
from clustergraph.snapshots.folder_files import FolderFiles, Selection, matches
from clustergraph.snapshots.source_folder import ABOUT_PAGES, QUERY_ENDINGS, Folder

_PASSED_OVER = " It is passed over."
_MAX_SHOWN_KINDS = 12
_MAX_SHOWN_NAMES = 3


@dataclass(frozen=True, slots=True)
class Input:
    """Everything that a build reads.

    `title` is what to call it when it says no title itself, `problems` what there is to say about files that are passed
    over or have a wrong ending, `excluded_graphs` what was to be left out and is no pattern for files, and
    `contexts` the files of JSON-LD contexts that folders name. `shape_files` are those that hold shapes by what is in
    them, and `shapes_only` those of them that hold nothing else.
    """

    sources: tuple[Source, ...]
    title: str
    problems: tuple[Problem, ...] = ()
    excluded_graphs: tuple[str, ...] = ()
    contexts: Mapping[str, Path] = field(default_factory=dict)
    shape_files: frozenset[Source] = frozenset()
    shapes_only: frozenset[Source] = frozenset()

    @property
    def content(self) -> tuple[Source, ...]:
        """The files that become triples of the graph, the ontology's first."""
        return tuple(source for source in self.sources if self.role_of(source) != "shapes")

    @property
    def shapes(self) -> tuple[Source, ...]:
        """The files that say what a good graph looks like."""
        return tuple(source for source in self.sources if source.role == "shapes" or source in self.shape_files)

    def role_of(self, source: Source) -> Role:
        """What a file is, by its place and by what is in it."""
        return "shapes" if source in self.shapes_only else source.role

    @property
    def has_ontology(self) -> bool:
        return any(source.role == "ontology" for source in self.sources)

    @property
    def dataset(self) -> Source | None:
        """The file that describes the dataset itself, if there is one."""
        return next((source for source in self.sources if source.graph == "dataset"), None)


def discover(
    sources: Folder | Sequence[Path],
    *,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    strict: bool = False,
) -> Input:
    """Find the files of the input, sorted so that the same input is always read in the same order.

    `include` and `exclude` are patterns for files (see `clustergraph.snapshots.folder_files.Selection`); `exclude` may
    have names of graphs among them. With `strict`, a wrong ending, and what is no RDF in a file with an ending of RDF,
    are violations, else warnings.

    Raises BuildError when a file is missing or a folder cannot be read, and when there is nothing to read.

    >>> [source.graph for source in discover(Folder(Path("/nowhere"))).sources]
    Traceback (most recent call last):
        ...
    clustergraph.ingest.problems.BuildError: There is no folder /nowhere. [missing file]
    """
    paths = [sources.root] if isinstance(sources, Folder) else sorted({path.resolve() for path in sources})
    if not paths:
        raise BuildError([Problem("No file was given.", rule="nothing to build")])
    _check_presence(paths, "folder" if isinstance(sources, Folder) else "file")
    patterns = tuple(name for name in exclude if _is_pattern(name))
    names = [name for name in exclude if not _is_pattern(name)]
    search = _Search(Selection(tuple(include), patterns), strict)
    candidates = list(search.find_candidates(paths))
    graphs = {_graph_and_role(candidate.inside)[0] for candidate in candidates} | {INFERRED}
    # A plain name is that of a graph where there is one, else that of a file or folder.
    of_files = {name for name in names if name not in graphs and any(matches(file.inside, name) for file in candidates)}
    found = tuple(search.recognise_all(candidates, Selection(exclude=tuple(of_files))))
    found = tuple(sorted(found, key=lambda source: source.role == "data"))
    problems = (*search.problems, *search.count_passed_over())
    if not found:
        raise BuildError(_nothing_to_build(paths, problems))
    excluded = tuple(name for name in names if name not in of_files)
    return Input(name_apart(found), _title(paths), problems, excluded, search.contexts)


class _Candidate(NamedTuple):
    """A file that may hold RDF: its path relative to the source that it belongs to, and relative to all of them."""

    path: Path
    inside: str
    name: str
    is_named: bool
    """Whether it was named itself and not found in a folder."""


@dataclass
class _Search:
    """Goes through what was named; `problems` and `passed_over` are what there is to say about it."""

    selection: Selection
    strict: bool
    problems: list[Problem] = field(default_factory=list)
    passed_over: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    left_out: int = 0
    contexts: dict[str, Path] = field(default_factory=dict)

    def find_candidates(self, paths: Sequence[Path]) -> Iterator[_Candidate]:
        """The files that were named, and all of the folders that were. Raises BuildError for folders it cannot read."""
        top = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in paths]))
        for path in paths:
            if not path.is_dir():
                yield _Candidate(path, path.name, str(path.relative_to(top)), is_named=True)
                continue
            folder = Folder(path)
            files = FolderFiles(path, self.selection.within(folder.selection))
            self.contexts |= folder.contexts
            start = path.relative_to(top)
            for inside in files:
                if files.selection.accepts(inside):
                    yield _Candidate(path / inside, inside, str(start / inside), is_named=False)
                else:
                    self.left_out += 1
            for inside in files.dangling:
                if ending_of(inside) in FORMATS:
                    self._warn(str(start / inside), "This link leads nowhere, so it is passed over.", "missing file")
            if files.unreadable:
                raise BuildError(
                    [
                        Problem(
                            f"The folder cannot be read: {error.strerror or error}. Make it readable, or leave it out "
                            f"with --exclude.",
                            rule="folder",
                            file=_shown(str(start / inside)),
                        )
                        for inside, error in files.unreadable
                    ]
                )

    def recognise_all(self, candidates: Sequence[_Candidate], selection: Selection) -> Iterator[Source]:
        """The candidates that hold RDF."""
        for candidate in candidates:
            ending = ending_of(candidate.name)
            if not selection.accepts(candidate.inside) or not (candidate.is_named or _accepts(ending)):
                self._pass_over(candidate, selection)
                continue
            content = recognise(candidate.path)
            if candidate.name != _shown(candidate.name):
                text = "The name of the file is not UTF-8; rename it."
                self.problems.append(Problem(text, rule="file name", file=_shown(candidate.name)))
            elif content.format is None:
                if ending in SHARED_ENDINGS and not (candidate.is_named or content.is_like_rdf):
                    self.passed_over[f".{ending} without RDF"].append(candidate.name)
                else:
                    self._warn(candidate.name, f"{content.note}{_PASSED_OVER}", "not RDF")
            else:
                if content.note:
                    self._warn(candidate.name, content.note, "file ending")
                graph, role = _graph_and_role(candidate.inside)
                yield Source(candidate.path, candidate.name, graph, content.format, role)

    def count_passed_over(self) -> Iterator[Problem]:
        """How many files of which kind were passed over, with the first names of each kind."""
        kinds = sorted(self.passed_over.items(), key=lambda item: (-len(item[1]), item[0]))
        texts = [f"{len(names):,} {kind} ({_first_names(names)})" for kind, names in kinds[:_MAX_SHOWN_KINDS]]
        if others := kinds[_MAX_SHOWN_KINDS:]:
            texts.append(f"{sum(len(names) for _, names in others):,} of {len(others)} other kinds")
        if texts:
            yield Problem(f"Passed over, as they are not RDF: {', '.join(texts)}.", rule="passed over", severity="info")
        if self.left_out:
            files = "1 file is" if self.left_out == 1 else f"{self.left_out:,} files are"
            yield Problem(f"{files} left out by patterns.", rule="passed over", severity="info")

    def _pass_over(self, candidate: _Candidate, selection: Selection) -> None:
        if not selection.accepts(candidate.inside):
            self.left_out += 1
        elif not candidate.name.endswith(QUERY_ENDINGS) and not any(
            matches(candidate.inside, page) for page in ABOUT_PAGES
        ):
            ending = ending_of(candidate.name)
            self.passed_over[f".{ending}" if ending else "without an ending"].append(candidate.name)

    def _warn(self, name: str, text: str, rule: str) -> None:
        severity: Severity = "violation" if self.strict else "warning"
        self.problems.append(Problem(text, rule=rule, file=_shown(name), severity=severity))


def _check_presence(paths: Sequence[Path], kind: str) -> None:
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise BuildError([Problem(f"There is no {kind} {path}.", rule="missing file") for path in missing])
    special = [path for path in paths if not (path.is_file() or path.is_dir())]
    if special:
        raise BuildError([Problem(f"{path} is neither a file nor a folder.", rule="missing file") for path in special])


def _nothing_to_build(paths: Sequence[Path], problems: Sequence[Problem]) -> list[Problem]:
    reasons = [
        replace(problem, message=problem.message.removesuffix(_PASSED_OVER), severity="violation")
        for problem in problems
        if problem.severity != "info"
    ]
    if reasons and not any(path.is_dir() for path in paths):
        return reasons
    where = ", ".join(str(path) for path in paths)
    return [
        Problem(f"There is no RDF file in {where}.", rule="nothing to build"),
        *reasons,
        *(problem for problem in problems if problem.severity == "info"),
    ]


def _title(paths: Sequence[Path]) -> str:
    names = [path.name for path in paths]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _is_pattern(name: str) -> bool:
    """Whether what is to be left out is a pattern for files and no name of a graph."""
    return ":" not in name and any(character in name for character in "*?[/")


def _accepts(ending: str) -> bool:
    return ending in FORMATS or ending in CONVERTIBLE


def _graph_and_role(inside: str) -> tuple[str, Role]:
    """The short name of a file's graph, and what the file is, by its path in the source that it belongs to."""
    first, *rest = inside.split("/")
    stem = stem_of(inside)
    if rest and first == "ontology":
        return ONTOLOGY, "shapes" if stem.lower().endswith("shapes") else "ontology"
    if len(rest) > 1 and first == "data":
        return rest[0], "data"
    return stem, "data"


def _first_names(names: Sequence[str]) -> str:
    shown = ", ".join(map(_shown, names[:_MAX_SHOWN_NAMES]))
    return f"{shown}, ..." if len(names) > _MAX_SHOWN_NAMES else shown


def _shown(name: str) -> str:
    """A path in characters that can be written."""
    return os.fsencode(name).decode(errors="replace")
