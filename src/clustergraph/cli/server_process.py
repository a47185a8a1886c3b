"""Running the web application behind Granian, until it is stopped."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import threading
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import click
from pydantic import SecretStr

from clustergraph.cli.exit_codes import UNAVAILABLE, Failure
from clustergraph.settings import Settings

TARGET = "clustergraph.web.server:create"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"generic": {"format": "%(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "generic", "stream": "ext://sys.stderr"}},
    "loggers": {"_granian": {"handlers": ["console"], "level": "ERROR", "propagate": False}},
}


def environment(settings: Settings) -> dict[str, str]:
    """The settings as variables of the environment, from which the worker reads them again.

    >>> environment(Settings(port=9000))["CLUSTERGRAPH_PORT"]
    '9000'
    """
    prefix = settings.model_config["env_prefix"]
    variables = {}
    for name, value in settings.model_dump().items():
        # A secret is in the environment already: it can come from nowhere else.
        if value is not None and not isinstance(value, SecretStr):
            text = json.dumps(value) if isinstance(value, (tuple, list)) else str(value)
            variables[f"{prefix}{name}".upper()] = text
    return variables


def address(settings: Settings) -> str:
    """Where a browser on this machine finds the service.

    >>> address(Settings(host="0.0.0.0", port=9000)), address(Settings(host="::1", port=80))
    ('http://127.0.0.1:9000', 'http://[::1]:80')
    """
    return settings.url.rstrip("/") if settings.url else _local(settings)


def _local(settings: Settings) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def serve(settings: Settings, *, quiet: bool = False) -> None:
    """Serve until SIGINT or SIGTERM; then answer the queries that run and wait, and return."""
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    os.environ.update(environment(settings))
    # A forked worker would inherit locks that threads of this process hold.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        TARGET,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,  # of HTTP/2, nobody could say how fast a client reads one of its answers
        factory=True,
        workers=1,
        websockets=False,
        workers_kill_timeout=_stop_seconds(settings),
        respawn_failed_workers=True,
        respawn_interval=0.1,
        log_level=LogLevels.error,
        log_dictconfig=LOGGING,
    )
    if not quiet:
        threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    try:
        server.serve()
    except SystemExit as error:
        if error.code:
            raise Failure("The service stopped by itself; the lines above say why.", UNAVAILABLE) from error


def _stop_seconds(settings: Settings) -> int:
    """How long a query may take that has just arrived when the service is to stop.

    >>> _stop_seconds(Settings(timeout=10, timeout_ceiling=60, queue_timeout=5))
    66
    """
    return math.ceil(max(settings.timeout, settings.timeout_ceiling) + settings.queue_timeout) + 1


def _announce(settings: Settings) -> None:
    """Say where the service is as soon as it answers."""
    while True:
        try:
            with urlopen(f"{_local(settings)}/health", timeout=2):
                break
        except (URLError, OSError):
            time.sleep(0.05)
    click.echo("\n".join(invitation(settings)), err=True)


def invitation(settings: Settings) -> list[str]:
    """The address and five things to try."""
    base = address(settings)
    count = "SELECT ?type (COUNT(*) AS ?n) { ?s a ?type } GROUP BY ?type ORDER BY DESC(?n)"
    return [
        f"Serving at {base}/  (Ctrl-C ends it). Try:",
        f"  curl {base}/ready",
        f"  curl {base}/api",
        *([f"  curl '{base}/api/{example}.csv'"] if (example := _example(settings.queries)) else []),
        f"  curl {base}/sparql --data-urlencode 'query={count}' -H 'Accept: text/csv'",
        f"  curl {base}/.well-known/void -H 'Accept: text/turtle'",
    ]


def _example(queries: Path | None) -> str:
    """A canned query that needs no parameter, of a folder that may have none."""
    from clustergraph.cli.queries import load_catalogue

    return next((query.name for query in load_catalogue(queries) if not any(p.required for p in query.parameters)), "")
