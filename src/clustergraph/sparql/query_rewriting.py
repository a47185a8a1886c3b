"""Small changes to a query's text that leave its lines in place: each works on tokens, never inside strings or IRIs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice, pairwise

from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.engine_parser import is_query
from clustergraph.sparql.errors import EvaluationError
from clustergraph.sparql.parsed_query import ParsedQuery

MAX_REWRITTEN_CHARACTERS = 4 << 20
"""Characters that a query may come to have."""


def with_prefixes(text: str, prefixes: Mapping[str, str]) -> str:
    """The query with those of the prefixes declared that it uses and does not declare.

    >>> with_prefixes("SELECT * { ?s a ex:A }", {"ex": "https://example.org/", "other": "urn:x"})
    'PREFIX ex: <https://example.org/> SELECT * { ?s a ex:A }'
    """
    used: list[str] = []
    declared: set[str] = set()
    before = ""
    for token in syntax.tokens(text):
        if token.kind == "pname":
            prefix = token.text.partition(":")[0]
            if before == "PREFIX":
                declared.add(prefix)
            else:
                used.append(prefix)
        before = token.text.upper()
    missing = dict.fromkeys(prefix for prefix in used if prefix not in declared and prefix in prefixes)
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in missing) + text


def without_dataset(text: str) -> str:
    """The query with blanks in the place of its FROM and FROM NAMED.

    >>> without_dataset("SELECT ?from FROM <urn:a> FROM NAMED <urn:b> { ?from ?p 'FROM <urn:c>' }")
    "SELECT ?from                                 { ?from ?p 'FROM <urn:c>' }"
    """
    tokens = list(syntax.tokens(text))
    rewritten = text
    depth = 0
    for place, token in enumerate(tokens):
        depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(token.text, 0)
        if depth or token.kind != "word" or token.text.upper() != "FROM":
            continue
        end_place = place + (2 if tokens[place + 1].text.upper() == "NAMED" else 1)
        end = tokens[end_place].end
        blanks = "".join(character if character in "\r\n" else " " for character in text[token.start : end])
        rewritten = rewritten[: token.start] + blanks + rewritten[end:]
    return rewritten


def with_known_graphs(text: str, graphs: Collection[str]) -> str:
    """The query with every `GRAPH ?g` bound to be one of the graphs.

    >>> with_known_graphs("SELECT ?g { GRAPH ?g { ?s ?p ?o } }", ["urn:a", "urn:b"])
    'SELECT ?g { VALUES ?g { <urn:a> <urn:b> } GRAPH ?g { ?s ?p ?o } }'
    """
    tokens = list(syntax.tokens(text))
    listed = " ".join(f"<{graph}>" for graph in graphs)
    return _insert(
        text,
        (
            (token.start, f"VALUES {after.text} {{ {listed} }} ")
            for token, after in pairwise(tokens)
            if token.kind == "word" and token.text.upper() == "GRAPH" and after.kind == "variable"
        ),
    )


def with_columns(query: ParsedQuery, names: Sequence[str]) -> str:
    """A `SELECT *` with its variables instead of the star.

    >>> with_columns(ParsedQuery("SELECT * { ?s ?p ?o }"), ["s", "p", "o"])
    'SELECT ?s ?p ?o { ?s ?p ?o }'
    """
    text, at = query.text, query.star
    assert at is not None
    gap = "" if text[at - 1].isspace() else " "
    return f"{text[:at]}{gap}{' '.join(f'?{name}' for name in names)}{text[at + 1 :]}"


def find_visible(query: ParsedQuery, names: Iterable[str], prefixes: Mapping[str, str]) -> list[str]:
    """Those of the names that are columns of a `SELECT *` without FROM; nothing if it is no query.

    They are those that no BIND may set behind the query, which the parser says without evaluating anything. It is
    asked once for each variable.

    >>> query = ParsedQuery("SELECT * { { SELECT ?a { ?a ?b ?c } } ?a ?p 1 FILTER EXISTS { ?a ?d 1 } } # end")
    >>> find_visible(query, query.columns, {})
    ['a', 'p']
    """
    prologue = query.prologue
    select = query.text.removeprefix(prologue)

    def may_bind(name: str) -> bool:
        return is_query(f"{prologue}SELECT * {{ {{ {select}\n}} BIND(1 AS ?{name}) }}", prefixes)

    return [name for name in names if not may_bind(name)] if is_query(query.text, prefixes) else []


def as_solutions(text: str) -> str:
    """A CONSTRUCT as a SELECT with one row for each solution.

    >>> as_solutions("CONSTRUCT { ?s a ?o } WHERE { ?s ?p ?o }"), as_solutions("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5")
    ('SELECT (1 AS ?one) WHERE { ?s ?p ?o }', 'SELECT (1 AS ?one) WHERE { ?s ?p ?o } LIMIT 5')
    """
    tokens = list(syntax.tokens(text))
    place = next(at for at, token in enumerate(tokens) if token.text.upper() == "CONSTRUCT")
    end_place, depth = place, 0
    if tokens[place + 1].text == "{":
        for end_place in range(place + 1, len(tokens)):
            depth += {"{": 1, "}": -1}.get(tokens[end_place].text, 0)
            if depth == 0:
                break
    return f"{text[: tokens[place].start]}SELECT (1 AS ?one){text[tokens[end_place].end :]}"


def with_plain_order(text: str) -> str:
    """The query with each LCASE and UCASE that it is ordered by made a string anew.

    >>> with_plain_order("SELECT ?s { ?s ?p ?o } ORDER BY DESC(LCASE(STR(?o))) ?s LIMIT 5")
    'SELECT ?s { ?s ?p ?o } ORDER BY DESC(CONCAT("", LCASE(STR(?o)))) ?s LIMIT 5'
    """
    tokens = list(syntax.tokens(text))
    pieces: list[tuple[int, str]] = []
    ordering = False
    for place, token in enumerate(tokens[:-1]):
        word, after = token.text.upper(), tokens[place + 1]
        if word == "ORDER" and after.text.upper() == "BY":
            ordering = True
        elif word in ("LIMIT", "OFFSET", "VALUES", "}", "{"):
            ordering = False
        elif ordering and token.kind == "word" and word in ("LCASE", "UCASE") and after.text == "(":
            depth = 0
            for close in tokens[place + 1 :]:
                depth += {"(": 1, ")": -1}.get(close.text, 0)
                if depth == 0:
                    pieces += [(token.start, 'CONCAT("", '), (close.end, ")")]
                    break
    return _insert(text, pieces)


def count_tokens(text: str, most: int) -> int:
    """How many tokens the query has, counted until there are more than `most`. Raises QuerySyntaxError.

    >>> count_tokens("ASK { ?s ?p ?o }", 3), count_tokens("ASK {}", 3)
    (4, 3)
    """
    return sum(1 for _ in islice(syntax.tokens(text), most + 1))


def uses(text: str, word: str) -> bool:
    """Whether the query has this keyword.

    >>> uses("SELECT * { ?graph ?p 'GRAPH' }", "GRAPH")
    False
    """
    return word.lower() in text.lower() and any(
        token.kind == "word" and token.text.upper() == word for token in syntax.tokens(text)
    )


def _insert(text: str, pieces: Iterable[tuple[int, str]]) -> str:
    parts, reached, size = [], 0, len(text)
    for at, piece in sorted(pieces):
        parts += [text[reached:at], piece]
        reached = at
        size += len(piece)
        if size > MAX_REWRITTEN_CHARACTERS:
            raise EvaluationError("The query becomes too long for a remote engine. Name its graphs, or ask in parts.")
    return "".join([*parts, text[reached:]])
