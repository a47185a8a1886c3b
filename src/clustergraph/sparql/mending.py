"""Rewrites a query so that the embedded engine answers as the standard says, where its own reading departs from it.

Each rewriting works on tokens and is one that the standard itself allows; `docs/reference/engine.md` lists them, and
those departures that cannot be mended here, of which `engine_differences` warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.quoting import quote, unquote
from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.errors import EngineError, QuerySyntaxError
from clustergraph.sparql.query_tokens import AGGREGATES, QueryTokens

MAX_MENDED_CHARACTERS = 100_000
"""How long a query may be that is looked through for what can be mended."""
CASTS = frozenset({"integer", "decimal", "double", "float", "boolean", "dateTime", "date", "time", "duration"})
TEXT_FUNCTIONS = frozenset({"STR", "SUBSTR", "STRBEFORE", "STRAFTER", "CONCAT", "LCASE", "UCASE", "REPLACE"})
TRIMMING = r', "^[ \t\r\n]+|[ \t\r\n]+$", "")'

_HINT = re.compile(
    "true|false|group|having|replace|coalesce|concat|xmlschema|:(?:integer|decimal|double|float|bool|date|time|dur)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\\([\\$])|\$([0-9]+)|\$")
_IN_PATTERN = re.compile(r"\\.|\[\^?\]?(?:[^\]\\]++|\\.)*+\]?|\((?!\?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text and what comes in its place."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A query after rewriting."""

    text: str
    edits: tuple[Edit, ...] = ()
    """In their order; their places are those in the query as it was."""

    def index_before(self, at: int) -> int:
        """Where the character at this index stood before; for what is new, where it was put in."""
        shift = 0
        for edit in self.edits:
            start = edit.start + shift
            if at < start:
                break
            if at < start + len(edit.text):
                return edit.start
            shift += len(edit.text) - (edit.end - edit.start)
        return at - shift

    def locate(self, error: EngineError, before: str) -> EngineError:
        """The same error; one with a line and column has those that its place has in the text as it was before."""
        if not isinstance(error, QuerySyntaxError) or error.line is None or error.column is None:
            return error
        at = self.index_before(syntax.index(self.text, error.line, error.column))
        return QuerySyntaxError(error.message, *syntax.position(before, at))


def mend(text: str, prefixes: Mapping[str, str]) -> Mended:
    """The query with what can be mended; as it is if there is nothing, or if it cannot be read.

    `prefixes` are those that it may use without declaring them.

    >>> mend("ASK { FILTER(TRUE) } HAVING(COUNT(*) > 2)", {}).text
    'ASK { SELECT (1 AS ?_group) WHERE { FILTER(true) } HAVING(COUNT(*) > 2) }'
    """
    if not may_be_mended(text):
        return Mended(text)
    try:
        return mend_tokens(text, QueryTokens.of(text, prefixes))
    except QuerySyntaxError:
        return Mended(text)


def may_be_mended(text: str) -> bool:
    """Whether it is worth while to read the tokens of a query."""
    return len(text) <= MAX_MENDED_CHARACTERS and _HINT.search(text) is not None


def mend_tokens(text: str, query: QueryTokens) -> Mended:
    """As `mend`, where the tokens of the text are read already."""
    if not query.is_balanced:
        return Mended(text)
    edits = sorted(
        (*_lower_booleans(query), *_mend_calls(query), *_group_in_sub_query(query)),
        key=lambda edit: (edit.start, edit.end),
    )
    parts, reached = [], 0
    for edit in edits:
        parts += [text[reached : edit.start], edit.text]
        reached = edit.end
    return Mended("".join([*parts, text[reached:]]), tuple(edits))


def _lower_booleans(query: QueryTokens) -> Iterator[Edit]:
    """`TRUE` as `true`: the grammar has no other word like these (SPARQL 1.1, section 19.8, note 1)."""
    for token, word in zip(query.tokens, query.words, strict=True):
        if word in ("TRUE", "FALSE") and token.kind == "word" and not token.text.islower():
            yield Edit(token.start, token.end, word.lower())


def _mend_calls(query: QueryTokens) -> Iterator[Edit]:
    for place, arguments in query.calls():
        word = query.words[place]
        name, bracket = query.tokens[place : place + 2]
        if word in ("COALESCE", "CONCAT") and name.end < bracket.start:
            yield Edit(name.end, bracket.start, "")  # the engine takes no blank there
        if word == "GROUP_CONCAT":
            yield from _concatenate_texts(query, place, arguments)
        elif word == "REPLACE" and len(arguments) in (3, 4):
            yield from _translate_replacement(query, arguments)
        elif len(arguments) == 1 and query.iri(query.tokens[place]).removeprefix(XSD) in CASTS:
            yield from _trim(query, arguments[0])


