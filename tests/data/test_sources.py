"""Every fact traces to its source, nothing is copied from one, and nothing personal is where it should not be."""

from __future__ import annotations

import csv
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCTERMS, FOAF, RDF, RDFS, Literal, URIRef

from clustergraph.ingest import build
from clustergraph.snapshots.source_folder import Folder
from support.graph_facts import BASE, CG, DOCUMENTS, ORG, SCHEMA, Facts, thing

ROOT = Path(__file__).parents[2]
PERSONAL = ("people", "contact-details")

# How the page heads the lists of targets, and how it names an area instead of countries.
CONCEPT, IMPLEMENTATION = "Target countries concept phase: ", "Target countries implementation phase: "
AREA = "Economic area: "

# Names are facts and must be copied: more than ten words long, each is allowed to stand as it is.
LONG_NAMES = (
    "Internationalisation of Leading-Edge Clusters, Forward-Looking Projects, and Comparable Networks",
    "Internationalisation of German Leading-Edge Clusters, Forward-Looking Projects and Comparable Networks",
    "Institute of Plastics Processing (IKV) in Industry and the Skilled Crafts at RWTH Aachen University",
)


# Counts


def test_the_graph_has_the_counts_of_the_page(facts: Facts) -> None:
    assert len(facts.all(CG.Cluster)) == 32
    assert len(facts.all(CG.ConceptPhase)) == 32
    assert len(facts.all(CG.ImplementationPhase)) == 30
    concept, implementation = (
        [place for phase in facts.all(kind) for place in facts.of(phase, CG.targetPlace)]
        for kind in (CG.ConceptPhase, CG.ImplementationPhase)
    )
    assert (len(concept), len(implementation)) == (72, 50)
    assert [place for place in concept if not place.startswith("country/")] == ["region/asia-pacific"]
    assert not [place for place in implementation if not place.startswith("country/")]
    assert len({place for place in concept + implementation if place.startswith("country/")}) == 25


# Targets and evidence


def test_every_target_list_of_the_page_is_in_the_graph_and_nothing_else(facts: Facts, page: dict[int, str]) -> None:
    lists = {
        f"page-L{number}": (kind, line.removeprefix(heading))
        for number, line in page.items()
        for heading, kind in ((CONCEPT, CG.ConceptPhase), (IMPLEMENTATION, CG.ImplementationPhase))
        if line.startswith(heading)
    }
    assert len(lists) == 62
    phases = facts.all(CG.Phase)
    assert {line for phase in phases for line in facts.lines(phase)} == set(lists)
    for phase in phases:
        (line,) = facts.lines(phase)
        kind, names = lists[line]
        assert phase in facts.all(kind), line
        written = {names} if names.startswith(AREA) else set(names.split(", "))
        assert facts.of(phase, CG.targetAsWritten) == written, line
        places = {place for name in written for place in facts.called(name.removeprefix(AREA))}
        assert facts.of(phase, CG.targetPlace) == places, line
        assert len(places) == len(written), line


def test_both_phases_of_a_cluster_stand_in_one_entry(facts: Facts, page: dict[int, str]) -> None:
    clusters = facts.all(CG.Cluster)
    assert len(clusters) == 32
    for cluster in clusters:
        (concept,) = (line for phase in facts.of(cluster, CG.hasConceptPhase) for line in facts.lines(phase))
        number = int(concept.removeprefix("page-L"))
        expected = {f"page-L{number + 1}"} if page[number + 1].startswith(IMPLEMENTATION) else set()
        found = {line for phase in facts.of(cluster, CG.hasImplementationPhase) for line in facts.lines(phase)}
        assert found == expected, cluster


@pytest.mark.parametrize("kind", ["Cluster", "Phase", "Contact", "Project", "PartnerInstitution", "Award"])
def test_everything_says_which_line_it_rests_on(facts: Facts, kind: str) -> None:
    things = facts.all(CG[kind])
    assert things
    assert [one for one in things if not facts.lines(one)] == []


def test_every_source_line_is_described_and_used(facts: Facts) -> None:
    used = {f"source/{line.rsplit('/', 1)[-1]}" for line in map(str, facts.graph.objects(None, CG.evidencedBy))}
    assert len(used) > 400
    assert used == facts.all(CG.SourceLine)


def test_every_source_line_exists_and_is_not_blank(facts: Facts, documents: dict[str, dict[int, str]]) -> None:
    lines = facts.all(CG.SourceLine)
    assert lines
    for line in lines:
        (document,) = facts.of(line, CG.document)
        (number,) = facts.of(line, CG.line)
        name = document.removeprefix("document/")
        assert line == f"source/{name}-L{number}"
        assert documents[name].get(int(number), "").strip(), line


