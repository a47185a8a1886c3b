"""Does the graph have the shapes that its curators ask for? (SHACL, by pySHACL.)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import rdflib
from pyoxigraph import NamedNode, Store
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SH, SKOS
from rdflib.term import Node

from clustergraph.ingest.parser_process import ParsedFile, ParserProcess
from clustergraph.ingest.problems import Problem, Severity
from clustergraph.ingest.source_locator import Locator
from clustergraph.ingest.sources import Source
from clustergraph.rdf.conversion import quiet, to_graph
from clustergraph.rdf.namespaces import compact

_LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title, FOAF.name, rdflib.SDO.name)
_SEVERITIES: dict[Node, Severity] = {SH.Warning: "warning", SH.Info: "info"}


def check(
    store: Store,
    shapes: Sequence[Source],
    parsers: ParserProcess,
    *,
    base: str,
    prefixes: Mapping[str, str],
    locator: Locator,
) -> tuple[Problem, ...]:
    """Check the default graph of `store`, which is everything: ontology, data and inferences.

    Raises BuildError when a shapes file is not well formed. Shapes that the validator cannot use are a
    problem too.
    """
    import pyshacl

    graph = to_graph(quad for source in shapes for quad in ParsedFile(parsers, source, base, NamedNode(base)))
    data = to_graph(store.quads_for_pattern(None, None, None, None))
    with quiet():
        try:
            _, results, _ = pyshacl.validate(data, shacl_graph=graph, inplace=True)
        except Exception as error:  # shapes hold SPARQL and patterns, whose libraries have errors of their own
            names = ", ".join(source.name for source in shapes)
            return (Problem(f"The shapes cannot be used: {error}", rule="SHACL", file=names),)
    assert isinstance(results, rdflib.Graph)
    describe = _Describer(data, graph, dict(prefixes), locator)
    return tuple(sorted((describe(result, results) for result in results.objects(None, SH.result)), key=str))


class _Describer:
    """Turns the validator's results into problems."""

    def __init__(self, data: rdflib.Graph, shapes: rdflib.Graph, prefixes: dict[str, str], locator: Locator) -> None:
        self.data = data
        self.shapes = shapes
        self.prefixes = prefixes
        self.locator = locator

    def __call__(self, result: Node, results: rdflib.Graph) -> Problem:
        focus = results.value(result, SH.focusNode)
        path = results.value(result, SH.resultPath)
        value = results.value(result, SH.value)
        thing = self._owner(focus)
        file, line = "", None
        if isinstance(thing, rdflib.URIRef):
            file, line = self.locator.find(
                str(thing),
                predicate=str(path) if isinstance(path, rdflib.URIRef) else "",
                value="" if value is None or isinstance(value, rdflib.BNode) or value == thing else str(value),
            )
        component = self._compact(results.value(result, SH.sourceConstraintComponent))
        rule = component.removesuffix("ConstraintComponent")
        on = self._compact(path) if isinstance(path, rdflib.URIRef) else ""
        return Problem(
            _message(list(results.objects(result, SH.resultMessage))),
            what=self._named(thing),
            rule=f"{rule} on {on}" if on else rule,
            value="" if value is None or value == focus or isinstance(value, rdflib.BNode) else self._compact(value),
            file=file,
            line=line,
            severity=_SEVERITIES.get(results.value(result, SH.resultSeverity) or SH.Violation, "violation"),
        )

    def _owner(self, node: Node | None) -> Node | None:
        """The node itself, or for a blank node the thing with an IRI that it belongs to."""
        seen: set[Node] = set()
        while isinstance(node, rdflib.BNode) and node not in seen:
            seen.add(node)
            node = next((s for s, p in self.data.subject_predicates(node) if p != RDF.type), None)
        return node

    def _named(self, node: Node | None) -> str:
        if node is None:
            return ""
        labels = [
            label
            for predicate in _LABELS
            for label in self.data.objects(node, predicate)
            if isinstance(label, rdflib.Literal)
        ]
        if not labels:
            return self._compact(node)
        return f"{self._compact(node)} ({_message(list(labels))})"

    def _compact(self, node: Node | None) -> str:
        if isinstance(node, rdflib.URIRef):
            return compact(str(node), self.prefixes)
        return "" if node is None else node.n3()


def _message(texts: Sequence[Node]) -> str:
    """The English one of several texts, or the first."""

    def order(text: Node) -> tuple[int, str]:
        language = (isinstance(text, rdflib.Literal) and text.language) or ""
        return (0 if language.startswith("en") else 1 if not language else 2, str(text))

    return str(min(texts, key=order)) if texts else ""
