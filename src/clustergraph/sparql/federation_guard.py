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
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
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
_NAME = tokens.NAME_CHARACTER
# One of the words with what may be an address behind it; a name of more than 40 characters is not read to its colon.
_LIKELY = re.compile(
    r"(?:SERVICE|LOAD|FROM)[ \t\r\n]*+(?:[<:#]|NAMED|SILENT"
    rf"|[?$]{_NAME}{{0,40}}+(?:[ \t\r\n]*+[{{#]|{_NAME})|{_NAME}{{0,40}}+(?::|{_NAME}))",
    re.IGNORECASE,
)
UNKNOWN_GRAPH = (
    "graph <{}> here, and this service fetches none from elsewhere. "
    "`SELECT DISTINCT ?g {{ GRAPH ?g {{}} }}` lists the graphs there are."
)
_DECLARES = frozenset("BbPp")
_OPENERS = {letter: tuple(word for word in ("SERVICE", "LOAD", "FROM") if word[0] == letter) for letter in "SLF"}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
MAX_GUARDED_CHARACTERS = 30_000
"""How long a text may be that is followed in all its readings, which takes up to five microseconds for each character;
a text without one of the words is not followed, and may be longer."""
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


@dataclass(frozen=True, slots=True)
class References:
    """The places of a text that reach out or name a graph, under any reading of it."""

    text: str = ""
    places: Sequence[tuple[str, int, str]] = ()
    """For each its keyword, where it starts, and the address as written."""
    prologue: Mapping[str, str] = field(default_factory=dict)
    """The prefixes that the text begins with."""
    declared: Collection[tuple[str, str]] = ()
    """Prefixes declared further on, as an update may."""

    @property
    def reach_services(self) -> bool:
        """Whether another service is to answer a part."""
        return any(keyword == "SERVICE" for keyword, _, _ in self.places)

    def calls(self, prefixes: Mapping[str, str] = MappingProxyType({})) -> Iterator[Call]:
        """The places with the addresses that they may mean. `prefixes` are known besides those the text declares."""
        names = {**prefixes, **self.prologue}
        meanings: dict[str, list[str]] = {}
        for keyword, at, address in self.places:
            if address not in meanings:
                meanings[address] = _meanings(address, names, self.declared)
            iris = meanings[address]
            for iri in iris or [address]:
                yield Call(keyword, iri, at, declared=bool(iris))


_NO_REFERENCES = References()


def may_refer(text: str, words: Collection[str] = ("service", "load", "from")) -> bool:
    """Whether the text has one of the words that reach out or name a graph, if only in a string."""
    if not text.isascii():  # in these letters an expression that ignores case sees `i` and `s`
        text = text.replace("ı", "i").replace("İ", "i").replace("ſ", "s")
    lower = text.lower()
    return any(word in lower for word in words)


def find_references(text: str) -> References:
    """Every SERVICE, LOAD, FROM and FROM NAMED of the text, under any reading of it, with its address.

    Raises QuerySyntaxError if the text cannot be read to its end, EvaluationError if it is longer than
    `MAX_GUARDED_CHARACTERS` and may have such a place.

    >>> find_references("SELECT * { SERVICE <https://a.example/> { ?s ?p 'SERVICE <b:> {' } }").places
    [('SERVICE', 11, '<https://a.example/>')]
    """
    if not may_refer(text):
        return _NO_REFERENCES
    if len(text) > MAX_GUARDED_CHARACTERS:
        if not _LIKELY.search(text):
            return References()
        raise EvaluationError(
            f"A query with SERVICE, LOAD or FROM may have {MAX_GUARDED_CHARACTERS:,} characters; this one has "
            f"{len(text):,}. Name graphs with the parameters default-graph-uri and named-graph-uri instead of FROM, or "
            "ask in parts."
        )
    walk = _Walk(text)
    # Wherever the word stands: most texts that have it have no address behind it, and need no walk.
    hints = (hint.start() for hint in _HINT.finditer(text))
    openings = {at: calls for at in hints if (calls := list(walk.openings(at)))}
    if not openings:
        return References()
    places: list[tuple[str, int, str]] = []
    declared: dict[tuple[str, str], None] = {}
    prologue, head = walk.prologue()
    pending, visited, furthest = [0], bytearray(len(text) + 1), 0
    while pending:
        at = pending.pop()
        if visited[at]:
            continue
        visited[at] = 1
        furthest = max(furthest, at)
        places.extend((keyword, at, text[start:end]) for keyword, start, end in openings.get(at, ()))
        if at >= head and text[at : at + 1] in _DECLARES and (declaration := walk.declaration(at)):
            declared[declaration[:2]] = None
        pending.extend(end for end in walk.ends(at) if not visited[end])
    if not visited[len(text)]:
        raise tokens.unreadable(text, furthest)
    return References(text, sorted(places, key=itemgetter(1)), prologue, declared)


