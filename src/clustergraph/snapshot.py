"""The former name of `clustergraph.snapshots.snapshot`."""

from clustergraph.moved import forward

__getattr__ = forward(__name__, "clustergraph.snapshots.snapshot")
