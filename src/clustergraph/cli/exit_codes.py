"""Exit codes that scripts can use, said once, and which error leads to which."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

OK = 0
REFUSED = 1
USAGE = 2
QUERY = 3
LIMIT = 4
UNAVAILABLE = 5
INTERRUPTED = 130
PIPE_CLOSED = 141

MEANINGS = {
    OK: "it worked",
    REFUSED: "the input is refused: not well formed, against the shapes, or refused by the engine it was pushed to",
    USAGE: "the command was used wrongly: unknown option, query, parameter, graph or file",
    QUERY: "the query is no SPARQL, or cannot be evaluated",
    LIMIT: "the query passed its time limit and was ended",
    UNAVAILABLE: "nothing to read or to listen on: no snapshot, no answer from an engine, a file that cannot be "
    "written, a port in use",
    INTERRUPTED: "interrupted with Ctrl-C",
}


def describe_exit_codes() -> str:
    """The codes as a paragraph for --help."""
    return "\b\nExit codes:\n" + "\n".join(f"  {code:<4}{meaning}" for code, meaning in MEANINGS.items())


class Failure(click.ClickException):
    """Ends the program with a message on standard error and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]


@contextmanager
def convert_errors() -> Iterator[None]:
    """Turn the errors that users can cause into Failures; all others are ours and keep their traceback."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough. What is still buffered must not fail again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(PIPE_CLOSED) from None
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None
    except (click.ClickException, click.Abort, click.exceptions.Exit):
        raise
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        raise Failure(_message(error), code) from error


def _code(error: Exception) -> int | None:
    # Only now, when something is wrong, is it worth while to load what may have failed.
    from clustergraph.catalogue import CatalogueError, ParameterError, UnknownQuery
    from clustergraph.ingest import BuildError
    from clustergraph.rdf.graph_writer import UnsupportedStatement
    from clustergraph.snapshots.graph_names import UnknownGraph
    from clustergraph.snapshots.snapshot import NoSnapshot
    from clustergraph.snapshots.source_folder import FolderSettingsError
    from clustergraph.sparql.errors import Busy, EngineDown, EngineError, LimitPassed, UnsupportedFormat

    codes: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
        ((BuildError, CatalogueError, FolderSettingsError), REFUSED),
        ((UnknownQuery, ParameterError, UnknownGraph, UnsupportedFormat, UnsupportedStatement), USAGE),
        ((LimitPassed,), LIMIT),
        ((NoSnapshot, Busy, EngineDown, OSError), UNAVAILABLE),
        ((EngineError,), QUERY),
    )
    return next((code for kinds, code in codes if isinstance(error, kinds)), None)


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror or error}"
    return str(error)
