"""The programme: rules, plans and counts that must not be mixed (E1 to E5)."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, RDFS, SKOS, XSD, Literal, URIRef

from support.graph_facts import CG, ORG, SCHEMA, Facts, thing

MEASURE = "measure/internationalisation"


def test_about_ten_a_round_and_32_in_all_both_hold(facts: Facts) -> None:
    """E1"""
    assert len(facts.of(MEASURE, CG.hasParticipant)) == 32
    questions = facts.of(MEASURE, CG.openQuestion)
    assert [text for text in questions if "about 10" in text and "32" in text]
    assert facts.lines(MEASURE) >= {"flyer-L41", "flyer-L43", "page-L2"}
    assert facts.of("document/page", DCTERMS.date) == {"2020-04-16"}


def test_two_spellings_of_the_title_are_one_measure(facts: Facts) -> None:
    """E2"""
    title = "Internationalisation of Leading-Edge Clusters, Forward-Looking Projects, and Comparable Networks"
    variant = "Internationalisation of German Leading-Edge Clusters, Forward-Looking Projects and Comparable Networks"
    assert facts.all(CG.FundingMeasure) == {MEASURE}
    assert (title, "en") in facts.texts(MEASURE, RDFS.label)
    assert facts.of(MEASURE, SKOS.altLabel) == {variant}


def test_four_million_is_a_ceiling_and_no_cluster_has_an_amount(facts: Facts) -> None:
    """E3"""
    assert {float(amount) for amount in facts.of(MEASURE, CG.maxFunding)} == {4_000_000.0}
    assert set(facts.graph.subjects(CG.maxFunding)) == {thing(MEASURE)}
    money = (SCHEMA.amount, SCHEMA.funding, CG.maxFunding, CG.maxFundingPerProject)
    for cluster in facts.all(CG.Cluster):
        assert not [predicate for predicate in money if facts.of(cluster, predicate)]


def test_wanka_was_minister_when_the_flyer_was_printed(facts: Facts) -> None:
    """E4"""
    (membership,) = facts.who(ORG.member, "person/johanna-wanka")
    assert facts.of(membership, CG.role) == {"Federal Minister of Education and Research"}
    assert facts.of(membership, ORG.organization) == {"organisation/bmbf"}
    assert facts.lines(membership) == {"flyer-L124", "flyer-L125"}
    for predicate in (ORG.memberDuring, SCHEMA.startDate, SCHEMA.endDate, DCTERMS.date):
        assert facts.of(membership, URIRef(str(predicate))) == set()


@pytest.mark.parametrize(
    ("cluster", "duration", "line"),
    [("optence", "P2Y", "page-L400"), ("optonet", "P1Y", "page-L414"), ("wigratec", "P18M", "page-L470")],
)
def test_cluster_states_the_length_of_its_own_concept_phase(
    facts: Facts, cluster: str, duration: str, line: str
) -> None:
    """E5"""
    # By value: stores may write 18 months as a year and six months.
    (stated,) = facts.graph.objects(thing(f"phase/{cluster}-concept"), CG.conceptDuration)
    assert isinstance(stated, Literal)
    assert stated.eq(Literal(duration, datatype=XSD.duration))
    assert facts.lines(f"note/{cluster}-duration") == {line}


def test_other_concept_phases_have_no_length_of_their_own(facts: Facts) -> None:
    """E5"""
    assert len([phase for phase in facts.all(CG.Phase) if facts.of(phase, CG.conceptDuration)]) == 3
    assert facts.of("phase-rule/concept", CG.maxDuration) == {"P2Y"}
    assert facts.of("phase-rule/implementation", CG.maxDuration) == {"P3Y"}


def test_only_one_phase_says_when_it_starts(facts: Facts) -> None:
    """What the documents leave unknown: start and end, but for one year."""
    starts = {phase: facts.of(phase, CG.startsIn) for phase in facts.all(CG.Phase) if facts.of(phase, CG.startsIn)}
    assert starts == {"phase/open-hybrid-labfactory-implementation": {"2019"}}
