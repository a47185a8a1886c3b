"""Pages of the site: canned queries under a heading, at the address that their headers name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from clustergraph.sparql.errors import EvaluationError

TOWN = '<https://a.example/id/b> a <https://a.example/Town> ; <http://www.w3.org/2000/01/rdf-schema#label> "Bath" .'
BROWSER = {"Accept": "text/html"}


def write(folder: Path, **headers: str) -> Path:
    """Query files of these names and `page` keys; the query is the same for all."""
    folder.mkdir(exist_ok=True)
    for name, page in headers.items():
        text = f"#+ summary: All of {name}\n#+ description: About {name}.\n#+ page: {page}\n"
        (folder / f"{name}.rq").write_text(f"{text}SELECT ?town WHERE {{ ?town a <https://a.example/Town> }}\n")
    return folder


@pytest.mark.parametrize(("path", "heading", "title"), [("phases", "Phases", "Phasen"), ("network", "Network", "Netz")])
def test_a_page_has_its_heading_and_is_led_to(client: FlaskClient, path: str, heading: str, title: str) -> None:
    english = client.get(f"/{path}", headers=BROWSER)
    assert english.status_code == 200
    assert f"<h1>{heading}</h1>" in english.text
    assert f'<a href="/{path}" aria-current="page">{heading}</a>' in english.text
    assert english.text.count('<figure class="view"') > 1
    assert f"<h1>{title}</h1>" in client.get(f"/{path}?lang=de", headers=BROWSER).text
    home = client.get("/", headers=BROWSER).text
    assert home.count(f'href="/{path}"') == 2, "neither in the navigation nor on the home page"


def test_all_clusters_stand_on_the_page_of_phases(client: FlaskClient) -> None:
    text = client.get("/phases", headers=BROWSER).text
    row = next(line for line in text.splitlines() if "/id/cluster/clib2021" in line)
    assert [row.count(name) for name in ("Belgium, Netherlands", "Austria")] == [1, 1]
    assert "Asia-Pacific → Singapore" in text


def test_another_folder_gets_pages_of_its_own(serve: Callable[..., FlaskClient], tmp_path: Path) -> None:
    queries = write(
        tmp_path / "queries",
        large="{of: site, path: towns, order: 2, en: Towns, de: Städte}",
        all="{of: site, path: towns, order: 1}",
        none="{of: site, path: other-things}",
    )
    client = serve(TOWN, queries=queries)
    towns = client.get("/towns?lang=de", headers=BROWSER).text
    assert "<h1>Städte</h1>" in towns
    assert '<p class="lead">About all.</p>' in towns
    assert "All of large</h2>" in towns
    assert ">Bath</a>" in towns
    assert "<h1>All of none</h1>" in client.get("/other-things", headers=BROWSER).text
    assert client.get("/phases", headers=BROWSER).status_code == 404


def test_a_page_without_anything_to_show_says_so(serve: Callable[..., FlaskClient], tmp_path: Path) -> None:
    queries = write(tmp_path / "queries", all="{of: site, path: towns}")
    client = serve("<https://a.example/x> <https://a.example/y> 1 .", queries=queries)
    assert "No rows: nothing in this graph answers to that." in client.get("/towns", headers=BROWSER).text


@pytest.mark.parametrize("path", ["sparql", "api", "static", "ontology", "graph"])
def test_a_path_that_the_service_needs_is_left_out(
    serve: Callable[..., FlaskClient], tmp_path: Path, path: str
) -> None:
    queries = write(tmp_path / "queries", all=f"{{of: site, path: {path}}}")
    client = serve(TOWN, queries=queries)
    said = f"The path &#39;{path}&#39; is one of the service&#39;s own"
    assert said in client.get("/api", headers=BROWSER).text


def test_a_page_none_of_whose_queries_the_engine_can_evaluate_says_so(
    serve: Callable[..., FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise EvaluationError("The engine does not compile this.")

    client = serve(TOWN, queries=write(tmp_path / "queries", all="{of: site, path: towns}"))
    monkeypatch.setattr("clustergraph.web.pages.page_sections.ask", refused)
    answer = client.get("/towns", headers=BROWSER)
    assert answer.status_code == 503
    assert "none of the queries of this page" in answer.text
