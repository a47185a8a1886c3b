"""The ontology says what each term means, and a reasoner concludes from it what it should and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from owlrl.OWLRL import OWLRL_Semantics
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, FOAF, ORG, PROV, SKOS

ONTOLOGY_FILE = Path(__file__).parents[2] / "ontology" / "clustergraph.ttl"
ONTOLOGY = URIRef("https://w3id.org/clustergraph/ontology")
CG = Namespace("https://w3id.org/clustergraph/ontology#")
EX = Namespace("https://example.org/")
VANN = Namespace("http://purl.org/vocab/vann/")

# fmt: off
CLASSES = [
    "Cluster", "ManagingOrganisation", "PartnerInstitution", "Place", "Country", "FederalState", "City",
    "Region", "Phase", "ConceptPhase", "ImplementationPhase", "Project", "Contact", "FundingMeasure",
    "FundingRound", "Award", "TechnologyField", "SourceLine", "CuratorNote", "ExternalFact",
]

OBJECT_PROPERTIES = [
    "managedBy", "manages", "hasPhase", "phaseOf", "hasConceptPhase", "hasImplementationPhase", "targetPlace",
    "participatesIn", "hasParticipant", "selectedInRound", "roundOf", "fundedBy", "hasProject", "projectOf",
    "cooperatesWith", "partnerOf", "partnerRegion", "partnerKind", "locatedIn", "within", "contains",
    "hasContact", "contactFor", "hasActor", "hasMember", "supportedBy", "technologyField", "hasAward",
    "evidencedBy", "document", "targetsInConcept", "targetsInImplementation", "targets", "targetedBy",
    "targetsArea", "receivesFundingFrom", "hasPartnerIn", "hasContactPerson", "affiliatedTo", "operatedBy",
    "hasEconomicArm", "hostedBy",
]

DATATYPE_PROPERTIES = [
    "targetAsWritten", "certainty", "role", "telephoneAsWritten", "faxAsWritten", "memberCount",
    "memberCountQualifier", "foundedIn", "awardedSince", "maxFunding", "maxDuration", "isoCode", "line",
    "confidence", "openQuestion", "maxFundingPerProject", "fundingRate", "conceptDuration", "startsIn",
    "memberCountInternational", "smeShare", "telephoneType", "telephoneLabelAsWritten",
]
# fmt: on

CHAINS = {
    CG.targetsInConcept: {(CG.hasConceptPhase, CG.targetPlace)},
    CG.targetsInImplementation: {(CG.hasImplementationPhase, CG.targetPlace)},
    CG.targetsArea: {(CG.targets, CG.within)},
    CG.receivesFundingFrom: {(CG.participatesIn, CG.fundedBy)},
    CG.locatedIn: {(CG.locatedIn, CG.within)},
    CG.hasPartnerIn: {(CG.cooperatesWith, CG.locatedIn), (CG.partnerRegion, CG.within)},
    CG.hasContactPerson: {(CG.hasContact, ORG.member)},
    CG.affiliatedTo: {(ORG.hasMembership, ORG.organization)},
    CG.participatesIn: {(CG.selectedInRound, CG.roundOf)},
}

INVERSES = {
    (CG.managedBy, CG.manages),
    (CG.hasPhase, CG.phaseOf),
    (CG.participatesIn, CG.hasParticipant),
    (CG.hasProject, CG.projectOf),
    (CG.cooperatesWith, CG.partnerOf),
    (CG.within, CG.contains),
    (CG.hasContact, CG.contactFor),
    (CG.targets, CG.targetedBy),
    (ORG.member, ORG.hasMembership),
}

SUB_PROPERTIES = {
    (CG.managedBy, ORG.linkedTo),
    (CG.operatedBy, ORG.linkedTo),
    (CG.hasEconomicArm, ORG.linkedTo),
    (CG.hostedBy, ORG.linkedTo),
    (CG.hasConceptPhase, CG.hasPhase),
    (CG.hasImplementationPhase, CG.hasPhase),
    (CG.targetsInConcept, CG.targets),
    (CG.targetsInImplementation, CG.targets),
    (CG.hasMember, CG.hasActor),
    (CG.technologyField, DCTERMS.subject),
    (CG.evidencedBy, DCTERMS.source),
    (CG.isoCode, SKOS.notation),
}

SUB_CLASSES = {
    (CG.Cluster, ORG.Organization),
    (CG.ManagingOrganisation, ORG.Organization),
    (CG.PartnerInstitution, ORG.Organization),
    (CG.Place, DCTERMS.Location),
    (CG.Country, CG.Place),
    (CG.FederalState, CG.Place),
    (CG.City, CG.Place),
    (CG.Region, CG.Place),
    (CG.Phase, PROV.Activity),
    (CG.ConceptPhase, CG.Phase),
    (CG.ImplementationPhase, CG.Phase),
    (CG.Project, FOAF.Project),
    (CG.Contact, ORG.Membership),
    (CG.FundingMeasure, PROV.Entity),
    (CG.FundingRound, PROV.Entity),
    (CG.Award, PROV.Entity),
    (CG.TechnologyField, SKOS.Concept),
    (CG.SourceLine, PROV.Entity),
    (CG.CuratorNote, RDF.Statement),
    (CG.ExternalFact, CG.CuratorNote),
}

# One cluster with everything that inference has to connect. It aims at an area first and at a country in it later.
SAMPLE = """
    @prefix cg: <https://w3id.org/clustergraph/ontology#> .
    @prefix ex: <https://example.org/> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    @prefix org: <http://www.w3.org/ns/org#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

    ex:cluster a cg:Cluster ;
        cg:hasConceptPhase ex:concept ; cg:hasImplementationPhase ex:implementation ;
        cg:selectedInRound ex:round ; cg:managedBy ex:association ; cg:locatedIn ex:wolfsburg ;
        cg:cooperatesWith ex:institute ; cg:partnerRegion ex:bahia , ex:singapore ;
        cg:hasContact ex:contact ; cg:supportedBy ex:government ; cg:evidencedBy ex:line ;
        cg:technologyField ex:field ; cg:hasAward ex:award ; cg:hasProject ex:project ;
        cg:foundedIn "2001"^^xsd:gYear ; cg:memberCount 28 ; cg:smeShare 0.71 ; cg:memberCountQualifier "about" ;
        cg:openQuestion "Open"@en , "Offen"@de ; cg:certainty "stated" .
    ex:second a cg:Cluster ; cg:foundedIn "2014-04"^^xsd:gYearMonth .
    ex:concept cg:targetPlace ex:asia ; cg:targetAsWritten "Asia" ; cg:conceptDuration "P18M"^^xsd:duration .
    ex:implementation cg:targetPlace ex:singapore ; cg:startsIn "2019"^^xsd:gYear .
    ex:round cg:roundOf ex:measure .
    ex:measure cg:fundedBy ex:ministry ; cg:maxFunding 4000000.0 ; cg:maxDuration "P5Y"^^xsd:duration .
    ex:institute cg:locatedIn ex:lyon .
    ex:contact org:member ex:person ; org:organization ex:association ; cg:role "Head"@en .
    ex:person a foaf:Person .
    ex:award cg:awardedSince "2013"^^xsd:gYear .
    ex:line cg:document ex:page ; cg:line 12 .

    ex:asia a cg:Region .
    ex:singapore a cg:Country ; cg:within ex:asia ; cg:isoCode "SG" .
    ex:china a cg:Country ; cg:within ex:asia .
    ex:bahia a cg:Region ; cg:within ex:brazil .
    ex:brazil a cg:Country .
    ex:lyon a cg:City ; cg:within ex:rhone . ex:rhone a cg:Region ; cg:within ex:france . ex:france a cg:Country .
    ex:wolfsburg a cg:City ; cg:within ex:lowersaxony .
    ex:lowersaxony a cg:FederalState ; cg:within ex:germany .
    ex:germany a cg:Country .
