"""rdflib-endpoint on one file, as its documentation has it: a module with an `app` for uvicorn.

The file is named by the variable BENCH_FILE.
"""

from __future__ import annotations

import os

from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint

FILE = "BENCH_FILE"


def create() -> SparqlEndpoint:
    """The endpoint, once its graph is loaded into memory."""
    dataset = Dataset(default_union=True)
    dataset.parse(os.environ[FILE], format="nt")
    return SparqlEndpoint(graph=dataset, path="/")
