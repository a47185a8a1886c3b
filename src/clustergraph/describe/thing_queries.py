"""What the graph says about one thing: whether it knows it, and the queries of its page."""

from __future__ import annotations

from rdflib import URIRef

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import RDFS, SKOS
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EvaluationError, QuerySyntaxError
from clustergraph.sparql.query import Query

MAX_POINTING_STATEMENTS = 200
"""How many statements that point at a thing its page shows."""

IS_THERE = "ASK { { ?thing ?p ?o } UNION { ?s ?q ?thing } UNION { ?x ?thing ?y } UNION { GRAPH ?thing { ?a ?b ?c } } }"
STATEMENTS = (
    "SELECT ?graph ?property ?value { GRAPH ?graph { ?thing ?property ?value } } ORDER BY ?property ?value ?graph"
)
INSIDE = """SELECT DISTINCT ?node ?property ?value { ?thing ?p ?node FILTER(ISBLANK(?node)) ?node ?property ?value }
ORDER BY ?node ?property ?value"""
POINTING = f"""SELECT ?graph ?property ?subject {{ GRAPH ?graph {{ ?subject ?property ?thing }} }}
ORDER BY ?property ?subject ?graph LIMIT {MAX_POINTING_STATEMENTS + 1}"""
POINTING_COUNTS = (
    "SELECT ?property (COUNT(DISTINCT ?subject) AS ?count) { ?subject ?property ?thing } GROUP BY ?property"
)
TERMS = f"""SELECT DISTINCT ?term ?label {{
  {{ ?term a ?type }} UNION {{ ?term <{RDFS}label>|<{SKOS}prefLabel> ?label }}
  FILTER(ISIRI(?term) && STRSTARTS(STR(?term), CONCAT(STR(?thing), "#")))
}} ORDER BY ?term ?label"""


def is_there(engine: Engine, iri: str) -> bool:
    """Whether the graph knows the IRI: in a statement, as a graph, or as the document that defines things."""
    try:
        answer = engine.answer(Query(IS_THERE, bindings={"thing": URIRef(iri)}, format="json"))
    except (EvaluationError, QuerySyntaxError):
        return False  # of characters that no IRI has
    return answer.truth() or iri in documents(engine.snapshot)


@per_snapshot
def documents(snapshot: Snapshot) -> frozenset[str]:
    """The documents below the graph's base whose names, followed by `#`, begin the names of things."""
    named = [
        *snapshot.prefixes.values(),
        *snapshot.manifest.get("classes", ()),
        *snapshot.manifest.get("properties", ()),
    ]
    return frozenset(iri.partition("#")[0] for iri in named if "#" in iri and iri.startswith(snapshot.base))
