"""Why a query is none, where the engine's parser names only the place up to which it read: a bracket, or the end.

What is looked for here are the mistakes that people make. Each is found from the tokens alone, and only after the
parser refused the query, so a guess costs a sentence and no answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from clustergraph.sparql.query_tokens import AGGREGATES, QueryTokens
from clustergraph.sparql.tokens import Token

Reason = tuple[str, Token]
"""What is wrong, and where."""

MAX_SHOWN_CHARACTERS = 40
"""How much of a token a message shows."""
_TERMS = ("variable", "iri", "pname", "blank", "string", "number")
_OPERATORS = {"AND": "&&", "OR": "||", "<>": "!=", "LIKE": "REGEX or CONTAINS", "=": "a single ="}
_AFTER = {
    "FILTER": "the condition of FILTER stands in brackets, as in FILTER(?x > 1)",
    "OPTIONAL": "after OPTIONAL comes a group in braces",
    "MINUS": "after MINUS comes a group in braces",
    "UNION": "after UNION comes a group in braces",
    "GRAPH": "after GRAPH comes the name of a graph or a variable, and then a group in braces",
    "WHERE": "after WHERE comes a group in braces",
    "GROUP": "BY is missing after GROUP",
    "ORDER": "BY is missing after ORDER",
    "LIMIT": "after LIMIT comes a whole number",
    "OFFSET": "after OFFSET comes a whole number",
    "PREFIX": "a prefix ends in a colon, as in PREFIX ex: <http://example.org/>",
    "VALUES": "after VALUES come a variable, or several in brackets, and then their values in braces",
}
"""What to say of a token that does not fit behind such a word."""
_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET")


def find_reason(
    tokens: Sequence[Token], culprit: int | None, reason: str, prefixes: Mapping[str, str]
) -> Reason | None:
    """Why the token at the place `culprit` does not fit, or the end of the query does not; None if nothing is known.

    `reason` is what the parser says. `prefixes` need no declaration.
    """
    query = QueryTokens(tokens)
    finders = (_find_in_values, _find_in_binds, _find_in_selects)
    if culprit is None or query.words[culprit] in ("}", ")"):
        for found in (found for finder in finders for found in finder(query, culprit, reason)):
            return found
    if culprit is None:
        return None
    sentence = _explain_token(query, culprit, prefixes)
    if not sentence or sentence.startswith("the prefix"):
        return (f"{sentence}.", tokens[culprit]) if sentence else None
    return f"did not expect `{shorten(tokens[culprit].text)}` here: {sentence}.", tokens[culprit]


def _find_in_values(query: QueryTokens, culprit: int | None, _reason: str) -> Iterator[Reason]:
    """Rows of VALUES that are longer or shorter than the list of variables."""
    for place, word in enumerate(query.words):
        if word != "VALUES" or query.words[place + 1 : place + 2] != ["("] or (culprit is not None and place > culprit):
            continue
        variables = len(query.within(place + 1))
        block = query.closing.get(place + 1, -2) + 1
        for row in query.within(block) if query.words[block : block + 1] == ["{"] else ():
            if query.words[row] == "(" and query.parent[row] == block:
                terms = sum(
                    query.words[at] not in ("^^", "+", "-")
                    and query.words[at - 1] != "^^"
                    and query.tokens[at].kind != "language"
                    for at in query.within(row)
                )
                if terms != variables:
                    said = f"this row of VALUES has {terms} values, and there are {variables} variables."
                    yield said, query.tokens[row]


def _find_in_binds(query: QueryTokens, culprit: int | None, _reason: str) -> Iterator[Reason]:
    """Variables to which BIND gives a value, and which the group has used before."""
    for place, word in enumerate(query.words):
        close = query.closing.get(place + 1)
        if word != "BIND" or close is None or (culprit is not None and place > culprit):
            continue
        name, group = query.words[close - 1], query.parent[place]
        before = [query.words[at] for at in range(group + 1, place) if not _is_hidden(query, at, group)]
        if name[:1] in "?$" and name in before:
            yield f"{name} has a value before this BIND already; give it another name.", query.tokens[close - 1]


def _is_hidden(query: QueryTokens, place: int, group: int) -> bool:
    """Whether what stands here in the group says nothing of the values of variables: in FILTER, and in MINUS."""
    while query.parent[place] not in (group, -1):
        place = query.parent[place]
        if {"FILTER", "EXISTS", "MINUS"} & {*query.words[max(0, place - 1) : place]}:
            return True
    return query.parent[place] != group


def _find_in_selects(query: QueryTokens, _culprit: int | None, reason: str) -> Iterator[Reason]:
    for place, word in enumerate(query.words):
        if word == "SELECT" and query.tokens[place].kind == "word":
            yield from _find_in_select(query, place, reason)
    for place, word in enumerate(query.words):
        if word in AGGREGATES and query.words[place + 1 : place + 2] == ["("]:
            at = place
            while query.parent[at] >= 0 and query.words[query.parent[at]] != "{":
                at = query.parent[at]
            if query.words[at - 1] in ("FILTER", "BIND"):
                said = f"{word} is an aggregate, and cannot stand in {query.words[at - 1]}; use HAVING or a sub-select."
                yield said, query.tokens[place]


def _find_in_select(query: QueryTokens, place: int, reason: str) -> Iterator[Reason]:
    """What contradicts itself in one SELECT: its columns, its groups, its pattern."""
    words, tokens, level = query.words, query.tokens, query.parent[place]
    end = query.closing.get(level, len(words)) if level >= 0 else len(words)
    outer = [at for at in range(place + 1, end) if query.parent[at] == level]
    group = next((at for at in outer if words[at] == "{"), None)
    if group is None:
        return
    columns = [at for at in outer if at < group]
    after = [at for at in outer if at > query.closing.get(group, end)]
    grouped = _list_group(query, after)
    aggregated = any(words[at] in AGGREGATES for at in [*range(place, group), *range(after[0] if after else end, end)])
    if any(words[at] == "*" for at in columns[:2]) and (grouped is not None or aggregated):
        star = next(at for at in columns if words[at] == "*")
        yield "SELECT * cannot stand with GROUP BY; name the variables that are grouped by.", tokens[star]
    seen: list[str] = []
    inside = {words[at] for at in query.within(group)}
    for at in columns:
        close = query.closing.get(at)
        name_at = at if tokens[at].kind == "variable" else close - 1 if close and words[close - 2] == "AS" else None
        if name_at is None or tokens[name_at].kind != "variable":
            continue
        name = words[name_at]
        if name in seen:
            yield f"{name} is a column already; give this one another name.", tokens[name_at]
        elif name_at != at and "overrides" in reason and name in inside:
            yield f"{name} is a variable of the pattern already; give the expression another name.", tokens[name_at]
        elif name_at == at and (grouped is not None or aggregated) and name not in (grouped or ()):
            said = (
                f"{name} is neither in GROUP BY nor in an aggregate; group by it, or select (SAMPLE({name}) AS ?name)."
            )
            yield said, tokens[at]
        elif name_at != at and "expression" in reason:
            for inner in range(at, name_at - 1):
                known = words[inner] in (grouped or ()) or words[inner] in seen or _is_aggregated(query, inner, at)
                if tokens[inner].kind == "variable" and not known:
                    yield f"{words[inner]} is neither in GROUP BY nor in an aggregate.", tokens[inner]
        seen.append(name)


def _is_aggregated(query: QueryTokens, place: int, limit: int) -> bool:
    while (place := query.parent[place]) > limit:
        if query.words[place - 1] in AGGREGATES:
            return True
    return False


def _list_group(query: QueryTokens, after: Sequence[int]) -> list[str] | None:
    """The variables of GROUP BY; None without it."""
    names: list[str] | None = None
    for at in after:
        word = query.words[at]
        if word == "GROUP":
            names = []
        elif word in _MODIFIERS:
            break
        elif names is not None:
            names.append(query.words[query.closing[at] - 1] if at in query.closing else word)
    return names


def shorten(text: str) -> str:
    """The text, or its beginning where it is too long for a message."""
    return text if len(text) <= MAX_SHOWN_CHARACTERS else f"{text[: MAX_SHOWN_CHARACTERS - 3]}..."


def _explain_token(query: QueryTokens, place: int, prefixes: Mapping[str, str]) -> str:
    """What to do about a token that does not fit; empty if nothing is known."""
    words, token, word = query.words, query.tokens[place], query.words[place]
    before = words[place - 1] if place else ""
    opened = next((opener for opener, close in query.closing.items() if close == place), query.parent[place])
    if token.kind == "pname" and before != "PREFIX":
        prefix = token.text.partition(":")[0]
        shown = shorten(prefix)
        declared = any(
            name.text == f"{prefix}:" and words[at - 1] == "PREFIX" for at, name in enumerate(query.tokens) if at
        )
        if not declared and prefix not in prefixes and words[place - 2 : place - 1] != ["PREFIX"]:
            return f"the prefix `{shown}:` is not declared; begin the query with `PREFIX {shown}: <...>`"
    if words[max(0, place - 2) : place - 1] == ["PREFIX"] and place >= 2 and token.kind != "iri":
        return "the namespace of a prefix stands in < and >"
    if token.kind == "blank" and word in words[:place]:
        return "this label of a blank node is used in another group already; a variable can be used in several"
    if word in ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD") and not place:
        return "this is an update, and only queries are answered"
    if word in _OPERATORS and (word != "=" or before == "="):
        return f"write {_OPERATORS[word]}"
    if before in _AFTER and query.tokens[place - 1].kind == "word" and word != "(":
        return _AFTER[before]
    if token.kind == "word" and query.tokens[max(0, place - 1)].kind == "string":
        return 'a language stands behind an @, as in "text"@en'
    in_select = _is_in_columns(query, place if opened < 0 or words[opened] == "{" else opened)
    if in_select and word == ",":
        return "blanks separate the columns of SELECT"
    if in_select and token.kind == "word" and words[place + 1 : place + 2] == ["("]:
        return f"an expression among the columns stands in brackets and has a name, as in ({word}(...) AS ?name)"
    is_named = opened >= 0 and words[opened] == "(" and (in_select or words[opened - 1] == "BIND")
    if is_named and before != "AS" and (word == ")" or token.kind == "variable"):
        return "the expression needs a name, as in (... AS ?name)"
    if opened >= 0 and word in ("}", ")", "]") and words[opened] + word not in ("{}", "()", "[]"):
        return f"the `{words[opened]}` before it is not closed"
    if word == ")" and opened > 0 and query.tokens[opened - 1].kind == "word":
        return f"{words[opened - 1]} needs more arguments"
    if before == "AS" and token.kind == "word":
        return "after AS comes a variable, such as ?name"
    if word == "," and opened > 0 and query.tokens[opened - 1].kind == "word":
        return f"{words[opened - 1]} takes no more arguments"
    if word == "}" and place not in query.closing.values():
        return "it closes nothing"
    if word == "UNION":
        return "both sides of UNION are groups in braces"
    if word == "FROM" and "{" in words[:place]:
        return "FROM stands before WHERE"
    if word in _MODIFIERS and word in words[:place] and opened < 0 and word not in ("GROUP", "ORDER"):
        return f"{word} stands here a second time"
    if word in ("ORDER", "GROUP", "HAVING") and {"LIMIT", "OFFSET"} & {*words[:place]}:
        return f"{word} stands before LIMIT and OFFSET"
    return _explain_statement(query, place)


def _is_in_columns(query: QueryTokens, place: int) -> bool:
    """Whether this stands between a SELECT and its pattern."""
    level = query.parent[place]
    for at in range(place - 1, level, -1):
        if query.parent[at] == level and query.words[at] in ("{", "WHERE", "FROM"):
            return False
        if query.parent[at] == level and query.words[at] == "SELECT":
            return True
    return False


def _explain_statement(query: QueryTokens, place: int) -> str:
    """What is missing in a pattern of statements before this token."""
    level, at, terms = query.parent[place], place - 1, 0
    if query.words[place] == "}":
        level = next((opened for opened, close in query.closing.items() if close == place), level)
    while at > level and (query.tokens[at].kind in (*_TERMS, "language") or query.words[at] == "A"):
        terms += query.tokens[at].kind != "language"
        at -= 1
    if level < 0 or at < 0 or query.words[level] != "{" or query.words[at] not in ("{", ".", "}"):
        return ""
    if terms >= 3 and query.tokens[place].kind in _TERMS:
        return "a statement has a subject, a property and an object; a dot may be missing before this"
    if terms in (1, 2) and query.words[place] in ("}", "."):
        return "the statement before it is not complete: it needs a subject, a property and an object"
    return ""
