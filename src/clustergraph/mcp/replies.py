"""From an answer of the engine to a reply, whatever the form of the query."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pyoxigraph as ox

from clustergraph.engine.base import Answer
from clustergraph.mcp import result_rows, source_references
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.result_rows import MAX_CHARACTERS, Part
from clustergraph.mcp.tool import Reply, output, reply
from clustergraph.rdf import formats, graph_writer

_TURTLE = next(form for form in formats.FORMATS if form.name == "turtle")
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
    """The engine's format that `reply_of` reads."""
    return "json" if form in ("SELECT", "ASK") else "ntriples"


def reply_of(context: GraphContext, answer: Answer, part: Part, heading: str, given: Sequence[str] = ()) -> Reply:
    """The reply; `given` are the IRIs that were asked for."""
    found = _reply_with_result(context, answer, part, heading, given)
    if not answer.warnings:
        return found
    notes = "\n".join(f"Note: {warning}" for warning in answer.warnings)
    return Reply(f"{found.text}\n\n{notes}", {**found.data, "warnings": list(answer.warnings)})


def _reply_with_result(context: GraphContext, answer: Answer, part: Part, heading: str, given: Sequence[str]) -> Reply:
    if answer.form == "SELECT":
        return _reply_with_rows(context, answer, part, heading, given)
    if answer.form == "ASK":
        truth = answer.truth()
        return reply(context, [heading, "Yes." if truth else "No."], {"answer": truth})
    return _reply_with_graph(context, answer, part, heading)


def _reply_with_rows(context: GraphContext, answer: Answer, part: Part, heading: str, given: Sequence[str]) -> Reply:
    prefixes = context.snapshot.prefixes
    page = result_rows.select_rows(context, answer, part)
    rests_on = source_references.of_rows(context, page.raw, given)
    count = f"{page.total:,} {'row' if page.total == 1 else 'rows'}"
    if page.offset or page.remaining:
        count += f", here {page.offset + 1:,} to {page.offset + len(page.rows):,}" if page.rows else ", none of these"
    listed = result_rows.write_table(page.columns, page.rows, prefixes) if page.rows else ""
    lines = [
        f"{heading} ({count})" if heading else f"{count}:",
        listed,
        result_rows.describe_rest(page.remaining, page.offset + len(page.rows)),
    ]
    return reply(context, [*lines, source_references.lines(rests_on, prefixes)], {**page.data(), **rests_on})


def _reply_with_graph(context: GraphContext, answer: Answer, part: Part, heading: str) -> Reply:
    prefixes = context.snapshot.prefixes
    statements = sorted(answer.body.decode("utf-8").splitlines())
    chosen = statements[part.offset : part.offset + part.limit]
    turtle = _write_turtle(chosen, prefixes)
    while len(turtle) > MAX_CHARACTERS and len(chosen) > 1:
        chosen = chosen[: len(chosen) // 2]
        turtle = _write_turtle(chosen, prefixes)
    remaining = max(0, len(statements) - part.offset - len(chosen))
    data = {"turtle": turtle, "total": len(statements), "offset": part.offset, "remaining": remaining}
    count = f"{len(statements):,} {'statement' if len(statements) == 1 else 'statements'}"
    note = result_rows.describe_rest(remaining, part.offset + len(chosen))
    return reply(context, [f"{heading} ({count})" if heading else f"{count}:", turtle, note], data)


def _write_turtle(lines: list[str], prefixes: dict[str, str]) -> str:
    triples = ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    buffer = BytesIO()
    graph_writer.write_sorted([quad.triple for quad in triples], _TURTLE, buffer, prefixes)
    return buffer.getvalue().decode()
