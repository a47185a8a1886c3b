"""Errors planted into a copy of this repository's own data: each is found, named with its place and its remedy, and the
snapshot before goes on answering."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import clustergraph
from clustergraph.ingest import BuildError, Problem, build
from clustergraph.snapshots.snapshot import CURRENT, SNAPSHOTS, Snapshot, current
from clustergraph.snapshots.source_folder import Folder, published


@dataclass(frozen=True, slots=True)
class Plant:
    """An error: in `file`, where `old` stands once, `new` is put. The build must say `advice` about it.

    The line it must name is the one on which `new` stands, or `at` if that is another text.
    """

    name: str
    file: str
    old: str
    new: str
    advice: str
    at: str = ""

    def __str__(self) -> str:
        return self.name

    def put(self, folder: Folder) -> None:
        path = folder.root / self.file
        text = path.read_text(encoding="utf-8")
        assert text.count(self.old) == 1, f"{self.old!r} must stand once in {self.file}"
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")

    def line(self, folder: Folder) -> int:
        text = (folder.root / self.file).read_text(encoding="utf-8")
        return text[: text.index(self.at or self.new)].count("\n") + 1


# They do not touch each other, so one build must find them all.
PLANTS = [
    Plant(
        "second English label",
        "data/clusters/cool-silicon.ttl",
        'rdfs:label "Cool Silicon"@en, "Cool Silicon"@de ;',
        'rdfs:label "Cool Silicon"@en, "Cool Silicon Saxony"@en, "Cool Silicon"@de ;',
        "More than one rdfs:label in one language. Keep the best name as rdfs:label and make the others skos:altLabel",
        at='rdfs:label "Cool Silicon"@en, "Cool Silicon Saxony"',
    ),
    Plant(
        "UK as a country code",
        "data/places.ttl",
        'cg:isoCode "GB"',
        'cg:isoCode "UK"',
        "the United Kingdom is GB, not UK",
    ),
    Plant(
        "doubled trunk zero",
        "data/contact-details.ttl",
        'schema:telephone "+496441992051"',
        'schema:telephone "+4906441992051"',
        "Drop the 0",
    ),
    Plant(
        "missing concept phase",
        "data/clusters/hamburg-aviation.ttl",
        "    cg:hasConceptPhase phase:hamburg-aviation-concept ;\n",
        "",
        "The cluster has no concept phase. Every entry of the page has the line",
        at="cluster:hamburg-aviation a",
    ),
    Plant(
        "target place that does not exist",
        "data/clusters/cfk-valley.ttl",
        'cg:targetPlace country:JP ;\n    cg:targetAsWritten "Japan" ;\n    cg:evidencedBy source:page-L85',
        'cg:targetPlace country:QJ ;\n    cg:targetAsWritten "Japan" ;\n    cg:evidencedBy source:page-L85',
        "mend the cg:targetPlace",
    ),
    Plant(
        "e-mail address",
        "data/people.ttl",
        "contact:its-owl a cg:Contact ;",
        'contact:its-owl a cg:Contact ;\n    schema:email "office@its.example" ;',
        "The graph publishes no e-mail addresses",
        at="schema:email",
    ),
    Plant(
        "title inside a family name",
        "data/people.ttl",
        'foaf:familyName "Brenken"',
        'foaf:familyName "Dr. Brenken"',
        "Move it to schema:honorificPrefix",
    ),
    Plant(
        "postal code with the country's letter",
        "data/organisations.ttl",
        'schema:postalCode "38106"',
        'schema:postalCode "D-38106"',
        "A country prefix such as D- is not part of the postal code. Drop it",
    ),
    Plant(
        "note on a statement that is not there",
        "data/clusters/open-hybrid-labfactory.ttl",
        "rdf:object state:DE-NI",
        "rdf:object state:DE-HB",
        "Add that statement, or mend the note",
        at="note:open-hybrid-labfactory-cluster-state a",
    ),
]


@dataclass(frozen=True, slots=True)
class Failure:
    """What came of building a folder with errors in it."""

    folder: Folder
    error: BuildError


@pytest.fixture(scope="module")
def good(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store folder with one good snapshot, the current one."""
    store = tmp_path_factory.mktemp("planted") / "store"
    assert snapshot.path is not None
    shutil.copytree(snapshot.path, store / SNAPSHOTS / snapshot.name)
    (store / CURRENT).symlink_to(Path(SNAPSHOTS, snapshot.name))
    return store


