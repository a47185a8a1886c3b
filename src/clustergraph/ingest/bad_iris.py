"""IRIs that are none, such as those with a blank: where they are written, and what is read in their place.

Parsers end a statement at such an IRI, or drop it in silence, and none says where all of them are. So Turtle and its
kin are mended as text before a parser reads them, RDF/XML and JSON-LD as terms after a parser that does not look; the
places of these are then sought in the text.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple, cast
from urllib.parse import quote
from xml.parsers import expat

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

MARK = "urn:x-bad-iri:"
"""How what stands for a bad IRI begins where its triple is to be left out."""

MAX_IRI_CHARACTERS = 512
"""How long an IRI with characters that end one may be, to be read as one."""
_PART_BYTES = 1 << 20
_MARGIN_CHARACTERS = 2 * MAX_IRI_CHARACTERS

_ILLEGAL = re.compile(
    r"[^!#$&-;=?-Z_a-z~%\[\]\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U000efffd]|%(?![0-9A-Fa-f]{2})"
)
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+://[^/?#]*+")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PLAIN = r'[^<>"{}|^`\\%\[\]#\x00-\x20\x7f-\U0010ffff]'
_TOKEN = re.compile(
    r"""
      \\. | \"""(?:[^"\\]|\\.|"{1,2}(?!"))*+\""" | '''(?:[^'\\]|\\.|'{1,2}(?!'))*+'''
    | (?P<open>\"""|'''|"(?:[^"\\\n\r]|\\.)*+\Z|'(?:[^'\\\n\r]|\\.)*+\Z|\#[^\n\r]*+\Z)
    | "(?:[^"\\\n\r]|\\.)*+" | '(?:[^'\\\n\r]|\\.)*+' | \#[^\n\r]*+
    | <<\(? | <[=-] | <PLAIN*+(?:\#PLAIN*+)?>
    | <(?P<iri>[^\n\r]{0,512}?)>(?=[\s.;,)\]}>"<]|\Z)
    | @(?P<tag>[A-Za-z]++(?:-[A-Za-z0-9]++)*+_[A-Za-z0-9_-]*+)
    """.replace("PLAIN", _PLAIN),
    re.VERBOSE | re.DOTALL,
)
_STRING = re.compile(r'\\.|"((?:[^"\\]|\\.)*+)"')


class BadIri(NamedTuple):
    """An IRI (or a language tag) that is none, what is read in its place, `""` for nothing, and where it is written."""

    text: str
    read_as: str = ""
    line: int | None = None
    column: int | None = None


def is_valid(iri: str) -> bool:
    """Whether an absolute IRI is one.

    >>> is_valid("http://e.org/a"), is_valid("http://e.org/a page")
    (True, False)
    """
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True


def percent_encoded(iri: str) -> str:
    """The IRI with what may not stand in one percent-encoded.

    >>> percent_encoded("http://e.org/a page/{id}[1]?100%")
    'http://e.org/a%20page/%7Bid%7D%5B1%5D?100%25'
    """
    authority = _AUTHORITY.match(iri)
    start = authority.end() if authority else 0
    path, hash, fragment = iri[start:].partition("#")
    rest = path + hash + fragment.replace("#", "%23")
    rest = _ILLEGAL.sub(lambda match: quote(match[0], safe=""), rest)
    return iri[:start] + rest.replace("[", "%5B").replace("]", "%5D")


