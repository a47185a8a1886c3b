"""Organisations: who is who, what is one and what is two, and which number counts what (C1 to C23)."""

from __future__ import annotations

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, Literal

from support.graph_facts import CG, ORG, ROV, SCHEMA, Facts


@pytest.mark.parametrize(
    ("cluster", "manager", "form"),
    [
        ("forum-organic-electronics", "InnovationLab GmbH", "gmbh"),
        ("elektromobilitaet-sued-west", "e-mobil BW GmbH", "gmbh"),
        ("cluster-leistungselektronik", "ECPE e.V.", "e-v"),
    ],
)
def test_cluster_and_its_manager_are_two(facts: Facts, cluster: str, manager: str, form: str) -> None:
    """C1"""
    assert facts.of(f"cluster/{cluster}", CG.managedBy) == facts.called(manager)
    assert facts.of(f"cluster/{cluster}", CG.managedBy, ROV.orgType) == {f"legal-form/{form}"}
    assert facts.of(f"cluster/{cluster}", ROV.orgType) == set()
    assert manager not in facts.names(f"cluster/{cluster}")


@pytest.mark.parametrize("slug", ["amz-sachsen", "hamburg-aviation", "kunststoff-institut-luedenscheid"])
def test_cluster_and_manager_of_one_name_are_two(facts: Facts, slug: str) -> None:
    """C1"""
    assert facts.of(f"cluster/{slug}", CG.managedBy) == {f"organisation/{slug}"}
    assert facts.of(f"cluster/{slug}", RDFS.label) == facts.of(f"organisation/{slug}", RDFS.label)
    # The sources do not state the legal forms of these three.
    assert facts.of(f"organisation/{slug}", ROV.orgType) == set()


def test_no_cluster_is_a_managing_organisation(facts: Facts) -> None:
    """C1"""
    assert len(facts.all(CG.Cluster)) == 32
    assert len(facts.all(CG.ManagingOrganisation)) == 29
    assert not facts.all(CG.Cluster) & facts.all(CG.ManagingOrganisation)


def test_bio_nrw_has_an_operator_and_an_economic_arm_and_no_manager(facts: Facts) -> None:
    """C2"""
    assert facts.of("cluster/bio-nrw", CG.operatedBy) == {"organisation/forschungszentrum-juelich"}
    assert facts.of("cluster/bio-nrw", CG.hasEconomicArm) == {"organisation/bio-clustermanagement-nrw-gmbh"}
    assert facts.of("cluster/bio-nrw", CG.managedBy) == set()
    assert facts.of("cluster/bio-nrw", CG.hasMember) == set()
    assert [text for text in facts.of("cluster/bio-nrw", CG.openQuestion) if "ambiguous" in text]


def test_software_cluster_has_its_hosts_as_written_and_an_address_in_saarland(facts: Facts) -> None:
    """C3"""
    cluster = "cluster/software-cluster"
    assert facts.of(cluster, CG.hostedBy) == {"organisation/tu-darmstadt", "organisation/dp-informatik"}
    assert facts.of(cluster, CG.managedBy) == set()
    assert facts.names("organisation/dp-informatik") == {"DP Informatik"}
    assert facts.of(cluster, CG.hasContact, SCHEMA.address, SCHEMA.addressLocality) == {"Saarbrücken"}
    assert "state/DE-SL" in facts.of(cluster, CG.locatedIn)
    assert "state/DE-HE" not in facts.of(cluster, CG.locatedIn)


def test_wigratec_has_no_managing_organisation(facts: Facts) -> None:
    """C4"""
    assert facts.of("cluster/wigratec", CG.managedBy) == set()
    assert facts.of("contact/wigratec", ORG.organization) == set()
    assert not [thing for thing in facts.all(ORG.Organization) if "pergande" in thing]
    assert [text for text in facts.of("cluster/wigratec", CG.openQuestion) if "no managing organisation" in text]


def test_two_addresses_of_open_hybrid_labfactory_belong_to_two_bodies(facts: Facts) -> None:
    """C5"""
    institute = "organisation/technische-universitaet-braunschweig-ifs"
    assert facts.of("person/christian-gundlach", CG.affiliatedTo) == {institute}
    assert facts.of(institute, SCHEMA.address, SCHEMA.postalCode) == {"38106"}
    assert facts.of("organisation/open-hybrid-labfactory-e-v", SCHEMA.address, SCHEMA.postalCode) == {"38440"}
    assert "city/wolfsburg" in facts.of("cluster/open-hybrid-labfactory", CG.locatedIn)
    assert "city/braunschweig" not in facts.of("cluster/open-hybrid-labfactory", CG.locatedIn)


