"""The guard: no query reaches out to an address that nobody allowed.

The engine would follow `SERVICE` and `LOAD` anywhere. It also reads SPARQL more freely than the specification:
`SERVICEex:a` and `trueSERVICE<x>` are federated calls to it, and it takes `<` for "less than" wherever an operator
may stand, so that in `FILTER(?a<'x>') SERVICE <y> {} FILTER(?b<'z>')` one reader sees a string and another a call.
So the guard does not decide on one reading: it follows every way the text can be cut into tokens and refuses if any
of them holds a call. A text that no way leads through to its end is no query, and is refused too. Each position is
looked at once, and what a look found out is kept, so the time stays linear however the text is made.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyoxigraph as ox

from clustergraph.sparql import tokens
from clustergraph.sparql.errors import EvaluationError, OutsideAddress

# Every word the grammar knows (SPARQL 1.1, section 19.8, and the engine's own additions). A run of letters that
# begins with none of them is not a reading of the text.
WORDS = """
    BASE PREFIX VERSION SELECT DISTINCT REDUCED AS CONSTRUCT WHERE DESCRIBE ASK FROM NAMED GROUP BY HAVING ORDER ASC
    DESC LIMIT OFFSET VALUES LOAD SILENT INTO TO CLEAR DROP CREATE ADD MOVE COPY INSERT DATA DELETE WITH USING
    DEFAULT ALL GRAPH OPTIONAL SERVICE LATERAL BIND UNDEF MINUS UNION FILTER A IN NOT EXISTS TRUE FALSE COUNT SUM
    MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR STR LANG LANGMATCHES LANGDIR STRLANGDIR HASLANG HASLANGDIR DATATYPE
    BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS
    STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256
    SHA384 SHA512 COALESCE IF STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX SUBSTR REPLACE
    TRIPLE SUBJECT PREDICATE OBJECT ISTRIPLE ADJUST E
""".split()  # noqa: SIM905 - a list of lone words is easier to read and to compare with the grammar
# Of `GROUP_CONCAT` and `GROUP` both may be meant, so each word that fits is a reading of its own.
_WORDS = frozenset(WORDS)
_LENGTHS = {
    letter: sorted({len(word) for word in WORDS if word[0] == letter}) for letter in {word[0] for word in WORDS}
}
_IRI = re.compile(tokens.IRI)
_VARIABLE = re.compile(tokens.VARIABLE)
_LOCAL = re.compile(f"(?:{tokens.LOCAL})?")
_PREFIX = re.compile(tokens.PREFIX)
_BLANKS = re.compile(r"[ \t\r\n]+")
_LINE_END = re.compile(r"[\r\n]")
_NUMBERS = [
    re.compile(r"[0-9]++"),
    re.compile(r"[0-9]*+\.[0-9]++"),
    re.compile(r"(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)[eE][+-]?[0-9]++"),
]
_BY_START = {
    "<": [_IRI],
    "_": [re.compile(tokens.BLANK)],
    # The engine reads a tag as far as it goes, so `"x"@enSERVICE` is one tag here too.
    "@": [re.compile(tokens.LANGUAGE)],
    **{quote: [re.compile(tokens.STRING, re.DOTALL)] for quote in "\"'"},
    **{mark: [_VARIABLE] for mark in "?$"},
    **dict.fromkeys(".0123456789", _NUMBERS),
}
_PUNCTUATION = frozenset("{}()[]<>;,.*/|^+-=!&?~@")
_HINT = re.compile("SERVICE|LOAD|FROM", re.IGNORECASE)
_DECLARES = frozenset("BbPp")
_OPENERS = {letter: tuple(word for word in ("SERVICE", "LOAD", "FROM") if word[0] == letter) for letter in "SLF"}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
LONGEST = 100_000
"""Characters of a text that is followed in all its readings. That takes about a microsecond for each, in which nobody
else's request goes on; a text without one of the words is not followed, and may be as long as it likes."""
_BASE = " base"
"""The key of the base IRI among the prefixes, none of which can have a blank in it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A place where a query would reach out, or may name a graph."""

    keyword: str
    address: str
    start: int
    declared: bool = True
    """Whether the address is more than a prefixed name whose prefix nobody declared. To the engine that is no name, so
    `from:x` can be `FROM :x` only where `:` is a prefix."""


