"""Results and graphs as networks."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import networkx as nx
import pytest
from rdflib import URIRef

from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.library.result import Result
from clustergraph.library.triples import Triples
from clustergraph.rdf.python_values import Text

EX = "http://example.org/"
TURTLE = """
@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:ann a ex:Person, ex:Being ; rdfs:label "Ann", "Anne"@fr ; ex:knows ex:bob, _:b ; ex:age 7, 8 .
ex:bob a ex:Being ; ex:knows ex:ann ; ex:likes ex:ann .
ex:Person rdfs:label "person"@en, "Person"@de .
ex:knows rdfs:label "knows"@en .
ex:alone a ex:Being .
"""


def read(turtle: str) -> Triples:
    triples = Triples()
    triples.parse(data=turtle)
    return triples


@pytest.fixture
def triples() -> Triples:
    return read(TURTLE)


def test_statements_between_things_become_edges(triples: Triples) -> None:
    network = triples.to_networkx()
    assert isinstance(network, nx.MultiDiGraph)
    (blank,) = [node for node in network if node.startswith("_:")]
    assert set(network.edges(keys=True)) == {
        (f"{EX}ann", f"{EX}bob", f"{EX}knows"),
        (f"{EX}ann", blank, f"{EX}knows"),
        (f"{EX}bob", f"{EX}ann", f"{EX}knows"),
        (f"{EX}bob", f"{EX}ann", f"{EX}likes"),
    }
    assert network.edges[f"{EX}bob", f"{EX}ann", f"{EX}knows"] == {"label": "knows"}
    assert network.edges[f"{EX}bob", f"{EX}ann", f"{EX}likes"] == {"label": "ex:likes"}


def test_things_have_a_name_a_class_and_their_literals(triples: Triples) -> None:
    nodes = triples.to_networkx().nodes
    ann = nodes[f"{EX}ann"]
    assert (ann["label"], ann["class"], ann["ex:age"]) == ("Ann", "person", "7; 8")
    assert nodes[f"{EX}bob"] == {"label": "ex:bob", "class": "ex:Being"}
    assert f"{EX}alone" in nodes
    assert f"{EX}Person" not in nodes
    assert triples.to_networkx("fr").nodes[f"{EX}ann"]["label"] == "Anne"
    assert triples.to_networkx("de").nodes[f"{EX}ann"]["class"] == "Person"


def test_triples_stay_an_rdflib_graph(triples: Triples) -> None:
    both = triples + read("<urn:a> <urn:b> <urn:c> .")
    assert isinstance(both, Triples)
    assert len(both) == len(triples) + 1
    assert both.to_pandas().shape == (len(both), 3)
    assert triples.to_polars().columns == ["subject", "predicate", "object"]
    assert triples.to_arrow().num_rows == len(triples)
    assert "&lt;i&gt;" in read('<urn:a> <urn:b> "<i>" .')._repr_html_()


def test_rows_become_edges_between_columns_of_things() -> None:
    ann, bob = URIRef(f"{EX}ann"), URIRef(f"{EX}bob")
    rows = [("x", ann, "Ann", bob, 2014), ("y", bob, None, ann, None), ("z", ann, "Ann", None, 1)]
    result = Result(("note", "from", "fromLabel", "to", "since"), rows)
    network = result.to_networkx()
    assert list(network.edges(data=True)) == [
        (str(ann), str(bob), {"note": "x", "since": 2014}),
        (str(bob), str(ann), {"note": "y"}),
    ]
    assert [network.nodes[str(one)] for one in (ann, bob)] == [{"label": "Ann"}, {}]
    turned = result.to_networkx(source="to", target="from")
    assert list(turned.edges()) == [(str(bob), str(ann)), (str(ann), str(bob))]
    assert list(result.to_networkx("note", "since").edges()) == [("x", "2014"), ("z", "1")]


def test_columns_called_source_and_target_are_the_ends() -> None:
    result = Result(("a", "b", "target", "source"), [(URIRef("urn:a"), URIRef("urn:b"), "t", "s")])
    assert list(result.to_networkx().edges()) == [("s", "t")]


def test_rows_without_ends_say_so() -> None:
    with pytest.raises(ValueError, match="two columns for the ends"):
        Result(("name", "thing"), [("a", URIRef("urn:a"))]).to_networkx()
    with pytest.raises(ValueError, match="no column 'nope'; there are name"):
        Result(("name",), [("a",)]).to_networkx("nope")


def test_rows_without_edges_are_an_empty_network(kg: KnowledgeGraph) -> None:
    for text in (
        "SELECT ?a ?b { ?a <urn:none> ?b }",
        "SELECT ?a ?b { VALUES ?a { <urn:a> } OPTIONAL { ?a <urn:p> ?b } }",
    ):
        assert kg.sparql(text).to_networkx().size() == 0
    with pytest.raises(ValueError, match="two columns for the ends"):
        kg.sparql("SELECT ?a { ?a <urn:none> <urn:b> }").to_networkx()


def test_columns_may_be_called_as_arguments_of_networkx() -> None:
    columns = ("a", "b", "key", "self", "u_for_edge")
    network = Result(columns, [(URIRef("urn:a"), URIRef("urn:b"), "k", 1, True)]).to_networkx()
    assert list(network.edges(data=True)) == [("urn:a", "urn:b", {"key": "k", "self": 1, "u_for_edge": True})]


def test_networks_can_be_written_to_files(kg: KnowledgeGraph, tmp_path: Path) -> None:
    moment = (URIRef("urn:a"), URIRef("urn:b"), Decimal("1.5"), date(2014, 1, 1), Text("Feld", "de"), timedelta(1))
    rows = Result(("a", "b", "share", "day", "name", "lasts"), [moment]).to_networkx()
    for network in (rows, kg["cool-silicon"].neighbourhood().to_networkx(), kg.graph("places").to_networkx()):
        nx.write_graphml(network, tmp_path / "network.graphml")
        nx.write_gexf(network, tmp_path / "network.gexf")
        assert nx.read_graphml(tmp_path / "network.graphml").size() == network.size()
    (said,) = (one for *_, one in rows.edges(data=True))
    assert said == {"share": 1.5, "day": "2014-01-01", "name": "Feld", "lasts": "1 day, 0:00:00"}


def test_the_network_of_partners(kg: KnowledgeGraph) -> None:
    network = kg.query("partner-network").to_networkx()
    nodes = [said for _, said in network.nodes(data=True)]
    assert {said["class"] for said in nodes} == {"cluster", "partner institution", "country"}
    assert all(said["label"] for said in nodes)
    cooperates = {(a, b) for a, b, key in network.edges(keys=True) if key.endswith("#cooperatesWith")}
    told = {(str(row.c), str(row.p)) for row in kg.sparql("SELECT ?c ?p { ?c cg:cooperatesWith ?p }")}
    assert cooperates == told


def test_a_neighbourhood_is_a_network_around_a_thing(kg: KnowledgeGraph) -> None:
    thing = kg["optence"]
    middle = str(thing.iri)
    network = thing.neighbourhood().to_networkx()
    assert all(middle in edge for edge in network.edges())
    assert network.nodes[middle]["label"] == "Optence"
    (manager,) = thing["cg:managedBy"]
    assert network.has_edge(middle, str(manager.iri))
    assert all(said["label"] for _, said in network.nodes(data=True))
