"""The folder that a graph is built from: any folder, in which `ontology/`, `data/` and `queries/` have a meaning."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import platformdirs

from clustergraph.snapshots.folder_files import FolderFiles, Selection

SETTINGS_FILE = "clustergraph.toml"
QUERY_ENDINGS = (".rq", ".sparql")
ABOUT_PAGES = ("/about.??.md", "/queries/about.??.md")
"""Patterns for what the page "About" of a folder says, a file for each language."""


class FolderSettingsError(ValueError):
    """The file of settings in a folder cannot be used."""


@dataclass(frozen=True)
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

    @cached_property
    def selection(self) -> Selection:
        """Which files in it count, by `include` and `exclude` in its SETTINGS_FILE. Raises FolderSettingsError."""
        return Selection(self._list_setting("include"), self._list_setting("exclude"))

    @cached_property
    def contexts(self) -> dict[str, Path]:
        """Files for addresses of JSON-LD contexts, by `contexts` in its SETTINGS_FILE. Raises FolderSettingsError."""
        table = self._settings.get("contexts", {})
        if not (isinstance(table, dict) and all(isinstance(file, str) for file in table.values())):
            raise FolderSettingsError(
                f"{self.root / SETTINGS_FILE}: `contexts` must be a table of addresses and files."
            )
        return {address: self.root / file for address, file in table.items()}

    def query_files(self, endings: tuple[str, ...] = QUERY_ENDINGS) -> list[Path]:
        """The files of canned queries, at any depth, or those whose names end otherwise."""
        files = FolderFiles(self.root, self.selection)
        return [self.root / name for name in files if name.endswith(endings) and self.selection.accepts(name)]

    @cached_property
    def _settings(self) -> dict[str, Any]:
        path = self.root / SETTINGS_FILE
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        except (OSError, ValueError) as error:
            raise FolderSettingsError(f"{path} cannot be read: {error}.") from error
        unknown = settings.keys() - {"include", "exclude", "contexts"}
        if unknown:
            names = ", ".join(sorted(unknown))
            raise FolderSettingsError(f"{path}: there is no {names}; there are include, exclude and contexts.")
        return settings

    def _list_setting(self, name: str) -> tuple[str, ...]:
        patterns = self._settings.get(name, [])
        if not (isinstance(patterns, list) and all(isinstance(pattern, str) for pattern in patterns)):
            raise FolderSettingsError(f"{self.root / SETTINGS_FILE}: `{name}` must be a list of patterns.")
        return tuple(patterns)


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
