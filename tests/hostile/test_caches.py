"""All caches of a service draw from one room, which the setting `cache` bounds; what else is kept is listed here."""

from __future__ import annotations

import ast
import gc
from pathlib import Path
from urllib.parse import quote

import pytest

import clustergraph
from clustergraph import text_cache
from clustergraph.catalogue import Catalogue
from clustergraph.engine.byte_cache import ByteCache
from clustergraph.engine.cache import AnswerCache, CachedEngine
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.app import create_app
from clustergraph.web.service import MIB, Service, open_cache_memory

SOURCES = Path(clustergraph.__file__).parent
MAKERS = {
    "dict",
    "OrderedDict",
    "defaultdict",
    "Counter",
    "deque",
    "set",
    "list",
    "lru_cache",
    "cache",
    "WeakKeyDictionary",
}
ROOMS = ("catalogue", "describe", "engine", "mcp", "rdf", "snapshots", "sparql", "web", "")
KEPT = {
    # The room itself, and what draws from it.
    "engine/byte_cache.py entries": "the room",
    "text_cache.py results": "bounded with the room: all short texts",
    # Of a snapshot, and as large as its ontology or graph.
    "engine/lookups/turtle_writer.py _head": "16 heads of a document, of prefixes of the snapshot",
    "engine/lookups/triple_index.py _by_parts": "statements of the snapshot",
    "engine/lookups/triple_index.py _forms": "literals of the snapshot",
    "snapshots/written_literals.py _datatype": "256 datatypes of the snapshot",
    "snapshots/written_literals.py _names": "graphs, properties and datatypes of the snapshot",
    "snapshots/written_literals.py _known": "MAX_KNOWN_VALUES, while something is built",
    "engine/lookups/triple_index.py _all": "statements of the snapshot",
    "engine/lookups/triple_index.py _cells_by_iri": "terms of the snapshot",
    "describe/per_snapshot.py known": "one value for each of four snapshots",
    "engine/remote/connect.py _manifest": "the manifest of a service",
    # Of this installation.
    "web/http/i18n.py texts": "two languages",
    "web/http/i18n.py _read_sentences": "two languages",
    "web/pages/template_context.py _read_manifest": "the file of the front end",
    "engine/remote/http_client.py _tls_context": "one",
    "sparql/parsed_query.py _KEEP_ESCAPED": "a constant",
    "web/middleware/fast_path.py _ALWAYS": "a constant",
    # Bounded by a number of their own.
    "web/middleware/rate_limit.py _whole": "MAX_CLIENTS numbers",
    "web/middleware/metrics.py _requests": "a counter of those",
    "web/middleware/metrics.py _seconds": "areas",
    "web/middleware/metrics.py _in_bucket": "areas",
    "web/middleware/access_log.py _lines": "MAX_GATHERED_LINES",
    "web/middleware/access_log.py _write_time": "one",
    "engine/remote/http_auth.py _challenges": "one for each service that is asked",
    # What is going on now, and is gone with it.
    "engine/cache.py _pending": "queries that run",
    "engine/caller.py _on_leave": "of one request",
    "engine/remote/http_client.py _sockets": "of one exchange",
    "engine/readers/admission.py _free": "readers",
    "engine/readers/admission.py _leases": "queries that run",
    "engine/readers/admission.py _waiting": "queries that wait, at most `queue`",
    "engine/readers/ipc.py _parts": "of one answer, at most `result_size`",
    "engine/readers/reader_pool.py _starting": "readers",
    "engine/readers/reader_pool.py _busy": "readers",
    "engine/readers/reader_pool.py _to_end": "readers",
    "engine/snapshot_follower.py _closing": "threads",
    "web/http/export_files.py _writers": "exports that are written",
    "web/http/request_body.py _by_client": "bodies that arrive",
    "engine/evaluate.py parts": "of one answer",
    "engine/lookups/bgp_executor.py _names": "of one query",
    "engine/lookups/bgp_parser.py _variables": "of one query",
    "rdf/turtle.py _names": "MAX_REMEMBERED_NAMES terms of the snapshot",
    "sparql/query_tokens.py closing": "of one query",
    "sparql/query_tokens.py parent": "of one query",
    "sparql/federation_guard.py _after_local": "of one query",
    "sparql/federation_guard.py _after_space": "of one query",
    "describe/explanations.py _own": "of one page",
    "describe/explanations.py _pointing": "of one page",
    "web/pages/thing.py owners": "of one page",
    "web/pages/thing.py inside": "of one page",
    "web/pages/thing.py inside_rows": "of one page",
    "web/pages/thing.py terms_by_iri": "of one page",
}
"""Collections that outlive the function that made them, and what bounds each. A new one is no cache, or draws from
`CacheMemory`."""


