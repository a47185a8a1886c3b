"""The tool `describe`: everything that is said of one thing, what was concluded, and what it rests on."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from rdflib import URIRef

from clustergraph.catalogue import Parameter, Words
from clustergraph.describe.axioms import read_vocabulary
from clustergraph.describe.thing_queries import MAX_COUNTED_STATEMENTS, read_inside, read_own, read_pointing
from clustergraph.mcp import arguments, source_references
from clustergraph.mcp.graph_context import LANGUAGE, GraphContext
from clustergraph.mcp.result_rows import MAX_CHARACTERS, name_thing, value, words
from clustergraph.mcp.tool import Arguments, Reply, Tool, output, reply
from clustergraph.rdf.namespaces import RDF
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.table import Row
from clustergraph.rdf.text_in_language import is_in_language
from clustergraph.snapshots.graph_names import short_name
from clustergraph.sparql.query import Query

NAME = "describe"

MAX_SHOWN_INCOMING = 10
"""How many things that point here are named for each property."""

THING = Parameter(
    "thing",
    "thing",
    "iri",
    True,
    Words("The thing: its IRI, a prefixed name (foaf:Person), the end of its IRI (person/ada), or its name."),
)

_TYPE = f"{RDF}type"
# Of an engine that keeps its triples in the default graph alone, which no GRAPH sees.
_UNNAMED = "SELECT ?property ?value { ?thing ?property ?value } ORDER BY ?property ?value"
_UNNAMED_POINTING = "SELECT ?property ?subject { ?subject ?property ?thing } LIMIT 200"


def run(context: GraphContext, given: Arguments) -> Reply:
    """Describe what the argument names."""
    arguments.check_names(given, [THING.name])
    written = arguments.read_text(given, THING.name).strip()
    return _Description(context, context.find(THING, written)).reply()


class _Description:
    """One thing being described."""

    def __init__(self, context: GraphContext, iri: str) -> None:
        self.context = context
        self.iri = iri
        self.inferred = context.snapshot.inferred_graph
        self.own = read_own(context.engine, iri).rows or self._ask(_UNNAMED)
        has_blank = any(row["value"].kind == "bnode" for row in self.own)
        self.inside = read_inside(context.engine, iri) if has_blank else []
        pointing = read_pointing(context.engine, iri)
        self.incoming = pointing.rows or self._ask(_UNNAMED_POINTING)
        self.counts = pointing.counts
        rows = (*self.own, *self.inside, *self.incoming)
        self.names = context.names({iri, *(term.text for row in rows for term in row.values() if term.kind == "uri")})
        english = [row for row in self.own if is_in_language(row["value"].language, LANGUAGE)]
        self.english_properties = {row["property"].text for row in english}
        self.room = MAX_CHARACTERS

    def reply(self) -> Reply:
        prefixes = self.context.snapshot.prefixes
        statements, left_out = self._list_statements()
        incoming = self._list_incoming()
        types = [statement["value"] for statement in statements if statement["property"]["iri"] == _TYPE]
        rests_on = source_references.of_things(self.context, [self.iri])
        data: dict[str, Any] = {
            "thing": self._name_thing(self.iri),
            "types": types,
            "statements": statements,
            "more_statements": left_out,
            "pointing": incoming,
            **rests_on,
        }
        lines = [
            f"{words(statement['property'], prefixes)}: {self._write_value(statement['value'], prefixes)}"
            f"{' [inferred]' if statement['inferred'] else ''}"
            for statement in statements
        ]
        if left_out:
            lines.append(f"and {left_out:,} statements more; ask for single properties with `sparql`")
        parts = [
            words(data["thing"], prefixes),
            "\n".join(f"- {line}" for line in lines),
            self._write_incoming(incoming, prefixes),
            source_references.lines(rests_on, prefixes),
        ]
        return reply(self.context, parts, data)

    def _ask(self, query: str) -> list[Row]:
        return self.context.engine.answer(Query(query, bindings={"thing": URIRef(self.iri)})).rows()

    def _name_thing(self, iri: str) -> dict[str, str]:
        return name_thing(iri, self.names)

    def _list_statements(self) -> tuple[list[dict[str, Any]], int]:
        """The statements that fit, and how many do not. Sources are listed separately."""
        graphs_by_statement: dict[tuple[str, Term], tuple[Row, set[str]]] = {}
        rests_on = read_vocabulary(self.context.engine).sources
        for row in self.own:
            if row["property"].text not in rests_on and self._is_shown(row):
                key = (row["property"].text, row["value"])
                graphs = graphs_by_statement.setdefault(key, (row, set()))[1]
                graphs.update([row["graph"].text] if "graph" in row else [])
        # What was written first, then what follows from it: of many, the conclusions are left out.
        ordered = sorted(graphs_by_statement.values(), key=lambda pair: pair[1] == {self.inferred})
        statements: list[dict[str, Any]] = []
        for row, graphs in ordered:
            statement = {
                "property": self._name_thing(row["property"].text),
                "value": self._read_value(row["value"]),
                "inferred": graphs == {self.inferred},
                "graphs": sorted(short_name(self.context.snapshot, graph) for graph in graphs),
            }
            self.room -= len(json.dumps(statement, ensure_ascii=False))
            if self.room < 0 and statements:
                break
            statements.append(statement)
        return statements, len(graphs_by_statement) - len(statements)

    def _is_shown(self, row: Row) -> bool:
        tag = row["value"].language
        return not tag or is_in_language(tag, LANGUAGE) or row["property"].text not in self.english_properties

    def _read_value(self, term: Term) -> Any:
        if term.kind != "bnode":
            return value(term, self.names.get(term.text, ""))
        statements = [
            {
                "property": self._name_thing(row["property"].text),
                "value": value(row["value"], self.names.get(row["value"].text, "")),
            }
            for row in self.inside
            if row["node"] == term
        ]
        return {"blank": term.text, "says": statements}

    def _write_value(self, data: Any, prefixes: dict[str, str]) -> str:
        if isinstance(data, dict) and data.get("says"):
            inner = (f"{words(fact['property'], prefixes)}: {words(fact['value'], prefixes)}" for fact in data["says"])
            return f"[ {'; '.join(inner)} ]"
        return words(data, prefixes)

    def _list_incoming(self) -> list[dict[str, Any]]:
        subjects: dict[str, dict[Term, None]] = defaultdict(dict)
        for row in self.incoming:
            subjects[row["property"].text][row["subject"]] = None
        incoming = []
        for iri, terms in sorted(subjects.items()):
            things = [term.text for term in terms if term.kind == "uri"][:MAX_SHOWN_INCOMING]
            total = self.counts.get(iri, len(terms))
            group: dict[str, Any] = {"property": self._name_thing(iri), "total": min(total, MAX_COUNTED_STATEMENTS)}
            group |= {"more_than_total": True} if total > MAX_COUNTED_STATEMENTS else {}
            incoming.append({**group, "things": [self._name_thing(thing) for thing in things]})
        return incoming

    @staticmethod
    def _write_incoming(incoming: list[dict[str, Any]], prefixes: dict[str, str]) -> str:
        lines = []
        for group in incoming:
            subjects = "; ".join(words(thing, prefixes) for thing in group["things"])
            remaining = group["total"] - len(group["things"])
            least = "more than " if "more_than_total" in group else ""
            note = f"; and {least}{remaining:,} more" if remaining else ""
            lines.append(f"- {words(group['property'], prefixes)} of: {subjects}{note}")
        return "\n".join(["What points here:", *lines]) if lines else ""


TOOL = Tool(
    NAME,
    "Describe a thing",
    "Says everything the graph holds of one thing: its statements with names beside IRIs, which of them were concluded "
    "by reasoning and not written down, what points to it, and the source lines it rests on.",
    arguments.schema({THING.name: {"type": "string", "description": str(THING.description)}}, [THING.name]),
    output(
        {
            "thing": {"type": "object"},
            "types": {"type": "array"},
            "statements": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "property": {"type": "object"},
                        "value": {},
                        "inferred": {"type": "boolean", "description": "Whether reasoning concluded it."},
                        "graphs": {"type": "array", "items": {"type": "string"}},
                    },
                    "required": ["property", "value", "inferred", "graphs"],
                },
            },
            "more_statements": {"type": "integer"},
            "pointing": {"type": "array", "items": {"type": "object"}},
            **source_references.SCHEMA,
        },
        ["thing", "types", "statements", "pointing", "sources"],
    ),
    run,
)
