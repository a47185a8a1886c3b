"""What things are called in a language: asked once for each thing and snapshot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from rdflib import URIRef

from clustergraph.engine.base import Engine
from clustergraph.engine.bind import written
from clustergraph.engine.errors import EngineError
from clustergraph.namespaces import RDFS, SKOS

MOST = 50_000
"""How many names are remembered for one language."""

AT_ONCE = 500
"""How many things one query asks for."""

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
            missing = [iri for iri in wanted if iri not in known]
        for begin in range(0, len(missing), AT_ONCE):
            part = missing[begin : begin + AT_ONCE]
            found = best(self._ask(part), language)
            with self._lock:
                if len(known) > MOST:
                    known.clear()
                known.update({iri: found.get(iri, "") for iri in part})
        with self._lock:
            return {iri: label for iri in wanted if (label := known.get(iri, ""))}

    def _ask(self, iris: list[str]) -> list[Row]:
        terms = []
        for iri in iris:
            try:
                terms.append(written("iri", URIRef(iri)))
            except EngineError:
                continue  # no query can name it, so none can say what it is called
        if not terms:
            return []
        query = (
            f"SELECT ?iri ?label {{ VALUES ?iri {{ {' '.join(terms)} }} ?iri <{RDFS}label>|<{SKOS}prefLabel> ?label }}"
        )
        rows: list[Row] = json.loads(self._engine.query(query, format="json").body)["results"]["bindings"]
        return rows


def best(rows: Iterable[Row], language: str) -> dict[str, str]:
    """One label for each ?iri, of its ?label: in `language`, else in none, in English, in any."""
    order = {language: 0, "": 1, "en": 2}
    chosen: dict[str, tuple[int, str]] = {}
    for row in rows:
        code = str(row["label"].get("xml:lang", "")).partition("-")[0].lower()
        candidate = (order.get(code, 3), str(row["label"]["value"]))
        iri = str(row["iri"]["value"])
        chosen[iri] = min(chosen.get(iri, candidate), candidate)
    return {iri: label for iri, (_, label) in chosen.items()}