def copied(place: Path) -> Folder:
    """This repository's ontology and data in another place."""
    folder = Folder(place)
    shutil.copytree(published().ontology, folder.ontology)
    shutil.copytree(published().data, folder.data)
    return folder


@pytest.fixture(scope="module")
def failure(good: Path, tmp_path_factory: pytest.TempPathFactory) -> Failure:
    """The build of a copy with all planted errors, and a cluster too many."""
    folder = copied(tmp_path_factory.mktemp("broken"))
    one_more = (folder.data / "clusters/cfk-valley.ttl").read_text(encoding="utf-8")
    one_more = re.sub(r"\b(cluster|phase|note):cfk-valley", r"\1:cfk-valley-again", one_more)
    (folder.data / "clusters/cfk-valley-again.ttl").write_text(one_more, encoding="utf-8")
    for plant in PLANTS:
        plant.put(folder)
    with pytest.raises(BuildError) as caught:
        build(folder, store=good)
    return Failure(folder, caught.value)


def found(failure: Failure, advice: str) -> Iterator[Problem]:
    return (problem for problem in failure.error.problems if advice in problem.message)


def test_an_unchanged_copy_is_the_good_snapshot(good: Path, snapshot: Snapshot, tmp_path: Path) -> None:
    again = build(copied(tmp_path), store=good)
    assert again.unchanged
    assert again.snapshot.name == snapshot.name


@pytest.mark.parametrize("plant", PLANTS, ids=str)
def test_planted_error_is_named_with_its_place_and_its_remedy(failure: Failure, plant: Plant) -> None:
    (problem,) = found(failure, plant.advice)
    assert (problem.file, problem.line) == (plant.file, plant.line(failure.folder))
    assert problem.severity == "violation"
    assert f"{plant.file}:{problem.line}: " in str(failure.error)
    assert plant.advice in str(failure.error)


def test_cluster_too_many_is_counted(failure: Failure) -> None:
    (problem,) = found(failure, "Expected 32 clusters, found 33.")
    assert "often by a misspelt IRI" in problem.message
    assert problem.message in str(failure.error)


def test_files_that_are_not_well_formed_are_named_at_once(good: Path, tmp_path: Path) -> None:
    folder = copied(tmp_path)
    plants = [
        Plant("no semicolon", "data/fields.ttl", "legal-form:ag a skos:Concept ;", "legal-form:ag a skos:Concept", ""),
        Plant(
            "no quote", "data/clusters/wigratec.ttl", '"WIGRATEC"@en, "WIGRATEC"@de', '"WIGRATEC@en, "WIGRATEC"@de', ""
        ),
    ]
    for plant in plants:
        plant.put(folder)
    with pytest.raises(BuildError) as caught:
        build(folder, store=good)
    fields, wigratec = sorted(caught.value.problems, key=lambda problem: problem.file, reverse=True)
    # That a semicolon is missing shows on the next line only.
    assert (fields.file, fields.line) == (plants[0].file, plants[0].line(folder) + 1)
    assert (wigratec.file, wigratec.line) == (plants[1].file, plants[1].line(folder))
    for problem in (fields, wigratec):
        assert problem.rule == "Turtle syntax"
        assert problem.column
        assert f"{problem.file}:{problem.line}:{problem.column}: " in str(caught.value)


@pytest.mark.usefixtures("failure")
def test_the_good_snapshot_goes_on_answering(good: Path, snapshot: Snapshot) -> None:
    assert current(good).name == snapshot.name
    with clustergraph.open(good) as kg:
        assert len(kg.sparql("SELECT ?cluster { ?cluster a cg:Cluster }")) == 32
        assert kg.sparql('ASK { ?country cg:isoCode "GB" }')
        assert not kg.sparql('ASK { ?country cg:isoCode "UK" }')


@pytest.mark.usefixtures("failure")
def test_nothing_half_done_is_left(good: Path, snapshot: Snapshot) -> None:
    assert [path.name for path in (good / SNAPSHOTS).iterdir()] == [snapshot.name]
    assert {path.name for path in good.iterdir()} <= {SNAPSHOTS, CURRENT, ".lock"}