class MendedText(io.RawIOBase):
    """The text of Turtle, TriG, N3, N-Triples or N-Quads without bad IRIs; `bad` are those that it had.

    They are percent-encoded, or with `mark`, IRIs that begin with MARK stand in their place.
    """

    def __init__(self, text: io.BufferedReader[Any], mark: bool) -> None:
        self._parts = self._mend(text)
        self._rest = b""
        self._mark = mark
        self.bad: list[BadIri] = []

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part.encode()
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def _mend(self, text: io.BufferedReader[Any]) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        line, column = 1, 1  # where `rest[counted]` stands
        rest, is_end = "", False
        while not is_end:
            data = text.read(_PART_BYTES)
            is_end = not data
            rest += decoder.decode(data, is_end)
            limit = len(rest) if is_end else len(rest) - _MARGIN_CHARACTERS
            mended, done, counted = [], 0, 0
            for match in _TOKEN.finditer(rest):
                if match.start() >= limit or (match["open"] and not is_end):
                    limit = min(limit, match.start())
                    break
                new = self._replacement(match)
                if new is not None:
                    line, column = _advance(rest, counted, match.start(), line, column)
                    counted = match.start()
                    self.bad[-1] = self.bad[-1]._replace(line=line, column=column)
                    mended += [rest[done : match.start()], new]
                    done = match.end()
                limit = max(limit, match.end())
            limit = max(limit, 0)
            yield "".join([*mended, rest[done:limit]])
            line, column = _advance(rest, counted, limit, line, column)
            rest = rest[limit:]

    def _replacement(self, match: re.Match[str]) -> str | None:
        """What stands in the place of a token; None where it is good."""
        if match["tag"]:
            tag = match["tag"].replace("_", "-")
            self.bad.append(BadIri(f"@{match['tag']}", f"@{tag}"))
            return f"@{tag}"
        if match["iri"] is None:
            return None
        iri = _ESCAPE.sub(lambda escape: _character(escape[1] or escape[2]), match["iri"])
        encoded = percent_encoded(iri)
        if encoded == iri or (":" in encoded and not is_valid(encoded)):
            return None  # what is wrong with the last, the parser says
        if self._mark:
            self.bad.append(BadIri(iri))
            return f"<{MARK}{len(self.bad)}:>"
        self.bad.append(BadIri(iri, encoded))
        return f"<{encoded}>"


def _advance(text: str, start: int, end: int, line: int, column: int) -> tuple[int, int]:
    """The line and column at `end` of the text, where those at `start` are given."""
    last = text.rfind("\n", start, end)
    return line + text.count("\n", start, end), end - last if last >= 0 else column + end - start


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0xD800 or 0xDFFF < number <= 0x10FFFF else "\N{REPLACEMENT CHARACTER}"


Term = NamedNode | BlankNode | Literal | Triple


@dataclass
class TermMender:
    """Mends terms that a parser gave which does not look at IRIs and language tags; `bad` are those it met."""

    drop: bool

    def __post_init__(self) -> None:
        self._iris: dict[str, NamedNode | None] = {}
        self._tags: dict[str, str | None] = {}
        self.bad: dict[str, BadIri] = {}

    def mend(self, term: Term) -> Term | None:
        """The term, or what is read in its place; None where its triple is to be left out."""
        if isinstance(term, NamedNode):
            return self._iri(term)
        if isinstance(term, Literal):
            return self._literal(term)
        if isinstance(term, Triple):
            parts = [self.mend(part) for part in (term.subject, term.predicate, term.object)]
            return None if None in parts else Triple(*cast(Any, parts))
        return term

    def _iri(self, iri: NamedNode) -> NamedNode | None:
        text = iri.value
        if text not in self._iris:
            self._iris[text] = iri if is_valid(text) else self._instead(text, percent_encoded(text))
        return self._iris[text]

    def _instead(self, text: str, encoded: str) -> NamedNode | None:
        is_read = not self.drop and is_valid(encoded)
        self.bad[text] = BadIri(text, encoded if is_read else "")
        return NamedNode(encoded) if is_read else None

    def _literal(self, literal: Literal) -> Literal | None:
        if not literal.language:
            datatype = self._iri(literal.datatype)
            return datatype and (literal if datatype == literal.datatype else Literal(literal.value, datatype=datatype))
        tag = self._tag(literal.language)
        if tag is None or tag == literal.language:
            return literal if tag else None
        return Literal(literal.value, language=tag, direction=literal.direction)

    def _tag(self, tag: str) -> str | None:
        if tag not in self._tags:
            self._tags[tag] = next(filter(_is_tag, (tag, tag.replace("_", "-"))), None)
            if self._tags[tag] != tag:
                self.bad[tag] = BadIri(f"@{tag}", f"@{self._tags[tag]}" if self._tags[tag] else "")
        return self._tags[tag]


