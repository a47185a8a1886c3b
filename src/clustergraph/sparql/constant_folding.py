"""Constants written where they are used, for engines whose optimiser stumbles over variables that have but one value.

Canned queries are written with parameters that may be absent: `BIND(COALESCE(?__lang_literal, "en") AS ?in)`. With the
values known, what remains of such an expression is mostly a constant. Only plain cases are folded, and only variables
of which no sub-query speaks: there, the same name may be another variable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from clustergraph.sparql import tokens
from clustergraph.sparql.tokens import Token

MAX_FOLDED_CHARACTERS = 10_000
"""Characters of a query that is folded; a step reads all of it."""
MAX_FOLDING_STEPS = 30
"""After this many steps a query stays as it is then."""
_CONSTANT = ("string", "number", "iri", "pname")


@dataclass(frozen=True, slots=True)
class _Place:
    """A token with where it stands: its brackets from the outermost to the innermost, and whether it is bound there."""

    token: Token
    brackets: str
    in_sub_query: bool
    follows: str
    """The token before, in upper case."""

    @property
    def in_expression(self) -> bool:
        return self.brackets.endswith("f")


def fold_constants(text: str, values: Mapping[str, str]) -> str:
    """The query with each variable of `values` (terms as written in SPARQL) replaced, and what follows from that.

    >>> text = 'SELECT ?s { BIND(COALESCE(?none, "en") AS ?in) ?s ?p ?_o FILTER(LANG(?x) = ?in) }'
    >>> fold_constants(text, {"_o": "<urn:o>"})
    'SELECT ?s {  ?s ?p <urn:o> FILTER(LANG(?x) = "en") }'
    """
    if len(text) > MAX_FOLDED_CHARACTERS:
        return text
    for variable, term in values.items():
        text = _replace(text, variable, term)
    for _ in range(MAX_FOLDING_STEPS):
        before = text
        text = _simplify(text)
        if text == before:
            break
    return text


def _places(text: str) -> list[_Place]:
    places: list[_Place] = []
    brackets, sub_queries, before = "", [False], ""
    for token in tokens.tokens(text):
        word = token.text.upper()
        if word in ("}", ")", "]"):
            brackets = brackets[:-1]
            if word == "}":
                sub_queries.pop()
        places.append(_Place(token, brackets, sub_queries[-1], before))
        if word == "{":
            brackets += "{"
            sub_queries.append(sub_queries[-1])
        elif word == "(":
            # VALUES (?a ?b) and lists are no expressions; whatever stands behind a keyword or an operator is one.
            is_word = before[:1].isalpha() and before not in ("VALUES", "SELECT", "DISTINCT", "REDUCED", "BY")
            brackets += "f" if is_word or before in ("!", "&&", "||", "=", "!=", "(") or brackets[-1:] == "f" else "("
        elif word == "[":
            brackets += "["
        elif word == "SELECT" and len(sub_queries) > 1:
            sub_queries[-1] = True
        before = word
    return places


def _uses(places: list[_Place], variable: str) -> list[_Place]:
    return [place for place in places if place.token.kind == "variable" and place.token.text[1:] == variable]


def _replace(text: str, variable: str, term: str) -> str:
    """The query with the variable's value in its place, if it is only asked about, and nowhere given out or set."""
    uses = _uses(_places(text), variable)
    if any(use.in_sub_query or not use.brackets or use.brackets[-1] == "(" or use.follows == "AS" for use in uses):
        return text
    places = _places(text)
    for use in reversed(uses):
        start, end, value = use.token.start, use.token.end, term
        index = places.index(use)
        if index >= 2 and places[index - 2].token.text.upper() == "BOUND":
            start, end, value = places[index - 2].token.start, places[index + 1].token.end, "true"
        text = text[:start] + value + text[end:]
    return text


def _simplify(text: str) -> str:
    """The query after one step, or as it is."""
    places = _places(text)
    bound = {
        place.token.text[1:]
        for place in places
        if place.token.kind == "variable" and (not place.in_expression or place.follows == "AS")
    }
    for at, place in enumerate(places):
        word = place.token.text.upper()
        if word in ("COALESCE", "BOUND") and places[at + 1].token.text == "(":
            argument = places[at + 2]
            absent = argument.token.kind == "variable" and argument.token.text[1:] not in bound
            after = places[at + 3].token
            if absent and word == "BOUND":
                return text[: place.token.start] + "false" + text[after.end :]
            if absent and after.text == ",":
                return text[: argument.token.start] + text[after.end :]
            end = _constant(places, at + 2)
            if word == "COALESCE" and end is not None and places[end].token.text in (",", ")"):
                close = next(close_index for close_index in count(end) if _closes(places, close_index, place))
                value = text[argument.token.start : places[end - 1].token.end]
                return text[: place.token.start] + value + text[places[close].token.end :]
        if word == "BIND" and place.brackets == "{":
            end = _constant(places, at + 2)
            if end is not None and places[end].token.text.upper() == "AS":
                value = text[places[at + 2].token.start : places[end - 1].token.end]
                variable = places[end + 1].token.text[1:]
                without = text[: place.token.start] + text[places[end + 2].token.end :]
                replaced = _replace(without, variable, value)
                if not _uses(_places(replaced), variable):
                    return replaced
    return text


def _constant(places: list[_Place], at: int) -> int | None:
    """Where the constant that begins at this place ends; None if there is none."""
    token = places[at].token
    if token.text.lower() in ("true", "false"):
        return at + 1
    if token.kind not in _CONSTANT or (token.kind in ("iri", "pname") and places[at + 1].token.text == "("):
        return None
    after = places[at + 1].token
    if after.kind == "language":
        return at + 2
    return at + 3 if after.text == "^^" else at + 1


def _closes(places: list[_Place], at: int, opened: _Place) -> bool:
    return places[at].token.text == ")" and places[at].brackets == opened.brackets
