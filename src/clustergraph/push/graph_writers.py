"""Writing graphs into an engine: by the SPARQL 1.1 Graph Store HTTP Protocol, or by updates.

A graph is an IRI, or None for the default graph.
"""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlencode

from clustergraph.push.chunks import Chunk
from clustergraph.push.http import Client

N_TRIPLES = "application/n-triples"


class Writer(Protocol):
    """Puts triples into graphs. Raises PushError."""

    def replace(self, graph: str | None, chunk: Chunk) -> None:
        """Make the chunk all that the graph holds."""

    def add(self, graph: str | None, chunk: Chunk) -> None:
        """Add the chunk to what the graph holds."""

    def drop(self, graph: str) -> None:
        """Remove the graph; where there is none, nothing happens."""


class GraphStore:
    """Writes by PUT, POST and DELETE (SPARQL 1.1 Graph Store HTTP Protocol, section 5)."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = url

    def replace(self, graph: str | None, chunk: Chunk) -> None:
        """PUT the chunk; doing it twice is doing it once."""
        self._client.send("PUT", self._at(graph), chunk.data, content_type=N_TRIPLES)

    def add(self, graph: str | None, chunk: Chunk) -> None:
        self._client.send("POST", self._at(graph), chunk.data, content_type=N_TRIPLES, again=chunk.ground)

    def drop(self, graph: str) -> None:
        self._client.send("DELETE", self._at(graph), passing=frozenset({404}))

    def _at(self, graph: str | None) -> str:
        mark = "&" if "?" in self._url else "?"
        return f"{self._url}{mark}{'default' if graph is None else urlencode({'graph': graph})}"


class Updates:
    """Writes by SPARQL 1.1 Update, for engines without a Graph Store."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = url

    def replace(self, graph: str | None, chunk: Chunk) -> None:
        """Empty the graph, then add the chunk, in one request."""
        clear = "CLEAR SILENT DEFAULT" if graph is None else f"DROP SILENT GRAPH <{graph}>"
        self._update(f"{clear} ;\n{_insert(graph, chunk)}", again=True)

    def add(self, graph: str | None, chunk: Chunk) -> None:
        self._update(_insert(graph, chunk), again=chunk.ground)

    def drop(self, graph: str) -> None:
        self._update(f"DROP SILENT GRAPH <{graph}>", again=True)

    def _update(self, text: str, *, again: bool) -> None:
        body = urlencode({"update": text}).encode()
        self._client.send("POST", self._url, body, content_type="application/x-www-form-urlencoded", again=again)


def _insert(graph: str | None, chunk: Chunk) -> str:
    triples = chunk.data.decode()
    return f"INSERT DATA {{\n{triples}}}" if graph is None else f"INSERT DATA {{ GRAPH <{graph}> {{\n{triples}}} }}"
