"""The application as a WSGI server finds it: made from the CLUSTERGRAPH_ variables of the environment."""

from __future__ import annotations

from flask import Flask

from clustergraph.settings import Settings
from clustergraph.web.app import create_app
from clustergraph.web.service import open_service


def create() -> Flask:
    """The application for the settings in the environment."""
    return create_app(open_service(Settings()))
