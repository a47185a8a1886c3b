"""A snapshot as files for the bulk loaders of engines, which take far more triples a second than HTTP does."""

from __future__ import annotations

import gzip
import re
import secrets
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse, serialize

from clustergraph.push import marker
from clustergraph.push.errors import PushError
from clustergraph.snapshots.graph_names import short_name
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.statements import Statements

EVERYTHING = "everything.nq.gz"
VIRTUOSO = "load.sql"
_BATCH = 50_000
_LEVEL = 5

_README = """Snapshot {name} of {base}, as files for bulk loaders.

Virtuoso. Its setting DirsAllowed must name this folder, as the server sees it:
    isql HOST:PORT dba PASSWORD {virtuoso} -u FOLDER=THIS-FOLDER
    clustergraph push SOURCE --to URL --user dba --loaded
The second command compares, and marks the engine as holding this snapshot. Where the engine shall load with several
processes at once, run the line rdf_loader_run() in as many sessions as it has cores, before the checkpoint. Graphs of
an older snapshot that this one no longer has stay in the engine until you clear them.

Engines that load N-Quads into an empty store, such as Oxigraph, QLever, Jena and GraphDB: {everything}. It has all
graphs, their merge as {merge}, and as its last lines the mark that an engine holds this snapshot.
    oxigraph load --location FOLDER --file {everything}
"""


def write(snapshot: Snapshot, folder: Path, *, in_default: bool = False) -> list[str]:
    """Write the files and give their names: all of them, or none.

    One N-Triples file per graph and `load.sql` for Virtuoso, one N-Quads file for others, README.txt for people. In the
    N-Quads file the merge of all graphs is a named graph, or with `in_default` the default graph.

    Raises PushError if the folder holds anything already.
    """
    if folder.exists() and any(folder.iterdir()):
        raise PushError(f"{folder} is not empty; name a new folder for the files.")
    marker.check_names(snapshot)
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(8)}")
    draft.mkdir()
    try:
        _write(snapshot, draft, in_default)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return sorted(path.name for path in folder.iterdir())


def _write(snapshot: Snapshot, folder: Path, in_default: bool) -> None:
    statements = Statements.open(snapshot.store)
    merged = marker.merged_place(snapshot)
    sources: list[tuple[str, NamedNode | DefaultGraph]] = [(iri, NamedNode(iri)) for iri in snapshot.graphs]
    sources.append((merged, DefaultGraph()))
    files = {}
    with gzip.open(folder / EVERYTHING, "wb", _LEVEL) as everything:
        for number, (iri, graph) in enumerate(sources, start=1):
            name = re.sub(r"[^\w-]+", "-", short_name(snapshot, iri), flags=re.ASCII)[:80].strip("-")
            files[iri] = f"{number:02}-{name}.nt.gz"
            target_graph = DefaultGraph() if in_default and iri == merged else NamedNode(iri)
            with gzip.open(folder / files[iri], "wb", _LEVEL) as alone:
                for batch in _batches(statements, graph):
                    alone.write(serialize((quad.triple for quad in batch), format=RdfFormat.N_TRIPLES) or b"")
                    quads = (Quad(quad.subject, quad.predicate, quad.object, target_graph) for quad in batch)
                    everything.write(serialize(quads, format=RdfFormat.N_QUADS) or b"")
        marks = marker.complete(snapshot, "" if in_default else merged).data
        place = NamedNode(marker.place(snapshot))
        quads = (Quad(mark.subject, mark.predicate, mark.object, place) for mark in parse(marks, RdfFormat.N_TRIPLES))
        everything.write(serialize(quads, format=RdfFormat.N_QUADS) or b"")
    (folder / VIRTUOSO).write_text(_virtuoso_script(snapshot, files), encoding="utf-8")
    merge = "the default graph" if in_default else f"<{merged}>"
    names = {"name": snapshot.name, "base": snapshot.base, "merge": merge}
    readme = _README.format(virtuoso=VIRTUOSO, everything=EVERYTHING, **names)
    (folder / "README.txt").write_text(readme, encoding="utf-8")


def _batches(statements: Statements, graph: NamedNode | DefaultGraph) -> Iterator[list[Quad]]:
    quads = statements.quads(graph)
    while batch := list(islice(quads, _BATCH)):
        yield batch


def _virtuoso_script(snapshot: Snapshot, files: dict[str, str]) -> str:
    """What isql runs. The list of files to load is the server's, and keeps what it has loaded once."""
    lines = [f"-- Snapshot {snapshot.name} of {snapshot.base}", f"SPARQL CLEAR GRAPH <{marker.place(snapshot)}>;"]
    for graph, file in files.items():
        lines += [
            f"SPARQL CLEAR GRAPH <{graph}>;",
            f"DELETE FROM DB.DBA.LOAD_LIST WHERE ll_graph = {_quote(graph)};",
            f"ld_dir('$u{{FOLDER}}', '{file}', {_quote(graph)});",
        ]
    lines += [
        "rdf_loader_run();",
        "checkpoint;",
        "SELECT ll_file, ll_error FROM DB.DBA.LOAD_LIST WHERE ll_error IS NOT NULL;",
    ]
    return "\n".join(lines) + "\n"


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
