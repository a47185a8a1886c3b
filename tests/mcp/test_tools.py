"""What tools answer: names beside IRIs, sources, conclusions, parts of long answers, and errors that help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import anyio
import jsonschema
import mcp_types as types
import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

import clustergraph
from clustergraph.catalogue import Catalogue
from clustergraph.describe.label_cache import Labels
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.mcp import canned_query_tools
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.result_rows import MAX_CHARACTERS
from clustergraph.mcp.server import make_server, run_on_one_snapshot
from clustergraph.mcp.tool import Reply, Tool, reply
from clustergraph.mcp.tools import toolbox
from clustergraph.rdf.namespaces import XSD
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EngineDown
from support.waiting import wait_until

Call = Callable[..., types.CallToolResult]

IDS = "https://w3id.org/clustergraph/id/"


def text(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


# ------------------------------------------------------------------------------------------------------- the tools


def test_every_canned_query_is_a_tool_with_typed_parameters(catalogue: Catalogue) -> None:
    tools = toolbox(catalogue)
    assert set(catalogue.names) | {"search", "describe", "sparql", "schema"} == set(tools)
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.input)
        jsonschema.Draft202012Validator.check_schema(tool.output)
        assert tool.description
        assert tool.title
    tool = tools["clusters-by-country"]
    assert tool.input["required"] == ["country"]
    assert tool.input["properties"]["phase"]["enum"] == ["concept", "implementation"]
    assert tool.input["properties"]["country"]["examples"] == ["JP"]
    assert str(catalogue["clusters-by-country"].summary) in tool.description


def test_tools_say_that_they_only_read(context: GraphContext) -> None:
    async def talk() -> list[types.Tool]:
        async with Client(make_server(context)) as client:
            return (await client.list_tools()).tools

    tools = anyio.run(talk)
    assert len(tools) >= 34
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False


def test_every_canned_query_answers_its_own_example_in_its_own_shape(
    context: GraphContext, catalogue: Catalogue
) -> None:
    for query in catalogue:
        tool = canned_query_tools.tool(query)
        reply = tool.run(context, query.example)
        jsonschema.Draft202012Validator(tool.input).validate(query.example)
        jsonschema.Draft202012Validator(tool.output).validate(reply.data)
        assert reply.data["snapshot"] == context.snapshot.name
        assert len(reply.text) < 3 * MAX_CHARACTERS


# ----------------------------------------------------------------------------------------------------- the answers


def test_an_answer_has_names_beside_iris_and_the_source_lines_it_rests_on(call: Call) -> None:
    result = call("clusters-by-country", country="Japan", phase="implementation")
    data = result.structured_content
    assert not result.is_error
    assert data["total"] == len(data["rows"]) == 6
    assert data["remaining"] == 0
    assert {"iri": f"{IDS}cluster/biom", "label": "BioM"} in [row["cluster"] for row in data["rows"]]
    assert "clusterLabel" not in data["columns"]
    # That BioM targets Japan in the implementation is said by its phase, on line 44 of the page.
    rests_on = {(one["about"]["iri"], one["source"]["iri"]) for one in data["sources"]}
    assert (f"{IDS}phase/biom-implementation", f"{IDS}source/page-L44") in rests_on
    assert "| BioM (cluster:biom) | concept and implementation |" in text(result)
    assert "Programme page, line 44 (source:page-L44)" in text(result)


def test_a_long_answer_comes_in_parts(call: Call) -> None:
    first = call("clusters", limit=20)
    then = call("clusters", limit=20, offset=20)
    assert first.structured_content["total"] == then.structured_content["total"] == 32
    assert first.structured_content["remaining"] == 12
    assert "12 more: narrow the question, or go on with offset=20." in text(first)
    assert len(then.structured_content["rows"]) == 12
    assert "more: narrow" not in text(then)
    every = [row["cluster"]["iri"] for part in (first, then) for row in part.structured_content["rows"]]
    assert len(set(every)) == 32
    beyond = call("clusters", offset=99)
    assert beyond.structured_content["rows"] == []
    assert beyond.structured_content["remaining"] == 0


def test_no_answer_is_longer_than_the_room_there_is(call: Call) -> None:
    wide = call("sparql", query="SELECT ?s ?p ?o ?q ?r { ?s ?p ?o . ?s ?q ?r } LIMIT 3000", limit=500)
    data = wide.structured_content
    assert 0 < len(data["rows"]) < 500
    assert data["remaining"] == 3000 - len(data["rows"])
    long = call("sparql", query="SELECT (GROUP_CONCAT(STR(?s)) AS ?all) { ?s ?p ?o FILTER(ISIRI(?s)) }")
    (row,) = long.structured_content["rows"]
    assert row["all"].endswith("characters in all)")
    assert len(row["all"]) < 2100


def test_search_is_the_graphs_own_where_it_has_one(call: Call) -> None:
    result = call("search", text="SILICON")
    things = [row["thing"] for row in result.structured_content["rows"]]
    assert {"iri": f"{IDS}cluster/cool-silicon", "label": "Cool Silicon"} in things
    assert result.structured_content["columns"] == ["thing", "kind", "match", "matched"]


def test_search_and_describe_work_on_any_graph(small: GraphContext) -> None:
    tools = toolbox(small.catalogue)
    found = tools["search"].run(small, {"text": "aD"})
    assert [row["matched"] for row in found.data["rows"]] == ["Ada"]
    described = tools["describe"].run(small, {"thing": "ada"})
    assert {one["value"] for one in described.data["statements"]} == {"Ada"}
    assert tools["schema"].run(small, {}).data["properties"][0]["name"] == "foaf:name"
    assert tools["names"].run(small, {"text": "Bo"}).data["rows"] == [{"name": "Bob"}]


def test_a_thing_is_described_with_conclusions_marked_and_sources(call: Call) -> None:
    result = call("describe", thing="cluster/biom")
    data = result.structured_content
    assert data["thing"] == {"iri": f"{IDS}cluster/biom", "label": "BioM"}
    by_property = {one["property"]["iri"].rpartition("#")[2]: one for one in data["statements"]}
    assert by_property["managedBy"]["inferred"] is False
    assert by_property["managedBy"]["graphs"] == ["clusters"]
    assert by_property["targetsInConcept"]["inferred"] is True
    assert {one["about"]["iri"] for one in data["sources"]} == {data["thing"]["iri"]}
    assert f"{IDS}source/page-L42" in {one["source"]["iri"] for one in data["sources"]}
    assert "[inferred]" in text(result)
    pointing = {one["property"]["iri"].rpartition("#")[2]: one["total"] for one in data["pointing"]}
    assert pointing["phaseOf"] == 2


def test_a_thing_that_many_point_at_is_counted_and_named_in_part(call: Call) -> None:
    data = call(
        "describe",
        thing="id/country/DE",
    ).structured_content
    most = max(data["pointing"], key=lambda one: one["total"])
    assert most["total"] > len(most["things"]) == 10


def test_what_a_blank_node_says_comes_along(serve_turtle: Callable[[str], GraphContext]) -> None:
    context = serve_turtle('<a> <urn:at> [ <urn:street> "Elm Street" ; <urn:no> 5 ] .')
    (statement,) = toolbox(context.catalogue)["describe"].run(context, {"thing": "a"}).data["statements"]
    said = {one["property"]["iri"]: one["value"] for one in statement["value"]["says"]}
    assert said == {"urn:street": "Elm Street", "urn:no": 5}


def test_a_term_of_blanks_is_no_term(small: GraphContext) -> None:
    schema = toolbox(small.catalogue)["schema"]
    assert schema.run(small, {"term": "  "}).data == schema.run(small, {}).data


def test_a_value_that_its_type_does_not_allow_is_a_text(small: GraphContext) -> None:
    query = (
        'SELECT * { VALUES ?x { "maybe"^^xsd:boolean "1"^^xsd:boolean "many"^^xsd:integer "1e400"^^xsd:double 2.5 } }'
    )
    reply = toolbox(small.catalogue)["sparql"].run(small, {"query": f"PREFIX xsd: <{XSD}> {query}"})
    assert [row["x"] for row in reply.data["rows"]] == ["maybe", True, "many", "INF", 2.5]


def test_graphs_are_named_as_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "my data.ttl"
    file.write_text("<a> <urn:p> 1 .", encoding="utf-8")
    with clustergraph.open(file, store=tmp_path / "store") as kg:
        context = GraphContext(kg.engine, Catalogue(), Labels(kg.engine))
        (statement,) = toolbox(context.catalogue)["describe"].run(context, {"thing": "a"}).data["statements"]
    assert statement["graphs"] == ["my data"]


def test_sparql_gives_rows_truths_and_graphs(call: Call) -> None:
    rows = call("sparql", query="SELECT ?c (COUNT(*) AS ?n) { ?c cg:targets ?x } GROUP BY ?c ORDER BY DESC(?n) LIMIT 1")
    assert rows.structured_content["rows"] == [
        {"c": {"iri": f"{IDS}cluster/sinn-i", "label": "International Sports-Innovation-Network (SINN-i)"}, "n": 7}
    ]
    truth = call("sparql", query="ASK { cluster:biom cg:targets country:JP }")
    assert truth.structured_content["answer"] is True
    assert text(truth) == "Yes."
    graph = call("sparql", query="CONSTRUCT WHERE { cluster:biom a ?type }", limit=1)
    assert graph.structured_content["total"] == 1 + graph.structured_content["remaining"]
    assert "cluster:biom a " in graph.structured_content["turtle"]


def test_the_schema_tells_terms_and_how_they_are_used(call: Call) -> None:
    data = call("schema").structured_content
    cluster = next(one for one in data["classes"] if one["name"] == "cg:Cluster")
    assert cluster["things"] == 32
    uses = {use["property"]: use for use in cluster["uses"]}
    assert uses["cg:managedBy"]["values"] == ["cg:ManagingOrganisation"]
    assert uses["cg:memberCount"]["values"] == ["xsd:integer"]
    managed = next(one for one in data["properties"] if one["name"] == "cg:managedBy")
    assert (managed["domain"], managed["range"], managed["inverse"]) == (
        ["cg:Cluster"],
        ["cg:ManagingOrganisation"],
        ["cg:manages"],
    )
    one = call("schema", term="managed by")
    assert one.structured_content["properties"][0]["name"] == "cg:managedBy"
    assert "Example: " in text(one)


# ------------------------------------------------------------------------------------------------------ the errors


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("clusters-by-country", {"country": "Jpan"}, ["Parameter country", "'Jpan'", "cg:Country", "Japan (JP)"]),
        (
            "clusters-by-country",
            {"country": "JP", "phase": "implementatoin"},
            ["Parameter phase", "concept or implementation", "Perhaps: implementation"],
        ),
        ("clusters-by-country", {}, ["Parameter country", "missing", "ISO code"]),
        ("clusters-by-country", {"contry": "JP"}, ["Parameter contry", "Perhaps: country", "limit, offset"]),
        ("clusters-by-country", {"country": ["JP", "FR"]}, ["Parameter country", "single text"]),
        ("clusters-by-country", {"country": {"code": "JP"}}, ["Parameter country", "single text"]),
        ("clusters", {"limit": 0}, ["Parameter limit", "from 1 to 500", "not 0"]),
        ("clusters", {"limit": True}, ["Parameter limit", "from 1 to 500"]),
        ("clusters", {"offset": -1}, ["Parameter offset", "at least 0"]),
        ("describe", {}, ["Parameter thing", "missing"]),
        ("describe", {"thing": "no such thing"}, ["Parameter thing", "not known"]),
        ("describe", {"thing": "university"}, ["Parameter thing", "means", "legal-form/university", "Give the IRI"]),
        ("schema", {"term": "managdBy"}, ["'managdBy'", "Perhaps: cg:managedBy"]),
        ("sparql", {"query": "SELECT *\n{ ?s ?p"}, ["Line 2, column 8", "never closed"]),
        ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, ["update", "only queries"]),
        ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}, ["SERVICE", "127.0.0.1"]),
        ("sparql", {"query": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"}, ["file:///etc/passwd"]),
        ("sparql", {"query": "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"}, ["larger than 8 MiB", "LIMIT"]),
        ("sparql", {"query": ""}, ["Parameter query", "missing"]),
        ("sparql", {}, ["Parameter query", "missing"]),
    ],
)
def test_an_error_says_what_is_wrong_and_what_would_be_right(
    call: Call, name: str, arguments: dict[str, Any], told: list[str]
) -> None:
    result = call(name, **arguments)
    assert result.is_error
    assert result.structured_content is None
    for part in told:
        assert part in text(result)
    assert "Traceback" not in text(result)


def test_a_refusal_stays_short_whatever_was_sent(call: Call) -> None:
    result = call("describe", thing="x" * 100_000)
    assert result.is_error
    assert text(result).endswith("is not known.")
    assert len(text(result)) < 3_000


def test_a_name_of_several_things_means_the_same_as_in_the_library(call: Call, kg: KnowledgeGraph) -> None:
    found = call("describe", thing="cool-silicon").structured_content
    assert found is not None
    assert found["thing"]["iri"] == str(kg["cool-silicon"].iri) == f"{IDS}cluster/cool-silicon"


def test_numbers_are_numbers_of_json(call: Call) -> None:
    values = '1e400 "INF"^^xsd:double "NaN"^^xsd:float 2.5 "7"^^xsd:unsignedByte "many"^^xsd:integer'
    found = call("sparql", query=f"SELECT ?x {{ VALUES ?x {{ {values} }} }}").structured_content
    assert found is not None
    assert [row["x"] for row in found["rows"]] == ["INF", "INF", "NaN", 2.5, 7, "many"]


def test_numbers_may_come_as_texts_and_whole_floats(call: Call) -> None:
    assert len(call("clusters", limit="3").structured_content["rows"]) == 3
    assert len(call("clusters", limit=3.0, offset=None).structured_content["rows"]) == 3


def test_a_tool_that_is_not_there_is_an_error_of_the_protocol(call: Call) -> None:
    with pytest.raises(MCPError, match=r"There is no tool 'serch'\. Perhaps: search"):
        call("serch", text="x")


def test_a_fault_of_ours_says_so_and_no_more(
    call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("clustergraph.mcp.schema_tool._describe_all", fails)
    result = call("schema")
    assert result.is_error
    assert "secret" not in text(result)
    assert "fault of the server" in text(result)
    assert "secret detail" in caplog.text


# -------------------------------------------------------------------------------------------------- the limits


def test_a_query_without_end_is_ended_and_the_next_is_answered(snapshot: Any, catalogue: Catalogue) -> None:
    from clustergraph.ingest.open_snapshot import Source

    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    source = Source(snapshot.name, None, None, snapshot.path)
    with GraphContext.open(snapshot, source, catalogue, timeout=0.5) as context:
        server = make_server(context)

        async def talk() -> list[types.CallToolResult]:
            async with Client(server) as client:
                return [
                    await client.call_tool("sparql", {"query": endless}),
                    await client.call_tool("clusters", {"limit": 1}),
                ]

        ended, answered = anyio.run(talk)
    assert ended.is_error
    assert "did not finish within 0.5 s" in text(ended)
    assert "Ask for less" in text(ended)
    assert not answered.is_error


def test_a_server_on_a_store_follows_it_to_the_next_snapshot(tmp_path: Path) -> None:
    from clustergraph.ingest import build
    from clustergraph.ingest.open_snapshot import find_source, open_source

    file, store = tmp_path / "a.ttl", tmp_path / "store"
    file.write_text('<a> <http://www.w3.org/2000/01/rdf-schema#label> "first" .')
    build([file], store=store)
    source = find_source([store])
    with GraphContext.open(open_source(source).snapshot, source, Catalogue()) as context:
        search = toolbox(context.catalogue)["search"]
        before = search.run(context, {"text": "first"})
        assert before.data["total"] == 1
        file.write_text('<a> <http://www.w3.org/2000/01/rdf-schema#label> "second" .')
        name = build([file], store=store).snapshot.name
        assert wait_until(lambda: search.run(context, {"text": "second"}).data["total"] == 1)
        assert search.run(context, {"text": "second"}).data["snapshot"] == name != before.data["snapshot"]


def test_an_answer_is_drawn_from_the_one_snapshot_that_it_names(context: GraphContext) -> None:
    moving = iter(["one", "two", "two", "two"])  # a new snapshot comes while the first try goes on

    class Engine:
        @property
        def snapshot(self) -> Snapshot:
            return Snapshot(None, {"name": next(moving)})

    asked = []

    def run(there: GraphContext, _: Any) -> Reply:
        asked.append(there)
        return reply(there, [], {})

    tool = Tool("tool", "", "", {}, {}, run)
    there = replace(context, engine=cast("Any", Engine()))
    assert run_on_one_snapshot(there, tool, {}).data["snapshot"] == "two"
    assert len(asked) == 2
    moving = iter("abcdef")
    with pytest.raises(EngineDown, match="too fast"):
        run_on_one_snapshot(there, tool, {})


def test_the_server_answers_without_the_web_application(example: Path, tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
import clustergraph
from clustergraph.catalogue import Catalogue
from clustergraph.describe.label_cache import Labels
from clustergraph.ingest.open_snapshot import find_source, open_source
from clustergraph.mcp.graph_context import GraphContext
from clustergraph.mcp.server import make_server, run_on_one_snapshot
from clustergraph.mcp.tools import toolbox

if __name__ == "__main__":
    source = find_source([Path(sys.argv[1])], store=Path(sys.argv[2]))
    with GraphContext.open(open_source(source).snapshot, source, Catalogue()) as context:
        make_server(context)
        tool = toolbox(context.catalogue)["sparql"]
        print(run_on_one_snapshot(context, tool, {"query": "SELECT ?s { ?s ?p 'Ada' }"}).text)
    print(sorted({name.partition(".")[0] for name in sys.modules} & {"flask", "werkzeug", "jinja2", "granian"}))
"""
    words = [sys.executable, "-c", script, str(example), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "ada" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_an_answer_that_may_not_be_the_one_of_the_standard_says_so(call: Call) -> None:
    result = call("sparql", query="SELECT ?s ?o { ?s rdfs:label|skos:prefLabel ?o } LIMIT 2")
    assert result.structured_content is not None
    (warning,) = result.structured_content["warnings"]
    assert "UNION" in warning
    assert f"Note: {warning}" in text(result)
    assert "warnings" not in (call("sparql", query="ASK { ?s a cg:Cluster }").structured_content or {})
