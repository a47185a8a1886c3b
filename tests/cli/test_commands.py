"""Commands on a small graph and on this repository's own, in this process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner, Result

from clustergraph.cli import COMMANDS, cli, exit_codes
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Run a command line; gives its exit code, stdout and stderr."""

    def runs(*words: object, input: bytes | None = None) -> Result:
        return CliRunner().invoke(cli, [str(word) for word in words], input=input, catch_exceptions=False)

    return runs


@pytest.fixture
def ask(run: Run, snapshot: Snapshot) -> Run:
    """Run a reading command on this repository's own graph."""

    def asks(command: str, *words: object, input: bytes | None = None) -> Result:
        return run(command, *words, "--source", snapshot.path, input=input)

    return asks


def test_build_prints_name_and_folder(run: Run, example: Path, tmp_path: Path) -> None:
    done = run("build", example, "--store", tmp_path / "store")
    assert done.exit_code == exit_codes.OK, done.output
    name, folder = done.stdout.rstrip("\n").split("\t")
    assert Snapshot.open(Path(folder)).name == name
    assert done.stderr == ""
    again = run("build", example, "--store", tmp_path / "store")
    assert again.stdout == done.stdout
    assert run("build", example, "--store", tmp_path / "store", "--force", "--quiet").output == ""


def test_a_build_that_is_refused_leaves_current_alone(run: Run, tmp_path: Path) -> None:
    file, store = tmp_path / "a.ttl", tmp_path / "store"
    file.write_text("<urn:a> <urn:p> 1 .")
    assert run("build", file, "--store", store).exit_code == exit_codes.OK
    before = (store / "current").resolve()
    file.write_text("<urn:a> <urn:p> .")
    done = run("build", file, "--store", store)
    assert done.exit_code == exit_codes.REFUSED
    assert "a.ttl:1:" in done.stderr
    assert done.stdout == ""
    assert (store / "current").resolve() == before


def test_exclude_takes_names_one_by_one_or_by_commas(run: Run, tmp_path: Path) -> None:
    files = [tmp_path / f"{name}.ttl" for name in "abc"]
    for file in files:
        file.write_text(f"<urn:{file.stem}> <urn:p> 1 .")
    for words in (("--exclude", "a,b"), ("--exclude", "a", "--exclude", "http://localhost:8080/graph/b")):
        done = run("build", *files, "--store", tmp_path / "store", *words)
        found = Snapshot.open(Path(done.stdout.split("\t")[1].strip()))
        assert list(found.graphs) == ["http://localhost:8080/graph/c"]
    done = run("build", *files, "--exclude", "d")
    assert (done.exit_code, "'d'" in done.stderr) == (exit_codes.REFUSED, True)


def test_build_takes_no_store_for_a_source(run: Run, snapshot: Snapshot) -> None:
    done = run("build", snapshot.path)
    assert done.exit_code == exit_codes.UNAVAILABLE
    assert "built already" in done.stderr


