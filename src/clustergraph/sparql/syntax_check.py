"""Whether a text is a SPARQL query, told by the engine's own parser and without running it."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

from clustergraph.sparql import tokens
from clustergraph.sparql.error_messages import explain


def check_syntax(text: str, prefixes: Mapping[str, str] | None = None) -> None:
    """Raise QuerySyntaxError, with line and column, unless `text` is a well-formed SPARQL query.

    `prefixes` are those that it may use without declaring them.

    >>> check_syntax("SELECT * { ?s ?p ?o }")
    """
    # The engine computes solutions and triples only when they are asked for, but the answer of an ASK at once.
    if tokens.form(text) == "ASK":
        at = next(token.start for token in tokens.tokens(text) if token.text.upper().startswith("ASK"))
        text = f"{text[:at]}SELECT * {text[at + len('ASK') :]}"
    try:
        try:
            ox.Store().query(text)
        except SyntaxError:
            ox.Store().query(text, prefixes=dict(prefixes or {}))
    except Exception as error:
        raise explain(error, text, prefixes or {}) from error
