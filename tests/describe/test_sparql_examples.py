"""The examples in SPARQL, read as the tools of other projects read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyshacl import validate
from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef

from clustergraph.catalogue import Catalogue
from clustergraph.describe.sparql_examples import examples
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.ingest import build
from clustergraph.rdf.formats import of_kind
from clustergraph.web.http.descriptions import RDFLIB_NAMES

SH = Namespace("http://www.w3.org/ns/shacl#")
SCHEMA = Namespace("https://schema.org/")
PATH = "/.well-known/sparql-examples"
ENDPOINT = "http://localhost/sparql"

# What a loader of examples asks: first of the endpoint, then, where it gets nothing, of the service description.
ASKED_FOR_EXAMPLES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX spex: <https://purl.expasy.org/sparql-examples/ontology#>
SELECT DISTINCT ?sq ?comment ?query {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|spex:describe ?query .
} ORDER BY ?sq"""
ASKED_FOR_PREFIXES = """PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix"""
ASKED_FOR_CLASSES = """PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?class ?property ?kind ?datatype {
  ?part void:class ?class ; void:propertyPartition ?use .
  ?use void:property ?property .
  OPTIONAL {
    { ?use void:classPartition [ void:class ?kind ] }
    UNION { ?use void-ext:datatypePartition [ void-ext:datatype ?datatype ] }
  }
}"""

