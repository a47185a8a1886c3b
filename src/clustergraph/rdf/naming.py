"""Which properties name things and which describe them: one ranked list, which every room reads.

An entry is a property; a path from the thing to its name, its steps between slashes; or parts of a name, between
pluses, which make it together. Properties are written as prefixed names or as IRIs in angle brackets.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clustergraph.rdf.namespaces import STANDARD_PREFIXES
from clustergraph.rdf.table import Table
from clustergraph.rdf.text_in_language import RankedText, TaggedText
from clustergraph.text_cache import remembers_short

PREFIXES = STANDARD_PREFIXES | {
    "bf": "http://id.loc.gov/ontologies/bibframe/",
    "dash": "http://datashapes.org/dash#",
    "dbo": "http://dbpedia.org/ontology/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "doap": "http://usefulinc.com/ns/doap#",
    "gn": "http://www.geonames.org/ontology#",
    "ical": "http://www.w3.org/2002/12/cal/ical#",
    "mads": "http://www.loc.gov/mads/rdf/v1#",
    "obo": "http://purl.obolibrary.org/obo/",
    "oboInOwl": "http://www.geneontology.org/formats/oboInOwl#",
    "ontolex": "http://www.w3.org/ns/lemon/ontolex#",
    "schema-http": "http://schema.org/",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "as": "https://www.w3.org/ns/activitystreams#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
"""The prefixes that entries may be written with."""

LABELS = (
    *("rdfs:label", "skos:prefLabel", "skosxl:prefLabel/skosxl:literalForm"),
    *("schema:name", "schema-http:name", "schema:legalName", "schema-http:legalName"),
    *("dcterms:title", "dc:title", "foaf:name", "vcard:fn", "vcard:hasFN", "mads:authoritativeLabel"),
    *("obo:IAO_0000111", "gn:name", "doap:name", "as:name", "sh:name", "ical:summary"),
    *("ontolex:canonicalForm/ontolex:writtenRep", "bf:title/bf:mainTitle"),
    *("schema:headline", "schema-http:headline", "vcard:organization-name"),
    *("foaf:givenName+foaf:familyName", "foaf:firstName+foaf:lastName", "foaf:firstName+foaf:surname"),
    *("foaf:givenName+foaf:surname", "foaf:givenname+foaf:family_name", "foaf:firstName+foaf:familyName"),
    *("schema:givenName+schema:familyName", "schema-http:givenName+schema-http:familyName"),
    *("vcard:given-name+vcard:family-name", "vcard:hasName/vcard:given-name+vcard:hasName/vcard:family-name"),
    *("foaf:familyName", "foaf:lastName", "foaf:surname", "schema:familyName", "schema-http:familyName"),
    *("vcard:family-name", "foaf:givenName", "foaf:firstName", "schema:givenName", "schema-http:givenName"),
    *("vcard:given-name", "foaf:nick"),
)
"""What names a thing, best first. Behind each entry come the graph's own sub-properties of it."""

DESCRIPTIONS = (
    *("dcterms:description", "schema:description", "schema-http:description", "skos:definition"),
    *("skos:definition/rdf:value", "obo:IAO_0000115", "rdfs:comment", "dc:description", "dcterms:abstract"),
    *("dbo:abstract", "as:summary", "sh:description", "skos:scopeNote", "vcard:note"),
)
"""What describes a thing in a sentence or a paragraph, best first."""

OTHER_NAMES = (
    *("skos:altLabel", "skosxl:altLabel/skosxl:literalForm", "schema:alternateName", "schema-http:alternateName"),
    *("dcterms:alternative", "mads:hasVariant/mads:variantLabel", "mads:variantLabel", "gn:alternateName"),
    *("obo:IAO_0000118", "oboInOwl:hasExactSynonym", "oboInOwl:hasRelatedSynonym", "oboInOwl:hasBroadSynonym"),
    *("oboInOwl:hasNarrowSynonym", "vcard:nickname", "skos:hiddenLabel", "skosxl:hiddenLabel/skosxl:literalForm"),
)
"""Other names by which a thing is found, but not shown."""

CODES = ("skos:notation", "dcterms:identifier", "dc:identifier", "schema:identifier", "schema-http:identifier")
"""Codes by which a thing is found, which are no words of a language."""

_STEP = r"(?:<[^<>\s]++>|[^<>\s/+]++)"
_ENTRY = re.compile(rf"{_STEP}(?:[/+]{_STEP})*+")
_STEPS = re.compile(rf"([/+]?)({_STEP})")


@dataclass(frozen=True, slots=True)
class NamePath:
    """The way from a thing to its name: the parts of the name, each with the properties that lead to it in turn."""

    parts: tuple[tuple[str, ...], ...]

    @property
    def property(self) -> str:
        """The one property that leads to the name; empty where it takes several."""
        return self.parts[0][0] if len(self.parts) == len(self.parts[0]) == 1 else ""


