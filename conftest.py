"""What tests and the examples in docstrings share: the graph of this repository, built, and a small one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import Folder, published

ROOT = Path(__file__).parent

# How long an example may take depends on what else the machine does.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

collect_ignore = [
    f"src/clustergraph/{module}.py" for module in ("build", "cite", "engine/errors", "graph_names", "snapshot")
]
"""Modules that only forward from a former name, with a warning; tests/test_moved.py has them."""


UNITS = {
    "tests/remote": "tests/remote",
    "tests/docs/test_notebooks.py": "the site",
    "tests/docs/test_site.py": "the site",
}
"""Files, and folders of files, whose tests one process runs because they share what takes long to start, each with the
name of its unit. Every other file is a unit of its own."""

SLOWEST_UNITS = (
    "tests/remote",
    "tests/docs/test_docs.py",
    "the site",
    "tests/data/test_every_query.py",
    "tests/browser/test_pages.py",
    "tests/docs/test_scale_out.py",
    "tests/mcp/test_sessions.py",
    "tests/browser/test_use.py",
    "tests/web/test_rsgi.py",
    "tests/test_bench.py",
    "tests/hostile/test_fuzz.py",
    "tests/engine/test_reader_pool.py",
    "tests/web/test_server.py",
)
"""The units that take longest. They start first, so that no process ends long after the others."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute tests by UNITS, the slowest first."""
    from xdist.scheduler import LoadFileScheduling

    class ByUnit(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return UNITS.get(file) or UNITS.get(file.rpartition("/")[0]) or file

        def _assign_work_unit(self, node: Any) -> None:
            for unit in SLOWEST_UNITS:
                if unit in self.workqueue:
                    self.workqueue.move_to_end(unit, last=False)
                    break
            super()._assign_work_unit(node)

    return ByUnit(config, log)


@pytest.fixture(scope="session")
def needs() -> Callable[[str, str], None]:
    """`needs(program, package)` is `support.programs.need_program`."""
    from support.programs import need_program

    return need_program


@pytest.fixture(scope="session")
def store(pytestconfig: pytest.Config) -> Path:
    """The store folder in which this repository's own graph is built. Kept between runs, for as long as the code that
    builds stays the same; the build itself sees whether its input does."""
    code = hashlib.sha256()
    for path in sorted((ROOT / "src/clustergraph/ingest").glob("*.py")):
        code.update(path.read_bytes())
    assert pytestconfig.cache is not None
    return pytestconfig.cache.mkdir(f"graph-{code.hexdigest()[:12]}")


@pytest.fixture(scope="session")
def snapshot(store: Path) -> Snapshot:
    """The snapshot of this repository's own graph."""
    from clustergraph.ingest.open_snapshot import find_source, open_source

    return open_source(find_source([published().root], store=store)).snapshot


@pytest.fixture(scope="session")
def users_cache(store: Path, snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache, to be named by XDG_CACHE_HOME, in which this repository's own graph is built already."""
    from clustergraph.snapshots.source_folder import default_store

    assert snapshot.path is not None
    assert snapshot.path.is_relative_to(store.resolve())
    cache = tmp_path_factory.mktemp("cache")
    place = cache / "clustergraph" / default_store(published().root).name
    place.parent.mkdir()
    place.symlink_to(store.resolve(), target_is_directory=True)
    return cache


@pytest.fixture(scope="session")
def engine(snapshot: Snapshot) -> Iterator[Any]:
    """An engine on `snapshot`."""
    from clustergraph.engine.embedded import EmbeddedEngine

    engine = EmbeddedEngine(snapshot)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def catalogue() -> Any:
    """This repository's own canned queries."""
    from clustergraph.catalogue import Catalogue

    return Catalogue.load(published().queries)


@pytest.fixture(scope="session")
def kg(snapshot: Snapshot) -> Iterator[Any]:
    """This repository's own graph, opened with the library."""
    import clustergraph

    with clustergraph.open(snapshot.path, queries=published().queries) as kg:
        yield kg


@pytest.fixture(scope="session")
def facts(kg: Any) -> Any:
    """What this repository's own graph says, to be looked up by short names."""
    from support.graph_facts import Facts

    return Facts(kg.graph())


@pytest.fixture(scope="session")
def documents() -> dict[str, dict[int, str]]:
    """The lines of the two documents that the graph was curated from, `page` and `flyer`, by number."""
    from support.graph_facts import DOCUMENTS

    if not DOCUMENTS.is_dir():
        pytest.skip("the source documents are not beside this repository")
    texts = {"page": DOCUMENTS.glob("000_*.txt"), "flyer": DOCUMENTS.glob("001_*.txt")}
    return {
        name: dict(enumerate(next(found).read_text(encoding="utf-8").split("\n"), start=1))
        for name, found in texts.items()
    }


@pytest.fixture(scope="session")
def page(documents: dict[str, dict[int, str]]) -> dict[int, str]:
    """The lines of the programme page by number."""
    return documents["page"]


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small graph: two people, their names, one canned query."""
    folder = Folder(tmp_path_factory.mktemp("example", numbered=False))
    folder.data.mkdir()
    folder.queries.mkdir()
    (folder.data / "people.ttl").write_text(
        '@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n<ada> foaf:name "Ada" .\n<bob> foaf:name "Bob" .\n'
    )
    (folder.queries / "names.rq").write_text(
        "#+ summary: Names with a text in them\n"
        "#+ description: The names that have this text anywhere in them.\n"
        "#+ parameters:\n"
        "#+   text:\n"
        "#+     description: What to look for.\n"
        "#+     example: Ad\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n"
        "SELECT ?name WHERE { ?person foaf:name ?name FILTER(CONTAINS(?name, ?_text)) } ORDER BY ?name\n"
    )
    return folder.root


@pytest.fixture(autouse=True)
def _cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or writes the user's own cache or settings."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    for name in ("CLUSTERGRAPH_STORE", "CLUSTERGRAPH_QUERIES"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _names_for_examples(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """What the library's examples use without saying so."""
    if request.node.name.startswith(
        ("clustergraph.library.knowledge_graph", "clustergraph.library.thing", "clustergraph.library.asynchronous")
    ):
        import clustergraph

        folder = request.getfixturevalue("example")
        doctest_namespace["example"] = folder
        doctest_namespace["kg"] = clustergraph.open(folder)
