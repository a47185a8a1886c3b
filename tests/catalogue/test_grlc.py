"""Query files as people have them: those of grlc repositories, and examples in Turtle."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from clustergraph.catalogue import Catalogue, CatalogueError
from clustergraph.cli import cli
from clustergraph.engine.embedded import EmbeddedEngine

WELLS = """\
#+ summary: Wells by depth
#+ endpoint: http://ex.example/sparql
#+ endpoint_in_url: False
#+ pagination: 100
#+ method: GET
#+ tags:
#+   - Wells
SELECT ?well ?depth WHERE { ?well <http://ex.example/depth> ?depth FILTER(?depth > ?_min_integer) }
"""
DATA = (
    '<http://ex.example/well> <http://www.w3.org/2000/01/rdf-schema#label> "The well" ; <http://ex.example/depth> 12 .'
)
BROWSER = {"Accept": "text/html"}


def read(folder: Path, **files: str) -> Catalogue:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_rq", ".rq").replace("_sparql", ".sparql").replace(
            "_ttl", ".ttl"
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Catalogue.load(folder, strict=False)


def test_a_file_of_grlc_can_be_used_and_its_keys_are_noted(tmp_path: Path) -> None:
    catalogue = read(tmp_path, wells_rq=WELLS)
    query = catalogue["wells"]
    assert (str(query.summary), query.tags) == ("Wells by depth", ("Wells",))
    (parameter,) = query.parameters
    assert (parameter.name, parameter.type, parameter.required, str(parameter.description)) == (
        "min",
        "integer",
        True,
        "Min",
    )
    assert catalogue.left_out == ()
    assert all(problem.is_warning for problem in catalogue.problems)
    noted = "\n".join(map(str, catalogue.problems))
    for key in ("endpoint", "endpoint_in_url", "pagination", "GET", "no description", "'min' is in the query"):
        assert key in noted
    with pytest.raises(CatalogueError, match="6 problems"):
        Catalogue.load(tmp_path)


def test_it_is_served_with_its_page(serve: Callable[..., FlaskClient], tmp_path: Path) -> None:
    read(tmp_path / "queries", wells_rq=WELLS, bad_rq="#+ summary: Bad\nSELECT * {\n ?s ?p }\n", none_rq="SELECT * {}")
    client = serve(DATA, queries=tmp_path / "queries")
    assert client.get("/api/wells.csv?min=10").data == b"well,depth\r\nhttp://ex.example/well,12\r\n"
    assert client.get("/api/wells.csv?min=20").data == b"well,depth\r\n"
    assert client.get("/api/none", headers=BROWSER).status_code == 200
    page = client.get("/api", headers=BROWSER).text
    assert "Wells by depth" in page
    assert "bad.rq:3" in page
    listing = client.get("/api")
    assert [entry["name"] for entry in listing.json] == ["none", "wells"]  # type: ignore[union-attr]
    assert "left out: bad.rq:3" in listing.headers["Warning"]
    assert any("pagination" in note for note in listing.json[1]["warnings"])  # type: ignore[index]
    for path in ("/openapi.json", "/sparql", "/", "/.well-known/void"):
        assert client.get(path).status_code == 200


def test_the_command_line_lists_what_is_left_out(tmp_path: Path) -> None:
    read(tmp_path / "kg" / "queries", wells_rq=WELLS, bad_rq="SELECT * {\n ?s ?p }\n")
    (tmp_path / "kg" / "data").mkdir()
    (tmp_path / "kg" / "data" / "in.ttl").write_text(DATA, encoding="utf-8")
    run = CliRunner().invoke
    listed = run(cli, ["queries", "--source", str(tmp_path / "kg")])
    assert listed.exit_code == 0, listed.output
    assert listed.stdout == "wells\tmin*\tWells by depth\n"
    assert "Left out: bad.rq:2: This is no SPARQL query" in listed.stderr
    assert "Note: wells.rq:4: The key 'pagination'" in listed.stderr
    checked = run(cli, ["validate", str(tmp_path / "kg"), "--format", "json"])
    assert checked.exit_code == 1
    said = json.loads(checked.stdout)
    assert not said["ok"]
    assert [problem["file"] for problem in said["queries"] if not problem["is_warning"]] == ["bad.rq"]
    (tmp_path / "kg" / "queries" / "bad.rq").unlink()
    assert run(cli, ["validate", str(tmp_path / "kg")]).exit_code == 0


@pytest.mark.parametrize("mark", ["#+", "#+ ", "  #+ ", "#+\t", "\t#+ "])
def test_every_spelling_of_a_decorator(tmp_path: Path, mark: str) -> None:
    text = "summary: One\n@tags:\n@  - two\n@defaults:\n@  - n: 3\nSELECT ?s { ?s ?p ?_n_integer }".replace("@", mark)
    query = read(tmp_path, a_rq=f"{mark}{text}")["a"]
    assert (str(query.summary), query.tags, query.parameters[0].default) == ("One", ("two",), "3")
    assert query.body.startswith("SELECT")


def test_folders_endings_and_names(tmp_path: Path) -> None:
    text = "#+ summary: Q\nSELECT * {}"
    names = read(tmp_path, people__list_rq=text, places__list_sparql=text, other_sparql=text).names
    assert names == ["other", "people-list", "places-list"]
    (tmp_path / "who knows whom?.rq").write_text(text, encoding="utf-8")
    catalogue = Catalogue.load(tmp_path, strict=False)
    assert "who-knows-whom" in catalogue
    assert any("is no name for a query" in str(problem) for problem in catalogue.problems)


@pytest.mark.parametrize(
    ("variable", "value", "written"),
    [
        ("_d_xsd_date", "2020-01-02", '"2020-01-02"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("_n_xsd_integer", "5", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("_n_xsd_double", "5.5", '"5.5"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ("_y_xsd_gYear", "2020", '"2020"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        ("_u_xsd_anyURI", "http://a/", '"http://a/"^^<http://www.w3.org/2001/XMLSchema#anyURI>'),
        ("__b_xsd_boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("_t_xsd_string", "a", '"a"'),
        ("_t_en", "a", '"a"@en'),
        ("_t", "a", '"a"'),
    ],
)
def test_types_that_a_variable_names(
    tmp_path: Path, variable: str, value: str, written: str, engine: EmbeddedEngine
) -> None:
    catalogue = read(tmp_path, q_rq=f"SELECT (?{variable} AS ?x) {{}}")
    query = catalogue["q"]
    assert len(query.parameters[0].name) == 1
    bindings = catalogue.bind(engine, query, {query.parameters[0].name: value})
    assert query.with_values(bindings) == f"SELECT (?{variable} AS ?x) {{ VALUES (?{variable}) {{ ({written}) }}}}"


def test_values_that_are_only_named_are_not_looked_up(tmp_path: Path) -> None:
    catalogue = read(
        tmp_path, q_rq="#+ enumerate:\n#+   - kind\n#+   - size: [s, m]\nSELECT * { ?_kind_iri ?p ?_size }"
    )
    kind, size = catalogue["q"].parameters
    assert (kind.choices, size.choices) == ((), ("s", "m"))
    assert any("only names" in str(problem) for problem in catalogue.problems)


EXAMPLES = """\
@prefix ex: <https://sparql.a.example/.well-known/sparql-examples/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix spex: <https://purl.expasy.org/sparql-examples/ontology#> .
"""


def test_examples_in_turtle_are_canned_queries(tmp_path: Path, engine: EmbeddedEngine) -> None:
    prefixes = EXAMPLES + (
        '_:prefixes sh:declare [ sh:prefix "e" ; sh:namespace "https://example.org/" ] , [ sh:prefix "unused" ; '
        "sh:namespace <https://unused.example/> ] ."
    )
    first = EXAMPLES + (
        'ex:1_towns a sh:SPARQLExecutable , sh:SPARQLSelectExecutable ; rdfs:comment "Select all <b>towns</b>"@en ;\n'
        ' sh:prefixes _:prefixes ; schema:keywords "towns" , "all" ; schema:target <https://sparql.a.example/> ;\n'
        ' sh:select """SELECT ?town WHERE {\n ?town a e:Town }""" .\n'
        'ex:2 a sh:SPARQLAskExecutable ; rdfs:comment "Is there one?" ; sh:ask "ASK { ?t a e:Town }" .'
    )
    second = EXAMPLES + (
        'ex:3 a sh:SPARQLExecutable ; rdfs:comment "A graph"@en ; sh:construct "CONSTRUCT WHERE { ?t a e:Town }" .\n'
        'ex:4 a sh:SPARQLExecutable ; rdfs:comment "Described"@en ; spex:describe "DESCRIBE ?t { ?t a e:Town }" .\n'
        'ex:5 a sh:SPARQLExecutable ; rdfs:comment "Broken"@en ; sh:select "SELECT ?t { ?t a nowhere:Town }" .'
    )
    catalogue = read(
        tmp_path, prefixes_ttl=prefixes, a__1_ttl=first, a__2_ttl=second, data_ttl=DATA, broken_ttl="sh:declare"
    )
    assert catalogue.names == ["1_towns", "2", "3", "4"]
    towns = catalogue["1_towns"]
    assert (str(towns.summary), towns.tags) == ("Select all towns", ("all", "towns"))
    assert towns.body.startswith("PREFIX e: <https://example.org/> SELECT ?town WHERE {")
    assert [query.form for query in catalogue] == ["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]
    assert len(catalogue.run(engine, "1_towns").rows()) == 6
    assert catalogue.run(engine, "2").truth()
    left_out = "\n".join(map(str, catalogue.left_out))
    assert "a/2.ttl#5:1: This is no SPARQL query" in left_out
    assert "broken.ttl:1: This is no Turtle" in left_out


def test_python_lists_them_too(tmp_path: Path) -> None:
    from clustergraph.library.knowledge_graph import KnowledgeGraph

    folder = tmp_path / "queries"
    read(folder, wells_rq=WELLS, bad_rq="SELECT")
    unused: Any = None
    kg = KnowledgeGraph(unused, folder)
    assert kg.catalogue.names == ["wells"]
    assert [problem.file for problem in kg.catalogue.left_out] == ["bad.rq"]
