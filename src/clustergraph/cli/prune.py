"""`clustergraph prune`."""

from __future__ import annotations

from pathlib import Path

import click

from clustergraph.cli import options, output


@click.command("prune")
@options.sources
@options.store_to_change
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    required=True,
    metavar="N",
    help="How many snapshots to keep: the current one, and then the newest.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
def command(sources: tuple[Path, ...], store: Path | None, keep: int, dry_run: bool) -> None:
    """Remove old snapshots from a store.

    SOURCE is the store folder, or what was built into one. The current snapshot stays in any case, and so does one that
    a running service or another process on this machine has open; run the command again when that has let it go. Each
    snapshot has a line, in a pipe with a tab between its name and what became of it.

    \b
    Examples:
      clustergraph prune --keep 2
      clustergraph prune /srv/graph --keep 5 --dry-run
    """
    from clustergraph.ingest.open_snapshot import find_source
    from clustergraph.ingest.prune import prune
    from clustergraph.snapshots.snapshot import NoSnapshot

    source = find_source(sources, store=store)
    if source.store is None:
        raise click.UsageError(f"{sources[0]} is a snapshot; name the store folder that it is in.")
    try:
        pruned = prune(source.store, keep, dry_run=dry_run)
    except NoSnapshot as error:
        raise NoSnapshot(f"There is no snapshot in {source.store}, so none to remove.") from error
    outcome = "would be removed" if dry_run else "removed"
    rows = [*((name, outcome) for name in pruned.removed), *((name, "in use") for name in pruned.in_use)]
    output.listing(("snapshot", ""), rows, whole=1)
