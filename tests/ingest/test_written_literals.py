"""Literals stay what the files say, although the store keeps some of them by value."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

import clustergraph
from clustergraph.cli import cli
from clustergraph.ingest import build, validate
from clustergraph.ingest.verify import faults
from clustergraph.snapshots import written_literals
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import Folder
from clustergraph.snapshots.statements import Statements
from clustergraph.snapshots.written_literals import FILE, StoredForms
from support.foreign_graphs import ODD_LITERALS, PREFIXES

Write = Callable[[str, str], Path]
XSD = PREFIXES["xsd"]
HEAD = f"@prefix xsd: <{XSD}> . @prefix rdf: <{PREFIXES['rdf']}> .\n"
ALL = HEAD + "".join(f"<urn:a> <urn:p> {literal} .\n" for literal in ODD_LITERALS)
TWO = "<urn:a> <urn:p> 01, 1, 001 ; <urn:q> 2 .\n"


def triples(turtle: str) -> set[str]:
    """What a file says, as N-Triples."""
    return {str(quad.triple) for quad in ox.parse(turtle, ox.RdfFormat.TURTLE)}


def held(snapshot: Snapshot, graph: str | None = None) -> list[str]:
    """What a snapshot gives of one graph or all of them, merged."""
    statements = Statements.open(snapshot.store)
    quads = statements.quads() if graph is None else statements.quads(ox.NamedNode(f"{snapshot.base}graph/{graph}"))
    return sorted(str(quad.triple) for quad in quads)


def test_every_literal_is_kept_as_the_file_says(write: Write, tmp_path: Path) -> None:
    snapshot = build([write("in.nt", "")], store=tmp_path / "none").snapshot
    assert not (snapshot.store.parent / FILE).exists()
    path = tmp_path / "in.ttl"
    path.write_text(ALL)
    snapshot = build([path], store=tmp_path / "store").snapshot
    expected = sorted(triples(ALL))
    assert held(snapshot) == held(snapshot, "in") == expected
    assert snapshot.triples == snapshot.graphs["http://localhost:8080/graph/in"] == len(expected)
    assert snapshot.manifest["properties"] == {"urn:p": len(expected)}
    assert faults(snapshot.store.parent) == ()
    kg = clustergraph.open(snapshot.store.parent)
    for graph in (kg.graph(), kg.graph("in"), kg.dataset().graph(next(iter(snapshot.graphs)))):
        assert len(graph) == len(expected)
    assert "01069" in {str(value) for value in kg.graph().objects()}


def test_one_value_in_several_forms_is_several_statements(write: Write, tmp_path: Path) -> None:
    paths = [
        write("one.ttl", TWO),
        write("two.ttl", "<urn:a> <urn:p> 1 ."),
        write("three.ttl", "<urn:a> <urn:p> 0001 ."),
    ]
    snapshot = build(paths, store=tmp_path / "store").snapshot
    assert snapshot.triples == 5
    assert snapshot.literals_by_value == 1
    assert {iri.rpartition("/")[2]: count for iri, count in snapshot.graphs.items()} == {"one": 4, "two": 1, "three": 1}
    assert snapshot.manifest["properties"] == {"urn:p": 4, "urn:q": 1}
    assert held(snapshot, "two") == [f'<urn:a> <urn:p> "1"^^<{XSD}integer>']
    assert held(snapshot, "three") == [f'<urn:a> <urn:p> "0001"^^<{XSD}integer>']
    assert len(held(snapshot, "one")) == 4
    assert len(held(snapshot)) == 5
    kg = clustergraph.open(snapshot.store.parent)
    assert kg.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0].n == 2  # as the docs say, by value
    construct = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"

    def constructed(*names: str) -> set[str]:
        graphs = "".join(f"FROM <{snapshot.base}graph/{name}> " for name in names)
        graph: Any = kg.sparql(construct.replace("WHERE", f"{graphs}WHERE"))
        return {str(value) for value in graph.objects()}

    assert constructed() == {"1", "01", "001", "0001", "2"}
    assert constructed("two") == {"1"}
    assert constructed("three") == {"0001"}
    assert constructed("two", "three") == {"1", "0001"}


def test_the_order_of_the_files_does_not_matter(write: Write, tmp_path: Path) -> None:
    for number, text in enumerate(("<urn:a> <urn:p> 1, 01 .", "<urn:a> <urn:p> 01, 1 .")):
        snapshot = build([write(f"{number}/in.ttl", text)], store=tmp_path / str(number)).snapshot
        assert [line.split()[2][:4] for line in held(snapshot)] == ['"01"', '"1"^']


def test_what_reasoning_adds_is_as_written(write: Write, tmp_path: Path) -> None:
    write("ontology/terms.ttl", "ex:zip rdfs:subPropertyOf ex:code .")
    write("data/places.ttl", 'ex:a ex:zip "01069"^^xsd:integer . ex:b ex:zip 01 ; ex:code 1 .')
    snapshot = build(Folder(tmp_path / "input"), store=tmp_path / "store").snapshot
    assert snapshot.manifest["reasoning"]["kind"] == "owlrl"
    codes = [line for line in held(snapshot) if "/code>" in line and "Property" not in line]
    assert [line.split()[2] for line in codes] == [f'"{text}"^^<{XSD}integer>' for text in ("01069", "01", "1")]


def test_graphs_with_blank_names_keep_their_literals(write: Write, tmp_path: Path) -> None:
    snapshot = build([write("in.trig", "_:g { ex:a ex:p 01 } _:g ex:size 007 .")], store=tmp_path / "store").snapshot
    assert sorted(line.split()[2][:6] for line in held(snapshot)) == ['"007"^', '"01"^^']
    kept = Statements.open(snapshot.store)
    assert {str(quad.object)[:5] for iri in snapshot.graphs for quad in kept.quads(ox.NamedNode(iri))} == {
        '"007"',
        '"01"^',
    }


def test_triple_terms_keep_their_literals(tmp_path: Path) -> None:
    (tmp_path / "in.ttl").write_text("<urn:a> <urn:p> <<( <urn:a> <urn:q> 01 )>>, <<( <urn:a> <urn:q> 1 )>> .")
    snapshot = build([tmp_path / "in.ttl"], store=tmp_path / "store").snapshot
    assert [line.count('"01"') for line in held(snapshot)] == [1, 0]


SHAPES = """ex:S a sh:NodeShape ; sh:targetNode ex:a ;
  sh:property [ sh:path ex:size ; sh:datatype xsd:nonNegativeInteger ] , [ sh:path ex:rank ; sh:datatype xsd:int ] ,
    [ sh:path ex:stamp ; sh:datatype xsd:dateTimeStamp ] , [ sh:path ex:price ; sh:pattern "^[0-9]+[.][0-9]{2}$" ] ,
    [ sh:path ex:rate ; sh:in ( 1.50 2.50 ) ] , [ sh:path ex:zip ; sh:maxLength 5 ; sh:minLength 5 ] ,
    [ sh:path ex:flag ; sh:hasValue "1"^^xsd:boolean ] , [ sh:path ex:size ; sh:minInclusive 3 ; sh:maxCount 2 ] .
