"""Why a statement is in the graph: a source states it, a curator noted it, or reasoning concluded it.

Nothing here knows a vocabulary besides RDF Schema, OWL and Dublin Core: sources are the values of `dcterms:source` and
its sub-properties, notes are `rdf:Statement`s about exactly this triple.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rdflib import URIRef

from clustergraph.describe.axioms import Vocabulary
from clustergraph.rdf.namespaces import RDF, RDFS
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.table import Row
from clustergraph.sparql.bindings import write_term

TYPE = f"{RDF}type"
NOTES = f"""SELECT ?note ?about ?object ?says ?what {{
  ?note <{RDF}subject> ?thing ; <{RDF}predicate> ?about ; <{RDF}object> ?object ; ?says ?what
  FILTER(?says NOT IN (<{TYPE}>, <{RDF}subject>, <{RDF}predicate>, <{RDF}object>, <{RDFS}label>))
}} ORDER BY ?note ?says ?what"""
MAX_CHAINS = 40
"""How many chains of two properties are looked up for one thing."""

Triple = tuple[Term, str, Term]
"""Subject, property and object."""


@dataclass(frozen=True, slots=True)
class Note:
    """A curator's note about one statement: its IRI and what it says, by property."""

    iri: str
    says: dict[str, list[Term]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Reason:
    """Why reasoning concluded something: the kind of axiom, its terms, and the statements it started from."""

    kind: str
    terms: tuple[str, ...] = ()
    premises: tuple[Triple, ...] = ()


def group_notes(rows: Iterable[Row]) -> dict[tuple[str, Term], list[Note]]:
    """The answer to NOTES as notes by property and object."""
    notes: dict[tuple[str, Term], dict[str, Note]] = defaultdict(dict)
    for row in rows:
        iri = row["note"].text
        note = notes[row["about"].text, row["object"]].setdefault(iri, Note(iri))
        note.says[row["says"].text].append(row["what"])
    return {about: list(by_iri.values()) for about, by_iri in notes.items()}


class Reasons:
    """Explains what reasoning added about one thing, from the statements about it and those that point at it."""

    def __init__(
        self,
        thing: str,
        vocabulary: Vocabulary,
        own: Iterable[tuple[str, Term]],
        pointing: Iterable[tuple[str, Term]],
        read_rows: Callable[[str], list[Row]],
    ) -> None:
        self._thing = Term("uri", thing)
        self._vocabulary = vocabulary
        self._read_rows = read_rows
        self._own: dict[str, dict[Term, None]] = defaultdict(dict)
        self._pointing: dict[str, dict[Term, None]] = defaultdict(dict)
        for prop, value in own:
            self._own[prop][value] = None
        for prop, subject in pointing:
            self._pointing[prop][subject] = None
        self._middles: dict[tuple[str, str, Term], Term] | None = None

    def prepare(self, properties: Iterable[str]) -> None:
        """Look up, in one query, what lies between the thing and the ends of chains for these properties."""
        pairs = list(dict.fromkeys(pair for prop in properties for pair in self._list_chains(prop)))[:MAX_CHAINS]
        self._middles = {}
        if not pairs:
            return
        values = " ".join(
            f"({write_term('p', URIRef(first))} {write_term('q', URIRef(second))})" for first, second in pairs
        )
        query = f"SELECT ?p ?middle ?q ?end {{ VALUES (?p ?q) {{ {values} }} ?thing ?p ?middle . ?middle ?q ?end }}"
        for row in self._read_rows(query):
            if row["middle"] not in (self._thing, row["end"]):
                self._middles.setdefault((row["p"].text, row["q"].text, row["end"]), row["middle"])

    def explain(self, prop: str, value: Term) -> Reason:
        """Why the thing has this value."""
        if prop == TYPE:
            return self._explain_type(value.text) or Reason("rules")
        for first, second in self._list_chains(prop):
            middle = (self._middles or {}).get((first, second, value))
            if middle is not None:
                kind = "transitive" if first == second == prop else "chain"
                return Reason(kind, (prop, first, second), ((self._thing, first, middle), (middle, second, value)))
        for other in self._vocabulary.inverses.get(prop, ()):
            if value in self._pointing.get(other, ()):
                return Reason("inverse", (prop, other), ((value, other, self._thing),))
        for below in self._vocabulary.sub_properties.get(prop, ()):
            if value in self._own.get(below, ()):
                return Reason("sub-property", (below, prop), ((self._thing, below, value),))
        if prop in self._vocabulary.symmetric and value in self._pointing.get(prop, ()):
            return Reason("symmetric", (prop,), ((value, prop, self._thing),))
        return Reason("rules")

    def explain_pointing(self, prop: str, subject: Term) -> Reason:
        """Why another thing has this one as its value, as far as the statements about this thing show."""
        for other in self._vocabulary.inverses.get(prop, ()):
            if subject in self._own.get(other, ()):
                return Reason("inverse", (prop, other), ((self._thing, other, subject),))
        for below in self._vocabulary.sub_properties.get(prop, ()):
            if subject in self._pointing.get(below, ()):
                return Reason("sub-property", (below, prop), ((subject, below, self._thing),))
        return Reason("rules")

    def _list_chains(self, prop: str) -> list[tuple[str, str]]:
        return [
            *self._vocabulary.chains.get(prop, ()),
            *([(prop, prop)] if prop in self._vocabulary.transitive else []),
        ]

    def _explain_type(self, class_iri: str) -> Reason | None:
        types = self._own[TYPE]
        for below in self._vocabulary.sub_classes.get(class_iri, ()):
            if (term := Term("uri", below)) in types:
                return Reason("sub-class", (below, class_iri), ((self._thing, TYPE, term),))
        for prop in self._vocabulary.domain_of.get(class_iri, ()):
            for value in self._own.get(prop, ()):
                return Reason("domain", (prop, class_iri), ((self._thing, prop, value),))
        for prop in self._vocabulary.range_of.get(class_iri, ()):
            for subject in self._pointing.get(prop, ()):
                return Reason("range", (prop, class_iri), ((subject, prop, self._thing),))
        return None