def _is_tag(tag: str) -> bool:
    try:
        Literal("", language=tag)
    except ValueError:
        return False
    return True


def find_in_xml(data: bytes, bad: dict[str, BadIri]) -> Iterator[BadIri]:
    """The bad IRIs of RDF/XML with their places, in the order of the text; those without one come last."""
    endings = _endings(bad)
    found: list[tuple[BadIri, int]] = []

    def start(_: str, attributes: list[str]) -> None:
        for name, value in zip(attributes[::2], attributes[1::2], strict=True):
            iri = endings.get(f"@{value.lower()}" if name.endswith("lang") else value)
            if iri is not None:
                at = parser.CurrentByteIndex
                written = data.find(value.encode(), at, at + (1 << 16))
                found.append((bad[iri], written if written >= 0 else at))

    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    with suppress(expat.ExpatError):  # the parser of RDF says what is wrong
        parser.Parse(data, True)
    yield from _with_places(data, found, bad)


def mend_json(text: str, bad: dict[str, BadIri], drop: bool) -> tuple[str, list[BadIri]]:
    """The text of JSON-LD with other IRIs in the place of bad ones, and these with their places.

    With `drop`, and where nothing can be read in the place of an IRI, that begins with MARK.
    """
    endings = _endings(bad)
    found: list[tuple[BadIri, int]] = []
    parts, done = [], 0
    for match in _STRING.finditer(text):
        if match[1] is None:
            continue
        value = _json_string(match[0])
        name = value.partition(":")[2]
        ending = next((ending for ending in (value, f"@{value}", name) if ending in endings), None)
        if not ending or ending not in endings:
            continue
        iri = bad[endings[ending]]
        found.append((iri, match.start(1)))
        is_tag = iri.text.startswith("@")
        if iri.read_as and (is_tag or not drop):
            new = iri.read_as[1:] if is_tag else percent_encoded(value)
        else:
            new = value if is_tag else f"{MARK}{len(found)}"
        parts += [text[done : match.start()], json.dumps(new, ensure_ascii=False)]
        done = match.end()
    return "".join([*parts, text[done:]]), list(_with_places(text, found, bad))


def _json_string(token: str) -> str:
    try:
        return str(json.loads(token, strict=False)) if "\\" in token else token[1:-1]
    except ValueError:
        return ""


def _endings(bad: dict[str, BadIri]) -> dict[str, str]:
    """How a bad IRI may be written, whole or relative to something, if what is bad is in that part."""
    endings: dict[str, str] = {}
    for iri in bad:
        if bad[iri].text.startswith("@"):
            endings[bad[iri].text] = iri
            continue
        for match in re.finditer(r"[/#:?]", iri):
            if _ILLEGAL.search(iri, match.end()):
                endings.setdefault(iri[match.end() :], iri)
        endings[iri] = iri
    return endings


def _with_places(text: Any, found: list[tuple[BadIri, int]], bad: dict[str, BadIri]) -> Iterator[BadIri]:
    newline = "\n" if isinstance(text, str) else b"\n"
    starts = [0]
    while (at := text.find(newline, starts[-1])) >= 0:
        starts.append(at + 1)
    for iri, place in found:
        line = bisect_right(starts, place)
        before = text[starts[line - 1] : place]
        column = len(before if isinstance(before, str) else before.decode(errors="replace")) + 1
        yield iri._replace(line=line, column=column)
    placed = {iri.text for iri, _ in found}
    yield from (iri for iri in bad.values() if iri.text not in placed)
