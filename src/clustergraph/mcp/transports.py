"""Ways to talk to the server: standard input and output, and streamable HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import uvicorn
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

PATH = "/mcp"
STOP_SECONDS = 5
"""How long calls in progress have when the server is told to stop."""
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def stdio(server: Server[Any]) -> None:
    """Talk until standard input ends. Nothing but the protocol is written to standard output."""

    async def talk() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    anyio.run(talk)


def http(server: Server[Any], host: str, port: int, allowed: Sequence[str] = ()) -> None:
    """Serve until a signal says stop.

    A page in a browser could lead its own host name to this machine, so only requests that name one of ours are taken:
    the loopback address, the address that is listened on, and those `allowed`.
    """
    app = server.streamable_http_app(
        streamable_http_path=PATH, stateless_http=True, json_response=True, transport_security=security(host, allowed)
    )
    settings = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        ws="none",
        server_header=False,
    )
    uvicorn.Server(settings).run()


def security(host: str, allowed: Sequence[str] = ()) -> TransportSecuritySettings:
    """Which Host and Origin headers are taken.

    >>> security("127.0.0.1", ["graph.example"]).allowed_hosts[-2:]
    ['graph.example', 'graph.example:*']
    """
    own_host = f"[{host}]" if ":" in host else host
    names = [*dict.fromkeys((*LOOPBACK, own_host, *allowed))]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=[part for name in names for part in (name, f"{name}:*")],
        allowed_origins=[
            f"{scheme}://{name}{port}" for name in names for scheme in ("http", "https") for port in ("", ":*")
        ],
    )
