"""Labels of things in a language: each is read once for a snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clustergraph.describe.labels import read_tagged_labels
from clustergraph.engine.base import Engine
from clustergraph.engine.byte_cache import ByteCache, CacheMemory, size_of
from clustergraph.rdf.text_in_language import TaggedText
from clustergraph.text_cache import MAX_TEXT_CHARACTERS

DEFAULT_CAPACITY_BYTES = 16 << 20

_NONE: TaggedText = (None, "")


class Labels:
    """Labels of things. Safe to use from threads."""

    def __init__(self, engine: Engine, memory: CacheMemory | int = DEFAULT_CAPACITY_BYTES) -> None:
        self._engine = engine
        self._labels = ByteCache[TaggedText](memory)

    def read(self, iris: Iterable[str], languages: str | Sequence[str]) -> dict[str, str]:
        """The label of each thing that has one, chosen by `text_in_language`."""
        return {iri: text for iri, (_, text) in self.read_tagged(iris, languages).items()}

    def read_tagged(self, iris: Iterable[str], languages: str | Sequence[str]) -> dict[str, TaggedText]:
        """The same, each behind its language."""
        snapshot = self._engine.snapshot
        order = snapshot.reading_order(languages)
        keys = {iri: (snapshot.name, *order, iri) for iri in iris}
        known = self._labels.get_all(keys.values())
        missing = [iri for iri, key in keys.items() if key not in known]
        fresh = read_tagged_labels(self._engine, missing, order)
        for iri in missing:
            known[keys[iri]] = label = fresh.get(iri, _NONE)
            if len(iri) <= MAX_TEXT_CHARACTERS:  # longer ones are made up by clients
                self._labels.put(keys[iri], label, size_of(label[1]))
        return {iri: known[key] for iri, key in keys.items() if known[key][1]}
