"""`clustergraph build`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from clustergraph.cli import options


@click.command("build")
@options.sources
@options.store_to_change
@options.building
@options.quiet
def command(sources: tuple[Path, ...], store: Path | None, quiet: bool, **build_flags: Any) -> None:
    """Build a snapshot: load, reason, check, write.

    The snapshot becomes the current one of its store. A graph that is not well formed or breaks its shapes is
    refused with a report, and what was current stays current. What was built before is not built again.

    On a terminal a summary is printed, in a pipe the snapshot's name and folder, separated by a tab.

    \b
    Examples:
      clustergraph build
      clustergraph build my-folder --store /srv/graph
      clustergraph build people.ttl places.nq.gz --reason none
    """
    from clustergraph.cli.progress import show_progress
    from clustergraph.ingest.open_snapshot import find_source, open_source
    from clustergraph.ingest.problems import listing

    source = find_source(sources, store=store, build=True)
    with show_progress(quiet) as progress:
        opening = open_source(source, options.build_options(**build_flags), progress)
    assert opening.built is not None
    if quiet:
        return
    if opening.warnings:
        click.echo(listing(opening.warnings), err=True)
    snapshot = opening.snapshot
    if number := snapshot.literals_by_value:
        click.echo(f"{number:,} literals are kept by value in answers; as written in exports.", err=True)
    if not sys.stdout.isatty():
        click.echo(f"{snapshot.name}\t{snapshot.path}")
    elif opening.built.unchanged:
        click.echo(f"Nothing has changed: snapshot {snapshot.name}, {snapshot.path}")
    else:
        triples = snapshot.manifest["triples"]
        click.echo(f"Snapshot {snapshot.name}: {triples:,} triples in {opening.built.seconds:.1f} s, {snapshot.path}")
