"""An answer that may not be the one of the standard says so, whatever way it takes."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from clustergraph.cli import cli
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.web.service import Service

PATH = "SELECT ?s ?o { ?s rdfs:label|skos:prefLabel ?o } LIMIT 3"
LOOKUP = "SELECT ?c { <urn:nobody> rdfs:subClassOf* ?c }"
PLAIN = "SELECT ?s { ?s a cg:Cluster } LIMIT 1"


@pytest.mark.parametrize("more", ["", "&x=1"], ids=["short way", "long way"])
@pytest.mark.parametrize(("query", "name"), [(PATH, "alternative-path"), (LOOKUP, "zero-length-path")])
def test_a_header_names_it(client: FlaskClient, query: str, name: str, more: str) -> None:
    for _ in ("computed", "ready"):
        response = client.get(f"/sparql?query={quote(query)}{more}")
        assert response.status_code == 200
        assert response.headers["Warning"].startswith(f'299 clustergraph "{name}: A path ')
        assert "Warning" in response.headers["Access-Control-Expose-Headers"]
    posted = client.post("/sparql", data=query, content_type="application/sparql-query")
    assert posted.headers["Warning"] == response.headers["Warning"]
    assert "Warning" not in client.get(f"/sparql?query={quote(PLAIN)}{more}").headers


def test_the_page_says_it_in_its_language(client: FlaskClient) -> None:
    address = f"/sparql?query={quote(PATH)}"
    assert "counts twice" in client.get(address, headers={"Accept": "text/html"}).text
    german = client.get(address, headers={"Accept": "text/html", "Accept-Language": "de"})
    assert "zählt ein Paar" in german.text
    assert german.headers["Warning"].startswith("299 ")


def test_python_says_it(service: Service) -> None:
    kg = KnowledgeGraph(EmbeddedEngine(service.snapshot))
    found: Any = kg.sparql(PATH)
    assert len(found.warnings) == 1
    assert "UNION" in found.warnings[0]
    assert kg.sparql(PLAIN).warnings == ()
    triples: Any = kg.sparql("CONSTRUCT { ?s ?p ?b } { ?s ?p ?o BIND(BNODE('a') AS ?b) }")
    assert "BNODE" in triples.warnings[0]


def test_the_command_line_says_it_on_standard_error() -> None:
    result = CliRunner().invoke(cli, ["sparql", PATH, "--format", "csv"])
    assert result.exit_code == 0, result.output
    assert "Note (alternative-path): A path p|q" in result.stderr
    assert "Note" not in result.stdout


def test_a_mended_query_answers_as_the_standard_says(client: FlaskClient) -> None:
    query = 'ASK { ?s a cg:Cluster } HAVING(COUNT(*) > 5 && TRUE && GROUP_CONCAT(?s) != "")'
    response = client.get(f"/sparql?query={quote(query)}")
    assert response.json == {"head": {}, "boolean": True}
    assert "Warning" not in response.headers