"""
GOOD = """ex:a ex:size "5120"^^xsd:nonNegativeInteger ; ex:rank "1"^^xsd:int ; ex:price 2.50 ; ex:rate 1.50 ;
  ex:zip "01069"^^xsd:integer ; ex:flag "1"^^xsd:boolean ; ex:stamp "2020-01-01T00:00:00Z"^^xsd:dateTimeStamp .
"""


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", ""),
        ("xsd:nonNegativeInteger", "xsd:integer", "Datatype"),
        ("xsd:int ;", "xsd:integer ;", "Datatype"),
        ("2.50", "2.5", "Pattern"),
        ("1.50", "1.5", "In"),
        ("01069", "1069", "MinLength"),
        ('"1"^^xsd:boolean', "true", "HasValue"),
        ("dateTimeStamp", "dateTime", "Datatype"),
        ('"5120"', '"2"', "MinInclusive"),
    ],
)
def test_shapes_are_asked_of_the_literals_as_written(
    write: Write, tmp_path: Path, old: str, new: str, rule: str
) -> None:
    write("ontology/shapes.ttl", SHAPES)
    write("data/in.ttl", GOOD.replace(old, new) if old else GOOD)
    problems = validate(Folder(tmp_path / "input")).problems
    assert [problem.rule.split()[0] for problem in problems] == ([f"sh:{rule}"] if rule else [])
    assert all(problem.file == "data/in.ttl" for problem in problems)


def test_the_build_says_how_many_are_kept_by_value(write: Write, tmp_path: Path) -> None:
    path = write("in.ttl", TWO)
    result = CliRunner().invoke(cli, ["build", str(path), "--store", str(tmp_path / "store")])
    assert "1 literals are kept by value in answers; as written in exports." in result.output
    result = CliRunner().invoke(cli, ["info", "--store", str(tmp_path / "store")])
    assert "literals by value\t\t1" in result.output


def test_what_is_said_of_the_store_without_asking_it_is_true() -> None:
    """Forms that are common are known without a store; they are those that it gives."""
    maker = random.Random(0)
    literals: list[Any] = []
    for datatype in sorted(written_literals._BY_VALUE):
        for _ in range(300):
            alphabet = maker.choice(["0123456789-.", "01-T:Z2", "0159", "--0192"])
            year, month, day = maker.randrange(10_000), maker.randrange(14), maker.randrange(33)
            moment = f"{maker.randrange(26):02}:{maker.randrange(62):02}:{maker.randrange(62):02}"
            text = maker.choice(
                [
                    "".join(maker.choice(alphabet) for _ in range(maker.randrange(1, 20))),
                    str(maker.randint(-(10 ** maker.randrange(1, 21)), 10 ** maker.randrange(1, 21))),
                    f"{year:04}-{month:02}-{day:02}",
                    f"{year:04}-{month:02}-{day:02}T{moment}{maker.choice(['', 'Z'])}",
                    f"{maker.uniform(-1e6, 1e6):.{maker.randrange(1, 16)}f}",
                    maker.choice(["true", "false", "-0", "0", "2024"]),
                ]
            )
            literals.append(ox.Literal(text, datatype=ox.NamedNode(datatype)))
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), term) for n, term in enumerate(literals))
    forms = {int(str(quad.subject)[5:-1]): quad.object for quad in store}
    assert StoredForms().of(literals) == [forms[number] for number in range(len(literals))]