def test_validate_reports_and_counts(run: Run, example: Path, tmp_path: Path) -> None:
    done = run("validate", example)
    assert (done.exit_code, done.stdout) == (0, "2 triples checked; there are no shapes: no violation.\n")
    (tmp_path / "a.ttl").write_text("<urn:a> .")
    done = run("validate", tmp_path / "a.ttl", "--format", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == exit_codes.REFUSED
    assert report["ok"] is False
    assert report["problems"][0]["file"] == "a.ttl"
    done = run("validate", tmp_path / "a.ttl")
    assert (done.exit_code, done.stdout.splitlines()[0]) == (exit_codes.REFUSED, "a.ttl")


def test_sparql_in_a_pipe_gives_csv_and_turtle(ask: Run) -> None:
    done = ask("sparql", "SELECT (COUNT(?c) AS ?n) { ?c a cg:Cluster }")
    assert done.stdout.splitlines() == ["n", "32"]
    done = ask("sparql", "CONSTRUCT { ?c a cg:Cluster } WHERE { ?c a cg:Cluster }")
    assert len(rdflib.Graph().parse(data=done.stdout, format="turtle")) == 32
    assert ask("sparql", "ASK { ?c a cg:Cluster }").stdout == "true\n"
    assert ask("sparql", "ASK { ?c a <urn:none> }").stdout == "false\n"


def test_sparql_takes_text_a_file_or_standard_input(ask: Run, tmp_path: Path) -> None:
    query = "SELECT (32 AS ?ä) {}"
    file = tmp_path / "query.rq"
    file.write_text(query, encoding="utf-8-sig")
    found = {
        ask("sparql", query).stdout,
        ask("sparql", "--file", file).stdout,
        ask("sparql", "--file", "-", input=query.encode()).stdout,
        ask("sparql", "-", input=query.encode()).stdout,
        ask("sparql", input=query.encode()).stdout,
    }
    assert [one.splitlines() for one in found] == [["ä", "32"]]
    assert ask("sparql", query, "--file", file).exit_code == exit_codes.USAGE
    assert "UTF-8 (at byte 1)" in ask("sparql", input=b"A\xff").stderr


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv", "table", "srj", "text/csv"])
def test_sparql_writes_every_format(ask: Run, name: str) -> None:
    done = ask("sparql", "SELECT ('x y' AS ?a) {}", "--format", name)
    assert done.exit_code == 0
    assert "x y" in done.stdout


def test_sparql_asks_the_graphs_that_are_named(ask: Run, snapshot: Snapshot) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    people = snapshot.graphs[f"{snapshot.base}graph/people"]
    assert ask("sparql", count, "--default-graph", "people").stdout.splitlines() == ["n", str(people)]
    assert ask("sparql", count, "--named-graph", "people").stdout.splitlines() == ["n", "0"]
    graphs = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    found = ask("sparql", graphs, "--named-graph", f"{snapshot.base}graph/people").stdout.splitlines()
    assert found == ["g", f"{snapshot.base}graph/people"]
    done = ask("sparql", count, "--default-graph", "nothing")
    assert (done.exit_code, "There are: clusters," in done.stderr) == (exit_codes.USAGE, True)


def test_tables_show_short_names_and_no_control_characters(ask: Run) -> None:
    done = ask("sparql", "SELECT ('\\u001b[31mred' AS ?a) (cg:Cluster AS ?b) (?c AS ?d) {}", "--format", "table")
    assert "\x1b" not in done.stdout
    assert "cg:Cluster" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("sparql", "SELECT"), exit_codes.QUERY, "Line 1, column 7"),
        (("sparql", "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }"), exit_codes.QUERY, "SERVICE"),
        (("sparql", "ASK {}", "--format", "turtle"), exit_codes.USAGE, "turtle"),
        (("sparql", "ASK {}", "--format", "nonsense"), exit_codes.USAGE, "json, xml, csv"),
        (("sparql", "ASK {}", "--timeout", "0"), exit_codes.USAGE, "--timeout"),
        (("query", "cluters"), exit_codes.USAGE, "Did you mean clusters"),
        (("query", "clusters-by-country"), exit_codes.USAGE, "'country'"),
        (("query", "clusters-by-country", "-p", "country=Atlantis"), exit_codes.USAGE, "Atlantis"),
        (("query", "clusters-by-country", "-p", "country=JP", "-p", "country=KR"), exit_codes.USAGE, "2 times"),
        (("query", "clusters-by-country", "-p", "country"), exit_codes.USAGE, "key=value"),
        (("queries", "nothing"), exit_codes.USAGE, "lists those there are"),
    ],
)
def test_wrong_use_ends_with_a_line_and_a_code(ask: Run, words: Sequence[str], code: int, says: str) -> None:
    done = ask(*words)
    assert done.exit_code == code
    assert done.stdout == ""
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_source_that_is_not_there(run: Run, tmp_path: Path) -> None:
    assert run("info", tmp_path / "nothing").exit_code == exit_codes.USAGE
    (tmp_path / "manifest.json").write_text("{")
    (tmp_path / "store").mkdir()
    done = run("sparql", "ASK {}", "--source", tmp_path)
    assert (done.exit_code, "is damaged and cannot be read" in done.stderr) == (exit_codes.UNAVAILABLE, True)


def test_query_runs_a_canned_query(ask: Run) -> None:
    done = ask("query", "clusters-by-country", "-p", "country=Japan", "-p", "phase=implementation")
    assert len(done.stdout.splitlines()) == 1 + 6
    done = ask("query", "clusters-by-country", "-p", "country=JP", "-f", "json", "--timeout", "30")
    assert json.loads(done.stdout)["head"]["vars"][0] == "cluster"
    done = ask("query", "country-cluster-network")
    assert len(rdflib.Graph().parse(data=done.stdout, format="turtle")) > 32


def test_queries_lists_and_shows(ask: Run, run: Run, tmp_path: Path) -> None:
    lines = [line.split("\t") for line in ask("queries").stdout.splitlines()]
    assert ["clusters-by-country", "country* phase", "Clusters that target a country"] in lines
    shown = ask("queries", "clusters-by-country").stdout
    assert "phase (string; optional; one of concept, implementation" in shown
    assert "SELECT DISTINCT ?cluster" in shown
    (tmp_path / "mine.rq").write_text("#+ summary: Mine\n#+ description: My own.\nSELECT * { ?s ?p ?o }\n")
    assert run("queries", "--queries", tmp_path).stdout == "mine\t\tMine\n"
    assert run("query", "mine", "--queries", tmp_path, "--source", tmp_path).exit_code == exit_codes.REFUSED


