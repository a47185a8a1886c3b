"""Places and phases: names that mislead, and targets that are none (B1 to B17)."""

from __future__ import annotations

import pytest
from rdflib import RDF, RDFS, Literal

from support.graph_facts import CG, Facts

CONCEPT = CG.targetsInConcept
IMPLEMENTATION = CG.targetsInImplementation


def countries(*codes: str) -> set[str]:
    return {f"country/{code}" for code in codes}


@pytest.mark.parametrize(
    ("written", "code", "phases"),
    [
        pytest.param("Finnland", "FI", {"bioeconomy-cluster-concept", "medical-mountains-concept"}, id="B1 Finnland"),
        pytest.param("England", "GB", {"bioeconomy-cluster-concept"}, id="B2 England"),
        pytest.param(
            "Great Britain",
            "GB",
            {
                "effizienzcluster-logistikruhr-concept",
                "organic-electronics-saxony-concept",
                "organic-electronics-saxony-implementation",
            },
            id="B2 Great Britain",
        ),
        pytest.param("UK", "GB", {"sinn-i-concept", "sinn-i-implementation"}, id="B2 UK"),
        pytest.param(
            "Brasil",
            "BR",
            {
                "hamburg-aviation-concept",
                "medical-valley-emn-concept",
                "medical-valley-emn-implementation",
                "software-cluster-concept",
                "software-cluster-implementation",
            },
            id="B3 Brasil",
        ),
        pytest.param(
            "Sinapore", "SG", {"software-cluster-concept", "software-cluster-implementation"}, id="B4 Sinapore"
        ),
        pytest.param("Korea", "KR", {"ikv-concept"}, id="B5 Korea"),
    ],
)
def test_odd_spelling_is_kept_and_read_as_the_country(facts: Facts, written: str, code: str, phases: set[str]) -> None:
    assert facts.called(written) == countries(code)
    assert facts.who(CG.targetAsWritten, Literal(written)) == {f"phase/{phase}" for phase in phases}
    assert all(f"country/{code}" in facts.of(f"phase/{phase}", CG.targetPlace) for phase in phases)


@pytest.mark.parametrize(
    ("code", "name"),
    [("FI", "Finland"), ("GB", "United Kingdom"), ("BR", "Brazil"), ("SG", "Singapore"), ("KR", "South Korea")],
    ids=["B1", "B2", "B3", "B4", "B5"],
)
def test_country_has_its_usual_english_name(facts: Facts, code: str, name: str) -> None:
    assert (name, "en") in facts.texts(f"country/{code}", RDFS.label)
    assert facts.of(f"country/{code}", CG.isoCode) == {code}


def test_england_great_britain_and_uk_are_one_country(facts: Facts) -> None:
    """B2"""
    assert facts.who(CG.isoCode, Literal("GB")) == {"country/GB"}
    assert facts.who(CG.isoCode, Literal("UK")) == set()
    assert facts.who(CG.targets, "country/GB") == {
        "cluster/bioeconomy-cluster",
        "cluster/effizienzcluster-logistikruhr",
        "cluster/organic-electronics-saxony",
        "cluster/sinn-i",
    }
    assert facts.of("city/sheffield", CG.within) == {"country/GB"}


def test_korea_is_marked_as_our_reading(facts: Facts) -> None:
    """B5"""
    assert facts.of("phase/ikv-concept", CG.targetPlace) == countries("SI", "KR")
    assert facts.certainty("phase/ikv-concept", CG.targetPlace, "country/KR") == {"inferred"}
    assert facts.certainty("phase/mai-carbon-concept", CG.targetPlace, "country/KR") == set()


def test_economic_area_is_a_region_and_no_list_of_countries(facts: Facts) -> None:
    """B6"""
    cluster = "cluster/open-hybrid-labfactory"
    assert facts.of(cluster, CONCEPT) == {"region/asia-pacific"}
    assert facts.of("region/asia-pacific", RDF.type) & {str(CG.Region), str(CG.Country)} == {str(CG.Region)}
    assert facts.of("phase/open-hybrid-labfactory-concept", CG.targetAsWritten) == {"Economic area: Asia-Pacific"}
    assert facts.of(cluster, CG.targets) == {"region/asia-pacific", "country/SG"}
    assert facts.of(cluster, CG.targetsArea) == {"region/asia-pacific"}
    assert facts.of("region/asia-pacific", CG.contains) >= countries("CN", "AU", "SG")


@pytest.mark.parametrize("cluster", ["deepsea-mining-alliance", "medical-mountains"])
def test_missing_line_leaves_the_implementation_unknown(facts: Facts, cluster: str) -> None:
    """B7"""
    assert facts.of(f"cluster/{cluster}", CG.hasConceptPhase) == {f"phase/{cluster}-concept"}
    assert facts.of(f"cluster/{cluster}", CG.hasImplementationPhase) == set()
    assert facts.of(f"phase/{cluster}-implementation", RDF.type) == set()
    assert facts.of(f"cluster/{cluster}", IMPLEMENTATION) == set()
    assert [text for text in facts.of(f"cluster/{cluster}", CG.openQuestion) if "unknown" in text]


def test_extra_line_of_optence_is_no_third_phase(facts: Facts) -> None:
    """B8"""
    assert facts.of("cluster/optence", CG.hasPhase) == {"phase/optence-concept", "phase/optence-implementation"}
    assert facts.of("cluster/optence", CONCEPT) == countries("FI", "LT", "US")
    assert facts.of("cluster/optence", IMPLEMENTATION) == countries("FI", "LT")
    assert facts.who(CG.evidencedBy, "source/page-L396") == {"cluster/optence"}


