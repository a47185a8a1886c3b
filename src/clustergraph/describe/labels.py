"""The labels of things, read from a graph."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib.term import URIRef

from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import RDFS, SKOS
from clustergraph.rdf.table import Table
from clustergraph.rdf.text_in_language import TaggedText, text_in_language
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

MAX_THINGS_PER_QUERY = 500
"""How many things one query asks for."""

LABELS = (f"{RDFS}label", f"{SKOS}prefLabel")


def read_labels(engine: Engine, iris: Iterable[str], language: str) -> dict[str, str]:
    """The label of each thing that has one, chosen by `text_in_language`."""
    terms = []
    for iri in dict.fromkeys(iris):
        try:
            terms.append(write_term("iri", URIRef(iri)))
        except EngineError:
            continue  # no query can name it, so none can ask for its label
    labels: dict[str, str] = {}
    for start in range(0, len(terms), MAX_THINGS_PER_QUERY):
        values = " ".join(terms[start : start + MAX_THINGS_PER_QUERY])
        path = "|".join(f"<{property_iri}>" for property_iri in LABELS)
        text = f"SELECT ?iri ?label {{ VALUES ?iri {{ {values} }} ?iri {path} ?label }}"
        names_of = names_by_thing(engine.answer(Query(text, format="tsv")).table())
        labels |= {iri: text_in_language(names, language) or "" for iri, names in names_of.items()}
    return labels


def names_by_thing(table: Table) -> dict[str, list[TaggedText]]:
    """The names of each thing, from a table of things and names; a thing without a name has an empty list."""
    names_of: dict[str, list[TaggedText]] = {}
    for thing, name in table.solutions():
        if thing is not None:
            names = names_of.setdefault(thing.text, [])
            if name is not None and name.kind == "literal":
                names.append((name.language, name.text))
    return names_of
