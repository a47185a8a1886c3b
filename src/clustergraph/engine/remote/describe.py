"""What stands in a remote engine: its snapshot, or as much of a description as it gives without much effort."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urljoin

from clustergraph.engine.remote import results
from clustergraph.engine.remote.dialects import MERGED, PUSHED
from clustergraph.engine.remote.endpoint import Question
from clustergraph.engine.remote.engine import Connection, Deadline
from clustergraph.engine.remote.http_client import Reply
from clustergraph.rdf.namespaces import STANDARD_PREFIXES
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import Busy, EngineDown, EngineError

DESCRIPTION_SECONDS = 10.0
"""How long a description may take that the engine only has to look up."""
COUNT_SECONDS = 5.0
"""How long the engine may count for. What is not counted by then is unknown."""
MAX_GRAPHS = 1000
MAX_TERMS = 500

_TERMS = "https://w3id.org/clustergraph/ontology#"
PUSHED_ONES = f"""SELECT ?base ?manifest ?merged WHERE {{
  GRAPH ?graph {{ ?base <{_TERMS}manifest> ?manifest . OPTIONAL {{ ?base <{_TERMS}merged> ?merged }} }}
}}"""
LOADING = f"""SELECT ?base WHERE {{ GRAPH ?graph {{ ?base <{_TERMS}loading> ?graphs }} }}"""

_TRIPLES = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_GRAPHS = f"""SELECT ?term (COUNT(*) AS ?n) WHERE {{ GRAPH ?term {{ ?s ?p ?o }} }} GROUP BY ?term LIMIT {MAX_GRAPHS}"""
_CLASSES = f"""SELECT ?term (COUNT(*) AS ?n) WHERE {{ ?s a ?term }}
GROUP BY ?term ORDER BY DESC(?n) LIMIT {MAX_TERMS}"""
_PROPERTIES = f"""SELECT ?term (COUNT(*) AS ?n) WHERE {{ ?s ?term ?o }}
GROUP BY ?term ORDER BY DESC(?n) LIMIT {MAX_TERMS}"""

Row = dict[str, str]


def select_rows(connection: Connection, query: str, seconds: float = DESCRIPTION_SECONDS) -> list[Row]:
    """The values in the solutions of a query. Raises EngineError."""
    reply, _ = connection.ask(Question(query, "SELECT", results.JSON), Deadline(seconds))
    name = connection.endpoint.name
    if reply.status != 200:
        raise connection.dialect.refusal(reply, name)
    if connection.dialect.late(reply):
        raise EngineDown(f"The engine at {name} did not describe itself in time.")
    document = parse_json(reply, name)
    try:
        return [{key: term["value"] for key, term in row.items()} for row in document["results"]["bindings"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise EngineDown(f"The answer of the engine at {name} is not SPARQL results in JSON.") from error


def parse_json(reply: Reply, name: str) -> Any:
    """The JSON of a reply. Raises EngineDown."""
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError) as error:
        raise EngineDown(f"The answer of the engine at {name} cannot be read as JSON: {error}") from error


def read_pushed(row: Row) -> Snapshot:
    """The snapshot that a row of PUSHED_ONES describes. Raises EngineDown."""
    merged_entry = {MERGED: row["merged"]} if "merged" in row else {}
    try:
        return snapshot_of({**json.loads(row["manifest"]), **merged_entry, PUSHED: True})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise EngineDown(f"The manifest that was pushed for <{row.get('base')}> cannot be read: {error}") from error


def snapshot_of(manifest: dict[str, Any]) -> Snapshot:
    """The snapshot that a manifest from elsewhere describes. Raises ValueError where that has not the right form."""
    snapshot = Snapshot(None, manifest)
    parts = (snapshot.name, snapshot.base), (snapshot.graphs, snapshot.prefixes)
    for values, kind in zip(parts, (str, dict), strict=True):
        if not all(isinstance(value, kind) for value in values):
            raise ValueError("name, base, graphs or prefixes have not the right form")
    return snapshot


def count_manifest(connection: Connection, base: str) -> dict[str, Any]:
    """A manifest, without name, of an endpoint that has none: what it counts within COUNT_SECONDS seconds each.

    Raises EngineDown and Busy; whatever else goes wrong means that something is unknown.
    """
    triples = _count_or_none(lambda: int(select_rows(connection, _TRIPLES, COUNT_SECONDS)[0]["n"]))
    counts: dict[str, dict[str, int]] = {}
    for name, query in (("graphs", _GRAPHS), ("classes", _CLASSES), ("properties", _PROPERTIES)):
        # One that cannot count its triples in time is not asked for more.
        table = None if triples is None else _count_or_none(partial(_count_terms, connection, query))
        counts[name] = table or {}
    return {
        "base": base or urljoin(connection.endpoint.address, "/"),
        "title": connection.endpoint.name,
        **({} if triples is None else {"triples": triples}),
        **counts,
        "graphs_overlap": True,
        "prefixes": dict(STANDARD_PREFIXES),
    }


def as_of(manifest: dict[str, Any], address: str, period: float, number: int) -> Snapshot:
    """The snapshot of an endpoint that does not say when its data change: a new one in each period of so many seconds.

    >>> one, two = (as_of({}, "https://example.org/sparql", 60, number) for number in (7, 8))
    >>> one.manifest["built"], one.name == two.name
    ('1970-01-01T00:07:00+00:00', False)
    """
    name = hashlib.sha256(f"{address} {period} {number}".encode()).hexdigest()
    built = datetime.fromtimestamp(number * period, UTC).isoformat(timespec="seconds")
    return Snapshot(None, {"name": name[:16], "sha256": name, "built": built, **manifest})


def _count_terms(connection: Connection, query: str) -> dict[str, int]:
    solutions = select_rows(connection, query, COUNT_SECONDS)
    return {row["term"]: int(row["n"]) for row in solutions if "term" in row and "n" in row}


def _count_or_none(count: Callable[[], Any]) -> Any:
    try:
        return count()
    except (EngineDown, Busy):
        raise
    except (EngineError, LookupError, ValueError):
        return None
