"""What is in a store: counts per graph, class and property, and what the dataset says about itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from pyoxigraph import DefaultGraph, Literal, NamedNode, QuerySolutions, Store

from clustergraph.rdf.namespaces import OWL, RDF, RDFS, SH
from clustergraph.rdf.naming import PREFIXES, parse_entry, rank_properties
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.snapshots.statements import Statements

DASH = PREFIXES["dash"]


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


def names(store: Store, properties: Collection[str]) -> dict[str, list[str]]:
    """The manifest's field `names`: what names and describes things here, also by what the ontology says is a label."""
    pairs = []
    for predicate, is_mutual in ((f"{RDFS}subPropertyOf", False), (f"{OWL}equivalentProperty", True)):
        for quad in store.quads_for_pattern(None, NamedNode(predicate), None, DefaultGraph()):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                pair = quad.subject.value, quad.object.value
                pairs += [pair, pair[::-1]] if is_mutual else [pair]
    role = NamedNode(f"{DASH}propertyRole"), NamedNode(f"{DASH}LabelRole"), DefaultGraph()
    for shape in store.quads_for_pattern(None, *role):
        for quad in store.quads_for_pattern(shape.subject, NamedNode(f"{SH}path"), None, DefaultGraph()):
            pairs += [(quad.object.value, f"{RDFS}label")] if isinstance(quad.object, NamedNode) else []
    return rank_properties(properties, pairs)


def languages(store: Store, names: dict[str, list[str]]) -> dict[str, int]:
    """The manifest's field `languages`: how many names and descriptions are in each; that of most labels first."""
    ranked: dict[str, int] = {}
    for kind in ("labels", "descriptions", "other_names"):
        ends = dict.fromkeys(part[-1] for entry in names[kind] for part in parse_entry(entry).parts)
        values = " ".join(f"<{iri}>" for iri in ends)
        tagged = f"VALUES ?property {{ {values} }} ?thing ?property ?text BIND(LANG(?text) AS ?key)"
        counts = _table(store, f"SELECT ?key (COUNT(*) AS ?n) {{ {tagged} }} GROUP BY ?key")
        for language, count in _ranked(counts).items():
            ranked[language] = ranked.get(language, 0) + count
    return ranked


def _table(store: Store, query: str) -> dict[str, int]:
    solutions = store.query(query)
    assert isinstance(solutions, QuerySolutions)
    table: dict[str, int] = {}
    for solution in solutions:
        key, count = solution["key"], solution["n"]
        if isinstance(key, (NamedNode, Literal)) and isinstance(count, Literal):
            table[key.value] = int(count.value)
    return table


def _ranked(table: dict[str, int]) -> dict[str, int]:
    return dict(sorted(table.items(), key=lambda item: (-item[1], item[0])))


def title(description: dict[str, Any], otherwise: str) -> str:
    """One title, the English one if there is one; `otherwise` where there is none.

    >>> title({"title": {"de": "Karte", "en": "Map"}}, "folder")
    'Map'
    >>> title({}, "folder")
    'folder'
    """
    titles: dict[str, str] = description.get("title", {})
    return text_in_language(titles.items(), "en") or otherwise
