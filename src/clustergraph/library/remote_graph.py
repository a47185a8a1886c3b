"""From an address to a graph to ask: the engine that answers there, and the canned queries that go with it."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

from clustergraph.catalogue import Catalogue, CatalogueError
from clustergraph.catalogue.query_file_parser import ENDING, read_text
from clustergraph.engine.cache import AnswerCache
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.remote.connect import Remote, RemoteFollower, connect, fetch_json
from clustergraph.engine.remote.http_client import HttpClient
from clustergraph.ingest.load import base_of
from clustergraph.ingest.parser_process import ParserProcess
from clustergraph.ingest.sources import discover
from clustergraph.settings import Settings
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.errors import EngineDown

MAX_CONCURRENT_QUERIES = 8
"""How many queries of one person run at once."""

MAX_RESULT_BYTES = 1 << 30
"""How large an answer may be."""

_LOG = logging.getLogger(__name__)


def remote_of(settings: Settings) -> Remote:
    """The remote engine that the settings name."""
    return Remote(
        settings.engine,
        settings.engine_user,
        settings.engine_password.get_secret_value(),
        settings.dialect,
        settings.engine_base,
        settings.engine_refresh,
        settings.labels,
    )


def open_address(
    address: str,
    base: str = "",
    queries: Path | None = None,
    timeout: float | None = None,
    cache: AnswerCache | None = None,
) -> tuple[RemoteFollower, Catalogue]:
    """The engine at an address and its canned queries, for one person's use. Settings come from the environment.

    `timeout` is in seconds, and by default the longest that the settings allow.

    Raises EngineError, ValueError for what is no address, and CatalogueError.
    """
    settings = Settings()
    remote = replace(remote_of(settings), address=address)
    if base:
        remote = replace(remote, base=base)
    seconds = timeout or max(settings.timeout, settings.timeout_ceiling)
    limits = Limits(
        readers=MAX_CONCURRENT_QUERIES, timeout=seconds, timeout_ceiling=seconds, result_bytes=MAX_RESULT_BYTES
    )
    engine = connect(remote, limits, allow=settings.allow, cache=cache)
    return engine, load_queries(engine, queries)


def load_queries(engine: RemoteFollower, folder: Path | None = None) -> Catalogue:
    """The canned queries for what a remote engine holds.

    Those of `folder` if it is given; else those of the ClusterGraph that is asked; else the ones that come with this
    package, if the engine holds the graph that they are for. Raises CatalogueError for a folder with mistakes, and
    EngineDown.
    """
    if folder is not None:
        return Catalogue.load(folder, strict=False)
    if engine.service:
        return _fetch_queries(engine.service, engine.connection.endpoint.client)
    packaged = published()
    with ParserProcess() as parsers:
        base = base_of(discover(packaged), None, parsers)
    if engine.snapshot.base == base:
        return Catalogue.load(packaged.queries)
    return Catalogue()


def _fetch_queries(service: str, client: HttpClient) -> Catalogue:
    address = f"{service}/api"
    try:
        texts = [(str(entry["name"]), str(entry["text"])) for entry in fetch_json(address, client)]
    except (KeyError, TypeError) as error:
        raise EngineDown(f"{address} is not a list of canned queries with their texts.") from error
    queries = []
    for name, text in texts:
        try:
            queries.append(read_text(f"{name}{ENDING}", text))
        except CatalogueError as error:
            # Another version may say in a header what this one does not know.
            _LOG.warning("A canned query of %s is left out: %s", service, error)
    return Catalogue(queries)
