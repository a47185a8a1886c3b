"""The application asked as Granian asks it, on an event loop, without Granian and without a network."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from clustergraph.web.rsgi import Served


class Headers(list[tuple[str, str]]):
    """Headers as Granian gives them."""

    def items(self) -> list[tuple[str, str]]:
        return self


@dataclass
class Scope:
    """What Granian tells of a request."""

    path: str = "/"
    headers: Headers = field(default_factory=Headers)
    server: str = "127.0.0.1:8080"
    client: str = "127.0.0.1:51000"
    authority: str | None = None
    method: str = "GET"
    query_string: str = ""
    http_version: str = "1.1"
    scheme: str = "http"


@dataclass
class Response:
    """What Granian is told to send."""

    status: int
    headers: dict[str, str]
    body: bytes


class _Protocol:
    def __init__(self) -> None:
        self.response: Response | None = None

    def _respond(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert self.response is None, "two responses to one request"
        self.response = Response(status, dict(headers), body)

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self._respond(status, headers, body)

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self._respond(status, headers, b"")

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], path: str, start: int, stop: int
    ) -> None:
        self._respond(status, headers, Path(path).read_bytes()[start:stop])

    async def client_disconnect(self) -> None:
        await asyncio.Event().wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in list[bytes]():
            yield part


class RsgiClient:
    """An application on a loop of its own."""

    def __init__(self, app: Flask) -> None:
        self._served = Served(app)
        self._runner = asyncio.Runner()

    def ask(self, scope: Scope) -> Response:
        """The response to a request without a body."""
        protocol = _Protocol()
        self._runner.run(self._served.__rsgi__(scope, protocol))  # type: ignore[arg-type]
        assert protocol.response is not None
        return protocol.response

    def close(self) -> None:
        self._runner.close()
