"""Names for graphs and addresses of files that are told apart: two files of one name stay two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

from clustergraph.ingest.source import INFERRED, ONTOLOGY, Source


def name_apart(sources: Sequence[Source]) -> tuple[Source, ...]:
    """The same files, each with the short name of its graph and with an address of its own.

    Files are graphs of their own, but for those of terms, and those of a folder that is a graph as a whole. What would
    have the name of another, or of what reasoning adds, is called by as much of its path as tells it apart.
    """
    units = {source: _find_unit(source) for source in sources if source.role == "data"}
    taken = {INFERRED} | ({ONTOLOGY} if any(source.role == "ontology" for source in sources) else set())
    graphs = _tell_apart(set(units.values()), taken)
    addresses = _tell_apart({source.name for source in sources}, set(), with_ending=True)
    return tuple(
        replace(
            source,
            graph=graphs[units[source]] if source in units else source.graph,
            address=addresses[source.name].replace("/", "-"),
        )
        for source in sources
    )


def _find_unit(source: Source) -> str:
    """The path of what becomes one graph: of the file, or of the folder that the file's graph is called by."""
    parts = PurePath(source.name).parts
    is_folder = len(parts) > 2 and "data" in parts[:-2] and parts[parts.index("data") + 1] == source.graph
    return "/".join(parts[: parts.index("data") + 2]) + "/" if is_folder else source.name


def _tell_apart(paths: Iterable[str], taken: set[str], *, with_ending: bool = False) -> dict[str, str]:
    """A name for each path, that no other has and that is not taken: the shortest end of the path that will do."""
    spellings = {path: list(_list_spellings(path, with_ending=with_ending)) for path in paths}
    chosen = dict.fromkeys(spellings, 0)
    for _ in range(max(map(len, spellings.values()), default=0)):
        uses = Counter(spellings[path][place] for path, place in chosen.items())
        clashes = [path for path, place in chosen.items() if uses[name := spellings[path][place]] > 1 or name in taken]
        if not clashes:
            break
        chosen |= {path: min(chosen[path] + 1, len(spellings[path]) - 1) for path in clashes}
    return {path: spellings[path][place] for path, place in chosen.items()}


def _list_spellings(path: str, *, with_ending: bool) -> Iterable[str]:
    """The ends of a path, the last part first.

    >>> list(_list_spellings("2023/values.ttl", with_ending=False))
    ['values', '2023/values', 'values.ttl', '2023/values.ttl']
    """
    parts = path.rstrip("/").split("/")
    stem = parts[-1] if path.endswith("/") else _cut_ending(parts[-1])
    for last in (parts[-1],) if with_ending else (stem, parts[-1]):
        for start in range(len(parts) - 1, -1, -1):
            yield "/".join((*parts[start:-1], last))


def _cut_ending(name: str) -> str:
    path = PurePath(name)
    return PurePath(path.stem).stem if path.suffix.lower() in (".gz", ".bz2", ".xz") else path.stem
