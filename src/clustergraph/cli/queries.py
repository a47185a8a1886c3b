"""`clustergraph queries`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clustergraph.cli import options, output
from clustergraph.cli.exit_codes import USAGE, Failure

if TYPE_CHECKING:
    from clustergraph.catalogue import CannedQuery, Catalogue


@click.command("queries")
@click.argument("name", required=False)
@options.source_option
@options.store
@options.engine
@options.queries
def command(
    name: str | None, sources: tuple[Path, ...], store: Path | None, address: str | None, queries: Path | None
) -> None:
    """List the canned queries, or show the query NAME.

    The list has a line for each query with its name, its parameters (* marks those it needs) and its summary. For one
    query, its parameters are shown with their values, and its SPARQL.

    \b
    Examples:
      clustergraph queries
      clustergraph queries clusters-by-country
      clustergraph queries --engine http://127.0.0.1:8080
    """
    source_queries = _find_queries(sources, store, address, queries)
    if name is None:
        catalogue = load_catalogue(source_queries)
        for problem in catalogue.problems:
            click.echo(f"{'Note' if problem.is_warning else 'Left out'}: {output.printable(str(problem))}", err=True)
        rows = [(query.name, _signature(query), str(query.summary)) for query in catalogue]
        if not rows and sys.stderr.isatty():
            click.echo("There are no canned queries here.", err=True)
        output.listing(("query", "parameters", "what it answers"), rows, whole=2)
        return
    _, query = find_query(name, source_queries)
    click.echo(f"{query.name}: {query.summary}")
    if str(query.description):
        click.echo(f"\n{query.description}")
    if query.parameters:
        click.echo("\nParameters:")
    for parameter in query.parameters:
        facts = [
            parameter.type,
            "required" if parameter.required else "optional",
            *([f"one of {', '.join(parameter.choices)}"] if parameter.choices else []),
            *([f"default {parameter.default}"] if parameter.default else []),
            *([f"for example {parameter.example}"] if parameter.example else []),
        ]
        click.echo(f"  {parameter.name} ({'; '.join(facts)})\n      {parameter.description}")
    click.echo(f"\n{query.text.rstrip()}")


def _find_queries(
    sources: tuple[Path, ...], store: Path | None, address: str | None, queries: Path | None
) -> Path | Catalogue | None:
    """The canned queries of a source, for which nothing has to be built, or of an engine elsewhere."""
    from clustergraph.cli.engine_context import graph
    from clustergraph.ingest.open_snapshot import find_source

    if not address:
        return queries or find_source(sources, store=store).queries
    with graph(sources, store, address, queries=queries) as (_, catalogue):
        return catalogue


def load_catalogue(queries: Path | Catalogue | None) -> Catalogue:
    """The canned queries of a folder, or those that are given; none without either."""
    from clustergraph.catalogue import Catalogue

    if isinstance(queries, Catalogue):
        return queries
    return Catalogue() if queries is None else Catalogue.load(queries, strict=False)


def find_query(name: str, queries: Path | Catalogue | None) -> tuple[Catalogue, CannedQuery]:
    """The catalogue and the query of this name, or an end with a hint where to look."""
    from clustergraph.catalogue import UnknownQuery

    catalogue = load_catalogue(queries)
    try:
        return catalogue, catalogue[name]
    except UnknownQuery as error:
        hint = (
            "`clustergraph queries` lists those there are."
            if len(catalogue)
            else "No canned queries are here; name a folder of them with --queries."
        )
        raise Failure(f"{error} {hint}", USAGE) from error


def _signature(query: CannedQuery) -> str:
    return " ".join(f"{parameter.name}{'*' if parameter.required else ''}" for parameter in query.parameters)
