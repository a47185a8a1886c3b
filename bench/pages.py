"""The pages of things, and the queries whose answers they show: how much longer does a page take?

Both are asked of a service without any cache, over HTTP, one request after another: the page, then its queries.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import quote

from bench.graphs import Graph
from bench.servers import HOST
from clustergraph.catalogue import Catalogue
from clustergraph.describe.thing_queries import IS_THERE
from clustergraph.describe.urls import Urls
from clustergraph.engine.base import Answer, BlockingEngine, Engine
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.query import Query
from clustergraph.web.app import create_app
from clustergraph.web.service import Service

MOST = 3.0
"""How many times as long a page may take as its queries."""
UNCACHED = ("--cache", "0")
REPEATS = 11

THINGS = """SELECT ?class (MIN(?thing) AS ?first) (MAX(?thing) AS ?last) {
  ?thing a ?class FILTER(ISIRI(?thing))
} GROUP BY ?class ORDER BY ?class"""


@dataclass(slots=True)
class Page:
    """A page of a graph, the texts of the queries behind it, and the seconds that both took, each time.

    `note` says why it was not measured.
    """

    graph: str
    address: str
    queries: list[str]
    seconds: list[float] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times as long the page takes as its queries, at the median."""
        return median(page / queries for page, queries in zip(self.seconds, self.behind, strict=True))


class _Noting(BlockingEngine):
    """An engine that notes the queries it is asked."""

    def __init__(self, engine: Engine) -> None:
        self.inner = engine
        self.asked: list[str] = []

    @property
    def snapshot(self) -> Snapshot:
        return self.inner.snapshot

    def answer(self, query: Query) -> Answer:
        if query.text != IS_THERE:  # its answer is on no page
            self.asked.append(bind(query.parsed, dict(query.bindings)))
        return self.inner.answer(query)

    def close(self) -> None:
        """The engine is another's."""


def found(graph: Graph, engine: Engine) -> list[Page]:
    """Two things of every class, each with the queries that its page asks when it is not the first page asked for.

    The ontology's own page is left out: what it shows is read once for each snapshot.
    """
    noting = _Noting(engine)
    settings = Settings(store=graph.store, log="off", rate="off", cache=0)
    catalogue = Catalogue.load(graph.folder.queries) if graph.folder.queries.is_dir() else Catalogue()
    client = create_app(Service(noting, catalogue, settings)).test_client()
    base = engine.snapshot.base
    rows = json.loads(engine.answer(Query(THINGS, format="json")).body)["results"]["bindings"]
    iris = sorted({row[name]["value"] for row in rows for name in ("first", "last")} - {f"{base}ontology"})
    pages = []
    for iri in iris:
        address = Urls(base).page(iri)
        client.get(address)  # the names of things are remembered from page to page
        noting.asked = []
        response = client.get(address, headers={"Accept": "text/html"})
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}.")
        pages.append(Page(graph.name, address, list(noting.asked)))
    return pages


def measure(port: int, pages: Sequence[Page], repeats: int = REPEATS) -> None:
    """Ask for each page and for its queries, again and again, and note how long that took."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    for repeat in range(repeats + 1):
        for page in [page for page in pages if not page.note]:
            accept = "application/sparql-results+json, text/turtle"
            try:
                whole = _seconds(connection, [(page.address, "text/html")])
                parts = _seconds(connection, [(f"/sparql?query={quote(text)}", accept) for text in page.queries])
            except _Refused as refused:
                page.note = str(refused)
                continue
            if repeat:  # at first, some of it is read for good
                page.seconds.append(whole)
                page.behind.append(parts)
    connection.close()


class _Refused(Exception):
    """A page or one of its queries was not answered."""


def _seconds(connection: http.client.HTTPConnection, requests: Sequence[tuple[str, str]]) -> float:
    begin = time.perf_counter()
    for address, accept in requests:
        connection.request("GET", address, headers={"Accept": accept})
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise _Refused(f"{address.partition('=')[0]} answered {response.status}: {_title(body)}")
    return time.perf_counter() - begin


def _title(body: bytes) -> str:
    """What a problem object says it is."""
    try:
        return str(json.loads(body)["title"])
    except (ValueError, KeyError, TypeError):
        return body[:100].decode(errors="replace")
