"""How a graph uses its terms: which properties the things of a class have, and what kinds of values these are.

A thing counts for its nearest classes only, those that have none of its other classes below them. Otherwise every
cluster would also count as an organisation, an agent and an entity.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import VOID, XSD
from rdflib.term import IdentifiedNode

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import OWL, RDF, RDFS
from clustergraph.rdf.table import Row
from clustergraph.sparql.errors import LimitPassed
from clustergraph.sparql.query import Query

VOID_EXT = Namespace("http://ldf.fi/void-ext#")

MAX_TRIPLES = 250_000
"""Uses of larger graphs are not counted: it would take longer than a query may."""

USAGE_SECONDS = 5.0
"""How long the counting of uses may take; a description asks for more than these."""

_LANGUAGES = (RDF, RDFS, OWL)


def _match_nearest_class(thing: str, class_variable: str) -> str:
    """A pattern that gives the nearest classes of a variable."""
    nearer = f"{class_variable}Nearer"
    return (
        f"{thing} a {class_variable} FILTER(ISIRI({class_variable})) "
        f"FILTER NOT EXISTS {{ {thing} a {nearer} . {nearer} <{RDFS}subClassOf> {class_variable} "
        f"FILTER({nearer} != {class_variable}) }}"
    )


_USE = f"""SELECT ?class ?property ?kind ?datatype (COUNT(*) AS ?count) {{
  {{ SELECT ?thing ?class {{ {_match_nearest_class("?thing", "?class")} }} }}
  ?thing ?property ?value FILTER(?property != <{RDF}type>)
  OPTIONAL {{ {_match_nearest_class("?value", "?kind")} }}
  BIND(IF(ISLITERAL(?value), DATATYPE(?value), ?unbound) AS ?datatype)
}} GROUP BY ?class ?property ?kind ?datatype ORDER BY ?class ?property ?kind ?datatype"""


@dataclass(frozen=True, slots=True)
class Use:
    """A property that things of a class have, the class or datatype of the values, and how many there are.

    `kind` and `datatype` are both empty where the values are things without a class.
    """

    class_iri: str
    property: str
    kind: str
    datatype: str
    count: int


@per_snapshot
def read_usage(engine: Engine) -> tuple[Use, ...]:
    """All uses, sorted by class and property; none of a graph that is too large to count."""
    triples = engine.snapshot.triples
    if triples is None or triples > MAX_TRIPLES:
        return ()
    try:
        rows = engine.answer(Query(_USE, timeout=USAGE_SECONDS)).rows()
    except LimitPassed:
        return ()  # it takes too long here; the description leaves the uses out
    uses = (_read_use(row) for row in rows if row["count"].number())
    return tuple(use for use in uses if not use.class_iri.startswith(_LANGUAGES))


def _read_use(row: Row) -> Use:
    iris = [row[name].text if name in row else "" for name in ("class", "property", "kind", "datatype")]
    return Use(iris[0], iris[1], iris[2], iris[3], row["count"].number())


def add_to(graph: Graph, uses: tuple[Use, ...], classes: Mapping[str, IdentifiedNode]) -> None:
    """Add the uses in VoID, below the class partitions of a dataset, which are given by class.

    Sources: VoID, section 4.5; datatypes are written as by void-generator.
    """
    parts: dict[tuple[str, str], BNode] = {}
    sizes: dict[BNode, int] = {}
    for position, use in enumerate(uses):
        if use.class_iri not in classes:
            continue
        key = (use.class_iri, use.property)
        if key not in parts:
            parts[key] = part = BNode(f"use{len(parts)}")
            graph.add((classes[use.class_iri], VOID.propertyPartition, part))
            graph.add((part, VOID.property, URIRef(use.property)))
        part = parts[key]
        sizes[part] = sizes.get(part, 0) + use.count
        value = BNode(f"value{position}")
        if use.kind:
            graph.add((part, VOID.classPartition, value))
            graph.add((value, VOID["class"], URIRef(use.kind)))
        elif use.datatype:
            graph.add((part, VOID_EXT.datatypePartition, value))
            graph.add((value, VOID_EXT.datatype, URIRef(use.datatype)))
        if use.kind or use.datatype:
            graph.add((value, VOID.triples, Literal(use.count, datatype=XSD.integer)))
    for part, size in sizes.items():
        graph.add((part, VOID.triples, Literal(size, datatype=XSD.integer)))
