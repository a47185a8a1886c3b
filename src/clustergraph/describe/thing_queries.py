"""What the graph says about one thing: whether it knows it, and the queries of its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import Literal, URIRef

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import RDF
from clustergraph.rdf.python_values import Term as RdfTerm
from clustergraph.rdf.table import Row
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError, EvaluationError, QuerySyntaxError
from clustergraph.sparql.query import Query

MAX_OWN_STATEMENTS = 1000
"""How many statements about a thing its page shows; of one with more, the first of each property."""

MAX_POINTING_STATEMENTS = 200
"""How many statements that point at a thing are read at once; of more, the first of each property."""

MAX_COUNTED_STATEMENTS = 10_000
"""Up to how many statements of one property are counted."""

MAX_INSIDE_STATEMENTS = 2000
"""How many statements about blank nodes are shown in their place."""

MAX_PROPERTIES_PER_QUERY = 50
"""Of how many properties one query reads the first statements."""

MAX_BLANK_STEPS = 4
"""How many blank nodes may lie behind one another in what is shown in place of them; lists are read whole."""

IS_THERE = "ASK { { ?thing ?p ?o } UNION { ?s ?q ?thing } UNION { ?x ?thing ?y } UNION { GRAPH ?thing { ?a ?b ?c } } }"
ARE_THERE = """SELECT ?thing { VALUES ?thing { $things } FILTER(
  EXISTS { ?thing ?p ?o } || EXISTS { ?s ?q ?thing } || EXISTS { ?x ?thing ?y } || EXISTS { GRAPH ?thing { ?a ?b ?c } }
) }"""

MAX_TERMS = 5000
"""How many terms of one document are listed."""

MAX_DOCUMENTS = 50_000
"""How many documents that define things are known."""

LOOKING_SECONDS = 0.5
"""How long to look for documents, or for the terms of one: every name in the graph is looked at."""

MAX_SCANNED_TRIPLES = 200_000
"""Up to how many triples all are looked at for names behind a `#`; in larger graphs, only things that have a class."""

_TERMS = f"""SELECT DISTINCT ?term {{
  ?term $said FILTER(ISIRI(?term) && STRSTARTS(STR(?term), $start))
}} LIMIT {MAX_TERMS}"""


_DOCUMENTS = f"""SELECT DISTINCT ?document {{
  ?thing $said FILTER(ISIRI(?thing) && CONTAINS(STR(?thing), "#") && STRSTARTS(STR(?thing), $base))
  BIND(STRBEFORE(STR(?thing), "#") AS ?document)
}} LIMIT {MAX_DOCUMENTS}"""


def blank_paths(start: str, node: str, steps: int = MAX_BLANK_STEPS) -> list[str]:
    """Patterns that lead to the blank nodes behind things, one step each.

    `start` is a pattern that matches `?thing`, and `node` the variable of the blank nodes.

    Every node of a list is led to, whatever its length.
    """
    pattern, paths = f"{start} ?thing ?p1 ?a1", []
    for step in range(1, steps + 1):
        pattern += f" FILTER(ISBLANK(?a{step}))"
        paths.append(f"{pattern} ?a{step} <{RDF}rest>* {node} . FILTER(ISBLANK({node}))")
        pattern += f" ?a{step} <{RDF}rest>* ?n{step} . ?n{step} ?p{step + 1} ?a{step + 1}"
        pattern += f" FILTER(?p{step + 1} != <{RDF}rest>)"
    return paths


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Statements about a thing, or such as point at it: `property`, the term at the other end, and the graph.

    Where there are too many to read, `counts` says how many there are with each property, at most one more than
    `MAX_COUNTED_STATEMENTS`, and the rows are the first of each. It is empty where the rows are all.
    """

    rows: list[Row]
    counts: dict[str, int]


def read_own(engine: Engine, iri: str) -> Neighbours:
    """The statements about a thing, sorted by property and `value`."""
    return _read_neighbours(engine, iri, "$thing ?property ?value", "?value", MAX_OWN_STATEMENTS)


def read_pointing(engine: Engine, iri: str) -> Neighbours:
    """The statements that point at a thing, sorted by property and `subject`."""
    return _read_neighbours(engine, iri, "?subject ?property $thing", "?subject", MAX_POINTING_STATEMENTS)


