"""The former name of `clustergraph.describe.citation`."""

from clustergraph.moved import forward

__getattr__ = forward(__name__, "clustergraph.describe.citation")
