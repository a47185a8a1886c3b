"""Which files make up the graph, in which format, and into which named graph each goes.

In a folder, `ontology/` goes to the graph `ontology`, except shapes, and every file or folder directly under `data/`
is a graph of its own name. A file in `ontology/` holds shapes when its name without ending ends in `shapes`:
`shapes.ttl`, `person-shapes.ttl`. Shapes check the graph and are no part of it.

In a list of files, each file is a graph of its own name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pyoxigraph import RdfFormat

from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.snapshots.source_folder import Folder

FORMATS: dict[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "turtle": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "ntriples": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdf": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
    "n3": RdfFormat.N3,
}
"""File endings and what they mean; each may be followed by `.gz`."""

ONTOLOGY = "ontology"
INFERRED = "inferred"

_BACKUPS = ("~", ".bak", ".orig", ".swp", ".tmp")
_NOT_DATA = ("readme", "license", "licence", "copying", "notice", "changelog")

Role = Literal["ontology", "data", "shapes"]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the input. `name` is its path relative to the input, `graph` the short name of its graph."""

    path: Path
    name: str
    graph: str
    format: RdfFormat
    role: Role

    @property
    def compressed(self) -> bool:
        return self.path.suffix.lower() == ".gz"


@dataclass(frozen=True, slots=True)
class Input:
    """Everything that a build reads. `title` is what to call it when it says no title itself."""

    sources: tuple[Source, ...]
    title: str

    @property
    def content(self) -> tuple[Source, ...]:
        """The files that become triples of the graph, the ontology's first."""
        return tuple(source for source in self.sources if source.role != "shapes")

    @property
    def shapes(self) -> tuple[Source, ...]:
        """The files that say what a good graph looks like."""
        return tuple(source for source in self.sources if source.role == "shapes")

    @property
    def has_ontology(self) -> bool:
        return any(source.role == "ontology" for source in self.sources)

    @property
    def dataset(self) -> Source | None:
        """The file that describes the dataset itself, if there is one."""
        return next((source for source in self.sources if source.graph == "dataset"), None)


def graph_iri(base: str, name: str) -> str:
    """The IRI of the graph with the short name `name`.

    >>> graph_iri("https://example.org/", "my data")
    'https://example.org/graph/my%20data'
    """
    return f"{base}graph/{quote(name, safe=_IRI_SAFE)}"


_IRI_SAFE = "-._~!$&'()*+,;=:@"


def discover(sources: Folder | Sequence[Path]) -> Input:
    """Find the files of the input, sorted so that the same input is always read in the same order.

    Raises BuildError when a file is missing, has an ending that says no RDF format, or when there is nothing at all.

    >>> [source.graph for source in discover(Folder(Path("/nowhere"))).sources]
    Traceback (most recent call last):
        ...
    clustergraph.ingest.problems.BuildError: There is no RDF file in ontology/ or data/ of /nowhere. [nothing to build]
    """
    return _of_folder(sources) if isinstance(sources, Folder) else _of_files(sources)


def _of_folder(folder: Folder) -> Input:
    files: list[tuple[Path, str, Role]] = []
    for path in _files(folder.ontology, folder.root):
        is_shapes = _stem(path).lower().endswith("shapes")
        files.append((path, ONTOLOGY, "shapes" if is_shapes else "ontology"))
    for path in _files(folder.data, folder.root):
        inside = path.relative_to(folder.data)
        files.append((path, _stem(path) if len(inside.parts) == 1 else inside.parts[0], "data"))
    if not any(role != "shapes" for _, _, role in files):
        message = f"There is no RDF file in ontology/ or data/ of {folder.root}."
        raise BuildError([Problem(message, rule="nothing to build")])
    return Input(_sources(files, folder.root), folder.root.resolve().name)


def _of_files(paths: Sequence[Path]) -> Input:
    paths = sorted({path.resolve() for path in paths})
    if not paths:
        raise BuildError([Problem("No file was given.", rule="nothing to build")])
    problems = [
        Problem(
            f"{path} is a folder without ontology/ or data/; name the files in it instead."
            if path.is_dir()
            else f"There is no file {path}.",
            rule="missing file",
        )
        for path in paths
        if not path.is_file()
    ]
    if problems:
        raise BuildError(problems)
    root = Path(os.path.commonpath([path.parent for path in paths]))
    title = ", ".join(path.name for path in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
    return Input(_sources([(path, _stem(path), "data") for path in paths], root), title)


def _sources(files: Sequence[tuple[Path, str, Role]], root: Path) -> tuple[Source, ...]:
    sources, problems = [], []
    for path, graph, role in files:
        name = _shown(path, root)
        form = _format(path)
        if name != str(path.relative_to(root)):
            problems.append(Problem("The name of the file is not UTF-8; rename it.", rule="file name", file=name))
        elif form is None:
            endings = ", ".join(f".{ending}" for ending in FORMATS)
            problems.append(
                Problem(
                    f"The ending says no RDF format that can be read. Use one of {endings}, each also with .gz, "
                    "or keep the file elsewhere.",
                    rule="unknown format",
                    file=name,
                )
            )
        else:
            sources.append(Source(path, name, graph, form, role))
    if problems:
        raise BuildError(problems)
    return tuple(sources)


def _shown(path: Path, root: Path) -> str:
    """The path relative to the input, in characters that can be written."""
    return os.fsencode(path.relative_to(root)).decode(errors="replace")


def _files(folder: Path, base: Path) -> Iterator[Path]:
    """The files in a folder of the input, in order. Raises BuildError for a folder that cannot be gone through."""

    def refuse(error: OSError) -> None:
        if folder.exists():
            reason = f"The folder cannot be read: {error.strerror}."
            raise BuildError([Problem(reason, rule="folder", file=_shown(Path(error.filename), base))]) from error

    for root, folders, names in os.walk(folder, followlinks=True, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            inner = Path(root, name)
            if inner.is_symlink() and Path(root).resolve().is_relative_to(inner.resolve()):
                reason = "This link leads back to a folder that it lies in; remove it."
                raise BuildError([Problem(reason, rule="folder", file=_shown(inner, base))])
        for name in sorted(names):
            if name.startswith((".", "#")) or name.lower().endswith(_BACKUPS):
                continue
            if name.lower().split(".")[0] in _NOT_DATA and _format(Path(name)) is None:
                continue
            yield Path(root, name)


def _format(path: Path) -> RdfFormat | None:
    name = path.name.lower().removesuffix(".gz")
    _, dot, ending = name.rpartition(".")
    return FORMATS.get(ending) if dot else None


def _stem(path: Path) -> str:
    return Path(path.name[:-3] if path.name.lower().endswith(".gz") else path.name).stem
