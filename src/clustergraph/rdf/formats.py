"""The formats an answer can have: one table of names, media types and file endings.

Sources: SPARQL 1.1 Query Results JSON, XML, CSV and TSV; RDF 1.1 Turtle, N-Triples, N-Quads, TriG and RDF/XML;
JSON-LD 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["results", "graph"]
"""What a query gives: solutions or a truth value (`results`), or triples (`graph`)."""


@dataclass(frozen=True, slots=True)
class Format:
    """One way of writing an answer. `also` lists further media types and names that clients use for it."""

    name: str
    label: str
    kind: Kind
    media_type: str
    extension: str
    also: tuple[str, ...] = ()
    charset: bool = False
    """Whether the media type needs `; charset=utf-8` behind it."""

    @property
    def content_type(self) -> str:
        """The value for a Content-Type header."""
        return f"{self.media_type}; charset=utf-8" if self.charset else self.media_type


_XML = ("application/xml", "text/xml")

FORMATS: tuple[Format, ...] = (
    Format(
        "json", "SPARQL JSON", "results", "application/sparql-results+json", "srj", ("application/json", "text/json")
    ),
    Format("xml", "SPARQL XML", "results", "application/sparql-results+xml", "srx", _XML),
    Format("csv", "CSV", "results", "text/csv", "csv", charset=True),
    Format("tsv", "TSV", "results", "text/tab-separated-values", "tsv", charset=True),
    Format("turtle", "Turtle", "graph", "text/turtle", "ttl", ("application/x-turtle", "n3", "text/n3"), charset=True),
    Format("ntriples", "N-Triples", "graph", "application/n-triples", "nt", ("n-triples", "text/plain")),
    Format("rdfxml", "RDF/XML", "graph", "application/rdf+xml", "rdf", ("xml", "rdf+xml", *_XML)),
    Format("jsonld", "JSON-LD", "graph", "application/ld+json", "jsonld", ("json-ld", "json", "application/json")),
    Format("trig", "TriG", "graph", "application/trig", "trig"),
    Format("nquads", "N-Quads", "graph", "application/n-quads", "nq", ("n-quads",)),
)

WITH_GRAPHS = ("jsonld", "trig", "nquads")
"""Names of the formats that keep named graphs. A SELECT of QUAD can be written in them."""

QUAD = ("graph", "subject", "predicate", "object")
"""The variables whose solutions are quads; one without `graph` is of the default graph."""


def of_kind(kind: Kind) -> tuple[Format, ...]:
    """The formats of one kind, the preferred one first."""
    return tuple(form for form in FORMATS if form.kind == kind)


def find(word: str, kind: Kind | None = None) -> Format | None:
    """The format that a name, file ending or media type means, or None.

    >>> find("ttl").name
    'turtle'
    >>> find("application/json", "results").name, find("application/json", "graph").name
    ('json', 'jsonld')
    """
    word = word.strip().lower()
    for form in FORMATS:
        if kind in (None, form.kind) and word in (form.name, form.extension, form.media_type, *form.also):
            return form
    return None
