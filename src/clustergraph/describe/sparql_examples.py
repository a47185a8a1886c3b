"""`/.well-known/sparql-examples`: the canned queries as examples that tools of other projects read.

Each is a query with its example parameters in it, written as SHACL writes executables and as the SIB Swiss Institute of
Bioinformatics publishes its own. The service description holds them, too, for tools that know only the endpoint. They
describe the service and are not part of the graph, so they do not change its snapshot.
"""

from __future__ import annotations

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import BNode

from clustergraph.catalogue import CannedQuery, Catalogue, ParameterError
from clustergraph.describe.urls import Urls
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import SH as SHACL
from clustergraph.snapshots.snapshot import Snapshot

SH = Namespace(SHACL)
SPEX = Namespace("https://purl.expasy.org/sparql-examples/ontology#")
SCHEMA = Namespace("https://schema.org/")

FORMS = {
    "SELECT": (SH.SPARQLSelectExecutable, SH.select),
    "ASK": (SH.SPARQLAskExecutable, SH.ask),
    "CONSTRUCT": (SH.SPARQLConstructExecutable, SH.construct),
    "DESCRIBE": (SPEX.SPARQLDescribeExecutable, SPEX.describe),
}
"""By form of the query: its class, and the property that leads to its text. SHACL has none for DESCRIBE."""


def described(engine: Engine, catalogue: Catalogue, urls: Urls) -> Graph:
    """The examples of a catalogue, for tools of other projects."""
    graph = Graph()
    for prefix, iri in engine.snapshot.prefixes.items():
        graph.bind(prefix, iri, override=False)
    add_to(graph, engine, catalogue, urls)
    return graph


def add_to(graph: Graph, engine: Engine, catalogue: Catalogue, urls: Urls) -> None:
    """Add every example to a graph: class, comments in English and German, prefixes, endpoint, keywords, text."""
    for prefix, namespace in (("sh", SH), ("schema", SCHEMA), ("spex", SPEX)):
        graph.bind(prefix, namespace)
    runnable = examples(engine, catalogue)
    if not runnable:
        return
    prefixes = URIRef(f"{urls.sparql_examples}#prefixes")
    _add_prefixes(graph, prefixes, engine.snapshot)
    for query, text in runnable:
        example = URIRef(f"{urls.sparql_examples}#{query.name}")
        kind, text_property = FORMS[query.form]
        graph.add((example, RDF.type, SH.SPARQLExecutable))
        graph.add((example, RDF.type, kind))
        for code in ("en", "de"):
            graph.add((example, RDFS.comment, Literal(question(query, code), lang=code)))
        graph.add((example, SH.prefixes, prefixes))
        graph.add((example, text_property, Literal(text)))
        graph.add((example, SCHEMA.target, URIRef(urls.sparql)))
        for tag in query.tags:
            graph.add((example, SCHEMA.keywords, Literal(tag)))


def examples(engine: Engine, catalogue: Catalogue) -> list[tuple[CannedQuery, str]]:
    """The canned queries that can be shown by example, each with its SPARQL, which stands alone.

    Left out are those without an example for a parameter that they need, and those whose example is not in the graph.
    """
    runnable = []
    for query in catalogue:
        if any(parameter.is_needed and parameter.example is None for parameter in query.parameters):
            continue
        try:
            runnable.append((query, query.with_values(catalogue.bind(engine, query, query.example)).strip() + "\n"))
        except ParameterError:
            continue  # such as a person, in a graph that was built without persons
    return runnable


def question(query: CannedQuery, code: str) -> str:
    """What an example asks, in a sentence or two.

    >>> from clustergraph.snapshots.source_folder import published
    >>> question(Catalogue.load(published().queries)["clusters-by-country"], "en").rpartition(" (")[2]
    'country = JP, phase = implementation)'
    """
    given = ", ".join(f"{name} = {value}" for name, value in query.example.items())
    text = f"{query.summary.in_language(code)}: {' '.join(query.description.in_language(code).split())}"
    return f"{text} ({given})" if given else text


def _add_prefixes(graph: Graph, ontology: URIRef, snapshot: Snapshot) -> None:
    graph.add((ontology, RDF.type, OWL.Ontology))
    graph.add((ontology, OWL.imports, URIRef(str(SH))))
    for prefix, namespace in sorted(snapshot.prefixes.items()):
        declaration = BNode(f"prefix-{prefix}")
        graph.add((ontology, SH.declare, declaration))
        graph.add((declaration, SH.prefix, Literal(prefix)))
        graph.add((declaration, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
