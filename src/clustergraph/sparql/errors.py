"""What can go wrong with a query, as errors that say what to do next. The engine knows no HTTP."""

from __future__ import annotations

from clustergraph.messages import message


class EngineError(Exception):
    """A query that was not answered. `str()` of it is a sentence for the person who asked."""


class QuerySyntaxError(EngineError):
    """The text is not a SPARQL query.

    `line` and `column` count from 1 in the text as it was given; both are None when the place is not known.

    >>> str(QuerySyntaxError("cannot read '`' here.", 2, 7))
    "Line 2, column 7: cannot read '`' here."
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message if line is None else f"Line {line}, column {column}: {message}")
        self.message = message
        self.line = line
        self.column = column


class EvaluationError(EngineError):
    """The query is well formed but cannot be evaluated."""


class OutsideAddress(EngineError):
    """The query would reach out to `address` (or names a graph that is not here)."""

    def __init__(self, message: str, address: str, keyword: str) -> None:
        super().__init__(message)
        self.address = address
        self.keyword = keyword


class UnsupportedFormat(EngineError):
    """The kind of result this query has cannot be written in the format asked for."""


class LimitPassed(EngineError):
    """A limit was passed and the query was ended. `limit` names it, `allowed` says how much was allowed."""

    def __init__(self, message: str, limit: str, allowed: float, unit: str) -> None:
        super().__init__(message)
        self.limit = limit
        self.allowed = allowed
        self.unit = unit


class DeadlinePassed(LimitPassed):
    """The query took longer than its deadline."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            message("The query did not finish within {seconds} s and was ended.", seconds=f"{seconds:g}"),
            "timeout",
            seconds,
            "seconds",
        )


class MemoryExceeded(LimitPassed):
    """The query needed more memory than one reader may have."""

    def __init__(self, allowed: int) -> None:
        text = message("The query needed more than {most} MiB of memory and was ended.", most=f"{allowed / 2**20:.0f}")
        super().__init__(text, "memory", allowed, "bytes")


class ResultTooLarge(LimitPassed):
    """The serialised result is larger than one answer may be."""

    def __init__(self, allowed: int) -> None:
        text = message(
            "The result is larger than {most} MiB, the most one answer may hold.", most=f"{allowed / 2**20:.0f}"
        )
        super().__init__(text, "result size", allowed, "bytes")


class Busy(EngineError):
    """Every reader is at work and the queue is full, or the wait took too long. Try again after `retry_after` s."""

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class EngineDown(EngineError):
    """The engine itself failed; the query may be fine."""


class StoreDamaged(EngineDown):
    """The files of a snapshot are damaged."""

    def __init__(self) -> None:
        # Without the engine's words, which name files of the service.
        super().__init__(
            "The files of the snapshot that is served are damaged or cannot be read. The query may be fine; the "
            "operator should run `clustergraph verify`."
        )


class SnapshotMoved(EngineDown):
    """A remote engine answered from another snapshot than the one it was asked about; ask again."""


class ClientLeft(EngineError):
    """The client whose query this was has left, so it was ended."""