def calls(text: str, prefixes: Mapping[str, str] = MappingProxyType({})) -> list[Call]:
    """Every SERVICE, LOAD, FROM and FROM NAMED of the text, under any reading of it, with its address.

    `prefixes` are those the engine knows besides the ones that the text declares. Raises QuerySyntaxError if the text
    cannot be read to its end, EvaluationError if it has such a word and is longer than `LONGEST`.

    >>> [call.address for call in calls("SELECT * { SERVICE <https://a.example/> { ?s ?p 'SERVICE <b:> {' } }")]
    ['https://a.example/']
    """
    if text.isascii() and not any(word in text.lower() for word in ("service", "load", "from")):
        return []  # the quick way to say what the next line says
    hints = [hint.start() for hint in _HINT.finditer(text)]
    if not hints:
        return []
    walk = _Walk(text)
    # Wherever the word stands: most texts that have it have no address behind it, and need no walk.
    openings = {at: here for at in hints if (here := list(walk.openings(at)))}
    if not openings:
        return []
    if len(text) > LONGEST:
        raise EvaluationError(
            f"A query with SERVICE, LOAD or FROM may have {LONGEST:,} characters; this one has {len(text):,}. Name "
            "graphs with the parameters default-graph-uri and named-graph-uri instead of FROM, or ask in parts."
        )
    found: list[tuple[str, int, int, int]] = []
    declared: list[tuple[str, str]] = []
    names, head = walk.prologue(dict(prefixes))
    reached, seen, furthest = [0], bytearray(len(text) + 1), 0
    while reached:
        at = reached.pop()
        if seen[at]:
            continue
        seen[at] = 1
        furthest = max(furthest, at)
        found.extend((keyword, at, start, end) for keyword, start, end in openings.get(at, ()))
        if at >= head and text[at : at + 1] in _DECLARES and (declaration := walk.declaration(at)):
            declared.append(declaration[:2])
        reached.extend(end for end in walk.ends(at) if not seen[end])
    if not seen[len(text)]:
        raise tokens.unreadable(text, furthest)
    return [
        Call(keyword, address, at, declared=bool(meanings))
        for keyword, at, start, end in sorted(found, key=lambda one: one[1])
        for meanings in [_meanings(text[start:end], names, declared)]
        for address in meanings or [text[start:end]]
    ]


