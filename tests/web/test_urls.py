"""Every address of the service comes from `describe.urls`, so that the service can stand below a path."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clustergraph.describe.urls import GRAPHS, ONTOLOGY, OWN_SEGMENTS, Urls

PACKAGE = Path(__file__).parents[2] / "src/clustergraph"
HOST = "http://kg.example"
HTML = {"Accept": "text/html"}
SEGMENTS = "|".join(sorted(map(re.escape, OWN_SEGMENTS | {GRAPHS, ONTOLOGY, "ontology.ttl"})))
WRITTEN_OUT = re.compile(rf"(?:^|[\s<\"'(=])/(?:{SEGMENTS})(?=$|[/?#.\s>\"')])")
LINKS = re.compile(r'\s(?:href|src|action|data-src|data-suggest|data-schema)="([^"]*)"')
PAGES = (
    *("/", "/about", "/api", "/browse", "/compare", "/errors", "/page/graph", "/ontology", "/sparql"),
    *("/api/clusters-by-country", "/api/clusters-by-country?country=JP", "/page/cluster/cool-silicon"),
    *("/page/graph/ontology", "/sparql?query=SELECT*%7B?s?p?o%7DLIMIT+3&format=html", "/nowhere", "/api/clusters"),
)


def strings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The texts of a module by line: without docstrings, and without what decorators and blueprints say of routes."""
    apart = {
        id(inner)
        for node in ast.walk(tree)
        for part in (
            [node]
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            else node.decorator_list
            if isinstance(node, ast.FunctionDef)
            else [node]
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Blueprint"
            else []
        )
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in apart:
            yield node.lineno, node.value


def test_no_other_module_writes_out_a_path() -> None:
    rooms = [*(PACKAGE / "web").rglob("*.py"), *(PACKAGE / "describe").rglob("*.py")]
    wrong = [
        f"{path}:{line}: {text}"
        for path in rooms
        if path.name != "urls.py"
        for line, text in strings(ast.parse(path.read_text(encoding="utf-8")))
        if WRITTEN_OUT.search(text)
    ]
    assert wrong == []


def test_no_template_and_no_text_writes_out_a_path() -> None:
    files = [*(PACKAGE / "web/templates").glob("*.html"), *(PACKAGE / "web/translations").glob("*.json")]
    wrong = [
        f"{path}:{number}: {line}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if WRITTEN_OUT.search(line)
    ]
    assert wrong == []


def test_every_fixed_address_has_a_route(app: Flask) -> None:
    routes = {rule.rule.removesuffix("/<path:filename>") for rule in app.url_map.iter_rules()}
    fixed = {getattr(Urls, name) for name, kind in vars(Urls).items() if type(kind).__name__ == "_Fixed"}
    assert fixed - {Urls.graphs} <= routes  # that one names a thing


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["", "de"])
def test_a_service_below_a_path_leads_to_nothing_outside(client: FlaskClient, address: str, language: str) -> None:
    query = {"lang": language} if language else {}
    path = f"{address}{'&' if '?' in address else '?'}lang=de" if query else address
    page = client.get(path, base_url=f"{HOST}/below", headers=HTML)
    links = [link for link in LINKS.findall(page.text) if not link.startswith(("#", "http"))]
    assert len(links) > 10
    assert [link for link in links if not link.startswith("/below/")] == []
    assert re.findall(r"</(?!below/)[^>]*>;", page.headers.get("Link", "")) == []


def test_programs_are_led_below_the_path_too(client: FlaskClient) -> None:
    def get(path: str, **headers: str) -> str:
        response = client.get(path, base_url=f"{HOST}/below", headers=headers)
        return f"{response.headers.get('Location', '')} {response.headers.get('Link', '')} {response.text}"

    assert get("/void").startswith("/below/.well-known/void")
    assert get("/id/nothing/here").startswith("  {")
    assert json.loads(get("/nowhere"))["type"] == "/below/errors#not-found"
    assert json.loads(get("/openapi.json"))["servers"] == [{"url": f"{HOST}/below"}]
    for path in ("/.well-known/void", "/dcat", "/sparql", "/.well-known/sparql-examples", "/dataset.jsonld"):
        text = get(path)
        assert f"{HOST}/below/" in text
        assert re.findall(rf"{HOST}/(?!below/)\S*", text) == []


def test_the_public_address_may_have_a_path(serve: Callable[..., FlaskClient]) -> None:
    client = serve("<urn:a> <urn:b> <urn:c> .", url="https://kg.example/below/")
    assert 'href="/below/about?lang=de"' in client.get("/?lang=de").text
    assert "https://kg.example/below/sparql" in client.get("/.well-known/void").text


def test_a_path_with_two_slashes_leads_to_no_other_host(client: FlaskClient) -> None:
    page = client.get("//evil.example/%C3%BC", headers=HTML)
    assert page.status_code == 404
    assert [link for link in LINKS.findall(page.text) if link.startswith("//")] == []
