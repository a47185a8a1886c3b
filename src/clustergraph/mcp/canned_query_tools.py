"""Canned queries as tools."""

from __future__ import annotations

from clustergraph.catalogue import CannedQuery
from clustergraph.catalogue.json_schema import object_schema
from clustergraph.mcp import arguments, replies
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.tool import Arguments, Reply, Tool
from clustergraph.sparql.query import Query


def tool(query: CannedQuery) -> Tool:
    """The tool that asks a canned query: its parameters, and which rows of the answer to show."""
    schema = object_schema(query)
    if query.form != "ASK":
        # A parameter of the query's own with such a name keeps its meaning.
        schema["properties"] = {**arguments.PAGING, **schema["properties"]}

    def run(context: GraphContext, given: Arguments) -> Reply:
        return _run(context, query, given)

    return Tool(
        query.name,
        str(query.summary),
        f"{query.summary}. {' '.join(str(query.description).split())}",
        schema,
        replies.schema(query.form),
        run,
    )


def _run(context: GraphContext, query: CannedQuery, given: Arguments) -> Reply:
    own = [parameter.name for parameter in query.parameters]
    paging = [name for name in arguments.PAGING if name not in own and query.form != "ASK"]
    arguments.check_names(given, [*own, *paging])
    part = arguments.read_part({name: given.get(name) for name in paging})
    texts = {
        name: arguments.write_value(name, value) for name, value in given.items() if name in own and value is not None
    }
    bindings = context.catalogue.bind(context.engine, query, texts)
    answer = context.engine.answer(Query(query.text, bindings=bindings, format=replies.format_of(query.form)))
    heading = ", ".join([str(query.summary), *(f"{name}={text}" for name, text in texts.items())])
    variables = [parameter.variable for parameter in query.parameters if parameter.type == "iri"]
    things = [str(bindings[variable]) for variable in variables if variable in bindings]
    return replies.reply_of(context, answer, part, heading, things)
