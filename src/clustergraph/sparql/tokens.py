"""Reading SPARQL text just far enough: its tokens, and places in it. See `parsed_query` for what they say.

There is no full parser here; the engine has one. Source of the tokens: SPARQL 1.1 Query, section 19.8.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from clustergraph.sparql.errors import QuerySyntaxError

IRI = r"""<(?:[^<>"{}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>"""
STRING = (
    r'"""(?:[^"\\]++|\\.|"{1,2}+(?!"))*+"""'
    r"|'''(?:[^'\\]++|\\.|'{1,2}+(?!'))*+'''"
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
GAP = rf"(?:{SPACE})?+"
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
NAME_CHARACTER = f"[{_IN_NAME}.]"
NAME_RUN = re.compile(f"{NAME_CHARACTER}+")
"""Characters of which a prefix consists. Only a run that a colon follows can be one."""


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
        match = (_TOKEN_BUT_NAME if at < run_end else _TOKEN).match(text, at)
        if match is None:
            raise unreadable(text, at)
        if match.lastgroup != "space":
            yield Token(str(match.lastgroup), match.group(), at)
        if match.lastgroup == "word" and at >= run_end:
            run = NAME_RUN.match(text, at)
            run_end = run.end() if run else at
        at = match.end()


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
    return min(sum(len(previous_line) + 1 for previous_line in before) + column - 1, len(text))


def unreadable(text: str, at: int) -> QuerySyntaxError:
    """The error for a character that cannot begin anything."""
    line, column = position(text, at)
    culprit = "a string that is never closed" if text[at] in "\"'" else f"the character {text[at]!r}"
    return QuerySyntaxError(f"cannot read {culprit} here.", line, column)
