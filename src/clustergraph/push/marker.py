"""The graph that says which snapshot an engine holds.

It is written last and withdrawn first, so an engine that has a `MANIFEST` holds all of that snapshot. While a push
runs, or after one that did not end, it has `LOADING` instead: the graphs that may stand there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from clustergraph.push.chunks import Chunk
from clustergraph.push.errors import PushError
from clustergraph.push.target import Target
from clustergraph.snapshots.snapshot import Snapshot

TERMS = "https://w3id.org/clustergraph/ontology#"
MANIFEST = f"{TERMS}manifest"
MERGED = f"{TERMS}merged"
LOADING = f"{TERMS}loading"


@dataclass(frozen=True, slots=True)
class Marker:
    """What an engine says that it holds."""

    manifest: dict[str, Any] | None
    """The manifest of the snapshot that is wholly there; None if there is none."""
    graphs: frozenset[str]
    """Named graphs that a push wrote, or began to write."""
    merged: str = ""
    """The named graph with the merge of all others; empty where the engine's default graph has it."""

    @property
    def name(self) -> str:
        """The snapshot's name; empty where none is wholly there."""
        return str(self.manifest["name"]) if self.manifest else ""


def place(snapshot: Snapshot) -> str:
    """The marker's graph."""
    return f"{snapshot.base}graph/snapshot"


def merged_place(snapshot: Snapshot) -> str:
    """The graph for the merge in engines without a default graph of their own."""
    return f"{snapshot.base}graph/merged"


def check_names(snapshot: Snapshot) -> None:
    """Raises PushError if the snapshot has a graph under a name that a push needs."""
    reserved = {place(snapshot), merged_place(snapshot)} & set(snapshot.graphs)
    if reserved:
        raise PushError(
            f"The snapshot has a graph <{min(reserved)}>, a name that a push needs for itself; rename that graph."
        )


def read(target: Target, snapshot: Snapshot) -> Marker | None:
    """The marker under the snapshot's base; None where nothing was ever pushed. Raises PushError."""
    rows = target.select(f"SELECT ?p ?o {{ GRAPH <{place(snapshot)}> {{ <{snapshot.base}> ?p ?o }} }}")
    statements = {row["p"]: row["o"] for row in rows}
    if not statements:
        return None
    merged = statements.get(MERGED, "")
    try:
        if MANIFEST in statements and LOADING not in statements:
            manifest = json.loads(statements[MANIFEST])
            return Marker(manifest, frozenset(manifest["graphs"]) | ({merged} if merged else set()), merged)
        return Marker(None, frozenset(json.loads(statements.get(LOADING, "[]"))), merged)
    except (ValueError, KeyError, TypeError):
        return Marker(None, frozenset(), merged)  # somebody else's words: nothing is known to be there


def complete(snapshot: Snapshot, merged: str) -> Chunk:
    """The marker of a snapshot that is wholly there."""
    return _chunk(snapshot, MANIFEST, json.dumps(snapshot.manifest, ensure_ascii=False, sort_keys=True), merged)


def loading(snapshot: Snapshot, graphs: frozenset[str], merged: str) -> Chunk:
    """The marker of a push that has begun."""
    return _chunk(snapshot, LOADING, json.dumps(sorted(graphs)), merged)


def _chunk(snapshot: Snapshot, predicate: str, value: str, merged: str) -> Chunk:
    base = NamedNode(snapshot.base)
    triples = [Triple(base, NamedNode(predicate), Literal(value))]
    if merged:
        triples.append(Triple(base, NamedNode(MERGED), NamedNode(merged)))
    return Chunk(serialize(triples, format=RdfFormat.N_TRIPLES) or b"", len(triples), ground=True)
