"""Who is measured, and what has to be installed for it."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS = "clustergraph"
API = "clustergraph /api"
"""This service again, asked for its canned queries by name."""
OXIGRAPH = "oxigraph"
RDFLIB = "rdflib-endpoint"
GRANIAN = "bare Granian"
"""An application that does nothing but send the answer that this service keeps."""

PEERS = (OXIGRAPH, RDFLIB)
PACKAGES = {OURS: ("clustergraph-kg", "granian"), OXIGRAPH: ("oxigraph",), RDFLIB: ("rdflib-endpoint", "uvicorn")}
ENDPOINTS = {OURS: "/sparql", GRANIAN: "/sparql", OXIGRAPH: "/query", RDFLIB: "/"}
"""Where each answers SPARQL queries."""


class NotInstalled(RuntimeError):
    """A peer that was asked for is not there."""


def missing(name: str) -> list[str]:
    """The packages of a peer that are not installed."""
    absent = []
    for package in PACKAGES[name]:
        try:
            version(package)
        except PackageNotFoundError:
            absent.append(package)
    return absent


def require(name: str) -> None:
    """Raise NotInstalled, saying what to install, if a peer cannot be started."""
    absent = missing(name)
    if absent:
        raise NotInstalled(
            f"{name} cannot be measured: {' and '.join(absent)} not installed. "
            "Install the extra with `pip install -e '.[bench]'`, or leave it out with --peers."
        )


def program(name: str) -> str:
    """The path of a program that was installed next to this Python."""
    return str(Path(sys.executable).parent / name)
