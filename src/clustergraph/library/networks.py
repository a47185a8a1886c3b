"""From rows and from triples to a network of networkx."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.term import BNode, Literal, Node, URIRef

from clustergraph.library.optional_import import import_optional
from clustergraph.rdf.namespaces import compact
from clustergraph.rdf.table import LABEL, Table
from clustergraph.rdf.text_in_language import TaggedText, text_in_language

if TYPE_CHECKING:
    import networkx

NAMES = (RDFS.label, SKOS.prefLabel)


def of_table(table: Table, source: str | None, target: str | None) -> networkx.MultiDiGraph[str]:
    """An edge for each row; see `clustergraph.library.result.Result.to_networkx`."""
    network: networkx.MultiDiGraph[str] = import_optional("networkx").MultiDiGraph()
    start, end = _ends(table, source, target)
    beside = {f"{start}{LABEL}", f"{end}{LABEL}"}
    for row in table.values():
        said = dict(zip(table.columns, row, strict=True))
        if said[start] is None or said[end] is None:
            continue
        for name in (start, end):
            label = said.get(f"{name}{LABEL}")
            network.add_node(_name(said[name]), **({} if label is None else {"label": str(label)}))
        rest = {
            name: _plain(value)
            for name, value in said.items()
            if value is not None and name not in (start, end, *beside)
        }
        ends = _name(said[start]), _name(said[end])
        # Not as arguments: a column may be called as one of networkx' own.
        network.edges[*ends, network.add_edge(*ends)].update(rest)
    return network


def _ends(table: Table, source: str | None, target: str | None) -> tuple[str, str]:
    # A column without a value may have had things in it: no edges are no reason to fail.
    things = [name for name, column in table.columns.items() if any(t and t.kind == "uri" for t in column.terms)]
    things += [name for name, column in table.columns.items() if not any(column.terms)]
    start = source or ("source" if "source" in table.columns else None)
    end = target or ("target" if "target" in table.columns else None)
    for one in (start, end):
        if one is not None and one not in table.columns:
            raise ValueError(f"There is no column {one!r}; there are {', '.join(table.columns) or 'none'}.")
    start = start or next((name for name in things if name != end), None)
    end = end or next((name for name in things if name != start), None)
    if start is None or end is None:
        raise ValueError(
            "A network needs two columns for the ends of its edges: name them as `source` and `target`. "
            f"The columns are {', '.join(table.columns) or 'none'}."
        )
    return start, end


def of_triples(
    triples: Iterable[tuple[Node, Node, Node]], prefixes: Mapping[str, str], language: str
) -> networkx.MultiDiGraph[str]:
    """A node for each thing, an edge for each statement between two; see `Triples.to_networkx`."""
    network: networkx.MultiDiGraph[str] = import_optional("networkx").MultiDiGraph()
    known = list(triples)
    names = _names(known, language)
    classes: dict[Node, list[Node]] = defaultdict(list)
    for subject, predicate, object in known:
        if predicate == RDF.type:
            classes[subject].append(object)
    sizes = Counter(one for found in classes.values() for one in found)

    def called(node: Node) -> str:
        return names.get(node) or compact(str(node), dict(prefixes)).strip("<>")

    def add(node: Node) -> str:
        name = _name(node)
        if name not in network:
            # Of several classes the one with the fewest members tells most.
            nearest = min(classes.get(node, ()), key=lambda one: (sizes[one], str(one)), default=None)
            network.add_node(name, label=called(node), **({} if nearest is None else {"class": called(nearest)}))
        return name

    said: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for subject in classes:
        add(subject)
    for subject, predicate, object in sorted(known):
        if predicate == RDF.type:
            continue
        if isinstance(object, (URIRef, BNode)):
            network.add_edge(add(subject), add(object), str(predicate), label=called(predicate))
        elif isinstance(object, Literal) and predicate not in NAMES:
            said[add(subject), compact(str(predicate), dict(prefixes)).strip("<>")].append(_plain(object.toPython()))
    for (node, name), values in said.items():
        network.nodes[node][name] = values[0] if len(values) == 1 else "; ".join(map(str, values))
    return network


def _names(triples: Iterable[tuple[Node, Node, Node]], language: str) -> dict[Node, str]:
    """One name for each thing, chosen by `text_in_language`."""
    names: dict[Node, list[TaggedText]] = defaultdict(list)
    for subject, predicate, object in triples:
        if predicate in NAMES and isinstance(object, Literal):
            names[subject].append((object.language, str(object)))
    return {thing: text_in_language(texts, language) or "" for thing, texts in names.items()}


def _name(value: Any) -> str:
    return f"_:{value}" if isinstance(value, BNode) else str(value)


def _plain(value: Any) -> Any:
    """As one of the types that files of networks can hold: a truth value, a number or a text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if isinstance(value, (date, time)) else _name(value)
