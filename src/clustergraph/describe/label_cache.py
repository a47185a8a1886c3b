"""Labels of things in a language: each is read once for a snapshot."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from clustergraph.describe.labels import read_labels
from clustergraph.engine.base import Engine
from clustergraph.text_cache import MAX_TEXT_CHARACTERS

DEFAULT_CAPACITY_BYTES = 16 << 20
ENTRY_BYTES = 200
"""What an entry costs beside its characters."""


class Labels:
    """Labels of things. Safe to use from threads."""

    def __init__(self, engine: Engine, capacity: int = DEFAULT_CAPACITY_BYTES) -> None:
        self._engine = engine
        self._capacity = capacity
        self._bytes = 0
        self._known: dict[tuple[str, str], dict[str, str]] = {}
        self._lock = threading.Lock()

    def read(self, iris: Iterable[str], language: str) -> dict[str, str]:
        """The label of each thing that has one, chosen by `text_in_language`."""
        key = (self._engine.snapshot.name, language)
        wanted = list(dict.fromkeys(iris))
        with self._lock:
            known = self._known.get(key)
            if known is None:
                # Names of an earlier snapshot are of no use any more.
                self._known = {
                    stored_key: names for stored_key, names in self._known.items() if stored_key[0] == key[0]
                }
                known = self._known[key] = {}
            known_labels = {iri: known[iri] for iri in wanted if iri in known}
        missing = [iri for iri in wanted if iri not in known_labels]
        labels = read_labels(self._engine, missing, language)
        fresh = {iri: labels.get(iri, "") for iri in missing}
        with self._lock:
            for iri, label in fresh.items():
                if len(iri) <= MAX_TEXT_CHARACTERS:  # longer ones are made up by clients
                    known[iri] = label
                    self._bytes += len(iri) + len(label) + ENTRY_BYTES
            if self._bytes > self._capacity:
                self._known.clear()
                self._bytes = 0
        known_labels |= fresh
        return {iri: known_labels[iri] for iri in wanted if known_labels[iri]}
