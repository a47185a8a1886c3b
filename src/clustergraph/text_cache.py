"""Functions of a text that remember what they gave for short ones; clients may send long ones, which are not held."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

MAX_TEXT_CHARACTERS = 500
"""Characters of a text for which the result is remembered."""
Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def remembers_short(
    max_entries: int,
) -> Callable[[Callable[Concatenate[str, Rest], Result]], Callable[Concatenate[str, Rest], Result]]:
    """The same function, which is called again only for long texts and for those of long ago.

    >>> @remembers_short(10)
    ... def size(text: str) -> int:
    ...     print("counting")
    ...     return len(text)
    >>> size("ab"), size("ab")
    counting
    (2, 2)
    """

    def decorate(function: Callable[Concatenate[str, Rest], Result]) -> Callable[Concatenate[str, Rest], Result]:
        remembering = lru_cache(max_entries)(function)

        @wraps(function)
        def call(text: str, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
            if len(text) > MAX_TEXT_CHARACTERS:
                return function(text, *args, **kwargs)
            return remembering(text, *args, **kwargs)  # type: ignore[arg-type]

        return call

    return decorate
