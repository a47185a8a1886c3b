"""The code that the page of a canned query offers to take along runs as it stands, and asks this very service."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from rdflib import Graph

from support.server import Server

SNIPPET = re.compile(r"<h2>(Python[^<]*)</h2>\s*<pre[^>]*>(.*?)</pre>", re.DOTALL)


@pytest.fixture
def url(published_server: Server) -> str:
    return published_server.url


def got(url: str, accept: str) -> str:
    with urlopen(Request(url, headers={"Accept": accept})) as response:
        return str(response.read().decode())


def ran(url: str) -> list[Any]:
    """What each piece of Python on the page gives."""
    given = []
    for _, code in SNIPPET.findall(got(url, "text/html")):
        scope: dict[str, Any] = {}
        exec(html.unescape(code), scope)
        given.append(scope["result"])
        if "kg" in scope:
            scope["kg"].close()
    return given


def test_python_for_a_table_asks_this_service(url: str) -> None:
    path = f"{url}/api/clusters-by-country?country=S%C3%BCdkorea&phase=concept"
    rows = list(csv.DictReader(io.StringIO(got(path, "text/csv"))))
    own, sparql = ran(path)
    assert {str(row.cluster) for row in own} == {row["cluster"] for row in rows} != set()
    assert [row["cluster"]["value"] for row in sparql] == [row["cluster"] for row in rows]
    assert f'clustergraph.open("{url}")' in html.unescape(got(path, "text/html"))


def test_python_for_a_graph_asks_this_service(url: str) -> None:
    own, turtle = ran(f"{url}/api/partner-network")
    assert len(Graph().parse(data=turtle, format="turtle")) == len(own) > 100
