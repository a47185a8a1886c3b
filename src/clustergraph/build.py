"""The former name of `clustergraph.ingest`."""

from clustergraph.moved import forward

__getattr__ = forward(__name__, "clustergraph.ingest")
