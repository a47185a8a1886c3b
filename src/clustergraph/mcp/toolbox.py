"""All tools of a graph, by name."""

from __future__ import annotations

from clustergraph.catalogue import Catalogue
from clustergraph.mcp import ask, canned, describe, schema, search
from clustergraph.mcp.tool import Tool

OWN = (search.TOOL, describe.TOOL, ask.TOOL, schema.TOOL)
"""What every graph has. A canned query of the same name knows its graph better, and takes the place."""


def toolbox(catalogue: Catalogue) -> dict[str, Tool]:
    """The tools, ours first.

    >>> list(toolbox(Catalogue()))
    ['search', 'describe', 'sparql', 'schema']
    """
    tools = {one.name: one for one in OWN}
    for query in catalogue:
        tools[query.name] = canned.tool(query)
    return tools
