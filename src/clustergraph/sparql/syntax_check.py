"""Whether a text is a SPARQL query, as the engine's own parser says without evaluating anything."""

from __future__ import annotations

from collections.abc import Mapping

from clustergraph.sparql import tokens
from clustergraph.sparql.engine_parser import parse
from clustergraph.sparql.error_messages import explain
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.mending import mend

MAX_DEPTH = 200
"""How deep brackets may be nested; in some forms, some more than 500 end the process."""
MAX_TOKENS = 20_000
"""How many words and marks are read; of some forms that need no brackets, some 100,000 end the process."""


def check_syntax(text: str, prefixes: Mapping[str, str] | None = None) -> None:
    """Raise QuerySyntaxError, with line and column, unless `text` is a well-formed SPARQL query.

    `prefixes` are those that it may use without declaring them.

    >>> check_syntax("SELECT * { ?s ?p ?o }")
    """
    _check_depth(text)
    mended = mend(text, prefixes or {})
    try:
        parse(mended.text, prefixes or {})
    except Exception as error:
        raise mended.locate(explain(error, mended.text, prefixes or {}), text) from error


def _check_depth(text: str) -> None:
    """Raise QuerySyntaxError for a text that is nested so deeply, or so long, that the parser would end the process."""
    depth = 0
    for number, token in enumerate(tokens.tokens(text)):
        if token.text in ("{", "(", "["):
            depth += 1
        elif token.text in ("}", ")", "]"):
            depth -= 1
        if depth > MAX_DEPTH:
            raise QuerySyntaxError(
                f"from here on, brackets are nested more than {MAX_DEPTH} deep.", *tokens.position(text, token.start)
            )
        if number > MAX_TOKENS:
            raise QuerySyntaxError(
                f"here stands the word {MAX_TOKENS:,}, the last that is read.", *tokens.position(text, token.start)
            )
