"""Whether a text is a SPARQL query, told by the engine's own parser and without running it."""

from __future__ import annotations

import pyoxigraph as ox

from clustergraph.engine import syntax
from clustergraph.engine.explain import explain


def check_syntax(text: str) -> None:
    """Raise QuerySyntaxError, with line and column, unless `text` is a well-formed SPARQL query.

    >>> check_syntax("SELECT * { ?s ?p ?o }")
    """
    # The engine computes solutions and triples only when they are asked for, but the answer of an ASK at once.
    if syntax.form(text) == "ASK":
        at = next(token.start for token in syntax.tokens(text) if token.text.upper().startswith("ASK"))
        text = f"{text[:at]}SELECT * {text[at + len('ASK') :]}"
    try:
        ox.Store().query(text)
    except Exception as error:
        raise explain(error, text, {}) from error
