"""The application as its server finds it: made from the CLUSTERGRAPH_ variables of the environment."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import sys
import threading

from clustergraph.catalogue import CatalogueError
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import NoSnapshot
from clustergraph.sparql.errors import EngineError
from clustergraph.web.app import create_app
from clustergraph.web.rsgi import Served
from clustergraph.web.service import open_service

_LOG = logging.getLogger(__name__)


def create() -> Served:
    """The application for the settings in the environment. The process ends with the one that started it."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        service = open_service(Settings())
    except (CatalogueError, EngineError, NoSnapshot) as error:
        _LOG.error("Nothing can be served: %s", error)
        sys.exit(1)
    served = Served(create_app(service))
    for problem in service.catalogue.left_out:
        _LOG.warning("A canned query is left out: %s", problem)
    # What is there by now stays. Looking through it again and again for what nobody needs would stop everything for
    # tens of milliseconds each time.
    gc.collect()
    gc.freeze()
    return served


def _end_with_parent() -> None:
    """Leave at once when the parent is gone, however it ended: else its port would stay taken."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
