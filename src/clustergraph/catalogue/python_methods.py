"""What a canned query is called in Python, as something that the things of a class can be asked: the key `method`.

    #+ method: {of: ex:Town, name: shops}
    #+ method: {name: sources}

The thing is given as the query's one parameter of type iri with that class or, without `of`, with no class; the other
parameters become keyword arguments. None of them is required.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from keyword import iskeyword

from clustergraph.catalogue.errors import Problem
from clustergraph.catalogue.model import CannedQuery, Method
from clustergraph.catalogue.yaml_header import Entry, ReadIri, Report

KEYS = ("of", "name")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_methods(entry: Entry | None, report: Report, read_iri: ReadIri) -> tuple[Method, ...]:
    """The methods that `method` names, one map or a list of maps."""
    if entry is None:
        return ()
    methods = []
    for item in entry.items or [entry]:
        fields = item.map
        item.check_keys(KEYS, "'method'", report)
        name = item.text_of("name") or ""
        if not _NAME.fullmatch(name) or iskeyword(name):
            example = "{name: shops}"
            report(item.line, f"The key 'method' needs a name in the style of Python, such as {example}, not {name!r}.")
            continue
        class_iri = read_iri(fields["of"]) if "of" in fields else None
        if class_iri or "of" not in fields:
            methods.append(Method(name, class_iri))
    return tuple(methods)


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
    counts: Counter[Method] = Counter()
    for query in queries:
        for method in query.methods:
            counts[method] += 1
            if counts[method] == 2:
                yield Problem(query.file, 1, f"Another query is the method {method.name!r} of that class already.")
