"""The former name of `clustergraph.sparql.errors`."""

from clustergraph.moved import forward

__getattr__ = forward(__name__, "clustergraph.sparql.errors")
