"""From an address to an engine that answers there, and follows what stands there as it changes."""

from __future__ import annotations

import time
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from clustergraph.engine.base import Answer, BlockingEngine, Engine
from clustergraph.engine.cache import AnswerCache
from clustergraph.engine.readers.admission import Limits
from clustergraph.engine.remote import describe, results
from clustergraph.engine.remote.address import valid_address
from clustergraph.engine.remote.dialects import DIALECTS, Dialect, detect_dialect
from clustergraph.engine.remote.endpoint import Endpoint, Question
from clustergraph.engine.remote.engine import Connection, Deadline, RemoteEngine
from clustergraph.engine.remote.http_auth import UnknownChallenge
from clustergraph.engine.remote.http_client import HttpClient, Late, Reply, Unanswered
from clustergraph.engine.snapshot_follower import Follower, Source
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EngineDown, ResultTooLarge
from clustergraph.sparql.query import Query

LOOK_SECONDS = 2.0
"""How old the knowledge of which snapshot stands in an engine may be."""
DESCRIBED_SECONDS = 3600.0
"""How old the counts of an endpoint may be that has no snapshots."""
MAX_DOCUMENT_BYTES = 64 << 20
"""Bytes of a manifest, or of the canned queries, of another service."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where an engine is and how to ask it."""

    address: str
    """Its SPARQL endpoint; the root address of a ClusterGraph or of an Oxigraph server does as well."""
    user: str = ""
    password: str = ""
    dialect: str = "auto"
    """A name of `dialects.DIALECTS`, or `auto`."""
    base: str = ""
    """The IRI under which its things are named, where it does not say."""
    refresh: float = 60.0
    """Seconds for which answers of an endpoint without snapshots may be kept."""
    labels: tuple[str, ...] = ()
    """What names its things, where that is not as usual; see `rdf.naming`."""


class RemoteFollower(Follower):
    """Asks a remote engine, and moves on when another snapshot stands in it."""

    def __init__(self, source: _RemoteSource, cache: AnswerCache | None) -> None:
        self.connection = source.connection
        super().__init__(source, cache)

    @property
    def service(self) -> str:
        """The root address of the ClusterGraph that is asked; empty for other engines."""
        return _service(self.connection) if self.connection.dialect.name == "clustergraph" else ""

    def close(self) -> None:
        """Let nobody ask any more."""
        super().close()
        self.connection.close()


class _Loading(BlockingEngine):
    """Answers nothing: what stands in the engine is only a part, because a push goes on or was broken off."""

    def __init__(self, snapshot: Snapshot, reason: str) -> None:
        self.snapshot = snapshot
        self._reason = reason

    def answer(self, query: Query) -> Answer:  # noqa: ARG002 - part of the interface
        """Raise EngineDown."""
        raise EngineDown(self._reason)

    def close(self) -> None:
        """Nothing is held."""


def connect(
    remote: Remote, limits: Limits, *, allow: Collection[str] = (), cache: AnswerCache | None = None
) -> RemoteFollower:
    """An engine on whatever stands at the address, with a cache for its answers if there is one.

    Raises ValueError for what is no address, and EngineError.
    """
    connection = _reach_endpoint(remote, limits)
    if connection.dialect.name == "clustergraph":
        return RemoteFollower(_ServiceSource(connection, allow, remote), cache)
    pushed_rows = describe.select_rows(connection, describe.PUSHED_ONES)
    if pushed_rows or describe.select_rows(connection, describe.LOADING):
        return RemoteFollower(_PushedSource(connection, allow, remote), cache)
    return RemoteFollower(_OtherSource(connection, allow, remote), cache)


def _reach_endpoint(remote: Remote, limits: Limits) -> Connection:
    """The connection to the endpoint that answers at the address, or where an engine of its kind has it."""
    address = valid_address(remote.address)
    first_failure: tuple[Reply, Dialect, str] | None = None
    candidates = [address]
    client = HttpClient(remote.user, remote.password)
    for candidate in candidates:
        endpoint = Endpoint(candidate, client)
        probe = Connection(endpoint, DIALECTS["generic"], limits)
        reply, _ = probe.ask(Question("ASK {}", "ASK", results.JSON), Deadline(describe.DESCRIPTION_SECONDS))
        dialect = detect_dialect(reply.headers) if remote.dialect == "auto" else DIALECTS[remote.dialect]
        if reply.status == 200 and reply.media_type == results.JSON:
            return Connection(endpoint, dialect, limits)
        first_failure = first_failure or (reply, dialect, endpoint.name)
        if candidate == address and (dialect.name == "clustergraph" or urlsplit(address).path in ("", "/")):
            candidates += [f"{address.rstrip('/')}/{name}" for name in ("sparql", "query")]
    assert first_failure is not None
    reply, dialect, name = first_failure
    if reply.status == 200:
        kind = reply.media_type or "no media type"
        raise EngineDown(f"There is no SPARQL endpoint at {name}: it answers a query with {kind}.")
    raise dialect.refusal(reply, name)


