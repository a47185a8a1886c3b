"""DCAT-AP: a catalogue of one dataset, its named graphs, and where to get each in each format.

Source: DCAT-AP 3.0; Data Catalog Vocabulary (DCAT) version 3. Controlled terms are those of the EU's authority tables.
"""

from __future__ import annotations

from rdflib import DCAT, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, XSD

from clustergraph.describe import thing_documents
from clustergraph.describe.labels import read_names
from clustergraph.describe.urls import Urls
from clustergraph.describe.void import list_downloads, make_graph, read_rows, read_texts
from clustergraph.engine.base import Engine
from clustergraph.rdf.formats import Format
from clustergraph.snapshots.graph_names import short_name
from clustergraph.snapshots.snapshot import Snapshot

MEDIA_TYPES = Namespace("https://www.iana.org/assignments/media-types/")
FILE_TYPES = Namespace("http://publications.europa.eu/resource/authority/file-type/")
LANGUAGE_CODES = Namespace("http://publications.europa.eu/resource/authority/language/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")

FILE_TYPE_NAMES = {
    "turtle": "RDF_TURTLE",
    "ntriples": "RDF_N_TRIPLES",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON_LD",
    "trig": "RDF_TRIG",
    "nquads": "RDF_N_QUADS",
}
LANGUAGE_NAMES = {"en": "ENG", "de": "DEU", "fr": "FRA", "es": "SPA", "it": "ITA", "nl": "NLD", "pl": "POL"}

STATED = (DCAT.theme, DCTERMS.spatial, DCTERMS.temporal, DCTERMS.accessRights, DCTERMS.accrualPeriodicity)
"""Other statements about a graph, which are copied as they are."""

_STATED = f"""SELECT DISTINCT ?property ?value {{
  VALUES ?property {{ {" ".join(f"<{prop}>" for prop in STATED)} }} ?dataset ?property ?value FILTER(ISIRI(?value))
}} ORDER BY ?property ?value"""


def catalog(engine: Engine, urls: Urls) -> Graph:
    """The catalogue. Where the graph names no publisher or the like, this service stands in."""
    snapshot = engine.snapshot
    graph = make_graph(snapshot)
    graph.bind("dcat", DCAT)
    catalogue = URIRef(f"{urls.dcat}#catalog")
    dataset = URIRef(snapshot.base)
    titles = read_texts(snapshot, "title") or [Literal(snapshot.title(), lang="en")]
    summaries = read_texts(snapshot, "description") or _describe_size(snapshot)
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    graph.add((catalogue, DCAT.dataset, dataset))
    graph.add((catalogue, DCAT.service, URIRef(urls.sparql)))
    graph.add((catalogue, FOAF.homepage, URIRef(urls.home)))
    graph.add((dataset, RDF.type, DCAT.Dataset))
    for resource in (catalogue, dataset):
        _add_common(graph, resource, engine, urls)
        for title in titles:
            graph.add((resource, DCTERMS.title, title))
        for summary in summaries:
            graph.add((resource, DCTERMS.description, summary))
    _add_dataset(graph, dataset, engine, urls)
    _add_access(graph, dataset, snapshot, urls, titles)
    for iri, triples in sorted(snapshot.graphs.items()):
        _add_named_graph(graph, iri, triples, engine, urls)
    return graph


def _add_dataset(graph: Graph, dataset: URIRef, engine: Engine, urls: Urls) -> None:
    snapshot = engine.snapshot
    metadata = snapshot.manifest.get("dataset", {})
    graph.add((dataset, DCAT.landingPage, URIRef(urls.home)))
    graph.add((dataset, DCTERMS.identifier, Literal(snapshot.base)))
    graph.add((dataset, PROV.wasDerivedFrom, URIRef(thing_documents.snapshot_iri(snapshot))))
    for keyword in read_texts(snapshot, "keyword"):
        graph.add((dataset, DCAT.keyword, keyword))
    if version := metadata.get("version"):
        graph.add((dataset, URIRef(f"{DCAT}version"), Literal(version)))
    for name, predicate in (("creator", DCTERMS.creator), ("source", DCTERMS.source)):
        for value in metadata.get(name, []):
            if ":" in value:
                graph.add((dataset, predicate, URIRef(value)))
    for row in read_rows(engine, _STATED, dataset=dataset):
        graph.add((dataset, URIRef(row["property"].text), URIRef(row["value"].text)))
    _add_contact(graph, dataset, urls)
    graph.add((dataset, RDFS.seeAlso, URIRef(urls.croissant)))
    for form, address in list_downloads(snapshot, urls):
        graph.add((dataset, DCAT.distribution, _add_distribution(graph, "all", form, address, snapshot, urls)))


def _add_contact(graph: Graph, dataset: URIRef, urls: Urls) -> None:
    """The publisher as the contact: its name and this address are all that is known."""
    contact = URIRef(f"{urls.dcat}#contact")
    graph.bind("vcard", VCARD)
    graph.add((dataset, DCAT.contactPoint, contact))
    graph.add((contact, RDF.type, VCARD.Organization))
    graph.add((contact, VCARD.hasURL, URIRef(urls.home)))
    for publisher in graph.objects(dataset, DCTERMS.publisher):
        for name in graph.objects(publisher, FOAF.name):
            graph.add((contact, VCARD.fn, name))


