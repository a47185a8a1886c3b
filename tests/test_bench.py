"""The measurements: that the generator is right, that a run gives figures, that the report says what they are."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyoxigraph as ox
import pytest
from click.testing import CliRunner

from bench import (
    ask,
    graphs,
    hostile,
    library,
    load,
    measure,
    peers,
    pressure,
    processes,
    questions,
    report,
    servers,
    synthetic,
)
from bench.__main__ import main, shown
from bench.hostile import Hostile
from bench.library import Library
from bench.load import Load
from bench.machine import versions
from bench.pages import Page
from bench.pressure import Pressure
from bench.results import AD_HOC, CANNED, COLD, KEPT, MIX, REPEATED, Cell, Check, Results, Service
from clustergraph.engine.base import Engine
from clustergraph.ingest.open_snapshot import Options
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import Folder, published
from clustergraph.sparql.query import Query


def needs(*names: str) -> None:
    """Skip the test where a package of the extra `bench` is not installed."""
    absent = [package for name in names for package in peers.missing(name)]
    if absent:
        pytest.skip(f"{', '.join(absent)} not installed; it comes with the extra `bench`")


# ------------------------------------------------------------------------------------------------- the generator


@pytest.fixture(scope="module")
def known() -> synthetic.Known:
    store, _ = graphs.loaded(published())
    return graphs.known(store)


def generated(known: synthetic.Known, triples: int, seed: int = 1) -> tuple[str, int]:
    file = io.StringIO()
    count = synthetic.write(file, known, triples=triples, seed=seed)
    return file.getvalue(), count


def test_the_same_seed_gives_the_same_clusters(known: synthetic.Known) -> None:
    assert generated(known, 3000) == generated(known, 3000)
    assert generated(known, 3000)[0] != generated(known, 3000, seed=2)[0]


@pytest.mark.parametrize("wanted", [1, 1000, 20_000])
def test_the_generator_writes_as_many_triples_as_it_says_and_few_more_than_asked(
    known: synthetic.Known, wanted: int
) -> None:
    text, said = generated(known, wanted)
    assert len(set(ox.parse(text, format=ox.RdfFormat.TURTLE))) == said
    assert wanted <= said < wanted + 200


def test_made_up_clusters_use_terms_that_the_ontology_declares(known: synthetic.Known) -> None:
    store, _ = graphs.loaded(published())
    ours = synthetic.PREFIXES["cg"]
    for triple in ox.parse(generated(known, 5000)[0], format=ox.RdfFormat.TURTLE):
        for term in (triple.predicate, triple.object):
            if isinstance(term, ox.NamedNode) and term.value.startswith(ours):
                assert any(store.quads_for_pattern(term, None, None)), f"{term} is not declared"


def test_made_up_clusters_stand_on_the_real_places(known: synthetic.Known) -> None:
    assert len(known.countries) > 20
    assert ("country:JP", "Japan") in known.countries
    assert all(city.startswith("city:") and state.startswith("state:DE-") for city, state in known.places)


# --------------------------------------------------------------------------------------------------- the questions


def test_canned_questions_are_the_canned_queries_with_their_examples(snapshot: Snapshot, engine: Engine) -> None:
    graph = SimpleNamespace(name="real", folder=published(), snapshot=snapshot)
    asked = {one.name: one for one in questions.canned(graph, engine)}  # type: ignore[arg-type]
    assert set(asked) == {path.stem for path in published().queries.glob("*.rq")}
    assert "<https://w3id.org/clustergraph/id/country/JP>" in asked["clusters-by-country"].texts[0]
    assert asked["clusters-by-country"].api.startswith("/api/clusters-by-country?")
    assert not any(one.texts[0].startswith("#") for one in asked.values())


def test_every_ad_hoc_question_has_an_answer(snapshot: Snapshot, engine: Engine) -> None:
    graph = SimpleNamespace(name="real", folder=published(), snapshot=snapshot)
    asked = questions.ad_hoc(graph, engine)  # type: ignore[arg-type]
    assert len({one.name for one in asked}) == len(asked)
    rows = {one.name: measure.expected(engine, one) for one in asked}
    assert all(rows.values()), rows
    assert 40_000 < rows["large result"] < 60_000


@pytest.mark.parametrize(
    ("body", "accept"), [(b"<html>", questions.RESULTS), (b"[]", questions.RESULTS), (b"<a", questions.TRIPLES)]
)
def test_an_answer_that_cannot_be_read_is_refused(body: bytes, accept: str) -> None:
    with pytest.raises(ask.Refused):
        ask.count(body, accept)


# -------------------------------------------------------------------------------------------------------- the load


@pytest.fixture
def echo() -> Iterator[tuple[int, list[str]]]:
    """A server that remembers what it was asked; it refuses what has `bad` in it."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(500 if "bad" in self.path else 200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield int(server.server_address[1]), seen
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["wrk", "client"])
def generator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the two load generators."""
    if request.param == "wrk" and not shutil.which("wrk"):
        pytest.skip("wrk is not installed")
    if request.param == "client":
        monkeypatch.setattr("bench.load.shutil.which", lambda _: None)
    monkeypatch.chdir(servers.ROOT)
    return str(request.param)


@pytest.mark.usefixtures("generator")
def test_a_cold_load_never_asks_the_same_twice(echo: tuple[int, list[str]]) -> None:
    port, seen = echo
    found = load.run(port, [("a/b", "/one"), ("a/b", "/two")], connections=2, seconds=1, unique="x")
    assert found.answers > 10
    assert found.refused == found.broken == 0
    assert 0 < found.p50 <= found.p95 <= found.p99
    assert len(set(seen)) == len(seen)
    assert {path.split("%0A%23x")[0] for path in seen} == {"/one", "/two"}


@pytest.mark.usefixtures("generator")
def test_a_repeated_load_asks_what_it_is_given_and_counts_refusals(echo: tuple[int, list[str]]) -> None:
    port, seen = echo
    found = load.run(port, [("a/b", "/good"), ("a/b", "/bad")], connections=1, seconds=1)
    assert set(seen) == {"/good", "/bad"}
    assert abs(found.refused - found.answers / 2) <= 1
    assert found.rate == pytest.approx((found.answers - found.refused) / found.seconds)


@pytest.mark.usefixtures("generator")
def test_a_load_on_nobody_says_so() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(load.LoadFailed, match="no figures"):
        load.run(port, [("a/b", "/")], connections=1, seconds=1)


# ----------------------------------------------------------------------------------------------------------- a run


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> graphs.Graph:
    """A graph of two people with one canned query, built as the real one is."""
    folder = Folder(tmp_path_factory.mktemp("folder"))
    folder.data.mkdir()
    folder.queries.mkdir()
    (folder.data / "people.ttl").write_text("<ada> <http://xmlns.com/foaf/0.1/name> 'Ada' .")
    (folder.queries / "names.rq").write_text(
        "#+ summary: Names\n#+ description: All names.\n"
        "SELECT ?name WHERE { ?s <http://xmlns.com/foaf/0.1/name> ?name }\n"
    )
    return graphs.built("example", folder, tmp_path_factory.mktemp("out"), Options())


@pytest.mark.parametrize("others", [(), ("oxigraph",), ("rdflib-endpoint",)], ids=["alone", *peers.PEERS])
def test_a_run_measures_every_server_and_leaves_none_behind(small: graphs.Graph, others: tuple[str, ...]) -> None:
    needs(peers.OURS, *others)
    before = set(processes.tree(os.getpid()))
    graphs.export(small, set(others))
    results = sample()
    results.graphs, results.services, results.checks, results.cells = {}, [], [], []
    plan = measure.Plan(parts=("start", CANNED), peers=others, rounds=1, connections=(2,), deadline=5)
    measure.run(plan, small, results)
    assert set(processes.tree(os.getpid())) <= before
    assert results.graphs == {"example": 1}
    assert [(one.rows, one.note) for one in results.checks] == [(1, "")] * (2 + len(others))
    assert {one.server for one in results.services} == {peers.OURS, *others}
    assert all(one.starts[0] > 0 and one.idle > 1 << 20 and one.loaded > 1 << 20 for one in results.services)
    timed = {(cell.server, cell.mode) for cell in results.cells if cell.rate > 0 and not cell.errors}
    assert timed == {
        (peers.API, REPEATED),
        *((name, mode) for name in (peers.OURS, *others) for mode in (COLD, REPEATED)),
    }
    assert "## The example graph (1 triples)" in report.written(results)


def test_bad_queries_end_and_leave_no_memory_behind(
    store: Path, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(peers.OURS)
    monkeypatch.setattr(pressure, "DEADLINE", 0.5)
    monkeypatch.setattr(pressure, "HUNGRY_TIMES", 2)
    graph = graphs.Graph("real", published(), store, snapshot, tmp_path, {})
    engine = questions.embedded(graph)
    asked = questions.ad_hoc(graph, engine)
    requests = [(one.accept, one.target(peers.OURS)) for one in asked if one.name in measure.QUICK]
    with servers.Server(peers.OURS, graph, 5) as server:
        server.start(questions.FIRST, measure.expected(engine, questions.FIRST), 60)
        found = pressure.measure("real", server, requests, 1, 0.5)
    engine.close()
    assert len(requests) == len(measure.QUICK)
    assert {*found.endless} == {503}
    assert found.hungry == [503, 503]
    assert min(found.overdue) >= 0
    assert found.pinned[0].answers > 0
    assert found.pinned[0].refused == found.pinned[0].broken == 0
    assert found.after < pressure.SETTLED * found.before


def test_a_kept_answer_is_measured_beside_an_application_that_only_sends_it(
    store: Path, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(peers.OURS)
    monkeypatch.setattr(measure, "KEPT_ROUNDS", 1)
    graph = graphs.Graph("real", published(), store, snapshot, tmp_path, {})
    results = Results("", "", {}, {}, "", 1, 0.2, 5)
    measure.run(
        measure.Plan(parts=(KEPT,), peers=(), rounds=1, seconds=0.2, connections=(2,), deadline=5), graph, results
    )
    assert {cell.server for cell in results.cells if cell.rate > 0 and not cell.errors} == {peers.OURS, peers.GRANIAN}
    assert "to an application that only sends it | 0.5 |" in report.written(results)


def test_others_are_measured_beside_a_hostile_client(
    store: Path, snapshot: Snapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(peers.OURS)
    attacks = ("names that are not there", "queries whose client leaves", "200 bodies that come slowly")
    monkeypatch.setattr(hostile, "ATTACKS", {name: hostile.ATTACKS[name] for name in attacks})
    graph = graphs.Graph("real", published(), store, snapshot, tmp_path, {})
    engine = questions.embedded(graph)
    rows = measure.expected(engine, questions.FIRST)
    engine.close()
    with servers.Server(peers.OURS, graph, 5, more=hostile.SETTINGS) as server:
        server.start(questions.FIRST, rows, 60)
        others = {"kept answer": ([("text/csv", "/sparql?query=ASK%7B%7D")], False)}
        found = hostile.measure("real", server, others, 0.5, lambda _: None)
    assert tuple(found.attacked) == attacks
    assert all(loads["kept answer"].answers > 0 for loads in found.attacked.values())
    assert all(loads["kept answer"].broken == 0 for loads in found.attacked.values())


def test_a_server_that_cannot_start_says_why(small: graphs.Graph) -> None:
    nowhere = replace(small, store=small.out / "nowhere")
    question = questions.Question("any", "", ("ASK {}",))
    server = servers.Server(peers.OURS, nowhere, 5)
    with server, pytest.raises(servers.DidNotStart, match="clustergraph stopped with exit code"):
        server.start(question, 1, 30)


def test_a_command_is_shown_without_places_of_this_machine(small: graphs.Graph) -> None:
    for name in (peers.OURS, *peers.PEERS):
        inside = replace(small, store=servers.ROOT / "bench/out/store", out=servers.ROOT / "bench/out")
        said = servers.shown(servers.Server(name, inside, 5, 9).command())
        assert " /" not in said
        assert not said.startswith("/")


# ------------------------------------------------------------------------------------------------------ the report


def cell(query: str, server: str, rate: int, part: str = AD_HOC, mode: str = COLD) -> Cell:
    """A cell of the real graph under 8 connections with one round of so many answers a second."""
    return Cell("real", part, query, mode, 8, server, [Load(rate, 1.0, rate * 100, 0, 0, 0.001, 0.002, 0.003)])


def sample() -> Results:
    return Results(
        date="2026-01-02",
        command="python -m bench",
        machine={"Cores": "2"},
        versions={"Python": "3"},
        generator="wrk 4",
        rounds=1,
        seconds=1.0,
        deadline=10,
        graphs={"real": 13_000},
        services=[Service("real", peers.OURS, [0.5, 0.7, 0.6], 2**20, 2**21, "python -m clustergraph serve")],
        checks=[
            Check("real", AD_HOC, "point look-up", peers.OURS, 12, 0.001),
            Check("real", AD_HOC, "point look-up", peers.RDFLIB, 11, 0.1, "11 rows where clustergraph has 12"),
        ],
        cells=[
            cell("point look-up", peers.OURS, 500),
            cell("point look-up", peers.OXIGRAPH, 1000),
            Cell("real", AD_HOC, "point look-up", COLD, 8, peers.RDFLIB, note="11 rows where clustergraph has 12"),
            cell("clusters", peers.OURS, 4000, CANNED, REPEATED),
            cell("clusters", peers.OXIGRAPH, 1000, CANNED, REPEATED),
        ],
        pressures=[
            Pressure(
                "real",
                quiet=[Load(100, 1.0, 100, 0, 0, 0.002, 0.003, 0.004)],
                pinned=[Load(50, 1.0, 50, 0, 0, 0.005, 0.006, 0.007)],
                overdue=[0.01, 0.2],
                endless=[503, 503],
                hungry=[503, 200],
                before=2**20,
                after=2**20,
            )
        ],
        hostile=[
            Hostile(
                "real",
                {"look-up": Load(100, 1.0, 100, 0, 0, 0.002, 0.003, 0.004)},
                {
                    "mild": {"look-up": Load(90, 1.0, 90, 0, 0, 0.023, 0.03, 0.04)},
                    "bad": {"look-up": Load(9, 1.0, 9, 0, 0, 0.5, 0.9, 0.9)},
                },
            )
        ],
        pages=[
            Page("real", "/page/id/slow", ["ASK {}"], [0.008, 0.007], [0.002, 0.002]),
            Page("real", "/page/id/quick", ["ASK {}", "ASK {}"], [0.004], [0.002]),
            Page("real", "/page/id/heavy", ["ASK {}"], note="/sparql?query answered 503: Deadline passed"),
        ],
        libraries=[
            Library("real", 0, {library.IMPORT: [0.01], library.FIRST: [0.6]}),
            Library("generated", 5, {"pyoxigraph, JSON": [2.0], "pyoxigraph, TSV": [1.0, 9.0, 1.0], "pandas": [1.2]}),
        ],
        about={"point look-up": "one thing"},
    )


def test_the_report_gives_ratios_goals_losses_and_findings() -> None:
    said = report.written(sample())
    assert "above 1 this service is faster" in said
    assert "| Point look-up cold, to Oxigraph | 0.4 | 0.50 | yes |" in said
    assert "| Canned queries repeated, geometric mean, to Oxigraph | 2 | 4.00 | yes |" in said
    assert "| real | ad-hoc | point look-up | cold | 8 | oxigraph | 0.50 |" in said
    assert "| point look-up | 8 | rdflib-endpoint | 11 rows where clustergraph has 12 |" in said
    assert "| clustergraph | 0.60 s | 1 MiB | 2 MiB |" in said
    assert "for 0 of 1 queries" in said


def test_what_a_hostile_client_does_is_shown_and_judged(tmp_path: Path) -> None:
    sample().save(tmp_path / "results.json")
    text = report.written(Results.read(tmp_path / "results.json"))
    assert "stays within the bound | under 2 x + 20 ms | 1 of 2 | **no** |" in text
    assert "| nobody | 2.00 |" in text
    assert "| mild | 23.00 |" in text
    assert "| bad | **500.00** |" in text


def test_what_bad_queries_do_is_told_and_judged() -> None:
    results = sample()
    said = report.written(results)
    assert "2 answered 503, at most 200 ms after" in said
    assert "1 answered 200, 1 answered 503. The service had 1 MiB before them and 1 MiB after." in said
    assert "to its 503, the worst | at most 0.5 | 0.20 | **no** |" in said  # for one query was answered after all
    results.pressures[0].hungry = [503]
    said = report.written(results)
    assert "to its 503, the worst | at most 0.5 | 0.20 | yes |" in said
    assert "beside it : without it | at most 2 | 2.50 | **no** |" in said


def test_how_long_pages_take_beside_their_queries_is_told_and_judged() -> None:
    results = sample()
    said = report.written(results)
    assert "| `/page/id/slow` | 1 | 7.50 | 2.00 | 3.75 |" in said
    assert "of its queries, the worst | under 3 | 3.75 | **no** |" in said
    assert "Not measured: `/page/id/heavy` (/sparql?query answered 503: Deadline passed)." in said
    del results.pages[0]
    assert "of its queries, the worst | under 3 | 2.00 | yes |" in report.written(results)


def test_the_library_is_measured_without_any_server(store: Path, snapshot: Snapshot, tmp_path: Path) -> None:
    graph = graphs.Graph("real", published(), store, snapshot, tmp_path, {})
    for name, ways in (
        ("real", {library.IMPORT, library.FIRST}),
        ("generated", {*library.WRITTEN, *library.FRAMES}),
    ):
        results = replace(sample(), graphs={}, libraries=[], services=[])
        measure.run(measure.Plan(parts=("frames",), peers=(), rounds=1), replace(graph, name=name), results)
        (found,) = results.libraries
        assert {way for way, seconds in found.seconds.items() if seconds[0] > 0} == ways
        assert "### The Python library" in report.written(results)
    engine = questions.embedded(graph)
    assert found.rows == len(engine.answer(Query(library.TARGETS, format="csv")).body.splitlines()) - 1 > 100
    engine.close()


def test_the_librarys_goals_are_told_and_judged() -> None:
    said = report.written(sample())
    assert "| Python: seconds to import the library | at most 0.2 | 0.01 | yes |" in said
    assert "and have a first answer | at most 0.5 | 0.60 | **no** |" in said
    assert "pyoxigraph writing that result | at most 1.5 | 1.20 | yes |" in said


def test_a_goal_that_is_missed_is_said_to_be_missed() -> None:
    results = sample()
    results.cells[0].rounds = [replace(results.cells[0].rounds[0], answers=300)]
    assert "| Point look-up cold, to Oxigraph | 0.4 | 0.30 | **no** |" in report.written(results)


def test_a_figure_is_the_median_of_its_rounds() -> None:
    one = cell("point look-up", peers.OURS, 100)
    one.rounds = [replace(one.rounds[0], answers=answers, p99=answers / 1000) for answers in (900, 100, 200)]
    assert (one.rate, one.latency("p99")) == (200.0, 0.2)


def test_requests_that_failed_are_no_answers_and_are_told() -> None:
    results = sample()
    results.cells[0].rounds = [replace(results.cells[0].rounds[0], refused=400, broken=3)]
    assert results.cells[0].rate == 100.0
    assert "| point look-up | cold | 8 | clustergraph | 403 |" in report.written(results)


def test_figures_can_be_kept_and_read_again(tmp_path: Path) -> None:
    results = sample()
    results.save(tmp_path / "results.json")
    assert Results.read(tmp_path / "results.json") == results


# ---------------------------------------------------------------------------------------------------- the command


def test_a_peer_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(peers.PACKAGES, peers.OXIGRAPH, ("no-such-package",))
    done = CliRunner().invoke(main, ["--out", str(tmp_path), "--peers", "oxigraph"])
    assert done.exit_code == 1
    assert "no-such-package not installed" in done.output
    assert "--peers" in done.output


def test_a_peer_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--out", str(tmp_path), "--peers", "virtuoso"])
    assert done.exit_code == 2
    assert "no peer 'virtuoso'" in done.output


def test_the_report_can_be_written_again(tmp_path: Path) -> None:
    sample().save(tmp_path / "results.json")
    done = CliRunner().invoke(main, ["--again", "--out", str(tmp_path), "--output", str(tmp_path / "R.md")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "R.md").read_text() == report.written(sample())


def test_a_run_that_was_broken_off_is_resumed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    options = [
        "--peers",
        "none",
        "--graph",
        "real",
        "--out",
        str(tmp_path),
        "--output",
        str(tmp_path / "R.md"),
        "--resume",
    ]
    monkeypatch.setattr(sys, "argv", ["bench", *options])
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 1
    assert "leave out --resume" in done.output

    before = sample()
    before.save(tmp_path / "results.json")
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 1
    assert before.command in done.output
    assert not (tmp_path / "R.md").exists()

    before.command, before.versions = shlex.join(["python", "-m", "bench", *options[:-1]]), versions()
    before.save(tmp_path / "results.json")
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "R.md").read_text() == report.written(before)  # nothing was left to measure

    before.resumed.append("generated")
    assert "--resume  # generated" in report.written(before)


def test_mix_is_told_apart_from_a_query_of_that_name() -> None:
    results = sample()
    results.cells += [cell(MIX, peers.OURS, 10, MIX), cell(MIX, peers.OXIGRAPH, 20, MIX)]
    assert "### All canned queries in turn, cold" in report.written(results)


def test_without_a_terminal_a_line_says_what_begins(capsys: pytest.CaptureFixture[str]) -> None:
    with shown() as tell:
        for what in ("real: build", "real: small join", "real: small join", "real: pages"):
            tell(what, 3)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[2] for line in lines] == ["real: build", "real: small join", "real: pages"]
