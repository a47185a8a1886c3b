"""The folder that a curator keeps: `ontology/`, `data/` and `queries/`, each of them optional."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import platformdirs


@dataclass(frozen=True, slots=True)
class Folder:
    """Where a graph's parts lie."""

    root: Path

    @property
    def ontology(self) -> Path:
        return self.root / "ontology"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def queries(self) -> Path:
        return self.root / "queries"

    def is_one(self) -> bool:
        """Whether any of the three parts is there."""
        return any(part.is_dir() for part in (self.ontology, self.data, self.queries))


def published() -> Folder:
    """The folder of the graph that comes with this package: in the wheel, or the checkout it was installed from.

    >>> published().is_one()
    True
    """
    inside = Folder(Path(__file__).parents[1] / "published")
    return inside if inside.is_one() else Folder(Path(__file__).parents[3])


def bundled_folder() -> Path:
    """Where the wheel has the snapshot of `published()`; a checkout has it only while a wheel is made."""
    return Path(__file__).parents[1] / "shipped"


def default_store(*sources: Path) -> Path:
    """Where the snapshots of a folder or of files lie unless a store is named: in the user's cache, a place for each.

    >>> default_store(Path("a.ttl")) != default_store(Path("b.ttl"))
    True
    """
    paths = sorted(str(source.resolve()) for source in sources)
    mark = hashlib.sha256("\n".join(paths).encode()).hexdigest()[:8]
    return Path(platformdirs.user_cache_dir("clustergraph")) / f"{Path(paths[0]).stem or 'graph'}-{mark}"
