"""The sources that an answer rests on: of its things, and of what stands between two things of a row.

That one thing targets another may be said by a third that leads from the first to the second; then the row rests on the
sources of that. Sources are the values of `dcterms:source` and its sub-properties, as on the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from rdflib import URIRef

from clustergraph.describe.axioms import read_vocabulary
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.result_rows import name_thing, words
from clustergraph.rdf.table import Row
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

MAX_SOURCES = 30
"""How many sources an answer names."""
MAX_PAIRS = 400
SOURCE_SECONDS = 3.0
"""How long to look for sources; an answer comes without them rather than late."""

SCHEMA: dict[str, Any] = {
    "sources": {
        "type": "array",
        "description": "What the answer rests on. A source below the graph's base, such as a line of a document, "
        "can be described by its iri.",
        "items": {
            "type": "object",
            "properties": {"about": {"type": "object"}, "source": {"type": "object"}},
            "required": ["about", "source"],
        },
    },
    "more_sources": {"type": "integer", "description": "How many sources are not named here."},
}


def of_rows(context: GraphContext, rows: Iterable[Row], given: Sequence[str] = ()) -> dict[str, Any]:
    """The sources of rows as data. `given` are IRIs that were asked for.

    What a row is about is its first thing; what stands between that and its other things, or those asked for, comes
    first.
    """
    things: dict[str, None] = {}
    pairs: dict[tuple[str, str], None] = {}
    for row in rows:
        iris = [term.text for term in row.values() if term.kind == "uri"]
        for first in iris[:1]:
            things[first] = None
            pairs.update({(first, other): None for other in (*iris[1:], *given) if other != first})
    for iri in given:
        things[iri] = None
    return _describe_sources(context, _find_sources(context, list(things), list(pairs)[:MAX_PAIRS]))


def of_things(context: GraphContext, iris: Sequence[str]) -> dict[str, Any]:
    """The sources of things as data."""
    return _describe_sources(context, _find_sources(context, list(iris), []))


def lines(references: dict[str, Any], prefixes: dict[str, str]) -> str:
    """The sources as text; empty if there are none."""
    if not references["sources"]:
        return ""
    by_source: dict[str, list[str]] = {}
    for reference in references["sources"]:
        by_source.setdefault(words(reference["source"], prefixes), []).append(words(reference["about"], prefixes))
    listed = [f"- {source}, on {'; '.join(dict.fromkeys(about))}" for source, about in by_source.items()]
    note = f"\n- and {references['more_sources']:,} more" if references["more_sources"] else ""
    return "Sources:\n" + "\n".join(listed) + note


def _find_sources(context: GraphContext, things: list[str], pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pairs of what is about and source, the nearest first."""
    if not things:
        return []
    properties = f"VALUES (?says) {{ {_list_rows([iri] for iri in sorted(read_vocabulary(context.engine).sources))} }}"
    ways = [f"VALUES (?about) {{ {_list_rows([iri] for iri in things)} }} BIND(1 AS ?far)"]
    if pairs:
        ways.append(
            f"VALUES (?one ?other) {{ {_list_rows(pairs)} }} ?one ?p ?about . ?about ?q ?other FILTER(ISIRI(?about)) "
            "BIND(0 AS ?far)"
        )
    union = " UNION ".join(f"{{ {way} {properties} ?about ?says ?source }}" for way in ways)
    query = (
        f"SELECT ?about ?source (MIN(?far) AS ?rank) {{ {union} FILTER(ISIRI(?source)) }} "
        "GROUP BY ?about ?source ORDER BY ?rank ?about ?source"
    )
    try:
        answer = context.engine.answer(Query(query, format="json", timeout=SOURCE_SECONDS))
    except EngineError:
        return []  # the answer itself is there, and its things can be described one by one
    order = {iri: place for place, iri in enumerate(things)}
    rows = sorted(answer.rows(), key=lambda row: (row["rank"].number(), order.get(row["about"].text, len(order))))
    return list(dict.fromkeys((row["about"].text, row["source"].text) for row in rows))


def _list_rows(groups: Iterable[Sequence[str]]) -> str:
    """Groups of IRIs as rows of VALUES, without those that no query can name."""
    rows = []
    for group in groups:
        with suppress(EngineError):
            rows.append(f"({' '.join(write_term('iri', URIRef(iri)) for iri in group)})")
    return " ".join(rows)


def _describe_sources(context: GraphContext, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    named = pairs[:MAX_SOURCES]
    labels = context.names({iri for pair in named for iri in pair})
    return {
        "sources": [
            {"about": name_thing(about, labels), "source": name_thing(source, labels)} for about, source in named
        ],
        "more_sources": len(pairs) - len(named),
    }