def collections_of(path: Path) -> set[str]:
    """Names that a module, an `__init__` or a decorator binds to an empty collection or a function that remembers."""
    names = set()
    for scope in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef)):
            names |= {scope.name for decorator in scope.decorator_list if is_maker(decorator)}
        if isinstance(scope, ast.FunctionDef) and scope.name in ("__init__", "per_snapshot", "remembers_short"):
            statements, kind = list(ast.walk(scope)), ast.Attribute if scope.name == "__init__" else ast.Name
        elif isinstance(scope, ast.Module):
            statements, kind = list(scope.body), ast.Name
        else:
            continue
        for statement in statements:
            if isinstance(statement, (ast.Assign, ast.AnnAssign)) and makes_collection(statement.value):
                targets = [statement.target] if isinstance(statement, ast.AnnAssign) else statement.targets
                names |= {
                    getattr(target, "attr", getattr(target, "id", "")) for target in targets if type(target) is kind
                }
    return names


def makes_collection(node: ast.expr | None) -> bool:
    """Whether the expression gives a collection that can grow."""
    if isinstance(node, ast.Dict | ast.List | ast.Set):
        return not (node.keys if isinstance(node, ast.Dict) else node.elts)
    if isinstance(node, ast.Call):
        return is_maker(node.func) or makes_collection(node.func)
    return False


def is_maker(node: ast.expr) -> bool:
    """Whether the expression is one of MAKERS, called or not."""
    if isinstance(node, ast.Call):
        return is_maker(node.func)
    if isinstance(node, ast.Subscript):
        return is_maker(node.value)
    return getattr(node, "id", getattr(node, "attr", None)) in MAKERS


def test_every_collection_that_could_be_a_cache_is_known_here() -> None:
    found = {
        f"{path.relative_to(SOURCES).as_posix()} {name}"
        for path in SOURCES.rglob("*.py")
        if path.relative_to(SOURCES).parts[0] in ROOMS or path.parent == SOURCES
        for name in collections_of(path)
    }
    assert found - KEPT.keys() == set()
    assert KEPT.keys() - found == set(), "is no longer there"


@pytest.mark.parametrize("mebibytes", [0, 1, 2, 20])
def test_all_caches_together_stay_within_the_setting(snapshot: Snapshot, mebibytes: int) -> None:
    settings = Settings(cache=mebibytes, rate="off", log="off")
    caches = open_cache_memory(settings)
    before = text_cache.TEXT_MEMORY.limit
    try:
        engine = CachedEngine(EmbeddedEngine(snapshot), AnswerCache(caches))
        client = create_app(Service(engine, Catalogue(), settings, caches)).test_client()
        wide = "\N{GRINNING FACE}"
        for number in range(150):
            query = f'SELECT (REPLACE("{"x" * 200}{number}", "x", "{wide * 20}") AS ?text) {{ }}'
            headers = {
                "Accept": f"text/csv;q=0.{number}, text/html{' ' * number}",
                "Accept-Language": f"de;q=0.{number}",
            }
            assert client.get(f"/sparql?query={quote(query)}", headers=headers).status_code == 200
            client.get(f"/id/{quote(wide * 100)}{number}")
            assert caches.bytes + text_cache.TEXT_MEMORY.bytes <= mebibytes * MIB
        owners = [each for each in gc.get_objects() if isinstance(each, ByteCache) and each._memory is caches]
        assert len(owners) == 4  # answers, responses, labels, meanings of names
        assert sum(each.bytes for each in owners) == caches.bytes
        assert bool(caches.bytes) == bool(mebibytes)
    finally:
        text_cache.limit_text_caches(before)
