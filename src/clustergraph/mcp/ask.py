"""The tool `sparql`."""

from __future__ import annotations

from clustergraph.engine import syntax
from clustergraph.mcp import arguments, asking, rows, sources
from clustergraph.mcp.knowledge import Knowledge
from clustergraph.mcp.tool import Arguments, Reply, Tool, output

NAME = "sparql"


def run(knowledge: Knowledge, given: Arguments) -> Reply:
    """Ask a query that the assistant wrote."""
    arguments.known(given, ["query", *arguments.PAGING])
    text = arguments.text(given, "query")
    part = arguments.part(given)
    answer = knowledge.engine.query(text, format=asking.format_of(syntax.form(text) or "SELECT"))
    return asking.told(knowledge, answer, part, "")


TOOL = Tool(
    NAME,
    "Ask in SPARQL",
    "Answers a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE). It only reads, and it ends: there are limits of "
    "time, memory and size. Prefixes that `schema` names need no PREFIX line. Ask `schema` first for the terms there "
    "are, and prefer another tool where one answers the question. The default graph is the merge of all named graphs, "
    "so GRAPH is only needed to ask where something stands.",
    arguments.schema(
        {
            "query": {
                "type": "string",
                "description": "The query.",
                "examples": ["SELECT ?type (COUNT(*) AS ?things) { ?thing a ?type } GROUP BY ?type"],
            },
            **arguments.PAGING,
        },
        ["query"],
    ),
    # One schema for three kinds of answer: only the snapshot is in all of them.
    output(
        {
            **rows.SCHEMA,
            **sources.SCHEMA,
            **asking.TRUTH["properties"],
            **asking.GRAPH["properties"],
        },
        [],
    ),
    run,
)