def _read_neighbours(engine: Engine, iri: str, pattern: str, other: str, limit: int) -> Neighbours:
    pattern = pattern.replace("$thing", write_term("thing", URIRef(iri)))
    stated = f"SELECT ?graph ?property {other} {{ GRAPH ?graph {{ {pattern} }} }} LIMIT"
    order = f"ORDER BY ?property {other} ?graph"
    # The engine sorts slowly, and reads one property of a thing without seeing the others.
    rows = _read(engine, f"SELECT * {{ {{ {stated} {limit + 1} }} }} {order}")
    if len(rows) <= limit:
        return Neighbours(rows, {})
    properties = [row["property"].text for row in _read(engine, f"SELECT DISTINCT ?property {{ {pattern} }}")]
    firsts: list[Row] = []
    counts: dict[str, int] = {}
    for start in range(0, len(properties), MAX_PROPERTIES_PER_QUERY):
        some = [write_term("property", URIRef(prop)) for prop in properties[start : start + MAX_PROPERTIES_PER_QUERY]]
        each = max(limit // len(properties), MAX_PROPERTIES_PER_QUERY // 5)
        parts = [
            f"{{ SELECT ?graph ?property {other} {{ VALUES ?property {{ {prop} }} GRAPH ?graph {{ {pattern} }} }} "
            f"LIMIT {each} }}"
            for prop in some
        ]
        firsts += _read(engine, f"SELECT * {{ {' UNION '.join(parts)} }} {order}")
        parts = [
            f"{{ SELECT ?property (COUNT(*) AS ?count) {{ {{ SELECT ?property {{ VALUES ?property {{ {prop} }} "
            f"{pattern} }} LIMIT {MAX_COUNTED_STATEMENTS + 1} }} }} GROUP BY ?property }}"
            for prop in some
        ]
        counted = _read(engine, f"SELECT * {{ {' UNION '.join(parts)} }}")
        counts |= {row["property"].text: row["count"].number() for row in counted if "property" in row}
    return Neighbours(firsts, counts)


def read_inside(engine: Engine, iri: str) -> list[Row]:
    """The statements about the blank nodes behind a thing: `node`, `property`, `value`; not of very many."""
    start = f"VALUES ?thing {{ {write_term('thing', URIRef(iri))} }}"
    paths = " UNION ".join(f"{{ {path} }}" for path in blank_paths(start, "?node"))
    query = f"SELECT DISTINCT ?node ?property ?value {{ {paths} ?node ?property ?value }} LIMIT {MAX_INSIDE_STATEMENTS}"
    return _read(engine, f"SELECT * {{ {{ {query} }} }} ORDER BY ?node ?property ?value")


def read_owners(engine: Engine, iri: str) -> dict[str, str]:
    """Of blank nodes that point at a thing, the named thing that each belongs to, if there is one."""
    thing = write_term("thing", URIRef(iri))
    pattern = f"?node ?property {thing} FILTER(ISBLANK(?node)) ?owner ?link ?node FILTER(ISIRI(?owner))"
    query = f"SELECT ?node ?owner {{ {pattern} }} LIMIT {MAX_INSIDE_STATEMENTS}"
    return {row["node"].text: row["owner"].text for row in _read(engine, query)}


def read_others(engine: Engine, iri: str, prop: str, *, inverse: bool, start: int, limit: int) -> list[RdfTerm]:
    """Of one property of a thing, the values; or with `inverse`, the things that have it as a value of that property.

    They come as the engine has them, which is always the same for a snapshot, from `start` on.
    """
    thing, term = write_term("thing", URIRef(iri)), write_term("property", URIRef(prop))
    pattern = f"?other {term} {thing}" if inverse else f"{thing} {term} ?other"
    query = f"SELECT ?other {{ {pattern} }} LIMIT {limit} OFFSET {start}"
    return [row["other"] for row in _read(engine, query)]


def _read(engine: Engine, query: str) -> list[Row]:
    return engine.answer(Query(query, format="json")).rows()


def find_first(engine: Engine, iris: Iterable[str]) -> str | None:
    """The first of some IRIs that the graph knows."""
    remaining = iter(iris)
    first = next(remaining, None)
    if first is None or is_there(engine, first):
        return first
    candidates = list(dict.fromkeys(remaining))
    if not candidates:
        return None
    terms = " ".join(write_term("thing", URIRef(iri)) for iri in candidates)
    try:
        known = {row["thing"].text for row in _read(engine, ARE_THERE.replace("$things", terms))}
    except (EvaluationError, QuerySyntaxError):
        return next((iri for iri in candidates if is_there(engine, iri)), None)
    return next((iri for iri in candidates if iri in known or iri in documents(engine)), None)


def is_there(engine: Engine, iri: str) -> bool:
    """Whether the graph knows the IRI: in a statement, as a graph, or as the document that defines things."""
    try:
        answer = engine.answer(Query(IS_THERE, bindings={"thing": URIRef(iri)}, format="json"))
    except (EvaluationError, QuerySyntaxError):
        return False  # of characters that no IRI has
    return answer.truth() or iri in documents(engine)


def read_terms(engine: Engine, iri: str) -> list[str]:
    """The things named by a document's address with `#` and more behind it, sorted; none if looking takes too long."""
    if iri not in documents(engine):
        return []
    text = _TERMS.replace("$said", _choose_pattern(engine)).replace("$start", write_term("start", Literal(f"{iri}#")))
    try:
        rows = engine.answer(Query(text, format="json", timeout=LOOKING_SECONDS)).rows()
    except EngineError:
        return []
    return sorted(row["term"].text for row in rows)


@per_snapshot
def documents(engine: Engine) -> frozenset[str]:
    """The documents below the graph's base whose names, followed by `#`, begin the names of things.

    In a graph so large that looking at all names takes too long, they are those of its classes and properties.
    """
    snapshot = engine.snapshot
    text = _DOCUMENTS.replace("$said", _choose_pattern(engine)).replace(
        "$base", write_term("base", Literal(snapshot.base))
    )
    try:
        rows = engine.answer(Query(text, format="json", timeout=LOOKING_SECONDS)).rows()
    except EngineError:
        rows = []
    named = [
        *snapshot.prefixes.values(),
        *snapshot.manifest.get("classes", ()),
        *snapshot.manifest.get("properties", ()),
    ]
    of_terms = (iri.partition("#")[0] for iri in named if "#" in iri and iri.startswith(snapshot.base))
    return frozenset((*of_terms, *(row["document"].text for row in rows)))


def _choose_pattern(engine: Engine) -> str:
    triples = engine.snapshot.triples
    return "a ?class" if triples is None or triples > MAX_SCANNED_TRIPLES else "?property ?value"
