"""Every regular expression over what a client or another engine sends takes time that grows as its input does."""

from __future__ import annotations

import ast
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import clustergraph
from support.growth import check_growth

PACKAGE = Path(clustergraph.__file__).parent

PATTERNS: dict[str, tuple[str, ...]] = {
    "catalogue.literals:_DATE": ("fullmatch", "1-"),
    "catalogue.literals:_INTEGER": ("fullmatch", "1"),
    "catalogue.literals:_NUMBER": ("fullmatch", "1", "1."),
    "cli.output:_CONTROL": ("finditer", "\x07"),
    "describe.urls:_ESCAPE": ("sub", "%41", "%", "%4"),
    "describe.urls:_ESCAPED_LETTERS": ("sub", "%c3", "%c", "%41"),
    "describe.urls:_PARTS": ("finditer", "a", "/", "é", "a/", "%"),
    "describe.urls:_PLAIN": ("fullmatch", "a", "/a", "/.", "a/"),
    "engine.lookups.bgp_parser:_TOKEN": ("finditer", "a.", "a:", "<a", "# ", "?a", "%41", "a:%41", ":\\-"),
    "engine.remote.dialects:_LATE": ("search", "execution time 1", "execution time "),
    "engine.remote.error_text:_HIDDEN": ("split", "<b", "<style", "<style>", "</script"),
    "engine.remote.error_text:_TAG": ("finditer", "<b", "<b>", "</"),
    "ingest.bad_iris:_AUTHORITY": ("match", "a", "a:", "a://a"),
    "ingest.bad_iris:_ESCAPE": ("finditer", "\\", "\\u004", "\\U0000004"),
    "ingest.bad_iris:_ILLEGAL": ("finditer", "%", "%4"),
    "ingest.bad_iris:_STRING": ("finditer", '"', '\\"', '"a'),
    "ingest.bad_iris:_TOKEN": ("finditer", "<", "<a b", '"""', '\\"', "@a-", "@a_", "'''\\'", "<a> <b c> "),
    "ingest.jsonld_contexts:_TOKEN": ("finditer", '"', '\\"', "[", '"a'),
    "ingest.file_content:_COMMENTS": ("match", " ", "#", "#\n"),
    "ingest.file_content:_GRAPH": ("search", "a:", "}", " ", "<>", " a.", "{"),
    "ingest.file_content:_JSON": ("match", " ", "{ ", "[ ", "[ {"),
    "ingest.file_content:_KEYWORD": ("search", '"@id"', '"@id" '),
    "ingest.file_content:_NOT_CODE": ("finditer", '\\"', '"""', '"""\\"', "'\\'", "<a", '"a', '"""a"'),
    "ingest.file_content:_QUAD": ("match", "<a> ", '<a> <a> "', '<a> <a> "\\"', "_:a"),
    "ingest.file_content:_STATEMENT": ("match", "<a", "a:", "_:a ", "["),
    "ingest.file_content:_XML": ("match", " ", "<a ", "<a:", "<a a=", "<!"),
    "ingest.text_stream:_DECLARATION": ("match", "<?xml ", "<?xml encoding=", "<?xml encoding "),
    "library.knowledge_graph:_IRI": ("fullmatch", "a", "<a"),
    "rdf.iris:_IRI": ("fullmatch", "a", "a:"),
    "rdf.naming:_ENTRY": ("fullmatch", "a", "a/", "<a>+", "<a"),
    "rdf.naming:_STEPS": ("finditer", "a", "a/", "<a>+", "<a"),
    "rdf.python_values:_DECIMAL": ("fullmatch", "1", "1."),
    "rdf.python_values:_DOUBLE": ("fullmatch", "1", "1e", "1."),
    "rdf.python_values:_WHOLE": ("fullmatch", "1"),
    "rdf.rdfxml:NOT_IN_XML": ("search", "a"),
    "rdf.rdfxml:_ASCII_NAME": ("fullmatch", "a", "a."),
    "rdf.rdfxml:_PREFIX": ("fullmatch", "a", "a.", "xm"),
    "rdf.quoting:_ESCAPE": ("finditer", "\\", "\\u0041", "\\u004", "\\U0000004"),
    "rdf.turtle:_BARE": ("fullmatch", "1", "1.", "-1", "1.0E"),
    "rdf.turtle:_LOCAL": ("fullmatch", "a", "-"),
    "rdf.turtle:_PREFIX": ("fullmatch", "a", "a-"),
    "settings:_RATE": ("fullmatch", " ", "1", "1/", "1/ "),
    "sparql.bindings:_LANGUAGE": ("fullmatch", "a", "a-"),
    "snapshots.written_literals:_SHORT_WHOLE": ("fullmatch", "1", "-1"),
    "snapshots.written_literals:_UNCHANGED": ("fullmatch", "1", "1.", "2020-01-01", "T", "1e", "-"),
    "sparql.engine_differences:_DISPENSABLE": ("finditer", "(a", "[a", "[^", "\\", "a*", "{0", "a{0,1", "[]"),
    "sparql.engine_differences:_ESCAPE": ("finditer", "\\", "\\1"),
    "sparql.engine_differences:_HINT": ("search", "a ", "if ", "|", "* ", "a*", "> "),
    "sparql.engine_differences:_SET_IN_SET": ("search", "[", "&", "-", "(?", "\\p{I"),
    "sparql.error_messages:_AT": ("match", "error at 1", "error at 1:1"),
    "sparql.error_messages:_SENTENCE": ("fullmatch", "a", "a "),
    "sparql.federation_guard:_ABSOLUTE": ("match", "a"),
    "sparql.federation_guard:_BLANKS": ("match", " "),
    "sparql.federation_guard:_BY_START": ("match", "<a", "_:a", "@a-", "'\\'", '"""\\"', "1.", "?a", '"""', "'''a''"),
    "sparql.federation_guard:_HINT": ("finditer", "SERVIC", "FRO"),
    "sparql.federation_guard:_IRI": ("match", "<", "<a", "<\\u0041"),
    "sparql.federation_guard:_LIKELY": ("search", "from", "from ", "from a", "service?a", "service ?a ", "load"),
    "sparql.federation_guard:_LINE_END": ("finditer", "\n"),
    "sparql.federation_guard:_LOCAL": ("match", "a.", "%41", ".", "\\-"),
    "sparql.federation_guard:_NUMBERS": ("match", "1", "1.", "1e"),
    "sparql.federation_guard:_PREFIX": ("match", "a", "a."),
    "sparql.federation_guard:_VARIABLE": ("match", "?a"),
    "sparql.mending:_HINT": ("search", "tru", ":dat", ":in"),
    "sparql.mending:_IN_PATTERN": ("finditer", "[", "[^", "[]", "\\", "(", "(?", "[\\]", "[a"),
    "sparql.mending:_REFERENCE": ("finditer", "$", "$1", "\\", "\\$"),
    "sparql.parsed_query:_BRACKET_ON_NEW_LINE": ("search", "\n", " \n", "\na", " "),
    "sparql.parsed_query:_ESCAPE": ("finditer", "\\", "\\u0041", "\\U0000004"),
    "sparql.parsed_query:_FORM": ("match", "#", "# \n", "PREFIX a:<x:>", "PREFIX", "BASE<a>", "VERSION '''"),
    "sparql.parsed_query:_STAR": ("match", "#", "DISTINCT ", " \n"),
    "sparql.parsed_query:_VARIABLES": ("finditer", "?a", '"""', '"""\\', "'\\'", "<a", "#", "# \n", "'''a''"),
    "sparql.parsed_query:_VARYING_BEFORE_COMMENT": ("search", "now", "now ", "now#"),
    "sparql.parsed_query:_VARYING_CALL": ("search", "now", "now ", "now#"),
    "sparql.tokens:NAME_RUN": ("finditer", "a.", "a"),
    "sparql.tokens:_TOKEN": ("match", "a.", "<a", '"""\\', '"""a"', "#", "1.", "@a-", "a:%41", "?a"),
    "sparql.tokens:_TOKEN_BUT_NAME": ("match", "a.", "<a", '"""\\', '"""a"', "#", "1.", "@a-", "?a"),
    "web.http.i18n:_DATE": ("fullmatch", "1", "2020-01-01T"),
    "web.http.i18n:_DURATION": ("fullmatch", "P1", "1"),
    "web.http.request_params:_BROKEN_ESCAPE": ("search", "%41"),
    "web.middleware.access_log:_PLAIN_PATH": ("fullmatch", "a", "/", "-.~"),
    "web.middleware.fast_path:_BROKEN": ("finditer", "%", "%4", "%41"),
    "web.pages.first_rows:_BETWEEN": ("match", ", "),
    "web.pages.first_rows:_ROWS": ("search", '"bindings"', '"bindings" ', '"bindings": '),
}
"""How each is applied, and what it might take long for. It is also tried with what is hard for others."""

