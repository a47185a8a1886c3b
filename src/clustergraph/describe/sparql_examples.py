"""`/.well-known/sparql-examples`: the canned queries as examples that tools of other projects read.

Each is a query with its example parameters in it, as SHACL says executables and as the SIB Swiss Institute of
Bioinformatics publishes its own. The service description holds them, too: there, tools that know nothing but the
endpoint look for them. They are said of a service and not in the graph, whose snapshot names its content whatever is
asked of it.
"""

from __future__ import annotations

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import OWL, RDF, RDFS, XSD
from rdflib.term import BNode

from clustergraph.catalogue import CannedQuery, Catalogue, ParameterError
from clustergraph.catalogue.json_schema import is_needed
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
    """Say every example in a graph: class, comments in English and German, prefixes, endpoint, keywords, text."""
    for prefix, namespace in (("sh", SH), ("schema", SCHEMA), ("spex", SPEX)):
        graph.bind(prefix, namespace)
    told = examples(engine, catalogue)
    if not told:
        return
    prefixes = URIRef(f"{urls.sparql_examples}#prefixes")
    _prefixes(graph, prefixes, engine.snapshot)
    for query, text in told:
        one = URIRef(f"{urls.sparql_examples}#{query.name}")
        kind, says = FORMS[query.form]
        graph.add((one, RDF.type, SH.SPARQLExecutable))
        graph.add((one, RDF.type, kind))
        for code in ("en", "de"):
            graph.add((one, RDFS.comment, Literal(question(query, code), lang=code)))
        graph.add((one, SH.prefixes, prefixes))
        graph.add((one, says, Literal(text)))
        graph.add((one, SCHEMA.target, URIRef(urls.sparql)))
        for tag in query.tags:
            graph.add((one, SCHEMA.keywords, Literal(tag)))


def examples(engine: Engine, catalogue: Catalogue) -> list[tuple[CannedQuery, str]]:
    """The canned queries that can be shown by example, each with its SPARQL, which stands alone.

    Left out are those without an example for a parameter that they need, and those whose example is not in the graph.
    """
    found = []
    for query in catalogue:
        if any(is_needed(one) and one.example is None for one in query.parameters):
            continue
        try:
            found.append((query, query.with_values(catalogue.bind(engine, query, query.example)).strip() + "\n"))
        except ParameterError:
            continue  # such as a person, in a graph that was built without persons
    return found


def question(query: CannedQuery, code: str) -> str:
    """What an example asks, in a sentence or two.

    >>> from clustergraph.snapshots.source_folder import published
    >>> question(Catalogue.load(published().queries)["clusters-by-country"], "en").rpartition(" (")[2]
    'country = JP, phase = implementation)'
    """
    given = ", ".join(f"{name} = {value}" for name, value in query.example.items())
    told = f"{query.summary.in_language(code)}: {' '.join(query.description.in_language(code).split())}"
    return f"{told} ({given})" if given else told


def _prefixes(graph: Graph, ontology: URIRef, snapshot: Snapshot) -> None:
    graph.add((ontology, RDF.type, OWL.Ontology))
    graph.add((ontology, OWL.imports, URIRef(str(SH))))
    for prefix, namespace in sorted(snapshot.prefixes.items()):
        declared = BNode(f"prefix-{prefix}")
        graph.add((ontology, SH.declare, declared))
        graph.add((declared, SH.prefix, Literal(prefix)))
        graph.add((declared, SH.namespace, Literal(namespace, datatype=XSD.anyURI)))
