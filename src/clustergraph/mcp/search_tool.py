"""The tool `search`, for graphs without a canned query of that name."""

from __future__ import annotations

from rdflib import Literal

from clustergraph.mcp import arguments, replies
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.tool import Arguments, Reply, Tool
from clustergraph.sparql.name_patterns import match_names
from clustergraph.sparql.query import Query

NAME = "search"

# Whole names come first, then those that begin with the text. Rank and name are one text, so that they stay together.
_MATCHES = """SELECT ?thing (SAMPLE(?class) AS ?kind) (SUBSTR(MIN(?hit), 2) AS ?matched) {
  $names
  BIND(LCASE(STR(?name)) AS ?have) BIND(LCASE(?text) AS ?want)
  FILTER(ISIRI(?thing) && ISLITERAL(?name) && CONTAINS(?have, ?want))
  BIND(CONCAT(IF(?have = ?want, "0", IF(STRSTARTS(?have, ?want), "1", "2")), STR(?name)) AS ?hit)
  OPTIONAL { ?thing a ?class FILTER(ISIRI(?class)) }
} GROUP BY ?thing ORDER BY MIN(?hit) ?thing"""


def run(context: GraphContext, given: Arguments) -> Reply:
    """Look for a text in the names of things."""
    arguments.check_names(given, ["text", *arguments.PAGING])
    text = arguments.read_text(given, "text")
    part = arguments.read_part(given)
    naming = context.snapshot.naming
    names = match_names((*naming.labels, *naming.other_names, *naming.codes), "?thing", "?name")
    answer = context.engine.answer(
        Query(_MATCHES.replace("$names", names), bindings={"text": Literal(text)}, format="json")
    )
    return replies.reply_of(context, answer, part, f"Things named like {text!r}")


TOOL = Tool(
    NAME,
    "Search",
    "Finds things by a part of their name, whatever its case: labels, other labels, notations, titles. Whole names "
    "come first.",
    arguments.schema(
        {"text": {"type": "string", "description": "What to look for; taken literally."}, **arguments.PAGING}, ["text"]
    ),
    replies.ROWS,
    run,
)
