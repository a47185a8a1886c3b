"""Every distribution that the package imports is declared where it is needed, each with a lower bound."""

from __future__ import annotations

import ast
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from clustergraph.ingest import fingerprint

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRA_OF = {
    "mcp": {"mcp"},
    "cli/mcp.py": {"mcp"},
    "library": {"pandas", "polars", "arrow", "networkx"},
}
"""The folders and modules that may import what one of these extras brings; all others import what the core brings."""


def declared(lines: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in lines}


def imported(path: Path) -> set[str]:
    """The packages of others that a module imports anywhere, within functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"clustergraph"}


def test_every_import_is_of_a_distribution_that_is_declared() -> None:
    package = ROOT / "src/clustergraph"
    distributions = packages_distributions()
    core = declared(PROJECT["dependencies"])
    undeclared = []
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        extras = {name for prefix, names in EXTRA_OF.items() if place.startswith(prefix) for name in names}
        allowed = core.union(*(declared(PROJECT["optional-dependencies"][name]) for name in extras))
        undeclared += [
            f"{place} imports {name}"
            for name in sorted(imported(path))
            if not {canonicalize_name(distribution) for distribution in distributions[name]} & allowed
        ]
    assert undeclared == []


@pytest.mark.parametrize("extra", ["", "pandas", "polars", "arrow", "networkx", "mcp"])
def test_what_is_declared_has_a_lower_bound(extra: str) -> None:
    lines = PROJECT["optional-dependencies"][extra] if extra else PROJECT["dependencies"]
    unbounded = [line for line in lines if ">=" not in line]
    assert unbounded == []


def test_a_build_asks_for_the_versions_of_what_is_installed_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    names = []

    def version(name: str) -> str:
        names.append(canonicalize_name(name))
        return "1.0"

    monkeypatch.setattr(fingerprint, "version", version)
    assert set(fingerprint.software()) >= {"clustergraph", "rdflib"}
    assert set(names) <= {*declared(PROJECT["dependencies"]), canonicalize_name(PROJECT["name"])}
