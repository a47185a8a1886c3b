"""The labels of things, read from a graph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rdflib.term import URIRef

from clustergraph.engine.base import Engine
from clustergraph.rdf.naming import names_by_thing
from clustergraph.rdf.text_in_language import RankedText, TaggedText, text_in_language
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.name_patterns import match_names
from clustergraph.sparql.query import Query

MAX_THINGS_PER_QUERY = 500
"""How many things one query asks for."""


def read_labels(engine: Engine, iris: Iterable[str], languages: str | Sequence[str]) -> dict[str, str]:
    """The label of each thing that has one, chosen by `text_in_language`."""
    return {iri: text for iri, (_, text) in read_tagged_labels(engine, iris, languages).items()}


def read_tagged_labels(engine: Engine, iris: Iterable[str], languages: str | Sequence[str]) -> dict[str, TaggedText]:
    """The same, each behind its language."""
    order = engine.snapshot.reading_order(languages)
    labels = {}
    for iri, names in read_names(engine, iris).items():
        if label := text_in_language([(tag, (tag, text), rank) for tag, text, rank in names], order):
            labels[iri] = label
    return labels


def read_names(engine: Engine, iris: Iterable[str]) -> dict[str, list[RankedText]]:
    """All labels of each thing that has any."""
    terms = []
    for iri in dict.fromkeys(iris):
        try:
            terms.append(write_term("iri", URIRef(iri)))
        except EngineError:
            continue  # no query can name it, so none can ask for its label
    pattern = match_names(engine.snapshot.naming.labels, "?iri", "?label", "?rank")
    names: dict[str, list[RankedText]] = {}
    for start in range(0, len(terms), MAX_THINGS_PER_QUERY):
        values = " ".join(terms[start : start + MAX_THINGS_PER_QUERY])
        text = f"SELECT ?iri ?label ?rank {{ VALUES ?iri {{ {values} }} {pattern} }}"
        names |= names_by_thing(engine.answer(Query(text, format="tsv")).table())
    return names