def test_two_clusters_at_one_street_address_stay_two(facts: Facts) -> None:
    """C6"""
    (address,) = facts.who(SCHEMA.streetAddress, Literal("Am Technologiezentrum 5"))
    organisations = {thing for thing in facts.who(SCHEMA.address, address) if thing.startswith("organisation/")}
    assert organisations == {
        "organisation/cluster-mechatronik-automation-management-ggmbh",
        "organisation/mai-carbon-cluster-management-gmbh",
    }
    managed = {cluster for manager in organisations for cluster in facts.who(CG.managedBy, manager)}
    assert managed == {"cluster/cluster-mechatronik-automation", "cluster/mai-carbon"}


@pytest.mark.parametrize("name", ["FMER", "BMBF", "Federal Ministry of Education and Research"])
def test_names_of_the_research_ministry_are_one_body(facts: Facts, name: str) -> None:
    """C7"""
    assert facts.called(name) == {"organisation/bmbf"}


def test_economics_ministry_is_another_body(facts: Facts) -> None:
    """C7"""
    assert facts.called("BMWi") == {"organisation/bmwi"}
    assert facts.of("policy/go-cluster", DCTERMS.publisher) == {"organisation/bmwi"}
    assert not facts.names("organisation/bmwi") & facts.names("organisation/bmbf")


@pytest.mark.parametrize(
    ("written", "organisation", "name"),
    [
        pytest.param("federal Association of German Industry (FGI)", "bdi", "Federation of German Industries", id="C8"),
        pytest.param(
            "International Energy Agency (IAE)", "international-energy-agency", "International Energy Agency", id="C9"
        ),
        pytest.param("European Biology Laboratory (EMBL)", "embl", "European Molecular Biology Laboratory", id="C10"),
        pytest.param("Lufthansa Technic", "lufthansa-technik", "Lufthansa Technik", id="C11 Lufthansa"),
        pytest.param("Airport Hamburg", "hamburg-airport", "Hamburg Airport", id="C11 airport"),
        pytest.param("BioRN Network e.V", "biorn-network-e-v", "BioRN Network e.V.", id="C13 BioRN"),
        pytest.param(
            "Cluster Industrial Biotechnology – CLIB ²021 e.V.",
            "clib2021-cluster-industrielle-biotechnologie-e-v",
            "CLIB2021 – Cluster Industrielle Biotechnologie e.V.",
            id="C14",
        ),
        pytest.param(
            "Cluster Innovationsmanufaktur GmbH",
            "innovationsmanufaktur-gmbh",
            "Innovationsmanufaktur GmbH",
            id="C15",
        ),
        pytest.param("Nederlandse Werkgroup Drogen", "nwgd", "Nederlandse Werkgroep Drogen", id="C18"),
    ],
)
def test_odd_name_is_kept_beside_the_usual_one(facts: Facts, written: str, organisation: str, name: str) -> None:
    thing = f"organisation/{organisation}"
    assert (name, "en") in facts.texts(thing, RDFS.label)
    assert written in facts.of(thing, SKOS.altLabel)
    assert thing in facts.called(written)
    assert len({other for other in facts.called(written) if other.startswith("organisation/")}) == 1


def test_energy_agency_and_bdi_have_their_usual_abbreviations(facts: Facts) -> None:
    """C8, C9"""
    assert facts.called("IEA") == {"organisation/international-energy-agency"}
    assert facts.called("BDI") == {"organisation/bdi"}
    assert facts.called("IAE") == set()
    assert facts.of("cluster/deepsea-mining-alliance", CG.supportedBy) == {"organisation/bdi"}


def test_embl_has_no_country(facts: Facts) -> None:
    """C10"""
    assert "organisation/embl" in facts.of("cluster/biorn", CG.hasActor)
    assert facts.of("organisation/embl", CG.locatedIn) == set()


def test_chamber_of_commerce_is_not_guessed(facts: Facts) -> None:
    """C12"""
    chamber = "organisation/chamber-of-industry-and-commerce"
    assert chamber in facts.of("cluster/biorn", CG.supportedBy)
    assert facts.names(chamber) == {"Chamber of Industry and Commerce", "Industrie- und Handelskammer"}
    assert facts.of(chamber, CG.locatedIn) == set()
    assert len(facts.of(chamber, CG.openQuestion)) == 2


@pytest.mark.parametrize("organisation", ["biorn-network-e-v", "medical-valley-emn-e-v"])
def test_association_without_its_last_dot_is_an_association(facts: Facts, organisation: str) -> None:
    """C13"""
    assert facts.of(f"organisation/{organisation}", ROV.orgType) == {"legal-form/e-v"}
    assert not [name for name in facts.of(f"organisation/{organisation}", RDFS.label) if name.endswith("e.V")]


