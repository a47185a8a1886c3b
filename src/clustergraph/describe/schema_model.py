"""The model of a graph: its classes and properties, as its ontology states them and as the graph uses them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.describe.void import read_rows
from clustergraph.engine.base import Engine
from clustergraph.rdf.conversion import quiet
from clustergraph.rdf.namespaces import namespace
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

Texts = dict[str, str]
"""A text by language."""

CLASSES = (OWL.Class, RDFS.Class)
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property)
ALIGNMENTS = (SKOS.exactMatch, SKOS.closeMatch, OWL.equivalentClass, OWL.equivalentProperty, RDFS.seeAlso)


@dataclass(slots=True)
class Entry:
    """A term: its labels, its comments, how often it is used, and an example from the graph."""

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
        """Its label in a language or the next best; empty if it has none."""
        return text_in_language(self.labels.items(), language) or ""

    def comment(self, language: str) -> str:
        """Its comment in a language or the next best; empty if it has none."""
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
    """The whole model. Of a graph without an ontology only the use of terms is known."""

    has_ontology: bool
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
    graph = _read_ontology(engine)
    model = Model(has_ontology=graph is not None)
    if graph is not None:
        _read_header(model, graph)
        _read_terms(model, graph, snapshot.base)
    classes, properties = (snapshot.manifest.get(kind, {}) for kind in ("classes", "properties"))
    if not model.classes and not model.properties:
        model.has_ontology = False
        model.classes = {iri: Class(iri) for iri in classes if namespace(iri) not in _LANGUAGES}
        model.properties = {iri: Property(iri) for iri in properties if namespace(iri) not in _LANGUAGES}
    _count_uses(model, engine, classes, properties)
    others: dict[str, dict[str, int]] = defaultdict(dict)
    for iri, count in sorted({**classes, **properties}.items()):
        if iri not in model.classes and iri not in model.properties:
            others[namespace(iri)][iri] = count
    model.vocabularies = dict(sorted(others.items(), key=lambda item: (-sum(item[1].values()), item[0])))
    return model


_LANGUAGES = {str(RDF), str(RDFS), str(OWL)}
"""The vocabularies that vocabularies are written in."""


def _read_ontology(engine: Engine) -> Graph | None:
    """What the ontology's graph states; None if there is no such graph."""
    iri = f"{engine.snapshot.base}graph/ontology"
    if iri not in engine.snapshot.graphs:
        return None
    query = "CONSTRUCT { ?s ?p ?o } { GRAPH ?graph { ?s ?p ?o } }"
    answer = engine.answer(Query(query, bindings={"graph": URIRef(iri)}, format="ntriples"))
    with quiet():
        return Graph().parse(data=answer.body, format="nt")


def _read_header(model: Model, graph: Graph) -> None:
    subject = min((node for node in graph.subjects(RDF.type, OWL.Ontology) if isinstance(node, URIRef)), default=None)
    if subject is None:
        return
    model.iri = str(subject)
    model.titles = _read_texts(graph, subject, DCTERMS.title) or _read_texts(graph, subject, RDFS.label)
    model.descriptions = _read_texts(graph, subject, DCTERMS.description) or _read_texts(graph, subject, RDFS.comment)
    model.version = str(graph.value(subject, OWL.versionInfo) or "")


def _read_terms(model: Model, graph: Graph, base: str) -> None:
    """The terms that the ontology defines: those named below the base; all it mentions if none are."""

    def select_defined(kinds: tuple[URIRef, ...]) -> list[URIRef]:
        defined = {node for kind in kinds for node in graph.subjects(RDF.type, kind) if isinstance(node, URIRef)}
        return sorted(node for node in defined if node.startswith(base)) or sorted(defined)

    for iri in select_defined(CLASSES):
        entry = model.classes[str(iri)] = Class(str(iri))
        _read_annotations(entry, graph, iri, RDFS.subClassOf)
        entry.domain_of = _sort_iris(graph.subjects(RDFS.domain, iri))
        entry.range_of = _sort_iris(graph.subjects(RDFS.range, iri))
        entry.disjoint = _sort_iris([*graph.objects(iri, OWL.disjointWith), *graph.subjects(OWL.disjointWith, iri)])
    for iri in select_defined(PROPERTIES):
        prop = model.properties[str(iri)] = Property(str(iri))
        _read_annotations(prop, graph, iri, RDFS.subPropertyOf)
        prop.domains = _sort_iris(graph.objects(iri, RDFS.domain))
        prop.ranges = _sort_iris(graph.objects(iri, RDFS.range))
        prop.inverses = _sort_iris([*graph.objects(iri, OWL.inverseOf), *graph.subjects(OWL.inverseOf, iri)])
        prop.chains = sorted(
            tuple(str(step) for step in Collection(graph, chain))
            for chain in graph.objects(iri, OWL.propertyChainAxiom)
        )
        prop.transitive = (iri, RDF.type, OWL.TransitiveProperty) in graph
        prop.symmetric = (iri, RDF.type, OWL.SymmetricProperty) in graph
        prop.of_things = (iri, RDF.type, OWL.ObjectProperty) in graph


