"""Writing graphs into an engine: by the SPARQL 1.1 Graph Store HTTP Protocol, or by updates.

A graph is an IRI, or None for the default graph.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from urllib.parse import urlencode

from clustergraph.push.chunks import Chunk
from clustergraph.push.http import Client

N_TRIPLES = "application/n-triples"


@dataclass(frozen=True, slots=True)
class Writer(ABC):
    """Puts triples into the graphs of an engine, at the address that takes them. Raises PushError."""

    client: Client
    url: str

    @abstractmethod
    def replace(self, graph: str | None, chunk: Chunk) -> None:
        """Make the chunk all that the graph holds."""

    @abstractmethod
    def add(self, graph: str | None, chunk: Chunk) -> None:
        """Add the chunk to what the graph holds."""

    @abstractmethod
    def drop(self, graph: str) -> None:
        """Remove the graph; where there is none, nothing happens."""


class GraphStore(Writer):
    """Writes by PUT, POST and DELETE (SPARQL 1.1 Graph Store HTTP Protocol, section 5)."""

    def replace(self, graph: str | None, chunk: Chunk) -> None:
        """PUT the chunk; doing it twice is doing it once."""
        self.client.send("PUT", self._at(graph), chunk.data, content_type=N_TRIPLES)

    def add(self, graph: str | None, chunk: Chunk) -> None:
        self.client.send("POST", self._at(graph), chunk.data, content_type=N_TRIPLES, again=chunk.ground)

    def drop(self, graph: str) -> None:
        self.client.send("DELETE", self._at(graph), passing=frozenset({404}))

    def _at(self, graph: str | None) -> str:
        mark = "&" if "?" in self.url else "?"
        return f"{self.url}{mark}{'default' if graph is None else urlencode({'graph': graph})}"


class Updates(Writer):
    """Writes by SPARQL 1.1 Update, for engines without a Graph Store."""

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
        self.client.send("POST", self.url, body, content_type="application/x-www-form-urlencoded", again=again)


def _insert(graph: str | None, chunk: Chunk) -> str:
    triples = chunk.data.decode()
    return f"INSERT DATA {{\n{triples}}}" if graph is None else f"INSERT DATA {{ GRAPH <{graph}> {{\n{triples}}} }}"
