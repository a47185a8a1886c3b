"""The page of a thing asks few queries, and none twice; `make bench` measures how long it takes beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.graphs import Graph
from bench.pages import Page, found
from clustergraph.engine.base import Engine
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published

MAX_QUERIES = 16
"""What a page asks at most: some about the thing, and the canned queries that its class has placed there."""


@pytest.fixture(scope="module")
def pages(store: Path, snapshot: Snapshot, engine: Engine) -> list[Page]:
    """Pages of things of every class of the published graph."""
    return found(Graph("real", published(), store, snapshot, store, {}), engine)


def test_pages_of_every_class_ask_few_queries_and_none_twice(pages: list[Page], snapshot: Snapshot) -> None:
    assert len(pages) > 40
    for page in pages:
        assert 3 <= len(page.queries) <= MAX_QUERIES, page.address
        assert len(page.queries) == len(set(page.queries))
    cluster = next(page for page in pages if page.address.startswith("/page/id/cluster/"))
    assert len(cluster.queries) > 5  # its canned queries, too
    assert all(f"<{snapshot.base}" in text for text in cluster.queries)