CALLS = {
    "library.naming:plural",
    "library.naming:words",
    "rdf.namespaces:local_name",
    "rdf.python_values:_parse_duration",
    "rdf.python_values:_parse_moment",
    "rdf.python_values:",
    "sparql.federation_guard:_meanings",
    "web.pages.result_views:_read_term_labels",
    "web.pages.result_views:german_words",
    "web.pages.result_views:in_words",
    "web.pages.thing:_split_numbers",
    "engine.remote.dialects:Virtuoso.body",
    "engine.remote.dialects:Virtuoso.refusal",
    "engine.remote.dialects:_as_standard",
    "engine.remote.results:check_depth",
}
"""Where expressions are written in the place of their use."""

OWN = (
    "catalogue.page_placement",
    "catalogue.python_methods",
    "catalogue.query_file_parser",
    "catalogue.query_folder",
    "catalogue.validation",
    "catalogue.variables",
    "catalogue.yaml_header",
    "describe.citation",
    "ingest.",
    "push.bulk_files",
    "snapshots.written_literals",
    "sparql.tokens:_one_of",
    "web.pages.about",
)
"""What reads only the files of whoever runs the service, or is registered above by another name."""

HARD = ("a", "1", " ", "\n", "<", "'", '"', '"""', "\\", "#", ":", ".", "-", "/", "%", "(", "?", "é", "now", "<a>", "{")
METHODS = ("compile", "match", "search", "fullmatch", "finditer", "findall", "split", "sub")