def test_clib_is_one_organisation(facts: Facts) -> None:
    """C14"""
    assert facts.of("cluster/clib2021", CG.managedBy) == facts.of("contact/clib2021", ORG.organization)
    managers = {thing for thing in facts.all(CG.ManagingOrganisation) if "clib" in thing}
    assert managers == {"organisation/clib2021-cluster-industrielle-biotechnologie-e-v"}


def test_sinn_is_the_network_and_sinn_i_the_funded_one_and_its_project(facts: Facts) -> None:
    """C16"""
    assert facts.called("SINN") == {"organisation/sport-innovation-network"}
    assert facts.called("SINN-i") == facts.called("SINNi") == {"cluster/sinn-i", "project/sinn-i"}
    assert facts.of("cluster/sinn-i", CG.hasProject) == {"project/sinn-i"}
    assert str(CG.Cluster) not in facts.of("organisation/sport-innovation-network", RDF.type)


def test_iacmi_is_one_partner_of_two_clusters(facts: Facts) -> None:
    """C17"""
    name = "Institute for Advanced Composites Manufacturing Innovation"
    assert facts.called(name) == facts.called("IACMI") == {"organisation/iacmi"}
    assert facts.who(CG.cooperatesWith, "organisation/iacmi") == {"cluster/leichtbau-bw", "cluster/mai-carbon"}
    assert facts.lines("organisation/iacmi") == {"page-L311", "page-L324"}


def test_only_self_descriptions_make_a_leading_edge_cluster(facts: Facts) -> None:
    """C19"""
    awards = {award for award in facts.all(CG.Award) if award.endswith("-leading-edge-cluster")}
    clusters = {cluster for award in awards for cluster in facts.who(CG.hasAward, award)}
    assert clusters == {
        f"cluster/{slug}"
        for slug in ("biom", "cool-silicon", "forum-organic-electronics", "mai-carbon", "medical-valley-emn")
    }
    assert [text for text in facts.of("cluster/bio-nrw", CG.openQuestion) if "leading-edge" in text]


def test_awards_of_luedenscheid_keep_their_years(facts: Facts) -> None:
    """C20"""
    slug = "kunststoff-institut-luedenscheid"
    assert facts.of(f"award/{slug}-go-cluster", CG.awardedSince) == {"2005"}
    assert facts.of(f"award/{slug}-gold-label", CG.awardedSince) == {"2013"}
    assert facts.lines(f"award/{slug}-go-cluster") == {"page-L298"}
    assert facts.of("award/optence-go-cluster", CG.awardedSince) == set()


def test_actors_of_a_cluster_and_of_its_partner_are_two_numbers(facts: Facts) -> None:
    """C21"""
    assert facts.of("cluster/elektromobilitaet-sued-west", CG.memberCount) == {"100"}
    assert facts.of("cluster/elektromobilitaet-sued-west", CG.memberCountQualifier) == {"about"}
    assert facts.of("organisation/lutb-raac", CG.memberCount) == set()
    assert facts.who(CG.memberCount, Literal(185)) == set()


def test_seven_clusters_count_their_members_and_no_others(facts: Facts) -> None:
    """C22"""
    counts = {
        cluster.removeprefix("cluster/"): " ".join(
            [*facts.of(cluster, CG.memberCountQualifier), *facts.of(cluster, CG.memberCount)]
        )
        for cluster in facts.all(CG.Cluster)
        if facts.of(cluster, CG.memberCount)
    }
    assert counts == {
        "cluster-mechatronik-automation": "exactly 200",
        "deepsea-mining-alliance": "exactly 28",
        "elektromobilitaet-sued-west": "about 100",
        "ikv": "exactly 252",
        "kunststoff-institut-luedenscheid": "more than 250",
        "optence": "exactly 90",
        "optonet": "more than 100",
    }


@pytest.mark.parametrize("cluster", ["biorn", "hamburg-aviation", "bio-nrw"])
def test_numbers_about_a_region_are_no_member_counts(facts: Facts, cluster: str) -> None:
    """C22"""
    assert facts.of(f"cluster/{cluster}", RDFS.label)
    assert facts.of(f"cluster/{cluster}", CG.memberCount) == set()


def test_german_thousands_dot_is_read(facts: Facts) -> None:
    """C22"""
    texts = facts.texts("cluster/hamburg-aviation", DCTERMS.description)
    assert [text for text, language in texts if language == "en" and "40,000" in text]
    assert [text for text, language in texts if language == "de" and "40.000" in text]


def test_international_members_are_counted_apart(facts: Facts) -> None:
    """C23"""
    assert facts.of("cluster/deepsea-mining-alliance", CG.memberCount) == {"28"}
    assert facts.of("cluster/deepsea-mining-alliance", CG.memberCountInternational) == {"6"}
    assert {cluster for cluster in facts.all(CG.Cluster) if facts.of(cluster, CG.memberCountInternational)} == {
        "cluster/deepsea-mining-alliance"
    }
