"""Service Description, VoID, DCAT-AP and schema.org: in every format, of terms that exist, true of the graph."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from pyshacl import validate
from rdflib import DCAT, RDF, SKOS, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, VOID, Namespace

from clustergraph.describe.void import FORMAT_NAMES
from clustergraph.rdf.formats import FORMATS, of_kind
from clustergraph.web.http.descriptions import RDFLIB_NAMES

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
ENDPOINT = URIRef("http://localhost/sparql")
BASE = "https://w3id.org/clustergraph/"
# The terms of the two vocabularies that a description may use: SPARQL 1.1 Service Description, section 3; VoID.
SD_TERMS = {
    *("Service", "Dataset", "Graph", "NamedGraph", "SPARQL11Query", "UnionDefaultGraph", "BasicFederatedQuery"),
    *("endpoint", "supportedLanguage", "feature", "resultFormat", "defaultDataset", "defaultGraph", "namedGraph"),
    *("name", "graph"),
}
VOID_TERMS = {
    *("Dataset", "DatasetDescription", "triples", "classes", "properties", "entities", "uriSpace", "sparqlEndpoint"),
    *("uriLookupEndpoint", "vocabulary", "classPartition", "propertyPartition", "class", "property"),
    *("Linkset", "subset", "dataDump", "feature", "exampleResource", "inDataset"),
    *("linkPredicate", "subjectsTarget", "objectsTarget"),
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
@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/dcat"])
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


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void", "/dcat"])
def test_only_terms_that_exist_are_used(client: FlaskClient, path: str) -> None:
    terms = {str(term) for triple in described(client, path) for term in triple if isinstance(term, URIRef)}
    for namespace, known in ((str(SD), SD_TERMS), (str(VOID), VOID_TERMS)):
        # The namespace itself is one of the vocabularies that the graph names.
        used = {term.removeprefix(namespace) for term in terms if term.startswith(namespace)} - {""}
        assert used <= known


def test_where_clients_look(client: FlaskClient) -> None:
    assert client.get("/void").headers["Location"] == "/.well-known/void"
    assert '</.well-known/void>; rel="describedby"' in client.get("/sparql").headers["Link"]
    assert '</.well-known/void>; rel="describedby"' in client.get("/").headers["Link"]
    assert client.get("/", headers={"Accept": "text/turtle"}).headers["Location"] == "/.well-known/void"
    assert client.get("/", headers={"Accept": "*/*"}).content_type == "text/html; charset=utf-8"


# --------------------------------------------------------------------------------------------------------- VoID, whole


def counted(client: FlaskClient, pattern: str) -> int:
    answer = client.get(f"/sparql?query={quote(f'SELECT (COUNT(*) AS ?n) {{ {pattern} }}')}").json
    assert answer
    return int(answer["results"]["bindings"][0]["n"]["value"])


def at(client: FlaskClient, address: Any) -> Any:
    """What an address of this service gives, asked with HEAD."""
    parts = urlsplit(str(address))
    assert parts.netloc == "localhost", address
    return client.head(f"{parts.path}?{parts.query}")


def test_every_named_graph_is_a_part_with_its_size(client: FlaskClient, service: Any) -> None:
    graph, dataset = described(client, "/.well-known/void"), URIRef(BASE)
    linksets = set(graph.subjects(RDF.type, VOID.Linkset))
    parts = {part for part in graph.objects(dataset, VOID.subset) if part not in linksets}
    assert {str(part) for part in parts} == set(service.snapshot.graphs)
    for part in parts:
        assert number(graph.value(part, VOID.triples)) == counted(client, f"GRAPH <{part}> {{ ?s ?p ?o }}")
    assert number(graph.value(dataset, VOID.triples)) == counted(client, "?s ?p ?o")


def test_every_dump_is_there_in_its_format(client: FlaskClient) -> None:
    graph = described(client, "/.well-known/void")
    by_ending = {form.extension: form for form in of_kind("graph")}
    for dataset in {URIRef(BASE), URIRef(f"{BASE}graph/people"), URIRef(f"{BASE}graph/inferred")}:
        dumps = list(graph.objects(dataset, VOID.dataDump))
        assert {str(dump).rpartition(".")[2] for dump in dumps} == set(by_ending)
        for dump in dumps:
            response = at(client, dump)
            assert response.status_code == 200, dump
            assert response.content_type == by_ending[str(dump).rpartition(".")[2]].content_type


def test_examples_and_vocabularies_are_the_graphs_own(client: FlaskClient) -> None:
    graph, dataset = described(client, "/.well-known/void"), URIRef(BASE)
    examples = [str(example) for example in graph.objects(dataset, VOID.exampleResource)]
    assert examples
    for example in examples:
        assert example.startswith(BASE)
        assert client.get(f"/{example.removeprefix(BASE)}", follow_redirects=True).status_code == 200
    stated = Graph().parse(data=client.get("/data/graph/dataset.ttl").data, format="turtle")
    assert set(graph.objects(dataset, VOID.vocabulary)) == set(stated.objects(dataset, VOID.vocabulary))
    assert list(graph.objects(dataset, VOID.vocabulary))


def test_linksets_count_the_links_to_the_authorities(client: FlaskClient) -> None:
    graph = described(client, "/.well-known/void")
    told = {}
    for linkset in graph.subjects(RDF.type, VOID.Linkset):
        assert (URIRef(BASE), VOID.subset, linkset) in graph
        assert graph.value(linkset, VOID.subjectsTarget) == URIRef(BASE)
        assert graph.value(linkset, VOID.linkPredicate) == SKOS.exactMatch
        space = str(graph.value(graph.value(linkset, VOID.objectsTarget), VOID.uriSpace))
        told[space] = number(graph.value(linkset, VOID.triples))
    for space in ("http://publications.europa.eu/resource/authority/country/", "http://data.europa.eu/nuts/code/"):
        filtered = f'?s <{SKOS.exactMatch}> ?o FILTER(STRSTARTS(STR(?o), "{space}"))'
        assert told[space] == counted(client, filtered) > 0
    assert sum(told.values()) == counted(client, f"?s <{SKOS.exactMatch}> ?o")


def test_a_graph_without_a_description_is_described_all_the_same(serve: Callable[..., FlaskClient]) -> None:
    client = serve("@prefix foaf: <http://xmlns.com/foaf/0.1/> . <http://localhost:8080/ada> a foaf:Person .")
    graph, dataset = described(client, "/.well-known/void"), URIRef("http://localhost:8080/")
    assert (dataset, VOID.vocabulary, URIRef(str(FOAF))) in graph
    assert (dataset, VOID.exampleResource, URIRef("http://localhost:8080/ada")) in graph
    assert conforms(described(client, "/dcat")) == ""
    assert client.get("/dataset.jsonld").json["name"]  # type: ignore[index]


# ------------------------------------------------------------------------------------------------------------- DCAT-AP

# The mandatory properties of DCAT-AP 3.0, and the recommended ones that this graph can give.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <urn:shape:> .

:catalog sh:targetClass dcat:Catalog ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:uniqueLang true ] ;
  sh:property [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent ] ;
  sh:property [ sh:path dcat:dataset ; sh:minCount 1 ; sh:class dcat:Dataset ] ;
  sh:property [ sh:path dcat:service ; sh:class dcat:DataService ] ;
  sh:property [ sh:path foaf:homepage ; sh:minCount 1 ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] .
:dataset sh:targetClass dcat:Dataset ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ; sh:uniqueLang true ] ;
  sh:property [ sh:path dct:description ; sh:minCount 1 ; sh:uniqueLang true ] ;
  sh:property [ sh:path dct:publisher ; sh:maxCount 1 ; sh:class foaf:Agent ] ;
  sh:property [ sh:path dct:modified ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:dateTime ] ;
  sh:property [ sh:path dcat:keyword ; sh:datatype rdf:langString ] ;
  sh:property [ sh:path dcat:distribution ; sh:minCount 6 ; sh:class dcat:Distribution ] .
:distribution sh:targetClass dcat:Distribution ;
  sh:property [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:downloadURL ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dct:license ; sh:maxCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:mediaType ; sh:maxCount 1 ;
                sh:pattern "^https://www.iana.org/assignments/media-types/[a-z]+/[a-z+-]+$" ] ;
  sh:property [ sh:path dct:format ; sh:maxCount 1 ;
                sh:pattern "^http://publications.europa.eu/resource/authority/file-type/[A-Z_]+$" ] ;
  sh:property [ sh:path dcat:accessService ; sh:class dcat:DataService ] .
:service sh:targetClass dcat:DataService ;
  sh:property [ sh:path dct:title ; sh:minCount 1 ] ;
  sh:property [ sh:path dcat:endpointURL ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:endpointDescription ; sh:minCount 1 ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path dcat:servesDataset ; sh:minCount 1 ; sh:class dcat:Dataset ] .
:agent sh:targetClass foaf:Agent ;
  sh:property [ sh:path foaf:name ; sh:minCount 1 ] .
"""


