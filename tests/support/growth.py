"""Whether work grows no faster than its input: twice the input may take at most two and a half times the time."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

MAX_RATIO = 2.5
MEASURABLE_SECONDS = 0.002
"""What takes less is not compared: the clock and the other processes would say more than the work."""
MAX_SECONDS = 5.0
"""What takes longer is ended; no size here needs that long."""
ROUNDS = 12


def check_growth(act: Callable[[str], object], make: Callable[[int], str], *, largest: int = 1 << 16) -> None:
    """Raise AssertionError if the action takes more than `MAX_RATIO` times as long for a text of twice the length.

    `make` gives the text of a length. Lengths are doubled until the action takes long enough to be
    measured well.
    """
    size = 1 << 11
    seconds = _least(act, make(size))
    while size < largest and seconds < 10 * MEASURABLE_SECONDS:
        more = _least(act, make(2 * size))
        for number in range(ROUNDS):
            if more <= MAX_RATIO * max(seconds, MEASURABLE_SECONDS):
                break
            # Both again, for either may have been disturbed; whatever disturbs may take a while.
            time.sleep(0.02 * number)
            seconds, more = min(seconds, _least(act, make(size))), min(more, _least(act, make(2 * size)))
        assert more <= MAX_RATIO * max(seconds, MEASURABLE_SECONDS), (
            f"{size} characters like {make(size)[:40]!r} take {seconds:.4f} s, twice as many {more:.4f} s"
        )
        size, seconds = 2 * size, more


def _least(act: Callable[[str], object], text: str) -> float:
    """The least of a few measurements, fewer where one takes long."""
    least = float("inf")
    for _ in range(3):
        begin = time.process_time()
        with _ended_after(MAX_SECONDS):
            act(text)
        least = min(least, time.process_time() - begin)
        if least < MEASURABLE_SECONDS / 4 or least > 0.1:
            break
    return least


@contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    def end(*_: Any) -> None:
        raise AssertionError(f"More than {seconds} s for one text.")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds * 4)  # the machine may be busy
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
