"""From files to a snapshot: discover, parse, load, reason, check, count, name, publish, prune.

Opening a snapshot that is there already goes through this package, too, so nothing is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clustergraph.ingest.pipeline import Built, build, validate
    from clustergraph.ingest.problems import BuildError, Problem, Report
    from clustergraph.progress import Progress

__all__ = ["BuildError", "Built", "Problem", "Progress", "Report", "build", "validate"]

_MODULES = {"pipeline": ("Built", "build", "validate"), "problems": ("BuildError", "Problem", "Report")}


def __getattr__(name: str) -> Any:
    if name == "Progress":
        return import_module("clustergraph.progress").Progress
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
