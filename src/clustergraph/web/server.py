"""The application as its server finds it: made from the CLUSTERGRAPH_ variables of the environment."""

from __future__ import annotations

import gc

from clustergraph.settings import Settings
from clustergraph.web.app import create_app
from clustergraph.web.rsgi import Served
from clustergraph.web.service import open_service


def create() -> Served:
    """The application for the settings in the environment."""
    served = Served(create_app(open_service(Settings())))
    # What is there by now stays. Looking through it again and again for what nobody needs would stop everything for
    # tens of milliseconds each time.
    gc.collect()
    gc.freeze()
    return served
