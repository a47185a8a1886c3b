"""Prefixes of the standard vocabularies, known in every graph; `Snapshot.prefixes` adds those of a graph's files."""

from __future__ import annotations

import re
from collections.abc import Mapping

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
VOID = "http://rdfs.org/ns/void#"
DCTERMS = "http://purl.org/dc/terms/"
SH = "http://www.w3.org/ns/shacl#"

STANDARD_PREFIXES: dict[str, str] = {
    "rdf": RDF,
    "rdfs": RDFS,
    "owl": OWL,
    "xsd": XSD,
    "skos": SKOS,
    "void": VOID,
    "dcterms": DCTERMS,
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": SH,
}


def namespace(iri: str) -> str:
    """The part of an IRI that it shares with its like: up to the last `#`, or else the last `/` or `:`.

    >>> namespace("http://www.w3.org/2004/02/skos/core#Concept"), namespace("http://data.europa.eu/nuts/code/DE1")
    ('http://www.w3.org/2004/02/skos/core#', 'http://data.europa.eu/nuts/code/')
    """
    for mark in "#/:":
        start, separator, _ = iri.rpartition(mark)
        if separator:
            return start + separator
    return iri


def local_name(iri: str) -> str:
    """The end of an IRI, behind the last `/` or `#`.

    >>> local_name("https://example.org/id/country/JP")
    'JP'
    """
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def compact(iri: str, prefixes: Mapping[str, str]) -> str:
    """The shortest prefixed name of `iri`, or the IRI in angle brackets when no prefix fits.

    >>> compact("http://www.w3.org/2004/02/skos/core#Concept", STANDARD_PREFIXES)
    'skos:Concept'
    >>> compact("https://example.org/a/b", {"ex": "https://example.org/"})
    '<https://example.org/a/b>'
    """
    fitting = [(len(ns), prefix, ns) for prefix, ns in prefixes.items() if ns and iri.startswith(ns)]
    if fitting:
        _, prefix, namespace = max(fitting)
        local = iri[len(namespace) :]
        if local.replace("-", "").replace("_", "").replace(".", "").isalnum() and not local.endswith("."):
            return f"{prefix}:{local}"
    return f"<{iri}>"
