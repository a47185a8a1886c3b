"""The library for programs that use asyncio; see `clustergraph.library.asynchronous`."""

from clustergraph.library.asynchronous import AsyncKnowledgeGraph, open

__all__ = ["AsyncKnowledgeGraph", "open"]
