"""Answers as people and programs read them: a table on a terminal, a standard format in a pipe or when asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from clustergraph.rdf import formats

if TYPE_CHECKING:
    from clustergraph.engine.base import Answer
    from clustergraph.snapshots.snapshot import Snapshot

TABLE = "table"
IN_A_PIPE = {"results": "csv", "graph": "turtle"}

# A terminal obeys control characters, and data may hold any.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class FormatType(click.ParamType[str]):
    """A format by name, file ending or media type. With `kind`, only formats of that kind."""

    name = "format"

    def __init__(self, kind: formats.Kind | None = None) -> None:
        self.kind = kind

    @property
    def names(self) -> list[str]:
        """The names to choose from."""
        forms = formats.FORMATS if self.kind is None else formats.of_kind(self.kind)
        return [*([TABLE] if self.kind is None else []), *(form.name for form in forms)]

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if (value == TABLE and self.kind is None) or formats.find(value, self.kind):
            return str(value)
        return self.fail(f"{value!r} is not one of {', '.join(self.names)}.", param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 - click's interface
        return "FORMAT"


format_option = click.option(
    "--format",
    "-f",
    type=FormatType(),
    help=f"One of {', '.join(FormatType().names)}. By default a table on a terminal, and in a pipe CSV for results and "
    "Turtle for graphs.",
)


def choose_format(given: str | None, form: str) -> str | None:
    """The engine's format for a query of this form; None for what is shown as a table."""
    if given == TABLE or (given is None and sys.stdout.isatty()):
        return None
    return given or IN_A_PIPE["graph" if form in ("CONSTRUCT", "DESCRIBE") else "results"]


def write(answer: Answer, snapshot: Snapshot, *, as_table: bool) -> None:
    """Put an answer on standard output, and on standard error where it may not be the one of the standard."""
    for difference in answer.differences:
        click.echo(f"Note ({difference.name}): {difference.text}", err=True)
    if answer.form == "SELECT" and as_table:
        from clustergraph.library.result import Result

        result = Result.from_json(answer.body, snapshot.prefixes)
        table(result.columns, ([result.text(value) for value in row] for row in result))
        if sys.stderr.isatty():
            click.echo(f"{result.size}, {sum(answer.timings.values()) * 1000:.0f} ms", err=True)
        return
    body = answer.body
    if answer.form == "ASK" and as_table:
        import json

        body = b"true" if json.loads(answer.body)["boolean"] else b"false"
    out = sys.stdout.buffer
    out.write(body)
    if not body.endswith(b"\n"):
        out.write(b"\n")
    out.flush()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: int = 0) -> None:
    """A table on standard output, as wide as the terminal. The first `whole` columns are never folded."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, show_header=any(columns))
    for place, column in enumerate(columns):
        drawn.add_column(column, overflow="fold", no_wrap=place < whole)
    for row in rows:
        drawn.add_row(*(Text(printable(cell)) for cell in row))
    Console(file=sys.stdout).print(drawn)


def printable(text: str) -> str:
    """The text with a mark in the place of characters that would steer a terminal.

    >>> printable("a\\x1b[2Jb")
    'a�[2Jb'
    """
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def listing(columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: int = 0) -> None:
    """A table on a terminal (see `table`); in a pipe the same rows, without heading, separated by tabs."""
    if sys.stdout.isatty():
        table(columns, rows, whole=whole)
        return
    for row in rows:
        click.echo("\t".join(" ".join(cell.split()) for cell in row))
