"""The model of a graph: its classes and properties, as its ontology states them and as the graph uses them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DC, DCTERMS, OWL, RDF, RDFS, SDO, SKOS
from rdflib.term import Node

from clustergraph.describe.ontology_kinds import CLASSES, ONTOLOGIES, PROPERTIES, has_ontology
from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.describe.thing_queries import blank_paths
from clustergraph.describe.void import read_rows
from clustergraph.engine.base import Engine
from clustergraph.rdf.conversion import quiet
from clustergraph.rdf.namespaces import STANDARD_PREFIXES, namespace
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError, LimitPassed
from clustergraph.sparql.query import Query

Texts = dict[str, str]
"""A text by language."""

DOMAINS = (RDFS.domain, SDO.domainIncludes, URIRef("http://schema.org/domainIncludes"))
RANGES = (RDFS.range, SDO.rangeIncludes, URIRef("http://schema.org/rangeIncludes"))
QUANTIFIERS = {
    "some": OWL.someValuesFrom,
    "only": OWL.allValuesFrom,
    "value": OWL.hasValue,
}
"""How a class restricts a property, and the property that says with what."""
ALIGNMENTS = (SKOS.exactMatch, SKOS.closeMatch, OWL.equivalentClass, OWL.equivalentProperty, RDFS.seeAlso)


MAX_TERMS = 1000
"""How many classes, and how many properties, are explained. Of a larger ontology, those at the top."""

MAX_SORTED_USES = 1000
"""How many uses of a term are sorted to choose its example."""

MAX_TERMS_PER_QUERY = 500

MAX_BLANK_STEPS = 3
"""How deep the blank nodes of axioms are read."""

VERSIONS = (OWL.versionInfo, DCTERMS.hasVersion, SDO.version, OWL.versionIRI)

MAX_EXAMPLES = 300
"""How many classes, and how many properties, get an example."""


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
    restrictions: list[tuple[str, str, str]] = field(default_factory=list)
    """Properties that things of it have, each with a key of QUANTIFIERS and the class or thing of the values."""
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
    """The whole model. `stated` is whether the graph has an ontology; without one, only the use of terms is known.

    With `has_more_terms`, the ontology has more of them than are here.
    """

    has_ontology: bool
    iri: str = ""
    titles: Texts = field(default_factory=dict)
    descriptions: Texts = field(default_factory=dict)
    version: str = ""
    has_more_terms: bool = False
    classes: dict[str, Class] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    vocabularies: dict[str, dict[str, int]] = field(default_factory=dict)
    """Other vocabularies: by namespace, their terms with how often each is used."""


@per_snapshot
def read_model(engine: Engine) -> Model:
    """The model of the snapshot that the engine reads."""
    snapshot = engine.snapshot
    model = Model(has_ontology=has_ontology(snapshot))
    if model.has_ontology:
        try:
            _read_ontology(model, engine)
        except LimitPassed:
            model.classes, model.properties = {}, {}  # so large that reading it takes too long
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


def _read_ontology(model: Model, engine: Engine) -> None:
    """What the graph states of its classes and properties, leaving out what reasoning added."""
    snapshot = engine.snapshot
    classes = _list_terms(engine, CLASSES)
    if len(classes) > MAX_TERMS:
        classes, model.has_more_terms = _list_upper_classes(engine), True
    properties = _list_terms(engine, PROPERTIES)
    model.has_more_terms |= len(properties) > MAX_TERMS
    headers = _list_terms(engine, ONTOLOGIES)
    graph = _read_statements(engine, [*classes, *properties[:MAX_TERMS], *headers[:MAX_TERMS]])
    _read_header(model, graph, headers, snapshot)
    _read_terms(model, graph, snapshot)


def _list_terms(engine: Engine, kinds: Sequence[URIRef]) -> list[str]:
    """The IRIs that are said to be of these kinds; one more than MAX_TERMS for any more."""
    values = " ".join(f"<{kind}>" for kind in kinds)
    pattern = stated(engine.snapshot, f"VALUES ?kind {{ {values} }} ?term a ?kind FILTER(ISIRI(?term))")
    return _ask_terms(engine, f"SELECT DISTINCT ?term {{ {pattern} }} LIMIT {MAX_TERMS + 1}")


def _list_upper_classes(engine: Engine) -> list[str]:
    """MAX_TERMS classes from the top down: those below no other, then those right below them, and so on."""
    values = " ".join(f"<{kind}>" for kind in CLASSES)
    above = f"?term <{RDFS.subClassOf}> ?above FILTER(ISIRI(?above) && ?above != ?term)"
    level = _ask_terms(
        engine,
        f"SELECT DISTINCT ?term {{ VALUES ?kind {{ {values} }} ?term a ?kind FILTER(ISIRI(?term)) "
        f"FILTER NOT EXISTS {{ {above} }} }} LIMIT {MAX_TERMS}",
    )
    chosen = dict.fromkeys(level)
    while level and len(chosen) < MAX_TERMS:
        upper = " ".join(write_term("above", URIRef(iri)) for iri in level)
        query = f"SELECT DISTINCT ?term {{ VALUES ?above {{ {upper} }} ?term <{RDFS.subClassOf}> ?above }}"
        level = [iri for iri in _ask_terms(engine, f"{query} LIMIT {2 * MAX_TERMS}") if iri not in chosen]
        chosen |= dict.fromkeys(level[: MAX_TERMS - len(chosen)])
    return list(chosen)


def _ask_terms(engine: Engine, query: str) -> list[str]:
    return [row["term"].text for row in read_rows(engine, query) if row["term"].kind == "uri"]


def _read_statements(engine: Engine, iris: Sequence[str]) -> Graph:
    """What is stated of terms, and of the blank nodes and lists behind them."""
    graph = Graph()
    for start in range(0, len(iris), MAX_TERMS_PER_QUERY):
        terms = " ".join(write_term("term", URIRef(iri)) for iri in iris[start : start + MAX_TERMS_PER_QUERY])
        parts = [f"VALUES ?s {{ {terms} }}", *blank_paths(f"VALUES ?thing {{ {terms} }}", "?s", MAX_BLANK_STEPS)]
        pattern = " UNION ".join(f"{{ {part} {stated(engine.snapshot, '?s ?p ?o')} }}" for part in parts)
        answer = engine.answer(Query(f"CONSTRUCT {{ ?s ?p ?o }} {{ {pattern} }}", format="ntriples"))
        with quiet():
            graph.parse(data=answer.body, format="nt")
    return graph


def stated(snapshot: Snapshot, pattern: str) -> str:
    """A pattern of statements, leaving out those that reasoning added."""
    inferred = snapshot.inferred_graph
    if inferred not in snapshot.graphs:
        return pattern
    return f"GRAPH ?where {{ {pattern} }} FILTER(?where != <{inferred}>)"


def _read_header(model: Model, graph: Graph, headers: Sequence[str], snapshot: Snapshot) -> None:
    terms = [str(subject) for subject in graph.subjects() if isinstance(subject, URIRef)]
    subject = URIRef(
        max(sorted(headers), key=lambda iri: sum(term.startswith(iri) for term in terms), default="")  # most of it
    )
    if not subject:
        return
    model.iri = str(subject)
    naming = snapshot.naming
    model.titles = _read_texts(graph, subject, [str(DCTERMS.title), str(DC.title), *naming.label_properties])
    model.descriptions = _read_texts(graph, subject, naming.description_properties)
    model.version = next(
        (str(value) for kind in VERSIONS for value in sorted(map(str, graph.objects(subject, kind)))), ""
    )


def _read_terms(model: Model, graph: Graph, snapshot: Snapshot) -> None:
    """The terms that the ontology defines: those named below the base; without such, all that it explains."""

    def select_defined(kinds: Sequence[URIRef]) -> list[URIRef]:
        defined = {node for kind in kinds for node in graph.subjects(RDF.type, kind) if isinstance(node, URIRef)}
        own = [node for node in defined if node.startswith(snapshot.base)]
        # Terms of well-known vocabularies are often declared and not explained, for the sake of OWL.
        foreign = [node for node in defined if namespace(node) not in _KNOWN or _is_explained(graph, node, snapshot)]
        return sorted(own or foreign or defined)

    for iri in select_defined(CLASSES):
        entry = model.classes[str(iri)] = Class(str(iri))
        _read_annotations(entry, graph, iri, RDFS.subClassOf, snapshot)
        entry.domain_of = _sort_iris(_list_users(graph, DOMAINS, iri))
        entry.range_of = _sort_iris(_list_users(graph, RANGES, iri))
        entry.disjoint = _sort_iris([*graph.objects(iri, OWL.disjointWith), *graph.subjects(OWL.disjointWith, iri)])
        entry.restrictions = _read_restrictions(graph, iri)
    for iri in select_defined(PROPERTIES):
        prop = model.properties[str(iri)] = Property(str(iri))
        _read_annotations(prop, graph, iri, RDFS.subPropertyOf, snapshot)
        prop.domains = _sort_iris(_list_members(graph, [node for kind in DOMAINS for node in graph.objects(iri, kind)]))
        prop.ranges = _sort_iris(_list_members(graph, [node for kind in RANGES for node in graph.objects(iri, kind)]))
        prop.inverses = _sort_iris([*graph.objects(iri, OWL.inverseOf), *graph.subjects(OWL.inverseOf, iri)])
        prop.chains = sorted(
            tuple(str(step) for step in Collection(graph, chain))
            for chain in graph.objects(iri, OWL.propertyChainAxiom)
        )
        prop.transitive = (iri, RDF.type, OWL.TransitiveProperty) in graph
        prop.symmetric = (iri, RDF.type, OWL.SymmetricProperty) in graph
        prop.of_things = (iri, RDF.type, OWL.ObjectProperty) in graph or any(
            value in model.classes for value in prop.ranges
        )


_KNOWN = {*STANDARD_PREFIXES.values(), str(DC)}


def _is_explained(graph: Graph, iri: URIRef, snapshot: Snapshot) -> bool:
    naming = snapshot.naming
    properties = (*naming.label_properties, *naming.description_properties)
    return namespace(iri) not in _LANGUAGES and any((iri, URIRef(prop), None) in graph for prop in properties)


def _list_members(graph: Graph, nodes: Iterable[Node]) -> Iterator[Node]:
    """Classes by name, also those of which others are the union."""
    for node in nodes:
        lists = list(graph.objects(node, OWL.unionOf)) if isinstance(node, BNode) else []
        if lists:
            yield from Collection(graph, lists[0])
        else:
            yield node


def _list_users(graph: Graph, kinds: Sequence[URIRef], iri: URIRef) -> Iterator[Node]:
    """The properties of which a class, or a union with it, is a domain or a range."""
    for kind in kinds:
        for prop, node in graph.subject_objects(kind):
            if node == iri or (isinstance(node, BNode) and iri in _list_members(graph, [node])):
                yield prop


def _read_restrictions(graph: Graph, iri: URIRef) -> list[tuple[str, str, str]]:
    nodes = [node for kind in (RDFS.subClassOf, OWL.equivalentClass) for node in graph.objects(iri, kind)]
    nodes += [
        part for node in nodes for parts in graph.objects(node, OWL.intersectionOf) for part in Collection(graph, parts)
    ]
    return sorted(
        {
            (str(prop), word, str(value))
            for node in nodes
            if isinstance(node, BNode)
            for prop in graph.objects(node, OWL.onProperty)
            for word, quantifier in QUANTIFIERS.items()
            for value in _list_members(graph, graph.objects(node, quantifier))
            if isinstance(prop, URIRef) and isinstance(value, URIRef)
        }
    )


def _read_annotations(entry: Entry, graph: Graph, iri: URIRef, above: URIRef, snapshot: Snapshot) -> None:
    entry.labels = _read_texts(graph, iri, snapshot.naming.label_properties)
    entry.comments = _read_texts(graph, iri, [str(RDFS.comment), *snapshot.naming.description_properties])
    entry.above = _sort_iris(node for node in graph.objects(iri, above) if node != iri)
    entry.below = _sort_iris(node for node in graph.subjects(above, iri) if node != iri)
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
        parts = [
            _write_example(write_term("term", URIRef(iri)), pattern, entry.count)
            for iri, entry in list(iris.items())
            if entry.count
        ]
        if not parts:
            continue
        query = f"SELECT ?term ?example {{ {' UNION '.join(parts[:MAX_EXAMPLES])} }}"
        chosen = {row["term"].text: row["example"].text for row in read_rows(engine, query) if "example" in row}
        if iris is model.classes:
            for iri, example in chosen.items():
                model.classes[iri].example = example
            continue
        parts = []
        for iri, thing in chosen.items():
            of_pair = (
                f"VALUES (?term ?thing) {{ ({write_term('term', URIRef(iri))} {write_term('thing', URIRef(thing))}) }}"
            )
            order = "" if model.properties[iri].count > MAX_SORTED_USES else "ORDER BY ?value "
            parts.append(f"{{ SELECT * {{ {of_pair} ?thing ?term ?value }} {order}LIMIT 1 }}")
        for row in read_rows(engine, f"SELECT * {{ {' UNION '.join(parts)} }}") if parts else ():
            model.properties[row["term"].text].example = row["thing"].text, row["value"]


def _write_example(term: str, pattern: str, count: int) -> str:
    """A pattern that gives a term one thing that uses it: of few the first by name, of many any."""
    uses = f"VALUES ?term {{ {term} }} {pattern} FILTER(ISIRI(?thing))"
    if count > MAX_SORTED_USES:
        return f"{{ SELECT ?term (?thing AS ?example) {{ {uses} }} LIMIT 1 }}"
    return f"{{ SELECT ?term (MIN(?thing) AS ?example) {{ {uses} }} GROUP BY ?term }}"


def _read_texts(graph: Graph, subject: Node, properties: Iterable[str]) -> Texts:
    """The texts under the first of some properties that has any, by language."""
    for iri in properties:
        values = sorted(graph.objects(subject, URIRef(iri)), key=str)
        texts = {value.language or "": str(value) for value in values if isinstance(value, Literal)}
        if texts:
            return texts
    return {}


def _sort_iris(nodes: object) -> list[str]:
    return sorted({str(node) for node in nodes if isinstance(node, URIRef)})  # type: ignore[attr-defined]
