"""Functions of a text that remember what they gave for short ones; clients may send long ones, which are not held.

All of them together hold at most `limit_text_caches` bytes.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

MAX_TEXT_CHARACTERS = 500
"""Characters of a text for which the result is remembered."""
ENTRY_BYTES = 300
"""What an entry costs beside its text and its result."""
DEFAULT_LIMIT_BYTES = 8 << 20
Rest = TypeVarTuple("Rest")
Result = TypeVar("Result")


class _Memory:
    """What all these functions remember: when it becomes too much, all of it is forgotten."""

    def __init__(self) -> None:
        self.limit = DEFAULT_LIMIT_BYTES
        self.bytes = 0
        self.results: list[dict[Hashable, Any]] = []
        self.lock = threading.Lock()

    def keep(self, results: dict[Hashable, Any], key: Hashable, text: str, result: Any) -> None:
        """Remember a result."""
        size = ENTRY_BYTES + sys.getsizeof(text) + _size(result)
        with self.lock:
            if self.bytes + size > self.limit:
                for each in self.results:
                    each.clear()
                self.bytes = 0
            if size <= self.limit and key not in results:
                results[key] = result
                self.bytes += size


TEXT_MEMORY = _Memory()


def limit_text_caches(limit: int) -> None:
    """Let all functions of this process that remember texts take at most `limit` bytes together."""
    TEXT_MEMORY.limit = limit


def remembers_short(function: Callable[[str, *Rest], Result]) -> Callable[[str, *Rest], Result]:
    """The same function, which is called again only for long texts and for those of long ago.

    >>> limit_text_caches(1 << 20)
    >>> @remembers_short
    ... def size(text: str) -> int:
    ...     print("counting")
    ...     return len(text)
    >>> size("ab"), size("ab")
    counting
    (2, 2)
    """
    results: dict[Hashable, Result] = {}
    TEXT_MEMORY.results.append(results)

    @wraps(function)
    def call(text: str, *rest: *Rest) -> Result:
        key = (text, *rest) if rest else text
        try:
            return results[key]
        except KeyError:
            result = function(text, *rest)
        if len(text) <= MAX_TEXT_CHARACTERS:
            TEXT_MEMORY.keep(results, key, text, result)
        return result

    return call


def _size(result: Any) -> int:
    if isinstance(result, Mapping):
        return sys.getsizeof(result) + sum(_size(key) + _size(value) for key, value in result.items())
    return sys.getsizeof(result)
