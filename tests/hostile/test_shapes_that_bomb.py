"""Shapes that never end or report without end: a problem of the shapes, and nothing of the build is left."""

from __future__ import annotations

from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build, shacl
from clustergraph.ingest.parse_limits import ParseLimits
from clustergraph.snapshots.source_folder import Folder

LIMITS = ParseLimits(memory=512, shapes_seconds=2)
SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://e.org/> .

ex:Shape a sh:NodeShape ; sh:targetClass ex:Thing ; {} .
"""
DATA = "".join(
    f'<http://e.org/t{n}> a <http://e.org/Thing> ; <http://e.org/p> "{"a" * 64}!", {n} .\n' for n in range(100)
)
SELECT = 'sh:sparql [ sh:message "No." ; sh:select """SELECT $this ?value {{ {} }}""" ]'
DOUBLED = " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(40))
BOMBS = {
    "a pattern that tries everything": ('sh:property [ sh:path ex:p ; sh:pattern "^(a+)+$" ]', "processor time"),
    "a product that never ends": (
        SELECT.format(" ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(6)) + " FILTER(?o0 = ?o5)"),
        "processor time",
    ),
    "a text that doubles": (
        SELECT.format(f'BIND("{"x" * 64}" AS ?v0) {DOUBLED} BIND(?v40 AS ?value)'),
        "MiB of memory",
    ),
    "a report of messages without end": (f'sh:not [ sh:class ex:Thing ] ; sh:message "{"m" * 900_000}"', "longer than"),
}


@pytest.mark.parametrize(("shape", "message"), BOMBS.values(), ids=BOMBS)
def test_the_shapes_are_a_problem_and_nothing_is_left(tmp_path: Path, shape: str, message: str) -> None:
    folder, store = tmp_path / "folder", tmp_path / "store"
    for name, text in {"ontology/shapes.ttl": SHAPES.format(shape), "data/a.ttl": DATA}.items():
        path = folder / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BuildError) as failed:
        build(Folder(folder), store=store, reason="none", limits=LIMITS)
    problem, hint = failed.value.problems
    assert "--no-check" in hint.message
    assert problem.message.startswith("The shapes cannot be used:")
    assert message in problem.message
    assert problem.file == "ontology/shapes.ttl"
    assert list((store / "snapshots").iterdir()) == []
    assert not (store / "current").is_symlink()


def test_what_a_report_may_take_is_bounded() -> None:
    assert shacl.MAX_RESULTS_MIB <= 64
