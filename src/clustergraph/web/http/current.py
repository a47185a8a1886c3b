"""What the request in hand is answered from: the service, and the names of things on it."""

from __future__ import annotations

from typing import cast

from flask import current_app

from clustergraph.describe.label_cache import Labels
from clustergraph.web.service import Service


def service() -> Service:
    """The service of the application that handles this request."""
    return cast(Service, current_app.extensions["clustergraph"])


def labels() -> Labels:
    """The names of things on this service."""
    return cast(Labels, current_app.extensions["labels"])
