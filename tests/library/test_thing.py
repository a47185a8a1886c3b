"""The things of a graph in Python: `kg.clusters`, `kg["cool-silicon"].partners`."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Literal, get_args

import pytest
from rdflib import URIRef

import clustergraph
from clustergraph import Thing, Things, Triples, UnknownThing
from clustergraph.catalogue import CatalogueError, ParameterError
from clustergraph.engine.base import Answer
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.library.naming import plural
from clustergraph.library.result import Result
from clustergraph.sparql.query import Query

ID = "https://w3id.org/clustergraph/id/"


def test_a_thing_is_found_by_what_people_call_it(kg: KnowledgeGraph) -> None:
    wanted = URIRef(f"{ID}cluster/cool-silicon")
    for name in ("cool-silicon", "Cool Silicon", "cluster/cool-silicon", "cluster:cool-silicon", wanted):
        assert kg[name].iri == wanted, name
        assert name in kg
    assert kg["JP"] == kg["Japan"] == kg.countries["jp"]
    assert kg["Tschechien"].label == "Czechia"


def test_every_cluster_is_found_by_its_slug_and_by_its_label(kg: KnowledgeGraph) -> None:
    assert len(kg.clusters) == 32
    for cluster in kg.clusters:
        assert kg[cluster.slug] == kg.clusters[cluster.slug] == kg[cluster.label] == cluster


def test_a_name_of_nothing_brings_names_that_look_like_it(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownThing, match=r"Nothing here is called 'optense'\. Did you mean Optence") as caught:
        kg["optense"]
    assert isinstance(caught.value, KeyError)
    assert caught.value.suggestions
    assert "optense" not in kg
    assert "" not in kg
    assert 7 not in kg
    with pytest.raises(TypeError, match="by what it is called, a text, and not by 7"):
        kg.find(7)  # type: ignore[arg-type]
    with pytest.raises(UnknownThing, match=r"^Nothing here is called 'JP'."):
        kg.clusters["JP"]


def test_a_name_of_several_things_brings_them_all(shops: KnowledgeGraph) -> None:
    with pytest.raises(
        UnknownThing, match=r"'twin' means 2 things: .*d/twin, .*e/twin\. Give the IRI of one"
    ) as caught:
        shops["twin"]
    assert caught.value.suggestions == ("https://example.org/d/twin", "https://example.org/e/twin")
    assert shops["https://example.org/e/twin"].slug == "twin"


def test_of_things_called_the_same_one_is_meant_that_queries_ask_about(shops: KnowledgeGraph) -> None:
    assert [thing.slug for thing in shops.things("<https://example.org/CornerShop>")].count("rye") == 1
    assert shops["rye"].iri == URIRef("https://example.org/b/rye")


def test_a_thing_says_what_it_is(kg: KnowledgeGraph) -> None:
    thing = kg["optence"]
    assert (thing.slug, thing.label, str(thing)) == ("optence", "Optence", "Optence")
    assert repr(thing) == "<Thing cluster:optence 'Optence'>"
    assert URIRef("https://w3id.org/clustergraph/ontology#Cluster") in thing.types
    assert kg["JP"].label_in("de") == "Japan"
    assert kg["CZ"].label_in("de") == "Tschechien"
    german, english = thing.description_in("de"), thing.description
    assert german
    assert english
    assert german != english
    assert kg["cg:Cluster"].description
    assert len({thing, kg["Optence"]}) == 1


def test_what_is_said_of_a_thing_is_what_its_statements_say(kg: KnowledgeGraph) -> None:
    thing = kg["cool-silicon"]
    graph = thing.graph()
    assert isinstance(graph, Triples)
    assert set(graph.subjects()) == {thing.iri}
    assert sum(map(len, thing.properties.values())) == len(graph)
    (manager,) = thing["cg:managedBy"]
    assert isinstance(manager, Thing)
    assert manager.label == "Cool Silicon e.V."
    assert thing["foaf:homepage"] == [URIRef("https://www.cool-silicon.de")]
    assert thing["https://w3id.org/clustergraph/ontology#managedBy"] == [manager]
    assert thing["cg:nothing"] == []
    with pytest.raises(KeyError, match="neither an IRI nor a prefixed name; the prefixes are"):
        thing["nope:managedBy"]


def test_canned_queries_are_asked_of_a_thing(kg: KnowledgeGraph) -> None:
    thing = kg["cool-silicon"]
    assert thing.partners == kg.query("cluster-partners", cluster="cool-silicon")
    assert {row.targetLabel for row in thing.targets(phase="concept")} == {"Belgium", "Czechia"}
    assert {row.targetLabel for row in thing.targets(phase="implementation")} == {"Czechia"}
    assert len(thing.targets) == 3
    assert isinstance(thing.targets, Result)
    assert len(thing.targets.to_pandas()) == 3
    assert {row.kind for row in thing.sources} >= {"source line"}
    assert isinstance(thing.neighbourhood(), Triples)
    assert len(kg["JP"].clusters(phase="implementation")) == 6


def test_targets_of_all_clusters_are_the_targets_by_phase(kg: KnowledgeGraph) -> None:
    every = {(row.cluster, row.phaseName, row.target) for row in kg.query("targets-by-phase")}
    told = {(cluster.iri, row.phase, row.target) for cluster in kg.clusters for row in cluster.targets}
    assert told == every


def test_an_answer_is_asked_when_it_is_looked_at_and_once(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    thing, asked = kg["optence"], []
    original = EmbeddedEngine.answer
    targets = thing.targets

    def answer(self: EmbeddedEngine, query: Query) -> Answer:
        asked.append(query.text)
        return original(self, query)

    monkeypatch.setattr(EmbeddedEngine, "answer", answer)
    assert not asked
    assert len(targets) == len(list(targets)) == len(targets.to_polars())
    assert len(asked) == 1


def test_parameters_are_checked_by_the_catalogue(kg: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="must be concept or implementation"):
        kg["optence"].targets(phase="first")
    with pytest.raises(ParameterError, match="no parameter 'year'"):
        kg["optence"].targets(year=2017)


def test_what_can_be_asked_is_listed_with_its_parameters(kg: KnowledgeGraph) -> None:
    thing = kg["optence"]
    assert {"partners", "targets", "sources", "label"} <= set(dir(thing))
    assert "partners" not in dir(kg["photonics"])
    (phase,) = inspect.signature(thing.targets).parameters.values()
    assert (phase.name, phase.kind) == ("phase", inspect.Parameter.KEYWORD_ONLY)
    assert phase.annotation == Literal["concept", "implementation"]
    assert set(get_args(phase.annotation)) == {"concept", "implementation"}
    assert inspect.getdoc(thing.targets).startswith("Targets of a cluster.")  # type: ignore[union-attr]
    assert "phase: Only this phase. One of concept, implementation." in inspect.getdoc(thing.targets)  # type: ignore[operator]
    with pytest.raises(AttributeError, match=r"from canned queries, are .*partners"):
        thing.nothing  # noqa: B018
    assert not hasattr(thing, "_nothing")


def test_classes_have_their_things(kg: KnowledgeGraph) -> None:
    assert {"clusters", "countries", "federal_states", "technology_fields"} <= set(dir(kg))
    assert isinstance(kg.clusters, Things)
    assert [thing.slug for thing in kg.clusters[:2]] == ["amz-sachsen", "arena2036"]
    assert list(kg.things("cg:Cluster")) == list(kg.clusters)
    assert kg["optence"] in kg.clusters
    assert "optence" in kg.clusters
    assert "JP" not in kg.clusters
    frame = kg.clusters.to_pandas()
    assert list(frame.columns) == ["iri", "slug", "label"]
    assert len(frame) == kg.clusters.to_polars().height == kg.clusters.to_arrow().num_rows == 32
    with pytest.raises(AttributeError, match=r"under the names .*clusters"):
        kg.klusters  # noqa: B018
    with pytest.raises(TypeError):
        iter(kg)  # type: ignore[call-overload]


def test_things_can_be_given_to_queries(kg: KnowledgeGraph) -> None:
    japan = kg["JP"]
    assert kg.query("clusters-by-country", country=japan) == kg.query("clusters-by-country", country="JP")
    assert kg.sparql("ASK { ?x a cg:Country }", x=japan) is True


def test_labels_of_many_things_are_asked_together(kg: KnowledgeGraph) -> None:
    iris = [str(row.s) for row in kg.sparql("SELECT DISTINCT ?s { ?s rdfs:label ?l FILTER(isIRI(?s)) }")]
    assert len(iris) > 1000
    labels = kg.labels(iris, "de")
    assert set(labels) == set(iris)
    assert labels[f"{ID}country/CZ"] == "Tschechien"
    assert kg.labels(["not an iri", "urn:nothing"]) == {}


def test_everything_shows_itself_in_a_notebook(kg: KnowledgeGraph) -> None:
    html = kg["optence"]._repr_html_()
    assert "Optence" in html
    assert "<code>.targets</code>" in html
    whole = kg._repr_html_() or ""
    assert "<code>.clusters</code>" in whole
    assert kg.snapshot.name in whole
    assert "clusters-by-country" in whole
    assert "32 things of class cg:Cluster" in kg.clusters._repr_html_()
    assert repr(kg.clusters) == "<32 things of class cg:Cluster>"
    assert "<td>Belgium</td>" in kg["cool-silicon"].targets._repr_html_()


def test_words_in_the_plural() -> None:
    told = {
        "cluster": "clusters",
        "City": "cities",
        "day": "days",
        "branch": "branches",
        "Federal State": "federal_states",
    }
    assert {label: plural(label) for label in told} == told


# Another programme's folder

FOREIGN = {
    "ontology/shop.ttl": """
        @prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix ex: <https://example.org/> .
        ex:Bakery a owl:Class ; rdfs:label "bakery"@en . ex:CornerShop a owl:Class .
        ex:Unused a owl:Class ; rdfs:label "ghost"@en .""",
    "data/shops.ttl": """
        @prefix ex: <https://example.org/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        <https://example.org/b/rye> a ex:Bakery ; rdfs:label "Rye & <Sons>" ; ex:sells "bread", "rolls" .
        <https://example.org/c/kiosk> a ex:CornerShop ; ex:near <https://example.org/b/rye> .
        <https://example.org/c/rye> a ex:CornerShop .
        <https://example.org/d/twin> a ex:CornerShop . <https://example.org/e/twin> a ex:CornerShop .""",
    "queries/goods.rq": """#+ summary: Goods of a shop
#+ description: What a shop sells.
#+ parameters:
#+   shop: {description: A bakery., class: "ex:Bakery", example: rye}
#+   letter: {description: What the names begin with., example: b}
#+ method: {of: ex:Bakery, name: goods}
PREFIX ex: <https://example.org/>
SELECT ?good { ?_shop_iri ex:sells ?good FILTER(STRSTARTS(?good, COALESCE(?__letter, ""))) } ORDER BY ?good""",
    "queries/near.rq": """#+ summary: What is near
#+ description: Things that say they are near a thing.
#+ parameters:
#+   thing: {description: Anything., example: rye}
#+ method: {name: neighbours}
PREFIX ex: <https://example.org/>
SELECT ?other { ?other ex:near ?_thing_iri }""",
}


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    folder = tmp_path_factory.mktemp("shops")
    for name, text in FOREIGN.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return clustergraph.open(folder, store=folder / "store")


