"""How the things of a class are called as an attribute of a graph: `kg.federal_states`."""

from __future__ import annotations

import re

from clustergraph.rdf.namespaces import local_name


def plural(label: str) -> str:
    """The name in Python for all the things of a class that is called `label` in English.

    >>> plural("technology field"), plural("City"), plural("Glass"), plural("News")
    ('technology_fields', 'cities', 'glasses', 'news')
    """
    name = re.sub(r"\W+", "_", label.lower()).strip("_")
    if re.search(r"[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    if re.search(r"(ss|x|z|ch|sh)$", name):
        return f"{name}es"
    return name if not name or name.endswith("s") else f"{name}s"


def words(iri: str) -> str:
    """The end of an IRI in words.

    >>> words("https://example.org/ontology#FederalState")
    'federal state'
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_-]+", " ", local_name(iri)).lower()
