"""A parameter where its value does not arrive is refused with its line: there the query would give wrong rows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clustergraph.catalogue import Catalogue
from clustergraph.engine.embedded import EmbeddedEngine

HEAD = "#+ summary: A\n#+ description: A.\n#+ parameters:\n#+   x:\n#+     description: X.\n"
EX = "PREFIX ex: <https://example.org/>\n"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?t (COUNT(*) AS ?n) { ?s ex:in ?t } GROUP BY ?t\nHAVING(COUNT(*) > ?_x_integer)",
        "SELECT * { ?s ?p ?o {\nFILTER(?o > ?_x_integer) ?s ex:staff ?o } }",
        "SELECT * { { ?s ex:staff ?o\nFILTER(?o > ?_x_integer) } UNION { ?s ?p ?_x_integer } }",
        "SELECT * { ?s ex:staff ?o MINUS { ?s ex:staff ?r\nFILTER(?r > ?_x_integer) } }",
        "SELECT * { ?s ex:staff ?o OPTIONAL {\nBIND(?_x_integer AS ?y) } }",
        "SELECT * { { SELECT ?s {\n?s ex:staff ?_x_integer } } }",
        "SELECT * { { SELECT (COUNT(*) AS ?n) {\n?s ex:staff ?_x_integer } } }",
        "SELECT * { GRAPH ?g { ?s ex:staff ?o\nFILTER(?o > ?_x_integer) } }",
    ],
)
def test_where_it_does_not_arrive(refusal: Callable[..., str], text: str) -> None:
    assert "query.rq:8: The value of the parameter 'x' does not reach ?_x_integer here" in refusal(f"{HEAD}{EX}{text}")


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT ?s { ?s ex:staff ?o FILTER(?o > ?_x_integer) }", 1),
        ("SELECT ?s { ?s ex:staff ?o OPTIONAL { ?s ex:rent ?r FILTER(?r > ?_x_integer) } FILTER(BOUND(?r)) }", 1),
        ("SELECT ?s { ?s a ex:Shop FILTER NOT EXISTS { ?s ex:staff ?r FILTER(?r > ?_x_integer) } }", 1),
        ("SELECT ?s { { SELECT ?s ?_x_integer { ?s ex:staff ?_x_integer } } }", 0),
        ("SELECT ?s { { ?s ex:staff ?_x_integer } UNION { ?s ex:rent ?_x_integer } }", 0),
        ("SELECT ?s { ?s a ex:Shop MINUS { ?s ex:staff ?_x_integer } }", 2),
        ("SELECT ?s { ?s ex:staff ?o } ORDER BY (?o = ?_x_integer) LIMIT 1", 1),
    ],
)
def test_where_it_does(load: Callable[..., Catalogue], engine: EmbeddedEngine, text: str, rows: int) -> None:
    assert len(load(f"{HEAD}{EX}{text}").run(engine, "query", {"x": "5"}).rows()) == rows
