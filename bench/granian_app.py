"""The least that an application behind Granian can do: the same bytes and headers for every request.

They are in the file that is named by the variable BENCH_RESPONSE, where `save` puts what a service answers.
"""

from __future__ import annotations

import http.client
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

FILE = "BENCH_RESPONSE"
OF_THE_SERVER = ("date", "server", "content-length")
"""Headers that Granian adds."""


def save(file: Path, host: str, port: int, target: str, accept: str) -> None:
    """Write down what a service answers that was asked the same before."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    for _ in range(2):
        connection.request("GET", target, headers={"Accept": accept})
        response = connection.getresponse()
        body = response.read().decode()
    connection.close()
    headers = [(name, value) for name, value in response.getheaders() if name.lower() not in OF_THE_SERVER]
    file.write_text(json.dumps({"headers": headers, "body": body}), encoding="utf-8")


def create() -> Callable[[Any, Any], Awaitable[None]]:
    """The application."""
    saved = json.loads(Path(os.environ[FILE]).read_text(encoding="utf-8"))
    headers = [(name, value) for name, value in saved["headers"]]
    body = saved["body"].encode()

    async def application(_scope: Any, protocol: Any) -> None:
        protocol.response_bytes(200, headers, body)

    return application