def _add_named_graph(graph: Graph, iri: str, triples: int, engine: Engine, urls: Urls) -> None:
    snapshot = engine.snapshot
    part, name = URIRef(iri), short_name(snapshot, iri)
    graph.add((URIRef(snapshot.base), DCTERMS.hasPart, part))
    graph.add((part, RDF.type, DCAT.Dataset))
    graph.add((part, DCTERMS.isPartOf, URIRef(snapshot.base)))
    _add_common(graph, part, engine, urls)
    for language, title, summary in (
        ("en", "{}: the graph {}", "The named graph {}: {:,} statements."),
        ("de", "{}: der Graph {}", "Der benannte Graph {}: {:,} Aussagen."),
    ):
        whole = snapshot.title(language)
        graph.add((part, DCTERMS.title, Literal(title.format(whole, name), lang=language)))
        graph.add((part, DCTERMS.description, Literal(summary.format(name, triples), lang=language)))
    for form, address in list_downloads(snapshot, urls, iri):
        graph.add((part, DCAT.distribution, _add_distribution(graph, name, form, address, snapshot, urls)))


def _add_common(graph: Graph, resource: URIRef, engine: Engine, urls: Urls) -> None:
    """What holds of the catalogue and of each dataset in it."""
    snapshot = engine.snapshot
    metadata = snapshot.manifest.get("dataset", {})
    publishers = [value for value in metadata.get("publisher", []) if ":" in value]
    names_of = read_names(engine, publishers)
    for publisher in map(URIRef, publishers or [f"{urls.dcat}#publisher"]):
        graph.add((resource, DCTERMS.publisher, publisher))
        graph.add((publisher, RDF.type, FOAF.Agent))
        names = names_of.get(str(publisher), []) if publishers else [(None, f"Whoever runs {urls.host}", 0)]
        for tag, name, _ in names:
            graph.add((publisher, FOAF.name, Literal(name, lang=tag or None)))
    if licence := snapshot.licence_url:
        graph.add((resource, DCTERMS.license, URIRef(licence)))
    if built := snapshot.manifest.get("built"):
        graph.add((resource, DCTERMS.modified, Literal(built, datatype=XSD.dateTime)))
    for language in metadata.get("title", {}):
        if language in LANGUAGE_NAMES:
            graph.add((resource, DCTERMS.language, LANGUAGE_CODES[LANGUAGE_NAMES[language]]))


def _add_distribution(graph: Graph, name: str, form: Format, address: str, snapshot: Snapshot, urls: Urls) -> URIRef:
    distribution = URIRef(f"{urls.dcat}#{name}-{form.extension}".replace(" ", "-"))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCTERMS.title, Literal(f"{name}, {form.label}", lang="en")))
    graph.add((distribution, DCAT.accessURL, URIRef(address)))
    graph.add((distribution, DCAT.downloadURL, URIRef(address)))
    graph.add((distribution, DCAT.mediaType, MEDIA_TYPES[form.media_type]))
    graph.add((distribution, DCTERMS["format"], FILE_TYPES[FILE_TYPE_NAMES[form.name]]))
    if licence := snapshot.licence_url:
        graph.add((distribution, DCTERMS.license, URIRef(licence)))
    if built := snapshot.manifest.get("built"):
        graph.add((distribution, DCTERMS.modified, Literal(built, datatype=XSD.dateTime)))
    return distribution


def _add_access(graph: Graph, dataset: URIRef, snapshot: Snapshot, urls: Urls, titles: list[Literal]) -> None:
    """The endpoint, as a service and as one more way to get at the dataset."""
    endpoint, distribution = URIRef(urls.sparql), URIRef(f"{urls.dcat}#sparql")
    graph.add((dataset, DCAT.distribution, distribution))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCTERMS.title, Literal("SPARQL endpoint", lang="en")))
    graph.add((distribution, DCTERMS.title, Literal("SPARQL-Endpunkt", lang="de")))
    graph.add((distribution, DCAT.accessURL, endpoint))
    graph.add((distribution, DCAT.accessService, endpoint))
    graph.add((endpoint, RDF.type, DCAT.DataService))
    for title in titles:
        graph.add((endpoint, DCTERMS.title, Literal(f"{title} (SPARQL)", lang=title.language)))
    graph.add((endpoint, DCAT.endpointURL, endpoint))
    graph.add((endpoint, DCAT.endpointDescription, URIRef(urls.openapi)))
    graph.add((endpoint, DCAT.servesDataset, dataset))
    graph.add((endpoint, DCTERMS.conformsTo, PROTOCOL))
    if licence := snapshot.licence_url:
        graph.add((distribution, DCTERMS.license, URIRef(licence)))


def _describe_size(snapshot: Snapshot) -> list[Literal]:
    triples, graphs = snapshot.triples, len(snapshot.graphs)
    if triples is None:
        return []
    return [
        Literal(f"{triples:,} statements in {graphs} named graphs.", lang="en"),
        Literal(f"{triples:,} Aussagen in {graphs} benannten Graphen.", lang="de"),
    ]
