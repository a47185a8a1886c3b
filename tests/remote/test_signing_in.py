"""A ClusterGraph that lets in only those who sign in is asked as a whole: answers, manifest and canned queries."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

import clustergraph

SIGNED_IN = "Basic YWRhOnNlY3JldA=="  # ada, secret
MANIFEST = {"name": "s1", "base": "https://example.org/", "graphs": {}, "title": "locked"}
NAMES = """#+ summary: Names
#+ description: All names.
SELECT ?name { ?thing <urn:name> ?name }
"""
DOCUMENTS: dict[str, Any] = {
    "/sparql": {"head": {}, "boolean": True},
    "/manifest.json": MANIFEST,
    "/api": [{"name": "names", "text": NAMES}],
}


class Locked(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_known = self.headers["Authorization"] == SIGNED_IN
        document = DOCUMENTS.get(self.path) if is_known else None
        body = b"" if document is None else json.dumps(document).encode()
        self.send_response(200 if document else 404 if is_known else 401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        kind = "application/sparql-results+json" if self.path == "/sparql" else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Snapshot", "s1")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("CLUSTERGRAPH_ENGINE_USER", "ada")
    monkeypatch.setenv("CLUSTERGRAPH_ENGINE_PASSWORD", "secret")
    with ThreadingHTTPServer(("127.0.0.1", 0), Locked) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_whoever_signs_in_gets_the_snapshot_and_the_canned_queries_too(address: str) -> None:
    with clustergraph.open(address) as graph:
        assert graph.snapshot.name == "s1"
        assert graph.queries == {"names": "Names"}
        assert repr(graph) == "<KnowledgeGraph locked, snapshot s1>"  # of no known size
        assert graph.sparql("ASK {}") is True
