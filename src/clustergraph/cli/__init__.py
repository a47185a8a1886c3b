"""The command line. Each command is a module of this package, imported when it is used."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

import click

from clustergraph.cli.exit_codes import convert_errors, describe_exit_codes

COMMANDS = (
    "build",
    "serve",
    "validate",
    "sparql",
    "query",
    "queries",
    "export",
    "info",
    "prune",
    "verify",
    "cite",
    "mcp",
    "push",
)


class Commands(click.Group):
    """Finds a command in the module of its name, and turns what goes wrong in it into a line and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's interface
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"{__name__}.{cmd_name}").command
        return command

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            return super().main(*args, **options)
        except OSError as error:  # help that cannot be written
            sys.exit(f"Error: {error.strerror or error}")

    def invoke(self, ctx: click.Context) -> Any:
        with convert_errors():
            return super().invoke(ctx)


@click.command(
    cls=Commands,
    name="clustergraph",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=describe_exit_codes(),
)
@click.version_option(package_name="clustergraph-kg", message="%(prog)s %(version)s")
def cli() -> None:
    """Publish, check and query a knowledge graph.

    Without a SOURCE, a command works on the graph that comes with this package: Germany's internationalised clusters.
    A SOURCE is a folder with ontology/, data/ and queries/ (each optional), or one or more RDF files (.ttl .nt .nq
    .trig .rdf .jsonld .n3, each also .gz); commands that read also take a store folder or a snapshot in it.

    \b
    Examples:
      clustergraph serve
      clustergraph query clusters-by-country -p country=JP
      clustergraph serve my.ttl other.nq
    """


def main() -> None:
    """Run the command line and leave with its exit code; see `exit_codes`."""
    cli()
