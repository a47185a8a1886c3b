"""What is wrong with a canned query, beyond what its header's spelling shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress

from clustergraph.catalogue import page_placement, python_methods
from clustergraph.catalogue.errors import ParameterError, Problem
from clustergraph.catalogue.literals import parse_literal
from clustergraph.catalogue.model import VIEWS, CannedQuery, Parameter
from clustergraph.catalogue.scope import find_unreached
from clustergraph.catalogue.yaml_header import Entry
from clustergraph.sparql import tokens
from clustergraph.sparql.errors import EngineError, QuerySyntaxError
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.syntax_check import check_syntax

RESERVED_NAMES = ("format", "timeout")
"""Names that every query has already, for how its answer is wanted."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def find_problems(query: CannedQuery, head: Mapping[str, Entry]) -> Iterator[Problem]:
    """Everything that is wrong with `query`; `head` is its header, for the lines."""
    for line, message in (*_check_name(query), *_check_words(query, head), *_check_declarations(query, head)):
        yield Problem(query.file, line, message, is_warning=True)
    for line, message in (
        *_check_sparql(query),
        *_check_view(query),
        *_check_parameters(query, head),
        *_check_scope(query),
        *page_placement.find_problems(query, head),
        *python_methods.find_problems(query, head),
    ):
        yield Problem(query.file, line, message)


LineProblems = Iterator[tuple[int, str]]


def _check_name(query: CannedQuery) -> LineProblems:
    stem = query.file.rpartition("/")[2].rpartition(".")[0]
    if not _NAME.fullmatch(stem):
        yield 1, f"The file name {query.file!r} is no name for a query: use letters, digits, hyphens."


def _check_words(query: CannedQuery, head: Mapping[str, Entry]) -> LineProblems:
    for key, words in (("summary", query.summary), ("description", query.description)):
        if key not in head:
            yield 1, f"There is no {key}; add a line `#+ {key}: ...`."
        elif words.de and not words.en:
            yield head[key].line, f"The {key} is in German only."


def _check_sparql(query: CannedQuery) -> LineProblems:
    if query.form == "UPDATE":
        yield 1, "This is an update; a canned query only reads."
        return
    try:
        check_syntax(query.text)
        if query.parameters:
            ParsedQuery(query.text).pattern_start  # noqa: B018 - it raises where there is none
    except QuerySyntaxError as error:
        explanation = re.sub(r"^Line \d+, column (\d+): ", r"column \1: ", str(error))
        yield error.line or 1, f"This is no SPARQL query: {explanation}"
    except EngineError as error:
        yield 1, f"This is no SPARQL query: {error}"


def _check_view(query: CannedQuery) -> LineProblems:
    lines = [number for number, line in enumerate(query.text.splitlines(), 1) if line.startswith("#defaultView:")]
    if len(lines) > 1:
        yield lines[1], "There is a second #defaultView: line; keep one."
    if query.default_view not in VIEWS:
        yield lines[0], f"The view {query.default_view!r} is not known; known are {', '.join(VIEWS)}."


def _check_parameters(query: CannedQuery, head: Mapping[str, Entry]) -> LineProblems:
    declared = head["parameters"].map if "parameters" in head else {}
    lines = {name: entry.line for name, entry in declared.items()}
    counts = Counter(parameter.name for parameter in query.parameters)
    for name, count in counts.items():
        if count > 1:
            variables = " and ".join(
                f"?{parameter.variable}" for parameter in query.parameters if parameter.name == name
            )
            yield lines.get(name, 1), f"The parameter {name!r} is there {count} times, as {variables}; keep one."
        if name in RESERVED_NAMES:
            yield _find_first_line(query, name), f"The parameter name {name!r} is taken; choose another."
    for parameter in query.parameters:
        line = lines.get(parameter.name, 1)
        if parameter.class_iri and parameter.type != "iri":
            yield line, f"The parameter {parameter.name!r} has a class, but ?{parameter.variable} is not an IRI."
        yield from _check_values(parameter, line)


def _check_scope(query: CannedQuery) -> LineProblems:
    """Parameters in places that their values do not reach, so that they would count as not given."""
    names = {parameter.variable: parameter.name for parameter in query.parameters}
    for line, variable, where in find_unreached(query.text, names):
        yield (
            line,
            f"The value of the parameter {names[variable]!r} does not reach ?{variable} here, in {where}; use it in "
            "the outermost group, or in a pattern of this one.",
        )


def _check_declarations(query: CannedQuery, head: Mapping[str, Entry]) -> LineProblems:
    """Parameters of which only the query knows, or only the header."""
    declared = head["parameters"].map if "parameters" in head else {}
    names = {parameter.name for parameter in query.parameters}
    for name in sorted(names):
        if name not in declared:
            yield _find_first_line(query, name), f"The parameter {name!r} is in the query and not under `parameters`."
        elif not declared[name].text_of("description"):
            yield declared[name].line, f"The parameter {name!r} has no description."
    for key in ("parameters", "defaults", "enumerate"):
        for name, line in _list_names(head.get(key)):
            if name not in names:
                yield (
                    line,
                    f"The parameter {name!r} stands under `{key}`, but the query has no variable for it, "
                    f"such as ?_{name} or ?__{name}.",
                )


def _check_values(parameter: Parameter, line: int) -> LineProblems:
    """Values in the header that the parameter would refuse. IRIs are only known to a graph, so they are not asked."""
    for what, value in (("default", parameter.default), ("example", parameter.example)):
        if value is not None and parameter.choices and value not in parameter.choices:
            yield line, f"The {what} {value!r} of {parameter.name!r} is none of {', '.join(parameter.choices)}."
    if parameter.type != "iri":
        for value in (parameter.default, parameter.example, *parameter.choices):
            try:
                if value is not None:
                    parse_literal(parameter, value)
            except ParameterError as error:
                yield line, str(error)


def _list_names(entry: Entry | None) -> Iterator[tuple[str, int]]:
    if entry is not None:
        for item in entry.items or [entry]:
            for name, value in item.map.items():
                yield name, value.line


def _find_first_line(query: CannedQuery, name: str) -> int:
    variables = {parameter.variable for parameter in query.parameters if parameter.name == name}
    with suppress(QuerySyntaxError):  # which `_check_sparql` reports
        for token in tokens.tokens(query.text):
            if token.kind == "variable" and token.text[1:] in variables:
                return tokens.position(query.text, token.start)[0]
    return 1
