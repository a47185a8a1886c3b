"""`clustergraph push` into real engines: what stands there afterwards, and after everything that can go wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from clustergraph.cli import cli, exit_codes
from clustergraph.engine.remote.http_client import HttpClient
from clustergraph.ingest import build
from clustergraph.progress import Silent
from clustergraph.push import plan, push
from clustergraph.push.errors import Different, Unreachable
from clustergraph.push.http import Client
from clustergraph.push.marker import LOADING, MANIFEST, MERGED
from clustergraph.push.target import find_target
from clustergraph.snapshots.snapshot import Snapshot
from support import sparql_engines
from support.sparql_engines import PASSWORD, Running

BASE = "https://example.org/"
SIGNED_IN = ("--user", "dba", "--password-env", "DBA_PASSWORD")

FIRST = """
@prefix : <https://example.org/> .
:a :name "A", "A"@de ; :age 40 ; :since "2015-03"^^<http://www.w3.org/2001/XMLSchema#gYearMonth> ;
   :knows [ :name "somebody" ; :knows [ :name "somebody else" ] ], [ :name "a third" ] .
:b :name "line\\nbreak, \\"quotes\\", \\u00fc and \\U0001F600" ; :knows :a .
"""
SECOND = FIRST.replace(":age 40", ":age 41") + ":c :name 'C' .\n"
OTHER = "@prefix : <https://example.org/> .\n:b :knows :a . :d :likes :e .\n"


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> tuple[Snapshot, Snapshot]:
    """Two states of a small graph: the second has a changed triple and one more, and lacks the graph `other`."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "some.ttl").write_text(FIRST)
    (folder / "other.ttl").write_text(OTHER)
    first = build([folder / "some.ttl", folder / "other.ttl"], store=folder / "one", base=BASE).snapshot
    (folder / "some.ttl").write_text(SECOND)
    second = build([folder / "some.ttl"], store=folder / "two", base=BASE).snapshot
    assert first.graphs_overlap
    return first, second


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str, str], None]
) -> Iterator[Callable[[str], Running]]:
    """Engines for these tests alone, by name, started when they are asked for."""
    started: dict[str, Running] = {}

    def server(name: str) -> Running:
        if name not in started:
            folder = tmp_path_factory.mktemp(name)
            made = sparql_engines.virtuoso(folder, needs) if name == "virtuoso" else None
            started[name] = made or sparql_engines.oxigraph(folder, needs)
            started[name].start()
        return started[name]

    yield server
    for one in started.values():
        one.end()