class _Walk:
    """The ways on from a position of the text, each found in constant time once long stretches are known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_ends = [found.start() for found in _LINE_END.finditer(text)]
        self._after_space: dict[int, int] = {}
        self._after_local: dict[int, int] = {}
        # Where a run of name characters begins that ends right before this colon.
        self._run_start = {
            found.end(): found.start() for found in tokens.NAME_RUN.finditer(text) if text.startswith(":", found.end())
        }
        self._colons = sorted(self._run_start)

    def ends(self, at: int) -> Iterator[int]:
        """Where the tokens that may begin here end."""
        if at >= len(self.text):
            return
        letter = self.text[at]
        if letter in " \t\r\n#":
            yield self.space(at)
            return
        if letter in _PUNCTUATION and not (letter == "?" and _VARIABLE.match(self.text, at)):
            yield at + 1
        for pattern in _BY_START.get(letter, ()):
            if found := pattern.match(self.text, at):
                yield found.end()
        if lengths := _LENGTHS.get(letter.upper()):
            letters = self.text[at : at + lengths[-1]].upper()
            for length in lengths:
                if length <= len(letters) and letters[:length] in _WORDS:
                    yield at + length
        if (letter == ":" or letter.isalpha() or letter > "\x7f") and (end := self.name(at)) is not None:
            yield end

    def openings(self, at: int) -> Iterator[tuple[str, int, int]]:
        """The calls that may begin here: keyword, start and end of the address."""
        for word in _OPENERS.get(self.text[at : at + 1].upper(), ()):
            after = self.word(word, at)
            if after is None:
                continue
            further = self.word("NAMED" if word == "FROM" else "SILENT", after)
            for keyword, start in ((word, after), (f"{word} NAMED" if word == "FROM" else word, further)):
                if start is None:
                    continue
                end = self.address(start)
                if end is None and word == "SERVICE" and (variable := _VARIABLE.match(self.text, start)):
                    end = variable.end()
                if end is not None and (word != "SERVICE" or self.text.startswith("{", self.space(end))):
                    yield keyword, start, end

    def prologue(self, names: dict[str, str]) -> tuple[dict[str, str], int]:
        """`names` with the declarations that the text begins with, and where they end.

        Nothing in a prologue can be read in two ways, so the last declaration of a prefix counts.
        """
        at = self.space(0)
        while declaration := self.declaration(at):
            name, iri, at = declaration
            names[name] = _absolute(iri, names.get(_BASE))
            at = self.space(at)
        return names, at

    def declaration(self, at: int) -> tuple[str, str, int] | None:
        """The prefix (or `_BASE`) that is declared here, its IRI as written, and the end."""
        after = self.word("BASE", at)
        name = _BASE
        if after is None:
            after = self.word("PREFIX", at)
            if after is None:
                return None
            found = _PREFIX.match(self.text, after)
            name = found.group() if found else ""
            after += len(name)
            if not self.text.startswith(":", after):
                return None
            after = self.space(after + 1)
        iri = _IRI.match(self.text, after)
        return (name, iri.group()[1:-1], iri.end()) if iri else None

    def word(self, word: str, at: int) -> int | None:
        """Where the next token begins if the word stands here."""
        return self.space(at + len(word)) if self.text[at : at + len(word)].upper() == word else None

    def address(self, at: int) -> int | None:
        """The end of the IRI or prefixed name that begins here."""
        iri = _IRI.match(self.text, at)
        return iri.end() if iri else self.name(at)

    def name(self, at: int) -> int | None:
        """The end of the prefixed name that begins here."""
        colon = at
        if not self.text.startswith(":", at):
            index = bisect_left(self._colons, at)
            if index == len(self._colons):
                return None
            colon = self._colons[index]
            if self._run_start[colon] > at or self.text[colon - 1] == "." or not _PREFIX.match(self.text[at]):
                return None
        if colon not in self._after_local:
            local = _LOCAL.match(self.text, colon + 1)
            self._after_local[colon] = local.end() if local else colon + 1
        return self._after_local[colon]

    def space(self, at: int) -> int:
        """The end of the blanks and comments that begin here."""
        passed = []
        while at < len(self.text):
            if at in self._after_space:
                at = self._after_space[at]
                break
            if self.text[at] == "#":
                passed.append(at)
                index = bisect_left(self._line_ends, at)
                at = self._line_ends[index] if index < len(self._line_ends) else len(self.text)
            elif blanks := _BLANKS.match(self.text, at):
                at = blanks.end()
            else:
                break
        self._after_space.update(dict.fromkeys(passed, at))
        return at


def _meanings(address: str, names: Mapping[str, str], declared: Collection[tuple[str, str]]) -> list[str]:
    """The IRIs that an address in the text may mean; a variable stays as it is.

    Nothing for a prefix that is not declared.
    An update may declare prefixes anew between its operations; those are in `declared`, and each of them counts.
    """
    if address[0] in "?$":
        return [address]
    bases = [names.get(_BASE), *(_absolute(iri, names.get(_BASE)) for name, iri in declared if name == _BASE)]
    if address[0] == "<":
        return list(dict.fromkeys(_absolute(address[1:-1], base) for base in bases))
    prefix, _, local = address.partition(":")
    local = re.sub(r"\\(.)", r"\1", local)
    spaces = [names[prefix]] if prefix in names else []
    spaces += [_absolute(iri, base) for name, iri in declared if name == prefix for base in bases]
    return [f"{space}{local}" for space in dict.fromkeys(spaces)]


def _absolute(iri: str, base: str | None) -> str:
    """The IRI resolved against the base as the engine itself does it."""
    if not base or (_ABSOLUTE.match(iri) and "\\" not in iri):
        return iri
    try:
        (statement,) = ox.parse(f"<{iri}> <x:p> <x:o> .", format=ox.RdfFormat.TURTLE, base_iri=base)
    except (SyntaxError, ValueError):
        return iri  # the engine will not take it either
    return statement.subject.value if isinstance(statement.subject, ox.NamedNode) else iri


def check(
    text: str,
    *,
    graphs: Collection[str],
    allowed: Collection[str] = (),
    prefixes: Mapping[str, str] = MappingProxyType({}),
) -> list[Call]:
    """Let the query pass and tell which graphs and addresses it names, or raise OutsideAddress.

    `graphs` are the named graphs that FROM may name, `allowed` the addresses that SERVICE and LOAD may reach, to the
    letter.

    >>> [call.address for call in check("SELECT * FROM <urn:g> { ?s ?p ?o }", graphs={"urn:g"})]
    ['urn:g']
    """
    found = [call for call in calls(text, prefixes) if call.declared]
    for call in found:
        if call.address in (graphs if call.keyword.startswith("FROM") else allowed):
            continue
        line, column = tokens.position(text, call.start)
        where = f"Line {line}, column {column}: "
        if call.keyword.startswith("FROM"):
            raise OutsideAddress(
                f"{where}no graph <{call.address}> here, and this service fetches none from elsewhere. "
                "`SELECT DISTINCT ?g { GRAPH ?g {} }` lists the graphs there are.",
                call.address,
                call.keyword,
            )
        raise OutsideAddress(
            f"{where}{call.keyword} {call.address} would reach out to another service, which this one does not do. "
            "Whoever runs it may allow single addresses (setting `allow`).",
            call.address,
            call.keyword,
        )
    return found
