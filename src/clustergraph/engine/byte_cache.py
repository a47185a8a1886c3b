"""The room that the caches of a service share, so that one setting bounds them all."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")
Key = TypeVar("Key", bound=Hashable)

ENTRY_BYTES = 500
"""What an entry costs beside its key and value: headers, bookkeeping."""


class CacheMemory:
    """Room for the values of several caches, whose sizes add up to at most `capacity` bytes.

    What was used longest ago goes first, whichever cache it is in. Safe to use from many threads.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.bytes = 0
        self.entries: OrderedDict[tuple[ByteCache[Any], Hashable], tuple[Any, int]] = OrderedDict()
        self.lock = threading.Lock()


class ByteCache(Generic[Value]):
    """The most recently used values in a room that may be shared, or in one of its own of so many bytes.

    >>> cache = ByteCache[str](2000)
    >>> for key in "abc":
    ...     cache.put(key, key * 3, 300)
    >>> cache.get("a"), cache.get("c"), len(cache)
    (None, 'ccc', 2)
    """

    def __init__(self, memory: CacheMemory | int) -> None:
        self._memory = CacheMemory(memory) if isinstance(memory, int) else memory
        self.bytes = 0
        self.hits = 0
        self.misses = 0
        self._count = 0

    @property
    def capacity(self) -> int:
        """Bytes of the room."""
        return self._memory.capacity

    def get(self, key: Hashable) -> Value | None:
        """The value, now the most recently used, or None."""
        with self._memory.lock:
            return self._find(key)

    def get_all(self, keys: Iterable[Key]) -> dict[Key, Value]:
        """The values that there are."""
        with self._memory.lock:
            values = {key: self._find(key) for key in keys}
        return {key: value for key, value in values.items() if value is not None}

    def _find(self, key: Hashable) -> Value | None:
        entry = self._memory.entries.get((self, key))
        if entry is None:
            self.misses += 1
            return None
        self._memory.entries.move_to_end((self, key))
        self.hits += 1
        value: Value = entry[0]
        return value

    def put(self, key: Hashable, value: Value, size: int) -> None:
        """Keep the value of `size` bytes, unless it alone would take more than a quarter of the room."""
        memory = self._memory
        size += ENTRY_BYTES + size_of(key)
        if size > max(memory.capacity // 4, 2 * ENTRY_BYTES):
            return
        with memory.lock:
            _, old_size = memory.entries.pop((self, key), (None, 0))
            self._count += not old_size
            self.bytes += size - old_size
            memory.bytes += size - old_size
            memory.entries[self, key] = (value, size)
            while memory.bytes > memory.capacity:
                (cache, _), (_, freed) = memory.entries.popitem(last=False)
                cache.bytes -= freed
                cache._count -= 1
                memory.bytes -= freed

    def __len__(self) -> int:
        return self._count


def size_of(value: Any) -> int:
    """The bytes that a value takes, with what is in it; of objects that are neither texts nor collections, about.

    >>> size_of("a" * 1000) < size_of("\N{SNOWMAN}" * 1000) < size_of(("a" * 2000, ["b" * 2000]))
    True
    """
    size = sys.getsizeof(value)
    if type(value) is str:  # nearly all of what is asked about
        return size
    if isinstance(value, dict):
        return size + sum(size_of(key) + size_of(part) for key, part in value.items())
    if isinstance(value, (tuple, list, set, frozenset)):
        return size + sum(map(size_of, value))
    return size
