"""`clustergraph verify`."""

from __future__ import annotations

from pathlib import Path

import click

from clustergraph.cli import options, output
from clustergraph.cli.exit_codes import REFUSED


@click.command("verify")
@options.sources
@options.store_to_change
@click.pass_context
def command(ctx: click.Context, sources: tuple[Path, ...], store: Path | None) -> None:
    """Check that snapshots are what was written.

    SOURCE is a store folder or a snapshot in it, or what was built into one. The name of each snapshot is computed anew
    from its content, and its counts are compared with its manifest. Each snapshot has a line, in a pipe with a tab
    between its name and what was found. The exit code is 1 if one is damaged; `clustergraph build --force` writes it
    again.

    \b
    Examples:
      clustergraph verify
      clustergraph verify /srv/graph
    """
    from clustergraph.ingest.open_snapshot import find_source
    from clustergraph.ingest.verify import faults, folders
    from clustergraph.snapshots.snapshot import NoSnapshot

    source = find_source(sources, store=store)
    if source.snapshot is not None:
        paths = [source.snapshot.resolve()]
    else:
        assert source.store is not None
        paths = folders(source.store)
        if not paths:
            raise NoSnapshot(f"There is no snapshot in {source.store}, so none to verify.")
    rows = [(path.name, fault) for path in paths for fault in (faults(path) or ("whole",))]
    output.listing(("snapshot", ""), rows, whole=1)
    if any(fault != "whole" for _, fault in rows):
        ctx.exit(REFUSED)