def _read_annotations(entry: Entry, graph: Graph, iri: URIRef, above: URIRef) -> None:
    entry.labels = _read_texts(graph, iri, RDFS.label) or _read_texts(graph, iri, SKOS.prefLabel)
    entry.comments = _read_texts(graph, iri, RDFS.comment) or _read_texts(graph, iri, SKOS.definition)
    entry.above = _sort_iris(graph.objects(iri, above))
    entry.below = _sort_iris(graph.subjects(above, iri))
    entry.aligned = [(str(how), other) for how in ALIGNMENTS for other in _sort_iris(graph.objects(iri, how))]


def _count_uses(model: Model, engine: Engine, classes: dict[str, int], properties: dict[str, int]) -> None:
    for iri, entry in model.classes.items():
        entry.count = classes.get(iri, 0)
    for iri, prop in model.properties.items():
        prop.count = properties.get(iri, 0)
    inferred = engine.snapshot.inferred_graph
    try:
        if inferred in engine.snapshot.graphs:
            _count_inferred(model, engine, inferred)
        _add_examples(model, engine)
    except EngineError:
        return  # the graph is so large that counting takes too long; the page does without


def _count_inferred(model: Model, engine: Engine, graph: str) -> None:
    terms: dict[str, Entry] = {**model.classes, **model.properties}
    for pattern in ("?thing ?term ?value", f"?thing <{RDF.type}> ?term"):
        query = f"SELECT ?term (COUNT(*) AS ?count) {{ GRAPH ?graph {{ {pattern} }} }} GROUP BY ?term"
        for row in read_rows(engine, query, graph=URIRef(graph)):
            if "term" in row and (entry := terms.get(row["term"].text)):
                entry.inferred = row["count"].number()


def _add_examples(model: Model, engine: Engine) -> None:
    for iris, pattern in (
        (model.classes, f"?thing <{RDF.type}> ?term"),
        (model.properties, "?thing ?term ?value"),
    ):
        used = [write_term("term", URIRef(iri)) for iri, entry in iris.items() if entry.count]
        if not used:
            continue
        query = f"""SELECT ?term (MIN(?thing) AS ?example) {{
          VALUES ?term {{ {" ".join(used)} }} {pattern} FILTER(ISIRI(?thing))
        }} GROUP BY ?term"""
        chosen = {row["term"].text: row["example"].text for row in read_rows(engine, query) if "example" in row}
        if iris is model.classes:
            for iri, example in chosen.items():
                model.classes[iri].example = example
            continue
        pairs = " ".join(
            f"({write_term('term', URIRef(iri))} {write_term('thing', URIRef(thing))})" for iri, thing in chosen.items()
        )
        query = f"SELECT * {{ VALUES (?term ?thing) {{ {pairs} }} ?thing ?term ?value }} ORDER BY ?value"
        for row in read_rows(engine, query):
            prop = model.properties[row["term"].text]
            prop.example = prop.example or (row["thing"].text, row["value"])


def _read_texts(graph: Graph, subject: Node, predicate: URIRef) -> Texts:
    values = sorted(graph.objects(subject, predicate), key=str)
    return {getattr(value, "language", None) or "": str(value) for value in values}


def _sort_iris(nodes: object) -> list[str]:
    return sorted({str(node) for node in nodes if isinstance(node, URIRef)})  # type: ignore[attr-defined]
