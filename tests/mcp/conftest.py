"""The server of the published graph, and a client of it in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from clustergraph.catalogue import Catalogue
from clustergraph.ingest.open_snapshot import Source
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.server import make_server
from clustergraph.snapshots.snapshot import Snapshot

Call = Callable[..., types.CallToolResult]


def alone(snapshot: Snapshot) -> Source:
    """A snapshot as a source: one that no other follows."""
    return Source(snapshot.name, None, None, snapshot.path)


@pytest.fixture(scope="session")
def context(snapshot: Snapshot, catalogue: Catalogue) -> Iterator[GraphContext]:
    with GraphContext.open(snapshot, alone(snapshot), catalogue) as opened:
        yield opened


@pytest.fixture(scope="session")
def call(context: GraphContext) -> Call:
    """Calls a tool of the published graph: `call("search", text="silicon")`."""
    server = make_server(context)

    def called(name: str, /, **arguments: Any) -> types.CallToolResult:
        failed: list[MCPError] = []

        async def talk() -> types.CallToolResult:
            # The client checks data against the tool's own schema once it has listed the tools.
            async with Client(server) as client:
                await client.list_tools()
                try:
                    return await client.call_tool(name, arguments)
                except MCPError as error:
                    failed.append(error)  # a task group would wrap it
            raise failed[0]

        return anyio.run(talk)

    return called


@pytest.fixture(scope="session")
def read(context: GraphContext) -> Callable[[str], str]:
    """Reads a resource of the published graph."""
    server = make_server(context)

    def text(uri: str) -> str:
        failed: list[MCPError] = []

        async def talk() -> str:
            async with Client(server) as client:
                try:
                    (contents,) = (await client.read_resource(uri)).contents
                    assert isinstance(contents, types.TextResourceContents)
                    return contents.text
                except MCPError as error:
                    failed.append(error)
            raise failed[0]

        return anyio.run(talk)

    return text


@pytest.fixture
def small(example: Path, tmp_path: Path) -> Iterator[GraphContext]:
    """The graph of two people, without a canned query `search`."""
    from clustergraph.ingest.open_snapshot import find_source, open_source

    source = find_source([example], store=tmp_path / "store")
    snapshot = open_source(source).snapshot
    assert source.queries is not None
    with GraphContext.open(snapshot, source, Catalogue.load(source.queries)) as opened_context:
        yield opened_context


@pytest.fixture
def serve_turtle(tmp_path: Path) -> Iterator[Callable[[str], GraphContext]]:
    """Makes the context of a graph in Turtle."""
    from contextlib import ExitStack

    from clustergraph.ingest import build

    with ExitStack() as stack:

        def made(turtle: str) -> GraphContext:
            file = tmp_path / "some.ttl"
            file.write_text(turtle, encoding="utf-8")
            snapshot = build([file], store=tmp_path / "store").snapshot
            return stack.enter_context(GraphContext.open(snapshot, alone(snapshot), Catalogue()))

        yield made
