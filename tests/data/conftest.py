"""What the tests of the published graph share."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph

from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.rdf.conversion import to_graph
from support.published_queries import Published


@pytest.fixture(scope="session")
def published(engine: EmbeddedEngine) -> Published:
    """The graph of this repository: behind our engine, and in rdflib, with the literals by which the engine answers."""
    return Published(engine, to_graph(engine.store.quads_for_pattern(None, None, None, DefaultGraph())))
