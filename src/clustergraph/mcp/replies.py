"""From an answer of the engine to a reply, whatever the form of the query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from clustergraph.engine.base import Answer
from clustergraph.mcp import result_rows, source_references
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.result_rows import MAX_CHARACTERS, Part
from clustergraph.mcp.tool import Reply, output, reply

TRUTH = output({"answer": {"type": "boolean"}}, ["answer"])
GRAPH = output(
    {
        "turtle": {"type": "string", "description": "The statements in Turtle."},
        "total": {"type": "integer", "description": "How many statements there are in all."},
        "offset": {"type": "integer"},
        "remaining": {"type": "integer"},
    },
    ["turtle", "total", "offset", "remaining"],
)
ROWS = output(
    {**result_rows.SCHEMA, **source_references.SCHEMA}, ["columns", "rows", "total", "offset", "remaining", "sources"]
)


def schema(form: str) -> dict[str, Any]:
    """The shape of the data of a reply to a query of this form."""
    return {"SELECT": ROWS, "ASK": TRUTH}.get(form, GRAPH)


def format_of(form: str) -> str:
    """The engine's format that `told` reads."""
    return "json" if form in ("SELECT", "ASK") else "ntriples"


def reply_of(context: GraphContext, answer: Answer, part: Part, heading: str, given: Sequence[str] = ()) -> Reply:
    """The reply; `given` are the IRIs that were asked for."""
    if answer.form == "SELECT":
        return _rows(context, answer, part, heading, given)
    if answer.form == "ASK":
        truth = answer.truth()
        return reply(context, [heading, "Yes." if truth else "No."], {"answer": truth})
    return _graph(context, answer, part, heading)


def _rows(context: GraphContext, answer: Answer, part: Part, heading: str, given: Sequence[str]) -> Reply:
    prefixes = context.snapshot.prefixes
    found = result_rows.shown(context, answer, part)
    rests_on = source_references.of_rows(context, found.raw, given)
    count = f"{found.total:,} {'row' if found.total == 1 else 'rows'}"
    if found.offset or found.remaining:
        count += (
            f", here {found.offset + 1:,} to {found.offset + len(found.rows):,}" if found.rows else ", none of these"
        )
    listed = result_rows.table(found.columns, found.rows, prefixes) if found.rows else ""
    lines = [f"{heading} ({count})" if heading else f"{count}:", listed, result_rows.rest(found)]
    return reply(context, [*lines, source_references.lines(rests_on, prefixes)], {**found.data(), **rests_on})


def _graph(context: GraphContext, answer: Answer, part: Part, heading: str) -> Reply:
    prefixes = context.snapshot.prefixes
    every = sorted(answer.body.decode("utf-8").splitlines())
    chosen = every[part.offset : part.offset + part.limit]
    turtle = _turtle(chosen, prefixes)
    while len(turtle) > MAX_CHARACTERS and len(chosen) > 1:
        chosen = chosen[: len(chosen) // 2]
        turtle = _turtle(chosen, prefixes)
    left = max(0, len(every) - part.offset - len(chosen))
    data: Mapping[str, Any] = {
        "turtle": turtle,
        "total": len(every),
        "offset": part.offset,
        "remaining": left,
    }
    count = f"{len(every):,} {'statement' if len(every) == 1 else 'statements'}"
    after = part.offset + len(chosen)
    more = f"{left:,} more: narrow the question, or go on with offset={after}." if left else ""
    parts = [f"{heading} ({count})" if heading else f"{count}:", turtle, more]
    return reply(context, parts, data)


def _turtle(lines: list[str], prefixes: dict[str, str]) -> str:
    triples = ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    used = {prefix: iri for prefix, iri in prefixes.items() if any(f"<{iri}" in line for line in lines)}
    body = ox.serialize((quad.triple for quad in triples), format=ox.RdfFormat.TURTLE, prefixes=used)
    assert body is not None
    return body.decode("utf-8")
