"""Where the embedded engine departs from SPARQL and says nothing: what to tell those whose query may be affected.

`docs/reference/engine.md` lists all departures that are known, each with a query that shows it and a way round. Those
that `mending` rewrites are not among these. Whether a query is affected is read from its tokens alone, so a note may
stand at an answer that is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from clustergraph.messages import Message, message
from clustergraph.rdf.namespaces import RDF, XSD
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.mending import MAX_MENDED_CHARACTERS, Mended, may_be_mended, mend_tokens
from clustergraph.sparql.query_tokens import AGGREGATES, QueryTokens

SENTENCES: Mapping[str, Message] = {
    "alternative-path": message(
        "A path p|q gives each pair of things once here; by the standard, a pair that both properties have counts "
        "twice. UNION gives all."
    ),
    "zero-length-path": message(
        "A path with * or ? does not reach the term that it starts from here, unless that term is in the data."
    ),
    "replace-groups": message(
        "In a replacement that REPLACE computes, $1 before a letter, digit or _ stands for no group here. Write the "
        "replacement as a text."
    ),
    "replace-empty-match": message(
        "REPLACE with a pattern that matches the empty text is an error by the standard, and replaces here."
    ),
    "regex-syntax": message(
        "A pattern has syntax here that this engine reads otherwise than XPath, or not at all: back-references, sets "
        "of characters in sets, names of blocks."
    ),
    "string-of-double": message("xsd:string of a double has no exponent here: 100000000 and not 1.0E8."),
    "condition": message(
        "A variable alone as a condition is an error here where its value is a text with a language or no valid "
        "number. Compare it with something."
    ),
    "nan": message("A comparison of NaN by < or > has no value here; by the standard it is false."),
    "boolean-order": message("true and false are not compared by < or > here."),
    "language-datatype": message("STRDT with rdf:langString gives a literal here; by the standard it has no value."),
    "bnode-text": message("BNODE of a text is the same blank node in all solutions here, not another one in each."),
    "graph-variable": message(
        "MINUS and sub-selects within GRAPH with a variable are evaluated once here, not once for each graph."
    ),
}
"""What is said of each departure, by the name that it has in the documentation."""

MAX_PATTERN_CHARACTERS = 1000
"""How long a regular expression in a query may be that is looked through."""
MAX_PATH_TOKENS = 100
"""How many tokens a path in brackets may have that is looked through."""
_HINT = re.compile(
    r"(?<!\|)\|(?!\|)|[\w>)]\s*+[*?](?!\w)|replace|regex|string|filter|if\s*+\(|nan|true|false|bnode|graph",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SET_IN_SET = re.compile(r"&&|~~|--|-\[|\[\[|\(\?[=!<]|\\[pP]\{Is")
_DISPENSABLE = re.compile(
    r"(?:\\.|\[\^?\]?[^\[\]]*+\]|\([^()]*+\)|[^\\()|])(?:[*?]|\{0(?:,[0-9]*+)?\})\??|[\^$]", re.DOTALL
)
_PATH_PARTS = ("iri", "pname")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in a query for which the engine may not answer as the standard says."""

    name: str
    """A key of `SENTENCES`, and the heading in the documentation."""
    text: Message

    @classmethod
    def named(cls, name: str) -> Difference:
        """The difference of this name."""
        return cls(name, SENTENCES[name])


def find_differences(
    text: str, form: str, prefixes: Mapping[str, str] = MappingProxyType({})
) -> tuple[Difference, ...]:
    """The departures that may touch this query, each once; none for one that cannot be read or is very long.

    >>> found = find_differences("SELECT (COUNT(*) AS ?n) { ?s <urn:p>|<urn:q> ?o }", "SELECT")
    >>> [difference.name for difference in found]
    ['alternative-path']
    """
    return adapt(text, form, prefixes)[1]


def adapt(text: str, form: str, prefixes: Mapping[str, str]) -> tuple[Mended, tuple[Difference, ...]]:
    """The query as the embedded engine is to get it, and the departures that may touch it all the same.

    See `mending.mend` and `find_differences`; its tokens are read once for both.
    """
    mendable, notable = may_be_mended(text), len(text) <= MAX_MENDED_CHARACTERS and _HINT.search(text) is not None
    if not mendable and not notable:
        return Mended(text), ()
    try:
        query = QueryTokens.of(text, prefixes)
    except QuerySyntaxError:
        return Mended(text), ()
    return (
        mend_tokens(text, query) if mendable else Mended(text),
        _find_in_tokens(query, form) if notable and query.is_balanced else (),
    )


def _find_in_tokens(query: QueryTokens, form: str) -> tuple[Difference, ...]:
    names = {*_find_in_paths(query, form), *_find_in_calls(query), *_find_in_words(query)}
    return tuple(Difference.named(name) for name in SENTENCES if name in names)


