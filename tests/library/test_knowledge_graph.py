"""The library: `clustergraph.open`, results, graphs."""

from __future__ import annotations

import datetime
import logging
import pickle
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import XSD

import clustergraph
from clustergraph.catalogue import ParameterError, UnknownQuery
from clustergraph.ingest import BuildError
from clustergraph.ingest.open_snapshot import find_source
from clustergraph.library.knowledge_graph import KnowledgeGraph
from clustergraph.library.result import Result, Text
from clustergraph.snapshots.graph_names import UnknownGraph
from clustergraph.snapshots.snapshot import NoSnapshot, Snapshot
from clustergraph.sparql.errors import EvaluationError, QuerySyntaxError

VALUES = """
@prefix ex: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:a ex:int 7 ; ex:decimal 1.50 ; ex:double 2.5e0 ; ex:infinite "-INF"^^xsd:double ; ex:yes true ;
  ex:no "0"^^xsd:boolean ;
  ex:year "2014"^^xsd:gYear ; ex:month "2014-05"^^xsd:gYearMonth ; ex:date "2014-05-01"^^xsd:date ;
  ex:moment "2014-05-01T10:00:00Z"^^xsd:dateTime ; ex:length "PT90S"^^xsd:duration ; ex:plain "a" ;
  ex:german "Auto"@de ;
  ex:broken "seven"^^xsd:integer ; ex:odd "x"^^ex:type ; ex:padded "007"^^xsd:integer ; ex:iri ex:b ; ex:blank [] .
"""


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    file = tmp_path_factory.mktemp("typed") / "values.ttl"
    file.write_text(VALUES)
    return clustergraph.open(file, store=file.parent / "store")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("int", 7),
        ("padded", 7),
        ("decimal", Decimal("1.50")),
        ("double", 2.5),
        ("infinite", float("-inf")),
        ("yes", True),
        ("no", False),
        ("year", 2014),
        ("month", Literal("2014-05", datatype=XSD.gYearMonth)),
        ("date", datetime.date(2014, 5, 1)),
        ("moment", datetime.datetime(2014, 5, 1, 10, tzinfo=datetime.UTC)),
        ("length", datetime.timedelta(seconds=90)),
        ("plain", "a"),
        ("german", Text("Auto", "de")),
        ("odd", Literal("x", datatype=URIRef("http://example.org/type"))),
        ("iri", URIRef("http://example.org/b")),
    ],
)
def test_values_have_the_types_of_their_datatypes(typed: KnowledgeGraph, name: str, value: object) -> None:
    found = typed.sparql("SELECT ?o { ?s ?p ?o }", p=URIRef(f"http://example.org/{name}"))[0].o
    assert found == value
    assert type(found) is type(value)


def test_a_literal_that_its_type_does_not_allow_stays_as_written(
    typed: KnowledgeGraph, caplog: pytest.LogCaptureFixture
) -> None:
    found = typed.sparql("SELECT ?o { ?s ex:broken ?o }")[0].o
    assert (str(found), found.datatype) == ("seven", XSD.integer)
    assert not caplog.records


def test_blank_nodes_and_what_is_unbound(typed: KnowledgeGraph) -> None:
    row = typed.sparql("SELECT ?node ?none { ?s ex:blank ?node OPTIONAL { ?node ?p ?none } }")[0]
    assert isinstance(row.node, BNode)
    assert row.none is None


def test_a_triple_term_is_a_tuple() -> None:
    part = {"type": "uri", "value": "urn:x"}
    row = Result.from_json(
        b'{"head":{"vars":["t"]},"results":{"bindings":[{"t":{"type":"triple","value":'
        b'{"subject":%s,"predicate":%s,"object":%s}}}]}}' % ((str(part).replace("'", '"').encode(),) * 3)
    )[0]
    assert row.t == (URIRef("urn:x"),) * 3


