"""The snapshot that statements are taken from, described: when it was built, from which files, with what.

Source: PROV-O.
"""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, VOID, XSD

from clustergraph.describe import thing_documents
from clustergraph.describe.urls import Urls
from clustergraph.describe.void import make_count, make_graph
from clustergraph.engine.base import Engine

SPDX = Namespace("http://spdx.org/rdf/terms#")


def snapshot_description(engine: Engine, urls: Urls) -> Graph:
    """The current snapshot as a prov:Entity with its digest, the files it was built from, and the software."""
    snapshot = engine.snapshot
    graph = make_graph(snapshot)
    graph.bind("prov", PROV)
    graph.bind("spdx", SPDX)
    manifest, entity = snapshot.manifest, URIRef(thing_documents.snapshot_iri(snapshot))
    document = URIRef(urls.names.data(entity))
    graph.add((document, RDF.type, FOAF.Document))
    graph.add((document, FOAF.primaryTopic, entity))
    graph.add((entity, RDF.type, PROV.Entity))
    graph.add((entity, RDFS.label, Literal(f"Snapshot {snapshot.name}", lang="en")))
    graph.add((entity, RDFS.label, Literal(f"Schnappschuss {snapshot.name}", lang="de")))
    graph.add((entity, DCTERMS.identifier, Literal(snapshot.name)))
    graph.add((entity, DCTERMS.isVersionOf, URIRef(snapshot.base)))
    if snapshot.triples is not None:
        graph.add((entity, VOID.triples, make_count(snapshot.triples)))
    if built := manifest.get("built"):
        graph.add((entity, PROV.generatedAtTime, Literal(built, datatype=XSD.dateTime)))
    if digest := manifest.get("sha256"):
        _add_checksum(graph, entity, "snapshot", digest)
    if licence := snapshot.licence_url:
        graph.add((entity, DCTERMS.license, URIRef(licence)))
    for iri in snapshot.graphs:
        graph.add((entity, DCTERMS.hasPart, URIRef(iri)))
    build = BNode("build")
    graph.add((entity, PROV.wasGeneratedBy, build))
    graph.add((build, RDF.type, PROV.Activity))
    for position, (name, version) in enumerate(sorted(manifest.get("software", {}).items())):
        agent = BNode(f"software{position}")
        graph.add((build, PROV.wasAssociatedWith, agent))
        graph.add((agent, RDF.type, PROV.SoftwareAgent))
        graph.add((agent, RDFS.label, Literal(f"{name} {version}")))
    for position, source in enumerate(manifest.get("sources", [])):
        file = BNode(f"file{position}")
        graph.add((entity, PROV.wasDerivedFrom, file))
        graph.add((file, RDF.type, PROV.Entity))
        graph.add((file, DCTERMS.title, Literal(source["path"])))
        if source.get("graph"):
            graph.add((URIRef(source["graph"]), PROV.wasDerivedFrom, file))
        _add_checksum(graph, file, f"file{position}", source["sha256"])
    return graph


def _add_checksum(graph: Graph, of: URIRef | BNode, name: str, digest: str) -> None:
    checksum = BNode(f"{name}-checksum")
    graph.add((of, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, Literal(digest, datatype=XSD.hexBinary)))
