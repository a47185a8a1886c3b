"""Texts as Turtle and SPARQL write them, between quotes and with escapes, and back."""

from __future__ import annotations

import re

_TO_ESCAPE = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def quote(text: str) -> str:
    """A text between quotes, on one line.

    >>> quote('a "b"')
    '"a \\\\"b\\\\""'
    """
    return f'"{text.translate(_TO_ESCAPE)}"'


def unquote(literal: str) -> str:
    """The text of a literal between quotes of any kind.

    >>> unquote("'''a\\\\tb'''"), unquote('""')
    ('a\\tb', '')
    """
    quotes = 3 if len(literal) >= 6 and literal[:3] in ('"""', "'''") else 1
    text = literal[quotes:-quotes]
    return _ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(match: re.Match[str]) -> str:
    if digits := match[1] or match[2]:
        code = int(digits, 16)
        return chr(code) if code <= 0x10FFFF else match[0]
    return _CONTROLS.get(match[3], match[3])
