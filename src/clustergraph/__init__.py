"""Publish, check, query and embed a curated RDF knowledge graph.

>>> import clustergraph
>>> kg = clustergraph.open()  # doctest: +SKIP
>>> kg.sparql("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0].n  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clustergraph.library.knowledge_graph import KnowledgeGraph, open
    from clustergraph.library.result import Result, Row
    from clustergraph.library.thing import Thing, Things, UnknownThing
    from clustergraph.library.triples import Triples
    from clustergraph.rdf.python_values import Text

    __version__: str

_HOMES = {
    "KnowledgeGraph": "library.knowledge_graph",
    "open": "library.knowledge_graph",
    "Result": "library.result",
    "Row": "library.result",
    "Text": "rdf.python_values",
    "Thing": "library.thing",
    "Things": "library.thing",
    "Triples": "library.triples",
    "UnknownThing": "library.thing",
}

__all__ = [
    "KnowledgeGraph",
    "Result",
    "Row",
    "Text",
    "Thing",
    "Things",
    "Triples",
    "UnknownThing",
    "__version__",
    "open",
]


def __getattr__(name: str) -> Any:
    # What a name needs is imported when the name is first used, so that importing the package costs nothing.
    from importlib import import_module, metadata

    if name == "__version__":
        value: Any = metadata.version("clustergraph-kg")
    elif name in _HOMES:
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
