"""The terms of a graph's vocabularies and the axioms that reasoning uses, read once for each snapshot."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from clustergraph.describe.ontology_kinds import CLASSES, PROPERTIES
from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import DCTERMS, OWL, RDF, RDFS
from clustergraph.rdf.naming import names_by_thing
from clustergraph.sparql.name_patterns import match_names
from clustergraph.sparql.query import Query

MAX_AXIOMS = 50_000
"""How many axioms are known; a larger ontology shows its deepest classes without what is above them."""

MAX_TERM_NAMES = 20_000
"""How many names of classes and properties are known."""

AXIOMS = f"""SELECT DISTINCT ?kind ?term ?other ?first ?second ?more {{
  {{ ?term <{RDFS}subPropertyOf> ?other BIND("sub-property" AS ?kind) }}
  UNION {{ ?term <{RDFS}domain> ?other BIND("domain" AS ?kind) }}
  UNION {{ ?term <{RDFS}range> ?other BIND("range" AS ?kind) }}
  UNION {{ ?term <{OWL}inverseOf> ?other BIND("inverse" AS ?kind) }}
  UNION {{ ?term <{OWL}equivalentClass> ?other BIND("same-class" AS ?kind) }}
  UNION {{ ?term <{OWL}equivalentProperty> ?other BIND("same-property" AS ?kind) }}
  UNION {{ ?term a <{OWL}TransitiveProperty> BIND("transitive" AS ?kind) }}
  UNION {{ ?term a <{OWL}SymmetricProperty> BIND("symmetric" AS ?kind) }}
  UNION {{
    ?term <{OWL}propertyChainAxiom> ?list BIND("chain" AS ?kind)
    ?list <{RDF}first> ?first ; <{RDF}rest> ?rest . ?rest <{RDF}first> ?second ; <{RDF}rest> ?more
  }}
  UNION {{ ?term <{RDFS}subClassOf> ?other BIND("sub-class" AS ?kind) }}
  FILTER(ISIRI(?term) && (!BOUND(?other) || ISIRI(?other)))
}} LIMIT {MAX_AXIOMS}"""

TERMS = f"""SELECT ?iri ?label ?rank {{
  VALUES ?kind {{ {" ".join(f"<{kind}>" for kind in (*CLASSES, *PROPERTIES))} }}
  ?iri a ?kind . $names
}} LIMIT {MAX_TERM_NAMES}"""

Pairs = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The axioms of an ontology. Each map leads from the term of a conclusion to the terms of its premises."""

    sub_properties: Pairs = field(default_factory=lambda: defaultdict(list))
    sub_classes: Pairs = field(default_factory=lambda: defaultdict(list))
    domain_of: Pairs = field(default_factory=lambda: defaultdict(list))
    range_of: Pairs = field(default_factory=lambda: defaultdict(list))
    inverses: Pairs = field(default_factory=lambda: defaultdict(list))
    chains: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    """Chains of two properties; longer ones are left out."""
    transitive: set[str] = field(default_factory=set)
    symmetric: set[str] = field(default_factory=set)
    names: dict[str, dict[str, str]] = field(default_factory=dict)
    """Labels of classes and properties, by language."""

    def below(self, prop: str) -> set[str]:
        """The property and all its sub-properties."""
        properties, added = {prop}, [prop]
        while added:
            added = [
                child for parent in added for child in self.sub_properties.get(parent, ()) if child not in properties
            ]
            properties.update(added)
        return properties

    @property
    def sources(self) -> set[str]:
        """The properties that lead from a thing to its sources."""
        return self.below(f"{DCTERMS}source")


@per_snapshot
def read_vocabulary(engine: Engine) -> Vocabulary:
    """The vocabulary of the snapshot that the engine reads."""
    vocabulary = Vocabulary()
    pairs = {
        "sub-property": vocabulary.sub_properties,
        "sub-class": vocabulary.sub_classes,
        "domain": vocabulary.domain_of,
        "range": vocabulary.range_of,
    }
    mutual = {
        "inverse": vocabulary.inverses,
        "same-class": vocabulary.sub_classes,
        "same-property": vocabulary.sub_properties,
    }
    for row in engine.answer(Query(AXIOMS)).rows():
        kind, term, other = (row[name].text if name in row else "" for name in ("kind", "term", "other"))
        if kind in pairs:
            pairs[kind][other].append(term)
        elif kind in mutual:
            mutual[kind][term].append(other)
            mutual[kind][other].append(term)
        elif kind == "transitive":
            vocabulary.transitive.add(term)
        elif kind == "symmetric":
            vocabulary.symmetric.add(term)
        elif row["more"].text == f"{RDF}nil":
            vocabulary.chains[term].append((row["first"].text, row["second"].text))
    text = TERMS.replace("$names", match_names(engine.snapshot.naming.labels, "?iri", "?label", "?rank"))
    for iri, names in names_by_thing(engine.answer(Query(text, format="tsv")).table()).items():
        for tag, label, _ in sorted(names, key=lambda name: name[2]):
            vocabulary.names.setdefault(iri, {}).setdefault(tag or "", label)
    return vocabulary
