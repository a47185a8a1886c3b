"""What a tool is: how it is described, and what it does with arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from clustergraph.mcp.graph_context import GraphContext

Arguments = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a tool found: a text to read, and the same as data."""

    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool. `input` and `output` are JSON Schemas; `run` raises what `error_messages.user_message` puts in words."""

    name: str
    title: str
    description: str
    input: dict[str, Any]
    output: dict[str, Any]
    run: Callable[[GraphContext, Arguments], Reply]


def output(properties: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    """The schema of a reply's data: every reply names the snapshot that it was drawn from."""
    return {
        "type": "object",
        "properties": {
            "snapshot": {"type": "string", "description": "Name of the snapshot, to cite the answer by."},
            "warnings": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Where the engine may not answer as the standard of SPARQL says.",
            },
            **properties,
        },
        "required": ["snapshot", *required],
    }


def reply(context: GraphContext, parts: list[str], data: Mapping[str, Any]) -> Reply:
    """A reply of these parts of text, without those that are empty."""
    return Reply("\n\n".join(filter(None, parts)), {"snapshot": context.snapshot.name, **data})
