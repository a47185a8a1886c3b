"""The former name of `clustergraph.snapshots.graph_names`."""

from clustergraph.moved import forward

__getattr__ = forward(__name__, "clustergraph.snapshots.graph_names")
