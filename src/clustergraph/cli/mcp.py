"""`clustergraph mcp`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clustergraph.cli import options
from clustergraph.cli.exit_codes import UNAVAILABLE, Failure

if TYPE_CHECKING:
    from clustergraph.mcp.graph_context import GraphContext


@click.command("mcp")
@options.sources
@options.store
@options.queries
@options.engine
@click.option(
    "--transport",
    type=click.Choice(["stdio", "http"]),
    default="stdio",
    show_default=True,
    help="Talk on standard input and output, or over HTTP (streamable).",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on, over HTTP.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port to listen on, over HTTP; 0 takes any free port.",
)
@click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Take requests, over HTTP, that name this host in their Host header, as those that a reverse proxy passes on; "
    "repeatable.",
)
@options.timeout
@options.quiet
def command(transport: str, host: str, port: int, allowed: tuple[str, ...], quiet: bool, **place: Any) -> None:
    """Let an assistant ask the graph, by the Model Context Protocol.

    Each canned query is a tool, beside `search`, `describe`, `sparql` and `schema`; a canned query with one of these
    names takes its place. Queries have the limits of the service, which its settings change: CLUSTERGRAPH_MEMORY, for
    example. On standard input and output, which is where assistants look for it, the server ends when its input does;
    over HTTP (`--transport http`), with Ctrl-C or SIGTERM. Needs the extra `mcp`.

    \b
    Examples:
      clustergraph mcp
      clustergraph mcp my-folder
      clustergraph mcp --engine http://127.0.0.1:8080
    """
    try:
        import mcp.server.lowlevel  # noqa: F401 - whether it is there
    except ImportError as error:
        hint = "The package `mcp`, version 2, is needed: pip install 'clustergraph-kg[mcp]'"
        raise Failure(f"{hint} ({error}).", UNAVAILABLE) from error
    from clustergraph.cli.serve import free_port
    from clustergraph.mcp import transports
    from clustergraph.mcp.server import make_server

    if transport == "http":
        port = free_port(host, port)
    with _graph_context(**place) as context:
        server = make_server(context)
        if transport == "stdio":
            transports.stdio(server)
            return
        if not quiet:
            name = f"[{host}]" if ":" in host else host
            print(f"Assistants find the graph at http://{name}:{port}{transports.PATH} (Ctrl-C ends)", file=sys.stderr)
        transports.http(server, host, port, allowed)


@contextmanager
def _graph_context(
    sources: tuple[Path, ...], store: Path | None, queries: Path | None, address: str | None, timeout: float | None
) -> Iterator[GraphContext]:
    from clustergraph.cli.queries import load_catalogue
    from clustergraph.mcp.graph_context import GraphContext

    if not address:
        snapshot, source = options.read(sources, store)
        catalogue = load_catalogue(queries or source.queries)
        for problem in catalogue.left_out:
            click.echo(f"A canned query is left out: {problem}", err=True)
        with GraphContext.open(snapshot, source, catalogue, timeout) as context:
            yield context
        return
    if sources or store:
        raise click.UsageError("Name a graph here, by SOURCE or --store, or one elsewhere with --engine, not both.")
    with ExitStack() as stack:
        try:
            context = stack.enter_context(GraphContext.at(address, queries, timeout))
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        yield context
