"""Which files of a folder count: all, at any depth, but hidden ones, those of tools, and what patterns shut out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

_TOOL_FOLDERS = ("node_modules", "__pycache__", "site-packages")
_STORE_PARTS = {"snapshots", ".lock"}


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns for paths relative to a folder; without `include`, everything is included.

    A pattern without a slash is that of a name at any depth, one with a slash begins at the folder; `**` stands for any
    number of folders, and what matches a folder matches all that is in it.

    >>> Selection(include=("*.ttl",), exclude=("tests",)).accepts("a/b.ttl")
    True
    >>> Selection(exclude=("old/*.ttl", "tests")).accepts("tests/deep/a.ttl")
    False
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def within(self, outer: Selection) -> Selection:
        """This selection where `outer` is the folder's own; patterns to include replace those of the folder."""
        return Selection(self.include or outer.include, (*outer.exclude, *self.exclude))

    def accepts(self, name: str) -> bool:
        """Whether the file of this path is selected."""
        is_included = not self.include or any(matches(name, pattern) for pattern in self.include)
        return is_included and not any(matches(name, pattern) for pattern in self.exclude)


def matches(name: str, pattern: str) -> bool:
    """Whether a pattern of a `Selection` matches a path, or a folder on the way to it.

    >>> matches("a/b/c.ttl", "b"), matches("a/b/c.ttl", "a/*.ttl"), matches("a/b/c.ttl", "a/**/c.*")
    (True, False, True)
    """
    steps = [step for step in pattern.removeprefix("./").split("/") if step]
    if len(steps) == 1 and not pattern.startswith("/"):
        steps = ["**", *steps]
    return bool(steps) and _match_steps(name.split("/"), steps)


def _match_steps(parts: list[str], steps: list[str]) -> bool:
    # `ends` are the places in `parts` up to which the steps so far may reach.
    ends = {0}
    for step in steps:
        if step == "**":
            ends = set(range(min(ends), len(parts) + 1)) if ends else ends
        else:
            ends = {end + 1 for end in ends if end < len(parts) and fnmatchcase(parts[end], step)}
    return bool(ends)


@dataclass
class FolderFiles:
    """Iterate over it for the paths of the files in `root`, relative to it, in order.

    Links are followed where they lead out of the folder or to what is passed over there; else their files are found at
    their own place. `unreadable` are then the folders that could not be read, `dangling` the links that lead nowhere.
    """

    root: Path
    selection: Selection = Selection()
    unreadable: list[tuple[str, OSError]] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        names: list[str] = []
        followed: set[Path] = set()
        real_root = os.path.realpath(self.root)
        folders = [""]
        while folders:
            inside = folders.pop()
            try:
                with os.scandir(self.root / inside) as listing:
                    entries = list(listing)
            except OSError as error:
                self.unreadable.append((inside.rstrip("/"), error))
                continue
            if inside and {entry.name for entry in entries} >= _STORE_PARTS:
                continue  # the snapshots that were built of this folder
            for entry in entries:
                if not _counts(entry.name):
                    continue
                name = f"{inside}{entry.name}"
                if entry.is_symlink() and not self._follows(entry.path, real_root, followed):
                    continue
                if entry.is_dir():
                    if not any(matches(name, pattern) for pattern in self.selection.exclude):
                        folders.append(f"{name}/")
                elif entry.is_file():
                    names.append(name)
                elif entry.is_symlink():
                    self.dangling.append(name)
        return iter(sorted(names, key=lambda name: name.split("/")))

    def _follows(self, link: str, real_root: str, followed: set[Path]) -> bool:
        target = Path(os.path.realpath(link))
        if target in followed or Path(os.path.realpath(Path(link).parent)).is_relative_to(target):
            return False  # it was gone through, or the link leads back
        is_inside = target.exists() and target.is_relative_to(real_root)
        if is_inside and not self.selection.include and all(map(_counts, target.relative_to(real_root).parts)):
            return False
        if target.is_dir():
            followed.add(target)
        return True


def _counts(name: str) -> bool:
    return not name.startswith(".") and name not in _TOOL_FOLDERS
