"""Texts in the library and for assistants: the wanted language, else English, else none, else any other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import clustergraph
from clustergraph.catalogue import Catalogue
from clustergraph.describe.label_cache import Labels
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.mcp import describe_tool, schema_tool
from clustergraph.mcp.graph_context import GraphContext
from support.languages import GRAPH

ONE, TWO = "http://localhost:8080/one", "http://localhost:8080/two"


@pytest.fixture(scope="module")
def mills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    folder = tmp_path_factory.mktemp("mills")
    (folder / "ontology.ttl").write_text(GRAPH, encoding="utf-8")
    with clustergraph.open(folder / "ontology.ttl", store=folder / "store") as opened:
        yield opened


def test_a_thing_goes_by_its_english_name_before_the_one_in_no_language(mills: KnowledgeGraph) -> None:
    one, two = mills[ONE], mills[TWO]
    assert (one.label, two.label) == ("English one", "B-1")
    assert [one.label_in(language) for language in ("en-US", "de", "it", "fr")] == [
        *("English one", "Erste", "La prima", "English one")
    ]
    assert [two.label_in(language) for language in ("de", "it")] == ["B-1", "La seconda"]
    assert one.description == one.description_in("de") == "English description"


def test_labels_are_chosen_alike_of_the_graph_and_of_a_class(mills: KnowledgeGraph) -> None:
    assert mills.labels([ONE, TWO]) == {ONE: "English one", TWO: "B-1"}
    assert mills.labels([ONE, TWO], "de") == {ONE: "Erste", TWO: "B-1"}
    assert [thing.label for thing in mills.mills] == ["B-1", "English one"]


def test_a_network_names_its_nodes_alike(mills: KnowledgeGraph) -> None:
    network = mills.graph().to_networkx()
    assert network.nodes[ONE] == {
        "label": "English one",
        "class": "mill",
        "dcterms:description": "A-text; English description",
    }
    assert mills.graph().to_networkx("de").nodes[ONE]["label"] == "Erste"


def test_a_citation_and_a_notebook_say_titles_and_names_in_english(mills: KnowledgeGraph) -> None:
    assert mills.cite().text.startswith("English name (")
    assert "English dataset" in mills.cite().text
    assert "Ein Datensatz" in mills.cite(language="de").text
    assert "<h4>English dataset</h4><p>English text</p>" in str(mills._repr_html_())


def test_assistants_get_the_english_names(mills: KnowledgeGraph) -> None:
    context = GraphContext(mills.engine, Catalogue(), Labels(mills.engine))
    described = describe_tool.run(context, {"thing": ONE}).data
    assert described["thing"]["label"] == "English one"
    (mill,) = schema_tool.run(context, {"term": "mill"}).data["classes"]
    assert (mill["label"], mill["comment"]) == ("mill", "English comment")