def test_evidence_of_an_entry_lies_inside_the_entry(facts: Facts, page: dict[int, str]) -> None:
    """A cluster, its projects, awards, contact and contact person rest on lines of the cluster's own entry."""
    anchors = sorted(number for number, line in page.items() if line.startswith(CONCEPT))
    ends = dict(zip(anchors, [*anchors[1:], max(page) + 1], strict=True))
    assert len(anchors) == len(facts.all(CG.Cluster)) == 32
    for cluster in facts.all(CG.Cluster):
        (anchor,) = (int(line[6:]) for phase in facts.of(cluster, CG.hasConceptPhase) for line in facts.lines(phase))
        about = {cluster} | {
            one
            for path in ((CG.hasProject,), (CG.hasAward,), (CG.hasContact,), (CG.hasContact, ORG.member))
            for one in facts.of(cluster, *path)
        }
        lines = {int(line.removeprefix("page-L")) for one in about for line in facts.lines(one)}
        # An entry begins up to three lines before its first list.
        assert not [line for line in lines if not anchor - 3 <= line < ends[anchor]], cluster


def test_numbers_of_the_page_are_in_the_graph_as_written_and_as_dialled(facts: Facts, page: dict[int, str]) -> None:
    found = 0
    for number, line in page.items():
        for label, written in re.findall(r"(Tel|Fax|Mob|Mobil)[.:]*\s*(\+[\d\s()/.-]*\d)", line):
            kind, spelling = (
                (SCHEMA.faxNumber, CG.faxAsWritten) if label == "Fax" else (SCHEMA.telephone, CG.telephoneAsWritten)
            )
            digits = re.sub(r"\D", "", written.replace("(0)", ""))
            dialled = f"+49{digits.removeprefix('49').lstrip('0')}"
            (contact,) = facts.who(spelling, Literal(written))
            assert dialled in facts.of(contact, kind), number
            assert f"page-L{number}" in facts.lines(contact)
            found += 1
    in_graph = [*facts.graph.objects(None, CG.telephoneAsWritten), *facts.graph.objects(None, CG.faxAsWritten)]
    assert found == len(in_graph) == 49


def test_names_roles_and_addresses_stand_on_their_lines(facts: Facts, documents: dict[str, dict[int, str]]) -> None:
    def text(one: str) -> str:
        lines = sorted(facts.lines(one), key=lambda line: (len(line), line))
        found = " ".join(documents[line.split("-L")[0]][int(line.split("-L")[1])] for line in lines)
        return re.sub(r"(?<=[a-z])1\|", " 1|", found)  # one house number is glued to its street

    assert (len(facts.all(FOAF.Person)), len(facts.all(SCHEMA.PostalAddress))) == (32, 29)
    for person in facts.all(FOAF.Person):
        for part in (SCHEMA.honorificPrefix, FOAF.givenName, FOAF.familyName, SCHEMA.honorificSuffix):
            assert all(value in text(person) for value in facts.of(person, part)), person
    for membership in facts.all(ORG.Membership):
        assert all(role in text(membership) for role in facts.of(membership, CG.role)), membership
    for address in facts.all(SCHEMA.PostalAddress):
        for part in (SCHEMA.streetAddress, SCHEMA.postalCode, SCHEMA.addressLocality):
            assert all(value in text(address) for value in facts.of(address, part)), address


# Facts from elsewhere


def rows(name: str) -> list[dict[str, str]]:
    path = DOCUMENTS / name
    if not path.is_file():
        pytest.skip("the tables of outside facts are not beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CONFIDENCE = {
    "explicit": "explicit",
    "explicit by date": "explicit-by-date",
    "inferred": "inferred",
    "inferred from date": "inferred-from-date",
    "inferred from date (weak)": "weak",
}


def test_external_graph_has_every_round_with_its_address(facts: Facts) -> None:
    table = rows("rounds_evidence.csv")
    assert len(table) == 29
    for row in table:
        note = f"note/round-{row['slug']}"
        assert facts.of(f"cluster/{row['slug']}", CG.selectedInRound) == {f"round/{row['round']}"}
        assert facts.of(f"round/{row['round']}", DCTERMS.date) == {row["year"]}
        assert facts.of(note, RDF.subject) == {f"cluster/{row['slug']}"}
        assert facts.of(note, RDF.predicate) == {str(CG.selectedInRound)}
        assert facts.of(note, RDF.object) == {f"round/{row['round']}"}
        assert facts.of(note, DCTERMS.source) == {row["source_url"]}
        assert facts.of(note, CG.confidence) == {CONFIDENCE[row["confidence"]]}
    assert len(list(facts.graph.subject_objects(CG.selectedInRound))) == len(table)


