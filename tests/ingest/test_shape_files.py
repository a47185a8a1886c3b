"""Shapes are found by what a file holds, wherever it lies and whatever it is called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build, validate
from clustergraph.snapshots.source_folder import Folder

Write = Callable[[str, str], Path]
SHAPE = "ex:S a sh:NodeShape ; sh:targetClass ex:Dog ; sh:property [ sh:path ex:age ; sh:minCount 1 ] ."
NAMED = "ex:S a sh:NodeShape ; sh:targetClass ex:Dog ; sh:property ex:P . ex:P a sh:PropertyShape ; sh:path ex:age"
DOG = "ex:rex a ex:Dog ."


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("rules.ttl", SHAPE),
        ("shacl/deep/person.ttl", f"<http://e.org/rules> a owl:Ontology . {SHAPE}"),
        ("data/s.ttl", "ex:S sh:targetClass ex:Dog ; sh:property [ sh:path ex:age ; sh:minCount 1 ] ."),
        ("s.ttl", f"{NAMED} ; sh:minCount 1 ."),
    ],
)
def test_shapes_check_the_graph_and_are_no_part_of_it(tmp_path: Path, write: Write, name: str, shape: str) -> None:
    write(name, shape)
    write("dogs.ttl", DOG)
    folder = Folder(tmp_path / "input")
    report = validate(folder)
    assert (report.ok, report.triples, report.shapes) == (False, 1, (name,))
    with pytest.raises(BuildError, match="--no-check"):
        build(folder, store=tmp_path / "store")
    snapshot = build(folder, store=tmp_path / "store", check=False).snapshot
    assert list(snapshot.graphs) == ["http://localhost:8080/graph/dogs"]
    roles = {source["path"]: source["role"] for source in snapshot.manifest["sources"]}
    assert roles == {name: "shapes", "dogs.ttl": "data"}
    with pytest.raises(BuildError):  # though the same input was built before
        build(folder, store=tmp_path / "store")


def test_what_stands_beside_shapes_in_a_file_is_part_of_the_graph(write: Write) -> None:
    mixed = write("model.ttl", f"ex:Dog a owl:Class . {SHAPE} {DOG}")
    report = validate([mixed])
    assert report.shapes == ("model.ttl",)
    assert [problem.rule for problem in report.problems] == ["sh:MinCount on ex:age"]
    assert report.triples == 7


def test_files_given_one_by_one_are_told_apart_too(tmp_path: Path, write: Write) -> None:
    files = [write("dogs.ttl", DOG + " ex:rex ex:age 3 ."), write("rules.ttl", SHAPE)]
    built = build(files, store=tmp_path / "store")
    assert built.snapshot.manifest["triples"] == 2
    assert built.snapshot.manifest["validated"] == {"shapes": ["rules.ttl"], "warnings": 0}
    assert build(files, store=tmp_path / "store").unchanged


@pytest.mark.parametrize(
    "text",
    [
        SHAPE,
        "sh:NodeShape a rdfs:Class . sh:targetClass a <http://www.w3.org/1999/02/22-rdf-syntax-ns#Property> .",
        "ex:o a owl:Ontology ; sh:declare [ sh:prefix 'ex' ; sh:namespace 'http://e.org/' ] .",
        "[] a sh:ValidationReport ; sh:conforms true .",
    ],
    ids=["shapes alone", "vocabulary", "prefixes", "report"],
)
def test_shapes_alone_and_what_only_speaks_of_shapes_is_the_graph(write: Write, text: str) -> None:
    report = validate([write("a.ttl", text)])
    assert (report.ok, report.shapes) == (True, ())
    assert report.triples > 1
