"""What can go wrong with canned queries, as errors that say what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clustergraph.messages import message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a query file, or with only a warning, odd about it. `line` counts from 1.

    >>> print(Problem("targets.rq", 3, "The key 'sumary' is not known."))
    targets.rq:3: The key 'sumary' is not known.
    """

    file: str
    line: int
    message: str
    is_warning: bool = False
    """Whether the query can be used all the same."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class CatalogueError(Exception):
    """Query files that cannot be used. `problems` holds all that was found, in the order of files and lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        listed = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The query files have {count}:\n{listed}")


class UnknownQuery(LookupError):
    """There is no canned query of this name. `near` holds names that look like it."""

    def __init__(self, name: str, near: Sequence[str] = ()) -> None:
        self.name = name
        self.near = tuple(near)
        detail = message("There is no query {name!r}.", name=name)
        super().__init__(detail + message("Did you mean {near}?", near=self.near) if self.near else detail)


class ParameterError(ValueError):
    """A parameter that is missing, unknown, repeated, or has a value that cannot be used.

    `allowed` holds every value there is when they are few; `suggestions` holds values close to the one given.
    """

    def __init__(
        self, parameter: str, message: str, *, allowed: Sequence[str] = (), suggestions: Sequence[str] = ()
    ) -> None:
        self.parameter = parameter
        self.message = message
        self.allowed = tuple(allowed)
        self.suggestions = tuple(suggestions)
        super().__init__(message)
