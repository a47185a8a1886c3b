"""The names of things as patterns of SPARQL."""

from __future__ import annotations

from collections.abc import Sequence

from clustergraph.rdf.naming import NamePath


def match_names(paths: Sequence[NamePath], thing: str, name: str, rank: str = "") -> str:
    """A pattern that matches a thing with each of its names, and with the place of the name's entry, as `rank`.

    `thing`, `name` and `rank` are variables; without `rank`, all entries are alike. It matches nothing if there are no
    entries.

    >>> from clustergraph.rdf.naming import parse_entry
    >>> match_names([parse_entry("<urn:a>"), parse_entry("<urn:b>/<urn:c>")], "?x", "?name")
    '{ ?x <urn:a> ?name } UNION { ?x <urn:b>/<urn:c> ?name }'
    """
    groups = []
    simple = [(place, path.property) for place, path in enumerate(paths) if path.property]
    if len(simple) == 1 or not rank:
        for place, iri in simple:
            groups.append(f"{thing} <{iri}> {name}{_bind(rank, place)}")
    elif simple:
        values = " ".join(f"(<{iri}> {place})" for place, iri in simple)
        groups.append(f"VALUES ({name}Property {rank}) {{ {values} }} {thing} {name}Property {name}")
    for place, path in enumerate(paths):
        if not path.property:
            groups.append(f"{_match_path(path, thing, name)}{_bind(rank, place)}")
    return " UNION ".join(f"{{ {group} }}" for group in groups) or "FILTER(false)"


def _bind(rank: str, place: int) -> str:
    return f" BIND({place} AS {rank})" if rank else ""


def _match_path(path: NamePath, thing: str, name: str) -> str:
    steps = ["/".join(f"<{iri}>" for iri in part) for part in path.parts]
    if len(steps) == 1:
        return f"{thing} {steps[0]} {name}"
    variables = [f"{name}{number}" for number in range(len(steps))]
    patterns = " ".join(f"{thing} {step} {variable} ." for step, variable in zip(steps, variables, strict=True))
    joined = ', " ", '.join(f"STR({variable})" for variable in variables)
    return f"{patterns} BIND(CONCAT({joined}) AS {name})"