@cache
def uses() -> Mapping[str, list[tuple[str, ast.Call]]]:
    """Every use of `re` in the package, by the module and the name or function that it stands in."""
    found: dict[str, list[tuple[str, ast.Call]]] = {}

    def visit(module: str, node: ast.AST, scope: list[str]) -> None:
        for child in ast.iter_child_nodes(node):
            inner = scope
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                inner = [*scope, child.name]
            elif isinstance(child, ast.Assign) and not scope:
                inner = [ast.unparse(child.targets[0])]
            if (
                isinstance(child, ast.Call)
                and isinstance(child.func, ast.Attribute)
                and ast.unparse(child.func.value) == "re"
                and child.func.attr in METHODS
            ):
                found.setdefault(f"{module}:{'.'.join(inner)}", []).append((child.func.attr, child))
            visit(module, child, inner)

    for path in PACKAGE.rglob("*.py"):
        module = path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")
        visit(module, ast.parse(path.read_text(encoding="utf-8")), [])
    return found


def test_every_expression_is_registered() -> None:
    derived = {"sparql.tokens:_TOKEN", "sparql.tokens:_TOKEN_BUT_NAME"}
    known = {*PATTERNS, *CALLS} - derived
    assert {name for name in uses() if not name.startswith(OWN)} == {name for name in known if not name.startswith(OWN)}
    assert known <= uses().keys()


def compiled(value: Any) -> Iterator[re.Pattern[Any]]:
    """The expressions in a value of a module."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Mapping):
        yield from compiled(list(value.values()))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from compiled(item)


def grow(pattern: re.Pattern[Any], method: str, units: Sequence[str]) -> None:
    def act(text: str) -> None:
        given: Any = text if isinstance(pattern.pattern, str) else text.encode()
        if method == "sub":
            pattern.sub(given[:0], given)
        elif method in ("finditer", "findall", "split"):
            deque(getattr(pattern, method)(given), 0)
        else:
            getattr(pattern, method)(given)

    for unit in units:
        for begin, end in (("", ""), (units[0], "\0")):

            def make(size: int, begin: str = begin, unit: str = unit, end: str = end) -> str:
                return begin + unit * (size // len(unit)) + end

            check_growth(act, make)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_pattern_takes_linear_time(name: str) -> None:
    module, _, attribute = name.partition(":")
    method, *units = PATTERNS[name]
    patterns = list(compiled(getattr(import_module(f"clustergraph.{module}"), attribute)))
    assert patterns
    for pattern in patterns:
        grow(pattern, method, [*units, *HARD])


@pytest.mark.parametrize("name", sorted(CALLS))
def test_a_pattern_in_its_place_takes_linear_time(name: str) -> None:
    for method, call in uses()[name]:
        literal = ast.literal_eval(call.args[0])
        grow(re.compile(literal), "fullmatch" if method == "compile" else method, HARD)
