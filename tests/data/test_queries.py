"""The canned queries on the published graph: against a second engine, and against what the documents say."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from rdflib import RDF, Graph, URIRef

from clustergraph.catalogue import ParameterError
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.ingest import build
from clustergraph.snapshots.source_folder import Folder
from support.published_queries import CATALOGUE, CG, ID, ROOT, Published

# The target lists of the programme page, transcribed by hand: lines "Target countries concept / implementation phase".
# ISO codes; AP is the economic area Asia-Pacific; None where the page has no line.
TARGETS: dict[str, tuple[str, str | None]] = {
    "amz-sachsen": ("US", "US"),
    "arena2036": ("AU CA", "AU"),
    "bioeconomy-cluster": ("CN GB FI FR NL", "FR"),
    "biom": ("JP", "JP"),
    "bio-nrw": ("CN", "CN"),
    "biorn": ("BE DK NL", "BE DK NL"),
    "cfk-valley": ("JP", "JP"),
    "clib2021": ("BE NL", "BE NL AT"),
    "cluster-leistungselektronik": ("JP", "JP"),
    "cluster-mechatronik-automation": ("NL", "NL"),
    "cool-silicon": ("BE CZ", "CZ"),
    "deepsea-mining-alliance": ("FR NO", None),
    "effizienzcluster-logistikruhr": ("NL ES GB IT", "NL IT CO"),
    "elektromobilitaet-sued-west": ("FR", "FR"),
    "forum-organic-electronics": ("KR US", "KR US"),
    "hamburg-aviation": ("CA BR PT", "CA"),
    "ikv": ("SI KR", "SI"),
    "sinn-i": ("CN FR JP CA ES GB", "JP ES GB ZA"),
    "its-owl": ("CA FI", "CA"),
    "kunststoff-institut-luedenscheid": ("FR", "FR"),
    "leichtbau-bw": ("CA US", "CA"),
    "mai-carbon": ("US KR", "US KR"),
    "medical-mountains": ("FI US", None),
    "medical-valley-emn": ("BR CN US", "BR US"),
    "merge": ("NL PL CZ ES IT", "NL PL CZ"),
    "open-hybrid-labfactory": ("AP", "SG"),
    "optence": ("LT FI US", "LT FI"),
    "optonet": ("US CA JP KR", "US CA JP"),
    "organic-electronics-saxony": ("JP GB", "JP GB"),
    "software-cluster": ("BR SG US", "BR SG US"),
    "wetzlar-network": ("CZ", "CZ"),
    "wigratec": ("NL", "NL"),
}


def concept(cluster: str) -> set[str]:
    return set(TARGETS[cluster][0].split())


def implementation(cluster: str) -> set[str]:
    return set((TARGETS[cluster][1] or "").split())


# Targets


def test_every_target_statement_and_its_line(published: Published) -> None:
    rows = published.rows("targets-by-phase")
    found = {(row["cluster"], row["phaseName"], row["target"].rpartition("/")[2]) for row in rows}
    expected = {
        (f"cluster/{cluster}", phase, code.replace("AP", "asia-pacific"))
        for cluster in TARGETS
        for phase, codes in (("concept", concept(cluster)), ("implementation", implementation(cluster)))
        for code in codes
    }
    assert found == expected
    assert len(rows) == 72 + 50
    assert all(re.fullmatch(r"Programme page, line \d+", row["sourceLabel"]) for row in rows)


def test_the_source_line_of_a_target_is_the_one_on_the_page(published: Published, page: dict[int, str]) -> None:
    for row in published.rows("targets-by-phase"):
        line = page[int(row["source"].rpartition("L")[2])]
        assert line.startswith(f"Target countries {row['phaseName']} phase:")


def test_targets_dropped(published: Published) -> None:
    assert published.pairs("targets-dropped", "cluster", "country") == {
        ("arena2036", "CA"),
        ("bioeconomy-cluster", "CN"),
        ("bioeconomy-cluster", "GB"),
        ("bioeconomy-cluster", "FI"),
        ("bioeconomy-cluster", "NL"),
        ("cool-silicon", "BE"),
        ("effizienzcluster-logistikruhr", "ES"),
        ("effizienzcluster-logistikruhr", "GB"),
        ("hamburg-aviation", "BR"),
        ("hamburg-aviation", "PT"),
        ("ikv", "KR"),
        ("sinn-i", "CN"),
        ("sinn-i", "FR"),
        ("sinn-i", "CA"),
        ("its-owl", "FI"),
        ("leichtbau-bw", "US"),
        ("medical-valley-emn", "CN"),
        ("merge", "ES"),
        ("merge", "IT"),
        ("optence", "US"),
        ("optonet", "KR"),
    }


def test_what_is_unknown_is_not_dropped(published: Published) -> None:
    silent = {cluster for cluster, (_, stated) in TARGETS.items() if stated is None}
    assert set(published.column("clusters-without-implementation", "cluster")) == silent
    for name in ("targets-dropped", "targets-added", "targets-kept"):
        assert silent.isdisjoint(published.column(name, "cluster"))


def test_targets_added(published: Published) -> None:
    rows = published.rows("targets-added")
    assert {(row["cluster"], row["country"], row["narrowing"], row.get("region", "")) for row in rows} == {
        ("cluster/clib2021", "country/AT", "false", ""),
        ("cluster/effizienzcluster-logistikruhr", "country/CO", "false", ""),
        ("cluster/sinn-i", "country/ZA", "false", ""),
        ("cluster/open-hybrid-labfactory", "country/SG", "true", "region/asia-pacific"),
    }
    assert len(rows) == 4


def test_targets_kept(published: Published) -> None:
    kept = {(cluster, code) for cluster in TARGETS for code in concept(cluster) & implementation(cluster)}
    assert published.pairs("targets-kept", "cluster", "country") == kept
    assert len(kept) == 46


def test_phases_by_cluster_says_what_the_lists_say(published: Published) -> None:
    names = {row["country"].rpartition("/")[2]: row["countryLabel"] for row in published.rows("countries-ranked")}
    rows = {row["cluster"].removeprefix("cluster/"): row for row in published.rows("phases-by-cluster")}
    assert set(rows) == set(TARGETS)
    for cluster, row in rows.items():
        before, after = concept(cluster), implementation(cluster)
        if "AP" in before:
            assert row["narrowed"] == "Asia-Pacific → Singapore"
            before, after = before - {"AP"}, after - {"SG"}
        told = {
            "kept": before & after,
            "added": after - before,
            "dropped": before - after if TARGETS[cluster][1] else set(),
            "unknown": set() if TARGETS[cluster][1] else before,
        }
        for column, codes in told.items():
            assert row[column] == ", ".join(sorted(names[code] for code in codes)), (cluster, column)


def test_words_follow_the_language(published: Published) -> None:
    german = {row["cluster"]: row for row in published.rows("phases-by-cluster", lang="de")}
    assert german["cluster/merge"]["dropped"] == "Italien, Spanien"
    assert {row["targets"] for row in published.rows("shared-targets", cluster="optonet", lang="de")} >= {
        "Japan, Kanada"
    }
    fields = {row["cluster"]: row["fields"] for row in published.rows("clusters", lang="de")}
    assert fields["cluster/arena2036"].startswith("Automobiltechnik")
    for name, column in (("projects", "description"), ("unknowns", "question")):
        english, other = (published.rows(name, lang=code) for code in ("en", "de"))
        assert len(english) == len(other)
        assert {row[column] for row in english} != {row[column] for row in other}


def test_japan_in_the_implementation_phase(published: Published) -> None:
    six = {"biom", "cfk-valley", "cluster-leistungselektronik", "sinn-i", "optonet", "organic-electronics-saxony"}
    for country in ("JP", "Japan", "country:JP", f"{ID}country/JP"):
        assert set(published.column("clusters-by-country", "cluster", country=country, phase="implementation")) == six


@pytest.mark.parametrize("country", ["AU", "CA", "FR", "SG", "US", "NO", "CO"])
def test_clusters_by_country_says_the_phases(country: str, published: Published) -> None:
    expected = {}
    for cluster in TARGETS:
        phases = [
            name
            for name, codes in (("concept", concept(cluster)), ("implementation", implementation(cluster)))
            if country in codes
        ]
        if phases:
            expected[f"cluster/{cluster}"] = " and ".join(phases)
    rows = published.rows("clusters-by-country", country=country)
    assert {row["cluster"]: row["phases"] for row in rows} == expected
    for phase in ("concept", "implementation"):
        named = published.rows("clusters-by-country", country=country, phase=phase)
        assert {row["cluster"] for row in named} == {name for name, said in expected.items() if phase in said}


def test_a_country_that_nobody_targets_gives_no_rows(published: Published) -> None:
    assert published.rows("clusters-by-country", country="Germany") == []


@pytest.mark.parametrize("phase", [None, "concept", "implementation"])
def test_countries_ranked(phase: str | None, published: Published) -> None:
    codes = {"AP"} | {code for cluster in TARGETS for code in concept(cluster) | implementation(cluster)}
    expected = {}
    for code in codes - {"AP"}:
        first = sum(code in concept(cluster) for cluster in TARGETS)
        second = sum(code in implementation(cluster) for cluster in TARGETS)
        either = sum(code in concept(cluster) | implementation(cluster) for cluster in TARGETS)
        counted = {None: either, "concept": first, "implementation": second}[phase]
        if counted:
            expected[code] = (str(counted), str(first), str(second))
    rows = published.rows("countries-ranked", **({"phase": phase} if phase else {}))
    assert {row["isoCode"]: (row["clusters"], row["inConcept"], row["inImplementation"]) for row in rows} == expected
    counts = [int(row["clusters"]) for row in rows]
    assert counts == sorted(counts, reverse=True)
    if phase is None:
        assert len(rows) == 25


def test_shared_targets(published: Published) -> None:
    mine = concept("optonet") | implementation("optonet")
    expected = {
        f"cluster/{other}": str(len(mine & (concept(other) | implementation(other))))
        for other in TARGETS
        if other != "optonet" and mine & (concept(other) | implementation(other))
    }
    rows = published.rows("shared-targets", cluster="optonet")
    assert {row["otherCluster"]: row["shared"] for row in rows} == expected
    assert all(row["targets"].count(",") + 1 == int(row["shared"]) for row in rows)


def test_a_place_is_shared_only_if_it_is_the_same(published: Published) -> None:
    # Singapore lies in Asia-Pacific, but a cluster that targets the region does not target each country in it.
    others = published.column("shared-targets", "otherCluster", cluster="open-hybrid-labfactory")
    assert others == ["software-cluster"]


def test_the_network_has_an_edge_for_every_target(published: Published) -> None:
    network = Graph().parse(data=CATALOGUE.run(published.engine, "country-cluster-network").body, format="turtle")
    edges = {name: len(list(network.triples((None, URIRef(CG + name), None)))) for name in (
        "targetsInConcept", "targetsInImplementation"
    )}  # fmt: skip
    assert edges == {"targetsInConcept": 72, "targetsInImplementation": 50}
    assert len(set(network.subjects(RDF.type, URIRef(CG + "Cluster")))) == 32


# Clusters


def test_all_clusters(published: Published) -> None:
    rows = published.rows("clusters")
    assert {row["cluster"] for row in rows} == {f"cluster/{name}" for name in TARGETS}
    assert len(rows) == 32
    for row in rows:
        first, second = TARGETS[row["cluster"].removeprefix("cluster/")]
        assert row["conceptTargets"] == str(len(first.split()))
        # Unknown is not none.
        assert row.get("implementationTargets") == (str(len(second.split())) if second else None)
    without_manager = {row["cluster"] for row in rows if "manager" not in row}
    assert without_manager == {"cluster/bio-nrw", "cluster/software-cluster", "cluster/wigratec"}
    assert {row["cluster"]: row["states"] for row in rows}["cluster/optence"] == "Hesse, Rhineland-Palatinate"


def test_clusters_by_state_covers_every_cluster(published: Published) -> None:
    states = CATALOGUE["clusters-by-state"].parameters[0]
    codes = [code for code, _ in CATALOGUE.suggestions(CATALOGUE["clusters-by-state"], states, published.engine)]
    assert len(codes) == 16
    found = Counter(
        cluster for code in codes for cluster in published.column("clusters-by-state", "cluster", state=code)
    )
    assert set(found) == set(TARGETS)
    assert {"amz-sachsen", "cool-silicon", "merge", "organic-electronics-saxony"} == set(
        published.column("clusters-by-state", "cluster", state="Sachsen")
    )


def test_clusters_by_field_takes_narrower_fields_along(published: Published) -> None:
    assert "wetzlar-network" in published.column("clusters-by-field", "cluster", field="laser-technology")
    above = set(published.column("clusters-by-field", "cluster", field="Photonik"))
    assert {"optence", "optonet", "wetzlar-network"} <= above
    assert "cool-silicon" not in above


def test_all_about_one_cluster(published: Published) -> None:
    rows = published.rows("cluster", cluster="cool-silicon")
    said = {(row["part"], row["propertyLabel"], row["valueLabel"]) for row in rows}
    for expected in (
        ("cluster", "label", "Cool Silicon"),
        ("cluster", "managed by", "Cool Silicon e.V."),
        ("concept phase", "target place", "Belgium"),
        ("implementation phase", "evidenced by", "Programme page, line 157"),
        ("partner", "label", "Minalogic"),
        ("contact", "telephone", "+493518925800"),
        ("contact person", "familyName", "Bösenberg"),
        ("funding round", "label", "Second round (2016)"),
    ):
        assert expected in said
    assert rows[0]["part"] == "cluster"
    assert {row["propertyLabel"] for row in rows}.isdisjoint({"type", "has phase", "linkedTo", "targets"})


# Partners


def test_partners_outside_targets(published: Published) -> None:
    rows = published.rows("partners-outside-targets")
    assert {(row["cluster"], row["partner"], row["partnerIs"], row["country"]) for row in rows} == {
        ("cluster/arena2036", "region/michigan", "region", "country/US"),
        ("cluster/arena2036", "region/ohio", "region", "country/US"),
        ("cluster/cool-silicon", "organisation/minalogic", "institution", "country/FR"),
        ("cluster/cool-silicon", "organisation/high-tech-nl", "institution", "country/NL"),
        ("cluster/wetzlar-network", "organisation/laboratory-for-laser-energetics", "institution", "country/US"),
    }
    assert len(rows) == 5


def test_shared_partners(published: Published) -> None:
    assert [(row["partner"], row["cluster"], row["otherCluster"]) for row in published.rows("shared-partners")] == [
        ("organisation/iacmi", "cluster/leichtbau-bw", "cluster/mai-carbon")
    ]


def test_partners_by_country_finds_them_by_city_and_region(published: Published) -> None:
    france = {"industries-agro-ressources", "minalogic", "lutb-raac"}  # country, city, region
    assert set(published.column("partners-by-country", "partner", country="Frankreich")) == france
    assert set(published.column("partners-by-country", "partner", country="CZ")) == {"extreme-light-infrastructure"}


def test_partners(published: Published) -> None:
    rows = published.rows("partners")
    assert len({row["partner"] for row in rows}) == 23
    assert len(rows) == 24  # one of them is the partner of two clusters
    assert {row["partner"] for row in rows if row["certainty"] == "inferred"} >= {"organisation/swinburne"}
    assert all("countryLabel" in row for row in rows)


# People, programme, evidence


def test_contacts(published: Published) -> None:
    rows = {row["cluster"].removeprefix("cluster/"): row for row in published.rows("contacts")}
    assert set(rows) == set(TARGETS) - {"bio-nrw"}
    assert rows["merge"]["roles"] == "Project assistance MERGEurope; Project manager MERGE"
    assert rows["wetzlar-network"]["telephones"] == "+496441992051"
    assert rows["kunststoff-institut-luedenscheid"]["telephones"] == "+4923511064195"
    assert rows["mai-carbon"]["address"] == "Am Technologiezentrum 5, 86159 Augsburg"
    assert "person" not in rows["effizienzcluster-logistikruhr"]


def test_organisations_by_legal_form(published: Published) -> None:
    rows = published.rows("organisations-by-legal-form")
    forms = Counter(row["legalForm"].removeprefix("legal-form/") for row in rows if "cluster" in row)
    assert forms["e-v"] == 12
    assert forms["ag"] == 1
    assert forms["ggmbh"] == 1
    assert "organisation/amz-sachsen" not in {row["organisation"] for row in rows}


def test_projects_and_awards(published: Published) -> None:
    projects = {row["project"]: row for row in published.rows("projects")}
    assert projects["project/additive4industrie"]["maxFundingPerProject"] == "1000000"
    assert {"project/icool", "project/tada", "project/allfratech", "project/chinvalue"} <= set(projects)
    awards = {row["award"]: row.get("since") for row in published.rows("awards")}
    assert awards["award/kunststoff-institut-luedenscheid-go-cluster"] == "2005"
    assert awards["award/kunststoff-institut-luedenscheid-gold-label"] == "2013"
    assert awards["award/optence-go-cluster"] is None


def test_the_programme(published: Published) -> None:
    said = {(row["part"], row["propertyLabel"], row["valueLabel"]) for row in published.rows("programme")}
    for expected in (
        ("measure", "maximum funding", "4000000"),
        ("ministry", "altLabel", "BMBF"),
        ("office", "member", "Johanna Wanka"),
        ("round", "date", "2016"),
        ("rule", "maximum duration", "P3Y"),
    ):
        assert expected in said


def test_funding_rounds_give_their_address(published: Published) -> None:
    rows = published.rows("funding-rounds")
    years = {row["round"]: row["year"] for row in rows}
    assert years == {"round/1": "2015", "round/2": "2016", "round/3": "2017"}
    assert all(row["address"].startswith("http") and row["confidence"] for row in rows)
    assert {row["cluster"]: row["round"] for row in rows}["cluster/cool-silicon"] == "round/2"
    assert len({row["cluster"] for row in rows}) == len(rows)


def test_evidence_of_a_phase(published: Published) -> None:
    (row,) = published.rows("evidence", thing="phase/cool-silicon-concept")
    assert (row["kind"], row["source"], row["document"], row["line"]) == (
        "source line",
        "source/page-L156",
        "document/page",
        "156",
    )


def test_evidence_of_a_cluster_has_its_notes_and_parts(published: Published) -> None:
    rows = published.rows("evidence", thing="Cool Silicon")
    assert rows[0]["about"] == "cluster/cool-silicon"
    kinds = Counter(row["kind"] for row in rows)
    assert set(kinds) == {"source line", "curator note", "external fact"}
    assert "phase/cool-silicon-implementation" in {row["about"] for row in rows}
    assert any(row["source"].startswith("https://") for row in rows if row["kind"] == "external fact")


UNKNOWN = {
    "implementation targets": {"deepsea-mining-alliance", "medical-mountains"},
    "managing organisation": {"bio-nrw", "software-cluster", "wigratec"},
    "legal form": {
        "amz-sachsen",
        "bio-nrw",
        "hamburg-aviation",
        "kunststoff-institut-luedenscheid",
        "software-cluster",
        "wigratec",
    },
    "address": {"amz-sachsen", "bio-nrw", "its-owl"},
    "contact person": {"bio-nrw", "effizienzcluster-logistikruhr"},
    "given name": {"optence"},
    "telephone": {"bio-nrw"},
}


def test_what_was_left_out_of_the_graph_is_not_unknown(tmp_path: Path) -> None:
    out = ("people", "contact-details", "external")
    engine = EmbeddedEngine(build(Folder(ROOT), store=tmp_path, exclude=out, reason="none", check=False).snapshot)
    less = Published(engine, Graph())
    kinds = {row["kind"] for row in less.rows("unknowns")}
    assert kinds.isdisjoint({"address", "contact person", "telephone", "website", "funding round", "given name"})
    assert "implementation targets" in kinds
    assert less.rows("contacts") == []
    assert len(less.rows("clusters")) == 32
    engine.close()


NAMED_PARTNERS = {
    "arena2036",
    "bioeconomy-cluster",
    "cool-silicon",
    "elektromobilitaet-sued-west",
    "sinn-i",
    "leichtbau-bw",
    "mai-carbon",
    "wetzlar-network",
    "wigratec",
}


def test_unknowns(published: Published) -> None:
    rows = published.rows("unknowns")
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["kind"], set()).add(row.get("cluster", "").removeprefix("cluster/"))
    assert {kind: found[kind] for kind in UNKNOWN} == UNKNOWN
    assert found["partner institutions"] == set(TARGETS) - NAMED_PARTNERS
    assert len(found["member count"]) == 32 - 7
    assert "technology field" not in found or found["technology field"] <= {"amz-sachsen", "its-owl"}
    questions = [row for row in rows if row["kind"] == "open question"]
    # A question about the measure belongs to no cluster, and to no cluster by mistake.
    assert {row["about"] for row in questions if "cluster" not in row} >= {"measure/internationalisation"}
    assert len({(row["about"], row["question"]) for row in questions}) == len(
        set(published.graph.query(
            'SELECT ?about ?question { ?about cg:openQuestion ?question FILTER(LANG(?question) = "en") }',
            initNs={"cg": URIRef(CG)},
        ))
    )  # fmt: skip


# Search


def test_search_puts_the_best_match_first(published: Published) -> None:
    rows = published.rows("search", text="mERGe")
    assert (rows[0]["thing"], rows[0]["kindLabel"], rows[0]["match"]) == ("cluster/merge", "cluster", "exact")
    order = ["exact", "beginning", "word", "part", "description"]
    ranks = [order.index(row["match"]) for row in rows]
    assert ranks == sorted(ranks)
    assert len({row["thing"] for row in rows}) == len(rows)


@pytest.mark.parametrize(
    ("text", "thing", "match"),
    [
        ("IACMI", "organisation/iacmi", "exact"),  # another name
        ("Sinapore", "country/SG", "exact"),  # a misspelt one
        ("JP", "country/JP", "exact"),  # a code
        ("Südkorea", "country/KR", "exact"),  # in German
        ("südKOREA", "country/KR", "exact"),
        ("valley", "cluster/cfk-valley", "word"),
        ("e.v.", "organisation/cool-silicon-e-v", "word"),
        ("sili", "cluster/cool-silicon", "word"),  # while someone types
        ("ilico", "cluster/cool-silicon", "part"),
    ],
)
def test_search_finds_names_of_every_sort(text: str, thing: str, match: str, published: Published) -> None:
    assert {row["thing"]: row["match"] for row in published.rows("search", text=text)}[thing] == match


def test_search_puts_a_thing_before_what_is_named_after_it(published: Published) -> None:
    found = [row["thing"] for row in published.rows("search", text="silicon") if row["match"] == "word"]
    assert found[0] == "cluster/cool-silicon"
    assert {"contact/cool-silicon", "phase/cool-silicon-concept"} < set(found)


@pytest.mark.parametrize("text", [".*", "^", "cool.silicon", '"', "}", "\\", "%", "'); DROP", "?thing", "|"])
def test_search_takes_its_text_literally(text: str, published: Published) -> None:
    for row in published.rows("search", text=text):
        assert text.lower() in row["matched"].lower()


def test_the_neighbourhood_goes_both_ways(published: Published) -> None:
    body = CATALOGUE.run(published.engine, "neighbourhood", {"thing": "organisation/iacmi"}).body
    around = Graph().parse(data=body, format="turtle")
    iacmi = URIRef(f"{ID}organisation/iacmi")
    assert (iacmi, URIRef(CG + "locatedIn"), URIRef(f"{ID}country/US")) in around
    assert (URIRef(f"{ID}cluster/mai-carbon"), URIRef(CG + "cooperatesWith"), iacmi) in around
    assert {str(name) for name in around.objects(URIRef(f"{ID}cluster/mai-carbon"))} >= {"MAI Carbon"}
    everything = set(published.graph.triples((iacmi, None, None))) | set(published.graph.triples((None, None, iacmi)))
    assert everything <= set(around)


# What people type


@pytest.mark.parametrize(
    ("typed", "code"),
    [("UK", "GB"), ("England", "GB"), ("Brasil", "BR"), ("Sinapore", "SG"), ("Finnland", "FI"), ("korea", "KR")],
)
def test_countries_by_the_names_that_the_sources_use(typed: str, code: str, published: Published) -> None:
    bindings = CATALOGUE.bind(published.engine, CATALOGUE["partners-by-country"], {"country": typed})
    assert bindings == {"_country_iri": URIRef(f"{ID}country/{code}")}


def test_a_country_is_no_region_and_no_state(published: Published) -> None:
    for value in ("Asia-Pacific", "Saxony", "Atlantis"):
        with pytest.raises(ParameterError, match=f"{value!r} of 'country' is not known"):
            CATALOGUE.run(published.engine, "clusters-by-country", {"country": value})


def test_every_suggested_value_can_be_typed(published: Published) -> None:
    for query in CATALOGUE:
        for parameter in query.parameters:
            for value, _ in CATALOGUE.suggestions(query, parameter, published.engine):
                given = {**query.example, parameter.name: value}
                assert CATALOGUE.bind(published.engine, query, given)[parameter.variable] is not None


def test_the_coordinates_are_points(published: Published) -> None:
    answer = json.loads(CATALOGUE.run(published.engine, "clusters").body)
    points = [row["coordinates"] for row in answer["results"]["bindings"]]
    assert len(points) == 32
    assert {point["datatype"] for point in points} == {"http://www.opengis.net/ont/geosparql#wktLiteral"}
    assert all(re.fullmatch(r"Point\(-?[\d.]+ -?[\d.]+\)", point["value"]) for point in points)