@remembers_short
def parse_entry(entry: str) -> NamePath:
    """The way that an entry writes. Raises ValueError for what is none.

    >>> parse_entry("rdfs:label").property
    'http://www.w3.org/2000/01/rdf-schema#label'
    >>> parse_entry("foaf:firstName+<urn:x>").parts
    (('http://xmlns.com/foaf/0.1/firstName',), ('urn:x',))
    """
    if not _ENTRY.fullmatch(entry):
        raise ValueError(f"{entry!r} is no property; write a prefixed name, or an IRI in angle brackets")
    parts: list[list[str]] = [[]]
    for separator, step in (match.groups() for match in _STEPS.finditer(entry)):
        if separator == "+":
            parts.append([])
        parts[-1].append(_expand(step))
    return NamePath(tuple(map(tuple, parts)))


def _expand(step: str) -> str:
    if step.startswith("<"):
        return step[1:-1]
    prefix, colon, local = step.partition(":")
    if not colon or prefix not in PREFIXES:
        raise ValueError(f"{step!r} is no property; the prefixes are {', '.join(sorted(PREFIXES))}")
    return PREFIXES[prefix] + local


@dataclass(frozen=True, slots=True)
class Naming:
    """What names and describes the things of one graph, best first."""

    labels: tuple[NamePath, ...]
    descriptions: tuple[NamePath, ...]
    other_names: tuple[NamePath, ...]
    codes: tuple[NamePath, ...]

    @classmethod
    def of(cls, manifest: Mapping[str, Any]) -> Naming:
        """That of the graph that a manifest describes.

        A build states the lists under `names`; elsewhere they are the usual ones, as far as the graph has them.

        >>> Naming.of({"properties": {"http://xmlns.com/foaf/0.1/name": 3}}).labels[0].property
        'http://xmlns.com/foaf/0.1/name'
        """
        stated = manifest.get("names") or rank_properties(manifest.get("properties") or (), ())
        kinds = ("labels", "descriptions", "other_names", "codes")
        return cls(*(tuple(parse_entry(entry) for entry in stated.get(kind, ())) for kind in kinds))

    def find_labels(self, values: Mapping[str, Sequence[TaggedText]]) -> Iterator[RankedText]:
        """The labels among the texts that a thing has, by property; none at the end of a path."""
        for rank, path in enumerate(self.labels):
            if any(len(part) > 1 for part in path.parts):
                continue
            texts = [values.get(part[0], ()) for part in path.parts]
            if len(texts) == 1:
                yield from ((tag, text, rank) for tag, text in texts[0])
            elif all(texts):
                yield None, " ".join(part[0][1] for part in texts), rank

    @property
    def label_properties(self) -> list[str]:
        """The properties that are labels by themselves."""
        return [path.property for path in self.labels if path.property]

    @property
    def description_properties(self) -> list[str]:
        """The properties that are descriptions by themselves."""
        return [path.property for path in self.descriptions if path.property]


def names_by_thing(table: Table) -> dict[str, list[RankedText]]:
    """The names of each thing, from a table of things, names and ranks; a thing without a name has an empty list."""
    names_of: dict[str, list[RankedText]] = {}
    for thing, name, rank in table.solutions():
        if thing is not None:
            names = names_of.setdefault(thing.text, [])
            if name is not None and rank is not None and name.kind == "literal":
                names.append((name.language, name.text, rank.number()))
    return names_of


def rank_properties(
    used: Collection[str], sub_properties: Iterable[tuple[str, str]], labels: Sequence[str] = LABELS
) -> dict[str, list[str]]:
    """The lists of a graph: those that are used in it, and behind each its sub-properties, which `(below, above)` name.

    Where it is not known what is used, nothing is left out.
    """
    below: dict[str, list[str]] = defaultdict(list)
    for lower, upper in sub_properties:
        below[upper].append(lower)
    usual = {parse_entry(entry).property for entry in (*labels, *DESCRIPTIONS, *OTHER_NAMES, *CODES)}

    def rank(entries: Sequence[str]) -> list[str]:
        ranked: dict[str, None] = {}
        for entry in entries:
            path = parse_entry(entry)
            if not used or all(part[0] in used for part in path.parts):
                ranked[entry] = None
            added, seen = [path.property] if path.property else [], {path.property}
            while added:
                added = [lower for upper in added for lower in sorted(below[upper]) if lower not in usual | seen]
                seen.update(added)
                ranked |= {f"<{lower}>": None for lower in added if not used or lower in used}
        return list(ranked)

    return {
        "labels": rank(labels),
        "descriptions": rank(DESCRIPTIONS),
        "other_names": rank(OTHER_NAMES),
        "codes": rank(CODES),
    }
