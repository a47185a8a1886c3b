"""All tools of a graph, by name."""

from __future__ import annotations

from clustergraph.catalogue import Catalogue
from clustergraph.mcp import canned_query_tools, describe_tool, schema_tool, search_tool, sparql_tool
from clustergraph.mcp.tool import Tool

OWN = (search_tool.TOOL, describe_tool.TOOL, sparql_tool.TOOL, schema_tool.TOOL)
"""What every graph has. A canned query of the same name knows its graph better, and takes the place."""


def toolbox(catalogue: Catalogue) -> dict[str, Tool]:
    """The tools, ours first.

    >>> list(toolbox(Catalogue()))
    ['search', 'describe', 'sparql', 'schema']
    """
    tools = {tool.name: tool for tool in OWN}
    for query in catalogue:
        tools[query.name] = canned_query_tools.tool(query)
    return tools
