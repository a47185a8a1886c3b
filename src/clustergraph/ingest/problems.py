"""What is wrong with the input, as data and as text that a curator can act on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

Severity = Literal["violation", "warning", "info"]

_MAX_SINGLE_PROBLEMS = 4
_MAX_SHOWN_PLACES = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: what it is about, which rule it breaks, where it is written, and what to do.

    `file` is relative to the folder that was built; empty when the problem is of the graph as a whole.
    `line` and `column` count from 1.

    >>> print(Problem("Give it a label.", what="ex:a", rule="sh:minCount", file="data/a.ttl", line=3))
    data/a.ttl:3: ex:a: Give it a label. [sh:minCount]
    """

    message: str
    what: str = ""
    rule: str = ""
    value: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    severity: Severity = "violation"

    @property
    def place(self) -> str:
        """The file with line and column as editors understand it, as far as they are known."""
        parts = [_printable(self.file), self.line, self.column]
        return ":".join(str(part) for part in parts if part) if self.file else ""

    def __str__(self) -> str:
        return f"{self.place}: {self._text()}" if self.file else self._text()

    def _text(self) -> str:
        text = f"{self.what}: {self.message}" if self.what else self.message
        if self.value and self.value not in text:
            text += f" Found: {self.value}."
        if self.rule:
            text += f" [{self.rule}]"
        return text if self.severity == "violation" else f"{self.severity}: {text}"


def listing(problems: Iterable[Problem]) -> str:
    """The problems as text, grouped by file; those of no file come last.

    What is wrong in the same way many times in a file is said once, with the first few places.

    >>> print(listing([Problem("Give it a label.", what="ex:a", file="data/a.ttl", line=3), Problem("Empty.")]))
    data/a.ttl
      data/a.ttl:3: ex:a: Give it a label.
    The graph as a whole
      Empty.
    """

    lines: list[str] = []
    for file, in_file in groupby(sorted(problems, key=_order), key=lambda problem: problem.file):
        lines.append(_printable(file) or "The graph as a whole")
        same: dict[tuple[str, str, str], list[Problem]] = {}
        for problem in in_file:
            same.setdefault((problem.message, problem.rule, problem.severity), []).append(problem)
        for group in same.values():
            if len(group) <= _MAX_SINGLE_PROBLEMS:
                lines.extend(f"  {problem}" for problem in group)
            else:
                summary = replace(group[0], what=f"{len(group)} times", value="", file="")
                lines.append(f"  {summary}")
                lines.extend(f"    {_place_and_thing(problem)}" for problem in group[:_MAX_SHOWN_PLACES])
                if len(group) > _MAX_SHOWN_PLACES:
                    lines.append(f"    and {len(group) - _MAX_SHOWN_PLACES} more")
    return "\n".join(lines)


def _printable(name: str) -> str:
    """The name of a file without line ends and what else would steer a terminal."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in name)


def _order(problem: Problem) -> tuple[bool, str, int, int, str]:
    return (not problem.file, problem.file, problem.line or 0, problem.column or 0, str(problem))


def _place_and_thing(problem: Problem) -> str:
    text = f"{problem.what}: {problem.value}" if problem.what and problem.value else problem.what or problem.value
    return f"{problem.place}: {text}" if problem.file else text


class BuildError(Exception):
    """The input cannot be published. `problems` says why; nothing was written and nothing replaced."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(tuple(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return str(self.problems[0])
        return f"{len(self.problems)} problems:\n{listing(self.problems)}"


@dataclass(frozen=True, slots=True)
class Report:
    """What checking the input found. `triples` counts the distinct ones, `inferred` those that reasoning added."""

    problems: tuple[Problem, ...] = ()
    triples: int = 0
    inferred: int = 0
    shapes: tuple[str, ...] = ()
    graphs: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether a build would publish this input: there may be warnings, but no violation."""
        return not any(problem.severity == "violation" for problem in self.problems)

    def __str__(self) -> str:
        return listing(self.problems) if self.problems else "No problems."