class _RemoteSource(Source):
    seconds = LOOK_SECONDS

    def __init__(self, connection: Connection, allow: Collection[str], remote: Remote) -> None:
        self.connection = connection
        self._allow = allow
        self._remote = remote

    def engine(self, snapshot: Snapshot) -> Engine:
        return RemoteEngine(snapshot.name_by(self._remote.labels), self.connection, allow=self._allow)


class _ServiceSource(_RemoteSource):
    """Another ClusterGraph: each of its answers says which snapshot it is from."""

    def look(self) -> str:
        reply, _ = self.connection.ask(Question("ASK {}", "ASK", results.JSON), Deadline(describe.DESCRIPTION_SECONDS))
        name = reply.headers.get("snapshot", "")
        if reply.status != 200 or not name:
            raise self.connection.dialect.refusal(reply, self.connection.endpoint.name)
        return name

    def open(self, mark: Hashable) -> Engine:
        name = self.connection.endpoint.name
        manifest = fetch_json(f"{_service(self.connection)}/manifest.json", self.connection.endpoint.client)
        if not isinstance(manifest, dict) or manifest.get("name") != mark:
            raise EngineDown(f"The service at {name} does not describe its snapshot {mark}.")
        try:
            return self.engine(describe.snapshot_of(manifest))
        except (KeyError, TypeError, ValueError) as error:
            raise EngineDown(f"The manifest of the service at {name} cannot be read: {error}") from error


class _PushedSource(_RemoteSource):
    """What `clustergraph push` loaded, and marked when all of it was there."""

    def __init__(self, connection: Connection, allow: Collection[str], remote: Remote) -> None:
        super().__init__(connection, allow, remote)
        self._base = remote.base
        self._last_snapshot: Snapshot | None = None
        self._snapshot: Snapshot | None = None

    def look(self) -> Hashable:
        pushed_rows = describe.select_rows(self.connection, describe.PUSHED_ONES)
        bases = sorted({row["base"] for row in pushed_rows})
        matching_rows = [row for row in pushed_rows if row["base"] == self._base or not self._base]
        if len({row["base"] for row in matching_rows}) > 1:
            listed = ", ".join(f"<{base}>" for base in bases)
            raise EngineDown(
                f"Several graphs were pushed to {self.connection.endpoint.name}: {listed}; name one's base."
            )
        self._snapshot = describe.read_pushed(matching_rows[0]) if matching_rows else None
        return (self._snapshot.base, self._snapshot.name) if self._snapshot else None

    def open(self, mark: Hashable) -> Engine:
        name = self.connection.endpoint.name
        if mark is not None and self._snapshot is not None:
            self._last_snapshot = self._snapshot
            # Whoever gives no base goes on with the graph that was there first.
            self._base = self._base or self._snapshot.base
            return self.engine(self._snapshot)
        reason = (
            f"What was to be pushed to the engine at {name} is not all there: a push goes on, or was broken off. "
            "Run `clustergraph push` again if none is running."
        )
        if self._last_snapshot is None:
            raise EngineDown(reason)
        return _Loading(self._last_snapshot, reason)


class _OtherSource(_RemoteSource):
    """An endpoint that does not say when its data change. So what is known of it is good for a while, and no longer."""

    def __init__(self, connection: Connection, allow: Collection[str], remote: Remote) -> None:
        super().__init__(connection, allow, remote)
        self.seconds = min(LOOK_SECONDS, remote.refresh / 4)
        self._manifest: dict[str, Any] = {}
        self._described = 0.0

    def look(self) -> int:
        return int(time.time() // self._remote.refresh)

    def open(self, mark: Hashable) -> Engine:
        assert isinstance(mark, int)
        if not self._manifest or time.monotonic() - self._described > DESCRIBED_SECONDS:
            self._manifest = describe.count_manifest(self.connection, self._remote.base)
            self._described = time.monotonic()
        address = self.connection.endpoint.address
        return self.engine(describe.as_of(self._manifest, address, self._remote.refresh, mark))


def _service(connection: Connection) -> str:
    return connection.endpoint.address.removesuffix("/sparql")


def fetch_json(address: str, client: HttpClient) -> Any:
    """The JSON document at an address. Raises EngineDown."""
    try:
        until = time.monotonic() + describe.DESCRIPTION_SECONDS
        reply = client.exchange(Request(address), until, MAX_DOCUMENT_BYTES)
    except Late:
        raise EngineDown(f"{address} could not be read within {describe.DESCRIPTION_SECONDS:g} s.") from None
    except (Unanswered, UnknownChallenge, ResultTooLarge) as error:
        raise EngineDown(f"{address} could not be read: {error}.") from error
    if reply.status != 200:
        raise EngineDown(f"{address} could not be read: it answered {reply.status}.")
    return describe.parse_json(reply, address)