def _find_in_paths(query: QueryTokens, form: str) -> Iterator[str]:
    words = query.words
    opening = {close: opened for opened, close in query.closing.items()}
    counts = AGGREGATES & {*words} or (form == "SELECT" and not {"DISTINCT", "REDUCED"} & {*words})
    given = {
        words[place]
        for place in range(1, len(words))
        if words[place][:1] in "?$" and words[place - 1] in ("AS", "VALUES")
    }
    for place, word in enumerate(words):
        bracket = query.parent[place]
        if word == "|" and counts and not (bracket >= 0 and words[bracket] == "(" and _is_a_set(query, bracket)):
            yield "alternative-path"
        elif word in ("*", "?") and place and _is_path_end(query, opening, place - 1):
            ends = (_find_subject(words, opening, place), place + 1)
            for end in ends:
                if 0 <= end < len(words) and (
                    query.tokens[end].kind in (*_PATH_PARTS, "string", "number") or words[end] in given
                ):
                    yield "zero-length-path"


def _is_a_set(query: QueryTokens, opened: int) -> bool:
    """Whether the alternatives in this bracket are a negated set, or are repeated, so that duplicates do not count."""
    after = query.closing[opened] + 1
    return query.words[opened - 1] == "!" or query.words[after : after + 1] in (["*"], ["+"])


def _is_path_end(query: QueryTokens, opening: Mapping[int, int], place: int) -> bool:
    """Whether a property, or a path in brackets, ends here."""
    if query.words[place] == ")":
        if place not in opening:
            return False
        within = range(opening[place], place)
        return len(within) <= MAX_PATH_TOKENS and all(
            query.tokens[at].kind in _PATH_PARTS or query.words[at] in (*"()/|^!*+?", "A") for at in within
        )
    return query.tokens[place].kind in _PATH_PARTS or query.words[place] == "A"


def _find_subject(words: list[str], opening: Mapping[int, int], place: int) -> int:
    """The place before the path that has its repetition here."""
    while True:
        place -= 1
        place = opening.get(place, place) - 1
        while place >= 0 and words[place] in ("^", "!"):
            place -= 1
        if place < 0 or words[place] not in ("/", "|"):
            return place
        place -= words[place - 1] in ("*", "+", "?")


def _find_in_calls(query: QueryTokens) -> Iterator[str]:
    for place, arguments in query.calls():
        word = query.words[place]
        if word in ("REPLACE", "REGEX") and len(arguments) > 1:
            pattern = query.string(arguments[1])
            if pattern is not None and len(pattern) <= MAX_PATTERN_CHARACTERS:
                if _SET_IN_SET.search(pattern) or any(match[1] in "123456789ic" for match in _ESCAPE.finditer(pattern)):
                    yield "regex-syntax"
                if word == "REPLACE" and _may_match_nothing(pattern):
                    yield "replace-empty-match"
            if word == "REPLACE" and len(arguments) > 2 and query.string(arguments[2]) is None:
                yield "replace-groups"
        elif word == "STRDT" and len(arguments) == 2 and query.iri(query.tokens[arguments[1][0]]) == f"{RDF}langString":
            yield "language-datatype"
        elif word == "BNODE" and arguments:
            yield "bnode-text"
        elif query.iri(query.tokens[place]) == f"{XSD}string":
            yield "string-of-double"
        elif word in ("FILTER", "IF") and arguments and len(arguments[0]) == 1:
            yield from _find_condition(query, arguments[0][0])


def _may_match_nothing(pattern: str) -> bool:
    """Whether a regular expression seems to match the empty text."""
    return any(not branch.strip("()") for branch in _DISPENSABLE.sub("", pattern).split("|"))


def _find_in_words(query: QueryTokens) -> Iterator[str]:
    words = query.words
    compared = {"<", ">", "<=", ">="}
    for place, word in enumerate(words):
        around = {*words[max(0, place - 1) : place + 2]}
        if word in ("TRUE", "FALSE") and compared & around:
            yield "boolean-order"
        elif query.tokens[place].kind == "string" and "NaN" in word and compared & {*words}:
            yield "nan"
        elif word == "!" and place + 1 < len(words):
            yield from _find_condition(query, place + 1)
        elif word == "GRAPH" and words[place + 1][:1] in "?$":
            within = words[place + 2 : query.closing.get(place + 2, 0)]
            if "MINUS" in within or "SELECT" in within:
                yield "graph-variable"


def _find_condition(query: QueryTokens, place: int) -> Iterator[str]:
    """A variable that stands here alone, unless an expression of the query gives it its value."""
    name = query.words[place]
    if query.tokens[place].kind == "variable" and ("AS", name) not in pairwise(query.words):
        yield "condition"