def _concatenate_texts(query: QueryTokens, place: int, arguments: list[range]) -> Iterator[Edit]:
    """GROUP_CONCAT of whatever has a text, passing over what has no value: each text with the separator before it,
    and the first of these separators cut off (SPARQL 1.1, section 18.5.1.7; Jena, RDF4J and Virtuoso agree)."""
    if not arguments or len(arguments) > 2:
        return
    expression = arguments[0]
    if query.words[expression[0]] == "DISTINCT":
        expression = expression[1:]
    separator = '" "'
    if len(arguments) == 2:
        words = [query.words[at] for at in range(arguments[1].start - 1, arguments[1].stop)]
        if words[:3] != [";", "SEPARATOR", "="] or query.string(arguments[1][2:]) is None:
            return
        separator = words[3]
    if not expression:
        return
    start, end = query.start(expression), query.end(expression)
    close = query.tokens[query.closing[place + 1]]
    yield Edit(query.tokens[place].start, query.tokens[place].start, "SUBSTR(")
    yield Edit(start, start, f"COALESCE(CONCAT({separator}, STR(")
    yield Edit(end, close.end, f')), ""); SEPARATOR=""), {len(unquote(separator)) + 1})')


def _translate_replacement(query: QueryTokens, arguments: list[range]) -> Iterator[Edit]:
    """The replacement of a REPLACE, written for XPath (F&O, section 5.6.4), as the engine understands it."""
    pattern, replacement = query.string(arguments[1]), query.string(arguments[2])
    flags = query.string(arguments[3]) if len(arguments) == 4 else ""
    if replacement is None or flags is None or "$$" in replacement or "${" in replacement:
        return  # the last two are the engine's own way to write it
    if "q" in flags:
        translated = replacement.replace("$", "$$")
    else:
        groups = None if pattern is None else sum(match[0] == "(" for match in _IN_PATTERN.finditer(pattern))
        translated = _REFERENCE.sub(lambda match: _translate_reference(match, groups), replacement)
    if translated != replacement:
        yield Edit(query.start(arguments[2]), query.end(arguments[2]), quote(translated))


def _translate_reference(match: re.Match[str], groups: int | None) -> str:
    if match[1]:
        return "$$" if match[1] == "$" else "\\"
    digits = match[2]
    if not digits:
        return "$$"
    if groups is None and len(digits) > 1:
        return match[0]
    length = len(digits)
    while length > 1 and int(digits[:length]) > (groups or 0):
        length -= 1
    return f"${{{digits[:length]}}}{digits[length:]}"


def _trim(query: QueryTokens, argument: range) -> Iterator[Edit]:
    """A text without the blanks around it, which a cast passes over (F&O, section 17.1.1)."""
    text = query.string(argument)
    start, end, first = query.start(argument), query.end(argument), argument[0]
    if text is not None:
        if text != text.strip(" \t\r\n"):
            yield Edit(start, end, quote(text.strip(" \t\r\n")))
    elif len(argument) == 1 and query.tokens[first].kind == "variable":
        variable = query.tokens[first].text
        yield Edit(start, start, "COALESCE(REPLACE(")
        yield Edit(end, end, f"{TRIMMING}, {variable})")
    elif query.words[first] in TEXT_FUNCTIONS and query.closing.get(first + 1) == argument[-1]:
        yield Edit(start, start, "REPLACE(")
        yield Edit(end, end, TRIMMING)


def _group_in_sub_query(query: QueryTokens) -> Iterator[Edit]:
    """What groups the solutions of an ASK, CONSTRUCT or DESCRIBE, in a SELECT within it (section 19.8, rule 18)."""
    words, closing = query.words, query.closing
    forms = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
    form = next((place for place, word in enumerate(words) if word in forms and query.tokens[place].kind == "word"), -1)
    if form < 0 or words[form] == "SELECT":
        return
    place = form + 1
    if words[form] == "CONSTRUCT":
        if words[place : place + 1] != ["{"] or place not in closing:
            return  # CONSTRUCT WHERE
        place = closing[place] + 1
    while place < len(words) and words[place] != "{":
        place += 1
    group_end = closing.get(place)
    if group_end is None:
        return
    end = group_end + 1
    while end < len(words) and words[end] != "VALUES":
        end = closing.get(end, end) + 1
    modifiers = words[group_end + 1 : end]
    if not modifiers or not ({"GROUP", "HAVING"} & {*modifiers} or AGGREGATES & {*modifiers}):
        return
    columns = _grouped_variables(query, group_end + 1, end) if words[form] != "ASK" else []
    selected = " ".join(columns) or "(1 AS ?_group)"
    opened, last = query.tokens[place], query.tokens[end - 1]
    yield Edit(opened.start, opened.start, f"{{ SELECT {selected} WHERE ")
    yield Edit(last.end, last.end, " }")


def _grouped_variables(query: QueryTokens, start: int, end: int) -> list[str]:
    """The variables by which the modifiers between these places group."""
    columns: dict[str, None] = {}
    grouping = False
    place = start
    while place < end:
        word = query.words[place]
        if word in ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"):
            grouping = word == "GROUP"
        elif grouping and query.tokens[place].kind == "variable":
            columns[word] = None
        elif grouping and word == "(" and query.words[query.closing[place] - 2] == "AS":
            columns[query.words[query.closing[place] - 1]] = None
        place = query.closing.get(place, place) + 1
    return list(columns)
