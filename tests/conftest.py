"""The service of the published graph, and of graphs of a few lines, as clients see them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clustergraph.ingest import build
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import CURRENT, Snapshot
from clustergraph.snapshots.source_folder import published
from clustergraph.web.app import create_app
from clustergraph.web.service import Service, open_service
from support.server import Server, start_server, stop_server

QUIET: dict[str, Any] = {"log": "off", "rate": "off", "readers": 2}


@pytest.fixture(scope="session")
def service(store: Path, snapshot: Snapshot) -> Iterator[Service]:
    """The service of the published graph."""
    assert (store / CURRENT).resolve() == snapshot.path
    opened = open_service(Settings(store=store, queries=published().queries, **QUIET))
    yield opened
    opened.engine.close()


@pytest.fixture(scope="session")
def app(service: Service) -> Flask:
    """The application of the published graph."""
    return create_app(service)


@pytest.fixture(scope="session")
def published_server(store: Path, snapshot: Snapshot) -> Iterator[Server]:
    """A running service of the published graph, for tests that change nothing about it."""
    assert (store / CURRENT).resolve() == snapshot.path
    started = start_server(store)
    yield started
    stop_server(started)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the published graph's application."""
    return app.test_client()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., FlaskClient]]:
    """Makes a client of the service of some Turtle; further arguments are settings."""
    opened: list[Service] = []

    def made(turtle: str, name: str = "some.ttl", **settings: Any) -> FlaskClient:
        folder = tmp_path / f"graph-{len(opened)}"
        folder.mkdir()
        (folder / name).write_text(turtle, encoding="utf-8")
        build([folder / name], store=folder / "store")
        opened.append(open_service(Settings(store=folder / "store", **{**QUIET, **settings})))
        return create_app(opened[-1]).test_client()

    yield made
    for one in opened:
        one.engine.close()