@pytest.fixture(params=["oxigraph", "virtuoso"])
def server(request: pytest.FixtureRequest, servers: Callable[[str], Running]) -> Running:
    """Each of the engines, with nothing of the small graph in it."""
    running = servers(request.param)
    graphs = {row["g"] for row in rows(running, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }") if BASE in row["g"]}
    client = Client(HttpClient("dba", PASSWORD) if request.param == "virtuoso" else HttpClient())
    store = find_target(running.query, client).store_url
    for graph in graphs:
        client.send("DELETE", f"{store}?{urlencode({'graph': graph})}")
    if request.param == "oxigraph":
        client.send("DELETE", f"{store}?default")
    return running


def pushed(server: Running, snapshot: Snapshot, *words: str, user: tuple[str, ...] = SIGNED_IN) -> Result:
    """Run `clustergraph push`; Virtuoso is told who it is."""
    signed_in = user if "virtuoso" in str(server.folder) else ()
    given = ["push", str(snapshot.path), "--to", server.query, *signed_in, *words]
    return CliRunner().invoke(cli, given, env={"DBA_PASSWORD": PASSWORD, "WRONG": "wrong"}, catch_exceptions=False)


def rows(server: Running, query: str) -> list[dict[str, str]]:
    request = Request(f"{server.query}?{urlencode({'query': query})}", headers={"Accept": "text/csv"})
    with urlopen(request, timeout=30) as reply:
        return list(csv.DictReader(io.StringIO(reply.read().decode())))


def count(server: Running, pattern: str) -> int:
    return int(rows(server, f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")[0]["n"])


def held(server: Running, base: str = BASE) -> dict[str, int]:
    """The named graphs under a base and their sizes, without the marker and the merge."""
    found = rows(server, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    own = (f"{base}graph/snapshot", f"{base}graph/merged")
    return {row["g"]: int(row["n"]) for row in found if row["g"].startswith(base) and row["g"] not in own}


def marks(server: Running, base: str = BASE) -> dict[str, str]:
    """What the marker says."""
    return {
        row["p"]: row["o"] for row in rows(server, f"SELECT ?p ?o {{ GRAPH <{base}graph/snapshot> {{ ?s ?p ?o }} }}")
    }


def merged(server: Running, base: str = BASE) -> int:
    """The size of the merge, wherever it is."""
    place = marks(server, base).get(MERGED)
    return count(server, f"GRAPH <{place}> {{ ?s ?p ?o }}" if place else "?s ?p ?o")


# ------------------------------------------------------------------------------------------------ what stands there


@pytest.mark.parametrize("name", ["virtuoso", "oxigraph"])
def test_the_published_graph_stands_there_whole(name: str, snapshot: Snapshot, request: pytest.FixtureRequest) -> None:
    server: Running = request.getfixturevalue(name)
    assert held(server, snapshot.base) == snapshot.graphs
    assert merged(server, snapshot.base) == snapshot.manifest["triples"]
    assert json.loads(marks(server, snapshot.base)[MANIFEST]) == snapshot.manifest


def test_a_push_again_changes_nothing(server: Running, snapshots: tuple[Snapshot, Snapshot]) -> None:
    first, _ = snapshots
    for words, told in (((), "is now in"), ((), "was already in"), (("--force",), "is now in")):
        done = pushed(server, first, "--chunk", "3", *words)
        assert done.exit_code == 0, done.output
        assert f"Snapshot {first.name} {told}" in done.output
        assert held(server) == first.graphs
        assert merged(server) == first.manifest["triples"]


def test_blank_nodes_stay_tied(server: Running, snapshots: tuple[Snapshot, Snapshot]) -> None:
    assert pushed(server, snapshots[0], "--chunk", "1").exit_code == 0
    path = f"<{BASE}a> <{BASE}knows>/<{BASE}knows>/<{BASE}name> ?name"
    assert rows(server, f"SELECT ?name {{ GRAPH <{BASE}graph/some> {{ {path} }} }}") == [{"name": "somebody else"}]


def test_a_changed_snapshot_takes_the_place_of_the_one_before(
    server: Running, snapshots: tuple[Snapshot, Snapshot]
) -> None:
    first, second = snapshots
    assert pushed(server, first).exit_code == 0
    told = pushed(server, second, "--dry-run").output
    assert f"remove\t{BASE}graph/other" in told
    assert f"holds snapshot {first.name}" in told
    assert held(server) == first.graphs
    assert pushed(server, second).exit_code == 0
    assert held(server) == second.graphs
    assert merged(server) == second.manifest["triples"]
    ages = rows(server, f"SELECT ?age {{ GRAPH <{BASE}graph/some> {{ ?s <{BASE}age> ?age }} }}")
    assert ages == [{"age": "41"}]


def test_other_graphs_are_left_alone(server: Running, snapshots: tuple[Snapshot, Snapshot]) -> None:
    client = Client(HttpClient("dba", PASSWORD) if "virtuoso" in str(server.folder) else HttpClient())
    foreign = "urn:of-somebody-else"
    store = find_target(server.query, client).store_url
    line = b"<urn:s> <urn:p> <urn:o> .\n"
    client.send("PUT", f"{store}?{urlencode({'graph': foreign})}", line, content_type="application/n-triples")
    for snapshot in snapshots:
        assert pushed(server, snapshot).exit_code == 0
    assert count(server, f"GRAPH <{foreign}> {{ ?s ?p ?o }}") == 1


def test_updates_do_as_well(servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]) -> None:
    server = servers("oxigraph")
    for snapshot in snapshots:
        done = pushed(server, snapshot, "--protocol", "update", "--chunk", "2", "--force")
        assert done.exit_code == 0, done.output
        assert held(server) == snapshot.graphs
        assert merged(server) == snapshot.manifest["triples"]


def test_the_merge_can_be_a_named_graph(
    servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("oxigraph")
    first, _ = snapshots
    assert pushed(server, first, "--force").exit_code == 0
    assert pushed(server, first, "--merged", "named").exit_code == 0
    assert marks(server)[MERGED] == f"{BASE}graph/merged"
    assert merged(server) == first.manifest["triples"]
    assert count(server, "?s ?p ?o") == 0
    assert pushed(server, first, "--merged", "default").exit_code == 0
    assert count(server, "?s ?p ?o") == first.manifest["triples"]
    assert count(server, f"GRAPH <{BASE}graph/merged> {{ ?s ?p ?o }}") == 0


# ------------------------------------------------------------------------------------------------ what goes wrong


def test_a_triple_that_is_missing_is_noticed(
    servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("oxigraph")
    first, _ = snapshots
    assert pushed(server, first, "--force").exit_code == 0
    _update(server, f"DELETE DATA {{ GRAPH <{BASE}graph/some> {{ <{BASE}b> <{BASE}knows> <{BASE}a> }} }}")
    done = pushed(server, first, "--loaded")
    assert done.exit_code == exit_codes.REFUSED
    assert f"graph <{BASE}graph/some>: 12 triples expected, 11 found (<{BASE}knows> 4 expected, 3 found)" in done.output
    assert MANIFEST not in marks(server)
    done = pushed(server, first)
    assert "is now in" in done.output
    assert held(server) == first.graphs
    _update(server, f"DELETE DATA {{ GRAPH <{BASE}graph/some> {{ <{BASE}b> <{BASE}knows> <{BASE}a> }} }}")
    assert "is now in" in pushed(server, first).output
    assert held(server) == first.graphs


@pytest.mark.parametrize("said", ["no JSON", "[]", '{"name": "x"}'])
def test_a_marker_that_says_nothing_is_not_believed(
    said: str, servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("oxigraph")
    first, _ = snapshots
    assert pushed(server, first, "--force").exit_code == 0
    mark = f"<{BASE}> <{MANIFEST}>"
    place = f"GRAPH <{BASE}graph/snapshot>"
    literal = ox.Literal(said)
    _update(server, f"DELETE WHERE {{ {place} {{ {mark} ?o }} }} ; INSERT DATA {{ {place} {{ {mark} {literal} }} }}")
    assert "is now in" in pushed(server, first).output
    assert json.loads(marks(server)[MANIFEST]) == first.manifest


def test_a_triple_in_the_place_of_another_is_noticed(
    servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("oxigraph")
    first, _ = snapshots
    assert pushed(server, first, "--force").exit_code == 0
    _update(server, f"DELETE {{ ?s <{BASE}age> 40 }} INSERT {{ ?s <{BASE}age> 39 }} WHERE {{ ?s <{BASE}age> 40 }}")
    target = find_target(server.query, Client())
    with pytest.raises(Different) as caught:
        push(plan(first, target), loaded=True)
    (only,) = caught.value.differences
    assert only.startswith(f"default graph: the triple <{BASE}a> <{BASE}age>")


def _update(server: Running, text: str) -> None:
    body = urlencode({"update": text}).encode()
    with urlopen(server.query.replace("/query", "/update"), body, timeout=30) as reply:
        assert reply.status == 204


def test_a_push_that_is_killed_leaves_no_marker_and_can_be_run_again(server: Running, snapshot: Snapshot) -> None:
    words = ["push", str(snapshot.path), "--to", server.query, "--chunk", "5"]
    words += SIGNED_IN if "virtuoso" in str(server.folder) else ()
    with subprocess.Popen(
        [sys.executable, "-m", "clustergraph", *words], env={**os.environ, "DBA_PASSWORD": PASSWORD}
    ) as process:
        until = time.monotonic() + 60
        while not held(server, snapshot.base):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    said = marks(server, snapshot.base)
    assert MANIFEST not in said
    assert set(snapshot.graphs) <= set(json.loads(said[LOADING]))
    assert held(server, snapshot.base) != snapshot.graphs
    assert "holds a push that did not end" in pushed(server, snapshot, "--dry-run").output
    assert pushed(server, snapshot).exit_code == 0
    assert held(server, snapshot.base) == snapshot.graphs
    assert json.loads(marks(server, snapshot.base)[MANIFEST])["name"] == snapshot.name
    _drop_published(server, snapshot)


def _drop_published(server: Running, snapshot: Snapshot) -> None:
    client = Client(HttpClient("dba", PASSWORD) if "virtuoso" in str(server.folder) else HttpClient())
    store = find_target(server.query, client).store_url
    for graph in (*snapshot.graphs, f"{snapshot.base}graph/snapshot", f"{snapshot.base}graph/merged"):
        client.send("DELETE", f"{store}?{urlencode({'graph': graph})}", passing=frozenset({404}))


class _EndsIt(Silent):
    """Ends the engine when some chunks were sent."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.sent = 0

    def advance(self, count: int) -> None:
        self.sent += count
        if self.sent > 50:
            self.server.end()


def test_an_engine_that_goes_away_is_told_and_the_push_can_be_run_again(server: Running, snapshot: Snapshot) -> None:
    signed_in = ("dba", PASSWORD) if "virtuoso" in str(server.folder) else ("", "")
    client = Client(HttpClient(*signed_in), first_pause=0.001)
    with pytest.raises(Unreachable, match=r"does not answer .+ Is the engine running") as caught:
        push(plan(snapshot, find_target(server.query, client)), chunk=20, progress=_EndsIt(server))
    assert "marked as not complete; the same push, run again, completes it." in str(caught.value.__notes__)
    server.start()
    assert MANIFEST not in marks(server, snapshot.base)
    assert pushed(server, snapshot).exit_code == 0
    assert held(server, snapshot.base) == snapshot.graphs
    assert merged(server, snapshot.base) == snapshot.manifest["triples"]
    _drop_published(server, snapshot)


@pytest.mark.parametrize("words", [(), ("--to", "http://127.0.0.1:9/", "--files", "somewhere")])
def test_where_to_is_said_once(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, ["push", *words])
    assert done.exit_code == exit_codes.USAGE
    assert "Give either --to URL or --files FOLDER." in done.output


def test_nothing_listens() -> None:
    url = f"http://127.0.0.1:{sparql_engines.free_port()}/sparql"
    with pytest.raises(Unreachable, match=f"{url} does not answer POST: connection refused"):
        find_target(url, Client(first_pause=0.001))


def test_a_push_that_is_interrupted_says_what_stands_there(
    servers: Callable[[str], Running], snapshot: Snapshot
) -> None:
    server = servers("oxigraph")
    words = ["push", str(snapshot.path), "--to", server.query, "--chunk", "5", "--force"]
    with subprocess.Popen(
        [sys.executable, "-m", "clustergraph", *words], stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        assert process.stderr is not None
        until = time.monotonic() + 60
        while not held(server, snapshot.base):
            assert time.monotonic() < until
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        told = process.stderr.read().decode()
        assert process.wait() == exit_codes.INTERRUPTED
    assert f"{server.query} is marked as not complete; the same push, run again, completes it." in told
    _drop_published(server, snapshot)


def test_a_read_only_server_is_told_from_a_wrong_address(
    snapshots: tuple[Snapshot, Snapshot], tmp_path: Path, needs: Callable[[str, str], None]
) -> None:
    server = sparql_engines.oxigraph(tmp_path, needs)
    server.start()
    server.end()  # it has made the store by now
    server = sparql_engines.oxigraph(tmp_path, needs, kind="serve-read-only")
    server.start()
    try:
        done = pushed(server, snapshots[0])
        assert done.exit_code == exit_codes.REFUSED
        assert "read-only" in done.output
        done = pushed(server, snapshots[0], "--graph-store", server.query.replace("/query", "/nowhere"))
        assert done.exit_code == exit_codes.REFUSED
        assert "/nowhere" in done.output
        assert marks(server) == {}
    finally:
        server.end()


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ((), "asks who you are. Give --user"),
        (("--user", "dba", "--password-env", "WRONG"), "does not accept the password of user 'dba'"),
        (("--user", "dba", "--password-env", "MISSING"), "There is no variable MISSING"),
        (("--user", "dba"), "--password-env"),
        (("--password-env", "WRONG"), "--password-env needs --user"),
    ],
)
def test_who_may_not_write_is_told(
    user: tuple[str, ...], told: str, servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    done = pushed(servers("virtuoso"), snapshots[0], user=user)
    assert done.exit_code in (exit_codes.REFUSED, exit_codes.USAGE)
    assert told in done.output


def test_a_place_that_does_not_let_strangers_write_says_so(
    servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("virtuoso")
    open_to_all = server.query.replace("/sparql", "/sparql-graph-crud")
    done = pushed(server, snapshots[0], "--graph-store", open_to_all, user=())
    assert done.exit_code == exit_codes.REFUSED
    assert "does not let anybody who does not sign in write" in done.output
    assert "Permission denied" in done.output


def test_another_clustergraph_takes_no_graphs(clustergraph_url: str, snapshots: tuple[Snapshot, Snapshot]) -> None:
    done = CliRunner().invoke(cli, ["push", str(snapshots[0].path), "--to", clustergraph_url])
    assert done.exit_code == exit_codes.REFUSED
    assert "is a ClusterGraph" in done.output


def test_a_default_graph_of_others_is_not_replaced_unasked(
    servers: Callable[[str], Running], snapshots: tuple[Snapshot, Snapshot]
) -> None:
    server = servers("oxigraph")
    client = Client()
    store = server.query.replace("/query", "/store")
    client.send("DELETE", f"{store}?{urlencode({'graph': f'{BASE}graph/snapshot'})}", passing=frozenset({404}))
    client.send("PUT", f"{store}?default", b"<urn:s> <urn:p> <urn:o> .", content_type="application/n-triples")
    done = pushed(server, snapshots[0])
    assert done.exit_code == exit_codes.REFUSED
    assert "--merged named leaves it alone" in done.output
    assert pushed(server, snapshots[0], "--merged", "named").exit_code == 0
    assert rows(server, "SELECT * { ?s ?p ?o }") == [{"s": "urn:s", "p": "urn:p", "o": "urn:o"}]
    assert pushed(server, snapshots[0], "--merged", "default", "--force").exit_code == 0
    assert merged(server) == snapshots[0].manifest["triples"]


def test_a_name_that_a_push_needs_is_refused(
    servers: Callable[[str], Running], tmp_path: Path, snapshots: tuple[Snapshot, Snapshot]
) -> None:
    (tmp_path / "merged.ttl").write_text(OTHER)
    taken = build([tmp_path / "merged.ttl"], store=tmp_path / "store", base=BASE).snapshot
    done = pushed(servers("oxigraph"), taken)
    assert done.exit_code == exit_codes.REFUSED
    assert f"<{BASE}graph/merged>" in done.output
    assert snapshots[0].name != taken.name
