"""Functions of a text that remember what they gave for short ones; clients may send long ones, which are not held."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

MAX_TEXT_CHARACTERS = 500
"""Characters of a text for which the result is remembered."""
Rest = TypeVarTuple("Rest")
Result = TypeVar("Result")


def remembers_short(
    max_entries: int,
) -> Callable[[Callable[[str, *Rest], Result]], Callable[[str, *Rest], Result]]:
    """The same function, which is called again only for long texts and for those of long ago.

    >>> @remembers_short(10)
    ... def size(text: str) -> int:
    ...     print("counting")
    ...     return len(text)
    >>> size("ab"), size("ab")
    counting
    (2, 2)
    """

    def decorate(function: Callable[[str, *Rest], Result]) -> Callable[[str, *Rest], Result]:
        remembering = lru_cache(max_entries)(function)

        @wraps(function)
        def call(text: str, *rest: *Rest) -> Result:
            return remembering(text, *rest) if len(text) <= MAX_TEXT_CHARACTERS else function(text, *rest)

        return call

    return decorate
