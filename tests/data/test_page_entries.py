"""Splitting the programme page into its 32 entries: the places where a reader of the page goes wrong (A1 to A12)."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, FOAF, RDFS

from support.graph_facts import CG, ORG, SCHEMA, Facts


def test_broken_closing_tag_is_no_part_of_the_number_before_biom(facts: Facts) -> None:
    """A1"""
    assert facts.of("contact/bioeconomy-cluster", CG.telephoneAsWritten) == {"+49 (0)345/ 1314 2732"}
    assert not [text for text in facts.literals() if "/p>" in text]
    assert "page-L42" in facts.lines("cluster/biom")
    assert "page-L42" not in facts.lines("cluster/bioeconomy-cluster") | facts.lines("contact/bioeconomy-cluster")


@pytest.mark.parametrize(
    ("heading", "opens", "follows"),
    [
        (266, "sinn-i", "ikv"),
        (306, "leichtbau-bw", "kunststoff-institut-luedenscheid"),
        (319, "mai-carbon", "leichtbau-bw"),
    ],
)
def test_heading_right_after_a_number_opens_the_next_entry(
    facts: Facts, heading: int, opens: str, follows: str
) -> None:
    """A2"""
    assert facts.who(CG.evidencedBy, f"source/page-L{heading}") == {f"cluster/{opens}"}
    address = facts.of(f"contact/{follows}", SCHEMA.address, SCHEMA.addressLocality)
    assert address
    assert not facts.names(f"cluster/{opens}") & address


@pytest.mark.parametrize(
    ("line", "cluster", "name"),
    [
        (43, "biom", "BioM"),
        (56, "bio-nrw", "BIO.NRW"),
        (71, "biorn", "BioRN"),
        (173, "deepsea-mining-alliance", "DeepSea Mining Alliance"),
        (364, "merge", "MERGE"),
        (382, "open-hybrid-labfactory", "Open Hybrid LabFactory"),
        (397, "optence", "Optence"),
        (411, "optonet", "OptoNet"),
        (441, "software-cluster", "Software-Cluster"),
        (467, "wigratec", "WIGRATEC"),
    ],
)
def test_entry_without_heading_is_a_cluster_with_a_name(facts: Facts, line: int, cluster: str, name: str) -> None:
    """A3"""
    assert facts.who(CG.evidencedBy, f"source/page-L{line}") >= {f"phase/{cluster}-concept"}
    assert facts.who(CG.hasConceptPhase, f"phase/{cluster}-concept") == {f"cluster/{cluster}"}
    assert facts.of(f"cluster/{cluster}", RDFS.label) == {name}


def test_blank_line_inside_the_mechatronics_entry_ends_nothing(facts: Facts) -> None:
    """A4"""
    cluster = "cluster/cluster-mechatronik-automation"
    assert facts.who(CG.evidencedBy, "source/page-L144") == {cluster}
    assert facts.lines(cluster) >= {"page-L129", "page-L135", "page-L145"}
    assert facts.of(cluster, CG.hasContact, ORG.member) == {"person/heiko-bartschat"}
    assert facts.of(cluster, CG.hasContact, SCHEMA.address, SCHEMA.postalCode) == {"86159"}
    assert facts.of(cluster, CG.hasContact, ORG.organization) == facts.of(cluster, CG.managedBy)


def test_person_below_the_address_in_luedenscheid_stays_there(facts: Facts) -> None:
    """A5"""
    assert facts.who(ORG.member, "person/thomas-eulenstein") == {"contact/kunststoff-institut-luedenscheid"}
    assert facts.of("contact/kunststoff-institut-luedenscheid", CG.role) == {"Managing Director"}
    assert facts.of("contact/leichtbau-bw", ORG.member) == {"person/wolfgang-seeliger"}
    assert facts.of("contact/leichtbau-bw", CG.role) == set()


def test_person_below_the_numbers_of_software_cluster_stays_there(facts: Facts) -> None:
    """A6"""
    assert facts.of("cluster/software-cluster", CG.hasContactPerson) == {"person/tilman-becker"}
    assert facts.of("person/tilman-becker", CG.affiliatedTo) == {"organisation/dfki"}
    assert facts.of("contact/software-cluster", SCHEMA.telephone) == {"+49681857755271"}
    assert facts.of("cluster/wetzlar-network", CG.hasContactPerson) == {"person/ralf-niggemann"}


def test_merge_has_a_short_name_a_repaired_long_name_and_a_host(facts: Facts) -> None:
    """A7"""
    assert facts.of("cluster/merge", RDFS.label) == {"MERGE"}
    assert "MERGE (Technology fusion for multifunctional lightweight structures)" in facts.names("cluster/merge")
    assert "MERGE (Technology fusion for multifunctional lightweight structures" not in facts.literals()
    assert facts.of("note/merge-name", CG.certainty) == {"inferred"}
    assert facts.of("cluster/merge", CG.managedBy) == {"organisation/technical-university-in-chemnitz"}
    assert "Technical University in Chemnitz" not in facts.names("cluster/merge")


def test_role_glued_to_the_next_label_is_cut(facts: Facts) -> None:
    """A8"""
    assert facts.texts("contact/medical-valley-emn", CG.role) == {("Head of International Services", "en")}
    assert not [text for text in facts.literals() if "Contact Data" in text]


@pytest.mark.parametrize(
    ("contact", "telephone", "fax"),
    [("medical-valley-emn", "+4991319161749", "+4991319161718"), ("optonet", "+4936415733655", "+4936415733659")],
)
def test_telephone_and_fax_on_one_line_are_two_numbers(facts: Facts, contact: str, telephone: str, fax: str) -> None:
    """A9"""
    assert facts.of(f"contact/{contact}", SCHEMA.telephone) == {telephone}
    assert facts.of(f"contact/{contact}", SCHEMA.faxNumber) == {fax}


def test_empty_e_mail_field_gives_no_address(facts: Facts) -> None:
    """A9"""
    assert facts.lines("contact/optonet") >= {"page-L421"}
    assert facts.of("contact/optonet", SCHEMA.email) == set()
    assert not [text for text in facts.literals() if "E-Mail:" in text]


def test_last_entry_is_read_to_its_last_line(facts: Facts) -> None:
    """A10"""
    assert facts.who(ORG.member, "person/mirko-peglow") == {"contact/wigratec"}
    street = facts.of("contact/wigratec", SCHEMA.address, SCHEMA.streetAddress)
    assert street == {"Wilfried-Pergande-Platz 1"}
    assert "page-L473" in facts.lines("contact/wigratec")
    assert facts.of("contact/wigratec", SCHEMA.telephone) == {"+4934978305128"}
    assert not [text for text in facts.literals() if "Ansprechpartner" in text]


def test_navigation_is_no_fact(facts: Facts) -> None:
    """A11"""
    assert facts.called("AMZ Sachsen")
    assert not facts.called("All") | facts.called("Deutschland Standorte")
    assert not [line for line in range(3, 7) if facts.who(CG.line, f"source/page-L{line}")]
    assert not [line for line in range(3, 7) if facts.who(CG.evidencedBy, f"source/page-L{line}")]


@pytest.mark.parametrize("line", [224, 272, 312, 459])
def test_boilerplate_of_the_measure_is_evidence_for_no_cluster(facts: Facts, line: int) -> None:
    """A12"""
    assert facts.lines("cluster/sinn-i") >= {"page-L271"}
    assert facts.who(CG.evidencedBy, f"source/page-L{line}") == set()


def test_boilerplate_of_the_measure_describes_no_cluster(facts: Facts) -> None:
    """A12"""
    assert "cluster/mai-carbon" not in facts.who(CG.evidencedBy, "source/page-L325")
    clusters = facts.all(CG.Cluster)
    texts = {text.lower() for cluster in clusters for text in facts.of(cluster, DCTERMS.description)}
    assert len(texts) == 64
    for words in ("comparable networks", "vergleichbare netzwerke", "market position", "marktposition", "mehrwert"):
        assert not [text for text in texts if words in text]


def test_every_person_belongs_to_one_entry(facts: Facts) -> None:
    """A5, A6: nobody is lost between two entries, and nobody is in two."""
    people = facts.all(FOAF.Person) - {"person/bernward-garthoff", "person/johanna-wanka"}
    assert len(people) == 30
    assert {len(facts.who(CG.hasContactPerson, person)) for person in people} == {1}
