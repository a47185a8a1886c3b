"""From rows and from triples to a network of networkx."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rdflib.namespace import RDF
from rdflib.term import BNode, Literal, Node, URIRef

from clustergraph.library.optional_import import import_optional
from clustergraph.rdf.namespaces import compact
from clustergraph.rdf.naming import Naming
from clustergraph.rdf.table import LABEL, Table
from clustergraph.rdf.text_in_language import TaggedText, text_in_language

if TYPE_CHECKING:
    import networkx

_NAMING = Naming.of({})
_NAMES = frozenset(map(URIRef, _NAMING.label_properties))


def of_table(table: Table, source: str | None, target: str | None) -> networkx.MultiDiGraph[str]:
    """An edge for each row; see `clustergraph.library.result.Result.to_networkx`."""
    network: networkx.MultiDiGraph[str] = import_optional("networkx").MultiDiGraph()
    start, end = _find_end_columns(table, source, target)
    label_columns = {f"{start}{LABEL}", f"{end}{LABEL}"}
    for row in table.values():
        cells = dict(zip(table.columns, row, strict=True))
        if cells[start] is None or cells[end] is None:
            continue
        for name in (start, end):
            label = cells.get(f"{name}{LABEL}")
            network.add_node(_node_name(cells[name]), **({} if label is None else {"label": str(label)}))
        attributes = {
            name: _to_plain(value)
            for name, value in cells.items()
            if value is not None and name not in (start, end, *label_columns)
        }
        ends = _node_name(cells[start]), _node_name(cells[end])
        # Not as arguments: a column may be called as one of networkx' own.
        network.edges[*ends, network.add_edge(*ends)].update(attributes)
    return network


def _find_end_columns(table: Table, source: str | None, target: str | None) -> tuple[str, str]:
    # A column without a value may have had things in it: no edges are no reason to fail.
    things = [name for name, column in table.columns.items() if any(t and t.kind == "uri" for t in column.terms)]
    things += [name for name, column in table.columns.items() if not any(column.terms)]
    start = source or ("source" if "source" in table.columns else None)
    end = target or ("target" if "target" in table.columns else None)
    for name in (start, end):
        if name is not None and name not in table.columns:
            raise ValueError(f"There is no column {name!r}; there are {', '.join(table.columns) or 'none'}.")
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
    statements = list(triples)
    names = _read_names(statements, language)
    classes: dict[Node, list[Node]] = defaultdict(list)
    for subject, predicate, object in statements:
        if predicate == RDF.type:
            classes[subject].append(object)
    sizes = Counter(class_iri for class_iris in classes.values() for class_iri in class_iris)

    def find_label(node: Node) -> str:
        return names.get(node) or compact(str(node), prefixes).strip("<>")

    def add_node(node: Node) -> str:
        name = _node_name(node)
        if name not in network:
            # Of several classes the one with the fewest members tells most.
            nearest = min(classes.get(node, ()), key=lambda kind: (sizes[kind], str(kind)), default=None)
            kind = {} if nearest is None else {"class": find_label(nearest)}
            network.add_node(name, label=find_label(node), **kind)
        return name

    literals: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for subject in classes:
        add_node(subject)
    for subject, predicate, object in sorted(statements):
        if predicate == RDF.type:
            continue
        if isinstance(object, (URIRef, BNode)):
            network.add_edge(add_node(subject), add_node(object), str(predicate), label=find_label(predicate))
        elif isinstance(object, Literal) and predicate not in _NAMES:
            name = compact(str(predicate), prefixes).strip("<>")
            literals[add_node(subject), name].append(_to_plain(object.toPython()))
    for (node, name), values in literals.items():
        network.nodes[node][name] = values[0] if len(values) == 1 else "; ".join(map(str, values))
    return network


def _read_names(triples: Iterable[tuple[Node, Node, Node]], language: str) -> dict[Node, str]:
    """One name for each thing, chosen by `text_in_language`."""
    texts: dict[Node, dict[str, list[TaggedText]]] = defaultdict(lambda: defaultdict(list))
    for subject, predicate, object in triples:
        if predicate in _NAMES and isinstance(object, Literal):
            texts[subject][str(predicate)].append((object.language, str(object)))
    labels = {thing: text_in_language(_NAMING.find_labels(values), language) for thing, values in texts.items()}
    return {thing: label for thing, label in labels.items() if label}


def _node_name(value: Any) -> str:
    return f"_:{value}" if isinstance(value, BNode) else str(value)


def _to_plain(value: Any) -> Any:
    """As one of the types that files of networks can hold: a truth value, a number or a text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if isinstance(value, (date, time)) else _node_name(value)
