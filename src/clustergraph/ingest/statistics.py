"""What is in a store: counts per graph, class and property, and what the dataset says about itself."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from clustergraph.rdf.namespaces import DCTERMS, OWL, RDF, STANDARD_PREFIXES, VOID
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.snapshots.statements import Statements

_DCAT = STANDARD_PREFIXES["dcat"]
_TEXTS = {"title": f"{DCTERMS}title", "description": f"{DCTERMS}description"}
_LINKS = {
    name: f"{DCTERMS}{name}" for name in ("license", "creator", "publisher", "source", "rightsHolder", "conformsTo")
}
_VERSIONS = (f"{_DCAT}version", f"{OWL}versionInfo", "https://schema.org/version")


def counts(statements: Statements) -> dict[str, Any]:
    """The manifest's fields triples, graphs, graphs_overlap, classes, properties and literals_by_value.

    Statements are counted as the files write them: "1" and "01" are two, though they have one value.
    """
    store = statements.store
    graphs = Counter(_table(store, "SELECT ?key (COUNT(*) AS ?n) { GRAPH ?key { ?s ?p ?o } } GROUP BY ?key"))
    triples = len(store) - graphs.total()
    properties = Counter(_table(store, "SELECT ?key (COUNT(*) AS ?n) { ?s ?key ?o } GROUP BY ?key"))
    # By value, as queries see them: what makes them count a statement twice.
    graphs_overlap, by_value = graphs.total() != triples, 0
    for graph, predicate, changed, more in statements.literals.counts():
        if graph:
            graphs[graph] += more
        else:
            triples += more
            properties[predicate] += more
            by_value += changed
    return {
        "triples": triples,
        "graphs": dict(sorted(graphs.items())),
        "graphs_overlap": graphs_overlap,
        "classes": _ranked(_table(store, f"SELECT ?key (COUNT(*) AS ?n) {{ ?s <{RDF}type> ?key }} GROUP BY ?key")),
        "properties": _ranked(properties),
        **({"literals_by_value": by_value} if by_value else {}),
    }


def _table(store: Store, query: str) -> dict[str, int]:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    table: dict[str, int] = {}
    for solution in solutions:
        key, count = solution["key"], solution["n"]
        if isinstance(key, NamedNode) and isinstance(count, Literal):
            table[key.value] = int(count.value)
    return table


def _ranked(table: dict[str, int]) -> dict[str, int]:
    return dict(sorted(table.items(), key=lambda item: (-item[1], item[0])))


def dataset(store: Store, base: str) -> dict[str, Any]:
    """What is said about the void:Dataset whose IRIs begin with `base`; empty when nothing is.

    Texts are by language (`""` for none): `title`, `description`, `keyword` (a list each). `license`, `creator`,
    `publisher`, `source` and the like are lists of IRIs or names, `version` is a text, `iri` the dataset's own.
    """
    subject = _subject(store, base)
    if subject is None:
        return {}
    metadata: dict[str, Any] = {"iri": subject.value} if isinstance(subject, NamedNode) else {}
    for name, predicate in _TEXTS.items():
        texts = {term.language or "": term.value for term in _literals(store, subject, predicate)}
        if texts:
            metadata[name] = texts
    keywords: dict[str, list[str]] = {}
    for term in _literals(store, subject, f"{_DCAT}keyword"):
        keywords.setdefault(term.language or "", []).append(term.value)
    if keywords:
        metadata["keyword"] = keywords
    for name, predicate in _LINKS.items():
        links = sorted(
            term.value for term in _objects(store, subject, predicate) if isinstance(term, (NamedNode, Literal))
        )
        if links:
            metadata[name] = links
    versions = [term.value for predicate in _VERSIONS for term in _literals(store, subject, predicate)]
    if versions:
        metadata["version"] = versions[0]
    return metadata


def title(description: dict[str, Any], otherwise: str) -> str:
    """One title, the English one if there is one; `otherwise` where there is none.

    >>> title({"title": {"de": "Karte", "en": "Map"}}, "folder")
    'Map'
    >>> title({}, "folder")
    'folder'
    """
    titles: dict[str, str] = description.get("title", {})
    return text_in_language(titles.items(), "en") or otherwise


def _subject(store: Store, base: str) -> NamedNode | BlankNode | None:
    subjects = [
        quad.subject
        for quad in store.quads_for_pattern(None, NamedNode(f"{VOID}uriSpace"), None, None)
        if isinstance(quad.object, (Literal, NamedNode)) and quad.object.value == base
    ]
    is_dataset = (NamedNode(f"{RDF}type"), NamedNode(f"{VOID}Dataset"), None)
    datasets = [
        subject
        for subject in subjects
        if isinstance(subject, (NamedNode, BlankNode)) and any(store.quads_for_pattern(subject, *is_dataset))
    ]
    return min(datasets, key=lambda subject: subject.value, default=None)


def _objects(store: Store, subject: NamedNode | BlankNode, predicate: str) -> list[Any]:
    quads = store.quads_for_pattern(subject, NamedNode(predicate), None, None)
    return sorted({quad.object for quad in quads}, key=str)


def _literals(store: Store, subject: NamedNode | BlankNode, predicate: str) -> list[Literal]:
    return [term for term in _objects(store, subject, predicate) if isinstance(term, Literal)]
