"""Reading SPARQL text just far enough: its tokens, its form, its variables, where its pattern begins.

There is no full parser here; the engine has one. Source of the tokens: SPARQL 1.1 Query, section 19.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clustergraph.sparql.errors import QuerySyntaxError

IRI = r"""<(?:[^<>"{}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>"""
STRING = (
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""'
    r"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''"
    r'|"(?:[^"\\\n\r]++|\\.)*+"'
    r"|'(?:[^'\\\n\r]++|\\.)*+'"
)
# The specification's own classes of letters; `\w` would leave some out and let others in.
_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_IN_VARIABLE = f"{_LETTERS}_0-9\u00b7\u0300-\u036f\u203f\u2040"
_IN_NAME = rf"{_IN_VARIABLE}\-"
_LOCAL_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# A name may have dots in it, not at its end. All possessive: a name can end in one place only, and trying others would
# take time without end. The same goes for comments.
PREFIX = rf"[{_LETTERS}](?:[{_IN_NAME}]++|\.++(?=[{_IN_NAME}]))*+"
LOCAL = rf"(?:[{_LETTERS}_0-9:]|{_LOCAL_ESCAPE})(?:[{_IN_NAME}:]++|{_LOCAL_ESCAPE}|\.++(?=[{_IN_NAME}:%\\]))*+"
PNAME = rf"(?:{PREFIX})?:(?:{LOCAL})?"
VARIABLE = rf"[?$][{_LETTERS}_0-9][{_IN_VARIABLE}]*"
BLANK = rf"_:[{_LETTERS}_0-9](?:[{_IN_NAME}]++|\.++(?=[{_IN_NAME}]))*+"
LANGUAGE = r"@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[A-Za-z]+)?"
NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
WORD = r"[A-Za-z][A-Za-z0-9_]*"
SPACE = r"(?:[ \t\r\n]++|\#[^\r\n]*+)++"
PUNCTUATION = r"\^\^|\|\||&&|!=|<=|>=|<<\(?|\)?>>|\{\||\|\}|[{}()\[\]<>;,.*/|^+\-=!&?~@]"

_KINDS = {
    "space": SPACE,
    "iri": IRI,
    "string": STRING,
    "blank": BLANK,
    "pname": PNAME,
    "variable": VARIABLE,
    "language": LANGUAGE,
    "number": NUMBER,
    "word": WORD,
    "punctuation": PUNCTUATION,
}


def _one_of(kinds: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in kinds.items()), re.DOTALL)


_TOKEN = _one_of(_KINDS)
_TOKEN_BUT_NAME = _one_of({name: pattern for name, pattern in _KINDS.items() if name != "pname"})
NAME_RUN = re.compile(f"[{_IN_NAME}.]+")
"""Characters of which a prefix consists. Only a run that a colon follows can be one."""

# Whatever may have in it what looks like a variable, and variables.
_VARIABLES = re.compile(rf"{IRI}|{STRING}|\\.|\#[^\r\n]*+|[?$](?P<name>{VARIABLE.removeprefix('[?$]')})", re.DOTALL)

FORMS = ("SELECT", "CONSTRUCT", "DESCRIBE", "ASK")
UPDATES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


@dataclass(frozen=True, slots=True)
class Token:
    """One token and where it starts (counting from 0)."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text` without blanks and comments, the longest match first as the specification says.

    Raises QuerySyntaxError at the first character that no token can begin with.

    >>> [token.text for token in tokens("ASK{?s a <x:y>} # why")]
    ['ASK', '{', '?s', 'a', '<x:y>', '}']
    """
    at = run_end = 0
    while at < len(text):
        # `a.b.c` without a colon is no prefix at `a`, nor at `b`: looked at once, or long runs would take n * n steps.
        found = (_TOKEN_BUT_NAME if at < run_end else _TOKEN).match(text, at)
        if found is None:
            raise unreadable(text, at)
        if found.lastgroup != "space":
            yield Token(str(found.lastgroup), found.group(), at)
        if found.lastgroup == "word" and at >= run_end:
            run = NAME_RUN.match(text, at)
            run_end = run.end() if run else at
        at = found.end()


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column, counting from 1, of the character at index `at`.

    >>> position("ab\\ncd", 4)
    (2, 2)
    """
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def index(text: str, line: int, column: int) -> int:
    """The index of a line and column that count from 1; the opposite of `position`.

    >>> index("ab\\ncd", 2, 2)
    4
    """
    before = text.split("\n", line)[: line - 1]
    return min(sum(len(one) + 1 for one in before) + column - 1, len(text))


def unreadable(text: str, at: int) -> QuerySyntaxError:
    """The error for a character that cannot begin anything."""
    line, column = position(text, at)
    what = "a string that is never closed" if text[at] in "\"'" else f"the character {text[at]!r}"
    return QuerySyntaxError(f"cannot read {what} here.", line, column)


# What nearly every query begins with, read in one go; whatever else it is, the tokens tell.
_PLAIN = re.compile(
    rf"(?:[ \t\r\n]|\#[^\r\n]*|PREFIX[ \t\r\n]+[a-z0-9_-]*:[ \t\r\n]*{IRI}|BASE[ \t\r\n]*{IRI})*+"
    r"(SELECT|CONSTRUCT|DESCRIBE|ASK)(?![^ \t\r\n{*(?$<#])",
    re.ASCII | re.IGNORECASE,
)


def form(text: str) -> str:
    """The query's form (SELECT, CONSTRUCT, DESCRIBE, ASK), `UPDATE` for an update, or an empty string.

    >>> form("PREFIX select: <x:> # ASK\\n construct {} where {}")
    'CONSTRUCT'
    """
    plain = _PLAIN.match(text)
    if plain:
        return plain[1].upper()
    try:
        for token in tokens(text):
            if token.kind == "word":
                word = token.text.upper()
                for name in FORMS:
                    if word.startswith(name):
                        return name
                if word.startswith(UPDATES):
                    return "UPDATE"
    except QuerySyntaxError:
        pass
    return ""


def variables(text: str) -> set[str]:
    """Names of all variables in the query, without `?` or `$`.

    >>> sorted(variables("SELECT ?a { ?a ?b '?c' }"))
    ['a', 'b']
    """
    return {found["name"] for found in _VARIABLES.finditer(text) if found["name"]}


def star(text: str) -> int | None:
    """The index of the `*` of a `SELECT *`, or None if the outermost query is not one.

    >>> star("# *\\nSELECT DISTINCT * { }")
    20
    """
    if "*" not in text:
        return None
    try:
        words = (token for token in tokens(text))
        for token in words:
            if token.kind == "word" and token.text.upper() in FORMS:
                if token.text.upper() != "SELECT":
                    return None
                after = next(words, None)
                if after and after.text.upper() in ("DISTINCT", "REDUCED"):
                    after = next(words, None)
                return after.start if after and after.text == "*" else None
    except QuerySyntaxError:
        pass
    return None


def columns(text: str) -> tuple[str, ...]:
    """Names of the variables in order of first appearance, for a `SELECT *`; nothing for any other query.

    >>> columns("SELECT * { ?s ?p ?o . ?o ?q ?s }")
    ('s', 'p', 'o', 'q')
    >>> columns("SELECT ?s { ?s ?p ?o }")
    ()
    """
    if star(text) is None:
        return ()
    return tuple(dict.fromkeys(found["name"] for found in _VARIABLES.finditer(text) if found["name"]))


def pattern_start(text: str) -> int:
    """The index just behind the `{` that opens the query's outermost WHERE group.

    Raises QuerySyntaxError if there is none, or if the query is a `CONSTRUCT WHERE`, whose group takes no VALUES.

    >>> text = "SELECT (EXISTS {?s ?p 1} AS ?x) WHERE {?s ?p 2}"
    >>> text[pattern_start(text):]
    '?s ?p 2}'
    """
    depth = 0
    seen_form = ""
    template_open = 0
    template_done = False
    for token in tokens(text):
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
