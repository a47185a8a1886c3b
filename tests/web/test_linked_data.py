"""Documents of data: what they hold and where it comes from; that following links reaches everything."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Dataset, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, VOID

from clustergraph.describe import thing_documents
from clustergraph.describe.similar_names import MAX_SUGGESTIONS
from clustergraph.rdf.formats import of_kind
from clustergraph.web.endpoints.downloads import DOWNLOAD_FIELD
from support.rdf_readers import RDFLIB_PARSERS

BASE = "https://w3id.org/clustergraph/"
BIOM = "id/cluster/biom"
LOCAL = "http://localhost:8080/"
QUIET = pytest.mark.filterwarnings("ignore:ConjunctiveGraph", "ignore:Dataset.default_context")  # rdflib's parsers

Serve = Callable[..., FlaskClient]
Triple = tuple[Any, Any, Any]


def turtle(client: FlaskClient, path: str) -> Graph:
    response = client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert response.status_code == 200, (path, response.text)
    return Graph().parse(data=response.data, format="turtle")


def quads(client: FlaskClient, path: str, form: str) -> dict[str, set[Triple]]:
    """Triples by the graph they stand in; those of no named graph under an empty name."""
    data = client.get(path).data
    found: dict[str, set[Triple]] = {}
    for subject, predicate, object, graph in Dataset().parse(data=data, format=form).quads():
        name = "" if graph is None or str(graph).startswith("urn:x-rdflib:default") else str(graph)
        found.setdefault(name, set()).add((subject, predicate, object))
    return found


def ask(client: FlaskClient, query: str) -> list[dict[str, str]]:
    answer = client.get(f"/sparql?query={quote(query)}").json
    assert answer
    return [{name: term["value"] for name, term in row.items()} for row in answer["results"]["bindings"]]


# -------------------------------------------------------------------------------------------- what a document holds


def test_a_document_holds_the_thing_its_neighbours_names_and_what_points_at_it(client: FlaskClient) -> None:
    graph = turtle(client, f"/{BIOM}")
    biom = URIRef(BASE + BIOM)
    stated = ask(client, f"SELECT ?p ?o {{ <{biom}> ?p ?o }}")
    assert {(row["p"], row["o"]) for row in stated} == {(str(p), str(o)) for p, o in graph.predicate_objects(biom)}
    pointing = ask(client, f"SELECT ?s ?p {{ ?s ?p <{biom}> }}")
    document = URIRef(f"{BASE}data/{BIOM}")
    assert {(row["s"], row["p"]) for row in pointing} == {
        (str(s), str(p)) for s, p in graph.subject_predicates(biom) if s != document
    }
    labelled = ask(
        client,
        f"SELECT DISTINCT ?x {{ {{ <{biom}> ?p ?x }} UNION {{ <{biom}> ?x ?o }} UNION {{ ?x ?q <{biom}> }} "
        f"UNION {{ ?s ?x <{biom}> }} ?x <{RDFS.label}> ?label FILTER(ISIRI(?x)) }}",
    )
    assert len(labelled) > 30
    for row in labelled:
        assert list(graph.objects(URIRef(row["x"]), RDFS.label)), row["x"]


def test_a_document_says_where_it_comes_from(client: FlaskClient, service: Any) -> None:
    graph = turtle(client, f"/{BIOM}")
    (document,) = graph.subjects(FOAF.primaryTopic, URIRef(BASE + BIOM))
    assert document == URIRef(f"{BASE}data/{BIOM}")
    assert (document, DCTERMS.isPartOf, URIRef(BASE)) in graph
    assert (document, VOID.inDataset, URIRef(BASE)) in graph
    assert (document, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in graph
    assert (document, PROV.wasDerivedFrom, URIRef(f"{BASE}snapshot/{service.snapshot.name}")) in graph
    rows = ask(
        client,
        f"SELECT DISTINCT ?g {{ {{ GRAPH ?g {{ <{BASE}{BIOM}> ?p ?o }} }} UNION "
        f"{{ GRAPH ?g {{ ?s ?q <{BASE}{BIOM}> }} }} }}",
    )
    assert {str(one) for one in graph.objects(document, DCTERMS.source)} == {row["g"] for row in rows}
    assert turtle(client, f"/data/{BIOM}").isomorphic(graph)


@pytest.fixture(scope="module")
def named_graphs(app: Any) -> Callable[[str], Graph]:
    """Reads a named graph, once for all tests of this module."""
    return cache(lambda name: turtle(app.test_client(), f"/data/{name.removeprefix(BASE)}.ttl"))


@QUIET
@pytest.mark.parametrize("form", ["trig", "nquads", "jsonld"])
@pytest.mark.parametrize("path", [BIOM, "id/country/DE", "ontology"])
def test_formats_with_graphs_say_which_graph_each_statement_is_from(
    client: FlaskClient, named_graphs: Callable[[str], Graph], path: str, form: str
) -> None:
    ending = next(one.extension for one in of_kind("graph") if one.name == form)
    by_graph = quads(client, f"/data/{path}.{ending}?graphs=named", RDFLIB_PARSERS[form])
    document = URIRef(f"{BASE}data/{path}")
    assert {subject for subject, _, _ in by_graph.pop("")} == {document}
    assert all(name.startswith(f"{BASE}graph/") for name in by_graph)
    whole = turtle(client, f"/data/{path}.ttl")
    ground = {triple for triples in by_graph.values() for triple in triples if not _has_blank(triple)}
    assert ground == {triple for triple in whole if triple[0] != document and not _has_blank(triple)}
    for name, triples in by_graph.items():
        assert {triple for triple in triples if not _has_blank(triple)} <= set(named_graphs(name))


def _has_blank(triple: Triple) -> bool:
    from rdflib import BNode

    return any(isinstance(term, BNode) for term in triple)


def test_what_points_here_is_cut_and_said_to_be(serve: Serve) -> None:
    many = thing_documents.MAX_POINTING_STATEMENTS + 5
    lines = "\n".join(f"<{LOCAL}id/{number}> <{LOCAL}at> <{LOCAL}id/hub> ." for number in range(many))
    client = serve(lines)
    graph = turtle(client, "/id/hub")
    hub, document = URIRef(f"{LOCAL}id/hub"), URIRef(f"{LOCAL}data/id/hub")
    assert len(list(graph.subjects(URIRef(f"{LOCAL}at"), hub))) == thing_documents.MAX_POINTING_STATEMENTS
    (english,) = (text for text in graph.objects(document, RDFS.comment) if getattr(text, "language", "") == "en")
    assert f"{many:,}" in str(english)
    (rest,) = graph.objects(document, RDFS.seeAlso)
    parts = urlsplit(str(rest).removeprefix(LOCAL))
    assert len(client.get(f"/{parts.path}?{parts.query}").json["results"]["bindings"]) == many  # type: ignore[index]
    assert not list(turtle(client, "/id/1").objects(None, RDFS.comment))


@pytest.mark.parametrize("path", [BIOM, "ontology", "graph/people", "graph"])
@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
def test_documents_are_the_same_bytes_each_time(client: FlaskClient, path: str, form: Any) -> None:
    first = client.get(f"/data/{path}.{form.extension}")
    again = client.get(f"/data/{path}", query_string={"format": form.name, "x": "1"})
    assert first.status_code == 200
    assert first.data == again.data
    head = client.head(f"/data/{path}.{form.extension}")
    assert head.status_code == 200
    assert head.data == b""
    assert {"ETag", "Link", "Content-Length"} <= set(head.headers.keys())


def test_links_around_a_document(client: FlaskClient) -> None:
    header = client.get(f"/data/{BIOM}.ttl").headers["Link"]
    links = re.findall(r'<([^>]*)>; rel="(\w+)"(?:; type="([^"]*)")?', header)
    by_relation: dict[str, set[str]] = {}
    for target, relation, _ in links:
        by_relation.setdefault(relation, set()).add(target)
    assert by_relation["canonical"] == by_relation["describes"] == {BASE + BIOM}
    assert by_relation["describedby"] == {"/.well-known/void"}
    assert by_relation["license"] == {"https://creativecommons.org/licenses/by/4.0/"}
    types = {kind for _, relation, kind in links if relation == "alternate"}
    assert types == {"text/html", *(form.media_type for form in of_kind("graph") if form.name != "turtle")}
    for target, relation, kind in links:
        if relation == "alternate":
            response = client.get(target)
            assert response.content_type.split(";")[0] == kind, target
    assert '</graph>; rel="collection"' in client.get("/data/graph/people.ttl").headers["Link"]


# ------------------------------------------------------------------------------------------------------ following links


def _linked(triples: list[ox.Quad]) -> Iterator[str]:
    """The IRIs below the base in a document, without what stands behind a `#`."""
    for quad in triples:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(BASE):
                yield term.value.partition("#")[0]


def test_following_links_from_one_cluster_reaches_everything(client: FlaskClient, service: Any) -> None:
    """From one instance of the class of most instances that the graph itself defines, by links in Turtle alone.

    Whole graphs are left out, as each would bring everything in it at once.
    """
    whole = {f"{BASE}graph", *service.snapshot.graphs}
    domain = next(iri for iri in service.snapshot.manifest["classes"] if iri.startswith(BASE))
    start = ask(client, f"SELECT ?s {{ ?s a <{domain}> }} ORDER BY ?s LIMIT 1")[0]["s"]
    waiting, known, described = deque([start]), {start}, set()
    while waiting:
        iri = waiting.popleft()
        path = iri.removeprefix(BASE)
        response = client.get(f"/{quote(path)}", headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert response.status_code == 200, iri
        assert response.content_type == "text/turtle; charset=utf-8"
        triples = list(ox.parse(response.data, format=ox.RdfFormat.TURTLE))
        assert triples
        described |= {quad.subject.value for quad in triples if isinstance(quad.subject, ox.NamedNode)}
        # The document that was just read needs no second look under its own name.
        topic = (str(FOAF.primaryTopic), iri)
        known |= {quad.subject.value for quad in triples if (quad.predicate.value, quad.object.value) == topic}
        new = {linked for linked in _linked(triples) if linked not in known and linked not in whole}
        known |= new
        waiting.extend(sorted(new))
    rows = ask(client, f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(ISIRI(?s) && STRSTARTS(STR(?s), "{BASE}")) }}')
    everything = {row["s"] for row in rows}
    assert len(everything) > 1000
    assert everything - described == set()


def test_every_term_is_behind_the_one_address_of_the_ontology(client: FlaskClient) -> None:
    graph = turtle(client, "/ontology")
    rows = ask(
        client,
        f'SELECT ?s ?p ?o {{ ?s ?p ?o FILTER(ISIRI(?s) && STRSTARTS(STR(?s), "{BASE}ontology#") && !ISBLANK(?o)) }}',
    )
    assert len(rows) > 500
    stated = {(str(s), str(p), str(o)) for s, p, o in graph}
    assert {(row["s"], row["p"], row["o"]) for row in rows} <= stated


# ----------------------------------------------------------------------------------------------- graphs and snapshots


@QUIET
def test_all_graphs_can_be_taken_along(client: FlaskClient, service: Any) -> None:
    snapshot = service.snapshot
    for form in of_kind("graph"):
        response = client.get(f"/data/graph.{form.extension}")
        assert response.content_type == form.content_type
        if form.name in ("ntriples", "nquads"):
            expected = sum(snapshot.graphs.values()) if form.name == "nquads" else snapshot.manifest["triples"]
            assert len(response.data.splitlines()) == expected
    by_graph = quads(client, "/data/graph.nq", "nquads")
    assert {name: len(triples) for name, triples in by_graph.items()} == snapshot.graphs


@QUIET
@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
def test_a_graph_in_every_format_is_that_graph(client: FlaskClient, service: Any, form: Any) -> None:
    data = client.get(f"/data/graph/places.{form.extension}").data
    parsed = Dataset(default_union=True).parse(data=data, format=RDFLIB_PARSERS[form.name])
    assert len({quad[:3] for quad in parsed.quads()}) == service.snapshot.graphs[f"{BASE}graph/places"]


def test_a_download_is_named_after_what_it_holds(client: FlaskClient, service: Any) -> None:
    name = service.snapshot.name
    for path, expected in (
        ("/data/graph/people.ttl", f"clustergraph-people-{name}.ttl"),
        ("/data/graph.nq", f"clustergraph-all-{name}.nq"),
    ):
        assert "Content-Disposition" not in client.get(path).headers
        saved = client.get(path, query_string={DOWNLOAD_FIELD: "1"})
        assert saved.headers["Content-Disposition"] == f'attachment; filename="{expected}"'


def test_pages_of_graphs(client: FlaskClient, service: Any) -> None:
    browser = {"Accept": "text/html"}
    index = client.get("/graph", headers=browser, follow_redirects=True)
    assert index.request.path == "/page/graph"
    for iri, triples in service.snapshot.graphs.items():
        path = iri.removeprefix(BASE)
        assert f'href="/{path}' in index.text
        page = client.get(f"/page/{path}", headers=browser)
        assert page.status_code == 200
        assert f"{triples:,}" in page.text
    german = client.get("/page/graph/inferred", headers={**browser, "Accept-Language": "de"})
    assert "Was das Schlussfolgern" in german.text
    assert "Accept-Language" in german.headers["Vary"]


def test_the_snapshot_is_described(client: FlaskClient, service: Any) -> None:
    snapshot = service.snapshot
    one = URIRef(f"{BASE}snapshot/{snapshot.name}")
    assert client.get("/snapshot").headers["Location"] == f"/snapshot/{snapshot.name}"
    graph = turtle(client, f"/snapshot/{snapshot.name}")
    assert (one, DCTERMS.identifier, Literal(snapshot.name)) in graph
    assert snapshot.manifest["sha256"] in {str(value) for value in graph.objects()}
    files = {
        str(title) for file in graph.objects(one, PROV.wasDerivedFrom) for title in graph.objects(file, DCTERMS.title)
    }
    assert files == {source["path"] for source in snapshot.manifest["sources"]}
    page = client.get(f"/snapshot/{snapshot.name}", headers={"Accept": "text/html"}, follow_redirects=True)
    assert snapshot.manifest["sha256"] in page.text
    for path in ("/snapshot/0000000000000000", "/data/snapshot/0000000000000000.ttl"):
        missing = client.get(path)
        assert missing.status_code == 404
        assert missing.json["suggestions"] == [str(one)]  # type: ignore[index]


# ------------------------------------------------------------------------------------------------------------ not found


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/id/cluster/bion", f"{BASE}id/cluster/biom"),
        ("/page/id/cluster/medicalmountains", f"{BASE}id/cluster/medical-mountains"),
        ("/data/id/cluster/optonett.ttl", f"{BASE}id/cluster/optonet"),
        ("/id/cluster/BIOM", f"{BASE}id/cluster/biom"),
    ],
)
def test_what_is_not_here_brings_names_like_it(client: FlaskClient, path: str, expected: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    problem = json.loads(response.data)
    assert expected in problem["suggestions"][:3]
    assert len(problem["suggestions"]) <= MAX_SUGGESTIONS
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert f'href="/{expected.removeprefix(BASE)}' in page.text


def test_nothing_like_it_brings_no_names(client: FlaskClient) -> None:
    for path in ("/id/cluster/zzzzzzzz", "/zzzzzzzz", "/id/cluster/" + "x" * 5000):
        assert "suggestions" not in client.get(path).json  # type: ignore[operator]


def test_hostile_names_are_suggested_as_text(serve: Serve) -> None:
    client = serve(f"<{LOCAL}id/a'onclick=alert(1)> a <{LOCAL}C> . <{LOCAL}/evil.examples> a <{LOCAL}C> .")
    page = client.get("/id/a'onclick=alert(2)", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert "'onclick=alert" not in page.text.replace("&#39;", "").replace("%27", "")
    assert 'href="//' not in client.get("//evil.example", headers={"Accept": "text/html"}).text


def test_types_of_the_document_are_of_a_document(client: FlaskClient) -> None:
    graph = turtle(client, "/id/country/DE")
    assert set(graph.objects(URIRef(f"{BASE}data/id/country/DE"), RDF.type)) == {FOAF.Document}
