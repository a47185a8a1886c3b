"""An engine holds a snapshot whether it keeps literals as they are written or by value."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from pyoxigraph import DefaultGraph

from clustergraph.ingest import build
from clustergraph.push.target import Target
from clustergraph.push.verification import differences
from clustergraph.snapshots.statements import Statements


class Engine:
    """An engine that holds so many triples of one property."""

    def __init__(self, triples: int) -> None:
        self.triples = triples
        self.patterns: list[str] = []

    def select(self, query: str) -> list[dict[str, str]]:  # noqa: ARG002 - the only query there is
        return [{"p": "urn:x:p", "n": str(self.triples)}]

    def has(self, pattern: str) -> bool:
        self.patterns.append(pattern)
        return True


@pytest.mark.parametrize(("triples", "is_right"), [(1, False), (2, True), (3, True), (4, False)])
def test_one_value_may_be_one_triple_or_several(tmp_path: Path, triples: int, is_right: bool) -> None:
    path = tmp_path / "in.ttl"
    path.write_text("<urn:x:a> <urn:x:p> 1, 01, 2 .")
    statements = Statements.open(build([path], store=tmp_path / "store").snapshot.store)
    engine = Engine(triples)
    lines = differences(cast(Target, cast(Any, engine)), statements, [(None, DefaultGraph(), 3)])
    assert (lines == []) == is_right
    if is_right:
        assert '"01"' in engine.patterns[0]
