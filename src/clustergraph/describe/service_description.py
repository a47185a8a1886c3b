"""The SPARQL 1.1 Service Description of the endpoint.

Source: SPARQL 1.1 Service Description.
"""

from __future__ import annotations

from rdflib import BNode, Graph, Namespace, URIRef
from rdflib.namespace import RDF, VOID

from clustergraph.catalogue import Catalogue
from clustergraph.describe import sparql_examples
from clustergraph.describe.urls import Urls
from clustergraph.describe.void import FORMAT_NAMES, W3C_FORMATS, dataset_description, make_count
from clustergraph.engine.base import Engine
from clustergraph.rdf.formats import FORMATS

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


def service_description(engine: Engine, catalogue: Catalogue, urls: Urls, *, federated: bool = False) -> Graph:
    """The endpoint: what it speaks, what it holds. `federated` says whether SERVICE may reach some address."""
    snapshot = engine.snapshot
    graph = dataset_description(engine, urls)
    graph.bind("sd", SD)
    endpoint = URIRef(urls.sparql)
    graph.add((endpoint, RDF.type, SD.Service))
    graph.add((endpoint, SD.endpoint, endpoint))
    graph.add((endpoint, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((endpoint, SD.feature, SD.UnionDefaultGraph))
    if federated:
        graph.add((endpoint, SD.feature, SD.BasicFederatedQuery))
    for form in FORMATS:
        graph.add((endpoint, SD.resultFormat, W3C_FORMATS[FORMAT_NAMES[form.name]]))
    dataset = BNode("dataset")
    graph.add((endpoint, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    merge = BNode("merge")
    graph.add((dataset, SD.defaultGraph, merge))
    graph.add((merge, RDF.type, SD.Graph))
    if snapshot.triples is not None:
        graph.add((merge, VOID.triples, make_count(snapshot.triples)))
    for position, (name, triples) in enumerate(sorted(snapshot.graphs.items())):
        named, content = BNode(f"named{position}"), BNode(f"graph{position}")
        graph.add((dataset, SD.namedGraph, named))
        graph.add((named, RDF.type, SD.NamedGraph))
        graph.add((named, SD.name, URIRef(name)))
        graph.add((named, SD.graph, content))
        graph.add((content, RDF.type, SD.Graph))
        graph.add((content, VOID.triples, make_count(triples)))
    sparql_examples.add_to(graph, engine, catalogue, urls)
    return graph
