"""`clustergraph export`."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from clustergraph.cli import options
from clustergraph.cli.output import FormatType

if TYPE_CHECKING:
    import pyoxigraph as ox

    from clustergraph.rdf.formats import Format
    from clustergraph.snapshots.snapshot import Snapshot

FORMAT = FormatType("graph")


@click.command("export")
@options.sources
@options.store
@click.option(
    "--format", "-f", type=FORMAT, help=f"One of {', '.join(FORMAT.names)}. By default what OUTPUT ends in, or turtle."
)
@click.option(
    "--graph",
    "-g",
    "only",
    multiple=True,
    callback=options.split,
    metavar="GRAPH",
    help="Only this named graph; repeatable.",
)
@click.option(
    "--exclude",
    multiple=True,
    callback=options.split,
    metavar="GRAPH",
    help="All but this named graph, and without what reasoning added; repeatable.",
)
@click.option("--no-inferred", is_flag=True, help="Without what reasoning added.")
@click.option("--named-graphs", is_flag=True, help="Keep the named graphs in JSON-LD, too.")
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of standard output.",
)
def command(
    sources: tuple[Path, ...],
    store: Path | None,
    format: str | None,
    only: tuple[str, ...],
    exclude: tuple[str, ...],
    no_inferred: bool,
    named_graphs: bool,
    output: Path | None,
) -> None:
    """Write the graph, or some of its named graphs, in a standard format.

    TriG and N-Quads keep the named graphs, JSON-LD with --named-graphs; other formats hold their merge. The output is
    sorted, so the same content is the same bytes. A file appears when it is complete, and not before. Where the format
    cannot hold a statement, nothing is written.

    \b
    Examples:
      clustergraph export -o clusters.ttl
      clustergraph export --format nquads | LC_ALL=C sort | sha256sum
      clustergraph export --graph people --graph places --format jsonld
      clustergraph export --no-inferred --exclude contact-details -o public.trig
    """
    from clustergraph.rdf import formats

    word = format or (output.suffix.lstrip(".") if output else "turtle")
    form = formats.find(word, "graph")
    if form is None:
        raise click.UsageError(
            f"The ending of {output} names no format; choose one with --format: {', '.join(FORMAT.names)}."
        )
    snapshot, _ = options.read(sources, store)
    named = form.name in ("trig", "nquads") or (named_graphs and form.name == "jsonld")
    graphs = select_graphs(snapshot, only, exclude, inferred=not no_inferred)
    if output is None:
        write(snapshot, graphs, form, sys.stdout.buffer, named=named)
        return
    with atomic(output) as file:
        write(snapshot, graphs, form, file, named=named)


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that appears at `path` when all is written. What is no ordinary file is written as it is."""
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            yield file
        return
    path = path.resolve()
    if not path.parent.is_dir():
        raise click.UsageError(f"There is no folder {path.parent} to write to.")
    draft = path.with_name(f".{path.name}-{secrets.token_hex(8)}")
    try:
        with draft.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def select_graphs(
    snapshot: Snapshot, only: Iterable[str], exclude: Iterable[str], *, inferred: bool = True
) -> list[str]:
    """IRIs of the named graphs to write. Raises UnknownGraph."""
    from clustergraph.snapshots.graph_names import graph_iri

    included = {graph_iri(snapshot, name) for name in only} or set(snapshot.graphs)
    left_out = {graph_iri(snapshot, name) for name in exclude}
    if not inferred:
        left_out.add(snapshot.inferred_graph)
    elif left_out and snapshot.inferred_graph in included - left_out:
        # What was inferred may tell what is to be left out: who the contact persons are, say.
        left_out.add(snapshot.inferred_graph)
        click.echo(
            "Graph inferred is left out too: it may follow from what you exclude. "
            "`clustergraph build --exclude` reasons without the excluded graphs.",
            err=True,
        )
    return sorted(included - left_out)


def write(snapshot: Snapshot, graphs: list[str], form: Format, out: IO[bytes], *, named: bool) -> None:
    """Write the named graphs, sorted, or their merge, each triple once."""
    import pyoxigraph as ox

    from clustergraph.rdf import graph_writer
    from clustergraph.snapshots.statements import Statements

    statements = Statements.open(snapshot.store)
    quads: list[ox.Quad] = []
    for graph in graphs:
        quads += statements.quads(ox.NamedNode(graph))
    if not named:
        quads = list({ox.Quad(quad.subject, quad.predicate, quad.object) for quad in quads})
    if form.name in ("ntriples", "nquads"):
        lines = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").splitlines(keepends=True)
        out.writelines(sorted(lines))
    else:
        rows = quads if named else [quad.triple for quad in quads]
        graph_writer.write(rows, form, out, snapshot.prefixes)
    out.flush()
