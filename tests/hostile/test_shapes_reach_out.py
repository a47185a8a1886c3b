"""Shapes cannot make a build send a request or open a file, however that is written."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clustergraph.ingest import Problem, validate
from clustergraph.ingest import shacl as shacl_module
from clustergraph.snapshots.source_folder import Folder

SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix ex: <http://e.org/> .

ex:Shape a sh:NodeShape ;
    sh:targetClass ex:Thing ;
    sh:sparql [
        sh:message "No." ;
        sh:select {query} ] .
"""
Ask = Callable[..., list[Problem]]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A loopback address that must see no connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.fixture
def address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """What a check says of shapes with this query."""

    def asker(query: str, shapes: str = SHAPES) -> list[Problem]:
        for name, text in {"ontology/shapes.ttl": shapes.replace("{query}", query), "data/a.nt": DATA}.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(validate(Folder(tmp_path), reason="none").problems)

    return asker


DATA = "<http://e.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://e.org/Thing> .\n"
REACH_OUT = {
    "plain": '"SELECT $this { SERVICE <URL> { ?s ?p ?o } }"',
    "escaped": '"SELECT $this { S\\\\u0045RVICE <URL> { ?s ?p ?o } }"',
    "escaped in Turtle": '"SELECT $this { S\\u0045RVICE <URL> { ?s ?p ?o } }"',
    "out of a string": "\"SELECT $this { FILTER('\\\\u0027 != '') SERVICE <URL> {} FILTER('' != '\\\\u0027') }\"",
    "silent": '"SELECT $this { $this ?p ?o . service silent<URL>{ ?s ?p ?o } }"',
    "from": '"SELECT $this FROM <URL> { ?s ?p ?o }"',
    "from named": '"SELECT $this FROM NAMED <URL> { GRAPH ?g { ?s ?p ?o } }"',
    "prefix": '"PREFIX e: <URL> SELECT $this { SERVICE e: { ?s ?p ?o } }"',
    "variable": '"SELECT $this { BIND(<URL> AS ?u) SERVICE ?u { ?s ?p ?o } }"',
}


@pytest.mark.parametrize("query", REACH_OUT.values(), ids=REACH_OUT)
def test_a_constraint_that_reaches_out_is_a_problem_with_its_place(ask: Ask, address: str, query: str) -> None:
    problems = ask(query.replace("URL", address))
    assert problems
    assert {(problem.file, problem.rule) for problem in problems} == {("ontology/shapes.ttl", "SHACL-SPARQL")}
    # An escape in Turtle stands otherwise in the file than in the query; then the line is the shape's.
    assert {problem.line for problem in problems} <= {6, 8}


def test_no_file_is_opened(ask: Ask, tmp_path: Path) -> None:
    secret = tmp_path / "secret.nt"
    secret.write_text("<http://e.org/s> <http://e.org/p> <http://e.org/secret> .", encoding="utf-8")
    (problem,) = ask(f'"SELECT $this ?value FROM <{secret.as_uri()}> {{ ?s ?p ?value . $this a ?c }}"')
    assert (problem.file, problem.line) == ("ontology/shapes.ttl", 8)
    assert "may not reach out to file:" in problem.message


@pytest.mark.parametrize("query", REACH_OUT.values(), ids=REACH_OUT)
def test_the_validator_itself_cannot_reach_out(
    ask: Ask, address: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shacl_module, "constraint_problems", lambda *_: ())
    ask(query.replace("URL", address))  # whatever comes of it, `listener` sees nothing


def test_the_validator_itself_opens_no_file(
    ask: Ask, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shacl_module, "constraint_problems", lambda *_: ())
    secret = tmp_path_factory.mktemp("elsewhere") / "secret.nt"
    secret.write_text("<http://e.org/s> <http://e.org/p> <http://e.org/secret> .", encoding="utf-8")
    problems = ask(f'"SELECT $this ?value FROM <{secret.as_uri()}> {{ ?s ?p ?value }}"')
    assert not any("e.org/secret" in str(problem) for problem in problems)


def test_imports_of_shapes_are_not_followed(ask: Ask, address: str) -> None:
    imports = f"<x:shapes> a owl:Ontology ; owl:imports <{address}> ; sh:shapesGraph <{address}> ."
    prefix = "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    assert ask('"SELECT $this { $this a <x:Nothing> }"', prefix + SHAPES + imports) == []


def test_a_prefix_cannot_hold_a_query(ask: Ask, address: str) -> None:
    prefix = f"x: <x:> SELECT $this {{ SERVICE <{address}> {{ ?s ?p ?o }} }} #"
    declare = f'ex: sh:declare [ sh:prefix "{prefix}" ; sh:namespace "x:" ] .'
    (problem, *_) = ask('"SELECT $this { $this a x:y }" ; sh:prefixes ex:', SHAPES + declare)
    assert problem.rule == "SHACL-SPARQL"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ('"SELECT $this { $this a ?c MINUS { $this a ex:Other } }"', "MINUS"),
        ('"SELECT $this { VALUES ?c { <http://e.org/Thing> } $this a ?c }"', "VALUES"),
        ('"""SELECT $this {\n  $this a ?c\n  MINUS { $this a <http://e.org/Other> }\n}"""', "MINUS"),
    ],
)
def test_what_shacl_rules_out_is_a_problem_with_its_line(ask: Ask, query: str, word: str) -> None:
    (problem,) = ask(query)
    line = SHAPES.replace("{query}", query).split(word)[0].count("\n") + 1
    assert (problem.file, problem.line) == ("ontology/shapes.ttl", line)
    assert f"may not have {word}" in problem.message


@pytest.mark.parametrize(
    "query", ['"SELECT $this { oops"', '"SELECT $this { { SELECT ?x { ?x a ?c } } $this a ?c }"', '"nothing"']
)
def test_what_the_validator_refuses_is_a_problem(ask: Ask, query: str) -> None:
    (problem,) = ask(query)
    assert problem.file == "ontology/shapes.ttl"
    assert "cannot be used" in problem.message


def test_words_in_comments_and_strings_are_none_of_them(ask: Ask) -> None:
    (problem,) = ask('"""SELECT $this { # no SERVICE <http://e.org/>\n $this a ?c FILTER(STR(?c) != "MINUS") }"""')
    assert problem.message == "No."
