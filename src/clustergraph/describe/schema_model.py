"""The model of a graph: its classes and properties, as its ontology states them and as the graph uses them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.describe.void import rows
from clustergraph.engine.base import Engine
from clustergraph.rdf.conversion import quiet
from clustergraph.rdf.namespaces import namespace
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.sparql.bindings import written
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

Texts = dict[str, str]
"""A text by language."""

CLASSES = (OWL.Class, RDFS.Class)
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
ALIGNMENTS = (SKOS.exactMatch, SKOS.closeMatch, OWL.equivalentClass, OWL.equivalentProperty, RDFS.seeAlso)


@dataclass(slots=True)
class Entry:
    """A term: what it is called, what is said of it, how often it is used, and an example from the graph."""

    iri: str
    labels: Texts = field(default_factory=dict)
    comments: Texts = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    """Super-classes or super-properties."""
    below: list[str] = field(default_factory=list)
    aligned: list[tuple[str, str]] = field(default_factory=list)
    """Properties and terms that say what it is like in other vocabularies."""
    count: int = 0
    inferred: int = 0
    """How many of them reasoning added."""

    @property
    def name(self) -> str:
        """The part of the IRI behind the namespace, which is also where the page shows the term."""
        return self.iri.removeprefix(namespace(self.iri)) or self.iri

    def label(self, language: str) -> str:
        """What it is called in a language or the next best; empty if it is not called anything."""
        return text_in_language(self.labels.items(), language) or ""

    def comment(self, language: str) -> str:
        """What is said of it in a language or the next best; empty if nothing is said."""
        return text_in_language(self.comments.items(), language) or ""


@dataclass(slots=True)
class Class(Entry):
    """A class."""

    domain_of: list[str] = field(default_factory=list)
    range_of: list[str] = field(default_factory=list)
    disjoint: list[str] = field(default_factory=list)
    example: str = ""


@dataclass(slots=True)
class Property(Entry):
    """A property."""

    domains: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    inverses: list[str] = field(default_factory=list)
    chains: list[tuple[str, ...]] = field(default_factory=list)
    transitive: bool = False
    symmetric: bool = False
    of_things: bool = False
    """Whether its values are things rather than literals."""
    example: tuple[str, Term] | None = None
    """A subject and its value."""

    @property
    def is_drawn_from_others(self) -> bool:
        """Whether no statement with it was written, and reasoning made all there are."""
        return self.count > 0 and self.inferred == self.count


@dataclass(slots=True)
class Model:
    """All of it. `stated` is whether the graph brings an ontology; without one, only the use of terms is known."""

    stated: bool
    iri: str = ""
    titles: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    version: str = ""
    classes: dict[str, Class] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    vocabularies: dict[str, dict[str, int]] = field(default_factory=dict)
    """Other vocabularies: by namespace, their terms with how often each is used."""


@per_snapshot
def read_model(engine: Engine) -> Model:
    """The model of the snapshot that the engine reads."""
    snapshot = engine.snapshot
    graph = _ontology(engine)
    found = Model(stated=graph is not None)
    if graph is not None:
        _header(found, graph)
        _terms(found, graph, snapshot.base)
    classes, properties = (snapshot.manifest.get(kind, {}) for kind in ("classes", "properties"))
    if not found.classes and not found.properties:
        found.stated = False
        found.classes = {iri: Class(iri) for iri in classes if namespace(iri) not in _LANGUAGES}
        found.properties = {iri: Property(iri) for iri in properties if namespace(iri) not in _LANGUAGES}
    _use(found, engine, classes, properties)
    others: dict[str, dict[str, int]] = defaultdict(dict)
    for iri, count in sorted({**classes, **properties}.items()):
        if iri not in found.classes and iri not in found.properties:
            others[namespace(iri)][iri] = count
    found.vocabularies = dict(sorted(others.items(), key=lambda item: (-sum(item[1].values()), item[0])))
    return found


_LANGUAGES = {str(RDF), str(RDFS), str(OWL)}
"""The vocabularies that vocabularies are written in."""


def _ontology(engine: Engine) -> Graph | None:
    """What the ontology's graph states; None if there is no such graph."""
    iri = f"{engine.snapshot.base}graph/ontology"
    if iri not in engine.snapshot.graphs:
        return None
    query = "CONSTRUCT { ?s ?p ?o } { GRAPH ?graph { ?s ?p ?o } }"
    answer = engine.answer(Query(query, bindings={"graph": URIRef(iri)}, format="ntriples"))
    with quiet():
        return Graph().parse(data=answer.body, format="nt")


def _header(found: Model, graph: Graph) -> None:
    subject = min((one for one in graph.subjects(RDF.type, OWL.Ontology) if isinstance(one, URIRef)), default=None)
    if subject is None:
        return
    found.iri = str(subject)
    found.titles = _texts(graph, subject, DCTERMS.title) or _texts(graph, subject, RDFS.label)
    found.descriptions = _texts(graph, subject, DCTERMS.description) or _texts(graph, subject, RDFS.comment)
    found.version = str(graph.value(subject, OWL.versionInfo) or "")


