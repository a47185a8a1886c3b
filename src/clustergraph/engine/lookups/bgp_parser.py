"""Reading a simple query: patterns of statements, with paths and alternatives, and nothing that has to be computed.

What is anything else, wrong or only unusual is left to the engine, which reads all of SPARQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from clustergraph.engine.lookups.triple_index import Term, TripleIndex
from clustergraph.rdf.namespaces import RDF
from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.text_cache import remembers_short

MAX_PATTERNS = 20
"""Which one comes next is found by looking at all, so many of them are no simple query."""

# A word and the prefix of a name begin alike and are read as one: to try one and then the other takes the square of the
# time. Whatever is no token of a simple query is one character, which nothing below expects. `syntax.tokens` makes an
# object of each token, which takes longer than the whole look-up.
_WORD = rf"{syntax.PREFIX}(?::(?:{syntax.LOCAL})?)?|:(?:{syntax.LOCAL})?"
_TOKEN = re.compile(rf"{syntax.GAP}({syntax.IRI}|{_WORD}|{syntax.VARIABLE}+|[0-9]++|[^ \t\r\n#]|\Z)")
_TYPE = f"{RDF}type"


class NotALookup(LookupError):
    """The query is not read here."""


class Variable(str):
    """A variable, by its name."""

    __slots__ = ()


class Step(NamedTuple):
    """One step of a path: a predicate, perhaps against its direction, once or repeated."""

    predicate: Term
    inverse: bool = False
    repeat: str = ""
    """`*`, `+`, `?`, or once."""


Path = tuple[Step, ...]


class Pattern(NamedTuple):
    """A pattern of statements."""

    subject: Variable | Term
    predicate: Variable | Term | Path
    object: Variable | Term


class LookupQuery(NamedTuple):
    """A simple query."""

    form: str
    """`SELECT`, `ASK` or `CONSTRUCT`."""
    groups: list[list[Pattern]]
    """Patterns that belong together; more than one such group where any of them will do, as UNION has it."""
    columns: Sequence[str] = ()
    """What is selected."""
    template: Sequence[Pattern] = ()
    """What is constructed."""
    distinct: bool = False
    limit: int | None = None


def parse(query: ParsedQuery, prefixes: Mapping[str, str], statements: TripleIndex) -> LookupQuery:
    """What a query asks, with the terms of these statements.

    `prefixes` are those known without declaring them, with their colons. Raises NotALookup, other LookupErrors, or
    ValueError for what is no IRI.

    >>> from clustergraph.engine.lookups.triple_index import StoreIndex
    >>> from clustergraph.snapshots.statements import Statements
    >>> query = ParsedQuery("SELECT ?name { ex:a ex:b/ex:c ?x . ?x ex:name ?name }")
    >>> parse(query, {"ex:": "http://example.org/"}, StoreIndex(Statements(ox.Store()))).columns
    ['name']
    """
    return _Parser(query, prefixes, statements).query()


class _Parser:
    def __init__(self, query: ParsedQuery, prefixes: Mapping[str, str], statements: TripleIndex) -> None:
        self._declared = _read_prologue(query.prologue)
        self._tokens = _TOKEN.findall(query.text, len(query.prologue))  # the last one is empty
        self._at = 0
        self._prefixes = prefixes
        self._term_of_iri = statements.named
        self._variables: dict[str, None] = {}
        """In the order in which they are first named."""

    def query(self) -> LookupQuery:
        if self._accept("SELECT"):
            query = self._parse_select()
        elif self._accept("CONSTRUCT"):
            query = self._parse_construct()
        elif self._accept("ASK"):
            self._accept("WHERE")
            query = LookupQuery("ASK", self._parse_groups())
        else:
            raise NotALookup
        if query.form != "ASK" and self._accept("LIMIT"):
            query = query._replace(limit=self._parse_number())
        if self._tokens[self._at]:
            raise NotALookup
        return query

    def _parse_select(self) -> LookupQuery:
        distinct = self._accept("DISTINCT")
        columns: list[str] = []
        everything = self._accept("*")
        while not everything and self._tokens[self._at][:1] in ("?", "$"):
            columns.append(_name(self._take_token()))
        self._accept("WHERE")
        groups = self._parse_groups()
        if everything:
            columns = list(self._variables)
        if not columns or len(set(columns)) < len(columns):
            raise NotALookup
        return LookupQuery("SELECT", groups, columns, distinct=distinct)

    def _parse_construct(self) -> LookupQuery:
        if self._accept("WHERE"):
            template = self._parse_group()
            groups = [template]
        else:
            template = self._parse_group()
            self._accept("WHERE")
            groups = self._parse_groups()
        if any(isinstance(pattern.predicate, tuple) for pattern in template):
            raise NotALookup
        return LookupQuery("CONSTRUCT", groups, template=template)

    def _take_token(self) -> str:
        token: str = self._tokens[self._at]
        self._at += 1
        return token

    def _accept(self, word: str) -> bool:
        """Whether this is the next token, which is then passed."""
        token = self._tokens[self._at]
        if token != word and token.upper() != word:
            return False
        self._at += 1
        return True

    def _parse_number(self) -> int:
        token = self._take_token()
        if not token.isdecimal() or len(token) > 9:
            raise NotALookup
        return int(token)

    def _parse_groups(self) -> list[list[Pattern]]:
        """A group, or the alternatives between its braces."""
        if self._tokens[self._at : self._at + 2] != ["{", "{"]:
            return [self._parse_group()]
        self._take_token()
        groups = [self._parse_group()]
        while self._accept("UNION"):
            groups.append(self._parse_group())
        if self._take_token() != "}" or sum(map(len, groups)) > MAX_PATTERNS:
            raise NotALookup
        return groups

    def _parse_group(self) -> list[Pattern]:
        if self._take_token() != "{":
            raise NotALookup
        patterns: list[Pattern] = []
        while not self._accept("}"):
            subject = self._parse_term()
            self._add_patterns(subject, patterns)
            while self._accept(";"):
                if self._tokens[self._at] in (";", ".", "}"):
                    continue
                self._add_patterns(subject, patterns)
            if not self._accept(".") and self._tokens[self._at] != "}":
                raise NotALookup
        if not 0 < len(patterns) <= MAX_PATTERNS:
            raise NotALookup
        return patterns

    def _add_patterns(self, subject: Variable | Term, patterns: list[Pattern]) -> None:
        predicate = self._parse_predicate()
        patterns.append(Pattern(subject, predicate, self._parse_term()))
        while self._accept(","):
            patterns.append(Pattern(subject, predicate, self._parse_term()))

    def _parse_term(self) -> Variable | Term:
        token = self._take_token()
        if token[:1] in ("?", "$"):
            return self._variable(token)
        return self._node(token)

    def _variable(self, token: str) -> Variable:
        name = _name(token)
        self._variables[name] = None
        return name

    def _parse_predicate(self) -> Variable | Term | Path:
        token = self._tokens[self._at]
        if token[:1] in ("?", "$"):
            return self._variable(self._take_token())
        steps = [self._parse_step()]
        while self._accept("/"):
            steps.append(self._parse_step())
        step = steps[0]
        return step.predicate if len(steps) == 1 and not step.inverse and not step.repeat else tuple(steps)

    def _parse_step(self) -> Step:
        inverse = self._accept("^")
        token = self._take_token()
        predicate = self._term_of_iri(_TYPE) if token == "a" else self._node(token)
        repeat = self._take_token() if self._tokens[self._at] in ("*", "+", "?") else ""
        return Step(predicate, inverse, repeat)

    def _node(self, token: str) -> Term:
        if token[:1] == "<":
            return self._term_of_iri(_reject_escapes(token[1:-1]))
        prefix, colon, local = token.partition(":")
        if not colon:
            raise NotALookup
        prefix += colon
        return self._term_of_iri(_reject_escapes((self._declared.get(prefix) or self._prefixes[prefix]) + local))


@remembers_short
def _read_prologue(prologue: str) -> Mapping[str, str]:
    """The namespaces declared, by their prefixes with the colons. Most programs begin all their queries alike."""
    namespaces = {}
    tokens = list(filter(None, _TOKEN.findall(prologue)))
    if len(tokens) % 3:
        raise NotALookup
    for word, prefix, iri in zip(tokens[::3], tokens[1::3], tokens[2::3], strict=True):
        if word.upper() != "PREFIX" or prefix.find(":") != len(prefix) - 1 or not iri.startswith("<"):
            raise NotALookup
        namespaces[prefix] = ox.NamedNode(_reject_escapes(iri[1:-1])).value
    return namespaces


def _name(token: str) -> Variable:
    if len(token) == 1:
        raise NotALookup
    return Variable(token[1:])


def _reject_escapes(iri: str) -> str:
    """An IRI without escapes, of which only the engine knows what they mean."""
    if "\\" in iri:
        raise NotALookup
    return iri
