"""Service Description and VoID: in every format, of terms that exist, true of the graph."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, VOID, Namespace

from clustergraph.engine.formats import FORMATS, of_kind
from clustergraph.web.descriptions import FORMAT_NAMES, RDFLIB_NAMES

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
ENDPOINT = URIRef("http://localhost/sparql")
# The terms of the two vocabularies that a description may use: SPARQL 1.1 Service Description, section 3; VoID.
SD_TERMS = {
    *("Service", "Dataset", "Graph", "NamedGraph", "SPARQL11Query", "UnionDefaultGraph", "BasicFederatedQuery"),
    *("endpoint", "supportedLanguage", "feature", "resultFormat", "defaultDataset", "defaultGraph", "namedGraph"),
    *("name", "graph"),
}
VOID_TERMS = {
    *("Dataset", "DatasetDescription", "triples", "classes", "properties", "entities", "uriSpace", "sparqlEndpoint"),
    *("uriLookupEndpoint", "vocabulary", "classPartition", "propertyPartition", "class", "property"),
}


def described(client: FlaskClient, path: str, form: str = "turtle") -> Graph:
    response = client.get(path, query_string={"format": form})
    assert response.status_code == 200, response.text
    graph = Graph()
    graph.parse(data=response.data, format=RDFLIB_NAMES[form])
    return graph


def number(term: Any) -> int:
    assert isinstance(term, Literal)
    return int(term)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph", "ignore:Dataset.default_context")  # rdflib's own, in its parsers
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
def test_every_format_holds_the_same(client: FlaskClient, path: str, form: Any) -> None:
    from rdflib import Dataset

    by_accept = client.get(path, headers={"Accept": form.media_type})
    assert by_accept.content_type == form.content_type
    assert client.get(path, query_string={"format": form.name}).data == by_accept.data
    expected = described(client, path)
    if form.name in ("trig", "nquads"):
        dataset = Dataset(default_union=True).parse(data=by_accept.data, format=form.name)
        assert len(set(dataset.quads())) == len(expected)
    else:
        assert len(described(client, path, form.name)) == len(expected)


def test_the_description_is_the_same_each_time(client: FlaskClient) -> None:
    first, second = client.get("/sparql"), client.get("/sparql?")
    assert first.data == second.data
    assert first.headers["ETag"]


def test_the_service_is_described(client: FlaskClient, service: Any) -> None:
    graph = described(client, "/sparql")
    assert (ENDPOINT, RDF.type, SD.Service) in graph
    assert (ENDPOINT, SD.endpoint, ENDPOINT) in graph
    assert (ENDPOINT, SD.supportedLanguage, SD.SPARQL11Query) in graph
    assert (ENDPOINT, SD.feature, SD.UnionDefaultGraph) in graph
    assert (ENDPOINT, SD.feature, SD.BasicFederatedQuery) not in graph
    assert len(set(graph.objects(ENDPOINT, SD.resultFormat))) == len(FORMATS) == len(FORMAT_NAMES)
    (dataset,) = graph.objects(ENDPOINT, SD.defaultDataset)
    named = {
        str(graph.value(one, SD.name)): number(graph.value(graph.value(one, SD.graph), VOID.triples))
        for one in graph.objects(dataset, SD.namedGraph)
    }
    assert named == service.snapshot.graphs


def test_the_graph_is_described(client: FlaskClient, service: Any) -> None:
    snapshot = service.snapshot
    graph = described(client, "/.well-known/void")
    dataset = URIRef(snapshot.base)
    assert (URIRef("http://localhost/.well-known/void"), FOAF.primaryTopic, dataset) in graph
    assert (dataset, VOID.sparqlEndpoint, ENDPOINT) in graph
    assert (dataset, VOID.uriSpace, Literal(snapshot.base)) in graph
    assert (dataset, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in graph
    assert number(graph.value(dataset, VOID.triples)) == snapshot.manifest["triples"]
    classes = {
        str(graph.value(part, VOID["class"])): number(graph.value(part, VOID.entities))
        for part in graph.objects(dataset, VOID.classPartition)
    }
    assert classes == snapshot.manifest["classes"]
    assert len(list(graph.objects(dataset, VOID.propertyPartition))) == len(snapshot.manifest["properties"])


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_only_terms_that_exist_are_used(client: FlaskClient, path: str) -> None:
    terms = {str(term) for triple in described(client, path) for term in triple if isinstance(term, URIRef)}
    for namespace, known in ((str(SD), SD_TERMS), (str(VOID), VOID_TERMS)):
        assert {term.removeprefix(namespace) for term in terms if term.startswith(namespace)} <= known


def test_where_clients_look(client: FlaskClient) -> None:
    assert client.get("/void").headers["Location"] == "/.well-known/void"
    assert '</.well-known/void>; rel="describedby"' in client.get("/sparql").headers["Link"]
    assert '</.well-known/void>; rel="describedby"' in client.get("/").headers["Link"]
    assert client.get("/", headers={"Accept": "text/turtle"}).headers["Location"] == "/.well-known/void"
    assert client.get("/", headers={"Accept": "*/*"}).content_type == "text/html; charset=utf-8"