def test_external_graph_has_every_website_at_its_owner(facts: Facts) -> None:
    table = rows("websites.csv")
    assert len(table) == 24
    for row in table:
        cluster = f"cluster/{row['slug']}"
        (owner,) = {cluster} if row["whose"] == "cluster" else facts.of(cluster, CG.managedBy)
        assert (thing(owner), FOAF.homepage, URIRef(row["website"])) in facts.graph
        assert facts.of(f"note/website-{row['slug']}", DCTERMS.source) == {row["website"]}
    assert len(list(facts.graph.subject_objects(FOAF.homepage))) == len(table)


def test_only_the_external_graph_tells_rounds_and_websites(kg: Any) -> None:
    dataset = kg.dataset()
    for predicate in (CG.selectedInRound, FOAF.homepage, CG.confidence):
        graphs = {str(graph.identifier) for graph in dataset.graphs() if (None, predicate, None) in graph}
        # The ontology speaks of its terms as subjects, never as predicates.
        assert graphs == {f"{BASE}graph/external"}


def test_external_graph_says_nothing_without_an_address(kg: Any) -> None:
    external = Facts(kg.graph("external"))
    notes = external.all(CG.ExternalFact)
    assert len(notes) == 53
    for note in notes:
        assert all(source.startswith("http") for source in external.of(note, DCTERMS.source))
        assert len(external.of(note, DCTERMS.source)) == len(external.of(note, CG.confidence)) == 1
        assert {language for _, language in external.texts(note, RDFS.comment)} == {"en", "de"}


# Our own words


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    """Every ten words in a row."""
    found = words(text)
    return {tuple(found[start : start + 10]) for start in range(len(found) - 9)}


def tracked() -> Iterator[Path]:
    """The text files that are published: those that git has, or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("this is no checkout, so there is no list of published files")
    yield from (ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def test_no_ten_words_in_a_row_are_copied_from_a_source(documents: dict[str, dict[int, str]]) -> None:
    copied = {run for lines in documents.values() for run in runs("\n".join(lines.values()))}
    assert len(copied) > 5000
    for name in LONG_NAMES:
        copied -= runs(name)
    found, files = [], 0
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        files += 1
        # Web addresses often repeat a headline; here they are references and no text.
        found += [f"{path.name}: {' '.join(run)}" for run in runs(re.sub(r"https?://[^\s>\"]+", "", text)) & copied]
    assert files > 50
    assert found == []


# Personal data


@pytest.fixture(scope="module")
def impersonal(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The graph as somebody publishes it who may not publish personal data."""
    import clustergraph

    # What the shapes ask for is no question here, and they take a third of the time.
    store = tmp_path_factory.mktemp("impersonal")
    snapshot = build(Folder(ROOT), store=store, exclude=PERSONAL, check=False).snapshot
    assert snapshot.path is not None
    with clustergraph.open(snapshot.path) as kg:
        yield kg


def test_personal_graphs_are_gone_when_they_are_excluded(impersonal: Any, kg: Any) -> None:
    left = {f"{BASE}graph/{name}" for name in PERSONAL}
    assert left <= set(kg.snapshot.graphs)
    assert left & set(impersonal.snapshot.graphs) == set()
    rest = Facts(impersonal.graph())
    assert len(rest.all(CG.Cluster)) == 32
    for kind in (FOAF.Person, CG.Contact, ORG.Membership):
        assert rest.all(kind) == set()


def test_nothing_personal_is_left_when_the_graphs_are_excluded(impersonal: Any, facts: Facts) -> None:
    people, kinds = facts.all(FOAF.Person), (SCHEMA.telephone, SCHEMA.faxNumber, CG.telephoneAsWritten, CG.faxAsWritten)
    names = {name for person in people for name in facts.names(person) | facts.of(person, FOAF.familyName)}
    numbers = {str(number) for kind in kinds for number in facts.graph.objects(None, kind)}
    assert len(names) == 63  # Reuter has no given name, so her label is her family name
    assert len(numbers) == 98
    rest = impersonal.graph()
    slugs = {person.removeprefix("person/") for person in people}
    for node in {node for triple in rest for node in triple}:
        text = str(node)
        assert not {word for word in re.findall(r"\w+", text) if word in names}, text
        assert not [name for name in names if " " in name and name in text], text
        assert not [number for number in numbers if number in text], text
        assert not [slug for slug in slugs if re.search(rf"\b{slug}\b", text)], text
        assert not text.startswith((f"{BASE}id/person/", f"{BASE}id/contact/", f"{BASE}id/membership/")), text


@pytest.mark.parametrize("name", ["clusters", "organisations", "places", "fields", "programme", "external", "sources"])
def test_other_graphs_name_no_person(kg: Any, facts: Facts, name: str) -> None:
    graph = kg.graph(name)
    assert len(graph)
    personal = facts.all(FOAF.Person) | facts.all(ORG.Membership)
    assert len(personal) == 65
    assert {thing(one) for one in personal} & {node for triple in graph for node in triple} == set()
