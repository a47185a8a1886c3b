"""Real sessions: the official client with `clustergraph mcp` in a process of its own, over both transports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2 as httpx
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters

from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published
from support.processes import descendants, is_running
from support.server import Server
from support.waiting import wait_until

PATIENCE = 60
"""Seconds after which a server counts as one that hangs."""
MODES = ["legacy", "auto"]
"""With the handshake of the protocol's earlier versions, and without it."""

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def words(snapshot: Snapshot, *more: str) -> list[str]:
    return ["-m", "clustergraph", "mcp", str(snapshot.path), "--queries", str(published().queries), *more]


def stdio(snapshot: Snapshot, *more: str) -> StdioServerParameters:
    return StdioServerParameters(command=sys.executable, args=words(snapshot, *more))


def text(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def use(where: Any, mode: str) -> None:
    """What a session does: list the tools, call three, err, read, and go on."""
    async with Client(where, mode=mode) as client:
        assert client.server_info is not None
        assert client.server_info.name == "clustergraph"
        assert "What the graph does not say is not known" in (client.instructions or "")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["clusters-by-country"].input_schema["required"] == ["country"]

        japan = await client.call_tool("clusters-by-country", {"country": "Japan", "phase": "implementation"})
        assert [row["cluster"]["label"] for row in japan.structured_content["rows"]][:2] == ["BioM", "CFK Valley"]
        found = await client.call_tool("search", {"text": "grenoble"})
        assert found.structured_content["total"] == 1
        described = await client.call_tool("describe", {"thing": "city/grenoble"})
        assert described.structured_content["thing"]["label"] == "Grenoble"

        wrong = await client.call_tool("clusters-by-country", {"country": "Jpan"})
        assert wrong.is_error
        assert "Perhaps: JP" in text(wrong)

        (contents,) = (await client.read_resource("clustergraph://schema")).contents
        assert isinstance(contents, types.TextResourceContents)
        assert "cg:managedBy" in contents.text
        again = await client.call_tool("sparql", {"query": "ASK { cluster:biom a cg:Cluster }"})
        assert again.structured_content["answer"] is True


@pytest.mark.parametrize("mode", MODES)
def test_a_session_over_standard_input_and_output(snapshot: Snapshot, mode: str) -> None:
    anyio.run(use, stdio(snapshot), mode)


def test_a_runaway_query_ends_while_others_are_answered(snapshot: Snapshot) -> None:
    order: list[str] = []

    async def talk() -> None:
        async with Client(stdio(snapshot, "--timeout", "3")) as client, anyio.create_task_group() as group:

            async def ask(name: str, query: str) -> None:
                result = await client.call_tool("sparql", {"query": query})
                order.append(f"{name}: {'ended' if result.is_error else 'answered'}")

            group.start_soon(ask, "endless", ENDLESS)
            await anyio.sleep(0.2)
            group.start_soon(ask, "quick", "ASK { ?s ?p ?o }")

    anyio.run(talk)
    assert order == ["quick: answered", "endless: ended"]


def test_nothing_but_the_protocol_is_on_standard_output_and_its_end_ends_the_server(snapshot: Snapshot) -> None:
    hello = (
        '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},'
        '"clientInfo":{"name":"test","version":"1"}}}\n'
        "this is no message\n"
    )
    done = subprocess.run(
        [sys.executable, *words(snapshot)], input=hello, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines
    assert all(line.startswith('{"jsonrpc":"2.0"') for line in lines)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_server_while_it_waits(snapshot: Snapshot, number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, *words(snapshot)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
        process.stdin.flush()
        assert b'"id":1' in process.stdout.readline()
        readers = descendants(process.pid)
        assert readers
        process.send_signal(number)
        _, noise = process.communicate(timeout=PATIENCE)
        assert process.returncode in (0, 130, -signal.SIGTERM)
        assert b"Traceback" not in noise
        assert wait_until(lambda: not any(map(is_running, readers)), PATIENCE)
    finally:
        process.kill()
        process.wait()


def test_a_session_about_a_graph_elsewhere(published_server: Server) -> None:
    words = ["-m", "clustergraph", "mcp", "--engine", published_server.url]
    anyio.run(use, StdioServerParameters(command=sys.executable, args=words), "auto")


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (["--engine", "http://127.0.0.1:1"], 2, "not both"),
        (["--transport", "smoke"], 2, "'smoke'"),
        (["--port", "99999"], 2, "65535"),
    ],
)
def test_what_makes_no_sense_is_told(snapshot: Snapshot, more: list[str], code: int, told: str) -> None:
    command = [sys.executable, *words(snapshot, *more)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# ------------------------------------------------------------------------------------------------------------ HTTP


@pytest.fixture(scope="module")
def server(snapshot: Snapshot) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server over HTTP, and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, *words(snapshot, "--transport", "http", "--port", str(port), "--allow-host", "graph.example")],
        stderr=subprocess.PIPE,
    )

    def listens() -> bool:
        assert process.poll() is None, "the server ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    assert wait_until(listens, PATIENCE)
    yield process, port
    process.kill()
    process.wait()


@pytest.mark.parametrize("mode", MODES)
def test_a_session_over_http(server: tuple[Any, int], mode: str) -> None:
    anyio.run(use, f"http://127.0.0.1:{server[1]}/mcp", mode)


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Host", "attacker.example", 421),
        ("Host", "127.0.0.1.attacker.example", 421),
        ("Origin", "https://attacker.example", 403),
        ("Origin", "http://127.0.0.1:9", 200),
        ("Host", "graph.example", 200),
        ("Origin", "https://graph.example", 200),
    ],
)
def test_a_page_elsewhere_cannot_reach_it_by_another_name(
    server: tuple[Any, int], header: str, value: str, status: int
) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
    }
    headers = {"Accept": "application/json, text/event-stream", header: value}
    answer = httpx.post(f"http://127.0.0.1:{server[1]}/mcp", json=hello, headers=headers, timeout=PATIENCE)
    assert answer.status_code == status


def test_a_port_that_is_taken_is_told(server: tuple[Any, int], snapshot: Snapshot) -> None:
    done = subprocess.run(
        [sys.executable, *words(snapshot, "--transport", "http", "--port", str(server[1]))],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 5
    assert "Another program listens there" in done.stderr


def test_it_stops_when_told_and_leaves_no_reader_behind(server: tuple[subprocess.Popen[bytes], int]) -> None:
    process, _ = server
    readers = descendants(process.pid)
    assert readers
    process.send_signal(signal.SIGTERM)
    _, noise = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGTERM)
    assert b"/mcp" in noise
    assert b"Traceback" not in noise
    assert wait_until(lambda: not any(map(is_running, readers)), PATIENCE)


def test_without_the_sdk_the_command_says_what_to_install(snapshot: Snapshot, tmp_path: Path) -> None:
    (tmp_path / "mcp").mkdir()
    (tmp_path / "mcp/__init__.py").write_text("raise ImportError('not here')\n")
    done = subprocess.run(
        [sys.executable, *words(snapshot)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 5
    assert "pip install 'clustergraph-kg[mcp]'" in done.stderr
    assert "Traceback" not in done.stderr
