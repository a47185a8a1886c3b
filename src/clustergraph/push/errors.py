"""What can go wrong on the way into a remote engine, as sentences that say what to do next."""

from __future__ import annotations


class PushError(Exception):
    """The snapshot was not, or not wholly, loaded. `str()` of it is a sentence for the person who pushes."""


class Unreachable(PushError):
    """Nothing answers at the address, or the connection went away and did not come back."""


class Refused(PushError):
    """The engine answered, and said no."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Different(PushError):
    """What the engine holds is not what was sent. `differences` names each graph and what is wrong there."""

    def __init__(self, message: str, differences: tuple[str, ...]) -> None:
        super().__init__("\n".join((message, *(f"  {difference}" for difference in differences))))
        self.differences = differences
