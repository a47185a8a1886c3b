"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from clustergraph.ingest.open_snapshot import Options, Source
    from clustergraph.snapshots.snapshot import Snapshot

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]


class SourceType(click.Path):
    """A file or folder that is there; for an address, a hint where that goes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and "://" in value:
            self.fail(
                f"{value!r} is an address and no file; commands that ask a graph take it with --engine.", param, ctx
            )
        return super().convert(value, param, ctx)


class ContextType(click.ParamType[tuple[str, Path]]):
    """An address and, after the last `=`, a file that is there."""

    name = "context"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        if isinstance(value, tuple):
            return value
        address, _, file = str(value).rpartition("=")
        if not address or not Path(file).is_file():
            self.fail(f"{value!r} is not an address, `=` and a file that is there.", param, ctx)
        return address, Path(file)


PATH = SourceType(exists=True, path_type=Path)
QUERY_FILE: click.Path = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)

sources: Decorator[Any] = click.argument("sources", metavar="[SOURCE]...", nargs=-1, type=PATH)

source_option: Decorator[Any] = click.option(
    "--source", "sources", multiple=True, type=PATH, help="Folder, RDF file, store or snapshot to ask; repeatable."
)


def _store(extra_help: str = "") -> Decorator[Any]:
    return click.option(
        "--store",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="CLUSTERGRAPH_STORE",
        help=f"Folder of the snapshots; by default one per source in the user's cache.{extra_help}",
    )


store = _store(" Without a SOURCE, the current snapshot in this folder is read.")
store_to_change = _store()

quiet: Decorator[Any] = click.option("--quiet", "-q", is_flag=True, help="Say nothing but errors.")

engine: Decorator[Any] = click.option(
    "--engine", "address", metavar="URL", help="Ask the SPARQL endpoint or the ClusterGraph service at this address."
)

timeout: Decorator[Any] = click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="End the query after this time."
)

queries: Decorator[Any] = click.option(
    "--queries",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="CLUSTERGRAPH_QUERIES",
    help="Folder of canned queries to use instead of the source's own.",
)


def split(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001
    """Names that were given one by one or separated by commas. An IRI may have a comma in it."""
    parts = (part for value in values for part in ([value] if "://" in value else value.split(",")))
    return tuple(part.strip() for part in parts if part.strip())


def parsing(function: F) -> F:
    """What parsing a file and checking the shapes may take."""
    function = click.option(
        "--shapes-seconds",
        type=click.FloatRange(min=0, min_open=True),
        default=300.0,
        show_default=True,
        envvar="CLUSTERGRAPH_SHAPES_SECONDS",
        help="Processor time that checking the shapes may take, besides a second for each 1,000 triples.",
    )(function)
    function = click.option(
        "--parse-seconds",
        type=click.FloatRange(min=0, min_open=True),
        default=20.0,
        show_default=True,
        envvar="CLUSTERGRAPH_PARSE_SECONDS",
        help="Processor time that reading one file may take, besides a second for each MiB of it (5 where it is "
        "compressed).",
    )(function)
    return click.option(
        "--parse-memory",
        type=click.IntRange(min=128),
        default=4096,
        show_default=True,
        metavar="MIB",
        envvar="CLUSTERGRAPH_PARSE_MEMORY",
        help="Address space that reading one file, or checking the shapes, may take.",
    )(function)


def reading(function: F) -> F:
    """What of the input is read, and what of it is refused."""
    for option in reversed(
        (
            click.option(
                "--include",
                multiple=True,
                callback=split,
                metavar="PATTERN",
                help="Read only files that match, such as `*.ttl` or `src/**/*.owl`; repeatable, or separated by "
                "commas.",
            ),
            click.option(
                "--exclude",
                multiple=True,
                callback=split,
                metavar="GRAPH|PATTERN",
                help="Leave a named graph out, by short name or IRI, or the files that match a pattern, such as "
                "`tests/*`; repeatable, or separated by commas.",
            ),
            click.option(
                "--strict",
                is_flag=True,
                help="Refuse what there is only a warning for else: files with a wrong ending, and IRIs that are none.",
            ),
            click.option(
                "--lenient",
                is_flag=True,
                help="Leave out and count the triples with an IRI that is none, instead of reading it percent-encoded.",
            ),
            click.option(
                "--context",
                "contexts",
                multiple=True,
                type=ContextType(),
                metavar="URL=FILE",
                help="A file for the JSON-LD context that files name by this address; repeatable.",
            ),
        )
    ):
        function = option(function)
    return function


def building(function: F) -> F:
    """The options of a build."""
    for option in reversed(
        (
            click.option("--base", metavar="IRI", help="IRI under which graphs are named; ends in /."),
            click.option(
                "--reason",
                type=click.Choice(["auto", "owlrl", "none"]),
                default="auto",
                show_default=True,
                help="Whether to add what follows by OWL 2 RL; auto does for a folder with an ontology, up to 100,000 "
                "triples.",
            ),
            click.option("--no-check", is_flag=True, help="Do not check the graph against its shapes."),
            click.option("--force", is_flag=True, help="Build even if nothing has changed."),
        )
    ):
        function = option(function)
    return reading(parsing(function))


def read(sources: tuple[Path, ...], store: Path | None) -> tuple[Snapshot, Source]:
    """The snapshot that a reading command asks, built with progress on the terminal if need be."""
    from clustergraph.cli.progress import show_progress
    from clustergraph.ingest.open_snapshot import find_source, open_source

    source = find_source(sources, store=store)
    with show_progress() as progress:
        return open_source(source, progress=progress).snapshot, source


def check_reading(flags: Mapping[str, Any]) -> None:
    """Raises UsageError for options of `reading` that do not go together."""
    if flags["strict"] and flags["lenient"]:
        raise click.UsageError("Choose --strict or --lenient, not both.")


def build_options(
    *, no_check: bool, parse_memory: int, parse_seconds: float, shapes_seconds: float, **flags: Any
) -> Options:
    """The options of `building` as one value."""
    from clustergraph.ingest.open_snapshot import Options
    from clustergraph.ingest.parse_limits import ParseLimits

    check_reading(flags)

    return Options(**flags, check=not no_check, limits=ParseLimits(parse_memory, parse_seconds, shapes_seconds))
