"""The body of a request as it arrives: in time, whole, and never too many bytes of all of them at once."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from collections import Counter
from collections.abc import AsyncIterable, Callable, Iterator

from clustergraph.messages import message
from clustergraph.web.http.problem import Problem

BODY_SECONDS = 10.0
"""How long a body may take, besides what it takes at the least speed."""
MIN_BODY_BYTES_PER_SECOND = 16 << 10
"""The least speed at which a body has to come."""
MAX_UNREAD_BYTES = 64 << 20
"""Bytes of a body too large that are taken from the client, and dropped: most read no answer before all is sent."""
SILENCE_SECONDS = 3.0
"""Time without more of such a body after which it is taken for all of it."""
MAX_BODIES_BYTES = 64 << 20
"""Bytes of all bodies that are held at once; one client's may take a quarter of that."""
TRIM_BYTES = 8 << 20
"""From so many bytes held on, memory is given back to the system when all are gone."""


class BodyMemory:
    """How many bytes of bodies are held, for all and for each client. Used on one event loop.

    >>> memory = BodyMemory(100)
    >>> with memory.reserve("a") as take:
    ...     take(20), take(20), memory.bytes
    (True, False, 20)
    >>> memory.bytes
    0
    """

    def __init__(self, capacity: int) -> None:
        self.bytes = 0
        self._capacity = capacity
        self._peak = 0
        self._by_client: Counter[str] = Counter()

    @contextlib.contextmanager
    def reserve(self, client: str) -> Iterator[Callable[[int], bool]]:
        """A function that takes bytes for this client and says whether there are as many, until the block ends."""
        reserved = 0

        def take(size: int) -> bool:
            nonlocal reserved
            is_free = self.take(client, size)
            reserved += size * is_free
            return is_free

        try:
            yield take
        finally:
            self._by_client[client] -= reserved
            if not self._by_client[client]:
                del self._by_client[client]
            self.bytes -= reserved
            if not self.bytes and self._peak > TRIM_BYTES:
                self._peak = 0
                asyncio.get_running_loop().run_in_executor(None, give_memory_back)

    def take(self, client: str, size: int) -> bool:
        """Take so many bytes for a client, if there are as many."""
        if self.bytes + size > self._capacity or self._by_client[client] + size > self._capacity // 4:
            return False
        self.bytes += size
        self._peak = max(self._peak, self.bytes)
        self._by_client[client] += size
        return True


async def read_body(
    parts: AsyncIterable[bytes],
    declared: int | None,
    max_bytes: int,
    take: Callable[[int], bool],
    *,
    has_trailer: bool = False,
) -> tuple[bytes, int]:
    """The body, and its size; of one larger than `max_bytes` nothing but the size, as far as it was sent.

    `declared` is its Content-Length; without one it comes in chunks, and with `has_trailer` fields follow them. Raises
    Problem for a body that comes too slowly, that is cut short, or that there is no memory for now.
    """
    loop = asyncio.get_running_loop()
    begin, size, empty_parts, accepted = loop.time(), 0, 0, list[bytes]()
    try:
        async with asyncio.timeout(BODY_SECONDS) as timer:
            async for part in parts:
                size += len(part)
                empty_parts += not part
                deadline = begin + BODY_SECONDS + size / MIN_BODY_BYTES_PER_SECOND
                if size > max_bytes:
                    accepted.clear()
                    if size > max_bytes + MAX_UNREAD_BYTES:
                        break
                    deadline = min(deadline, loop.time() + SILENCE_SECONDS)
                elif not take(len(part)):
                    detail = message("Too many large requests are being sent at once.")
                    raise Problem("busy", detail, {"Retry-After": "2"})
                else:
                    accepted.append(part)
                timer.reschedule(deadline)
    except TimeoutError:
        if size <= max_bytes:
            least = MIN_BODY_BYTES_PER_SECOND >> 10
            raise Problem(
                "slow-request", message("The body came at less than {least} KiB a second.", least=least)
            ) from None
        return b"", size
    # The server gives an empty part at the end of a body in chunks, and another one for a trailer, which has to be
    # declared, or if that end was not sent.
    is_cut = size < declared if declared is not None else empty_parts > 1 + has_trailer
    if is_cut and size <= max_bytes:
        raise Problem("incomplete-request", message("The body was cut short after {size} bytes.", size=size))
    return b"".join(accepted), size


def give_memory_back() -> None:
    """Give free memory, which the C library would keep, back to the system, if the library can do that."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
