"""`clustergraph push`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clustergraph.cli import options
from clustergraph.cli.exit_codes import REFUSED, UNAVAILABLE, Failure

if TYPE_CHECKING:
    from clustergraph.push import Plan
    from clustergraph.snapshots.snapshot import Snapshot


@click.command("push")
@options.sources
@options.store
@click.option("--to", "url", metavar="URL", help="The engine: its query endpoint, or the address above it.")
@click.option("--user", default="", help="Who signs in.")
@click.option(
    "--password-env",
    metavar="VARIABLE",
    help="Variable of the environment that holds the user's password. Without it, the terminal asks.",
)
@click.option(
    "--protocol",
    type=click.Choice(["auto", "gsp", "update"]),
    default="auto",
    show_default=True,
    help="Write by the Graph Store Protocol or by SPARQL updates; auto takes the first where its address is known.",
)
@click.option("--graph-store", metavar="URL", default="", help="Address of the Graph Store, if not the usual one.")
@click.option("--update", metavar="URL", default="", help="Address that takes updates, if not the usual one.")
@click.option(
    "--merged",
    type=click.Choice(["auto", "default", "named"]),
    default="auto",
    show_default=True,
    help="Put the merge of all graphs into the engine's default graph, or into the graph merged; auto takes the first "
    "where the engine has a default graph of its own.",
)
@click.option(
    "--chunk", type=click.IntRange(min=1), default=20_000, show_default=True, help="Triples to send in one request."
)
@click.option("--force", is_flag=True, help="Send what is there already, and replace a default graph of others.")
@click.option("--loaded", is_flag=True, help="Send nothing: the graphs were loaded from --files. Compare and mark.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option(
    "--files",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write files for an engine's bulk loader into this folder, instead of sending anything.",
)
@options.quiet
def command(
    sources: tuple[Path, ...], store: Path | None, url: str | None, files: Path | None, quiet: bool, **flags: Any
) -> None:
    """Load a snapshot into a SPARQL engine, and check that it is all there.

    Every named graph is replaced, and the merge of them, which a query without GRAPH asks. Then the engine is asked how
    many triples of each property each graph holds, and for some of the triples. Only then it is marked, in the
    graph snapshot, as holding this snapshot. A push that stops in between can be run again. Graphs that an earlier push
    wrote and that are gone are removed; other graphs are left alone.

    Where URL belongs to Virtuoso or to Oxigraph's server, the address to write to is known.

    \b
    Examples:
      clustergraph push --files bulk

    \b
    Examples, given an engine:
      clustergraph push --to http://localhost:7878
      clustergraph push /srv/graph --to http://localhost:8890 --user dba --password-env DBA_PASSWORD
      clustergraph push --to http://localhost:3030/ds/sparql --graph-store http://localhost:3030/ds/data
    """
    from clustergraph.push.bulk_files import write
    from clustergraph.push.errors import PushError, Unreachable

    if (url is None) == (files is None):
        raise click.UsageError("Give either --to URL or --files FOLDER.")
    if files is not None:
        _refuse_sending_flags(flags)
    snapshot, _ = options.read(sources, store)
    try:
        if files is not None:
            names = write(snapshot, files, in_default=flags["merged"] == "default")
            if not quiet:
                click.echo(
                    f"Snapshot {snapshot.name}: {len(names)} files in {files}; README.txt there says how to go on."
                )
        else:
            assert url is not None
            _push(snapshot, url, quiet, flags)
    except PushError as error:
        code = UNAVAILABLE if isinstance(error, Unreachable) else REFUSED
        raise Failure("\n".join((str(error), *getattr(error, "__notes__", ()))), code) from error
    except KeyboardInterrupt as error:
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)
        raise


def _refuse_sending_flags(flags_given: dict[str, Any]) -> None:
    """Raise UsageError for an option that says how to send, where nothing is sent."""
    names = ("user", "password_env", "graph_store", "update", "force", "loaded", "dry_run")
    flags = [f"--{name.replace('_', '-')}" for name in names if flags_given[name]]
    if flags:
        raise click.UsageError(f"With --files nothing is sent, so {', '.join(flags)} cannot be had.")


def _push(snapshot: Snapshot, url: str, quiet: bool, flags: dict[str, Any]) -> None:
    from clustergraph.cli.progress import show_progress
    from clustergraph.engine.remote.http_client import HttpClient
    from clustergraph.push import plan, push
    from clustergraph.push.http import Client
    from clustergraph.push.target import find_target

    client = Client(HttpClient(flags["user"], _password(flags["user"], flags["password_env"])))
    target, force = find_target(url, client, store=flags["graph_store"], update=flags["update"]), flags["force"]
    todo = plan(snapshot, target, merged=flags["merged"], protocol=flags["protocol"], force=force)
    if flags["dry_run"]:
        click.echo("\n".join(_describe_plan(todo)))
        return
    with show_progress(quiet) as progress:
        was_sent = push(todo, progress=progress, chunk=flags["chunk"], again=force, loaded=flags["loaded"])
    if not quiet:
        state = "is now" if was_sent else "was already"
        click.echo(f"Snapshot {snapshot.name} {state} in {todo.target.query_url} ({todo.target.name}), and all of it.")


def _password(user: str, variable: str | None) -> str:
    if variable is not None:
        if not user:
            raise click.UsageError("--password-env needs --user.")
        if variable not in os.environ:
            raise click.UsageError(f"There is no variable {variable} in the environment.")
        return os.environ[variable]
    if not user:
        return ""
    if not sys.stdin.isatty():
        raise click.UsageError(f"Name the variable that holds the password of {user} with --password-env.")
    return str(click.prompt(f"Password of {user}", hide_input=True, err=True))


def _describe_plan(todo: Plan) -> list[str]:
    """What would be done, one thing a line."""
    before = todo.before
    state = f"snapshot {before.name}" if before and before.name else "a push that did not end" if before else "no push"
    where = todo.target.store_url if todo.protocol == "gsp" else todo.target.update_url
    return [
        f"engine\t{todo.target.query_url} ({todo.target.name}), which holds {state}",
        f"write to\t{where}",
        *(f"replace\t{graph or 'the default graph'}\t{count}" for graph, _, count in todo.sent),
        *(f"remove\t{graph}" for graph in todo.removed),
        f"mark\tsnapshot {todo.snapshot.name}",
    ]
