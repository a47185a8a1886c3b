"""Looking for attributes of a graph or a thing asks the graph as little as can be."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest

from clustergraph.catalogue import Catalogue
from clustergraph.catalogue.query_file_parser import read_text
from clustergraph.engine.base import Answer
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.library.thing import Thing
from clustergraph.rdf.namespaces import STANDARD_PREFIXES
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EngineDown
from clustergraph.sparql.query import Query

GRAPH = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
<urn:mill> a owl:Class ; rdfs:label "mill" . <urn:one> a <urn:mill> .
"""
TOOLS = (
    "__len__",
    "__array__",
    "_repr_png_",
    "_ipython_display_",
    "_ipython_canary_method_should_not_exist_",
    "_x",
    "shape",
    "to_dict",
)
NEAR = """#+ summary: Near
#+ description: What is near.
#+ parameters: {thing: {description: "A thing."}}
#+ method: {name: near}
SELECT ?other { ?_thing_iri ?p ?other }
"""


class Engine(EmbeddedEngine):
    """Counts the queries, and answers none while it is down."""

    queries = 0
    is_down = False

    def answer(self, query: Query) -> Answer:
        self.queries += 1
        if self.is_down:
            raise EngineDown("Nothing answers.")
        return super().answer(query)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> Engine:
    store = ox.Store()
    store.load(GRAPH.encode(), ox.RdfFormat.TURTLE)
    manifest = {"name": request.node.name, "base": "urn:", "graphs": {}, "prefixes": STANDARD_PREFIXES}
    return Engine(Snapshot(Path("unused"), manifest), store=store)


def test_names_that_no_class_has_are_not_asked_for(engine: Engine) -> None:
    graph = KnowledgeGraph(engine)
    for name in TOOLS:
        hasattr(graph, name)
        hasattr(Thing(graph, "urn:one"), name)
    copy.copy(graph)
    assert engine.queries == 0


def test_the_classes_of_a_snapshot_are_asked_for_once(engine: Engine) -> None:
    graph = KnowledgeGraph(engine)
    for _ in range(3):
        assert not hasattr(graph, "shops")
        assert "mills" in dir(graph)
    assert not hasattr(KnowledgeGraph(engine), "dtype")
    assert engine.queries == 1
    assert [str(thing.iri) for thing in graph.mills] == ["urn:one"]
    assert engine.queries == 2


def test_a_name_that_no_canned_query_has_is_not_asked_for(engine: Engine) -> None:
    thing = Thing(KnowledgeGraph(engine, Catalogue([read_text("near.rq", NEAR)])), "urn:one")
    with pytest.raises(AttributeError, match=r"has no attribute .shape.\. Those .*, from canned queries, are near;"):
        _ = thing.shape
    assert engine.queries == 0
    assert [str(row.other) for row in thing.near] == ["urn:mill"]


@pytest.mark.parametrize(
    "look",
    [
        lambda graph: graph.mills,
        lambda graph: hasattr(graph, "mills"),
        dir,
        lambda graph: Thing(graph, "urn:one").label,
        lambda graph: Thing(graph, "urn:one").near,
    ],
)
def test_an_engine_that_is_down_is_not_an_attribute_that_is_missing(
    engine: Engine, look: Callable[[KnowledgeGraph], object]
) -> None:
    graph = KnowledgeGraph(engine, Catalogue([read_text("near.rq", NEAR)]))
    engine.is_down = True
    with pytest.raises(EngineDown, match=r"Nothing answers"):
        look(graph)
    engine.is_down = False
    look(graph)