# What the collection of examples at SIB asks of each of its own.
SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix spex: <https://purl.expasy.org/sparql-examples/ontology#> .
[] a sh:NodeShape ; sh:targetClass sh:SPARQLExecutable ;
  sh:property
    [ sh:path [ sh:alternativePath ( sh:select sh:ask sh:construct spex:describe ) ] ; sh:minCount 1 ; sh:maxCount 1 ],
    [ sh:path rdfs:comment ; sh:minCount 1 ; sh:uniqueLang true ; sh:datatype rdf:langString ],
    [ sh:path schema:target ; sh:minCount 1 ; sh:nodeKind sh:IRI ],
    [ sh:path sh:prefixes ; sh:minCount 1 ; sh:maxCount 1 ],
    [ sh:path schema:keywords ; sh:datatype <http://www.w3.org/2001/XMLSchema#string> ] .
[] a sh:NodeShape ; sh:targetObjectsOf sh:declare ;
  sh:property
    [ sh:path sh:prefix ; sh:minCount 1 ; sh:maxCount 1 ],
    [ sh:path sh:namespace ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype <http://www.w3.org/2001/XMLSchema#anyURI> ] .
"""


def described(client: FlaskClient, path: str) -> Graph:
    response = client.get(path, headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    return Graph().parse(data=response.text, format="turtle")


def asked(client: FlaskClient, query: str) -> list[dict[str, str]]:
    """The rows that a loader gets for its query, which is known to nobody but the endpoint's address."""
    answer = client.get(ENDPOINT, query_string={"query": query}, headers={"Accept": "application/sparql-results+json"})
    assert answer.status_code == 200
    rows = answer.get_json(force=True)["results"]["bindings"]
    if rows:
        return [{name: term["value"] for name, term in row.items()} for row in rows]
    found = described(client, "/sparql").query(query)
    return [{str(name): str(term) for name, term in row.asdict().items()} for row in found]  # type: ignore[union-attr]


def test_a_loader_that_knows_the_endpoint_finds_every_example(client: FlaskClient, catalogue: Catalogue) -> None:
    found = asked(client, ASKED_FOR_EXAMPLES)
    names = {row["sq"].rpartition("#")[2] for row in found}
    shown = {one.name for one in catalogue if all(each.example or not each.required for each in one.parameters)}
    assert names == shown
    assert len(shown) > 30
    comments = {row["comment"] for row in found if row["sq"].endswith("#clusters-by-country")}
    assert len(comments) == 2
    assert any(comment.startswith("Clusters that target a country: ") for comment in comments)
    assert all("country = JP" in comment for comment in comments)


def test_a_loader_finds_the_prefixes(client: FlaskClient, service: Any) -> None:
    found = {row["prefix"]: row["namespace"] for row in asked(client, ASKED_FOR_PREFIXES)}
    assert found == service.snapshot.prefixes


def test_a_loader_finds_what_classes_have(client: FlaskClient) -> None:
    base = "https://w3id.org/clustergraph/ontology#"
    rows = asked(client, ASKED_FOR_CLASSES)
    found = {(row["class"], row["property"], row.get("kind", ""), row.get("datatype", "")) for row in rows}
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    assert (f"{base}Cluster", f"{base}managedBy", f"{base}ManagingOrganisation", "") in found
    assert (f"{base}Cluster", f"{base}memberCount", "", integer) in found
    # A cluster is an organisation, too, but what clusters have is said of clusters.
    assert not any(
        one == "http://www.w3.org/ns/org#Organization" and prop == f"{base}managedBy" for one, prop, *_ in found
    )


def test_the_sizes_of_class_partitions_add_up(client: FlaskClient, kg: Any) -> None:
    sizes = """PREFIX void: <http://rdfs.org/ns/void#>
    PREFIX cg: <https://w3id.org/clustergraph/ontology#>
    SELECT ?size (SUM(?part) AS ?parts) {
      ?dataset void:classPartition [ void:class cg:Cluster ; void:propertyPartition ?use ] .
      ?use void:property cg:managedBy ; void:triples ?size ; void:classPartition [ void:triples ?part ] .
    } GROUP BY ?size"""
    ((size, parts),) = described(client, "/.well-known/void").query(sizes)  # type: ignore[misc]
    counted = kg.sparql("SELECT (COUNT(*) AS ?n) { ?c a cg:Cluster ; cg:managedBy ?m }")[0].n
    assert int(size) == int(parts) == counted > 0


def test_every_example_answers_at_its_endpoint_as_it_stands(client: FlaskClient) -> None:
    graph = described(client, PATH)
    texts = {
        one: str(text)
        for says in (SH.select, SH.ask, SH.construct)
        for one, text in graph.subject_objects(says)
        if isinstance(one, URIRef)
    }
    assert len(texts) > 30
    for one, text in texts.items():
        assert (one, SCHEMA.target, URIRef(ENDPOINT)) in graph
        answer = client.post("/sparql", data={"query": text})
        assert answer.status_code == 200, (one, answer.text)
        assert "#+" not in text


def test_an_example_is_what_the_canned_query_answers(client: FlaskClient) -> None:
    graph = described(client, PATH)
    text = graph.value(URIRef(f"http://localhost{PATH}#clusters-by-country"), SH.select)
    csv = client.post("/sparql", data={"query": str(text)}, headers={"Accept": "text/csv"})
    canned = client.get("/api/clusters-by-country.csv?country=JP&phase=implementation")
    assert csv.data == canned.data
    assert csv.data.count(b"\n") > 5


def test_examples_have_the_shape_that_collections_ask_for(client: FlaskClient) -> None:
    conforms, _, report = validate(described(client, PATH), shacl_graph=Graph().parse(data=SHAPES, format="turtle"))
    assert conforms, report


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph", "ignore:Dataset.default_context")  # rdflib's own, in its parsers
@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda one: one.name)
def test_examples_come_in_every_format(client: FlaskClient, form: Any) -> None:
    response = client.get(PATH, headers={"Accept": form.media_type})
    assert response.mimetype == form.media_type
    graph = Graph().parse(data=response.data, format=RDFLIB_NAMES[form.name])
    assert len(set(graph.subjects(RDF.type, SH.SPARQLExecutable))) > 30
    assert client.get(PATH).mimetype == "text/turtle"


def test_the_ways_to_the_examples(client: FlaskClient) -> None:
    assert f"<{PATH}>" in client.get("/.well-known/void").headers["Link"]
    assert PATH in client.get("/openapi.json").get_json()["paths"]


def test_comments_are_in_english_and_german(client: FlaskClient) -> None:
    graph = described(client, PATH)
    for one in graph.subjects(RDF.type, SH.SPARQLExecutable):
        languages = [text.language for text in graph.objects(one, RDFS.comment) if isinstance(text, Literal)]
        assert sorted(map(str, languages)) == ["de", "en"]


def test_a_graph_without_canned_queries_has_no_examples(serve: Callable[..., FlaskClient]) -> None:
    client = serve('<a> <urn:b> "c" .')
    assert len(described(client, PATH)) == 0
    assert client.get("/sparql", headers={"Accept": "text/turtle"}).status_code == 200


def test_an_example_that_is_not_in_the_graph_is_left_out(catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "a.ttl"
    file.write_text('<a> <urn:b> "c" .')
    engine = EmbeddedEngine(build([file], store=tmp_path / "store").snapshot)
    names = {query.name for query, _ in examples(engine, catalogue)}
    assert "clusters-by-country" not in names
    assert "countries-ranked" in names
    engine.close()
