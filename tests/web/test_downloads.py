"""Downloads of graphs that are larger than any answer may be: files, whole or in part."""

from __future__ import annotations

import http.client
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import Graph

from bench.synthetic import Known, write
from clustergraph.engine import graph_export
from clustergraph.ingest import build
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.rdf.graph_writer import GRAPHS
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import MANIFEST, Snapshot
from clustergraph.sparql.errors import Busy
from clustergraph.web.app import create_app
from clustergraph.web.http import export_files
from clustergraph.web.service import open_service
from support.server import start_server, stop_server

TRIPLES = 40_000
LOCAL = "http://localhost:8080/"
KNOWN = Known(
    places=[("city:a", "state:b")],
    countries=[("country:c", "C"), ("country:d", "D")],
    fields=["field:e"],
    rounds=["round:1"],
    legal_forms=["legal-form:f"],
    partner_kinds=["partner-kind:g"],
    measure="measure:h",
)
COUNT = "/sparql?query=SELECT+(COUNT(*)+AS+%3Fn)+%7B+%3Fs+%3Fp+%3Fo+%7D&format=csv"

Serve = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A made-up graph of some 40,000 triples, and a small one beside it that repeats one of them."""
    folder = tmp_path_factory.mktemp("large")
    with (folder / "made-up.ttl").open("w", encoding="utf-8") as file:
        write(file, KNOWN, triples=TRIPLES)
    (folder / "small.nt").write_text(f"<{LOCAL}a> <{LOCAL}b> <{LOCAL}c> .\n", encoding="utf-8")
    built = build([folder / "made-up.ttl", folder / "small.nt"], store=folder / "store", reason="none")
    return built.snapshot


@pytest.fixture(scope="module")
def client(large: Snapshot) -> Iterator[FlaskClient]:
    """A client of its service, whose answers may hold a megabyte."""
    assert large.path is not None
    settings = Settings(store=large.path.parent.parent, log="off", rate="off", readers=2, result_size=1, timeout=60)
    service = open_service(settings)
    yield create_app(service).test_client()
    service.engine.close()


@pytest.mark.parametrize("form", of_kind("graph"), ids=lambda form: form.name)
def test_a_large_graph_comes_whole_in_every_format(client: FlaskClient, large: Snapshot, form: Format) -> None:
    graph = f"{LOCAL}graph/made-up"
    response = client.get(f"/data/graph/made-up.{form.extension}")
    assert response.status_code == 200
    assert response.content_type == form.content_type
    assert response.headers["Content-Length"] == str(len(response.data)) > "1"
    assert len(response.data) > 1 << 20
    parsed = ox.parse(io.BytesIO(response.data), format=GRAPHS[form.name])
    names = {quad.graph_name for quad in _counted(parsed, large.graphs[graph])}
    assert names == {ox.NamedNode(graph) if form.name in ("trig", "nquads") else ox.DefaultGraph()}


def _counted(quads: Iterator[ox.Quad], expected: int) -> Iterator[ox.Quad]:
    number = 0
    for quad in quads:
        number += 1
        yield quad
    assert number == expected


def test_all_graphs_merged_or_by_name(client: FlaskClient, large: Snapshot) -> None:
    merged = client.get("/data/graph.nt?download=1")
    assert merged.data.count(b"\n") == large.manifest["triples"]
    assert merged.headers["Content-Disposition"].endswith(f'-all-{large.name}.nt"')
    assert "Link" in merged.headers
    quads = client.get("/data/graph.nq")
    assert quads.data.count(b"\n") == sum(large.graphs.values())
    assert quads.data.count(f" <{LOCAL}graph/small> .\n".encode()) == 1
    assert sorted(quads.data.splitlines()) == sorted(set(quads.data.splitlines()))


def test_a_download_goes_on_where_it_was_cut_off(client: FlaskClient) -> None:
    address = "/data/graph/made-up.ttl"
    whole = client.get(address)
    size, etag = len(whole.data), whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    first = client.get(address, headers={"Range": "bytes=0-999999"})
    rest = client.get(address, headers={"Range": "bytes=1000000-", "If-Range": etag})
    assert (first.status_code, rest.status_code) == (206, 206)
    assert first.headers["Content-Range"] == f"bytes 0-999999/{size}"
    assert rest.headers["Content-Length"] == str(size - 1_000_000)
    assert first.headers["ETag"] == rest.headers["ETag"] == etag
    assert first.data + rest.data == whole.data
    assert client.get(address, headers={"Range": "bytes=-20"}).data == whole.data[-20:]
    for headers in ({"Range": "bytes=0-9", "If-Range": '"other"'}, {"Range": "bytes=0-1,5-6"}, {"Range": "lines=1-2"}):
        response = client.get(address, headers=headers)
        assert response.status_code == 200
        assert len(response.data) == size
    beyond = client.get(address, headers={"Range": f"bytes={size}-"})
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
    assert beyond.data == b""
    head = client.head(address)
    assert (head.data, head.headers["Content-Length"], head.headers["ETag"]) == (b"", str(size), etag)
    known = client.get(address, headers={"If-None-Match": etag})
    assert (known.status_code, known.data) == (304, b"")


def test_the_server_sends_the_same_parts(client: FlaskClient, large: Snapshot) -> None:
    """There, files are sent by the server itself."""
    assert large.path is not None
    server = start_server(large.path.parent.parent, **{"result-size": "1", "timeout": "60"})
    address = "/data/graph/made-up.nq"
    whole = client.get(address).data
    size = len(whole)

    def get(method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection.request(method, address, headers={"Accept-Encoding": "identity", **headers})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        status, headers, body = get()
        assert (status, headers["content-length"], body) == (200, str(size), whole)
        assert "content-range" not in headers
        for start_at, stop_at in ((0, 1), (10, 1000), (size - 5, size), (1 << 18, (1 << 18) + 3)):
            status, headers, body = get(Range=f"bytes={start_at}-{stop_at - 1}")
            assert (status, body) == (206, whole[start_at:stop_at])
            assert headers["content-range"] == f"bytes {start_at}-{stop_at - 1}/{size}"
            assert headers["content-length"] == str(stop_at - start_at)
        status, headers, body = get(Range=f"bytes={size}-")
        assert (status, headers["content-range"], body) == (416, f"bytes */{size}", b"")
        status, headers, body = get("HEAD")
        assert (status, headers["content-length"], body) == (200, str(size), b"")
    finally:
        connection.close()
        stop_server(server)


def test_downloads_that_nobody_reads_hold_no_reader(client: FlaskClient, large: Snapshot) -> None:
    address = "/data/graph/made-up.nq"
    unread = [client.get(address) for _ in range(50)]
    assert client.get(COUNT).text.split() == ["n", str(large.manifest["triples"])]
    for response in unread:
        assert response.status_code == 200
        response.close()


def test_a_file_is_written_once_and_whole(large: Snapshot, tmp_path: Path) -> None:
    target = tmp_path / "all.nq"
    (form,) = (form for form in of_kind("graph") if form.name == "nquads")
    draft = tmp_path / ".all.nq"
    draft.write_bytes(b"what a writer left that died")
    graph_export.write(large, None, form, target)
    assert target.read_bytes().count(b"\n") == sum(large.graphs.values())
    assert b"left" not in target.read_bytes()[:100]
    state = target.stat()
    graph_export.write(large, None, form, target)
    assert target.stat() == state
    assert [path.name for path in tmp_path.iterdir()] == ["all.nq"]


def test_who_asks_too_early_is_told_to_come_again(large: Snapshot, tmp_path: Path) -> None:
    assert large.path is not None
    (form,) = (form for form in of_kind("graph") if form.name == "nquads")
    path = tmp_path / large.name
    path.mkdir()
    (path / "store").symlink_to(large.store)
    (path / MANIFEST).symlink_to(large.path / MANIFEST)
    copy = Snapshot.open(path)
    with pytest.raises(Busy) as caught:
        export_files.prepare_file(copy, None, form, 0.001)
    assert caught.value.retry_after == export_files.RETRY_SECONDS
    file = export_files.prepare_file(copy, None, form, 60)
    assert file is not None
    assert file.read_bytes().count(b"\n") == sum(large.graphs.values())


LONG = "\n".join(f'<{LOCAL}id/{n}> <{LOCAL}p> "{n}{"x" * 1500}" .' for n in range(800))


def test_what_is_few_triples_and_large_is_a_file_too(serve: Serve) -> None:
    client = serve(LONG, result_size=1)
    response = client.get("/data/graph.ttl")
    assert len(Graph().parse(data=response.data, format="turtle")) == 800
    assert client.get("/data/id/1.ttl").status_code == 200


def test_without_a_place_for_files_it_is_refused_with_a_way_out(serve: Serve) -> None:
    client = serve(LONG, result_size=1)
    path = client.application.extensions["clustergraph"].snapshot.path
    (path / export_files.FOLDER).write_text("in the way", encoding="utf-8")
    response = client.get("/data/graph.ttl")
    assert response.status_code == 413
    problem = response.json
    assert problem
    assert problem["type"] == "/errors#result-too-large"
    assert "clustergraph export" in problem["detail"]
