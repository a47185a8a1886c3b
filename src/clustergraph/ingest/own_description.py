"""What the data say about themselves: title, licence, creators, and where their names begin.

Whatever the files are called, it is the one thing that is a data set, catalogue, ontology or concept scheme of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Store

from clustergraph.rdf.namespaces import DCTERMS, OWL, RDF, SKOS, STANDARD_PREFIXES, VOID
from clustergraph.rdf.naming import DESCRIPTIONS, LABELS, PREFIXES, parse_entry

_DCAT, _FOAF = STANDARD_PREFIXES["dcat"], STANDARD_PREFIXES["foaf"]
_SCHEMA = (STANDARD_PREFIXES["schema"], PREFIXES["schema-http"])
_DC, _PAV, _CC = PREFIXES["dc"], "http://purl.org/pav/", "http://creativecommons.org/ns#"

DESCRIBED = (
    *(f"{VOID}Dataset", f"{_DCAT}Catalog", f"{_DCAT}Dataset", *(f"{schema}Dataset" for schema in _SCHEMA)),
    *(f"{OWL}Ontology", f"{SKOS}ConceptScheme"),
)
"""What describes data as a whole. Where there are several kinds, the first of which there is one thing counts."""

_PARTS = (f"{VOID}subset", f"{_DCAT}dataset", f"{_DCAT}catalog", f"{DCTERMS}hasPart", f"{OWL}imports")
"""Properties that lead from the whole to its parts, which describe less than all."""

_TEXTS = {
    "title": (f"{DCTERMS}title", f"{_DC}title", *(parse_entry(entry).property for entry in LABELS)),
    "description": tuple(parse_entry(entry).property for entry in DESCRIPTIONS),
}
_LINKS = {
    "license": (f"{DCTERMS}license", f"{_CC}license", *(f"{schema}license" for schema in _SCHEMA), f"{DCTERMS}rights"),
    "creator": (
        *(f"{DCTERMS}creator", f"{_DC}creator", *(f"{schema}creator" for schema in _SCHEMA)),
        *(*(f"{schema}author" for schema in _SCHEMA), f"{_FOAF}maker", f"{_PAV}createdBy", f"{_PAV}authoredBy"),
    ),
    "publisher": (f"{DCTERMS}publisher", f"{_DC}publisher", *(f"{schema}publisher" for schema in _SCHEMA)),
    "source": (f"{DCTERMS}source", f"{_DC}source"),
    "rightsHolder": (f"{DCTERMS}rightsHolder",),
    "conformsTo": (f"{DCTERMS}conformsTo",),
}
_KEYWORDS = (f"{_DCAT}keyword", *(f"{schema}keywords" for schema in _SCHEMA))
_VERSIONS = (f"{_DCAT}version", f"{OWL}versionInfo", *(f"{schema}version" for schema in _SCHEMA), f"{_PAV}version")

Subject = NamedNode | BlankNode


def read_description(store: Store, base: str, ontology: Iterable[str] = ()) -> dict[str, Any]:
    """What is said about the data whose names begin with `base`; empty when nothing is.

    Texts are by language (`""` for none): `title`, `description`, `keyword` (a list each). `license`, `creator`,
    `publisher`, `source` and the like are lists of IRIs or names, `version` is a text, `iri` the data set's own.
    `ontology` are graphs of terms alone, which describe themselves and not the data beside them.
    """
    subject = _find_subject(store, base, set(ontology))
    if subject is None:
        return {}
    metadata: dict[str, Any] = {"iri": subject.value} if isinstance(subject, NamedNode) else {}
    for name, predicates in _TEXTS.items():
        texts = {term.language or "": term.value for term in _first_literals(store, subject, predicates)}
        if texts:
            metadata[name] = texts
    keywords: dict[str, list[str]] = {}
    for term in _first_literals(store, subject, _KEYWORDS):
        keywords.setdefault(term.language or "", []).append(term.value)
    if keywords:
        metadata["keyword"] = keywords
    for name, predicates in _LINKS.items():
        links = (sorted(_list_links(store, subject, predicate)) for predicate in predicates)
        if first := next(filter(None, links), None):
            metadata[name] = first
    versions = _first_literals(store, subject, _VERSIONS)
    if versions:
        metadata["version"] = versions[0].value
    return metadata


def _find_subject(store: Store, base: str, ontology: set[str]) -> Subject | None:
    by_kind = {kind: _list_described(store, kind) for kind in DESCRIBED}
    spaces = {
        quad.subject
        for quad in store.quads_for_pattern(None, NamedNode(f"{VOID}uriSpace"), None, DefaultGraph())
        if isinstance(quad.object, (Literal, NamedNode)) and quad.object.value == base
    }
    own = [subject for subjects in by_kind.values() for subject in subjects if subject in spaces]
    own += [subject for subjects in by_kind.values() for subject in subjects if subject.value in (base, base[:-1])]
    if own:
        return min(own, key=lambda subject: (subject not in spaces, subject.value))
    for subjects in by_kind.values():
        whole = [subject for subject in subjects if not _is_part(store, subject)]
        whole = [subject for subject in whole if not ontology or _list_graphs(store, subject) - ontology]
        if len(whole) == 1:
            return whole[0]
    return None


def _list_described(store: Store, kind: str) -> list[Subject]:
    quads = store.quads_for_pattern(None, NamedNode(f"{RDF}type"), NamedNode(kind), DefaultGraph())
    subjects = (quad.subject for quad in quads)
    return sorted((subject for subject in subjects if isinstance(subject, (NamedNode, BlankNode))), key=str)


def _is_part(store: Store, subject: Subject) -> bool:
    return any(
        quad.subject != subject
        for predicate in _PARTS
        for quad in store.quads_for_pattern(None, NamedNode(predicate), subject, DefaultGraph())
    )


def _list_graphs(store: Store, subject: Subject) -> set[str]:
    quads = store.quads_for_pattern(subject, NamedNode(f"{RDF}type"), None, None)
    return {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode)}


def _list_links(store: Store, subject: Subject, predicate: str) -> Iterable[str]:
    """IRIs and names; of what has no IRI, its name."""
    for term in _list_objects(store, subject, predicate):
        if isinstance(term, BlankNode):
            names = _first_literals(store, term, _TEXTS["title"])
            yield from (name.value for name in names[:1])
        elif isinstance(term, (NamedNode, Literal)):
            yield term.value


def _first_literals(store: Store, subject: Subject, predicates: Sequence[str]) -> list[Literal]:
    """The texts under the first of some properties that has any."""
    for predicate in filter(None, predicates):
        literals = [term for term in _list_objects(store, subject, predicate) if isinstance(term, Literal)]
        if literals:
            return literals
    return []


def _list_objects(store: Store, subject: Subject, predicate: str) -> list[Any]:
    quads = store.quads_for_pattern(subject, NamedNode(predicate), None, None)
    return sorted({quad.object for quad in quads}, key=str)
