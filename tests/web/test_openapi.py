"""The OpenAPI document is valid, complete, and true."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from clustergraph.catalogue import Catalogue
from clustergraph.snapshots.source_folder import published
from clustergraph.web.http.problem import KINDS

QUERIES = list(Catalogue.load(published().queries))


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").json  # type: ignore[return-value]


def test_it_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_every_endpoint_is_in_it(app: Flask, document: dict[str, Any]) -> None:
    paths = set(document["paths"])
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.rule == "/api/":
            continue
        path = re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule)
        named = {f"/api/{query.name}" for query in QUERIES} if path == "/api/{name}" else {path}
        assert named <= paths
        for one in named:
            methods = {method.lower() for method in rule.methods or () if method not in ("HEAD", "OPTIONS")}
            assert methods == set(document["paths"][one])


def test_nothing_in_it_is_missing(client: FlaskClient, document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        if "{" in path or path in ("/page", "/data") or path.startswith("/api/"):
            continue
        (good,) = (code for code in operations["get"]["responses"] if code != "default")
        response = client.get(path)
        assert response.status_code == int(good), path
        if good == "200":
            assert response.content_type.split(";")[0] in operations["get"]["responses"]["200"]["content"], path


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_every_canned_query_answers_its_example_in_every_format(
    client: FlaskClient, document: dict[str, Any], query: Any
) -> None:
    operation = document["paths"][f"/api/{query.name}"]["get"]
    example = {
        parameter["name"]: parameter["schema"]["examples"][0]
        for parameter in operation["parameters"]
        if "examples" in parameter["schema"]
    }
    required = {parameter["name"] for parameter in operation["parameters"] if parameter["required"]}
    assert required <= set(example), "a required parameter has no example"
    for media_type in operation["responses"]["200"]["content"]:
        response = client.get(f"/api/{query.name}", query_string=example, headers={"Accept": media_type})
        assert response.status_code == 200, response.text
        assert response.content_type.split(";")[0] == media_type
    (formats,) = (one["schema"]["enum"] for one in operation["parameters"] if one["name"] == "format")
    for name in formats:
        response = client.get(
            f"/api/{query.name}.{name}" if name == "html" else f"/api/{query.name}",
            query_string={**example, "format": name},
        )
        assert response.status_code == 200, response.text
        assert response.content_type.split(";")[0] in operation["responses"]["200"]["content"]


def test_problems_are_as_described(client: FlaskClient, document: dict[str, Any]) -> None:
    schema = document["components"]["schemas"]["Problem"]
    assert schema["properties"]["type"]["enum"] == [f"/errors#{slug}" for slug in KINDS]
    said = client.get("/api/clusters-by-country?country=Japn").json
    assert said is not None
    assert set(schema["required"]) <= set(said)
    assert set(said) <= set(schema["properties"])
