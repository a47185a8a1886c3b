"""From files to named graphs: formats, blank nodes, base IRI, exclusions, what stands in the default graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store

from clustergraph.ingest import BuildError, build
from clustergraph.snapshots.source_folder import Folder

Write = Callable[[str, str], Path]
Lines = Callable[..., set[str]]

FACT = '<http://e.org/s> <http://e.org/p> "v"@en .'

FORMATS = {
    "a.ttl": '<http://e.org/s> ex:p "v"@en .',
    "a.nt": FACT,
    "a.nq": FACT,
    "a.trig": '{ <http://e.org/s> ex:p "v"@en }',
    "a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://e.org/">'
    '<rdf:Description rdf:about="http://e.org/s"><ex:p xml:lang="en">v</ex:p></rdf:Description></rdf:RDF>',
    "a.jsonld": '{"@context": {"ex": "http://e.org/"}, "@id": "ex:s", "ex:p": {"@value": "v", "@language": "en"}}',
    "a.n3": '@prefix ex: <http://e.org/> . ex:s ex:p "v"@en .',
}
"""One fact in each of the seven formats."""


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_gives_the_same_fact(tmp_path: Path, write: Write, lines: Lines, name: str) -> None:
    built = build([write(name, FORMATS[name])], store=tmp_path / "store")
    assert lines(built.snapshot, "a") == lines(built.snapshot) == {FACT}
    if name.endswith((".ttl", ".rdf", ".jsonld", ".n3", ".trig")):
        assert built.snapshot.prefixes["ex"] == "http://e.org/"


def test_quads_keep_their_graphs_and_other_triples_go_to_the_files(tmp_path: Path, write: Write) -> None:
    path = write("mixed.trig", "ex:g { ex:a ex:p ex:b } ex:a ex:p ex:c .")
    assert build([path], store=tmp_path / "store").snapshot.graphs == {
        "http://e.org/g": 1,
        "http://localhost:8080/graph/mixed": 1,
    }


def test_graphs_named_by_blank_nodes_get_iris_and_stay_linked(tmp_path: Path, write: Write) -> None:
    path = write("claim.trig", "ex:a ex:says _:g . _:g { ex:b ex:p ex:c }")
    snapshot = build([path], store=tmp_path / "store").snapshot
    (name,) = [graph for graph in snapshot.graphs if not graph.endswith("/graph/claim")]
    assert name.startswith("http://localhost:8080/.well-known/genid/")
    store = Store.read_only(str(snapshot.store))
    (link,) = store.quads_for_pattern(
        None, NamedNode("http://e.org/says"), None, NamedNode("http://localhost:8080/graph/claim")
    )
    assert link.object == NamedNode(name)


def test_blank_nodes_of_two_files_are_distinct(tmp_path: Path, write: Write, lines: Lines) -> None:
    a = write("a.nt", "_:x <http://e.org/p> _:y .")
    b = write("b.nt", "_:x <http://e.org/p> _:y .")
    snapshot = build([a, b], store=tmp_path / "store").snapshot
    assert snapshot.manifest["triples"] == 2
    assert lines(snapshot, "a").isdisjoint(lines(snapshot, "b"))


def test_one_blank_node_stays_one(tmp_path: Path, write: Write, lines: Lines) -> None:
    snapshot = build([write("a.ttl", "ex:s ex:p [ ex:q 1 ; ex:r 2 ] .")], store=tmp_path / "store").snapshot
    assert len({line.split()[0] for line in lines(snapshot) if line.startswith("_:")}) == 1


def test_the_default_graph_has_each_triple_once(tmp_path: Path, write: Write, lines: Lines) -> None:
    a = write("a.ttl", "ex:s ex:p ex:o . ex:s ex:p ex:a .")
    b = write("b.ttl", "ex:s ex:p ex:o .")
    snapshot = build([a, b], store=tmp_path / "store").snapshot
    assert len(lines(snapshot)) == snapshot.manifest["triples"] == 2
    assert sum(snapshot.graphs.values()) == 3
    assert snapshot.graphs_overlap
    assert snapshot.manifest["properties"] == {"http://e.org/p": 2}
    assert not build([a], store=tmp_path / "store").snapshot.graphs_overlap


BROKEN = {
    "a.ttl": ("ex:a ex:p ex:b .\nex:c oops ex:d .", 10),
    "a.nt": ('<http://e.org/s> <http://e.org/p> "v" "w" .', 1),
    "a.jsonld": ('{"@id": "http://e.org/s",\n "http://e.org/p": }', 2),
    "a.rdf": ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n<rdf:Description>\n</rdf:RDF>', 3),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_files_are_named_with_their_line(tmp_path: Path, write: Write, name: str) -> None:
    text, line = BROKEN[name]
    with pytest.raises(BuildError) as caught:
        build([write(name, text)], store=tmp_path / "store")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == (name, line)
    assert problem.column
    assert str(caught.value).startswith(f"{name}:{line}:")


def test_all_broken_files_are_reported_at_once(tmp_path: Path, write: Write) -> None:
    files = [write("a.ttl", "ex:a"), write("b.ttl", "ex:a ex:p ex:b ."), write("c.nt", "nonsense")]
    with pytest.raises(BuildError) as caught:
        build(files, store=tmp_path / "store")
    assert [problem.file for problem in caught.value.problems] == ["a.ttl", "c.nt"]


def test_n3_rules_are_refused(tmp_path: Path, write: Write) -> None:
    path = write("a.n3", "@prefix : <http://e.org/> . { :a :b :c } => { :d :e :f } .")
    with pytest.raises(BuildError, match="N3 formulas"):
        build([path], store=tmp_path / "store")


DATASET = '<https://d.org/> a void:Dataset ; void:uriSpace "https://d.org/" ; dcterms:title "Ours"@en, "Unser"@de .'


@pytest.mark.parametrize("dataset", [DATASET, DATASET.replace('"https://d.org/"', "<https://d.org/>")])
def test_the_base_is_what_the_dataset_states(tmp_path: Path, write: Write, lines: Lines, dataset: str) -> None:
    write("data/dataset.ttl", dataset)
    write("data/a.ttl", "<thing> ex:p ex:o .")
    built = build(Folder(tmp_path / "input"), store=tmp_path / "store")
    assert built.snapshot.base == "https://d.org/"
    assert lines(built.snapshot, "a") == {"<https://d.org/thing> <http://e.org/p> <http://e.org/o> ."}
    assert built.snapshot.manifest["title"] == "Ours"
    assert built.snapshot.manifest["dataset"]["title"] == {"de": "Unser", "en": "Ours"}


def test_a_base_that_is_given_wins(tmp_path: Path, write: Write) -> None:
    write("data/dataset.ttl", DATASET)
    built = build(Folder(tmp_path / "input"), store=tmp_path / "store", base="http://mine.org/")
    assert list(built.snapshot.graphs) == ["http://mine.org/graph/dataset"]


@pytest.mark.parametrize(("base", "said"), [("http://mine.org", "must end in `/`"), ("mine/", "not an absolute IRI")])
def test_a_base_that_makes_no_sense_is_refused(tmp_path: Path, write: Write, base: str, said: str) -> None:
    with pytest.raises(BuildError, match=said):
        build([write("a.nt", FACT)], store=tmp_path / "store", base=base)


def test_two_uri_spaces_are_refused(tmp_path: Path, write: Write) -> None:
    write("data/dataset.ttl", DATASET + ' ex:d a void:Dataset ; void:uriSpace "https://other.org/" .')
    with pytest.raises(BuildError, match="2 different void:uriSpace"):
        build(Folder(tmp_path / "input"), store=tmp_path / "store")


@pytest.mark.parametrize("name", ["b", "http://localhost:8080/graph/b"])
def test_excluded_graphs_leave_no_inference_behind(tmp_path: Path, write: Write, lines: Lines, name: str) -> None:
    write("ontology/o.ttl", "ex:Dog rdfs:subClassOf ex:Animal .")
    write("data/a.ttl", "ex:rex a ex:Dog .")
    write("data/b.ttl", "ex:pongo a ex:Dog .")
    built = build(Folder(tmp_path / "input"), store=tmp_path / "store", exclude=[name])
    everything = "\n".join(lines(built.snapshot))
    assert "rex" in everything
    assert "pongo" not in everything
    assert len(lines(built.snapshot, "inferred")) == 1
    assert built.snapshot.manifest["excluded"] == ["http://localhost:8080/graph/b"]


def test_graphs_of_a_quad_file_can_be_excluded(tmp_path: Path, write: Write) -> None:
    path = write("a.nq", "<http://e.org/s> <http://e.org/p> <http://e.org/o> <http://e.org/g> .\n" + FACT)
    built = build([path], store=tmp_path / "store", exclude=["http://e.org/g"])
    assert built.snapshot.graphs == {"http://localhost:8080/graph/a": 1}


def test_an_unknown_exclusion_is_refused_and_the_known_ones_are_listed(tmp_path: Path, write: Write) -> None:
    with pytest.raises(BuildError, match=r"no graph 'peple' to leave out. There are: inferred, people"):
        build([write("people.nt", FACT)], store=tmp_path / "store", exclude=["peple"])


def test_odd_literals_are_kept(tmp_path: Path, write: Write, lines: Lines) -> None:
    odd = [
        '<http://e.org/s> <http://e.org/p> "not a number"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<http://e.org/s> <http://e.org/p> "line\\nbreak \\"quoted\\" \\\\ ü" .',
        '<http://e.org/s> <http://e.org/p> "x"^^<http://e.org/own-type> .',
        '<http://e.org/s> <http://e.org/p> "" .',
    ]
    assert lines(build([write("a.nt", "\n".join(odd))], store=tmp_path / "store").snapshot) == set(odd)
