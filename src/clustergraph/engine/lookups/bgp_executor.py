"""Answering a simple query by walking from what it names, statement by statement, and no further than it may.

It is what an engine does with such a query. It is done here so that each step can be counted: a walk that is broken off
after so many steps needs no process that can be ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter

from clustergraph.engine.lookups.bgp_parser import NotALookup, Path, Pattern, Variable
from clustergraph.engine.lookups.triple_index import Term, Triple, TripleIndex

Row = tuple[Term, ...]

Solutions = tuple[list[str], list[Row]]
"""The variables that get values, and the rows of these."""


class TooManySteps(LookupError):
    """The walk takes more steps than it may."""


def find_solutions(
    statements: TripleIndex, groups: list[list[Pattern]], most: int, limit: int | None = None
) -> list[Solutions]:
    """The solutions of each group of patterns; any two rows may be the same.

    With a limit there are at most so many where their order is known, and all of them where it is not. Every statement
    found is a step, and every look for some is as many as it costs; `most` may be taken. Raises TooManySteps, and
    NotALookup where some part of a group has no end that is named or found by another part.
    """
    walk = _Walk(statements, most)
    # Which rows come first is for the engine to say, but where they come as the index has them.
    cut = limit if len(groups) == 1 and len(groups[0]) == 1 else None
    return [walk.solutions(group, cut) for group in groups]


def _take_places(places: list[int]) -> Callable[[Triple], Row]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda triple: tuple([triple[at] for at in places])


class _Walk:
    def __init__(self, statements: TripleIndex, most: int) -> None:
        self._matches, self._effort = statements.matches, statements.effort
        self._steps_left = most
        self._names: list[str] = []

    def solutions(self, patterns: list[Pattern], limit: int | None) -> Solutions:
        pending = list(patterns)
        self._names = []
        rows: list[Row] = [()]
        while pending:
            pattern = max(pending, key=self._nearness)
            if not self._nearness(pattern):
                raise NotALookup
            pending.remove(pattern)
            rows = self._join(rows, pattern, limit)
        return self._names, rows

    def _nearness(self, pattern: Pattern) -> int:
        """How much of a pattern is known by now: nothing, its object, its subject, or both."""
        return 2 * self._is_known(pattern.subject) + self._is_known(pattern.object)

    def _is_known(self, end: Variable | Term) -> bool:
        return not isinstance(end, Variable) or end in self._names

    def _join(self, rows: list[Row], pattern: Pattern, limit: int | None) -> list[Row]:
        """The rows, each with every way to go on by the pattern, or with as many as the limit."""
        subject, predicate, object = pattern
        if isinstance(predicate, tuple):
            return self._along(rows, subject, predicate, object)
        parts = [self._place(part) for part in pattern]
        fresh = {part: at for at, part in enumerate(parts) if isinstance(part, Variable)}
        # A variable that stands twice has to be the same thing.
        same = [(at, fresh[part]) for at, part in enumerate(parts) if isinstance(part, Variable) and fresh[part] != at]
        self._names += fresh
        take_values = _take_places(list(fresh.values()))
        joined: list[Row] = []
        for row in rows:
            s, p, o = [
                row[part] if isinstance(part, int) else None if isinstance(part, Variable) else part for part in parts
            ]
            triples = self._match_counted(s, p, o, limit)
            if same:
                triples = [triple for triple in triples if all(triple[a] == triple[b] for a, b in same)]
            joined += [row + take_values(triple) for triple in triples] if row else map(take_values, triples)
        return joined

    def _along(self, rows: list[Row], subject: Term, path: Path, object: Term) -> list[Row]:
        begin, end = self._place(subject), self._place(object)
        if isinstance(begin, Variable):
            begin, end = end, begin
            path = tuple(step._replace(inverse=not step.inverse) for step in reversed(path))
        if isinstance(end, Variable):
            self._names.append(end)
        joined: list[Row] = []
        for row in rows:
            ends = self._ends(row[begin] if isinstance(begin, int) else begin, path)
            if isinstance(end, Variable):
                joined += [(*row, node) for node in ends]
            else:
                expected_end = row[end] if isinstance(end, int) else end
                joined += [row for node in ends if node == expected_end]
        return joined

    def _place(self, part: Term) -> Term:
        """Where rows have the variable, if they do; else the part as it is."""
        return self._names.index(part) if part in self._names else part

    def _ends(self, begin: Term, path: Path) -> list[Term]:
        """Where the path leads to; once for each way, as SPARQL has it, but only once by repeating a step."""
        # As the engine sees it, what is in no statement leads nowhere, not even in no step to itself.
        nodes = [begin] if path[0].repeat in ("", "+") or self._is_there(begin) else []
        for predicate, inverse, repeat in path:
            if repeat:
                nodes = [end for node in nodes for end in self._repeat(node, predicate, inverse, repeat)]
            else:
                nodes = [end for node in nodes for end in self._nexts(node, predicate, inverse)]
        return nodes

    def _repeat(self, begin: Term, predicate: Term, inverse: bool, repeat: str) -> list[Term]:
        reached: dict[Term, None] = {} if repeat == "+" else {begin: None}
        nodes = self._nexts(begin, predicate, inverse)
        while nodes:
            fresh = dict.fromkeys(node for node in nodes if node not in reached)
            reached |= fresh
            nodes = [] if repeat == "?" else [end for node in fresh for end in self._nexts(node, predicate, inverse)]
        return list(reached)

    def _is_there(self, node: Term) -> bool:
        return bool(self._match_counted(node, None, None, limit=1) or self._match_counted(None, None, node, limit=1))

    def _nexts(self, node: Term, predicate: Term, inverse: bool) -> list[Term]:
        if inverse:
            return [triple[0] for triple in self._match_counted(None, predicate, node)]
        return [triple[2] for triple in self._match_counted(node, predicate, None)]

    def _match_counted(
        self, subject: Term | None, predicate: Term | None, object: Term | None, limit: int | None = None
    ) -> Sequence[Triple]:
        """The statements with these parts, their steps counted. Raises TooManySteps."""
        if self._steps_left < 0:
            raise TooManySteps
        most = self._steps_left + 1
        triples = self._matches(subject, predicate, object, most if limit is None else min(limit, most))
        if len(triples) > self._steps_left:
            raise TooManySteps
        self._steps_left -= len(triples) + self._effort
        return triples
