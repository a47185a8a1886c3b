"""`clustergraph cite`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from clustergraph.cli import options
from clustergraph.cli.query import pairs
from clustergraph.cli.sparql import read_query

FORMATS = ("text", "bibtex", "csl-json", "cff", "ris")


@click.command("cite")
@options.sources
@options.store
@click.option("--query", "name", metavar="NAME", help="Cite this canned query, too.")
@click.option(
    "--param", "-p", "given", multiple=True, callback=pairs, metavar="KEY=VALUE", help="A parameter of it; repeatable."
)
@click.option(
    "--sparql", "file", type=options.QUERY_FILE, help="Cite the query in this file, too; - is standard input."
)
@options.engine
@options.queries
@options.timeout
@click.option("--format", "-f", "format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--language", type=click.Choice(["en", "de"]), default="en", show_default=True)
def command(
    name: str | None,
    given: dict[str, list[str]],
    file: Path | None,
    timeout: float | None,
    format: str,
    language: str,
    **place: Any,
) -> None:
    """Say how to cite a snapshot, and a query on it.

    With a query, the query is asked, and the citation has the digest of its text, the digest of the answer, and the
    address that asks it again. The digest of an answer is the SHA-256 of its CSV, or of its sorted N-Triples where the
    query makes a graph.

    \b
    Examples:
      clustergraph cite
      clustergraph cite --format bibtex
      clustergraph cite --query clusters-by-country -p country=JP --format csl-json
    """
    from clustergraph.cli.engine_context import graph
    from clustergraph.cli.queries import find_query
    from clustergraph.describe import citation

    if name and file:
        raise click.UsageError("Give --query or --sparql, not both.")
    if given and not name:
        raise click.UsageError("--param is for a canned query; name one with --query.")
    with graph(timeout=timeout, **place) as (engine, catalogue):
        cited = None
        if name:
            cited = citation.describe_canned_query(engine, find_query(name, catalogue)[0], name, given, timeout)
        elif file:
            cited = citation.describe_query(engine, read_query(None, file), timeout=timeout)
        click.echo(getattr(citation.cite(engine, language, cited), citation.FORMATS[format]))
