"""How the things of a class are called as an attribute of a graph: `kg.federal_states`."""

from __future__ import annotations

import re

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import local_name
from clustergraph.rdf.naming import names_by_thing
from clustergraph.rdf.text_in_language import is_in_language, text_in_language
from clustergraph.sparql.name_patterns import match_names
from clustergraph.sparql.query import Query

_CLASSES = """SELECT DISTINCT ?class ?label ?rank {
  VALUES ?kind { owl:Class rdfs:Class }
  ?class a ?kind FILTER(isIRI(?class) && EXISTS { ?thing a ?class })
  OPTIONAL { $names }
}"""


@per_snapshot
def class_names(engine: Engine) -> dict[str, str]:
    """The classes that the ontology declares and that have things, by the plural of what they are called."""
    classes: dict[str, str] = {}
    text = _CLASSES.replace("$names", match_names(engine.snapshot.naming.labels, "?class", "?label", "?rank"))
    answer = engine.answer(Query(text, format="tsv"))
    for iri, names in sorted(names_by_thing(answer.table()).items()):
        english = [name for name in names if not name[0] or is_in_language(name[0], "en")]
        name = plural(text_in_language(english, "en") or words(iri))
        if name.isidentifier():
            classes.setdefault(name, iri)
    return classes


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