def _terms(found: Model, graph: Graph, base: str) -> None:
    """The terms that the ontology defines: those named below the base; all it mentions if none are."""

    def named(kinds: tuple[URIRef, ...]) -> list[URIRef]:
        every = {one for kind in kinds for one in graph.subjects(RDF.type, kind) if isinstance(one, URIRef)}
        return sorted(one for one in every if one.startswith(base)) or sorted(every)

    for iri in named(CLASSES):
        entry = found.classes[str(iri)] = Class(str(iri))
        _described(entry, graph, iri, RDFS.subClassOf)
        entry.domain_of = _iris(graph.subjects(RDFS.domain, iri))
        entry.range_of = _iris(graph.subjects(RDFS.range, iri))
        entry.disjoint = _iris([*graph.objects(iri, OWL.disjointWith), *graph.subjects(OWL.disjointWith, iri)])
    for iri in named(PROPERTIES):
        one = found.properties[str(iri)] = Property(str(iri))
        _described(one, graph, iri, RDFS.subPropertyOf)
        one.domains = _iris(graph.objects(iri, RDFS.domain))
        one.ranges = _iris(graph.objects(iri, RDFS.range))
        one.inverses = _iris([*graph.objects(iri, OWL.inverseOf), *graph.subjects(OWL.inverseOf, iri)])
        one.chains = sorted(
            tuple(str(step) for step in Collection(graph, chain))
            for chain in graph.objects(iri, OWL.propertyChainAxiom)
        )
        one.transitive = (iri, RDF.type, OWL.TransitiveProperty) in graph
        one.symmetric = (iri, RDF.type, OWL.SymmetricProperty) in graph
        one.of_things = (iri, RDF.type, OWL.ObjectProperty) in graph


def _described(entry: Entry, graph: Graph, iri: URIRef, above: URIRef) -> None:
    entry.labels = _texts(graph, iri, RDFS.label) or _texts(graph, iri, SKOS.prefLabel)
    entry.comments = _texts(graph, iri, RDFS.comment) or _texts(graph, iri, SKOS.definition)
    entry.above = _iris(graph.objects(iri, above))
    entry.below = _iris(graph.subjects(above, iri))
    entry.aligned = [(str(how), other) for how in ALIGNMENTS for other in _iris(graph.objects(iri, how))]


def _use(found: Model, engine: Engine, classes: dict[str, int], properties: dict[str, int]) -> None:
    """Counts and examples from the graph itself."""
    for iri, one in found.classes.items():
        one.count = classes.get(iri, 0)
    for iri, prop in found.properties.items():
        prop.count = properties.get(iri, 0)
    inferred = f"{engine.snapshot.base}graph/inferred"
    try:
        if inferred in engine.snapshot.graphs:
            _inferred(found, engine, inferred)
        _examples(found, engine)
    except EngineError:
        return  # of a graph so large that looking takes too long; the page goes without


def _inferred(found: Model, engine: Engine, graph: str) -> None:
    terms: dict[str, Entry] = {**found.classes, **found.properties}
    for pattern in ("?thing ?term ?value", f"?thing <{RDF.type}> ?term"):
        query = f"SELECT ?term (COUNT(*) AS ?count) {{ GRAPH ?graph {{ {pattern} }} }} GROUP BY ?term"
        for row in rows(engine, query, graph=URIRef(graph)):
            if "term" in row and (entry := terms.get(row["term"].text)):
                entry.inferred = row["count"].number()


def _examples(found: Model, engine: Engine) -> None:
    for iris, pattern in (
        (found.classes, f"?thing <{RDF.type}> ?term"),
        (found.properties, "?thing ?term ?value"),
    ):
        used = [written("term", URIRef(iri)) for iri, one in iris.items() if one.count]
        if not used:
            continue
        query = f"""SELECT ?term (MIN(?thing) AS ?example) {{
          VALUES ?term {{ {" ".join(used)} }} {pattern} FILTER(ISIRI(?thing))
        }} GROUP BY ?term"""
        chosen = {row["term"].text: row["example"].text for row in rows(engine, query) if "example" in row}
        if iris is found.classes:
            for iri, example in chosen.items():
                found.classes[iri].example = example
            continue
        pairs = " ".join(
            f"({written('term', URIRef(iri))} {written('thing', URIRef(thing))})" for iri, thing in chosen.items()
        )
        values = (
            f"SELECT ?term ?thing ?value {{ VALUES (?term ?thing) {{ {pairs} }} ?thing ?term ?value }} ORDER BY ?value"
        )
        for row in rows(engine, values):
            prop = found.properties[row["term"].text]
            prop.example = prop.example or (row["thing"].text, row["value"])


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> Texts:
    values = sorted(graph.objects(subject, predicate), key=str)
    return {getattr(value, "language", None) or "": str(value) for value in values}


def _iris(nodes: object) -> list[str]:
    return sorted({str(one) for one in nodes if isinstance(one, URIRef)})  # type: ignore[attr-defined]
