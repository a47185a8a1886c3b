"""Reading the published graph in tests, with short names: `cluster/merge` for the IRI that ends so."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

BASE = "https://w3id.org/clustergraph/"
CG = Namespace(f"{BASE}ontology#")
ORG = Namespace("http://www.w3.org/ns/org#")
ROV = Namespace("http://www.w3.org/ns/regorg#")
SCHEMA = Namespace("https://schema.org/")

# The documents are not ours to publish, so they lie beside the repository and only with those who curate it.
DOCUMENTS = Path(__file__).parents[3] / "shared" / "sources"

_NAMES = (RDFS.label, SKOS.altLabel, SKOS.hiddenLabel)


def thing(name: str) -> URIRef:
    """The IRI of a thing.

    >>> thing("country/CZ")
    rdflib.term.URIRef('https://w3id.org/clustergraph/id/country/CZ')
    """
    return URIRef(f"{BASE}id/{name}")


def short(node: Node | None) -> str:
    """The short name of a thing, the text of a literal, the whole of any other IRI."""
    return str(node).removeprefix(f"{BASE}id/")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a graph says."""

    graph: Graph

    def of(self, subject: str, *path: URIRef) -> set[str]:
        """What the subject leads to by one property after the other."""
        nodes: set[Node] = {thing(subject)}
        for predicate in path:
            nodes = {value for node in nodes for value in self.graph.objects(node, predicate)}
        return {short(node) for node in nodes}

    def who(self, predicate: URIRef, value: str | Literal | URIRef) -> set[str]:
        """The subjects that have this value, a literal or the short name of a thing."""
        wanted = value if isinstance(value, Literal | URIRef) else thing(value)
        return {short(subject) for subject in self.graph.subjects(predicate, wanted)}

    def all(self, kind: URIRef) -> set[str]:
        """The things of a class."""
        return self.who(RDF.type, kind)

    def texts(self, subject: str, predicate: URIRef) -> set[tuple[str, str]]:
        """Texts with their language tags, an empty one where there is none."""
        found = self.graph.objects(thing(subject), predicate)
        return {(str(text), text.language or "") for text in found if isinstance(text, Literal)}

    def names(self, subject: str) -> set[str]:
        """All names of a thing, misspelt ones too."""
        return {name for predicate in _NAMES for name in self.of(subject, predicate)}

    def called(self, name: str) -> set[str]:
        """The things that bear this very name in any language."""
        return {
            short(subject)
            for predicate in _NAMES
            for subject, text in self.graph.subject_objects(predicate)
            if str(text) == name
        }

    def lines(self, subject: str) -> set[str]:
        """The source lines a thing rests on, as in `page-L159`."""
        return {line.removeprefix("source/") for line in self.of(subject, CG.evidencedBy)}

    def certainty(self, subject: str, predicate: URIRef, value: str | Literal) -> set[str]:
        """How sure the curators' notes on one statement are; empty where no note is about it."""
        wanted = value if isinstance(value, Literal) else thing(value)
        return {
            str(certainty)
            for note in self.graph.subjects(RDF.subject, thing(subject))
            if (note, RDF.predicate, predicate) in self.graph and (note, RDF.object, wanted) in self.graph
            for certainty in self.graph.objects(note, CG.certainty)
        }

    def literals(self) -> set[str]:
        """Every text, number and date in the graph."""
        return {str(value) for value in self.graph.objects() if isinstance(value, Literal)}
