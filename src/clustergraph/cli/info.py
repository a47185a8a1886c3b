"""`clustergraph info`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from clustergraph.cli import options, output
from clustergraph.rdf.namespaces import compact
from clustergraph.snapshots.snapshot import Snapshot


@click.command("info")
@options.sources
@options.store
@click.option("--json", "as_json", is_flag=True, help="The whole manifest, as JSON.")
@click.option("--all", "every", is_flag=True, help="All snapshots of the store, oldest first; > marks the current one.")
def command(sources: tuple[Path, ...], store: Path | None, as_json: bool, every: bool) -> None:
    """Say what a snapshot holds and what it was built from.

    In a pipe there is one fact a line, separated by tabs: what kind of fact, what it is about, the value.

    \b
    Examples:
      clustergraph info
      clustergraph info --json
      clustergraph info --all --store /srv/graph
    """
    snapshot, source = options.read(sources, store)
    if every:
        from clustergraph.snapshots import snapshot as snapshots

        listed_snapshots = snapshots.every(source.store) if source.store else [snapshot]
        if as_json:
            click.echo(json.dumps([_manifest(listed) for listed in listed_snapshots], ensure_ascii=False, indent=1))
            return
        rows = [
            (
                ">" if listed.name == snapshot.name else "",
                listed.name,
                str(listed.manifest["built"]),
                f"{listed.manifest['triples']:,}",
            )
            for listed in listed_snapshots
        ]
        output.listing(("", "snapshot", "built", "triples"), rows, whole=4)
    elif as_json:
        click.echo(json.dumps(_manifest(snapshot), ensure_ascii=False, indent=1))
    else:
        output.listing(("", "", ""), facts(snapshot), whole=1)


def facts(snapshot: Snapshot) -> list[tuple[str, str, str]]:
    """What to say about a snapshot."""
    from clustergraph.snapshots.graph_names import short_name

    manifest = snapshot.manifest
    prefixes = snapshot.prefixes
    return [
        ("title", "", str(manifest["title"])),
        ("snapshot", "", snapshot.name),
        ("built", "", str(manifest["built"])),
        ("folder", "", str(snapshot.path)),
        ("base", "", snapshot.base),
        ("reasoning", "", str(manifest["reasoning"]["kind"])),
        ("triples", "", f"{manifest['triples']}"),
        *([("literals by value", "", str(snapshot.literals_by_value))] if snapshot.literals_by_value else []),
        *(("graph", short_name(snapshot, iri), str(count)) for iri, count in snapshot.graphs.items()),
        *(("class", compact(iri, prefixes), str(count)) for iri, count in manifest["classes"].items()),
        *(("source", source["path"], str(source["sha256"])[:16]) for source in manifest["sources"]),
    ]


def _manifest(snapshot: Snapshot) -> dict[str, object]:
    return {**snapshot.manifest, "folder": str(snapshot.path)}
