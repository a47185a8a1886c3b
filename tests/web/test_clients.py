"""Programs that people ask SPARQL services with, asking this one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import SPARQLWrapper as sparqlwrapper
from rdflib import RDFS, Graph, Literal, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore

from support.server import Server

JAPAN = "https://w3id.org/clustergraph/id/country/JP"
GRAPH = "https://w3id.org/clustergraph/graph/places"
NAME = f'SELECT ?name {{ <{JAPAN}> <{RDFS.label}> ?name FILTER(LANG(?name) = "de" && "ü+%&" != "") }}'
SENT = list(
    product((sparqlwrapper.GET, sparqlwrapper.POST), (sparqlwrapper.URLENCODED, sparqlwrapper.POSTDIRECTLY), (0, 1))
)


@pytest.mark.parametrize(("method", "way", "only_negotiated"), SENT)
class TestSparqlWrapper:
    @pytest.fixture
    def wrapper(self, published_server: Server, method: str, way: str, only_negotiated: int) -> Any:
        wrapper = sparqlwrapper.SPARQLWrapper(published_server.sparql)
        wrapper.setMethod(method)
        wrapper.setRequestMethod(way)
        wrapper.setOnlyConneg(bool(only_negotiated))
        return wrapper

    def test_rows_in_every_format(self, wrapper: Any) -> None:
        wrapper.setQuery(NAME)
        for form in (sparqlwrapper.JSON, sparqlwrapper.XML, sparqlwrapper.CSV, sparqlwrapper.TSV):
            wrapper.setReturnFormat(form)
            result = wrapper.queryAndConvert()
            text = result.toxml() if form == sparqlwrapper.XML else result
            assert "Japan" in (text.decode() if isinstance(text, bytes) else str(text))

    def test_graphs_and_truth(self, wrapper: Any) -> None:
        wrapper.setQuery(f"CONSTRUCT WHERE {{ <{JAPAN}> ?p ?o }}")
        for form in (sparqlwrapper.RDFXML, sparqlwrapper.TURTLE, sparqlwrapper.N3, sparqlwrapper.JSONLD):
            wrapper.setReturnFormat(form)
            body = wrapper.query().response.read()
            assert b"Japan" in body
        wrapper.setQuery(f"ASK {{ <{JAPAN}> ?p ?o }}")
        wrapper.setReturnFormat(sparqlwrapper.JSON)
        assert wrapper.queryAndConvert()["boolean"] is True

    def test_a_dataset(self, wrapper: Any) -> None:
        wrapper.setReturnFormat(sparqlwrapper.JSON)
        wrapper.setQuery("SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
        wrapper.addParameter("named-graph-uri", GRAPH)
        wrapper.addDefaultGraph(GRAPH)
        assert wrapper.queryAndConvert()["results"]["bindings"][0]["n"]["value"] == "1"

    def test_what_is_wrong(self, wrapper: Any) -> None:
        wrapper.setQuery("SELECT ?x { ?x ")
        with pytest.raises(sparqlwrapper.SPARQLExceptions.QueryBadFormed, match="never closed"):
            wrapper.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_as_a_store(published_server: Server, method: Any, form: str) -> None:
    store = SPARQLStore(published_server.sparql, method=method, returnFormat=form)
    graph = Graph(store=store, identifier=URIRef(GRAPH))
    if form != "csv":  # which does not say what is an IRI
        assert Literal("Japan", lang="de") in set(graph.objects(URIRef(JAPAN), RDFS.label))
        assert len(graph) > 100
    assert [str(row[Variable("name")]) for row in store.query(NAME).bindings] == ["Japan"]
    if form == "xml":
        assert len(store.query(f"CONSTRUCT WHERE {{ <{JAPAN}> ?p ?o }}").graph or ()) > 1
        assert store.query(f"ASK {{ <{JAPAN}> ?p ?o }}").askAnswer is True