class _Walk:
    """The ways on from a position of the text, each found in constant time once long stretches are known."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line_ends = [match.start() for match in _LINE_END.finditer(text)]
        self._after_space: dict[int, int] = {}
        self._after_local: dict[int, int] = {}
        # Where a run of name characters begins that ends right before this colon.
        self._run_start = {
            match.end(): match.start() for match in tokens.NAME_RUN.finditer(text) if text.startswith(":", match.end())
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
            if match := pattern.match(self.text, at):
                yield match.end()
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

    def prologue(self) -> tuple[dict[str, str], int]:
        """The declarations that the text begins with, and where they end.

        Nothing in a prologue can be read in two ways, so the last declaration of a prefix counts.
        """
        names: dict[str, str] = {}
        at = self.space(0)
        while declaration := self.declaration(at):
            name, iri, at = declaration
            names[name] = _resolve(iri, names.get(_BASE))
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
            prefix = _PREFIX.match(self.text, after)
            name = prefix.group() if prefix else ""
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
    bases = [names.get(_BASE), *(_resolve(iri, names.get(_BASE)) for name, iri in declared if name == _BASE)]
    if address[0] == "<":
        return list(dict.fromkeys(_resolve(address[1:-1], base) for base in bases))
    prefix, _, local = address.partition(":")
    local = re.sub(r"\\(.)", r"\1", local)
    spaces = [names[prefix]] if prefix in names else []
    spaces += [_resolve(iri, base) for name, iri in declared if name == prefix for base in bases]
    return [f"{space}{local}" for space in dict.fromkeys(spaces)]


def _resolve(iri: str, base: str | None) -> str:
    """The IRI resolved against the base as the engine itself does it."""
    if not base or (_ABSOLUTE.match(iri) and "\\" not in iri):
        return iri
    try:
        (statement,) = ox.parse(f"<{iri}> <x:p> <x:o> .", format=ox.RdfFormat.TURTLE, base_iri=base)
    except (SyntaxError, ValueError):
        return iri  # the engine will not take it either
    return statement.subject.value if isinstance(statement.subject, ox.NamedNode) else iri


def check(
    references: References,
    *,
    graphs: Collection[str],
    allowed: Collection[str] = (),
    prefixes: Mapping[str, str] = MappingProxyType({}),
) -> list[Call]:
    """Let the query pass and tell which graphs and addresses it names, or raise OutsideAddress.

    `graphs` are the named graphs that FROM may name, `allowed` the addresses that SERVICE and LOAD may reach, to the
    letter.

    >>> references = find_references("SELECT * FROM <urn:g> { ?s ?p ?o }")
    >>> [call.address for call in check(references, graphs={"urn:g"})]
    ['urn:g']
    """
    passed: list[Call] = []
    for call in references.calls(prefixes):
        if not call.declared:
            continue
        if call.address in (graphs if call.keyword.startswith("FROM") else allowed):
            passed.append(call)
            continue
        line, column = tokens.position(references.text, call.start)
        reason = (
            f"{call.keyword} {call.address} would reach out to another service, which this one does not do. "
            "Whoever runs it may allow single addresses (setting `allow`)."
        )
        if call.keyword.startswith("FROM"):
            reason = f"no {UNKNOWN_GRAPH.format(call.address)}"
        raise OutsideAddress(f"Line {line}, column {column}: {reason}", call.address, call.keyword)
    return passed
