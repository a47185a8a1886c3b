"""What an assistant can read."""

from __future__ import annotations

import json
from collections.abc import Callable

import anyio
import mcp_types as types
import pyoxigraph as ox
import pytest
import rdflib
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from clustergraph.catalogue import Catalogue
from clustergraph.describe.label_cache import Labels
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.mcp import describe_tool, resources, schema_tool
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.server import make_server
from clustergraph.rdf.namespaces import RDF, STANDARD_PREFIXES
from clustergraph.snapshots.snapshot import Snapshot

Read = Callable[[str], str]

BIOM = rdflib.URIRef("https://w3id.org/clustergraph/id/cluster/biom")
MANAGED_BY = rdflib.URIRef("https://w3id.org/clustergraph/ontology#managedBy")


def parsed(turtle: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=turtle, format="turtle")


def test_everything_that_is_listed_can_be_read(context: GraphContext, catalogue: Catalogue) -> None:
    async def talk() -> dict[str, tuple[types.Resource, str]]:
        found = {}
        async with Client(make_server(context)) as client:
            for one in (await client.list_resources()).resources:
                (contents,) = (await client.read_resource(one.uri)).contents
                assert isinstance(contents, types.TextResourceContents)
                assert contents.mime_type == one.mime_type
                found[one.uri] = (one, contents.text)
        return found

    found = anyio.run(talk)
    assert {f"clustergraph://queries/{name}" for name in catalogue.names} < set(found)
    assert {f"clustergraph://{name}" for name in ("schema", "dataset", "examples", "ontology")} < set(found)
    for one, text in found.values():
        assert text.strip(), one.uri
        assert one.description
        if one.mime_type == "text/turtle":
            assert len(parsed(text)) > 100, one.uri


def test_the_ontology_says_what_terms_mean(read: Read) -> None:
    ontology = parsed(read("clustergraph://ontology"))
    assert (MANAGED_BY, rdflib.RDFS.comment, None) in ontology


def test_a_canned_query_is_read_as_its_file(read: Read, catalogue: Catalogue) -> None:
    assert read("clustergraph://queries/search") == catalogue["search"].text


def test_the_dataset_names_its_snapshot_and_how_to_cite_it(read: Read, snapshot: Snapshot) -> None:
    said = json.loads(read("clustergraph://dataset"))
    assert said["snapshot"] == snapshot.name
    assert said["statements"] == snapshot.manifest["triples"]
    assert snapshot.name in said["cite as"]
    assert said["licence"].startswith("https://creativecommons.org/")


@pytest.mark.parametrize(
    "name",
    ["id/cluster/biom", "cluster/biom", "https%3A%2F%2Fw3id.org%2Fclustergraph%2Fid%2Fcluster%2Fbiom", str(BIOM)],
)
def test_a_thing_is_read_by_its_iri_or_the_end_of_it(read: Read, name: str) -> None:
    assert (BIOM, MANAGED_BY, None) in parsed(read(f"clustergraph://thing/{name}"))


def test_there_is_a_template_for_things(context: GraphContext) -> None:
    async def talk() -> list[types.ResourceTemplate]:
        async with Client(make_server(context)) as client:
            return (await client.list_resource_templates()).resource_templates

    (template,) = anyio.run(talk)
    assert template.uri_template == "clustergraph://thing/{+name}"
    assert template.mime_type == "text/turtle"


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("clustergraph://shema", "Perhaps: clustergraph://schema"),
        ("clustergraph://thing/id/cluster/nobody", "not known"),
        ("file:///etc/passwd", "There is no resource"),
    ],
)
def test_what_is_not_there_is_an_error_that_says_so(read: Read, uri: str, told: str) -> None:
    with pytest.raises(MCPError) as error:
        read(uri)
    assert told in str(error.value)
    assert error.value.code == types.INVALID_PARAMS


def test_a_graph_without_an_ontology_offers_none(small: GraphContext) -> None:
    from clustergraph.mcp.resources import resources

    assert "clustergraph://ontology" not in resources(small)
    assert "clustergraph://queries/names" in resources(small)


def test_an_endpoint_with_nothing_but_a_default_graph_is_told_of_all_the_same() -> None:
    store = ox.Store()
    store.load(b"<urn:x:a> a <urn:x:K> ; <urn:x:p> <urn:x:b>, [ <urn:x:q> 7 ] .", ox.RdfFormat.TURTLE)
    # As of one that could not count what it has in time.
    manifest = {"name": "m", "base": "https://example.org/", "title": "T", "graphs": {}, "prefixes": STANDARD_PREFIXES}
    engine = EmbeddedEngine(Snapshot(None, manifest), store=store)
    there = GraphContext(engine, Catalogue(), Labels(engine))
    reply = describe_tool.run(there, {"thing": "urn:x:a"})
    said = {one["property"]["iri"]: one for one in reply.data["statements"]}
    assert set(said) == {f"{RDF}type", "urn:x:p"}
    assert (said["urn:x:p"]["graphs"], said["urn:x:p"]["inferred"]) == ([], False)
    assert len(reply.data["statements"]) == 3
    assert "statements" not in json.loads(resources.resources(there)["clustergraph://dataset"].read(there))
    assert "# T\n\nThings are named below https://example.org/" in schema_tool.text(there)
