"""`clustergraph validate`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clustergraph.cli import options
from clustergraph.cli.exit_codes import REFUSED

if TYPE_CHECKING:
    from clustergraph.ingest import Report


@click.command("validate")
@options.sources
@click.option("--base", metavar="IRI", help="IRI under which graphs are named; ends in /.")
@options.reading
@click.option(
    "--reason",
    type=click.Choice(["auto", "owlrl", "none"]),
    default="auto",
    show_default=True,
    help="Whether to check what follows by OWL 2 RL, too.",
)
@options.parsing
@click.option("--format", "-f", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    sources: tuple[Path, ...],
    parse_memory: int,
    parse_seconds: float,
    shapes_seconds: float,
    form: str,
    **flags: Any,
) -> None:
    """Check a graph as a build would, and write nothing.

    The report says which thing breaks which rule, in which file and line. The exit code is 1 if a build would refuse
    the graph; warnings alone do not make it so.

    \b
    Examples:
      clustergraph validate
      clustergraph validate my-folder --format json
    """
    from clustergraph.cli.progress import show_progress
    from clustergraph.ingest import validate
    from clustergraph.ingest.open_snapshot import find_source
    from clustergraph.ingest.parse_limits import ParseLimits

    options.check_reading(flags)
    source = find_source(sources, build=True)
    assert source.input is not None
    with show_progress() as progress:
        limits = ParseLimits(parse_memory, parse_seconds, shapes_seconds)
        contexts = dict(flags.pop("contexts"))
        report = validate(source.input, **flags, contexts=contexts, limits=limits, progress=progress)
    from clustergraph.cli.queries import load_catalogue

    queries = load_catalogue(source.queries)
    ok = report.ok and not queries.left_out
    if form == "json":
        noted = [asdict(problem) for problem in queries.problems]
        click.echo(json.dumps({"ok": ok, **asdict(report), "queries": noted}, ensure_ascii=False, indent=1))
    else:
        if report.problems:
            click.echo(str(report))
        for problem in queries.problems:
            click.echo(f"{'Warning' if problem.is_warning else 'Violation'}: {problem}")
        click.echo(summary(report))
    if not ok:
        ctx.exit(REFUSED)


def summary(report: Report) -> str:
    """One line on what was found.

    >>> from clustergraph.ingest import Problem, Report
    >>> summary(Report((Problem("No label.", severity="warning"),), triples=12, shapes=("shapes.ttl",)))
    '12 triples checked against shapes.ttl: no violation, 1 warning.'
    """
    violations = sum(problem.severity == "violation" for problem in report.problems)
    lesser = sum(problem.severity == "warning" for problem in report.problems)
    against = f" against {', '.join(report.shapes)}" if report.shapes else "; there are no shapes"
    checked = f"{report.triples:,} triples checked{against}" if report.triples else f"Checked{against}"
    warnings = f", {_counted(lesser, 'warning')}" if lesser else ""
    return f"{checked}: {_counted(violations, 'violation')}{warnings}."


def _counted(number: int, word: str) -> str:
    return f"no {word}" if number == 0 else f"1 {word}" if number == 1 else f"{number:,} {word}s"
