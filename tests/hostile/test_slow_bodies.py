"""Bodies that come slowly, in part, or many at once: they end, and what they took is given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from clustergraph.web.http import request_body
from clustergraph.web.http.problem import Problem
from clustergraph.web.http.request_body import BodyMemory, read_body

MAX_BYTES = 1000


async def parts(*given: bytes, ends: bool = True) -> AsyncIterator[bytes]:
    """The parts as the server gives them: an empty one at the end, or nothing ever again."""
    for part in given:
        yield part
    if not ends:
        await asyncio.Event().wait()
    yield b""


def read(
    body: AsyncIterator[bytes], declared: int | None = None, take: Callable[[int], bool] = lambda _: True
) -> tuple[bytes, int]:
    return asyncio.run(read_body(body, declared, MAX_BYTES, take))


def test_a_whole_body() -> None:
    assert read(parts(b"ab", b"c"), 3) == (b"abc", 3)
    assert read(parts(b"ab", b"c")) == (b"abc", 3)


def test_of_a_body_too_large_nothing_is_held() -> None:
    memory = BodyMemory(1 << 20)
    with memory.reserve("a") as take:
        assert read(parts(b"x" * 900, b"x" * 900, b"x" * 900), 2700, take) == (b"", 2700)
        assert memory.bytes == 900
    assert memory.bytes == 0


@pytest.mark.parametrize(("given", "declared"), [((b"ab",), 3), ((), 1), ((b"ab", b""), None)])
def test_a_body_that_was_cut_short(given: tuple[bytes, ...], declared: int | None) -> None:
    with pytest.raises(Problem) as caught:
        read(parts(*given), declared)
    assert caught.value.slug == "incomplete-request"


def test_a_declared_trailer_is_no_cut() -> None:
    assert asyncio.run(read_body(parts(b"ab", b""), None, MAX_BYTES, lambda _: True, has_trailer=True)) == (b"ab", 2)


def test_a_body_that_stops_coming_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.05)
    for declared in (500, None):
        with pytest.raises(Problem) as caught:
            read(parts(b"ab", ends=False), declared)
        assert caught.value.slug == "slow-request"


def test_a_body_has_the_longer_the_more_of_it_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_body, "BODY_SECONDS", 0.2)
    monkeypatch.setattr(request_body, "MIN_BODY_BYTES_PER_SECOND", 1000)

    async def paced(size: int) -> AsyncIterator[bytes]:
        """A part each 20 ms, for twice the time that a body has without coming at the least speed."""
        for _ in range(20):
            await asyncio.sleep(0.02)
            yield b"x" * size
        yield b""

    assert read(paced(40), 800)[1] == 800
    with pytest.raises(Problem):
        read(paced(1), 20)


def test_bodies_of_all_and_of_one_client_are_bounded() -> None:
    memory = BodyMemory(4000)
    with memory.reserve("a") as take, memory.reserve("b") as other:
        assert take(1000)
        with pytest.raises(Problem) as caught:
            read(parts(b"x"), 1, take)
        assert caught.value.slug == "busy"
        assert caught.value.headers["Retry-After"]
        assert other(1000)
        assert memory.bytes == 2000
    assert memory.bytes == 0
    assert not memory._by_client


def test_much_memory_is_given_back_when_all_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back = []
    monkeypatch.setattr(request_body, "give_memory_back", lambda: given_back.append(True))

    async def use(size: int) -> None:
        with BodyMemory(1 << 30).reserve("a") as take:
            assert take(size)
        await asyncio.get_running_loop().shutdown_default_executor()

    asyncio.run(use(1000))
    assert not given_back
    asyncio.run(use(request_body.TRIM_BYTES + 1))
    assert given_back


def test_giving_memory_back_is_no_error() -> None:
    request_body.give_memory_back()
