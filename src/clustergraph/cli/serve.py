"""`clustergraph serve`."""

from __future__ import annotations

import errno
import socket
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args, get_origin

import click
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from clustergraph.cli import options
from clustergraph.cli.exit_codes import REFUSED, UNAVAILABLE, Failure
from clustergraph.ingest.open_snapshot import Source, find_source, is_store
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import CURRENT, NoSnapshot


def settings_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """A flag for each setting. What is not given is left to the environment and the default."""
    for name, field in reversed(Settings.model_fields.items()):
        if field.annotation is not SecretStr:  # whoever lists the processes would read it
            function = _make_option(name, field)(function)
    return function


def _make_option(name: str, field: FieldInfo) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    kind = field.annotation
    many = get_origin(kind) is tuple
    if get_origin(kind) in (types.UnionType, tuple):
        kind = next(argument for argument in get_args(kind) if argument not in (type(None), Ellipsis))
    value_type: Any
    if get_origin(kind) is Literal:
        value_type = click.Choice(get_args(kind))
    elif kind is Path:
        value_type = click.Path(file_okay=False, path_type=Path)
    else:
        value_type = click.INT if kind is int else click.FLOAT if kind is float else click.STRING
    default = field.get_default(call_default_factory=True)
    default_text = f" [default: {default}]" if default not in (None, "", ()) else ""
    flag = f"--{name.replace('_', '-')}"
    return click.option(
        flag, f"setting_{name}", type=value_type, multiple=many, help=f"{field.description}{default_text}"
    )


@click.command("serve")
@options.sources
@settings_options
@options.building
@options.quiet
def command(sources: tuple[Path, ...], quiet: bool, **flags: Any) -> None:
    """Build the graph if need be and serve it over HTTP.

    SOURCE may be a store folder, whose current snapshot is then served, and every later one as soon as it is built;
    or one snapshot in it. Each setting is also a variable of the environment: CLUSTERGRAPH_PORT for --port, and
    so on. The service ends with Ctrl-C or SIGTERM, when the queries that run then are answered. --port 0 takes any
    free port.

    With --engine the queries are answered by the SPARQL endpoint at that address, and nothing is built here; of SOURCE,
    if there is one, only the canned queries are used.

    \b
    Examples:
      clustergraph serve
      clustergraph serve my.ttl other.nq --port 9000
      clustergraph build my-folder --store /srv/graph && clustergraph serve /srv/graph
      clustergraph serve --engine https://example.org/sparql
    """
    given = {name.removeprefix("setting_"): value for name, value in flags.items() if "setting_" in name}
    settings = _read_settings(given)
    build_flags = {name: value for name, value in flags.items() if "setting_" not in name}
    if settings.queries and not settings.queries.is_dir():
        raise click.UsageError(f"There is no folder {settings.queries} for the canned queries.")
    if settings.engine:
        _serve_engine(sources, settings, build_flags, quiet)
        return
    source = find_source(sources, store=settings.store)
    port = free_port(settings.host, settings.port)
    if source.input is not None:
        _build(source, build_flags, quiet)
    with TemporaryDirectory(prefix="clustergraph-") as folder:
        changes = {"store": _find_store(source, Path(folder)), "port": port}
        settings = settings.model_copy(update=changes | {"queries": settings.queries or source.queries})
        from clustergraph.cli.server_process import serve

        serve(settings, quiet=quiet)


def _serve_engine(sources: tuple[Path, ...], settings: Settings, flags: dict[str, Any], quiet: bool) -> None:
    if settings.store is not None:
        raise click.UsageError("Give a --store to serve from or an --engine to ask, not both.")
    for name in ("include", "exclude", "strict", "lenient", "contexts", "no_check", "force"):
        if flags[name]:
            flag = name.replace("_", "-").removesuffix("s")
            raise click.UsageError(f"With --engine nothing is built here, so --{flag} says nothing.")
    queries = settings.queries or (find_source(sources).queries if sources else None)
    base = settings.engine_base or flags["base"] or ""
    port = free_port(settings.host, settings.port)
    settings = settings.model_copy(update={"port": port, "queries": queries, "engine_base": base})
    from clustergraph.cli.server_process import serve
    from clustergraph.web.service import open_service

    # What is wrong with the engine or the queries is best said before there is a service.
    open_service(settings).engine.close()
    serve(settings, quiet=quiet)


def _read_settings(values: dict[str, Any]) -> Settings:
    try:
        return Settings(**{name: value for name, value in values.items() if value not in (None, ())})
    except ValidationError as error:
        # pydantic puts "Value error, " before what our own checks say.
        faults = [(fault["loc"], fault["msg"].removeprefix("Value error, ")) for fault in error.errors()]
        messages = [f"{location[0] if location else 'settings'}: {message}" for location, message in faults]
        raise click.UsageError("; ".join(messages)) from error


def _build(source: Source, flags: dict[str, Any], quiet: bool) -> None:
    """Build in a process of its own: what serves for days shall not keep the memory of a build."""
    assert source.store is not None
    assert source.input is not None
    paths = source.input if isinstance(source.input, tuple) else (source.input.root,)
    arguments = [*map(str, paths), "--store", str(source.store), "--reason", flags["reason"]]
    arguments += ["--base", flags["base"]] if flags["base"] else []
    arguments += [f"--{option}={value}" for option in ("include", "exclude") for value in flags[option]]
    arguments += [f"--context={address}={file}" for address, file in flags["contexts"]]
    arguments += [f"--{name.replace('_', '-')}" for name in ("strict", "lenient", "no_check", "force") if flags[name]]
    limits = ("parse_memory", "parse_seconds", "shapes_seconds")
    arguments += [f"--{name.replace('_', '-')}={flags[name]}" for name in limits]
    arguments += ["--quiet"] if quiet else []
    # What the build has to say is no output of the service.
    process = subprocess.run(
        [sys.executable, "-m", "clustergraph", "build", *arguments], stdout=subprocess.DEVNULL, check=False
    )
    if process.returncode == REFUSED and is_store(source.store):
        click.echo(
            f"Nothing is served. The snapshot before is still there: `clustergraph serve {source.store}`.", err=True
        )
    if process.returncode:
        raise click.exceptions.Exit(process.returncode if process.returncode > 0 else 128 - process.returncode)


def _find_store(source: Source, folder: Path) -> Path:
    """The store folder to follow; for a lone snapshot, one made in `folder` that never moves on."""
    if source.snapshot is not None:
        (folder / CURRENT).symlink_to(source.snapshot.resolve(), target_is_directory=True)
        return folder
    assert source.store is not None
    if not is_store(source.store):
        raise NoSnapshot(f"No snapshot in {source.store}.")
    return source.store.resolve()


def free_port(host: str, port: int) -> int:
    """The port, if it can be listened on; for 0, any that is free. Raises Failure if it is taken."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            # As a server does, so that connections just closed do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        hint = " Another program listens there; choose another --port." if error.errno == errno.EADDRINUSE else ""
        raise Failure(f"Cannot listen on {host}:{port}: {error.strerror or error}.{hint}", UNAVAILABLE) from error
