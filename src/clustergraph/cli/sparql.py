"""`clustergraph sparql`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from clustergraph.cli import options, output
from clustergraph.sparql.query import Query


@click.command("sparql")
@click.argument("text", required=False)
@click.option("--file", "-F", type=options.QUERY_FILE, help="Read the query from a file; - is standard input.")
@output.format_option
@options.source_option
@options.store
@options.engine
@options.timeout
@click.option(
    "--default-graph", multiple=True, metavar="GRAPH", help="Ask only this named graph; repeatable: their merge."
)
@click.option("--named-graph", multiple=True, metavar="GRAPH", help="Let GRAPH in the query see this one; repeatable.")
def command(
    text: str | None,
    file: Path | None,
    format: str | None,
    default_graph: tuple[str, ...],
    named_graph: tuple[str, ...],
    **place: Any,
) -> None:
    """Ask a SPARQL query: TEXT, a file, or standard input.

    Prefixes that the graph's files declare need no PREFIX line. Graphs are named by short name or IRI.

    \b
    Examples:
      clustergraph sparql 'SELECT ?type (COUNT(*) AS ?n) { ?s a ?type } GROUP BY ?type'
      clustergraph sparql --file query.rq --format json
      echo 'ASK { ?s ?p ?o }' | clustergraph sparql --source my.ttl
      clustergraph sparql 'ASK { ?s a cg:Cluster }' --engine http://127.0.0.1:8080
    """
    from clustergraph.cli.engine_context import graph
    from clustergraph.snapshots.graph_names import graph_iri
    from clustergraph.sparql.parsed_query import ParsedQuery

    query = ParsedQuery(read_query(text, file))
    answer_format = output.choose_format(format, query.form)
    with graph(**place) as (engine, _):
        snapshot = engine.snapshot
        default_graphs = [graph_iri(snapshot, name) for name in default_graph]
        named_graphs = [graph_iri(snapshot, name) for name in named_graph]
        answer = engine.answer(
            Query(query, format=answer_format, default_graphs=default_graphs, named_graphs=named_graphs)
        )
    output.write(answer, snapshot, as_table=answer_format is None)


def read_query(text: str | None, file: Path | None) -> str:
    """The query that was given as text, in a file, or on standard input."""
    if text is not None and file is not None:
        raise click.UsageError("Give the query as TEXT or with --file, not both.")
    if text is not None and text != "-":
        return text
    if file is not None and str(file) != "-":
        data = file.read_bytes()
    elif text is None and file is None and sys.stdin.isatty():
        raise click.UsageError("Give a query as TEXT, with --file, or on standard input.")
    else:
        data = sys.stdin.buffer.read()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"The query is not UTF-8 (at byte {error.start}).") from error