def test_rows_read_like_records(kg: KnowledgeGraph) -> None:
    row = kg.query("clusters-by-country", country="JP", phase="implementation")[0]
    assert row.cluster == row["cluster"] == row[0]
    assert list(row.asdict()) == list(kg.query("clusters-by-country", country="JP").columns)
    assert dict(zip(row.asdict(), row, strict=True)) == row.asdict()
    with pytest.raises(AttributeError, match="no column 'nope'; there are cluster"):
        row.nope  # noqa: B018
    with pytest.raises(KeyError, match="no column 'nope'"):
        row["nope"]


def test_a_column_may_be_called_like_a_method_of_tuples(typed: KnowledgeGraph) -> None:
    row = typed.sparql("SELECT (COUNT(*) AS ?count) (1 AS ?index) { ex:a ex:int ?x }")[0]
    assert (row.count, row.index) == (1, 1)


def test_rows_and_results_compare_hash_and_pickle(kg: KnowledgeGraph) -> None:
    result = kg.query("projects")
    assert result == kg.query("projects")
    assert result[1:3] != result
    assert pickle.loads(pickle.dumps(result[0])) == result[0]
    assert result[0] == tuple(result[0])
    assert len({*result, *result}) == len(set(result))


def test_results_slice_and_show_themselves(kg: KnowledgeGraph) -> None:
    result = kg.query("clusters")
    assert len(result) == 32
    assert len(result[:3]) == 3
    assert result[-1] == list(result)[-1]
    assert "32 rows, the first 10 shown" in repr(result)
    assert "cluster:" in repr(result)
    assert repr(result[:1]).endswith("1 row")


def test_html_escapes_what_the_data_say(typed: KnowledgeGraph) -> None:
    html = typed.sparql("SELECT ('<b>&' AS ?x) (<http://example.org/?a=%22&b> AS ?y) {}")._repr_html_()
    assert "<td>&lt;b&gt;&amp;</td>" in html
    assert 'href="http://example.org/?a=%22&amp;b"' in html


def test_six_clusters_target_japan_in_the_implementation_phase(kg: KnowledgeGraph) -> None:
    assert len(kg.query("clusters-by-country", country="JP", phase="implementation")) == 6


def test_a_country_may_be_given_in_several_ways(kg: KnowledgeGraph) -> None:
    answers = [
        kg.query("clusters-by-country", country=country)
        for country in ("JP", "jp", "Japan", URIRef("https://w3id.org/clustergraph/id/country/JP"))
    ]
    assert len(answers[0]) > 5
    assert all(answer == answers[0] for answer in answers)


def test_an_unknown_query_names_those_there_are(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownQuery, match="clusters") as caught:
        kg.query("cluters")
    assert "targets-dropped" in caught.value.__notes__[0]


def test_parameter_errors_are_raised_as_they_are(kg: KnowledgeGraph) -> None:
    with pytest.raises(ParameterError) as caught:
        kg.query("clusters-by-country", country="Atlantis")
    assert caught.value.parameter == "country"
    with pytest.raises(ParameterError):
        kg.query("clusters-by-country", land="JP")


def test_queries_are_listed_with_their_summaries(kg: KnowledgeGraph) -> None:
    assert kg.queries["clusters-by-country"] == "Clusters that target a country"


def test_ask_gives_a_bool_and_construct_a_graph(kg: KnowledgeGraph) -> None:
    assert kg.sparql("ASK { ?cluster a cg:Cluster }") is True
    assert kg.sparql("ASK { ?cluster a <urn:none> }") is False
    graph = kg.sparql("CONSTRUCT { ?cluster rdfs:label ?label } WHERE { ?cluster a cg:Cluster ; rdfs:label ?label }")
    assert isinstance(graph, rdflib.Graph)
    assert len(set(graph.subjects())) == 32
    assert len(kg.sparql("DESCRIBE <https://w3id.org/clustergraph/id/cluster/optence>")) > 5
    assert isinstance(kg.query("neighbourhood", thing="cluster/optence"), rdflib.Graph)


