"""Prints the lowest version that pyproject.toml allows of each package, as constraints for pip.

What tests run with counts, too: pytest and what it needs. `make test-lowest` installs these and runs the tests.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
EXTRAS = ("pandas", "polars", "arrow", "networkx", "mcp")
"""The extras that a part of the package needs; the others are for those who work on it."""


def lower_bounds(extras: tuple[str, ...] = EXTRAS) -> Iterator[Requirement]:
    """The requirements of the package and of these extras; each must have a lower bound, which stands as `==`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    for requirement in map(Requirement, lines):
        lowest = [specifier.version for specifier in requirement.specifier if specifier.operator == ">="]
        if len(lowest) != 1:
            raise ValueError(f"{requirement} has no lower bound")
        yield Requirement(f"{requirement.name}=={lowest[0]}")


if __name__ == "__main__":
    print(*lower_bounds(), sep="\n")
