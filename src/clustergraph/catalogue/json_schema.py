"""What a parameter may be, as JSON Schema: for OpenAPI, for the tools of assistants and for forms."""

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
    schema = dict(TYPES.get(parameter.type, {"type": "string"}))
    if parameter.choices:
        schema["enum"] = [_to_json(parameter, choice) for choice in parameter.choices]
    if parameter.default is not None:
        schema["default"] = _to_json(parameter, parameter.default)
    if parameter.example is not None:
        schema["examples"] = [_to_json(parameter, parameter.example)]
    return schema


def object_schema(query: CannedQuery) -> dict[str, Any]:
    """All parameters of a query as one object.

    >>> from clustergraph.catalogue import Catalogue
    >>> from clustergraph.snapshots.source_folder import published
    >>> schema = object_schema(Catalogue.load(published().queries)["clusters-by-country"])
    >>> schema["required"], schema["properties"]["phase"]["enum"]
    (['country'], ['concept', 'implementation'])
    """
    return {
        "type": "object",
        "properties": {
            parameter.name: {**parameter_schema(parameter), "description": str(parameter.description)}
            for parameter in query.parameters
        },
        "required": [parameter.name for parameter in query.parameters if parameter.is_needed],
        "additionalProperties": False,
    }


def _to_json(parameter: Parameter, text: str) -> Any:
    if parameter.type == "integer":
        return int(text)
    if parameter.type == "number":
        return float(text)
    if parameter.type == "boolean":
        return text.lower() in ("true", "1")
    return text
