"""The engine's own parser without the engine: it reads a query and evaluates nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox

_STORE = ox.Store()


def parse(text: str, prefixes: Mapping[str, str]) -> None:
    """Raise SyntaxError unless the text is a query with these prefixes; now and then ValueError or RuntimeError.

    The parser calls itself for what is nested, so a deep text of some ten thousand tokens ends the process.
    """
    try:
        # Two settings that exclude each other: the engine says so after parsing, and before it plans and evaluates.
        _STORE.query(text, prefixes=dict(prefixes), use_default_graph_as_union=True, default_graph=ox.DefaultGraph())
    except ValueError as error:
        if "use_default_graph_as_union" not in str(error):
            raise


def is_query(text: str, prefixes: Mapping[str, str]) -> bool:
    """Whether the text is a query with these prefixes."""
    try:
        parse(text, prefixes)
    except (SyntaxError, ValueError, RuntimeError):
        return False
    return True
