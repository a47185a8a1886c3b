"""Shows the examples in docstrings, which run as doctests, as code on the site.

mkdocstrings loads this as an extension. A docstring here is Markdown, in which `>>>` would be a quotation: each example
gets the fence that a page would have.
"""

from __future__ import annotations

import doctest
from typing import Any

import griffe


class Examples(griffe.Extension):
    """Puts a fence around every example of a docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        """Called for each thing that was read from the sources."""
        if obj.docstring:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """A docstring with a fence around each run of examples.

    >>> fenced("Adds.\\n\\n>>> 1 + 1\\n2").splitlines()
    ['Adds.', '', '```pycon', '>>> 1 + 1', '2', '```']
    """
    told: list[str] = []
    fence: list[str] = []
    for part in doctest.DocTestParser().parse(text):
        if isinstance(part, doctest.Example):
            indent = " " * part.indent
            first, *more = part.source.rstrip("\n").split("\n")
            fence += [f"{indent}>>> {first}", *(f"{indent}... {line}" for line in more)]
            fence += [f"{indent}{line}" if line else "" for line in part.want.rstrip("\n").split("\n") if part.want]
        elif part.strip():
            told += [*_block(fence), part.strip("\n")]
            fence = []
    return "\n\n".join([*told, *_block(fence)])


def _block(lines: list[str]) -> list[str]:
    return ["\n".join(["```pycon", *lines, "```"])] if lines else []
