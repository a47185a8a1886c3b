"""What reasoning adds, what it leaves out, and what it finds to be contradictory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build, validate
from clustergraph.ingest import build_job as work_module
from clustergraph.snapshots.source_folder import Folder

Write = Callable[[str, str], Path]
Lines = Callable[..., set[str]]

ONTOLOGY = """
ex:Animal a owl:Class .
ex:Dog a owl:Class ; rdfs:subClassOf ex:Animal , [ a owl:Restriction ; owl:onProperty ex:tag ; owl:maxCardinality 1 ] .
ex:Cat a owl:Class ; rdfs:subClassOf ex:Animal ; owl:disjointWith ex:Dog .
ex:owns a owl:ObjectProperty ; owl:inverseOf ex:ownedBy ; rdfs:domain ex:Person .
ex:ownerOfOwner a owl:ObjectProperty ; owl:propertyChainAxiom ( ex:ownedBy ex:ownedBy ) .
ex:code rdfs:subPropertyOf ex:notation .
"""

DATA = """
ex:rex a ex:Dog ; ex:ownedBy ex:ada ; ex:code "007"^^xsd:integer , "a" ; ex:home [ ex:code "b" ] .
ex:ada ex:ownedBy ex:eve ; rdfs:label "Ada"@en .
"""


def term(name: str) -> str:
    return f"<http://e.org/{name}>"


def test_only_news_about_the_graph_is_kept(tmp_path: Path, write: Write, lines: Lines) -> None:
    write("ontology/o.ttl", ONTOLOGY)
    write("data/d.ttl", DATA)
    built = build(Folder(tmp_path / "input"), store=tmp_path / "store")
    inferred = lines(built.snapshot, "inferred")
    rdf_type = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    inverse = "<http://www.w3.org/2002/07/owl#inverseOf>"
    blank = [line for line in inferred if line.startswith("_:")]
    assert [line.split(" ", 1)[1] for line in blank] == [f'{term("notation")} "b" .']
    assert inferred - set(blank) - {f"{term('ownedBy')} {inverse} {term('owns')} ."} == {
        f"{term('rex')} {rdf_type} {term('Animal')} .",
        f"{term('ada')} {rdf_type} {term('Person')} .",
        f"{term('eve')} {rdf_type} {term('Person')} .",
        f"{term('ada')} {term('owns')} {term('rex')} .",
        f"{term('eve')} {term('owns')} {term('ada')} .",
        f"{term('rex')} {term('ownerOfOwner')} {term('eve')} .",
        f'{term("rex")} {term("notation")} "a" .',
        f'{term("rex")} {term("notation")} "7"^^<http://www.w3.org/2001/XMLSchema#integer> .',
    }
    assert inferred.isdisjoint(lines(built.snapshot, "d") | lines(built.snapshot, "ontology"))
    assert built.snapshot.manifest["reasoning"]["added"] == len(inferred)


def test_inferred_literals_are_spelled_as_asserted(tmp_path: Path, write: Write, lines: Lines) -> None:
    write("ontology/o.ttl", "ex:p rdfs:subPropertyOf ex:q .")
    values = ['"1.50"^^xsd:decimal', '"2020-01-01Z"^^xsd:date', '"x"@en-GB', '"1e0"^^xsd:double', '"P1Y"^^xsd:duration']
    write("data/d.ttl", f"ex:s ex:p {', '.join(values)} .")
    snapshot = build(Folder(tmp_path / "input"), store=tmp_path / "store").snapshot
    asserted = {line.replace("/p>", "/q>") for line in lines(snapshot, "d")}
    assert len(asserted) == len(values)
    assert lines(snapshot, "inferred") == asserted


def test_contradictions_stop_the_build_and_say_where(tmp_path: Path, write: Write) -> None:
    write("ontology/o.ttl", ONTOLOGY)
    write("data/d.ttl", "ex:other a ex:Dog .\n\nex:tom a ex:Cat , ex:Dog .")
    with pytest.raises(BuildError) as caught:
        build(Folder(tmp_path / "input"), store=tmp_path / "store")
    problem = caught.value.problems[0]
    assert (problem.file, problem.line) == ("data/d.ttl", 11)
    assert all(name in problem.message for name in ("ex:Cat", "ex:Dog", "ex:tom"))
    assert not (tmp_path / "store/current").exists()
    assert not validate(Folder(tmp_path / "input")).ok


def test_reasoning_is_skipped_for_much_data_and_says_how_to_ask_for_it(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("ontology/o.ttl", ONTOLOGY)
    write("data/d.ttl", DATA)
    monkeypatch.setattr(work_module, "AUTO_LIMIT", 10)
    folder = Folder(tmp_path / "input")
    skipped = build(folder, store=tmp_path / "store").snapshot.manifest["reasoning"]
    assert (skipped["kind"], skipped["added"]) == ("none", 0)
    assert "--reason owlrl" in skipped["skipped"]
    assert build(folder, store=tmp_path / "store", reason="owlrl").snapshot.manifest["reasoning"]["added"] > 0


def test_none_adds_nothing(tmp_path: Path, write: Write) -> None:
    write("ontology/o.ttl", ONTOLOGY)
    write("data/d.ttl", DATA)
    for options in ({"reason": "none"}, {"exclude": ["inferred"]}):
        built = build(Folder(tmp_path / "input"), store=tmp_path / "store", **options)
        assert built.snapshot.manifest["reasoning"] == {"kind": "none", "added": 0}
        assert "http://localhost:8080/graph/inferred" not in built.snapshot.graphs


def test_files_alone_are_not_reasoned_over_unless_asked(tmp_path: Path, write: Write) -> None:
    path = write("a.ttl", ONTOLOGY + DATA)
    assert build([path], store=tmp_path / "store").snapshot.manifest["reasoning"]["added"] == 0
    assert build([path], store=tmp_path / "store", reason="owlrl").snapshot.manifest["reasoning"]["added"] > 0


def test_what_is_stated_and_what_is_inferred_are_not_mixed(tmp_path: Path, write: Write) -> None:
    write("ontology/o.ttl", "ex:Dog rdfs:subClassOf ex:Animal .")
    write("data/all.trig", "<graph/inferred> { ex:rex a ex:Dog . }")
    folder = Folder(tmp_path / "input")
    with pytest.raises(BuildError, match="build without reasoning"):
        build(folder, store=tmp_path / "store")
    assert sum(build(folder, store=tmp_path / "store", reason="none").snapshot.graphs.values()) == 2
