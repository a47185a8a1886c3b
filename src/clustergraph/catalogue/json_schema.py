"""What a parameter may be, as JSON Schema: for OpenAPI, for tools of assistants, for whoever makes a form."""

from __future__ import annotations

from typing import Any

from clustergraph.catalogue.model import CannedQuery, Parameter

TYPES: dict[str, dict[str, Any]] = {
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}


def parameter_schema(parameter: Parameter) -> dict[str, Any]:
    """The values that a parameter takes; its description is left to the caller.

    >>> from clustergraph.catalogue.model import Words
    >>> parameter_schema(Parameter("n", "_n_integer", "integer", False, Words("Size."), default="5", example="3"))
    {'type': 'integer', 'default': 5, 'examples': [3]}
    """
    found = dict(TYPES.get(parameter.type, {"type": "string"}))
    if parameter.choices:
        found["enum"] = [_typed(parameter, choice) for choice in parameter.choices]
    if parameter.default is not None:
        found["default"] = _typed(parameter, parameter.default)
    if parameter.example is not None:
        found["examples"] = [_typed(parameter, parameter.example)]
    return found


def is_needed(parameter: Parameter) -> bool:
    """Whether a value has to be given: the query needs one and has none of its own."""
    return parameter.required and parameter.default is None


def object_schema(query: CannedQuery) -> dict[str, Any]:
    """All parameters of a query as one object.

    >>> from clustergraph.catalogue import Catalogue
    >>> from clustergraph.snapshots.source_folder import published
    >>> found = object_schema(Catalogue.load(published().queries)["clusters-by-country"])
    >>> found["required"], found["properties"]["phase"]["enum"]
    (['country'], ['concept', 'implementation'])
    """
    return {
        "type": "object",
        "properties": {
            one.name: {**parameter_schema(one), "description": str(one.description)} for one in query.parameters
        },
        "required": [one.name for one in query.parameters if is_needed(one)],
        "additionalProperties": False,
    }


def _typed(parameter: Parameter, text: str) -> Any:
    if parameter.type == "integer":
        return int(text)
    if parameter.type == "number":
        return float(text)
    if parameter.type == "boolean":
        return text.lower() in ("true", "1")
    return text