def test_arena_targets_canada_and_names_regions_in_the_usa(facts: Facts) -> None:
    """B9"""
    assert facts.of("cluster/arena2036", CONCEPT) == countries("AU", "CA")
    assert facts.of("cluster/arena2036", IMPLEMENTATION) == countries("AU")
    assert facts.of("cluster/arena2036", CG.partnerRegion) == {"region/ohio", "region/michigan"}
    assert "country/US" not in facts.of("cluster/arena2036", CG.targets)
    assert "country/US" in facts.of("cluster/arena2036", CG.hasPartnerIn)
    assert [text for text in facts.of("cluster/arena2036", CG.openQuestion) if "Canada" in text and "Ohio" in text]


def test_swinburne_is_a_university_by_inference_and_no_region(facts: Facts) -> None:
    """B10"""
    assert facts.called("Swinburne") == {"organisation/swinburne"}
    assert facts.of("organisation/swinburne", CG.partnerKind) == {"partner-kind/university"}
    assert facts.of("organisation/swinburne", CG.certainty) == {"inferred"}
    assert facts.certainty("organisation/swinburne", CG.locatedIn, "country/AU") == {"inferred"}
    assert facts.certainty("cluster/arena2036", CG.cooperatesWith, "organisation/swinburne") == {"inferred"}


def test_partners_of_cool_silicon_are_no_targets(facts: Facts) -> None:
    """B11"""
    cluster = "cluster/cool-silicon"
    assert facts.of(cluster, CONCEPT) == countries("BE", "CZ")
    assert facts.of(cluster, IMPLEMENTATION) == countries("CZ")
    partners = {"organisation/minalogic", "organisation/dsp-valley", "organisation/high-tech-nl"}
    assert facts.of(cluster, CG.cooperatesWith) == partners
    assert facts.of(cluster, CG.hasPartnerIn) >= countries("FR", "BE", "NL")
    assert "country/CZ" not in facts.of(cluster, CG.hasPartnerIn)


def test_deep_sea_targets_are_those_of_the_list_only(facts: Facts) -> None:
    """B12"""
    assert facts.of("cluster/deepsea-mining-alliance", CG.targets) == countries("FR", "NO")
    assert [text for text in facts.of("cluster/deepsea-mining-alliance", CG.openQuestion) if "Belgium" in text]


def test_american_partner_of_wetzlar_is_no_target(facts: Facts) -> None:
    """B13"""
    assert facts.of("cluster/wetzlar-network", CG.targets) == countries("CZ")
    assert "organisation/laboratory-for-laser-energetics" in facts.of("cluster/wetzlar-network", CG.cooperatesWith)
    assert facts.of("cluster/wetzlar-network", CG.hasPartnerIn) >= countries("US", "CZ")


def test_hong_kong_is_a_region_inside_china(facts: Facts) -> None:
    """B14"""
    assert facts.called("Hong Kong") == {"region/hong-kong"}
    assert "country/CN" in facts.of("region/hong-kong", CG.within)
    assert facts.who(CG.isoCode, Literal("HK")) == set()
    assert facts.of("cluster/medical-valley-emn", CG.hasPartnerIn) >= countries("CN", "BR", "US")
    assert facts.of("cluster/medical-valley-emn", IMPLEMENTATION) == countries("BR", "US")


def test_singapore_is_one_place_country_and_partner_region(facts: Facts) -> None:
    """B15"""
    assert facts.called("Singapore") == countries("SG")
    assert facts.called("Sinapore") == countries("SG")
    regions = {"country/SG", "region/bahia", "region/silicon-valley"}
    assert facts.of("cluster/software-cluster", CG.partnerRegion) == regions
    assert facts.of("cluster/software-cluster", CG.hasPartnerIn) >= countries("SG", "BR", "US")


@pytest.mark.parametrize(
    ("cluster", "code"),
    [
        ("clib2021", "AT"),
        ("effizienzcluster-logistikruhr", "CO"),
        ("sinn-i", "ZA"),
        ("open-hybrid-labfactory", "SG"),
    ],
)
def test_country_only_in_the_implementation_list_was_added(facts: Facts, cluster: str, code: str) -> None:
    """B16"""
    assert f"country/{code}" in facts.of(f"cluster/{cluster}", IMPLEMENTATION)
    assert f"country/{code}" not in facts.of(f"cluster/{cluster}", CONCEPT)


def test_singapore_narrows_the_area_named_before(facts: Facts) -> None:
    """B16"""
    cluster = "cluster/open-hybrid-labfactory"
    assert facts.of(cluster, IMPLEMENTATION, CG.within) == facts.of(cluster, CONCEPT) == {"region/asia-pacific"}


def test_amounts_of_additive4industrie_are_facts_of_the_project(facts: Facts) -> None:
    """B17"""
    project = "project/additive4industrie"
    assert facts.who(CG.hasProject, project) == {"cluster/cluster-mechatronik-automation"}
    assert {float(amount) for amount in facts.of(project, CG.maxFundingPerProject)} == {1_000_000.0}
    assert {float(rate) for rate in facts.of(project, CG.fundingRate)} == {0.5}
    assert "page-L142" in facts.lines(project)
    assert facts.of("measure/internationalisation", CG.fundingRate) == set()
    assert facts.of("measure/internationalisation", CG.maxFundingPerProject) == set()
    assert not [p for p in facts.all(CG.Project) - {project} if facts.of(p, CG.maxFundingPerProject)]