def test_bindings_are_terms_and_never_text(typed: KnowledgeGraph) -> None:
    assert typed.sparql("SELECT ?p { ?s ?p ?o }", o=7)[0].p == URIRef("http://example.org/int")
    assert typed.sparql("SELECT ?p { ?s ?p ?o }", o="a")[0].p == URIRef("http://example.org/plain")
    assert not typed.sparql("ASK { ?s ?p ?o }", o="http://example.org/b")
    assert typed.sparql("ASK { ?s ?p ?o }", o=URIRef("http://example.org/b"))
    assert len(typed.sparql("SELECT ?p { ?s ?p ?o }", o='a" } UNION { ?s ?p ?o')) == 0
    with pytest.raises(EvaluationError, match="nothere"):
        typed.sparql("SELECT * { ?s ?p ?o }", nothere=1)
    with pytest.raises(TypeError, match="None"):
        typed.sparql("SELECT * { ?s ?p ?o }", o=None)


@pytest.mark.parametrize("value", [[7], {"a": 7}, b"seven", object()], ids=["list", "dict", "bytes", "object"])
def test_what_is_no_value_is_not_taken_for_a_text(typed: KnowledgeGraph, value: object) -> None:
    with pytest.raises(TypeError, match=f"of the type {type(value).__name__}, which has no literal"):
        typed.sparql("SELECT ?s { ?s ?p ?value }", value=value)


def test_numbers_of_other_libraries_are_numbers(typed: KnowledgeGraph) -> None:
    numpy = pytest.importorskip("numpy")
    assert len(typed.sparql("SELECT ?s { ?s <http://example.org/int> ?value }", value=numpy.int64(7))) == 1
    assert (
        len(typed.sparql("SELECT ?s { ?s <http://example.org/double> ?v FILTER(?v = ?x) }", x=numpy.float32(2.5))) == 1
    )


def test_what_a_row_holds_can_be_given_to_a_query(typed: KnowledgeGraph) -> None:
    rows = typed.sparql("SELECT ?p ?o { ?s ?p ?o FILTER(!isBlank(?o) && ?p NOT IN (ex:year, ex:length)) }")
    assert len(rows) > 10
    for row in rows:
        assert typed.sparql("ASK { ?s ?p ?o }", p=row.p, o=row.o), row


def test_a_text_knows_its_language_and_is_a_str(typed: KnowledgeGraph) -> None:
    (text,) = typed.sparql("SELECT ?o { ?s ex:german ?o }")[0]
    assert (text, text.language, {text: 1}["Auto"]) == ("Auto", "de", 1)
    again = pickle.loads(pickle.dumps(text))
    assert (again, again.language) == (text, "de")


