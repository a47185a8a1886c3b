"""Whether a text is a SPARQL query, as the engine's own parser says without evaluating anything."""

from __future__ import annotations

from collections.abc import Mapping

from clustergraph.sparql.engine_parser import parse
from clustergraph.sparql.error_messages import explain


def check_syntax(text: str, prefixes: Mapping[str, str] | None = None) -> None:
    """Raise QuerySyntaxError, with line and column, unless `text` is a well-formed SPARQL query.

    `prefixes` are those that it may use without declaring them.

    >>> check_syntax("SELECT * { ?s ?p ?o }")
    """
    try:
        parse(text, prefixes or {})
    except Exception as error:
        raise explain(error, text, prefixes or {}) from error
