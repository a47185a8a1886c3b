"""What the graph says about one thing: the queries, and their answers arranged for a page."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rdflib import URIRef
from rdflib.term import Identifier

from clustergraph.engine.base import Engine
from clustergraph.engine.errors import EvaluationError, QuerySyntaxError
from clustergraph.namespaces import OWL, RDF, RDFS, SKOS
from clustergraph.snapshot import Snapshot
from clustergraph.web.terms import Term, shown

MOST_POINTING = 200
"""How many statements that point at a thing its page shows."""

IS_THERE = "ASK { { ?thing ?p ?o } UNION { ?s ?q ?thing } UNION { ?x ?thing ?y } UNION { GRAPH ?thing { ?a ?b ?c } } }"
STATEMENTS = (
    "SELECT ?graph ?property ?value { GRAPH ?graph { ?thing ?property ?value } } ORDER BY ?property ?value ?graph"
)
INSIDE = """SELECT DISTINCT ?node ?property ?value { ?thing ?p ?node FILTER(ISBLANK(?node)) ?node ?property ?value }
ORDER BY ?node ?property ?value"""
POINTING = f"""SELECT ?graph ?property ?subject {{ GRAPH ?graph {{ ?subject ?property ?thing }} }}
ORDER BY ?property ?subject ?graph LIMIT {MOST_POINTING + 1}"""
LABELS = f"""SELECT DISTINCT ?iri ?label {{
  {{ ?thing ?iri ?x }} UNION {{ ?thing ?p ?iri }} UNION {{ ?iri ?q ?thing }} UNION {{ ?y ?iri ?thing }}
  UNION {{ ?thing ?p ?same BIND(?thing AS ?iri) }}
  UNION {{ ?thing ?p ?node FILTER(ISBLANK(?node)) {{ ?node ?iri ?x }} UNION {{ ?node ?p2 ?iri }} }}
  ?iri <{RDFS}label>|<{SKOS}prefLabel> ?label
}}"""
TERMS = f"""SELECT DISTINCT ?term ?label {{
  {{ ?term a ?type }} UNION {{ ?term <{RDFS}label>|<{SKOS}prefLabel> ?label }}
  FILTER(ISIRI(?term) && STRSTARTS(STR(?term), CONCAT(STR(?thing), "#")))
}} ORDER BY ?term ?label"""

_FIRST = (f"{RDF}type", f"{RDFS}label", f"{SKOS}prefLabel", f"{SKOS}altLabel", f"{RDFS}comment")

Group = tuple[Term, list[Term]]
"""A property and its values."""


@dataclass(frozen=True, slots=True)
class Description:
    """What a thing's page shows."""

    label: str
    own: list[Group]
    pointing: list[Group]
    more_pointing: bool
    terms: list[Term]
    """What a document defines."""
    size: int | None
    """Statements in it, if it is a named graph."""
    used: int | None
    """Statements with it, if it is a property."""


def is_there(engine: Engine, iri: str) -> bool:
    """Whether the graph knows the IRI: in a statement, as a graph, or as the document that defines things."""
    try:
        answer = engine.query(IS_THERE, bindings={"thing": URIRef(iri)}, format="json")
    except (EvaluationError, QuerySyntaxError):
        return False  # of characters that no IRI has
    return json.loads(answer.body)["boolean"] is True or iri in documents(engine.snapshot)


def documents(snapshot: Snapshot) -> set[str]:
    """The documents below the graph's base whose names, followed by `#`, begin the names of things."""
    named = [
        *snapshot.prefixes.values(),
        *snapshot.manifest.get("classes", ()),
        *snapshot.manifest.get("properties", ()),
    ]
    return {iri.partition("#")[0] for iri in named if "#" in iri and iri.startswith(snapshot.base)}


def describe(engine: Engine, iri: str) -> Description:
    """Everything a page shows about the thing."""
    bindings: dict[str, Identifier] = {"thing": URIRef(iri)}
    arrange = _Arrangement(engine.snapshot, _labels(_rows(engine, LABELS, bindings)))
    own = _rows(engine, STATEMENTS, bindings)
    if any(row["value"]["type"] == "bnode" for row in own):
        arrange.look_inside(_rows(engine, INSIDE, bindings))
    pointing = _rows(engine, POINTING, bindings)
    terms: list[Term] = []
    if iri in documents(engine.snapshot):
        rows = _rows(engine, TERMS, bindings)
        labels = _labels({"iri": row["term"], "label": row["label"]} for row in rows if "label" in row)
        terms = [
            shown(row["term"], engine.snapshot, labels) for row in {row["term"]["value"]: row for row in rows}.values()
        ]
    label = arrange.labels.get(iri) or shown({"type": "uri", "value": iri}, engine.snapshot).text
    return Description(
        label,
        arrange.grouped(own, "value"),
        arrange.grouped(pointing[:MOST_POINTING], "subject"),
        len(pointing) > MOST_POINTING,
        terms,
        engine.snapshot.graphs.get(iri),
        engine.snapshot.manifest.get("properties", {}).get(iri),
    )


class _Arrangement:
    """Statements by property, each value once, with the graphs that state it."""

    def __init__(self, snapshot: Snapshot, labels: dict[str, str]) -> None:
        self.snapshot = snapshot
        self.labels = labels
        self._prefixes = snapshot.prefixes
        self._inside: dict[str, list[Group]] = {}

    def look_inside(self, rows: list[dict[str, dict[str, Any]]]) -> None:
        """Take what is said of blank nodes, which is shown in their place."""
        nodes: dict[str, list[dict[str, dict[str, Any]]]] = defaultdict(list)
        for row in rows:
            nodes[row["node"]["value"]].append(row)
        self._inside = {node: self.grouped(said, "value") for node, said in nodes.items()}

    def grouped(self, rows: list[dict[str, dict[str, Any]]], key: str) -> list[Group]:
        """The rows' terms under `key` by property, types and labels first."""
        stated: dict[str, dict[str, tuple[dict[str, Any], list[str]]]] = defaultdict(dict)
        for row in rows:
            values = stated[row["property"]["value"]]
            _, graphs = values.setdefault(json.dumps(row[key]), (row[key], []))
            if "graph" in row:
                graphs.append(row["graph"]["value"].removeprefix(f"{self.snapshot.base}graph/"))
        return [
            (
                shown({"type": "uri", "value": prop}, self.snapshot, self.labels),
                [
                    shown(value, self.snapshot, self.labels, ", ".join(sorted(graphs)), self._inside)
                    for value, graphs in stated[prop].values()
                ],
            )
            for prop in sorted(stated, key=_importance)
        ]


def _importance(prop: str) -> tuple[int, str]:
    return (_FIRST.index(prop) if prop in _FIRST else len(_FIRST) + prop.startswith((OWL, RDFS)), prop)


def _rows(engine: Engine, text: str, bindings: dict[str, Identifier]) -> list[dict[str, dict[str, Any]]]:
    answer = engine.query(text, bindings=bindings, format="json")
    rows: list[dict[str, dict[str, Any]]] = json.loads(answer.body)["results"]["bindings"]
    return rows


def _labels(rows: Iterable[dict[str, dict[str, Any]]]) -> dict[str, str]:
    """One label for each IRI: English, else without a language, else whatever there is."""
    best: dict[str, tuple[int, str]] = {}
    for row in rows:
        language = row["label"].get("xml:lang", "")
        rank = 0 if language.startswith("en") else (1 if not language else 2)
        candidate = (rank, row["label"]["value"])
        iri = row["iri"]["value"]
        best[iri] = min(best.get(iri, candidate), candidate)
    return {iri: label for iri, (_, label) in best.items()}
