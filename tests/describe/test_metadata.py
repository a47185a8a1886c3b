"""What makes the graph findable and citable: CITATION.cff, DCAT-AP's contact and themes, Croissant, names at w3id."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
import yaml
from flask.testing import FlaskClient
from rdflib import DCAT, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, Namespace

from clustergraph.catalogue import Catalogue
from clustergraph.snapshots.snapshot import Snapshot

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/clustergraph/"
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
THEMES = "http://publications.europa.eu/resource/authority/data-theme/"

# -------------------------------------------------------------------------------------------------- CITATION.cff


def test_the_citation_file_agrees_with_the_package() -> None:
    file = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert file["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= set(file)
    assert file["type"] == "software"
    assert file["version"] == project["version"]
    assert " AND ".join(file["license"]) == project["license"]
    assert file["authors"] == project["authors"]
    assert set(file["keywords"]) == set(project["keywords"])
    assert file["url"] == BASE
    assert "doi" not in file


# ------------------------------------------------------------------------------------------------------- DCAT-AP


def test_the_catalogue_says_whom_to_ask_and_what_it_is_about(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get("/dcat", headers={"Accept": "text/turtle"}).text, format="turtle")
    dataset = URIRef(BASE)
    (contact,) = graph.objects(dataset, DCAT.contactPoint)
    assert Literal("The ClusterGraph project", lang="en") in set(graph.objects(contact, VCARD.fn))
    assert set(graph.objects(contact, VCARD.hasEmail)) == set()
    assert set(graph.objects(dataset, DCAT.theme)) == {URIRef(f"{THEMES}TECH"), URIRef(f"{THEMES}INTR")}
    (place,) = graph.objects(dataset, DCTERMS.spatial)
    assert str(place).endswith("/country/DEU")


def test_a_graph_that_says_nothing_of_itself_has_no_theme(serve: Callable[..., FlaskClient]) -> None:
    text = serve('<a> <urn:b> "c" .').get("/dcat", headers={"Accept": "text/turtle"}).text
    graph = Graph().parse(data=text, format="turtle")
    assert set(graph.objects(None, DCAT.theme)) == set()
    (contact,) = graph.objects(None, DCAT.contactPoint)
    assert [str(name) for name in graph.objects(contact, VCARD.fn)] == ["Whoever runs http://localhost"]


# ----------------------------------------------------------------------------------------------------- Croissant

CROISSANT = "/.well-known/croissant.json"


@pytest.fixture(scope="module")
def croissant(app: Any) -> dict[str, Any]:
    response = app.test_client().get(CROISSANT)
    assert response.mimetype == "application/ld+json"
    document: dict[str, Any] = response.get_json(force=True)
    return document


def test_croissant_has_what_the_specification_asks_for(croissant: dict[str, Any], service: Any) -> None:
    needed = {"@context", "@type", "conformsTo", "name", "description", "license", "url", "creator", "datePublished"}
    assert needed <= set(croissant)
    assert croissant["@type"] == "Dataset"
    assert croissant["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    assert croissant["@context"]["@vocab"] == "https://schema.org/"
    assert croissant["isLiveDataset"] is True
    assert service.snapshot.name in croissant["citeAs"]
    kinds = {"FileObject": croissant["distribution"], "RecordSet": croissant["recordSet"]}
    kinds["Field"] = [field for records in croissant["recordSet"] for field in records["field"]]
    for kind, nodes in kinds.items():
        assert nodes
        assert {node["@type"] for node in nodes} == {f"cr:{kind}"}
        assert len({node["@id"] for node in nodes}) == len(nodes)


def test_every_term_in_it_is_in_its_context(croissant: dict[str, Any]) -> None:
    schema_org = {"name", "description", "url", "license", "creator", "publisher", "version", "keywords", "inLanguage"}
    schema_org |= {"datePublished", "dateModified", "distribution", "contentUrl", "contentSize", "encodingFormat"}
    schema_org |= {"sha256"}

    def terms(node: Any) -> set[str]:
        if isinstance(node, dict):
            return set(node) | {term for value in node.values() for term in terms(value)}
        return {term for one in node for term in terms(one)} if isinstance(node, list) else set()

    told = terms({name: value for name, value in croissant.items() if name != "@context"})
    assert {term for term in told if not term.startswith("@")} <= schema_org | set(croissant["@context"])


def test_every_table_is_there_with_its_digest_and_size(croissant: dict[str, Any], client: FlaskClient) -> None:
    assert len(croissant["distribution"]) == len(croissant["recordSet"])
    for file in croissant["distribution"]:
        body = client.get(urlsplit(file["contentUrl"]).path).data
        assert hashlib.sha256(body).hexdigest() == file["sha256"], file["@id"]
        assert file["contentSize"] == f"{len(body)} B"


def test_every_query_without_parameters_is_a_table(croissant: dict[str, Any], catalogue: Catalogue) -> None:
    free = {one.name for one in catalogue if one.form == "SELECT" and not any(p.required for p in one.parameters)}
    assert {records["@id"] for records in croissant["recordSet"]} == free
    assert len(free) > 15


READ: dict[str, Callable[[str], object]] = {
    "sc:Integer": int,
    "sc:Float": float,
    "sc:Boolean": {"true": True, "false": False}.__getitem__,
    "sc:Date": date.fromisoformat,
    "sc:URL": lambda text: urlsplit(text).scheme or int("no scheme"),
    "sc:Text": str,
}


def test_every_value_of_a_column_is_of_its_type(croissant: dict[str, Any], client: FlaskClient) -> None:
    used = set()
    for records in croissant["recordSet"]:
        table = list(csv.DictReader(io.StringIO(client.get(f"/api/{records['@id']}.csv").text)))
        for field in records["field"]:
            assert field["source"]["fileObject"]["@id"] == f"{records['@id']}.csv"
            column = field["source"]["extract"]["column"]
            values = [row[column] for row in table if row[column]]
            used.add(field["dataType"])
            for value in values:
                READ[field["dataType"]](value)
    assert {"sc:Integer", "sc:URL", "sc:Text"} <= used


def test_the_ways_to_croissant(client: FlaskClient) -> None:
    assert CROISSANT in client.get("/.well-known/void").headers["Link"]
    assert CROISSANT in client.get("/", headers={"Accept": "text/html"}).headers["Link"]
    assert CROISSANT in client.get("/dcat", headers={"Accept": "text/turtle"}).text
    assert CROISSANT in client.get("/openapi.json").get_json()["paths"]


def test_a_graph_without_queries_has_no_tables(serve: Callable[..., FlaskClient]) -> None:
    document = serve('<a> <urn:b> "c" .').get(CROISSANT).get_json(force=True)
    assert document["distribution"] == document["recordSet"] == []


# -------------------------------------------------------------------------------------------------- names at w3id

RULES = ROOT / "docs/w3id/clustergraph/.htaccess"


def redirected(path: str, query: str = "") -> tuple[int, str]:
    """Where Apache's mod_rewrite leads a request below https://w3id.org/clustergraph/, by the rules in the file.

    A pattern is matched against the path without its escapes, and what it is replaced by is escaped again; the query
    string is kept, as no rule has one of its own.
    """
    lines = [line.split() for line in RULES.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert ["RewriteEngine", "on"] in lines
    for pattern, target, flags in (line[1:] for line in lines if line[0] == "RewriteRule"):
        found = re.search(pattern, unquote(path))
        if found:
            status = int(re.search(r"R=(\d+)", flags)[1])  # type: ignore[index]
            assert "?" not in target
            where = target.replace("$1", quote(found[1], safe="/:@!$&'()*+,;=~-._"))
            return status, f"{where}?{query}" if query else where
    raise AssertionError(f"no rule takes {path}")


def followed(client: FlaskClient, iri: str, accept: str) -> Any:
    """What a client finds that follows a name of the graph by way of w3id.org."""
    parts = urlsplit(iri)
    status, where = redirected(parts.path.removeprefix("/clustergraph/"), parts.query)
    assert status == 303
    led = urlsplit(where)
    assert (led.scheme, led.netloc) == ("https", "graph.example")
    target = f"{led.path}?{led.query}" if led.query else led.path
    return client.get(target, headers={"Accept": accept}, follow_redirects=True)


def test_only_known_directives_are_used_and_one_host_is_to_be_filled_in() -> None:
    text = RULES.read_text(encoding="utf-8")
    words = {line.split()[0] for line in text.splitlines() if line and line[0] != "#"}
    assert words == {"Options", "RewriteEngine", "RewriteRule"}
    assert set(re.findall(r"https://[a-z0-9.]+", text)) == {"https://w3id.org", "https://graph.example"}


@pytest.mark.parametrize("accept", ["text/turtle", "text/html"])
def test_names_of_every_kind_lead_to_a_page_and_to_data(
    client: FlaskClient, kg: Any, snapshot: Snapshot, accept: str
) -> None:
    things = [str(row.thing) for row in kg.sparql("SELECT DISTINCT ?thing { ?thing a ?class FILTER(ISIRI(?thing)) }")]
    by_kind: dict[str, str] = {}
    for iri in sorted(things):
        if iri.startswith(f"{BASE}id/"):
            by_kind.setdefault(iri.removeprefix(BASE).split("/")[1], iri)
    assert len(by_kind) > 12
    graphs = list(snapshot.graphs)
    assert len(graphs) > 8
    for iri in [*by_kind.values(), *graphs, f"{BASE}ontology", f"{BASE}graph", f"{BASE}snapshot/{snapshot.name}", BASE]:
        found = followed(client, iri, accept)
        assert found.status_code == 200, iri
        # The dataset's own name leads to its description, which comes as RDF, too.
        assert found.mimetype == accept, iri


def test_every_thing_below_the_base_can_be_followed(client: FlaskClient, kg: Any) -> None:
    """What w3id.org makes of their names; tests/web/test_things.py asks the service for each that is a subject."""
    rows = kg.sparql("SELECT DISTINCT ?thing { { ?thing ?p ?o } UNION { ?s ?q ?thing } FILTER(ISIRI(?thing)) }")
    subjects = {str(row.thing) for row in kg.sparql("SELECT DISTINCT ?thing { ?thing ?p ?o FILTER(ISIRI(?thing)) }")}
    below = [str(row.thing) for row in rows if str(row.thing).startswith(f"{BASE}id/")]
    assert len(below) > 900
    for iri in below:
        parts = urlsplit(iri)
        path = parts.path.removeprefix("/clustergraph/")
        assert redirected(path, parts.query) == (303, f"https://graph.example/{path}")
        if iri not in subjects:
            assert client.get(f"/{path}", headers={"Accept": "text/turtle"}).status_code == 303, iri


@pytest.mark.parametrize(
    ("path", "query", "where"),
    [
        ("", "", "https://graph.example/"),
        ("ontology", "", "https://graph.example/ontology"),
        ("id/city/k%C3%B6ln", "", "https://graph.example/id/city/k%C3%B6ln"),
        ("id/a%20b%23c", "", "https://graph.example/id/a%20b%23c"),
        ("api/clusters-by-country", "country=JP", "https://graph.example/api/clusters-by-country?country=JP"),
    ],
)
def test_escapes_and_query_strings_come_along(path: str, query: str, where: str) -> None:
    assert redirected(path, query) == (303, where)
