"""What things are called in a language: asked once for each thing and snapshot."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from clustergraph.describe import labels
from clustergraph.engine.base import Engine
from clustergraph.rdf.python_values import Term

MOST = 50_000
"""How many names are remembered for one language."""

Row = Mapping[str, Mapping[str, Any]]


class Labels:
    """Names of things. Safe to use from threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._lock = threading.Lock()

    def of(self, iris: Iterable[str], language: str) -> dict[str, str]:
        """The label of each thing that has one: in `language`, else in none, in English, in any."""
        key = (self._engine.snapshot.name, language)
        wanted = list(dict.fromkeys(iris))
        with self._lock:
            known = self._known.get(key)
            if known is None:
                # Names of an earlier snapshot are of no use any more.
                self._known = {one: names for one, names in self._known.items() if one[0] == key[0]}
                known = self._known[key] = {}
            here = {iri: known[iri] for iri in wanted if iri in known}
        missing = [iri for iri in wanted if iri not in here]
        found = labels.labels(self._engine, missing, language)
        fresh = {iri: found.get(iri, "") for iri in missing}
        with self._lock:
            if len(known) > MOST:
                known.clear()
            known.update(fresh)
        here |= fresh
        return {iri: here[iri] for iri in wanted if here[iri]}


def best(rows: Iterable[Row], language: str) -> dict[str, str]:
    """One label for each ?iri, of its ?label: in `language`, else in none, in English, in any."""
    names: dict[str, list[Term]] = {}
    for row in rows:
        label = row["label"]
        names.setdefault(row["iri"]["value"], []).append(Term("literal", label["value"], None, label.get("xml:lang")))
    return {iri: labels.best(texts, language) for iri, texts in names.items()}
