"""rdflib-endpoint on one file, as its documentation has it: a module with an `app` for uvicorn.

The file is named by the variable BENCH_FILE.
"""

from __future__ import annotations

import os
from typing import Any

from rdflib import Dataset

FILE = "BENCH_FILE"


def create() -> Any:
    """The endpoint, once its graph is loaded into memory."""
    from rdflib_endpoint import SparqlEndpoint  # not everyone who measures has it

    dataset = Dataset(default_union=True)
    dataset.parse(os.environ[FILE], format="nt")
    return SparqlEndpoint(graph=dataset, path="/")
