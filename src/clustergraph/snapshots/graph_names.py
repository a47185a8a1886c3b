"""Named graphs by their short names."""

from __future__ import annotations

from urllib.parse import unquote

from clustergraph.snapshots.snapshot import Snapshot


class UnknownGraph(LookupError):
    """The snapshot has no named graph of that name."""


def short_name(snapshot: Snapshot, iri: str) -> str:
    """The short name of a graph, or its IRI where it has none.

    >>> from pathlib import Path
    >>> snapshot = Snapshot(Path(), {"base": "https://example.org/", "graphs": {}})
    >>> short_name(snapshot, "https://example.org/graph/my%20data"), short_name(snapshot, "urn:x")
    ('my data', 'urn:x')
    """
    start = f"{snapshot.base}graph/"
    return unquote(iri.removeprefix(start)) if iri.startswith(start) else iri


def graph_iri(snapshot: Snapshot, name: str) -> str:
    """The IRI of the named graph called `name`, a short name or an IRI.

    Raises UnknownGraph, which names those there are.

    >>> from pathlib import Path
    >>> snapshot = Snapshot(Path(), {"base": "https://example.org/", "graphs": {"https://example.org/graph/people": 2}})
    >>> graph_iri(snapshot, "people")
    'https://example.org/graph/people'
    """
    iris = {short_name(snapshot, iri): iri for iri in snapshot.graphs}
    if name in snapshot.graphs:
        return name
    if name in iris:
        return iris[name]
    raise UnknownGraph(f"There is no graph {name!r}. There are: {', '.join(sorted(iris)) or 'none'}.")
