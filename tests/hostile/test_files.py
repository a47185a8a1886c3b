"""Files that are traps: each is a problem of that file, and neither the build's memory nor its process pays for it."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from clustergraph.ingest import Problem, validate
from clustergraph.ingest.parse_limits import ParseLimits

LIMITS = ParseLimits(memory=512, seconds=2)
RDF = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:ex="http://e.org/">\n'
    '<ex:C rdf:about="http://e.org/b"/>\n{}</rdf:RDF>'
)
TURTLE = "@prefix ex: <http://e.org/> .\n# A trap.\nex:a ex:p {} .\nex:b ex:p ex:c ."
LINES = "<http://e.org/a> <http://e.org/p> <http://e.org/b> .\n\n<http://e.org/a> <http://e.org/p> {} .\n"
JSON = '[{{"@id": "http://e.org/a", "http://e.org/p": 1}},\n\n{{"@id": "http://e.org/b", "http://e.org/p": {}}}]'
BIG = "x" * (17 << 20)
LINE = 3
"""Where the trap stands in each of these texts."""


def entity_bomb() -> str:
    entities = ['<!ENTITY e0 "bombs away">']
    entities += [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)]
    thing = '<rdf:Description rdf:about="http://e.org/a"><ex:p>&e11;</ex:p></rdf:Description>'
    return f"<?xml version='1.0'?>\n\n<!DOCTYPE r [{''.join(entities)}]>{RDF.format(thing)}"


def entities_of_one_size() -> str:
    thing = f'<rdf:Description rdf:about="http://e.org/a"><ex:p>{"&e;" * 2_000}</ex:p></rdf:Description>'
    return f'<!DOCTYPE r [<!ENTITY e "{"e" * (1 << 20)}">]>{RDF.format(thing)}'


def triple_terms(depth: int, full: bool = False) -> str:
    a, p, b = ("<http://e.org/a>", "<http://e.org/p>", "<http://e.org/b>") if full else ("ex:a", "ex:p", "ex:b")
    return f"<<( {a} {p} " * depth + b + ")>>" * depth


TRAPS = {
    "entities.rdf": (entity_bomb(), "memory"),
    "entity.rdf": (entities_of_one_size(), "memory"),
    "deep.rdf": (RDF.format("<ex:C><ex:p>" * 50_000 + "</ex:p></ex:C>" * 50_000), "processor time"),
    "attributes.rdf": (RDF.format(f'<ex:C rdf:about="http://e.org/{BIG}"/>'), "longer than 16 MiB"),
    "terms.ttl": (TURTLE.format(triple_terms(50_000)), "nested too deeply"),
    "terms.trig": (TURTLE.format(triple_terms(33)), "nested more than 32 deep"),
    "terms.nt": (LINES.format(triple_terms(50_000, full=True)), "nested too deeply"),
    "terms.nq": (LINES.format(triple_terms(33, full=True)), "nested more than 32 deep"),
    "objects.jsonld": (JSON.format('{"http://e.org/p":' * 50_000 + "1" + "}" * 50_000), "memory"),
    "arrays.jsonld": (JSON.format("[" * 70_000 + "]" * 70_000), "stack size"),
    "contexts.jsonld": (JSON.format('{"@context":[{"@base":"x"}],"http://e.org/p":' * 9_000 + "1" + "}" * 9_000), ""),
    "literal.ttl": (TURTLE.format(f'"{BIG}"'), "longer than 16 MiB"),
    "literal.trig": (TURTLE.format(f'"{BIG}"'), "longer than 16 MiB"),
    "literal.nt": (LINES.format(f'"{BIG}"'), "longer than 16 MiB"),
    "literal.nq": (LINES.format(f'"{BIG}"'), "longer than 16 MiB"),
    "literal.rdf": (RDF.format(f"<ex:C><ex:p>{BIG}</ex:p></ex:C>"), "longer than 16 MiB"),
    "literal.jsonld": (JSON.format(f'"{BIG}"'), "longer than 16 MiB"),
    "lines.ttl": (TURTLE.format('"""' + f"{'x' * 5000}\n" * 4000 + '"""'), "longer than 16 MiB"),
    "escapes.ttl": (TURTLE.format('"""' + ("\x01" * 5000 + "\n") * 1000 + '"""'), "longer than 16 MiB"),
    "integer.ttl": (TURTLE.format("9" * (17 << 20)), "longer than 16 MiB"),
    "integer.jsonld": (JSON.format("9" * (17 << 20)), "longer than 16 MiB"),
}
"""Files whose third line is a trap, and what their problem says."""


@pytest.fixture(scope="module")
def problems(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Problem]:
    """What one check of all traps says, by file: after one has ended the parser's process, the others are read."""
    folder = tmp_path_factory.mktemp("traps")
    for name, (text, _) in TRAPS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "good.nt").write_text("<http://e.org/a> <http://e.org/p> <http://e.org/b> .", encoding="utf-8")
    (folder / "bad.nt").write_text("\n\nnonsense", encoding="utf-8")
    return {problem.file: problem for problem in validate(sorted(folder.iterdir()), limits=LIMITS).problems}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_a_problem_of_its_file(problems: dict[str, Problem], name: str) -> None:
    assert TRAPS[name][1] in problems[name].message
    assert problems[name].severity == "violation"
    assert problems[name].line == LINE, problems[name]


def test_what_is_wrong_in_the_other_files_is_said_too(problems: dict[str, Problem]) -> None:
    assert problems.keys() == {*TRAPS, "bad.nt"}
    assert problems["bad.nt"].line == 3


def test_a_small_compressed_file_cannot_take_time_without_end(tmp_path: Path) -> None:
    path = tmp_path / "bomb.nt.gz"
    path.write_bytes(gzip.compress(b"\n" * (8 << 20)) * 100)
    (problem,) = validate([path], limits=ParseLimits(memory=512, seconds=1)).problems
    assert "processor time" in problem.message


@pytest.mark.parametrize(
    "text",
    [
        TURTLE.format("9" * 5000),
        TURTLE.format("( " * 20_000 + ") " * 20_000),
        TURTLE.format("[ ex:p " * 20_000 + "1" + "] " * 20_000),
        TURTLE.format(triple_terms(32)),
        '<!DOCTYPE r [<!ENTITY e "http://e.org/">]>'
        + RDF.format('<rdf:Description rdf:about="&e;a"><ex:p rdf:resource="&e;b"/></rdf:Description>'),
    ],
    ids=["integer", "lists", "brackets", "triple terms", "entities"],
)
def test_what_is_odd_but_harmless_is_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / ("a.rdf" if text.startswith("<!") else "a.ttl")
    path.write_text(text, encoding="utf-8")
    report = validate([path], reason="none", limits=LIMITS)
    assert report.ok, report
    assert report.triples
