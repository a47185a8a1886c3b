"""Folder or files -> snapshot: load, reason, validate, write."""

from clustergraph.build.pipeline import Built, build, validate
from clustergraph.build.problems import BuildError, Problem, Report
from clustergraph.progress import Progress

__all__ = ["BuildError", "Built", "Problem", "Progress", "Report", "build", "validate"]
