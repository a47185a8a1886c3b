"""The tokens of a query with its brackets: what stands in what, and which arguments a call has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from clustergraph.rdf.quoting import unquote
from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.tokens import Token

AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_CLOSERS = {"(": ")", "{": "}", "[": "]"}


class QueryTokens:
    """Tokens, and which bracket closes which, as far as they fit. `prefixes` need no declaration."""

    def __init__(self, tokens: Sequence[Token], prefixes: Mapping[str, str] = MappingProxyType({})) -> None:
        self.tokens = tokens
        self.words = [token.text.upper() if token.kind == "word" else token.text for token in tokens]
        self.closing: dict[int, int] = {}
        """By the place of a bracket, that of the one which closes it."""
        self.parent: list[int] = []
        """By the place of a token, the bracket that it stands in; -1 outside."""
        self.is_balanced = True
        """Whether each bracket is closed by one of its kind, except those that are not closed at all."""
        opened = [-1]
        for place, word in enumerate(self.words):
            if word in (")", "}", "]"):
                if len(opened) == 1:
                    self.is_balanced = False
                else:
                    self.is_balanced &= _CLOSERS[self.words[opened[-1]]] == word
                    self.closing[opened.pop()] = place
            self.parent.append(opened[-1])
            if word in _CLOSERS:
                opened.append(place)
        self.prefixes = {**prefixes}
        for before, (name, iri) in zip(self.words, pairwise(tokens[1:]), strict=False):
            if before == "PREFIX" and name.kind == "pname" and iri.kind == "iri":
                self.prefixes[name.text[:-1]] = iri.text[1:-1]

    @classmethod
    def of(cls, text: str, prefixes: Mapping[str, str] = MappingProxyType({})) -> QueryTokens:
        """Those of a text. Raises QuerySyntaxError if it cannot be read.

        >>> QueryTokens.of("ASK { ?s ?p ?o }").closing
        {1: 5}
        """
        return cls(list(syntax.tokens(text)), prefixes)

    def within(self, opened: int) -> range:
        """The places in a bracket, or in all of the query for -1."""
        return range(opened + 1, self.closing.get(opened, len(self.words)))

    def around(self, place: int) -> list[int]:
        """The brackets that the token at a place stands in, the outermost first."""
        brackets = []
        while (place := self.parent[place]) >= 0:
            brackets.append(place)
        return brackets[::-1]

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
