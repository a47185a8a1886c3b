"""Loading a snapshot into a remote SPARQL engine, so that what stands there is known to be that snapshot."""

from __future__ import annotations

from clustergraph.push.errors import PushError
from clustergraph.push.push import Plan, plan, push

__all__ = ["Plan", "PushError", "plan", "push"]
