"""The tool `sparql`."""

from __future__ import annotations

from clustergraph.mcp import arguments, replies, result_rows, source_references
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.tool import Arguments, Reply, Tool, output
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query

NAME = "sparql"


def run(context: GraphContext, given: Arguments) -> Reply:
    """Ask a query that the assistant wrote."""
    arguments.check_names(given, ["query", *arguments.PAGING])
    query = ParsedQuery(arguments.read_text(given, "query"))
    part = arguments.read_part(given)
    answer = context.engine.answer(Query(query, format=replies.format_of(query.form or "SELECT")))
    return replies.reply_of(context, answer, part, "")


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
            **result_rows.SCHEMA,
            **source_references.SCHEMA,
            **replies.TRUTH["properties"],
            **replies.GRAPH["properties"],
        },
        [],
    ),
    run,
)
