"""Shapes that stop a build, shapes that do not, and what the report says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build, validate
from clustergraph.snapshots.snapshot import current
from clustergraph.snapshots.source_folder import Folder

Write = Callable[[str, str], Path]

SHAPES = """
ex:DogShape a sh:NodeShape ; sh:targetClass ex:Dog ;
    sh:property [ sh:path rdfs:label ; sh:uniqueLang true ;
        sh:message "Keep one label per language."@en , "Nur eins."@de ] ;
    sh:property [ sh:path ex:age ; sh:datatype xsd:integer ; sh:message "Write the age as a number." ] ;
    sh:property [ sh:path ex:chip ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "A chip would be good." ] ;
    sh:property [ sh:path ex:home ; sh:node ex:HomeShape ] .
ex:HomeShape a sh:NodeShape ; sh:targetSubjectsOf ex:street ;
    sh:property [ sh:path ex:city ; sh:minCount 1 ; sh:message "Say in which city it is." ] .
"""

GOOD = """
ex:rex a ex:Dog ;
    rdfs:label "Rex"@en ;
    ex:age 3 .
"""


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Folder:
    write("ontology/shapes.ttl", SHAPES)
    write("data/dogs.ttl", GOOD)
    return Folder(tmp_path / "input")


def test_warnings_do_not_stop(tmp_path: Path, folder: Folder) -> None:
    built = build(folder, store=tmp_path / "store")
    assert [warning.message for warning in built.warnings] == ["A chip would be good."]
    assert built.snapshot.manifest["validated"] == {"shapes": ["ontology/shapes.ttl"], "warnings": 1}
    report = validate(folder)
    assert report.ok
    assert "warning: ex:rex (Rex): A chip would be good." in str(report)


def test_shapes_are_no_part_of_the_graph(tmp_path: Path, folder: Folder) -> None:
    assert list(build(folder, store=tmp_path / "store").snapshot.graphs) == ["http://localhost:8080/graph/dogs"]


def test_violations_stop_and_the_snapshot_before_stays(tmp_path: Path, folder: Folder, write: Write) -> None:
    store = tmp_path / "store"
    before = build(folder, store=store).snapshot
    write("data/dogs.ttl", GOOD.replace('"Rex"@en', '"Rex"@en , "King"@en').replace("3", '"three"'))
    with pytest.raises(BuildError) as caught:
        build(folder, store=store)
    label, age = (problem for problem in caught.value.problems if problem.severity == "violation")
    assert (age.file, age.line, age.value) == ("data/dogs.ttl", 12, '"three"')
    assert (label.file, label.line) == ("data/dogs.ttl", 11)
    assert label.message == "Keep one label per language."
    assert label.what.startswith("ex:rex (")
    assert "sh:UniqueLang on rdfs:label" in str(label)
    assert current(store).name == before.name
    assert [path.name for path in (store / "snapshots").iterdir()] == [before.name]


def test_check_false_does_not_ask_and_does_not_count_as_checked(tmp_path: Path, folder: Folder, write: Write) -> None:
    write("data/dogs.ttl", GOOD.replace("3", '"three"'))
    unchecked = build(folder, store=tmp_path / "store", check=False)
    assert unchecked.snapshot.manifest["validated"] is None
    with pytest.raises(BuildError):
        build(folder, store=tmp_path / "store")


def test_a_problem_of_a_blank_node_is_told_of_its_owner(folder: Folder, write: Write) -> None:
    write("data/dogs.ttl", GOOD.replace("3 .", '3 ; ex:home [ ex:street "Long Lane" ] .'))
    report = validate(folder)
    assert not report.ok
    problem = next(problem for problem in report.problems if problem.message.startswith("Say"))
    assert problem.what == "ex:rex (Rex)"
    assert problem.file == "data/dogs.ttl"


def test_the_file_that_states_it_is_named_and_not_one_that_mentions_it(folder: Folder, write: Write) -> None:
    write("data/cats.ttl", "ex:rex ex:hates ex:tom .\nex:tom ex:hates ex:rex .")
    write("data/dogs.ttl", "\n\n" + GOOD.replace("3", '"three"'))
    report = validate(folder)
    problem = next(problem for problem in report.problems if problem.message.startswith("Write"))
    assert (problem.file, problem.line) == ("data/dogs.ttl", 14)


def test_constraints_in_sparql_find_plain_texts(folder: Folder, write: Write) -> None:
    query = 'SELECT $this WHERE { $this <http://e.org/kind> \\"old\\" }'
    write("ontology/shapes.ttl", SHAPES + f'ex:DogShape sh:sparql [ sh:select "{query}" ; sh:message "Too old." ] .')
    assert validate(folder).ok
    write("data/dogs.ttl", GOOD.replace("3", '3 ; ex:kind "old"'))
    assert "ex:rex (Rex): Too old." in str(validate(folder))


def test_broken_shapes_are_named(tmp_path: Path, folder: Folder, write: Write) -> None:
    write("ontology/shapes.ttl", "ex:S a sh:NodeShape ; nonsense .")
    with pytest.raises(BuildError) as caught:
        build(folder, store=tmp_path / "store")
    assert (caught.value.problems[0].file, caught.value.problems[0].line) == ("ontology/shapes.ttl", 9)


@pytest.mark.parametrize(
    "shape",
    [
        "sh:property [ sh:minCount 1 ]",
        "sh:property [ sh:path ex:age ; sh:minCount 'one' ]",
        "sh:property [ sh:path ex:age ; sh:pattern '(' ]",
        "sh:sparql [ sh:select 'SELECT $this WHERE { $this ' ]",
    ],
)
def test_shapes_the_validator_cannot_use_are_named(tmp_path: Path, folder: Folder, write: Write, shape: str) -> None:
    write("ontology/shapes.ttl", f"ex:S a sh:NodeShape ; sh:targetClass ex:Dog ; {shape} .")
    write("data/more.ttl", "ex:fido a ex:Dog ; ex:age 3 .")
    with pytest.raises(BuildError, match="The shapes cannot be used") as caught:
        build(folder, store=tmp_path / "store")
    assert caught.value.problems[0].file == "ontology/shapes.ttl"


def test_many_problems_of_one_kind_are_said_once(folder: Folder, write: Write) -> None:
    write("data/dogs.ttl", "\n".join(f'ex:d{n} a ex:Dog ; ex:age "old" ; ex:chip 1 .' for n in range(30)))
    text = str(validate(folder))
    assert text.count("Write the age as a number.") == 1
    assert "30 times" in text
    assert "and 10 more" in text


def test_validate_reports_syntax_errors_as_problems(folder: Folder, write: Write) -> None:
    write("data/dogs.ttl", "ex:rex a .")
    report = validate(folder)
    assert not report.ok
    assert report.problems[0].place == "data/dogs.ttl:9:10"
