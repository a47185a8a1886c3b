"""A snapshot into an engine: withdraw the marker, send the graphs, compare, mark.

Every step may be done again. Whoever stops in between leaves an engine without a marker of a whole snapshot, and the
next push completes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pyoxigraph import DefaultGraph, NamedNode

from clustergraph.progress import Progress, Silent
from clustergraph.push import marker
from clustergraph.push.chunks import SIZE, Chunk, chunks
from clustergraph.push.errors import Different, PushError
from clustergraph.push.graph_writers import GraphStore, Updates, Writer
from clustergraph.push.marker import Marker
from clustergraph.push.target import Target
from clustergraph.push.verification import differences
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements

Merged = Literal["auto", "default", "named"]
"""Where the merge of all graphs goes: the engine's default graph, or the graph of `marker.merged_place`."""
Protocol = Literal["auto", "gsp", "update"]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a push will do."""

    snapshot: Snapshot
    target: Target
    before: Marker | None
    """What an earlier push left in the engine."""
    merged: str
    """The graph that gets the merge; empty for the default graph."""
    protocol: Literal["gsp", "update"]
    clear_default: bool = False
    """Whether an earlier push put its merge where this one does not."""

    @property
    def sent(self) -> list[tuple[str | None, NamedNode | DefaultGraph, int]]:
        """Each graph that is sent: where it goes (None is the default graph), where it is in the snapshot, its size."""
        named_graphs = [(iri, NamedNode(iri), count) for iri, count in self.snapshot.graphs.items()]
        return [*named_graphs, (self.merged or None, DefaultGraph(), int(self.snapshot.manifest["triples"]))]

    @property
    def removed(self) -> list[str]:
        """Graphs of an earlier push that the snapshot no longer has."""
        return sorted((self.before.graphs if self.before else frozenset()) - self._named_graphs)

    @property
    def _named_graphs(self) -> frozenset[str]:
        return frozenset(iri for iri, _, _ in self.sent if iri)

    @property
    def touched(self) -> frozenset[str]:
        """Named graphs that may stand in the engine while the push runs."""
        return self._named_graphs | frozenset(self.removed)

    @property
    def writer(self) -> Writer:
        """What writes into the engine."""
        target = self.target
        if self.protocol == "gsp":
            return GraphStore(target.client, target.store_url)
        return Updates(target.client, target.update_url)


def plan(
    snapshot: Snapshot, target: Target, *, merged: Merged = "auto", protocol: Protocol = "auto", force: bool = False
) -> Plan:
    """What there is to do. Nothing is changed yet.

    Raises PushError if the engine does not answer, if it is not known where it takes graphs, and, unless `force`, if
    its default graph would be replaced and holds what no push put there.
    """
    marker.check_names(snapshot)
    if protocol == "auto":
        protocol = "gsp" if target.store_url or not target.update_url else "update"
    if not (target.store_url if protocol == "gsp" else target.update_url):
        flag, service = ("--graph-store", "its Graph Store") if protocol == "gsp" else ("--update", "updates")
        raise PushError(f"{target.query_url} is {target.name}. Say with {flag} URL under which address {service} is.")
    if merged == "default" and not target.layout.own_default:
        raise PushError(f"{target.name} has no default graph of its own to write to; use --merged named.")
    before = marker.read(target, snapshot)
    in_default = merged == "default" or (merged == "auto" and target.layout.own_default)
    if in_default and before is None and not force and target.has("?s ?p ?o"):
        raise PushError(
            f"The default graph of {target.query_url} holds triples that no push put there, or shows those of other "
            "graphs. --force replaces it, --merged named leaves it alone."
        )
    was_default = before is not None and not before.merged
    merged_graph = "" if in_default else marker.merged_place(snapshot)
    return Plan(snapshot, target, before, merged_graph, protocol, was_default and not in_default)


def push(
    todo: Plan, *, progress: Progress | None = None, chunk: int = SIZE, again: bool = False, loaded: bool = False
) -> bool:
    """Load the snapshot, compare, and mark the engine as holding it; False if it was all there before.

    A snapshot that is there already is compared only, and sent if it is not the same; with `again` it is sent in any
    case. With `loaded`, nothing is sent: the graphs came from files. `chunk` is the number of triples in one request.

    Raises PushError; a note on it says what then stands in the engine.
    """
    progress = progress or Silent()
    statements = Statements.open(todo.snapshot.store)
    before = todo.before
    if before and before.name == todo.snapshot.name and before.merged == todo.merged and not (again or loaded):
        if not _compare(todo, statements, progress):
            return False
        progress.done("not as it was sent; sending again")
    if not loaded:
        _send(todo, statements, progress, chunk)
    faults = _compare(todo, statements, progress)
    if faults:
        _withdraw(todo)
        message = f"{todo.target.query_url} does not hold snapshot {todo.snapshot.name}, and is not marked with it."
        raise Different(f"{message} {todo.target.layout.note}".strip(), tuple(faults))
    todo.writer.replace(marker.place(todo.snapshot), marker.complete(todo.snapshot, todo.merged))
    return True


def _withdraw(todo: Plan) -> None:
    todo.writer.replace(marker.place(todo.snapshot), marker.loading(todo.snapshot, todo.touched, todo.merged))


def _send(todo: Plan, statements: Statements, progress: Progress, size: int) -> None:
    _withdraw(todo)
    writer = todo.writer
    progress.start("send", sum(count for _, _, count in todo.sent))
    sent = 0
    try:
        for graph in todo.removed:
            writer.drop(graph)
        if todo.clear_default:
            writer.replace(None, Chunk(b"", 0, ground=True))
        for target_graph, source_graph, _ in todo.sent:
            for number, chunk in enumerate(chunks(statements, source_graph, size)):
                (writer.add if number else writer.replace)(target_graph, chunk)
                progress.advance(chunk.triples)
            sent += 1
    except BaseException as error:
        error.add_note(
            f"{sent} of {len(todo.sent)} graphs were sent. {todo.target.query_url} is marked as not complete; the same "
            "push, run again, completes it."
        )
        raise
    progress.done(f"{len(todo.sent)} graphs")


def _compare(todo: Plan, statements: Statements, progress: Progress) -> list[str]:
    progress.start("compare", sum(count for _, _, count in todo.sent))
    faults = differences(todo.target, statements, todo.sent, progress.advance)
    if not faults:
        progress.done("all is there")
    return faults
