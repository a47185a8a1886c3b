"""Modules depend one way, and what is special to this repository's graph is in its folders, not in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src/clustergraph"
LAYERS = (
    "moved",
    *("build", "snapshot", "graph_names", "cite", "engine.errors"),
    "messages",
    "progress",
    "spelling",
    "text_cache",
    "sandbox",
    "rdf",
    "sparql",
    "snapshots",
    "ingest",
    "engine",
    "engine.lookups",
    "engine.readers",
    "engine.cache",
    "engine.snapshot_follower",
    "engine.remote",
    "settings",
    "push",
    "catalogue",
    "describe",
    "library",
    "aio",
    "web.service",
    "web.http",
    "web.middleware",
    "web.pages",
    "web.endpoints",
    "web",
    "mcp",
    "cli",
    "__main__",
)
"""Each part imports only from parts before its own. The package itself, which has the version, all may import."""
USED_BY = {
    "flask": ("web", "web.http", "web.pages", "web.endpoints"),
    "werkzeug": ("web", "web.http", "web.middleware", "web.pages", "web.endpoints"),
    "granian": ("web", "cli"),
    "click": ("cli",),
    "rich": ("cli",),
    "pyshacl": ("ingest",),
    "owlrl": ("ingest",),
    "SPARQLWrapper": ("engine.remote",),
}
"""Packages of others, and the parts that alone use them."""


def modules() -> dict[str, Path]:
    found = {}
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE.parent).with_suffix("").as_posix().replace("/", ".")
        found[name.removesuffix(".__init__")] = path
    return found


def part(module: str) -> str:
    """The part of the package that a module belongs to; empty for the package itself."""
    names = module.split(".")[1:]
    inner = ".".join(names[:2])
    return inner if inner in LAYERS else ".".join(names[:1])


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """What a module imports when it runs, within functions too: the line, and the module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    known = modules()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and id(node) not in for_types:
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and id(node) not in for_types:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield node.lineno, inner if inner in known else str(node.module)


def test_every_part_is_in_a_layer() -> None:
    assert sorted(LAYERS) == sorted({part(name) for name in modules()} - {""})


def test_imports_lead_to_lower_layers() -> None:
    height = {one: number for number, one in enumerate(LAYERS)}
    wrong = [
        f"{path}:{line}: {part(module)} imports {name}"
        for module, path in modules().items()
        for line, name in imports(path)
        if part(module) and name.startswith("clustergraph.") and part(name) != part(module)
        if height[part(name)] >= height[part(module)]
    ]
    assert wrong == []


def test_no_modules_import_each_other() -> None:
    needs = {module: {name for _, name in imports(path)} & modules().keys() for module, path in modules().items()}
    TopologicalSorter(needs).prepare()  # raises CycleError, which names the modules of a circle


def test_some_packages_are_used_in_one_part_only() -> None:
    wrong = [
        f"{path}:{line}: {part(module)} imports {name}"
        for module, path in modules().items()
        for line, name in imports(path)
        if part(module) not in USED_BY.get(name.partition(".")[0], (part(module),))
    ]
    assert wrong == []


def test_the_code_does_not_know_what_the_published_graph_is_about() -> None:
    """Docstrings may have examples of it; names and strings of the code may not."""
    wrong = []
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, (ast.Name, ast.Attribute)):
                text = node.id if isinstance(node, ast.Name) else node.attr
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                text = node.value
            else:
                continue
            if re.search(r"cluster(?!graph)|countr(y|ies)", text, re.IGNORECASE):
                wrong.append(f"{path}:{node.lineno}: {text}")
    assert wrong == []
