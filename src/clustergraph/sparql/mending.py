"""Rewrites a query so that the embedded engine answers as the standard says, where its own reading departs from it.

Each rewriting works on tokens and is one that the standard itself allows; `docs/reference/engine.md` lists them, and
those departures that cannot be mended here, of which `engine_differences` warns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.tokens import Token

MAX_MENDED_CHARACTERS = 100_000
"""How long a query may be that is looked through for what can be mended."""
AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
XSD = "http://www.w3.org/2001/XMLSchema#"
CASTS = frozenset({"integer", "decimal", "double", "float", "boolean", "dateTime", "date", "time", "duration"})
TEXT_FUNCTIONS = frozenset({"STR", "SUBSTR", "STRBEFORE", "STRAFTER", "CONCAT", "LCASE", "UCASE", "REPLACE"})
TRIMMING = r', "^[ \t\r\n]+|[ \t\r\n]+$", "")'

_CLOSERS = {"(": ")", "{": "}", "[": "]"}
_HINT = re.compile(
    "true|false|group|having|replace|coalesce|concat|xmlschema|:(?:integer|decimal|double|float|bool|date|time|dur)",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
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


def mend(text: str, prefixes: Mapping[str, str]) -> Mended:
    """The query with what can be mended; as it is if there is nothing, or if it cannot be read.

    `prefixes` are those that it may use without declaring them.

    >>> mend("ASK { FILTER(TRUE) } HAVING(COUNT(*) > 2)", {}).text
    'ASK { SELECT (1 AS ?_group) WHERE { FILTER(true) } HAVING(COUNT(*) > 2) }'
    """
    if len(text) > MAX_MENDED_CHARACTERS or not _HINT.search(text):
        return Mended(text)
    try:
        query = QueryTokens(text, prefixes)
    except QuerySyntaxError:
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


class QueryTokens:
    """The tokens of a query, with where each bracket is closed.

    Raises QuerySyntaxError if it cannot be read, or closes brackets that are not open.
    """

    def __init__(self, text: str, prefixes: Mapping[str, str] = {}) -> None:
        self.tokens = list(syntax.tokens(text))
        self.words = [token.text.upper() if token.kind == "word" else token.text for token in self.tokens]
        self.closing: dict[int, int] = {}
        """By the place of a bracket, that of the one which closes it."""
        opened: list[int] = []
        for place, word in enumerate(self.words):
            if word in _CLOSERS:
                opened.append(place)
            elif word in _CLOSERS.values():
                if not opened or _CLOSERS[self.words[opened[-1]]] != word:
                    raise QuerySyntaxError("a bracket is closed that is not open.")
                self.closing[opened.pop()] = place
        self.prefixes = {**prefixes}
        for before, (name, iri) in zip(self.words, pairwise(self.tokens[1:]), strict=False):
            if before == "PREFIX" and name.kind == "pname" and iri.kind == "iri":
                self.prefixes[name.text[:-1]] = iri.text[1:-1]

    def calls(self) -> Iterator[tuple[int, list[range]]]:
        """Every name with brackets behind it, and its arguments, each as the places of its tokens."""
        for place in range(len(self.tokens) - 1):
            if self.words[place + 1] == "(" and self.tokens[place].kind in ("word", "pname", "iri"):
                close = self.closing.get(place + 1)
                if close is not None:
                    yield place, self._arguments(place + 1, close)

    def _arguments(self, opened: int, close: int) -> list[range]:
        arguments, start, place = [], opened + 1, opened + 1
        while place < close:
            if self.words[place] in (",", ";"):
                arguments.append(range(start, place))
                start = place + 1
            place = self.closing.get(place, place) + 1
        return [*arguments, range(start, close)] if close > opened + 1 else []

    def iri(self, token: Token) -> str:
        """The IRI that a token means; empty if it is none or its prefix is unknown."""
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        return self.prefixes[prefix] + local if token.kind == "pname" and prefix in self.prefixes else ""

    def string(self, argument: range) -> str | None:
        """The text of an argument that is one plain string; None if it is anything else."""
        token = self.tokens[argument[0]] if len(argument) == 1 else None
        return unquote(token.text) if token is not None and token.kind == "string" else None

    def start(self, argument: range) -> int:
        """The index at which an argument begins."""
        return self.tokens[argument[0]].start

    def end(self, argument: range) -> int:
        """The index behind an argument."""
        return self.tokens[argument[-1]].end


def unquote(literal: str) -> str:
    """The text of a string as SPARQL writes it.

    >>> unquote("'''a\\\\tb'''"), unquote('""')
    ('a\\tb', '')
    """
    quotes = 3 if len(literal) >= 6 and literal[:3] in ('"""', "'''") else 1
    return _ESCAPE.sub(_unescape, literal[quotes:-quotes])


def _unescape(match: re.Match[str]) -> str:
    if digits := match[1] or match[2]:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else match[0]
    return _ESCAPED.get(match[3], match[3])


def quote(text: str) -> str:
    """A text as SPARQL writes it, on one line."""
    for character, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(character, escape)
    return f'"{text}"'


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
