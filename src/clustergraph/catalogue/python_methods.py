"""What a canned query is called in Python, as something that the things of a class can be asked: the key `method`.

    #+ method: {of: ex:Town, name: shops}
    #+ method: {name: sources}

The thing is given as the query's one parameter of type iri with that class or, without `of`, with no class; the other
parameters become keyword arguments. None of them is required.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from keyword import iskeyword

from clustergraph.catalogue.errors import Problem
from clustergraph.catalogue.model import CannedQuery, Method
from clustergraph.catalogue.yaml_header import Entry

KEYS = ("of", "name")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_methods(
    entry: Entry | None, wrong: Callable[[int, str], None], named: Callable[[Entry], str | None]
) -> tuple[Method, ...]:
    """The methods that `method` names, one map or a list of maps."""
    if entry is None:
        return ()
    found = []
    for line, said in [(item.line, item.map) for item in entry.items] or [(entry.line, entry.map)]:
        for key, value in said.items():
            if key not in KEYS:
                wrong(value.line, f"The key {key!r} of 'method' is not known; known are {', '.join(KEYS)}.")
        name = (said["name"].text if "name" in said else None) or ""
        if not _NAME.fullmatch(name) or iskeyword(name):
            wrong(line, f"The key 'method' needs a name in the style of Python, such as {{name: shops}}, not {name!r}.")
            continue
        class_iri = named(said["of"]) if "of" in said else None
        if class_iri or "of" not in said:
            found.append(Method(name, class_iri))
    return tuple(found)


def find_problems(query: CannedQuery, head: Mapping[str, Entry]) -> Iterator[tuple[int, str]]:
    """What is wrong with the methods of a query, as far as its parameters tell."""
    for method in query.methods:
        if query.subject(method.class_iri or "") is None:
            whom = f"class <{method.class_iri}>, or without a class," if method.class_iri else "no class"
            yield (
                head["method"].line,
                f"The method {method.name!r} needs one parameter of type iri with {whom} and no other required one.",
            )


def find_clashes(queries: Iterable[CannedQuery]) -> Iterator[Problem]:
    """Queries that want the same name for the things of the same class."""
    known: Counter[Method] = Counter()
    for query in queries:
        for method in query.methods:
            known[method] += 1
            if known[method] == 2:
                yield Problem(query.file, 1, f"Another query is the method {method.name!r} of that class already.")