def test_another_folder_has_its_own_names(shops: KnowledgeGraph) -> None:
    assert [thing.slug for thing in shops.bakeries] == ["rye"]
    assert [thing.label for thing in shops.corner_shops] == ["kiosk", "rye", "twin", "twin"]
    assert not hasattr(shops, "ghosts")
    assert not hasattr(shops, "clusters")
    rye = shops["rye"]
    assert [row.good for row in rye.goods] == ["bread", "rolls"]
    assert [row.good for row in rye.goods(letter="r")] == ["rolls"]
    assert [row.other for row in rye.neighbours] == [shops["kiosk"].iri]
    assert "goods" not in dir(shops["kiosk"])
    assert "neighbours" in dir(shops["kiosk"])
    assert "Rye &amp; &lt;Sons&gt;" in rye._repr_html_()


def test_a_method_must_be_askable_and_have_a_name_of_its_own(tmp_path: Path) -> None:
    from clustergraph.catalogue import Catalogue

    good = FOREIGN["queries/goods.rq"]
    for wrong, told in (
        ("{of: ex:Bakery, name: Goods!}", "needs a name in the style of Python"),
        ("{of: ex:Bakery, name: class}", "needs a name in the style of Python"),
        ("{of: ex:Town, name: goods}", "needs one parameter of type iri with class <https://example.org/Town>"),
        ("{name: goods}", "needs one parameter of type iri with no class"),
        ("{of: ex:Bakery, name: goods, order: 1}", "The key 'order' of 'method' is not known"),
    ):
        (tmp_path / "goods.rq").write_text(good.replace("{of: ex:Bakery, name: goods}", wrong))
        with pytest.raises(CatalogueError, match=told):
            Catalogue.load(tmp_path)
    (tmp_path / "goods.rq").write_text(good)
    (tmp_path / "again.rq").write_text(good)
    with pytest.raises(CatalogueError, match=r"goods\.rq:1: Another query is the method 'goods' of that class already"):
        Catalogue.load(tmp_path)


def test_a_closed_graph_leaves_its_things_readable(tmp_path: Path) -> None:
    file = tmp_path / "one.ttl"
    file.write_text("<urn:a> a <urn:T> .")
    with clustergraph.open(file) as kg:
        thing = kg["urn:a"]
    assert repr(thing) == "<Thing urn:a>"
    with pytest.raises(ValueError, match="closed"):
        _ = thing.label
