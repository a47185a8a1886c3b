"""Files of one name are told apart: their graphs, what their relative IRIs mean, and what their names do not mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

import clustergraph
from clustergraph.ingest import build
from clustergraph.snapshots.snapshot import Snapshot, open_store
from clustergraph.snapshots.source_folder import Folder

LOCAL = "http://localhost:8080/"
RULE = "<http://ex.example/b> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://ex.example/c> ."


def write(folder: Path, files: dict[str, str]) -> list[Path]:
    paths = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        paths.append(path)
    return paths


def graphs_of(snapshot: Snapshot) -> dict[str, int]:
    return {iri.removeprefix(f"{LOCAL}graph/"): count for iri, count in snapshot.graphs.items()}


@pytest.mark.parametrize(
    ("names", "graphs"),
    [
        (["2023/values.ttl", "2024/values.ttl"], ["2023/values", "2024/values"]),
        (["a/x/v.ttl", "b/x/v.ttl", "w.ttl"], ["a/x/v", "b/x/v", "w"]),
        (["values.ttl", "values.nt"], ["values.nt", "values.ttl"]),
        (["one.ttl", "sub/two.ttl"], ["one", "two"]),
        (["inferred.ttl", "b.ttl"], ["b", "inferred.ttl"]),
    ],
)
def test_files_of_one_name_are_two_graphs(tmp_path: Path, names: list[str], graphs: list[str]) -> None:
    paths = write(tmp_path, {name: f'<http://ex.example/a> <http://ex.example/v> "{name}" .' for name in names})
    snapshot = build(paths, store=tmp_path / "store").snapshot
    assert sorted(graphs_of(snapshot)) == graphs
    assert set(snapshot.graphs.values()) == {1}
    with clustergraph.open(*paths, store=tmp_path / "store") as opened:
        assert [len(opened.graph(name)) for name in graphs] == [1] * len(graphs)


def test_a_folder_that_is_a_graph_stays_one(tmp_path: Path) -> None:
    statement = '<http://ex.example/a> <http://ex.example/v> "{}" .'
    write(tmp_path, {f"data/{name}.ttl": statement.format(name) for name in ("places/a", "places/b", "people", "x/a")})
    snapshot = build(Folder(tmp_path), store=tmp_path / "store").snapshot
    assert graphs_of(snapshot) == {"people": 1, "places": 2, "x": 1}


def test_relative_names_of_two_files_are_two_things(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        {
            "a.ttl": '<#me> <p> "a" . <> <p> "file a" . <thing/1> <p> "shared" .',
            "b.ttl": '<#me> <p> "b" . <thing/1> <q> "shared" .',
            "sub/a.ttl": '<#me> <p> "another a" .',
        },
    )
    store = open_store(build(paths, store=tmp_path / "store").snapshot.store)
    subjects: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        assert isinstance(quad.subject, ox.NamedNode)
        assert isinstance(quad.object, ox.Literal)
        subjects.setdefault(quad.subject.value, set()).add(quad.object.value)
    assert subjects == {
        f"{LOCAL}a.ttl#me": {"a"},
        f"{LOCAL}a.ttl": {"file a"},
        f"{LOCAL}b.ttl#me": {"b"},
        f"{LOCAL}sub-a.ttl#me": {"another a"},
        f"{LOCAL}thing/1": {"shared"},
    }


def test_a_thing_of_a_file_is_found_at_the_address_of_the_file(serve: Callable[..., FlaskClient]) -> None:
    client = serve('<#me> <http://xmlns.com/foaf/0.1/name> "Ann" .', "card.ttl")
    response = client.get("/card.ttl", headers={"Accept": "application/n-triples"}, follow_redirects=True)
    assert b'"Ann"' in response.data


def test_a_file_named_inferred_is_not_an_inference(serve: Callable[..., FlaskClient]) -> None:
    page = serve(f'<it> <p> "v" . {RULE}', "inferred.ttl").get("/page/it", headers={"Accept": "text/html"}).text
    assert "inferred</summary>" not in page


def test_a_file_named_inferred_may_be_reasoned_over(tmp_path: Path) -> None:
    paths = write(tmp_path, {"inferred.ttl": f"<http://ex.example/a> a <http://ex.example/b> . {RULE}"})
    snapshot = build(paths, store=tmp_path / "store", reason="owlrl").snapshot
    assert graphs_of(snapshot)["inferred.ttl"] == 2
    assert graphs_of(snapshot)["inferred"] > 0


@pytest.mark.parametrize(
    ("kind", "space", "base"),
    [
        ("void:Dataset", "http://ex.example/terms/", "http://ex.example/terms/"),
        ("skos:ConceptScheme", "http://ex.example/terms/", "http://ex.example/terms/"),
        ("void:Dataset", "http://ex.example/terms#", LOCAL),
        ("void:Dataset", "no IRI/", LOCAL),
        ("void:Linkset", "http://ex.example/terms/", LOCAL),
    ],
)
def test_the_base_is_what_any_file_states(tmp_path: Path, kind: str, space: str, base: str) -> None:
    text = f"""@prefix void: <http://rdfs.org/ns/void#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <http://ex.example/terms> a {kind} ; void:uriSpace "{space}" ."""
    paths = write(tmp_path, {"terms.ttl": text, "other.ttl": '<a> <b> "c" .'})
    assert build(paths, store=tmp_path / "store").snapshot.base == base


def test_several_spaces_are_no_base(tmp_path: Path) -> None:
    text: Any = "<http://{0}.example/> a <http://rdfs.org/ns/void#Dataset> ; <http://rdfs.org/ns/void#uriSpace> "
    text += '"http://{0}.example/" .'
    paths = write(tmp_path, {"a.ttl": text.format("a"), "b.ttl": text.format("b")})
    assert build(paths, store=tmp_path / "store").snapshot.base == LOCAL
