"""Where things are written is found in time that grows with files and problems, not with their product."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import Store

from clustergraph.ingest.load import LoadedFile
from clustergraph.ingest.source_locator import Place, Sought, locate
from clustergraph.ingest.sources import discover

BASE = "http://e.org/"
PREFIXES = {"ex": BASE, "rdfs": "http://www.w3.org/2000/01/rdf-schema#"}


def work(function: Callable[[], object]) -> int:
    """How many functions are called, those written in C too."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def loaded(path: Path) -> list[LoadedFile]:
    return [LoadedFile(source, 1, PREFIXES, empty=False) for source in discover([path]).sources]


TURTLE = 'ex:t{n} a ex:Thing ;\n    ex:age {n} ;\n    rdfs:label "Thing {n}" .\n'
JSON = '  {{ "@id": "ex:t{n}",\n    "rdfs:label": "Thing {n}" }},\n'
ONE_THING = '    rdfs:label "Thing {n}" ;\n'


@pytest.mark.parametrize(
    ("name", "entry", "things"), [("a.ttl", TURTLE, True), ("a.jsonld", JSON, True), ("b.ttl", ONE_THING, False)]
)
def test_the_work_grows_with_the_problems(tmp_path: Path, name: str, entry: str, things: bool) -> None:
    def search(size: int) -> int:
        path = tmp_path / name
        first = "" if things else "ex:t0 a ex:Thing ;\n"
        path.write_text(first + "".join(entry.format(n=n) for n in range(size)), encoding="utf-8")
        sought = [
            Sought(f"{BASE}t{n if things else 0}", predicate, f"Thing {n}")
            for n in range(size)
            for predicate in (f"{BASE}missing", f"{PREFIXES['rdfs']}label")
        ]
        places: dict[Sought, Place] = {}
        files = loaded(path)
        calls = work(lambda: places.update(locate(Store(), files, BASE, sought)))
        lines = first.count("\n") + size * entry.count("\n")
        assert places[sought[-1]] == Place(name, lines)
        return calls

    assert search(800) < 2.5 * search(400)


@pytest.mark.parametrize(
    ("name", "text", "sought", "line"),
    [
        ("a.ttl", "ex:b ex:p ex:a .\nex:a\n  ex:p 1 ;\n  ex:q 2 .", Sought(f"{BASE}a", f"{BASE}q"), 4),
        ("a.ttl", "ex:ab ex:p 1 .\n<http://e.org/a> ex:p 2 .", Sought(f"{BASE}a"), 2),
        ("a.ttl", "<ab> ex:p 1 .\n<a> ex:p 2 .", Sought(f"{BASE}a"), 2),
        ("a.ttl", 'ex:a ex:p "x" ;\n ex:q "y, \\"z\\"" , "x" .', Sought(f"{BASE}a", f"{BASE}q", "x"), 2),
        ("a.ttl", "ex:b ex:p ex:a.", Sought(f"{BASE}a"), 1),
        ("a.nt", f"<{BASE}b> <{BASE}p> <{BASE}a> .\n<{BASE}a> <{BASE}p> <{BASE}b> .", Sought(f"{BASE}a"), 2),
        ("a.jsonld", '[{"@id": "ex:b", "ex:p": {"@id": "ex:c"}},\n {"@id": "ex:a"}]', Sought(f"{BASE}a"), 2),
        ("a.rdf", f'<ex:C rdf:about="{BASE}b"/>\n<ex:C rdf:about="{BASE}a">\n<ex:p>1</ex:p>', Sought(f"{BASE}a"), 2),
        ("a.ttl", "ex:a/b ex:p 1 .", Sought(f"{BASE}a"), None),
    ],
)
def test_each_format_spells_things_in_its_ways(
    tmp_path: Path, name: str, text: str, sought: Sought, line: int | None
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    places = locate(Store(), loaded(tmp_path / name), BASE, [sought])
    assert places[sought] == (Place(name, line) if line else Place())
