"""`python -m bench`: measure, and write bench/RESULTS.md."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from bench import graphs, load, measure, peers, report
from bench.machine import machine, versions
from bench.measure import PARTS, Plan, Tell
from bench.results import Results
from bench.servers import DidNotStart

HERE = Path(__file__).parent
GRAPHS = ("real", "generated")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--quick", is_flag=True, help="A few seconds for each part and a small generated graph; to try it out.")
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="Measure these parts only.")
@click.option("--graph", "names", multiple=True, type=click.Choice(GRAPHS), help="Measure these graphs only.")
@click.option(
    "--peers", "names_of_peers", default=",".join(peers.PEERS), help="Who to measure against; `none` for nobody."
)
@click.option(
    "--rounds", type=click.IntRange(1), help="How often everything is measured; the median counts. [default: 3]"
)
@click.option("--seconds", type=click.FloatRange(0.1), help="Seconds for each single load. [default: 1]")
@click.option("--triples", type=click.IntRange(20_000), help="Size of the generated graph. [default: 1000000]")
@click.option("--deadline", default=10, type=click.IntRange(1), help="Seconds that one query may take.")
@click.option("--start-limit", default=180.0, help="Seconds that a server may take to start.")
@click.option("--out", type=click.Path(path_type=Path), default=HERE / "out", help="Folder for graphs and figures.")
@click.option("--output", type=click.Path(path_type=Path), help="The report. [default: bench/RESULTS.md]")
@click.option("--resume", is_flag=True, help="Measure only the graphs that a run which was broken off did not finish.")
@click.option("--again", is_flag=True, help="Measure nothing; write the report from the last run's figures.")
def main(
    quick: bool,
    only: tuple[str, ...],
    names: tuple[str, ...],
    names_of_peers: str,
    rounds: int | None,
    seconds: float | None,
    triples: int | None,
    deadline: int,
    start_limit: float,
    out: Path,
    output: Path | None,
    resume: bool,
    again: bool,
) -> None:
    """Measure this service side by side with Oxigraph's own server and rdflib-endpoint."""
    out = out.resolve()
    figures = out / "results.json"
    # A quick run, or a part of one, must not pass for the real one.
    output = output or (HERE if not (quick or only or names) else out) / "RESULTS.md"
    if (again or resume) and not figures.is_file():
        raise click.ClickException(
            f"There are no figures of an earlier run; leave out {'--again' if again else '--resume'}."
        )
    if again:
        output.write_text(report.written(Results.read(figures)), encoding="utf-8")
        return
    wanted = tuple(name.strip() for name in names_of_peers.split(",") if name.strip() not in ("", "none"))
    for name in wanted:
        if name not in peers.PEERS:
            raise click.UsageError(f"There is no peer {name!r}; choose from {', '.join(peers.PEERS)}, or none.")
    plan = Plan(
        parts=only or PARTS,
        peers=wanted,
        rounds=rounds or (1 if quick else 3),
        seconds=seconds or 1.0,
        longest=max(seconds or 1.0, 2.0 if quick else 8.0),
        connections=(1, 8) if quick else (1, 8, 64),
        deadline=deadline,
        start_limit=start_limit,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        for name in (peers.OURS, *wanted):
            peers.require(name)
        before = Results.read(figures) if resume else None
        results = _measured(plan, names or GRAPHS, triples or (50_000 if quick else 1_000_000), figures, before)
    except (peers.NotInstalled, DidNotStart, load.LoadFailed) as error:
        raise click.ClickException(str(error)) from error
    output.write_text(report.written(results), encoding="utf-8")
    click.echo(f"Written: {output.name}", err=True)


def _measured(
    plan: Plan, names: tuple[str, ...], triples: int, figures: Path, before: Results | None = None
) -> Results:
    """The results, which are saved after each graph. Those that there are `before` are added to, graph by graph."""
    out = figures.parent
    command = shlex.join(["python", "-m", "bench", *(word for word in sys.argv[1:] if word != "--resume")])
    if before and (before.command, before.versions) != (command, versions()):
        raise click.ClickException(
            f"The last run was `{before.command}`, with these or other versions; resume that one."
        )
    results = before or Results(
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        command=command,
        machine=machine(),
        versions=versions(),
        generator=load.generator(),
        rounds=plan.rounds,
        seconds=plan.seconds,
        deadline=plan.deadline,
    )
    for name in names:
        if name in results.graphs:
            continue
        if before:
            results.resumed.append(name)
        with shown() as tell:
            tell(f"{name}: build", 0)
            graph = graphs.real(out) if name == "real" else graphs.generated(out, triples)
            tell(f"{name}: load it for the others", 0)
            graphs.export(graph, set(plan.peers))
            measure.run(plan, graph, results, tell)
        results.save(figures)
    return results


@contextmanager
def shown() -> Iterator[Tell]:
    """A bar that moves, or on what is no terminal a line for everything that begins."""
    console = Console(stderr=True)
    if not console.is_terminal:
        last = ""

        def say(what: str, _total: int) -> None:
            nonlocal last
            if what != last:
                click.echo(f"{datetime.now(UTC):%H:%M:%S} {what}", err=True)
            last = what

        yield say
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def tell(what: str, total: int) -> None:
            bars.update(task, description=what, total=total or None, advance=1 if total else 0)

        yield tell


if __name__ == "__main__":
    main()
