"""Where a parameter has no value: its VALUES stand in the outermost group, and some places do not see that.

Those are HAVING, a sub-select that does not give the variable out, and a FILTER or BIND of a group within, unless that
group has the variable in a pattern of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.query_tokens import QueryTokens
from clustergraph.sparql.tokens import position

_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


def find_unreached(text: str, variables: Collection[str]) -> Iterator[tuple[int, str, str]]:
    """Each use of one of these variables (without `?`) that has no value: its line, its name, and where it stands.

    >>> list(find_unreached("SELECT * { ?s ?p ?o { FILTER(?o > ?_min) ?s ?q ?o } }", {"_min"}))
    [(1, '_min', 'a FILTER or BIND of a group within')]
    """
    try:
        query = QueryTokens.of(text)
    except QuerySyntaxError:
        return  # `validation` says what is wrong
    if not query.is_balanced:
        return
    for place, token in enumerate(query.tokens):
        if token.kind == "variable" and token.text[1:] in variables:
            where = _find_barrier(query, place)
            if where:
                yield position(text, token.start)[0], token.text[1:], where


def _find_barrier(query: QueryTokens, place: int) -> str:
    """What keeps the value from the variable at this place; empty for nothing."""
    words, around = query.words, query.around(place)
    groups = [at for at in around if words[at] == "{"]
    inner = groups[-1] if groups else -1
    clause = next((words[at] for at in range(place, inner, -1) if words[at] in (*_MODIFIERS, "}", "{")), "")
    if clause == "HAVING":
        return "HAVING"
    if any("EXISTS" in (words[at - 1], words[at - 2]) for at in groups):
        return ""  # a FILTER puts its values in there
    name = words[place]
    for at in groups[1:]:
        start = at + 1 if words[at + 1] == "SELECT" else None
        if start is None:
            continue
        columns = words[start : next(end for end in range(start, len(words)) if words[end] == "{")]
        if name not in columns and "*" not in columns[:3]:
            return "a sub-select that does not give it out"
    calls = [at for at in around if at > inner and words[at] == "("]
    if len(groups) < 2 or not calls or words[calls[0] - 1] == "VALUES":
        return ""
    if words[inner - 1] == "OPTIONAL" and not any(words[at - 1] == "BIND" for at in calls):
        return ""  # the FILTER of an OPTIONAL sees what is around it
    own = (
        at
        for at in range(inner + 1, query.closing[inner])
        if words[at] == name and (query.parent[at] == inner or words[query.parent[at] - 1] == "VALUES")
    )
    return "" if next(own, None) is not None else "a FILTER or BIND of a group within"
