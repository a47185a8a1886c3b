"""A query's text, read once for all who need to know something of it.

What reads the text only for its beginning or with one expression takes time that grows with the text, about a
millisecond for a megabyte; what reads its tokens one by one takes a thousand times as long, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Generic, TypeVar

from clustergraph.sparql import federation_guard, tokens
from clustergraph.sparql.errors import EngineError, QuerySyntaxError
from clustergraph.sparql.federation_guard import References
from clustergraph.sparql.tokens import GAP, IRI, PREFIX, STRING, VARIABLE, WORD, Token

FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")

BYTE_ORDER_MARK = "\ufeff"
"""What some editors write before a text in UTF-8; it is no part of a query."""
MAX_COLUMNS_CHARACTERS = 100_000
"""How far into a text its variables are looked for, to put columns in order."""
MAX_QUICK_CHARACTERS = 4000
"""Up to this length a text without SERVICE, LOAD or FROM is read to its end in less than a millisecond."""
MAX_QUICK_GUARDED_CHARACTERS = 500
"""The same for a text with one of these words, which the guard follows in all its readings."""
MAX_TOKENS_TO_FORM = 200
"""How many tokens are looked at for the form of a query that does not begin as the grammar says."""

_DECLARATION = rf"(?i:PREFIX){GAP}(?:{PREFIX})?:{GAP}{IRI}|(?i:BASE){GAP}{IRI}|(?i:VERSION){GAP}(?:{STRING})"
_FORM = re.compile(rf"{GAP}(?:(?:{_DECLARATION}){GAP})*+(?P<word>{WORD})", re.ASCII | re.DOTALL)
_STAR = re.compile(rf"{GAP}(?:(?i:DISTINCT|REDUCED){GAP})?\*", re.ASCII)
# Whatever may have in it what looks like a variable, and variables.
_VARIABLES = re.compile(rf"{IRI}|{STRING}|\\.|\#[^\r\n]*+|[?$](?P<name>{VARIABLE.removeprefix('[?$]')})", re.DOTALL)

# A call of what differs from time to time: the bracket may stand behind comments, and then on a line of its own. A
# bracket there may also belong to something else, which costs time and no answer.
_VARYING = ("now", "rand", "uuid", "bnode")
_VARYING_CALL = re.compile(rf"(?:{'|'.join(_VARYING)})\s*+\(", re.ASCII)
_VARYING_BEFORE_COMMENT = re.compile(rf"(?:{'|'.join(_VARYING)})\s*+\#", re.ASCII)
_BRACKET_ON_NEW_LINE = re.compile(r"(?<!\s)[^\S\r\n]*+[\r\n]\s*+\(", re.ASCII)

# A pair of backslash and any other character is passed over: in `"\\\\u0041"` the second backslash is escaped itself.
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_KEEP_ESCAPED = set("\"'\\<>{}|^`#")


Value = TypeVar("Value")


class _once(Generic[Value]):
    """As `functools.cached_property`, which up to Python 3.11 takes a lock that all instances share."""

    def __init__(self, function: Callable[[Any], Value]) -> None:
        self._function = function
        self._name = function.__name__
        self.__doc__ = function.__doc__

    def __get__(self, instance: Any, owner: type) -> Value:
        value = self._function(instance)
        instance.__dict__[self._name] = value
        return value


class ParsedQuery:
    """A query's text and what it says of itself. Each thing is read when it is first needed, and then remembered.

    >>> query = ParsedQuery("PREFIX x: <urn:> SELECT * { ?s x:p ?o FILTER(?o < NOW()) }")
    >>> query.form, query.columns, query.is_repeatable
    ('SELECT', ('s', 'o'), False)
    """

    def __init__(self, original: str) -> None:
        self.original = original.removeprefix(BYTE_ORDER_MARK)
        """The query as it was given."""
        self.text = unescape(self.original)

    @property
    def form(self) -> str:
        """SELECT, CONSTRUCT, DESCRIBE or ASK, `UPDATE` for an update, or an empty string.

        >>> ParsedQuery("PREFIX select: <x:> # ASK\\n construct {} where {}").form
        'CONSTRUCT'
        """
        return self._form[0]

    @property
    def prologue(self) -> str:
        """What comes before the word that says the form: the declarations of prefixes.

        >>> ParsedQuery("PREFIX x: <urn:> ASK { ?s x:p 1 }").prologue
        'PREFIX x: <urn:> '
        """
        return self.text[: self._form[1]]

    @_once
    def _form(self) -> tuple[str, int]:
        match = _FORM.match(self.text)
        if match and (form := _form_of(match["word"])):
            return form, match.start("word")
        try:
            for token in islice(tokens.tokens(self.text), MAX_TOKENS_TO_FORM):
                if token.kind == "word" and (form := _form_of(token.text)):
                    return form, token.start
        except QuerySyntaxError:
            pass
        return "", 0

    @_once
    def star(self) -> int | None:
        """The index of the `*` of a `SELECT *`, or None if the outermost query is not one.

        >>> ParsedQuery("# *\\nSELECT DISTINCT * { }").star
        20
        """
        form, start = self._form
        match = _STAR.match(self.text, start + len(form)) if form == "SELECT" else None
        return match.end() - 1 if match else None

    @_once
    def columns(self) -> tuple[str, ...]:
        """Names of the variables in order of first appearance, for a `SELECT *`; nothing for any other query.

        >>> ParsedQuery("SELECT * { ?s ?p ?o . ?o ?q ?s }").columns, ParsedQuery("SELECT ?s { ?s ?p ?o }").columns
        (('s', 'p', 'o', 'q'), ())
        """
        if self.star is None:
            return ()
        names = (match["name"] for match in _VARIABLES.finditer(self.text, 0, MAX_COLUMNS_CHARACTERS))
        return tuple(dict.fromkeys(name for name in names if name))

    @_once
    def variables(self) -> frozenset[str]:
        """Names of all variables in the query, without `?` or `$`.

        >>> sorted(ParsedQuery("SELECT ?a { ?a ?b '?c' }").variables)
        ['a', 'b']
        """
        return frozenset(match["name"] for match in _VARIABLES.finditer(self.text) if match["name"])

    @property
    def references(self) -> References:
        """Every place where the query may reach out or name a graph.

        Raises QuerySyntaxError and EvaluationError; see `federation_guard.find_references`.
        """
        if isinstance(self._references, EngineError):
            raise self._references.with_traceback(None)
        return self._references

    @_once
    def _references(self) -> References | EngineError:
        try:
            return federation_guard.find_references(self.text)
        except EngineError as error:
            return error

    @_once
    def is_repeatable(self) -> bool:
        """Whether the query gives the same answer whenever it is asked of the same snapshot.

        One that calls NOW, RAND and their like does not, nor one that asks another service. What only looks like such
        a call, in a string, counts as one: that costs time and no answer.

        >>> ParsedQuery(r"SELECT (\\u004eOW() AS ?now) {}").is_repeatable
        False
        >>> ParsedQuery("SELECT * { ?service a dcat:DataService }").is_repeatable
        True
        """
        text, lower = self.text, self.text.lower()
        # Looking for the words first takes a fiftieth of the time of the expressions.
        if any(word in lower for word in _VARYING) and (
            _VARYING_CALL.search(lower) or (_VARYING_BEFORE_COMMENT.search(lower) and _BRACKET_ON_NEW_LINE.search(text))
        ):
            return False
        try:
            return not federation_guard.may_refer(text, ["service"]) or not self.references.reach_services
        except EngineError:
            return False

    @property
    def is_quick(self) -> bool:
        """Whether everything here is read in less than about a millisecond."""
        length = len(self.text)
        return length <= MAX_QUICK_GUARDED_CHARACTERS or (
            length <= MAX_QUICK_CHARACTERS and not federation_guard.may_refer(self.text)
        )

    @_once
    def pattern_start(self) -> int:
        """The index just behind the `{` that opens the query's outermost WHERE group. Reads the tokens up to there.

        Raises QuerySyntaxError if there is none, or if the query is a `CONSTRUCT WHERE`, whose group takes no VALUES.

        >>> query = ParsedQuery("SELECT (EXISTS {?s ?p 1} AS ?x) WHERE {?s ?p 2}")
        >>> query.text[query.pattern_start:]
        '?s ?p 2}'
        """
        depth = 0
        seen_form = ""
        template_open = 0
        template_done = False
        for token in self.tokens():
            if token.text == "(":
                depth += 1
            elif token.text == ")":
                depth -= 1
            elif not seen_form and token.kind == "word" and token.text.upper().startswith(FORMS):
                seen_form = token.text.upper()
            elif seen_form and depth == 0:
                if seen_form == "CONSTRUCT" and not template_done:
                    if token.text == "{":
                        template_open += 1
                    elif token.text == "}":
                        template_open -= 1
                        template_done = template_open == 0
                    elif template_open == 0 and token.text.upper() == "WHERE":
                        break
                elif token.text == "{":
                    return token.end
        raise QuerySyntaxError("The query has no WHERE group that parameters could be bound in.")

    def tokens(self) -> Iterator[Token]:
        """The tokens, read one by one each time. Raises QuerySyntaxError; see `tokens.tokens`."""
        return tokens.tokens(self.text)

    def locate(self, at: int) -> tuple[int, int]:
        """Line and column in the query as it was given of an index in `text`, where its escapes are resolved."""
        for match in _ESCAPE.finditer(self.original):
            if match.start() >= at:
                break
            at += len(match[0]) - len(_resolved(match))
        return tokens.position(self.original, min(at, len(self.original)))


def _form_of(word: str) -> str:
    word = word.upper()
    return next((form for form in FORMS if word.startswith(form)), "UPDATE" if word.startswith(UPDATES) else "")


def unescape(text: str) -> str:
    """The query with its \\u escapes resolved, as SPARQL 1.1 section 19.2 has it done before parsing.

    Escapes of characters that would mean something to the grammar stay: they can only stand in strings and IRIs, where
    the engine resolves them.

    >>> unescape(r"SELECT ?\\u0061 { ?s ?p '\\u0027' }")
    "SELECT ?a { ?s ?p '\\\\u0027' }"
    """
    return _ESCAPE.sub(_resolved, text) if "\\u" in text or "\\U" in text else text


def _resolved(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    code = int(digits, 16) if digits else 0
    if code <= 0x20 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or chr(code) in _KEEP_ESCAPED:
        return match[0]
    return chr(code)
