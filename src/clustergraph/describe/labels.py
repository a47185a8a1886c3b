"""What things are called, asked of a graph."""

from __future__ import annotations

from collections.abc import Iterable

from rdflib.term import URIRef

from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import RDFS, SKOS
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.table import Table
from clustergraph.sparql.bindings import written
from clustergraph.sparql.errors import EngineError

AT_ONCE = 500
"""How many things one query asks for."""

LABELS = (f"{RDFS}label", f"{SKOS}prefLabel")


def labels(engine: Engine, iris: Iterable[str], language: str) -> dict[str, str]:
    """The label of each thing that has one: in `language`, else in none, in English, in any."""
    terms = []
    for iri in dict.fromkeys(iris):
        try:
            terms.append(written("iri", URIRef(iri)))
        except EngineError:
            continue  # no query can name it, so none can say what it is called
    found: dict[str, str] = {}
    for start in range(0, len(terms), AT_ONCE):
        values = " ".join(terms[start : start + AT_ONCE])
        path = "|".join(f"<{one}>" for one in LABELS)
        text = f"SELECT ?iri ?label {{ VALUES ?iri {{ {values} }} ?iri {path} ?label }}"
        said = grouped(Table.of_tsv(engine.query(text, format="tsv").body))
        found |= {iri: best(names, language) for iri, names in said.items()}
    return found


def grouped(table: Table) -> dict[str, list[Term]]:
    """Of a table of things and their names: the names of each, which may be none."""
    found: dict[str, list[Term]] = {}
    for thing, name in table.solutions():
        if thing is not None:
            names = found.setdefault(thing.text, [])
            if name is not None and name.kind == "literal":
                names.append(name)
    return found


def best(texts: Iterable[Term], language: str) -> str:
    """One of several texts: in `language`, else in none, in English, in any; empty if there is none.

    >>> best([Term("literal", "Feld", None, "de"), Term("literal", "field", None, "en")], "fr")
    'field'
    """
    order = {language: 0, "": 1, "en": 2}

    def rank(text: Term) -> tuple[int, str]:
        code = (text.language or "").partition("-")[0].lower()
        return order.get(code, 3), text.text

    return min(texts, key=rank, default=Term("literal", "")).text
