"""VoID: what the graph holds, how much of it, in which vocabularies, linked to what, and where to get it.

Source: Describing Linked Datasets with the VoID Vocabulary (W3C Interest Group Note).
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, FOAF, OWL, PROV, RDF, RDFS, SKOS, VOID, XSD

from clustergraph.describe import class_usage, thing_documents
from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.describe.urls import GRAPHS, Urls
from clustergraph.engine.base import Engine
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.rdf.namespaces import namespace
from clustergraph.rdf.table import Row
from clustergraph.snapshots.graph_names import short_name
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.query import Query

W3C_FORMATS = Namespace("http://www.w3.org/ns/formats/")
FORMAT_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
"""What W3C calls our formats."""

BY_VALUE = {
    "en": "{:,} statements have a literal that answers to SPARQL queries give by its value (1 for 01, xsd:integer for "
    "xsd:int); downloads and documents have it as the files write it.",
    "de": "{:,} Aussagen haben ein Literal, das Antworten auf SPARQL-Abfragen nach seinem Wert geben (1 für 01, "
    "xsd:integer für xsd:int); Downloads und Dokumente haben es so, wie die Dateien es schreiben.",
}
"""What the descriptions say where the engine keeps literals in another form, by language."""
MAX_EXAMPLES = 5
"""How many classes get an example."""

MATCHES = (SKOS.exactMatch, OWL.sameAs)
"""The properties that say two names mean one thing."""

_LINKS = f"""SELECT DISTINCT ?subject ?predicate ?object {{
  VALUES ?predicate {{ {" ".join(f"<{match}>" for match in MATCHES)} }} ?subject ?predicate ?object
  FILTER(ISIRI(?object) && STRSTARTS(STR(?subject), ?base) && !STRSTARTS(STR(?object), ?base))
}}"""
_VOCABULARIES = f"SELECT DISTINCT ?vocabulary {{ ?dataset <{VOID.vocabulary}> ?vocabulary FILTER(ISIRI(?vocabulary)) }}"
_EXAMPLE = """SELECT (MIN(?thing) AS ?example) {
  ?thing a ?class FILTER(ISIRI(?thing) && STRSTARTS(STR(?thing), ?base))
}"""


def dataset_description(engine: Engine, urls: Urls) -> Graph:
    """The graph: its size, classes, properties, parts and links, where to ask it and where to get it."""
    snapshot = engine.snapshot
    graph = make_graph(snapshot)
    manifest = snapshot.manifest
    dataset, document = URIRef(snapshot.base), URIRef(urls.void)
    graph.add((document, RDF.type, VOID.DatasetDescription))
    graph.add((document, FOAF.primaryTopic, dataset))
    graph.add((dataset, RDF.type, VOID.Dataset))
    for title in read_texts(snapshot, "title") or [Literal(snapshot.title())]:
        graph.add((dataset, DCTERMS.title, title))
    for text in read_texts(snapshot, "description"):
        graph.add((dataset, DCTERMS.description, text))
    if number := snapshot.literals_by_value:
        for language, note in BY_VALUE.items():
            graph.add((dataset, RDFS.comment, Literal(note.format(number), lang=language)))
    graph.add((dataset, DCTERMS.identifier, Literal(snapshot.name)))
    graph.add((dataset, DCTERMS.modified, Literal(manifest.get("built"), datatype=XSD.dateTime)))
    graph.add((dataset, PROV.wasDerivedFrom, URIRef(thing_documents.snapshot_iri(snapshot))))
    for name, predicate in (
        ("license", DCTERMS.license),
        ("publisher", DCTERMS.publisher),
        ("creator", DCTERMS.creator),
        ("source", DCTERMS.source),
    ):
        for value in manifest.get("dataset", {}).get(name, []):
            graph.add((dataset, predicate, URIRef(value) if ":" in value else Literal(value)))
    graph.add((dataset, VOID.sparqlEndpoint, URIRef(urls.sparql)))
    graph.add((dataset, VOID.uriSpace, Literal(snapshot.base)))
    graph.add((dataset, VOID.uriLookupEndpoint, URIRef(f"{urls.documents}?iri=")))
    graph.add((dataset, FOAF.homepage, URIRef(urls.home)))
    _add_sizes(graph, dataset, engine)
    knowledge = _read_knowledge(engine)
    for vocabulary in knowledge["vocabularies"]:
        graph.add((dataset, VOID.vocabulary, URIRef(vocabulary)))
    for example in knowledge["examples"]:
        graph.add((dataset, VOID.exampleResource, URIRef(example)))
    _add_parts(graph, dataset, snapshot, urls)
    _add_linksets(graph, dataset, knowledge["links"])
    return graph


def make_graph(snapshot: Snapshot) -> Graph:
    """An empty graph with the prefixes of the snapshot."""
    graph = Graph()
    graph.bind("void", VOID)
    graph.bind("dcterms", DCTERMS)
    for prefix, iri in snapshot.prefixes.items():
        graph.bind(prefix, iri, override=False)
    return graph


def read_texts(snapshot: Snapshot, what: str) -> list[Literal]:
    """The texts under `what` in the graph's own description, in every language."""
    values_by_language = snapshot.manifest.get("dataset", {}).get(what, {})
    return [
        Literal(value, lang=code or None)
        for code, values in values_by_language.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def list_downloads(snapshot: Snapshot, urls: Urls, iri: str = "") -> list[tuple[Format, str]]:
    """Where to get a named graph, or everything, in each format that can hold it without doubt."""
    name = iri or f"{urls.base}{GRAPHS}"
    return [(form, urls.data(name, form)) for form in of_kind("graph") if form.name not in snapshot.formats_in_doubt]


def _add_sizes(graph: Graph, dataset: URIRef, engine: Engine) -> None:
    snapshot = engine.snapshot
    manifest = snapshot.manifest
    classes: dict[str, BNode] = {}
    if snapshot.triples is not None:
        graph.add((dataset, VOID.triples, make_count(snapshot.triples)))
    graph.add((dataset, VOID.classes, make_count(len(manifest.get("classes", {})))))
    graph.add((dataset, VOID.properties, make_count(len(manifest.get("properties", {})))))
    for kind, counts, link, number in (
        ("class", "classes", VOID.classPartition, VOID.entities),
        ("property", "properties", VOID.propertyPartition, VOID.triples),
    ):
        for position, (iri, size) in enumerate(sorted(manifest.get(counts, {}).items())):
            part = BNode(f"{kind}{position}")
            if kind == "class":
                classes[iri] = part
            graph.add((dataset, link, part))
            graph.add((part, VOID[kind], URIRef(iri)))
            graph.add((part, number, make_count(size)))
    class_usage.add_to(graph, class_usage.read_usage(engine), classes)


def _add_parts(graph: Graph, dataset: URIRef, snapshot: Snapshot, urls: Urls) -> None:
    for form, address in list_downloads(snapshot, urls):
        graph.add((dataset, VOID.dataDump, URIRef(address)))
        graph.add((dataset, VOID.feature, W3C_FORMATS[FORMAT_NAMES[form.name]]))
    for iri, triples in sorted(snapshot.graphs.items()):
        part = URIRef(iri)
        graph.add((dataset, VOID.subset, part))
        graph.add((part, RDF.type, VOID.Dataset))
        graph.add((part, DCTERMS.title, Literal(short_name(snapshot, iri))))
        graph.add((part, VOID.triples, make_count(triples)))
        for _, address in list_downloads(snapshot, urls, iri):
            graph.add((part, VOID.dataDump, URIRef(address)))


def _add_linksets(graph: Graph, dataset: URIRef, links: list[tuple[str, str, int]]) -> None:
    for position, (predicate, target, size) in enumerate(links):
        linkset, other = BNode(f"linkset{position}"), BNode(f"target{position}")
        graph.add((dataset, VOID.subset, linkset))
        graph.add((linkset, RDF.type, VOID.Linkset))
        graph.add((linkset, VOID.linkPredicate, URIRef(predicate)))
        graph.add((linkset, VOID.subjectsTarget, dataset))
        graph.add((linkset, VOID.objectsTarget, other))
        graph.add((linkset, VOID.triples, make_count(size)))
        graph.add((other, RDF.type, VOID.Dataset))
        graph.add((other, VOID.uriSpace, Literal(target)))


@per_snapshot
def _read_knowledge(engine: Engine) -> dict[str, Any]:
    """What only the graph itself can say: its vocabularies, examples, and links to elsewhere."""
    snapshot = engine.snapshot
    base = Literal(snapshot.base)
    namespaces = {namespace(iri) for kind in ("classes", "properties") for iri in snapshot.manifest.get(kind, {})}
    vocabularies = read_rows(engine, _VOCABULARIES, dataset=URIRef(snapshot.base))
    link_counts: Counter[tuple[str, str]] = Counter()
    for row in read_rows(engine, _LINKS, base=base):
        link_counts[row["predicate"].text, namespace(row["object"].text)] += 1
    examples = []
    for iri in list_own_classes(snapshot)[:MAX_EXAMPLES]:
        solutions = read_rows(engine, _EXAMPLE, base=base, **{"class": URIRef(iri)})
        examples += [row["example"].text for row in solutions if "example" in row]
    return {
        "vocabularies": sorted([row["vocabulary"].text for row in vocabularies] or namespaces),
        "links": [(predicate, target, size) for (predicate, target), size in sorted(link_counts.items())],
        "examples": list(dict.fromkeys(examples)),
    }


def list_own_classes(snapshot: Snapshot) -> list[str]:
    """The graph's own classes, those with most instances first; all classes of a graph that has none of its own."""
    classes: dict[str, int] = snapshot.manifest.get("classes", {})
    return [iri for iri in classes if iri.startswith(snapshot.base)] or list(classes)


def read_rows(engine: Engine, query: str, **bindings: Any) -> list[Row]:
    """The solutions of a query."""
    return engine.answer(Query(query, bindings=bindings)).rows()


def make_count(number: int) -> Literal:
    """A number of things."""
    return Literal(number, datatype=XSD.integer)
