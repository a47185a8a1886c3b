"""Whether an engine holds what a snapshot holds.

For each graph, the number of triples of every property is compared, and some triples without blank nodes are asked for.
A change of value in another triple goes unseen. Engines write values their own way (Virtuoso gives `1.50` back as
`1.5`), so what they hold cannot be compared with the snapshot term by term; and some hold `1` and `01` as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from pyoxigraph import DefaultGraph, NamedNode, Triple

from clustergraph.push.chunks import blank
from clustergraph.push.target import Target
from clustergraph.snapshots.statements import Statements

SAMPLE = 20
"""Triples of each graph that are asked for, about."""
_SHOWN = 5


def differences(
    target: Target,
    statements: Statements,
    graphs: Iterable[tuple[str | None, NamedNode | DefaultGraph, int]],
    advance: Callable[[int], None] = lambda _: None,
) -> list[str]:
    """What is not the same, a line for each: empty if all is.

    `graphs` says of each where it is in the engine (None is the default graph), where it is in the store, and its size.
    Raises PushError where the engine does not answer.
    """
    lines: list[str] = []
    repeated = statements.literals.counts()
    for target_graph, source_graph, size in graphs:
        expected, sample = _summarise(statements, source_graph, max(1, size // SAMPLE))
        of_one_value = Counter(
            {iri: more for graph, iri, _, more in repeated if graph == getattr(source_graph, "value", "")}
        )
        name = f"graph <{target_graph}>" if target_graph else "default graph"
        actual = _count_held(target, target_graph)
        lines += _compare_counts(name, expected, actual, of_one_value) or _find_missing(
            target, name, target_graph, sample
        )
        advance(expected.total())
    return lines


def _summarise(statements: Statements, graph: NamedNode | DefaultGraph, step: int) -> tuple[Counter[str], list[Triple]]:
    """How many triples each property has, and of every `step` triples the first without blank nodes."""
    counts: Counter[str] = Counter()
    sample: list[Triple] = []
    for number, quad in enumerate(statements.quads(graph)):
        counts[quad.predicate.value] += 1
        if number >= len(sample) * step and not blank(quad.triple):
            sample.append(quad.triple)
    return counts, sample


def _count_held(target: Target, graph: str | None) -> Counter[str]:
    rows = target.select(f"SELECT ?p (COUNT(*) AS ?n) {{ {_in(graph, '?s ?p ?o')} }} GROUP BY ?p")
    return Counter({row["p"]: int(row["n"]) for row in rows if "p" in row})


def _compare_counts(name: str, expected: Counter[str], actual: Counter[str], of_one_value: Counter[str]) -> list[str]:
    wrong = sorted(
        iri for iri in {*expected, *actual} if not expected[iri] - of_one_value[iri] <= actual[iri] <= expected[iri]
    )
    if not wrong:
        return []
    details = [f"<{iri}> {expected[iri]:,} expected, {actual[iri]:,} found" for iri in wrong[:_SHOWN]]
    extra = [f"and {len(wrong) - _SHOWN} more properties"] if len(wrong) > _SHOWN else []
    return [f"{name}: {expected.total():,} triples expected, {actual.total():,} found ({'; '.join(details + extra)})"]


def _find_missing(target: Target, name: str, graph: str | None, sample: list[Triple]) -> list[str]:
    # One question for all of them, and only if the answer is no, one for each.
    if not sample or _has(target, graph, sample):
        return []
    return [f"{name}: the triple {triple} is missing" for triple in sample if not _has(target, graph, [triple])]


def _has(target: Target, graph: str | None, triples: list[Triple]) -> bool:
    return target.has(_in(graph, " ".join(f"{triple} ." for triple in triples)))


def _in(graph: str | None, pattern: str) -> str:
    return pattern if graph is None else f"GRAPH <{graph}> {{ {pattern} }}"