"""


def term_name(term: URIRef) -> str:
    return str(term).rpartition("#")[2]


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return Graph().parse(ONTOLOGY_FILE)


def reasoner(ontology: Graph, turtle: str) -> OWLRL_Semantics:
    """A reasoner that has drawn every conclusion from the ontology and `turtle`: `graph`, `error_messages`."""
    graph = ontology + Graph().parse(data=turtle, format="turtle")
    done = OWLRL_Semantics(graph, False, False)
    done.closure()  # type: ignore[no-untyped-call]
    return done


@pytest.fixture(scope="module")
def reasoned(ontology: Graph) -> OWLRL_Semantics:
    return reasoner(ontology, SAMPLE)


@pytest.fixture(scope="module")
def sample(reasoned: OWLRL_Semantics) -> Graph:
    assert isinstance(reasoned.graph, Graph)
    return reasoned.graph


def test_ontology_describes_itself(ontology: Graph) -> None:
    assert (ONTOLOGY, RDF.type, OWL.Ontology) in ontology
    assert ontology.value(ONTOLOGY, OWL.versionInfo) == Literal("0.1.0")
    assert ontology.value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/0.1.0")
    licence = URIRef("https://creativecommons.org/licenses/by/4.0/")
    assert ontology.value(ONTOLOGY, DCTERMS.license) == licence
    assert ontology.value(ONTOLOGY, VANN.preferredNamespacePrefix) == Literal("cg")
    assert ontology.value(ONTOLOGY, VANN.preferredNamespaceUri) == Literal(str(CG))
    for predicate in (DCTERMS.title, DCTERMS.description):
        languages = {text.language for text in ontology.objects(ONTOLOGY, predicate) if isinstance(text, Literal)}
        assert languages == {"en", "de"}
    for predicate in (DCTERMS.creator, DCTERMS.source, DCTERMS.created, DCTERMS.modified):
        assert ontology.value(ONTOLOGY, predicate, any=True) is not None
    assert not list(ontology.objects(None, OWL.imports))


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (OWL.Class, CLASSES),
        (OWL.ObjectProperty, OBJECT_PROPERTIES),
        (OWL.DatatypeProperty, DATATYPE_PROPERTIES),
    ],
    ids=["classes", "object properties", "datatype properties"],
)
def test_ontology_declares_exactly_the_terms_of_the_model(ontology: Graph, kind: URIRef, names: list[str]) -> None:
    declared = {
        term_name(term) for term in ontology.subjects(RDF.type, kind) if isinstance(term, URIRef) and term in CG
    }
    assert declared == set(names)


@pytest.mark.parametrize("name", CLASSES + OBJECT_PROPERTIES + DATATYPE_PROPERTIES)
def test_every_term_is_explained_in_english_and_german(ontology: Graph, name: str) -> None:
    assert ontology.value(CG[name], RDFS.isDefinedBy) == ONTOLOGY
    for predicate in (RDFS.label, RDFS.comment):
        texts = [text for text in ontology.objects(CG[name], predicate) if isinstance(text, Literal)]
        assert sorted(text.language or "" for text in texts) == ["de", "en"]
        assert all(text.strip() for text in texts)


def test_no_undeclared_term_is_mentioned(ontology: Graph) -> None:
    mentioned = {node for triple in ontology for node in triple if isinstance(node, URIRef) and node in CG}
    assert {term_name(term) for term in mentioned} == {*CLASSES, *OBJECT_PROPERTIES, *DATATYPE_PROPERTIES}


def test_every_term_of_another_vocabulary_in_an_axiom_is_declared(ontology: Graph) -> None:
    axioms = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf)
    used = {term for axiom in axioms for term in ontology.objects(None, axiom)}
    built_in = {RDFS.label, RDF.langString}
    undeclared = {
        term
        for term in used - built_in
        if not str(term).startswith(str(XSD)) and not any(ontology.objects(term, RDF.type))
    }
    assert undeclared == set()


def test_chains_are_those_of_the_model(ontology: Graph) -> None:
    found: dict[URIRef, set[tuple[URIRef, ...]]] = {}
    for term, head in ontology.subject_objects(OWL.propertyChainAxiom):
        links = tuple(link for link in Collection(ontology, head) if isinstance(link, URIRef))
        assert isinstance(term, URIRef)
        found.setdefault(term, set()).add(links)
    assert found == CHAINS


def test_inverses_are_those_of_the_model(ontology: Graph) -> None:
    assert set(ontology.subject_objects(OWL.inverseOf)) >= INVERSES


def test_sub_properties_are_those_of_the_model(ontology: Graph) -> None:
    assert set(ontology.subject_objects(RDFS.subPropertyOf)) >= SUB_PROPERTIES


def test_sub_classes_are_those_of_the_model(ontology: Graph) -> None:
    assert set(ontology.subject_objects(RDFS.subClassOf)) >= SUB_CLASSES


def test_within_is_transitive_and_the_two_phases_are_disjoint(ontology: Graph) -> None:
    assert (CG.within, RDF.type, OWL.TransitiveProperty) in ontology
    assert (CG.ConceptPhase, OWL.disjointWith, CG.ImplementationPhase) in ontology


def test_nothing_is_functional(ontology: Graph) -> None:
    # Two values of a functional property would be taken for one thing: an error that hides itself.
    for kind in (OWL.FunctionalProperty, OWL.InverseFunctionalProperty):
        assert not list(ontology.subjects(RDF.type, kind))


def test_no_term_is_two_kinds_of_property(ontology: Graph) -> None:
    objects = set(ontology.subjects(RDF.type, OWL.ObjectProperty))
    datatypes = set(ontology.subjects(RDF.type, OWL.DatatypeProperty))
    annotations = set(ontology.subjects(RDF.type, OWL.AnnotationProperty))
    classes = set(ontology.subjects(RDF.type, OWL.Class))
    assert len(objects | datatypes | annotations | classes) == sum(map(len, (objects, datatypes, annotations, classes)))


def test_close_matches_are_no_super_terms(ontology: Graph) -> None:
    for vocabulary in ("http://data.europa.eu/s66#", "http://purl.org/cerif/frapo/"):
        matched = {term for term in ontology.objects(None, SKOS.closeMatch) if str(term).startswith(vocabulary)}
        assert matched
        for predicate in (RDFS.subClassOf, RDFS.subPropertyOf):
            assert not matched & set(ontology.objects(None, predicate))


def test_sample_is_consistent(reasoned: OWLRL_Semantics) -> None:
    assert reasoned.error_messages == []


def test_one_phase_cannot_be_both(ontology: Graph) -> None:
    both = """@prefix cg: <https://w3id.org/clustergraph/ontology#> .
        @prefix ex: <https://example.org/> .
        ex:cluster cg:hasConceptPhase ex:phase ; cg:hasImplementationPhase ex:phase ."""
    assert len(reasoner(ontology, both).error_messages) == 1


@pytest.mark.parametrize(
    ("subject", "predicate", "objects"),
    [
        ("cluster", CG.targetsInConcept, "asia"),
        ("cluster", CG.targetsInImplementation, "singapore"),
        ("cluster", CG.targets, "asia singapore"),
        ("singapore", CG.targetedBy, "cluster"),
        ("cluster", CG.targetsArea, "asia"),
        ("cluster", CG.participatesIn, "measure"),
        ("measure", CG.hasParticipant, "cluster"),
        ("cluster", CG.receivesFundingFrom, "ministry"),
        ("cluster", CG.locatedIn, "wolfsburg lowersaxony germany"),
        ("institute", CG.locatedIn, "lyon rhone france"),
        ("cluster", CG.hasPartnerIn, "lyon rhone france bahia brazil singapore asia"),
        ("cluster", CG.hasContactPerson, "person"),
        ("person", CG.affiliatedTo, "association"),
        ("association", CG.manages, "cluster"),
        ("cluster", CG.hasPhase, "concept implementation"),
        ("concept", CG.phaseOf, "cluster"),
        ("institute", CG.partnerOf, "cluster"),
        ("contact", CG.contactFor, "cluster"),
        ("project", CG.projectOf, "cluster"),
        ("cluster", DCTERMS.source, "line"),
        ("cluster", DCTERMS.subject, "field"),
        ("cluster", ORG.linkedTo, "association"),
    ],
)
def test_reasoner_concludes(sample: Graph, subject: str, predicate: URIRef, objects: str) -> None:
    assert set(sample.objects(EX[subject], predicate)) == {EX[name] for name in objects.split()}


def test_targets_lead_upwards_only(sample: Graph) -> None:
    # Whoever targets Asia targets no country in it: China stays untouched.
    for predicate in (CG.targets, CG.targetsArea, CG.hasPartnerIn):
        assert (EX.cluster, predicate, EX.china) not in sample
    assert not list(sample.objects(EX.china, CG.targetedBy))


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("cluster", "cg:Cluster org:Organization foaf:Organization foaf:Agent"),
        ("association", "cg:ManagingOrganisation org:Organization foaf:Organization foaf:Agent"),
        ("institute", "cg:PartnerInstitution org:Organization foaf:Organization foaf:Agent"),
        ("ministry", "org:Organization foaf:Organization foaf:Agent"),
        ("government", "org:Organization foaf:Organization foaf:Agent"),
        ("person", "foaf:Person foaf:Agent"),
        ("contact", "cg:Contact org:Membership"),
        ("singapore", "cg:Country cg:Region cg:Place dcterms:Location"),
        ("china", "cg:Country cg:Place dcterms:Location"),
        ("germany", "cg:Country cg:Place dcterms:Location"),
        ("lowersaxony", "cg:FederalState cg:Place dcterms:Location"),
        ("lyon", "cg:City cg:Place dcterms:Location"),
        ("asia", "cg:Region cg:Place dcterms:Location"),
        ("concept", "cg:ConceptPhase cg:Phase prov:Activity"),
        ("implementation", "cg:ImplementationPhase cg:Phase prov:Activity"),
        ("measure", "cg:FundingMeasure prov:Entity"),
        ("round", "cg:FundingRound prov:Entity"),
        ("project", "cg:Project foaf:Project"),
        ("award", "cg:Award prov:Entity"),
        ("field", "cg:TechnologyField skos:Concept"),
        ("line", "cg:SourceLine prov:Entity"),
        ("page", "foaf:Document"),
    ],
)
def test_nothing_is_typed_wrongly(sample: Graph, name: str, types: str) -> None:
    found = {
        sample.namespace_manager.qname(str(kind)) for kind in sample.objects(EX[name], RDF.type) if kind != OWL.Thing
    }
    assert found == set(types.split())