@pytest.fixture
def exported(run: Run, snapshot: Snapshot) -> Callable[..., bytes]:
    def export(*words: object) -> bytes:
        done = run("export", snapshot.path, *words)
        assert done.exit_code == 0, done.output
        return done.stdout_bytes

    return export


def test_the_export_has_the_digest_that_names_the_snapshot(exported: Callable[..., bytes], snapshot: Snapshot) -> None:
    lines = exported("--format", "nquads").splitlines(keepends=True)
    assert lines == sorted(lines)
    assert hashlib.sha256(b"".join(lines)).hexdigest() == snapshot.manifest["sha256"]


@pytest.mark.parametrize("name", ["turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads"])
def test_every_format_says_the_same(exported: Callable[..., bytes], snapshot: Snapshot, name: str) -> None:
    from clustergraph.rdf.graph_writer import GRAPHS

    data = exported("--format", name, "--no-inferred", "--exclude", "ontology")
    assert data == exported("--format", name, "--no-inferred", "--exclude", "ontology")
    quads = set(ox.parse(data, GRAPHS[name]))
    statements = Statements.open(snapshot.store)
    left_out = {f"{snapshot.base}graph/{graph}" for graph in ("inferred", "ontology")}
    expected = {
        quad for graph in snapshot.graphs if graph not in left_out for quad in statements.quads(ox.NamedNode(graph))
    }
    if name in ("trig", "nquads"):
        assert quads == expected
    else:
        assert {quad.triple for quad in quads} == {quad.triple for quad in expected}
    if name == "jsonld":
        assert set(ox.parse(exported("--format", name, "--named-graphs"), GRAPHS[name])) >= expected


