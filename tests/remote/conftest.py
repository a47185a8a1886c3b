"""Real engines that hold this repository's own graph, loaded by `clustergraph push`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner

from clustergraph.cli import cli
from clustergraph.snapshots.snapshot import Snapshot
from support import sparql_engines
from support.server import Server
from support.sparql_engines import PASSWORD, Running


@pytest.fixture(scope="session")
def virtuoso(
    snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str, str], None]
) -> Iterator[Running]:
    """Virtuoso with this repository's graph."""
    engine = sparql_engines.virtuoso(tmp_path_factory.mktemp("virtuoso"), needs)
    yield from _loaded(engine, snapshot, "--user", "dba", "--password-env", "DBA_PASSWORD")


@pytest.fixture(scope="session")
def oxigraph(
    snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str, str], None]
) -> Iterator[Running]:
    """Oxigraph's server with this repository's graph."""
    yield from _loaded(sparql_engines.oxigraph(tmp_path_factory.mktemp("oxigraph"), needs), snapshot)


def _loaded(engine: Running, snapshot: Snapshot, *words: str) -> Iterator[Running]:
    try:
        engine.start()
        push = ["push", str(snapshot.path), "--to", engine.query, *words]
        done = CliRunner().invoke(cli, push, env={"DBA_PASSWORD": PASSWORD}, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        yield engine
    finally:
        engine.end()


@pytest.fixture(scope="session")
def virtuoso_url(virtuoso: Running) -> str:
    """Where Virtuoso answers queries on this repository's graph."""
    return virtuoso.query


@pytest.fixture(scope="session")
def oxigraph_url(oxigraph: Running) -> str:
    """Where Oxigraph's server answers queries on this repository's graph."""
    return oxigraph.query


@pytest.fixture(scope="session")
def clustergraph_url(published_server: Server) -> str:
    """Where another ClusterGraph answers queries on this repository's graph."""
    return published_server.sparql


@pytest.fixture(scope="session")
def engines(virtuoso_url: str, oxigraph_url: str, clustergraph_url: str) -> dict[str, str]:
    """The addresses that take queries, by engine."""
    return {"virtuoso": virtuoso_url, "oxigraph": oxigraph_url, "clustergraph": clustergraph_url}
