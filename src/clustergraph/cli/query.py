"""`clustergraph query`."""

from __future__ import annotations

from typing import Any

import click

from clustergraph.cli import options, output


def pairs(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, list[str]]:  # noqa: ARG001
    """`key=value` arguments as parameters of a canned query."""
    arguments: dict[str, list[str]] = {}
    for value in values:
        key, equals, text = value.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{value!r} is not of the form key=value.")
        arguments.setdefault(key, []).append(text)
    return arguments


@click.command("query")
@click.argument("name")
@click.option(
    "--param", "-p", "given", multiple=True, callback=pairs, metavar="KEY=VALUE", help="A parameter; repeatable."
)
@output.format_option
@options.source_option
@options.store
@options.engine
@options.queries
@options.timeout
def command(name: str, given: dict[str, list[str]], format: str | None, timeout: float | None, **place: Any) -> None:
    """Run the canned query NAME.

    `clustergraph queries` lists them all, `clustergraph queries NAME` shows the parameters of one.

    \b
    Examples:
      clustergraph query countries-ranked
      clustergraph query clusters-by-country -p country=Japan -p phase=implementation
      clustergraph query contacts --format json
    """
    from clustergraph.cli.engine_context import graph
    from clustergraph.cli.queries import find_query

    with graph(timeout=timeout, **place) as (engine, source_queries):
        catalogue, query = find_query(name, source_queries)
        answer_format = output.choose_format(format, query.form)
        answer = catalogue.run(engine, name, given, answer_format, timeout)
        snapshot = engine.snapshot
    output.write(answer, snapshot, as_table=answer_format is None)
