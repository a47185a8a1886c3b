"""How long work tells what it is doing; whoever wants to see it implements `Progress`."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step in turn: `start`, any number of `advance`, `done`. A step that fails is not `done`."""

    def start(self, step: str, total: int | None = None) -> None:
        """A step begins. `total` is the number of triples it will go through, None if that is not known."""

    def advance(self, count: int) -> None:
        """`count` more triples of this step are dealt with."""

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