def test_export_to_a_file_is_whole_or_not_there(
    run: Run, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out" / "people.nt"
    target.parent.mkdir()
    assert run("export", snapshot.path, "--graph", "people", "-o", target).exit_code == 0
    lines = target.read_bytes().splitlines()
    assert len(lines) == snapshot.graphs[f"{snapshot.base}graph/people"]

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyoxigraph.serialize", fails)
    done = run("export", snapshot.path, "-o", target)
    assert (done.exit_code, done.stderr) == (exit_codes.UNAVAILABLE, "Error: No space left on device\n")
    assert target.read_bytes().splitlines() == lines
    assert [path.name for path in target.parent.iterdir()] == ["people.nt"]


def test_export_into_no_folder_says_which(run: Run, snapshot: Snapshot, tmp_path: Path) -> None:
    done = run("export", snapshot.path, "-o", tmp_path / "nowhere" / "graph.ttl")
    assert (done.exit_code, f"no folder {tmp_path / 'nowhere'} to write to" in done.stderr) == (exit_codes.USAGE, True)


def test_an_address_is_no_source(run: Run) -> None:
    for words in (("info", "https://example.org/"), ("sparql", "ASK {}", "--source", "https://example.org/")):
        done = run(*words)
        assert (done.exit_code, "take it with --engine" in " ".join(done.stderr.split())) == (exit_codes.USAGE, True)


def test_prune_removes_old_snapshots_and_tells_of_each(run: Run, tmp_path: Path) -> None:
    store, file = tmp_path / "store", tmp_path / "a.ttl"
    names = []
    for number in range(3):
        file.write_text(f"<urn:a> <urn:p> {number} .")
        names.append(run("build", file, "--store", store).stdout.split("\t")[0])
    held = Snapshot.open(store / "snapshots" / names[0])
    done = run("prune", store, "--keep", 1, "--dry-run")
    assert done.stdout == f"{names[1]}\twould be removed\n{held.name}\tin use\n"
    done = run("prune", file, "--store", store, "--keep", 1)
    assert (done.exit_code, done.stdout) == (exit_codes.OK, f"{names[1]}\tremoved\n{names[0]}\tin use\n")
    assert {path.name for path in (store / "snapshots").iterdir()} == {names[0], names[2]}


def test_prune_needs_a_store(run: Run, snapshot: Snapshot, tmp_path: Path) -> None:
    done = run("prune", snapshot.path, "--keep", 1)
    assert (done.exit_code, "is a snapshot; name the store" in done.stderr) == (exit_codes.USAGE, True)
    done = run("prune", "--store", tmp_path / "none", "--keep", 1)
    assert (done.exit_code, "no snapshot in" in done.stderr) == (exit_codes.UNAVAILABLE, True)
    assert not (tmp_path / "none").exists()
    assert run("prune", "--store", tmp_path).exit_code == exit_codes.USAGE


def test_export_needs_a_format_that_it_knows(run: Run, snapshot: Snapshot, tmp_path: Path) -> None:
    done = run("export", snapshot.path, "-o", tmp_path / "graph.doc")
    assert (done.exit_code, "turtle, ntriples" in done.stderr) == (exit_codes.USAGE, True)
    assert run("export", snapshot.path, "--graph", "x").exit_code == exit_codes.USAGE
    assert run("export", tmp_path / "x.ttl").exit_code == exit_codes.USAGE


def test_info_in_a_pipe_is_a_fact_a_line(run: Run, snapshot: Snapshot) -> None:
    lines = [line.split("\t") for line in run("info", snapshot.path).stdout.splitlines()]
    assert ["snapshot", "", snapshot.name] in lines
    assert ["graph", "people", str(snapshot.graphs[f"{snapshot.base}graph/people"])] in lines
    assert ["class", "cg:Cluster", "32"] in lines
    manifest = json.loads(run("info", snapshot.path, "--json").stdout)
    assert manifest == {**snapshot.manifest, "folder": str(snapshot.path)}


def test_info_lists_all_snapshots_of_a_store(run: Run, tmp_path: Path) -> None:
    file, store = tmp_path / "a.ttl", tmp_path / "store"
    names = []
    for number in (1, 2):
        file.write_text(f"<urn:a> <urn:p> {number} .")
        names.append(run("build", file, "--store", store).stdout.split("\t")[0])
    lines = [line.split("\t")[:2] for line in run("info", store, "--all").stdout.splitlines()]
    assert sorted(lines) == sorted([["", names[0]], [">", names[1]]])
    assert {one["name"] for one in json.loads(run("info", store, "--all", "--json").stdout)} == set(names)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"clustergraph {command}" in done.stdout.partition("Examples:")[2]


def test_help_tells_the_exit_codes(run: Run) -> None:
    text = run("--help").stdout
    for code, meaning in exit_codes.MEANINGS.items():
        assert f"{code:<4}{meaning}" in text


def test_version(run: Run) -> None:
    import clustergraph

    assert run("--version").stdout == f"clustergraph {clustergraph.__version__}\n"


def test_reading_a_store_does_not_change_what_is_current(run: Run, example: Path, tmp_path: Path) -> None:
    name = run("build", example, "--store", tmp_path).stdout.split("\t")[0]
    assert run("sparql", "ASK { ?s ?p 'Ada' }", "--store", tmp_path).stdout == "true\n"
    assert run("query", "names", "-p", "text=B", "--store", tmp_path).stdout.split() == ["name", "Bob"]
    assert Snapshot.open(tmp_path / "current").name == name


def test_export_writes_into_what_is_no_file(run: Run, snapshot: Snapshot) -> None:
    assert run("export", snapshot.path, "--graph", "dataset", "-f", "nt", "-o", "/dev/null").exit_code == 0
    assert Path("/dev/null").is_char_device()


def test_every_setting_is_a_flag_and_reaches_the_worker(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from clustergraph.cli.server_process import environment
    from clustergraph.settings import Settings

    text = run("serve", "--help").stdout
    for name in Settings.model_fields:
        # A password on the command line could be read by whoever lists the processes.
        assert (f"--{name.replace('_', '-')} " in text) == (name != "engine_password")
    settings = Settings(store=Path("a b"), port=9, allow=("http://example.org/",), rate="20/second", log="off")
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    assert Settings() == settings


def test_export_without_a_graph_is_without_what_was_inferred_from_it(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    (folder / "ontology").mkdir(parents=True)
    (folder / "data").mkdir()
    (folder / "ontology/o.ttl").write_text("<urn:p> <http://www.w3.org/2002/07/owl#inverseOf> <urn:q> .")
    (folder / "data/a.ttl").write_text("<urn:a> <urn:p> <urn:b> .")
    (folder / "data/b.ttl").write_text("<urn:c> <urn:r> <urn:d> .")
    store = str(tmp_path / "store")
    assert run("build", str(folder), "--store", store).exit_code == 0
    assert "<urn:b> <urn:q> <urn:a>" in run("export", "--store", store, "-f", "nquads").stdout
    done = run("export", "--store", store, "-f", "nquads", "--exclude", "a")
    assert "urn:a" not in done.stdout
    assert "urn:c" in done.stdout
    assert "inferred is left out too" in done.stderr
