"""The server: tools and resources as the protocol has them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from clustergraph import __version__
from clustergraph.catalogue import ParameterError
from clustergraph.mcp import error_messages, resources
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.tool import Reply, Tool
from clustergraph.mcp.tools import toolbox
from clustergraph.sparql.errors import EngineDown
from clustergraph.spelling import closest

NAME = "clustergraph"
MAX_CONCURRENT_CALLS = 16
"""How many calls are worked on at once; further ones wait."""
MAX_ATTEMPTS = 3

_LOG = logging.getLogger(__name__)
_Value = TypeVar("_Value")
_Context = ServerRequestContext[Any]


def make_server(context: GraphContext) -> Server[Any]:
    """The server of a graph, to be run on a transport."""
    tools = toolbox(context.catalogue)
    readable = resources.resources(context)
    limiter = anyio.CapacityLimiter(MAX_CONCURRENT_CALLS)

    async def run_in_thread(work: Callable[[], _Value]) -> _Value:
        # A call that is cancelled is not waited for; its query ends by its own deadline.
        return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=limiter)

    async def list_tools(_: _Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_describe_tool(tool) for tool in tools.values()])

    async def call_tool(_: _Context, call: types.CallToolRequestParams) -> types.CallToolResult:
        tool = tools.get(call.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, _explain_unknown("tool", call.name, list(tools)))
        return await run_in_thread(lambda: _call(context, tool, call.arguments or {}))

    async def list_resources(_: _Context, __: types.PaginatedRequestParams | None) -> types.ListResourcesResult:
        return types.ListResourcesResult(resources=[resource.described for resource in readable.values()])

    async def list_templates(_: _Context, __: types.PaginatedRequestParams | None) -> types.ListResourceTemplatesResult:
        template = types.ResourceTemplate(
            uri_template=resources.TEMPLATE,
            name="thing",
            title="A thing",
            description="The data of a thing in Turtle. `name` is its IRI, percent-encoded, or what comes in it behind "
            f"{context.snapshot.base}",
            mime_type=resources.TURTLE.media_type,
        )
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(_: _Context, request: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        text, media_type = await run_in_thread(lambda: _read(context, readable, request.uri))
        contents = types.TextResourceContents(uri=request.uri, mime_type=media_type, text=text)
        return types.ReadResourceResult(contents=[contents])

    title = context.snapshot.title()
    return Server(
        NAME,
        version=__version__,
        title=title,
        instructions=_instructions(context, title),
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


def _instructions(context: GraphContext, title: str) -> str:
    return (
        f"{title}. {context.snapshot.metadata('description')}".strip() + "\n"
        "Prefer the tool that answers the question; `search` and `describe` find and explain things; for anything else "
        "ask `schema` and write SPARQL for `sparql`.\n"
        "Answers name the snapshot they were drawn from, and the sources they rest on: pass both on.\n"
        "What the graph does not say is not known, and not therefore false."
    )


def _describe_tool(tool: Tool) -> types.Tool:
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input,
        output_schema=tool.output,
        annotations=types.ToolAnnotations(
            title=tool.title, read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def run_on_one_snapshot(context: GraphContext, tool: Tool, arguments: dict[str, Any]) -> Reply:
    """The tool's reply, drawn from the snapshot that it names: if another snapshot comes between the queries of a call,
    all of them are asked again."""
    for _ in range(MAX_ATTEMPTS):
        snapshot_name = context.snapshot.name
        reply = tool.run(context, arguments)
        if reply.data["snapshot"] == snapshot_name:
            return reply
    raise EngineDown("Snapshots follow one another too fast for an answer from a single one.")


def _call(context: GraphContext, tool: Tool, arguments: dict[str, Any]) -> types.CallToolResult:
    try:
        reply = run_on_one_snapshot(context, tool, arguments)
    except Exception as error:
        return types.CallToolResult(content=[types.TextContent(text=_explain_error(error))], is_error=True)
    return types.CallToolResult(content=[types.TextContent(text=reply.text)], structured_content=reply.data)


def _read(context: GraphContext, readable: dict[str, resources.Resource], uri: str) -> tuple[str, str]:
    try:
        if uri in readable:
            return readable[uri].read(context), readable[uri].described.mime_type or ""
        if uri.startswith(resources.THING):
            return resources.thing(context, uri), resources.TURTLE.media_type
        raise error_messages.NotFound(_explain_unknown("resource", uri, list(readable)))
    except Exception as error:
        wrong = isinstance(error, (error_messages.NotFound, ParameterError))
        raise MCPError(types.INVALID_PARAMS if wrong else types.INTERNAL_ERROR, _explain_error(error)) from error


def _explain_error(error: Exception) -> str:
    """What to say of an error. A fault of the server is logged, and the text says no more than that."""
    text = error_messages.user_message(error)
    if text is None:
        _LOG.error("A call failed", exc_info=error)
        return "This is a fault of the server and not of the call; its log says more. Another tool may still answer."
    return text


def _explain_unknown(kind: str, name: str, names: list[str]) -> str:
    near = ", ".join(closest(name, names))
    return f"There is no {kind} {name!r}.{f' Perhaps: {near}.' if near else ''}"