def conforms(graph: Graph) -> str:
    """What the shapes have against the graph; empty if nothing."""
    conforming, _, text = validate(graph, shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    return "" if conforming else str(text)


def test_the_catalogue_has_what_dcat_ap_asks_for(client: FlaskClient) -> None:
    graph = described(client, "/dcat")
    assert conforms(graph) == ""
    for predicate in (DCTERMS.title, DCAT.accessURL, DCAT.endpointURL, FOAF.name):
        graph.remove((None, predicate, None))
        assert conforms(graph), f"the shapes do not notice that {predicate} is missing"
        graph = described(client, "/dcat")


def test_the_catalogue_says_what_the_graph_says(client: FlaskClient, service: Any) -> None:
    graph, dataset = described(client, "/dcat"), URIRef(BASE)
    said = service.snapshot.manifest["dataset"]
    for what, predicate in (("title", DCTERMS.title), ("description", DCTERMS.description)):
        told = {getattr(value, "language", None): str(value) for value in graph.objects(dataset, predicate)}
        assert told == said[what]
        assert set(told) == {"en", "de"}
    keywords = Counter(getattr(value, "language", None) for value in graph.objects(dataset, DCAT.keyword))
    assert keywords == {language: len(words) for language, words in said["keyword"].items()}
    assert str(graph.value(dataset, URIRef(f"{DCAT}version"))) == said["version"]
    assert (dataset, DCTERMS.license, URIRef(said["license"][0])) in graph
    assert {str(one) for one in graph.objects(dataset, DCTERMS.hasPart)} == set(service.snapshot.graphs)


def test_every_download_in_the_catalogue_is_there(client: FlaskClient, service: Any) -> None:
    graph = described(client, "/dcat")
    downloads = list(graph.subject_objects(DCAT.downloadURL))
    assert len(downloads) == (len(service.snapshot.graphs) + 1) * len(of_kind("graph"))
    assert len({address for _, address in downloads}) == len(downloads)
    for distribution, address in downloads:
        response = at(client, address)
        assert response.status_code == 200, address
        media_type = str(graph.value(distribution, DCAT.mediaType)).partition("media-types/")[2]
        assert response.content_type.split(";")[0] == media_type
    (service_one,) = graph.subjects(RDF.type, DCAT.DataService)
    assert service_one == ENDPOINT
    assert any(graph.subjects(DCAT.accessService, ENDPOINT))


# ----------------------------------------------------------------------------------------------------------- schema.org


def test_the_markup_is_a_dataset_with_its_downloads(client: FlaskClient, service: Any) -> None:
    response = client.get("/dataset.jsonld")
    assert response.content_type == "application/ld+json"
    told = json.loads(response.data)
    said = service.snapshot.manifest["dataset"]
    assert (told["@context"], told["@type"], told["@id"]) == ("https://schema.org/", "Dataset", BASE)
    assert told["name"] == said["title"]["en"]
    assert told["license"] == said["license"][0]
    assert told["version"] == said["version"]
    assert told["creator"][0]["name"]
    assert not told["creator"][0]["name"].startswith("http")
    for download in told["distribution"]:
        assert at(client, download["contentUrl"]).content_type.split(";")[0] == download["encodingFormat"]
    assert {part["@id"] for part in told["hasPart"]} == set(service.snapshot.graphs)
    german = client.get("/dataset.jsonld", headers={"Accept-Language": "de"})
    assert german.json["name"] == said["title"]["de"]  # type: ignore[index]
    assert german.headers["Content-Language"] == "de"
    assert "Accept-Language" in german.headers["Vary"]


class Blocks(HTMLParser):
    """The data blocks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "script" and ("type", "application/ld+json") in attrs

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the parser's own
        self._inside = False


def test_the_home_page_carries_the_markup(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept": "text/html"})
    (block,) = Blocks(page.text).found
    assert json.loads(block) == client.get("/dataset.jsonld").json


def test_a_hostile_title_stays_inside_the_markup(serve: Callable[..., FlaskClient]) -> None:
    title = "</script><script>alert(1)</script>"
    client = serve(
        f"""@prefix void: <http://rdfs.org/ns/void#> . @prefix dcterms: <http://purl.org/dc/terms/> .
        <http://localhost:8080/> a void:Dataset ; void:uriSpace "http://localhost:8080/" ; dcterms:title "{title}" ."""
    )
    page = client.get("/", headers={"Accept": "text/html"}).text
    assert "<script>alert" not in page
    (block,) = Blocks(page).found
    assert json.loads(block)["name"] == title
