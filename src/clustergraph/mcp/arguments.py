"""The arguments of a call, checked: an assistant may send anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clustergraph.catalogue import ParameterError
from clustergraph.mcp.result_rows import MAX_ROWS, ROWS, Part
from clustergraph.spelling import closest

PAGING: dict[str, Any] = {
    "limit": {
        "type": "integer",
        "minimum": 1,
        "maximum": MAX_ROWS,
        "default": ROWS,
        "description": "How many rows to show.",
    },
    "offset": {"type": "integer", "minimum": 0, "default": 0, "description": "How many rows to pass over."},
}


def schema(properties: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """The schema of a tool's arguments."""
    required = required or []
    return {"type": "object", "properties": dict(properties), "required": required, "additionalProperties": False}


def check_names(given: Mapping[str, Any], names: list[str]) -> None:
    """Raise ParameterError for an argument that the tool does not have."""
    for name in given:
        if name not in names:
            hint = f"there are {', '.join(names)}" if names else "it has none"
            raise ParameterError(
                name, f"The tool has no parameter {name!r}; {hint}.", allowed=names, suggestions=closest(name, names)
            )


def read_text(given: Mapping[str, Any], name: str, *, required: bool = True) -> str:
    """A text; empty where none is given and none is needed."""
    value = given.get(name)
    if value is None or value == "":
        if required:
            raise ParameterError(name, f"The parameter {name!r} is missing; give a text.")
        return ""
    return write_value(name, value)


def write_value(name: str, value: Any) -> str:
    """A JSON value as the text of a parameter. Raises ParameterError for a list or an object."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ParameterError(name, f"The value of {name!r} must be a single text, number or truth value, not {value!r}.")


def read_part(given: Mapping[str, Any]) -> Part:
    """The rows that are asked for, by `limit` and `offset`."""
    return Part(_read_whole_number(given, "limit", ROWS, 1, MAX_ROWS), _read_whole_number(given, "offset", 0, 0, None))


def _read_whole_number(given: Mapping[str, Any], name: str, default: int, least: int, most: int | None) -> int:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)  # assistants write numbers as texts now and then
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    allowed_range = f"from {least:,} to {most:,}" if most is not None else f"of at least {least}"
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        raise ParameterError(name, f"The value of {name!r} must be a whole number {allowed_range}, not {value!r}.")
    return value
