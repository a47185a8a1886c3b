"""What went wrong, in words that an assistant can act on."""

from __future__ import annotations

from clustergraph.catalogue import ParameterError
from clustergraph.sparql.errors import (
    Busy,
    DeadlinePassed,
    EngineDown,
    EngineError,
    LimitPassed,
    MemoryExceeded,
    OutsideAddress,
    QuerySyntaxError,
)

ADVICE: tuple[tuple[type[EngineError], str], ...] = (
    (QuerySyntaxError, "Mend the query and ask again."),
    (OutsideAddress, "Ask without SERVICE and FROM; everything there is, is here."),
    (DeadlinePassed, "Ask for less: name more of what is known, aggregate less, add LIMIT."),
    (MemoryExceeded, "Ask for less: avoid joins of everything with everything, DISTINCT and ORDER BY over all."),
    (LimitPassed, "Ask for less: fewer columns, or LIMIT and OFFSET."),
    (EngineDown, "The query may be fine; ask again, and if it fails again, tell whoever runs this."),
)
MAX_ALLOWED = 40
MAX_CHARACTERS = 2_000
"""How long a refusal may be: it says again what was sent, and that may be anything."""


class NotFound(LookupError):
    """There is no such thing, tool or resource; the message says what is near."""


def user_message(error: Exception) -> str | None:
    """The error in words; None for a fault of the server itself."""
    text = _explain(error)
    if text is None or len(text) <= MAX_CHARACTERS:
        return text
    half = MAX_CHARACTERS // 2
    return f"{text[:half]} … {text[-half:]}"


def _explain(error: Exception) -> str | None:
    if isinstance(error, ParameterError):
        return _explain_parameter(error)
    if isinstance(error, Busy):
        return f"{error} Ask again in {error.retry_after} s."
    if isinstance(error, EngineError):
        advice = next((text for kind, text in ADVICE if isinstance(error, kind)), "")
        return " ".join(part for part in (str(error), advice) if part)
    if isinstance(error, NotFound):
        return str(error)
    return None


def _explain_parameter(error: ParameterError) -> str:
    parts = [error.message]
    if error.suggestions:
        parts.append(f"Perhaps: {', '.join(error.suggestions)}.")
    listed = [value for value in error.allowed if value not in error.message]
    if listed and len(error.allowed) <= MAX_ALLOWED:
        parts.append(f"Allowed: {', '.join(error.allowed)}.")
    return f"Parameter {error.parameter}: {' '.join(parts)}"
