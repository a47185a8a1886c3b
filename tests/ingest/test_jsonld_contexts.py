"""JSON-LD contexts that are named by an address: known, given, or named in the message; never fetched."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import rdflib

import clustergraph
from clustergraph.ingest import validate
from clustergraph.ingest.jsonld_contexts import UnknownContexts, put_in

CONTEXT = {"@context": {"name": "http://x.example/name", "in": {"@id": "http://x.example/in", "@type": "@id"}}}
URL = "https://x.example/context.jsonld"
SDO = rdflib.Namespace("http://schema.org/")


def write(path: Path, document: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def graph_of(tmp_path: Path, document: Any, **options: Any) -> rdflib.Graph:
    path = write(tmp_path / "in.jsonld", document)
    with clustergraph.open(path, store=tmp_path / "store", **options) as kg:
        return kg.graph()


@pytest.mark.parametrize(
    "address",
    [
        "https://schema.org/",
        "http://schema.org",
        "https://schema.org/docs/jsonldcontext.json",
        "http://www.schema.org/",
        "https://schema.org/docs/jsonldcontext.jsonld",
    ],
)
def test_schema_org_is_known(address: str, tmp_path: Path) -> None:
    document = {
        "@context": address,
        "@id": "http://ex.example/well",
        "@type": "Place",
        "name": "The well",
        "url": "http://ex.example/well.html",
        "startDate": "1999-01-01",
        "geo": {"type": "GeoCoordinates", "latitude": 51.5},
    }
    graph = graph_of(tmp_path, document)
    well = rdflib.URIRef("http://ex.example/well")
    assert graph.value(well, rdflib.RDF.type) == SDO.Place
    assert graph.value(well, SDO.name) == rdflib.Literal("The well")
    assert graph.value(well, SDO.url) == rdflib.URIRef("http://ex.example/well.html")
    assert graph.value(well, SDO.startDate) == rdflib.Literal("1999-01-01", datatype=SDO.Date)
    place = graph.value(well, SDO.geo)
    assert graph.value(place, rdflib.RDF.type) == SDO.GeoCoordinates
    assert graph.value(place, SDO.latitude) is not None


def test_annotations_and_activities_of_the_w3c_are_known(tmp_path: Path) -> None:
    oa = rdflib.Namespace("http://www.w3.org/ns/oa#")
    document = {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"x": "http://x.example/"}],
        "id": "http://ex.example/anno",
        "type": "Annotation",
        "motivation": "commenting",
        "body": {"type": "TextualBody", "value": "nice"},
        "target": "http://ex.example/page",
        "created": "2015-01-28T12:00:00Z",
        "x:y": "z",
    }
    graph = graph_of(tmp_path, document)
    note = rdflib.URIRef("http://ex.example/anno")
    assert graph.value(note, oa.hasTarget) == rdflib.URIRef("http://ex.example/page")
    assert graph.value(note, oa.motivatedBy) == oa.commenting
    assert graph.value(graph.value(note, oa.hasBody), rdflib.RDF.value) == rdflib.Literal("nice")
    assert len(graph) == 8
    activity = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "http://a.example/1",
        "actor": "http://a.example/2",
    }
    graph = graph_of(tmp_path, activity)
    assert set(graph.objects()) == {rdflib.URIRef("http://a.example/2")}


def test_the_address_and_the_option_are_named_for_each_unknown_context(tmp_path: Path) -> None:
    document = f'{{"@context": ["{URL}",\n  "other.jsonld", {{"a": "http://x.example/a"}}], "a": 1}}'
    problems = validate([write(tmp_path / "in.jsonld", document)]).problems
    assert [(problem.line, problem.column) for problem in problems] == [(1, 15), (2, 3)]
    assert f"--context {URL}=FILE" in problems[0].message
    assert "other.jsonld" in problems[1].message
    assert all(problem.severity == "violation" for problem in problems)


def test_a_file_for_an_address_is_used_and_its_content_counts(tmp_path: Path) -> None:
    context = write(tmp_path / "contexts/one.json", CONTEXT)
    document = {"@context": URL, "@id": "http://x.example/1", "name": "x", "in": "http://x.example/2"}
    graph = graph_of(tmp_path, document, contexts={URL: context})
    assert graph.value(None, rdflib.URIRef("http://x.example/in")) is None
    assert graph.value(rdflib.URIRef("http://x.example/1"), rdflib.URIRef("http://x.example/in")) == rdflib.URIRef(
        "http://x.example/2"
    )
    write(context, {"@context": {"name": "http://y.example/name"}})
    graph = graph_of(tmp_path, document, contexts={URL: context})
    assert set(graph.predicates()) == {rdflib.URIRef("http://y.example/name")}


def test_contexts_beside_the_file_and_in_the_settings_of_a_folder_are_used(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    write(folder / "data/in.jsonld", {"@context": ["../context.jsonld", URL], "name": "x", "n": 1})
    write(folder / "context.jsonld", CONTEXT)
    write(folder / "other.json", {"@context": {"n": "http://x.example/n"}})
    write(folder / "clustergraph.toml", f'[contexts]\n"{URL}" = "other.json"\n')
    with clustergraph.open(folder, store=tmp_path / "store") as kg:
        assert len(kg.graph()) == 2


def test_a_context_outside_the_input_is_not_read(tmp_path: Path) -> None:
    write(tmp_path / "secret.jsonld", CONTEXT)
    write(tmp_path / "folder/in.jsonld", {"@context": "../secret.jsonld", "name": "x"})
    (problem,) = validate([tmp_path / "folder/in.jsonld"]).problems
    assert "../secret.jsonld is not known" in problem.message


@pytest.mark.parametrize("content", ["[]", "{", '{"no": "context"}'])
def test_a_file_that_is_no_context_is_named(content: str, tmp_path: Path) -> None:
    context = write(tmp_path / "context.json", content)
    path = write(tmp_path / "in.jsonld", {"@context": URL, "name": "x"})
    (problem,) = validate([path], contexts={URL: context}).problems
    assert "context.json is not a JSON-LD context" in problem.message


def test_contexts_lead_to_further_ones_but_not_round(tmp_path: Path) -> None:
    inner = write(tmp_path / "inner.json", CONTEXT)
    outer = write(tmp_path / "outer.json", {"@context": [URL, {"n": "http://x.example/n"}]})
    assert "x.example/name" in put_in('{"@context": "u:outer"}', tmp_path, {URL: inner, "u:outer": outer})
    with pytest.raises(ValueError, match="lead from one to the next"):
        put_in('{"@context": "u:outer"}', tmp_path, {URL: outer, "u:outer": outer})


def test_only_contexts_are_replaced(tmp_path: Path) -> None:
    text = '{"a": "@context", "b": ["@context", ":", "x"], "@context": {"@vocab": "u:v"}, "c": {"@context": "u:x"}}'
    with pytest.raises(UnknownContexts) as caught:
        put_in(text, tmp_path, {})
    assert caught.value.addresses == [("u:x", 1, text.index('"u:x"') + 1)]


def test_the_description_of_a_service_is_read(client: Any, tmp_path: Path) -> None:
    path = tmp_path / "dataset.jsonld"
    path.write_bytes(client.get("/dataset.jsonld").data)
    report = validate([path])
    assert report.ok
    assert report.triples > 10
