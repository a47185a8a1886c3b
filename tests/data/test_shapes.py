"""Each shape lets a correct graph pass and tells a curator what to do about an incorrect one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pycountry
import pytest
from owlrl.OWLRL import OWLRL_Semantics
from pyshacl import validate
from rdflib import OWL, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from support.planted_errors import BASE, MASKABLE, PLANTS, PREFIXES, SAMPLE, Plant

ONTOLOGY_FOLDER = Path(__file__).parents[2] / "ontology"
CG = Namespace(f"{BASE}ontology#")
SHAPES = Namespace(f"{BASE}shapes#")
MEASURE = "measure/internationalisation"

# A thing under a name of the wrong pattern, for each shape of the section on names.
NAMES = {
    "ClusterName": "cluster:Big a cg:Cluster",
    "OrganisationName": "region:x a org:Organization",
    "ManagerOrPartnerName": "cluster:x a cg:ManagingOrganisation",
    "PersonName": "person:Dr-x a foaf:Person",
    "ContactName": "contact:Big a cg:Contact",
    "CountryName": "country:jp a cg:Country",
    "StateName": "state:SN a cg:FederalState",
    "CityName": "city:Dresden a cg:City",
    "RegionName": "city:dresden a cg:Region",
    "ConceptPhaseName": "phase:x-implementation a cg:ConceptPhase",
    "ImplementationPhaseName": "phase:x-concept a cg:ImplementationPhase",
    "ProjectName": "project:iCool a cg:Project",
    "FieldName": "field:Photonics a cg:TechnologyField",
    "AwardName": "award:Gold a cg:Award",
    "MeasureName": "round:1 a cg:FundingMeasure",
    "RoundName": "round:first a cg:FundingRound",
    "SourceLineName": "source:page-159 a cg:SourceLine",
    "NoteName": "source:page-L1 a cg:CuratorNote",
}


@dataclass(frozen=True, slots=True)
class Violation:
    """One result of a validation: where, and the advice given."""

    focus: str
    message: str
    shape: Node | None


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ONTOLOGY_FOLDER / "clustergraph.ttl")


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(ONTOLOGY_FOLDER / "shapes.ttl")


def violations(graph: Graph, shapes: Graph, only: URIRef | None = None) -> list[Violation]:
    """What the shapes say about `graph`; with `only`, what that one shape says."""
    chosen: list[str | URIRef] | None = None if only is None else [only, *building_blocks(shapes)]
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none", inplace=True, use_shapes=chosen)
    assert isinstance(report, Graph)
    return [
        Violation(
            str(report.value(result, SH.focusNode)).removeprefix(f"{BASE}id/"),
            str(report.value(result, SH.resultMessage)),
            report.value(result, SH.sourceShape),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    ]


def building_blocks(shapes: Graph) -> list[URIRef]:
    """The named shapes without a target of their own, which other shapes refer to."""
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
    named = {shape for shape in shapes.subjects() if isinstance(shape, URIRef) and shape in SHAPES}
    return sorted(shape for shape in named if not any((shape, target, None) in shapes for target in targets))


def about_things(found: list[Violation]) -> list[Violation]:
    """Leave out the counts of the whole graph, which one cluster cannot meet."""
    return [violation for violation in found if violation.shape != SHAPES.WholeGraph]


def read(turtle: str) -> Graph:
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


def published(ontology: Graph, turtle: str) -> Graph:
    """The graph as the build validates it: with the ontology and with what reasoning adds."""
    graph = ontology + read(turtle)
    OWLRL_Semantics(graph, False, False).closure()  # type: ignore[no-untyped-call]
    return graph


def test_sample_conforms_before_and_after_reasoning(ontology: Graph, shapes: Graph) -> None:
    assert about_things(violations(ontology + read(SAMPLE), shapes)) == []
    assert about_things(violations(published(ontology, SAMPLE), shapes)) == []


def advised(graph: Graph, shapes: Graph, plant: Plant) -> bool:
    return any(plant.advice in violation.message for violation in violations(graph, shapes, SHAPES[plant.shape]))


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_planted_error_is_answered_with_advice(ontology: Graph, shapes: Graph, plant: Plant) -> None:
    assert advised(ontology + read(plant.into(SAMPLE)), shapes, plant)


@pytest.fixture(scope="module")
def masked(ontology: Graph) -> Graph:
    """The sample with every error of `MASKABLE` at once, because reasoning takes its time."""
    turtle = SAMPLE
    for plant in MASKABLE:
        turtle = plant.into(turtle)
    return published(ontology, turtle)


@pytest.mark.parametrize("plant", MASKABLE, ids=str)
def test_inference_hides_no_error(masked: Graph, shapes: Graph, plant: Plant) -> None:
    assert advised(masked, shapes, plant)


def test_one_error_is_not_drowned_by_others(ontology: Graph, shapes: Graph) -> None:
    # All shapes at once: a link into nothing gets one answer, about the thing it leads to.
    graph = published(ontology, SAMPLE + "project:sample cg:evidencedBy source:page-L13 .")
    found = about_things(violations(graph, shapes))
    assert [violation.focus for violation in found] == ["source/page-L13"]


def test_every_shape_has_a_planted_error(shapes: Graph) -> None:
    named = {shape for shape in shapes.subjects(RDF.type, SH.NodeShape) if isinstance(shape, URIRef)}
    tested = {SHAPES[shape] for shape in (*NAMES, *(plant.shape for plant in PLANTS + MASKABLE))}
    assert named - set(building_blocks(shapes)) - {SHAPES.WholeGraph} == tested


@pytest.mark.parametrize(("shape", "thing"), NAMES.items(), ids=NAMES)
def test_each_kind_of_thing_has_its_kind_of_name(ontology: Graph, shapes: Graph, shape: str, thing: str) -> None:
    found = violations(ontology + read(SAMPLE + thing + " ."), shapes, SHAPES[shape])
    assert len(found) == 1
    assert "id/" in found[0].message


def test_every_rule_has_advice(shapes: Graph) -> None:
    # A shape without property or SPARQL constraints is itself one rule; a building block speaks through its user.
    targeted = set(shapes.subjects(RDF.type, SH.NodeShape)) - set(building_blocks(shapes))
    for shape in targeted:
        parts = [*shapes.objects(shape, SH.property), *shapes.objects(shape, SH.sparql)]
        for rule in parts or [shape]:
            advice = shapes.value(rule, SH.message)
            assert isinstance(advice, Literal), f"{shape} has a rule without sh:message"
            assert advice.language == "en"
            assert advice.endswith(".")


def test_every_class_has_a_shape(ontology: Graph, shapes: Graph) -> None:
    classes = {term for term in ontology.subjects(RDFS.isDefinedBy) if (term, RDF.type, OWL.Class) in ontology}
    assert classes
    assert classes <= set(shapes.objects(None, SH.targetClass))


def test_shapes_speak_only_of_declared_terms(ontology: Graph, shapes: Graph) -> None:
    mentioned = {node for triple in shapes for node in triple if isinstance(node, URIRef) and node in CG}
    assert mentioned
    assert mentioned <= set(ontology.subjects(RDFS.isDefinedBy))


def codes_of(shapes: Graph, shape: str) -> list[set[str]]:
    """The lists of codes that a shape allows."""
    lists = [head for rule in shapes.objects(SHAPES[shape], SH.property) for head in shapes.objects(rule, SH["in"])]
    return [{str(code) for code in Collection(shapes, head)} for head in lists]


def test_country_codes_are_those_of_iso_3166_1(shapes: Graph) -> None:
    assert codes_of(shapes, "Country") == [{country.alpha_2 for country in pycountry.countries}]


def test_state_codes_are_those_of_iso_3166_2(shapes: Graph) -> None:
    german = {area.code for area in pycountry.subdivisions if area.country_code == "DE"}
    assert codes_of(shapes, "FederalState") == [german]


# The whole graph

COUNTRIES = [country.alpha_2 for country in pycountry.countries][:25]


def whole_graph(clusters: int = 32, implementations: int = 30, concept_targets: int = 72,
                implementation_targets: int = 50, countries: int = 25) -> Graph:  # fmt: skip
    """A graph with nothing but what is counted; the target places go round in turn."""
    graph = Graph()
    for code in COUNTRIES[:countries]:
        graph.add((URIRef(f"{BASE}id/country/{code}"), RDF.type, CG.Country))
    for link, phases, targets in (
        ("Concept", clusters, concept_targets),
        ("Implementation", implementations, implementation_targets),
    ):
        for number in range(clusters):
            graph.add((URIRef(f"{BASE}id/cluster/c{number}"), RDF.type, CG.Cluster))
        for number in range(phases):
            phase = URIRef(f"{BASE}id/phase/c{number}-{link.lower()}")
            graph.add((URIRef(f"{BASE}id/cluster/c{number}"), CG[f"has{link}Phase"], phase))
        for number in range(targets):
            phase = URIRef(f"{BASE}id/phase/c{number % phases}-{link.lower()}")
            code = COUNTRIES[number % countries]
            graph.add((phase, CG.targetPlace, URIRef(f"{BASE}id/country/{code}")))
    return graph


def test_right_counts_pass(shapes: Graph) -> None:
    assert violations(whole_graph(), shapes, SHAPES.WholeGraph) == []


@pytest.mark.parametrize(
    ("graph", "advice"),
    [
        (whole_graph(clusters=31), "Expected 32 clusters, found 31."),
        (whole_graph(clusters=33), "Expected 32 clusters, found 33."),
        (whole_graph(clusters=31), "Expected 32 concept phases, found 31."),
        (whole_graph(implementations=29), "Expected 30 implementation phases, found 29."),
        (whole_graph(implementations=31), "Expected 30 implementation phases, found 31."),
        (whole_graph(concept_targets=71), "(71 countries and one region), found 71."),
        (
            whole_graph(implementation_targets=51),
            "Expected 50 target statements of implementation phases, found 51.",
        ),
        (whole_graph(countries=24), "Expected 25 different target countries, found 24."),
    ],
)
def test_wrong_count_says_found_and_expected(shapes: Graph, graph: Graph, advice: str) -> None:
    found = violations(graph, shapes, SHAPES.WholeGraph)
    assert any(advice in violation.message for violation in found), found
    assert {violation.focus for violation in found} == {MEASURE}


def test_an_empty_graph_is_wrong_too(shapes: Graph) -> None:
    messages = [violation.message for violation in violations(Graph(), shapes, SHAPES.WholeGraph)]
    assert len(messages) == 6
    assert all("found 0." in message for message in messages)