def test_a_syntax_error_says_where(kg: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        kg.sparql("SELECT * {\n ?s ?p }")
    assert caught.value.line == 2
    assert caught.value.column


def test_graph_is_the_whole_or_one_named_graph(kg: KnowledgeGraph) -> None:
    assert len(kg.graph()) == kg.snapshot.manifest["triples"]
    graph = kg.graph("clusters")
    assert len(graph) == kg.snapshot.graphs["https://w3id.org/clustergraph/graph/clusters"]
    assert len(kg.graph("https://w3id.org/clustergraph/graph/clusters")) == len(graph)
    assert "cluster:optence" in graph.serialize(format="turtle")
    with pytest.raises(UnknownGraph, match="There are: clusters, "):
        kg.graph("cluster")


def test_graphs_keep_literals_as_written(typed: KnowledgeGraph) -> None:
    literals = {str(literal) for literal in typed.graph().objects()}
    assert {"seven", "-INF"} <= literals
    assert Literal("Auto", lang="de") in set(typed.graph().objects())


def test_the_dataset_has_the_named_graphs(kg: KnowledgeGraph) -> None:
    dataset = kg.dataset()
    sizes = {
        str(graph.identifier): len(graph)
        for graph in dataset.graphs()
        if graph.identifier != dataset.default_graph.identifier
    }
    assert sizes == kg.snapshot.graphs
    assert len({quad[:3] for quad in dataset.quads()}) == kg.snapshot.manifest["triples"]


def test_a_closed_graph_says_so(example: Path) -> None:
    with clustergraph.open(example) as kg:
        result = kg.query("names", text="A")
    assert result[0].name == "Ada"
    assert repr(kg) == "<KnowledgeGraph, closed>"
    assert kg._repr_html_() is None
    kg.close()
    with pytest.raises(ValueError, match="closed"):
        kg.sparql("ASK {}")


def test_what_can_be_opened(example: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = clustergraph.open(example, store=store).snapshot
    assert first.store.is_relative_to(store.resolve())
    for source in (store, first.store.parent, str(store)):
        kg = clustergraph.open(source)
        assert kg.snapshot.name == first.name
        assert list(kg.queries) == ["names"]
    assert clustergraph.open(store=store).snapshot.name == first.name
    files = [tmp_path / "one.ttl", tmp_path / "two.nq"]
    files[0].write_text("<urn:a> <urn:p> 1 .")
    files[1].write_text("<urn:a> <urn:p> <urn:b> <urn:g> .\n")
    kg = clustergraph.open(*files)
    assert kg.snapshot.graphs == {"http://localhost:8080/graph/one": 1, "urn:g": 1}
    assert kg.queries == {}
    assert clustergraph.open(files[0]).snapshot.store.parents[2] != kg.snapshot.store.parents[2]


def test_building_into_a_store_moves_its_queries_with_it(example: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    clustergraph.open(example, store=store)
    file = tmp_path / "one.ttl"
    file.write_text("<urn:a> <urn:p> 1 .")
    clustergraph.open(file, store=store)
    assert clustergraph.open(store).queries == {}
    (store / "queries").mkdir()
    clustergraph.open(example, store=store)
    assert not (store / "queries").is_symlink()


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no file"):
        clustergraph.open(tmp_path / "nothing.ttl")
    for _ in range(2):
        with pytest.raises(BuildError, match="no RDF file"):
            clustergraph.open(tmp_path)
        (tmp_path / "manifest.json").write_text("{}")  # of a web application, say
    (tmp_path / "store").mkdir()
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(NoSnapshot, match="is damaged and cannot be read"):
        clustergraph.open(tmp_path)
    (tmp_path / "manifest.json").write_text('{"name": "an app", "icons": []}')
    with pytest.raises(NoSnapshot, match=r"its manifest\.json is something else's"):
        clustergraph.open(tmp_path)


def test_a_store_without_a_current_snapshot_is_no_folder_of_files(example: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    clustergraph.open(example, store=store)
    (store / "current").unlink()  # as before the end of the first build; the link to the queries may be there
    with pytest.raises(NoSnapshot, match="has no current snapshot"):
        clustergraph.open(store)


@pytest.mark.parametrize(
    ("sources", "options", "told"),
    [
        ((), {"queries": "nowhere"}, "no folder nowhere with canned queries"),
        ((), {"reason": "all"}, "no reasoning 'all'; choose auto, owlrl, none"),
        (("ftp://graph.example/",), {}, "is no address of an engine"),
        (("http://127.0.0.1:1/",), {"store": "here"}, "leave out store"),
        (("http://127.0.0.1:1/",), {"exclude": ["people"]}, "leave out store, exclude"),
        (("http://127.0.0.1:1/", "http://127.0.0.1:2/"), {}, "one address and nothing besides"),
    ],
)
def test_arguments_that_do_not_go_together_are_told(
    example: Path, sources: tuple[str, ...], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        clustergraph.open(*(sources or (example,)), **options)


def test_one_graph_to_leave_out_may_be_a_text(example: Path, tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no graph 'none' to leave out") as caught:
        clustergraph.open(example, store=tmp_path, exclude="none")
    assert len(caught.value.problems) == 1


def test_a_file_named_like_a_manifest_does_not_make_a_folder_a_snapshot(example: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(example, folder)
    (folder / "manifest.json").write_text('{"name": "an app"}')
    assert clustergraph.open(folder, store=tmp_path / "store").snapshot.triples == 2


def test_a_snapshot_that_lies_by_itself_has_no_queries_but_its_own_stores_are_found(
    example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = clustergraph.open(example, store=tmp_path / "store").snapshot
    assert built.path is not None
    assert clustergraph.open(built.path).queries
    alone = tmp_path / "alone"
    shutil.copytree(built.path, alone / "snapshot")
    shutil.copytree(example / "queries", tmp_path / "queries")
    assert clustergraph.open(alone / "snapshot").queries == {}
    # As where a container has it: directly below the root there is nothing two folders up.
    monkeypatch.setattr(Path, "resolve", lambda self: Path("/", self.name))
    assert find_source([alone / "snapshot"]).queries is None


def test_a_build_is_told_of_by_the_log_and_only_the_first_time(
    example: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO, "clustergraph")
    clustergraph.open(example, store=tmp_path)
    assert caplog.messages[0].startswith("Building ")
    caplog.clear()
    clustergraph.open(example, store=tmp_path)
    assert not caplog.messages
    assert capfd.readouterr() == ("", "")


FRAMES = {"pandas", "polars", "pyarrow", "networkx", "numpy"}


def _loaded(code: str) -> set[str]:
    """The modules that are loaded in a fresh process after `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"rdflib", "pyoxigraph", "pydantic", "flask", "click", "rich", "yaml", "owlrl", "pyshacl", "json"}
    assert not heavy & _loaded("import clustergraph; clustergraph.__all__")


def test_opening_what_is_built_loads_no_reasoner_and_no_validator(snapshot: Snapshot) -> None:
    folder = Path(__file__).parents[2]
    code = (
        f"import clustergraph; kg = clustergraph.open({str(folder)!r}, store={str(snapshot.store.parents[2])!r})\n"
        "assert kg.query('clusters-by-country', country='JP')"
    )
    heavy = {"owlrl", "pyshacl", "pydantic", "flask", "click", "rich", "SPARQLWrapper", "asyncio"}
    assert not (heavy | FRAMES) & _loaded(code)


def test_a_frame_loads_the_library_that_it_is_for_and_no_other() -> None:
    code = "from clustergraph import Result\nResult(('a',), [(1,)]).to_polars()"
    assert FRAMES & _loaded(code) == {"polars"}


def test_a_frame_is_made_without_python_working_on_each_row(kg: KnowledgeGraph) -> None:
    """Counted in calls of Python functions: there are far fewer than rows."""
    query = (
        "SELECT ?line ?lineLabel ?country ?countryLabel ?n { "
        "?line a cg:SourceLine ; cg:line ?n ; rdfs:label ?lineLabel . "
        "?country a cg:Country ; rdfs:label ?countryLabel }"
    )

    def calls(limit: int) -> int:
        result = kg.sparql(f"{query} LIMIT {limit}")
        count = 0

        def profile(_frame: object, event: str, _argument: object) -> None:
            nonlocal count
            count += event == "call"

        sys.setprofile(profile)
        try:
            frame = result.to_pandas()
        finally:
            sys.setprofile(None)
        assert len(frame) == limit
        return count

    calls(200)  # loads what it needs
    assert calls(20_000) < 20_000 / 4


def test_the_version_is_that_of_the_distribution() -> None:
    from importlib.metadata import version

    assert clustergraph.__version__ == version("clustergraph-kg")
    assert set(clustergraph.__all__) <= set(dir(clustergraph))
    with pytest.raises(AttributeError, match="nothing"):
        clustergraph.nothing  # noqa: B018
