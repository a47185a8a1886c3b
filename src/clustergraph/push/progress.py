"""How a push tells what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step in turn: `start`, any number of `advance`, `done`."""

    def start(self, step: str, total: int | None = None) -> None:
        """A step begins that goes through `total` triples."""

    def advance(self, count: int) -> None:
        """`count` more triples are dealt with."""

    def done(self, note: str = "") -> None:
        """The step is over; `note` says in a few words what came of it."""


class Silent:
    """Tells nobody."""

    def start(self, step: str, total: int | None = None) -> None:
        pass

    def advance(self, count: int) -> None:
        pass

    def done(self, note: str = "") -> None:
        pass
