"""Does the graph have the shapes that its curators ask for? (SHACL, by pySHACL, in a process of its own.)"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from clustergraph.ingest.capped_process import cause_of_death
from clustergraph.ingest.load import LoadedFile
from clustergraph.ingest.parse_limits import MIB
from clustergraph.ingest.parser_process import ParsedFile, ParserProcess
from clustergraph.ingest.problems import Problem, Severity
from clustergraph.ingest.shacl_sparql import constraint_problems
from clustergraph.ingest.source import Source
from clustergraph.ingest.source_locator import Sought, locate
from clustergraph.rdf.conversion import to_graph
from clustergraph.rdf.namespaces import compact
from clustergraph.rdf.naming import Naming
from clustergraph.snapshots.statements import Statements

_LABELS = [rdflib.URIRef(iri) for iri in Naming.of({}).label_properties]
_SEVERITIES: dict[Node, Severity] = {SH.Warning: "warning", SH.Info: "info"}
_SHAPES = NamedNode("urn:x-shapes:graph")
MAX_RESULTS_MIB = 64
"""How much the validator may report; some 40,000 problems."""


def check(
    statements: Statements,
    files: Sequence[LoadedFile],
    shapes: Sequence[Source],
    parsers: ParserProcess,
    *,
    base: str,
    prefixes: Mapping[str, str],
) -> tuple[Problem, ...]:
    """Check the merge of all graphs, ontology, data and inferences, with its literals as the files write them.

    Raises BuildError when a shapes file is not well formed. Shapes that the validator cannot use are a problem too.
    """
    parsed = [ParsedFile(parsers, source, base, _SHAPES) for source in shapes]
    quads = [list(file) for file in parsed]
    graph = to_graph(quad for of_file in quads for quad in of_file)
    shape_files = [
        LoadedFile(file.source, len(of_file), file.prefixes, not of_file)
        for file, of_file in zip(parsed, quads, strict=True)
    ]
    if problems := constraint_problems(graph, shape_files, base):
        return problems

    # Each triple lies in the store twice.
    seconds = parsers.limits.shapes_seconds + len(statements.store) / 2_000
    reason, results = _validate(chain(*quads, statements.quads()), parsers.limits.memory, seconds)
    if reason:
        names = ", ".join(source.name for source in shapes)
        return (Problem(f"The shapes cannot be used: {reason}", rule="SHACL", file=names),)
    if not results:
        return ()
    data = to_graph(statements.quads())
    describe = _Describer(data, dict(prefixes))
    described = [describe(result, results) for result in results.objects(None, SH.result)]
    places = locate(statements.store, files, base, {sought for _, sought in described if sought})
    return tuple(
        sorted(
            (
                replace(problem, file=places[sought].file, line=places[sought].line) if sought else problem
                for problem, sought in described
            ),
            key=str,
        )
    )


def _validate(quads: Iterable[Quad], memory: int, seconds: float) -> tuple[str, rdflib.Graph]:
    """Why the shapes cannot be used, if so, and the graph of the results; see `shacl_main`."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "clustergraph.ingest.shacl_main", str(memory), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(BrokenPipeError), process.stdin as pipe:  # if it died, that shows below
                serialize(quads, pipe, RdfFormat.N_QUADS)
            with process.stdout as pipe:
                results = pipe.read(MAX_RESULTS_MIB * MIB + 1)
            if len(results) > MAX_RESULTS_MIB * MIB:
                return f"What they report is longer than {MAX_RESULTS_MIB} MiB.", rdflib.Graph()
            code = process.wait()
        finally:
            process.kill()
            process.wait()
        if code or not results:
            errors.seek(0)
            action = "Checking the graph against them"
            reason = cause_of_death(code, errors.read(), action, memory, seconds, "--shapes-seconds")
            return f"{reason}.", rdflib.Graph()
    reason_line, _, triples = results.partition(b"\n")
    return json.loads(reason_line), to_graph(parse(io.BytesIO(triples), RdfFormat.N_TRIPLES))


class _Describer:
    """Turns the validator's results into problems."""

    def __init__(self, data: rdflib.Graph, prefixes: dict[str, str]) -> None:
        self.data = data
        self.prefixes = prefixes

    def __call__(self, result: Node, results: rdflib.Graph) -> tuple[Problem, Sought | None]:
        """The problem, and what its place is that of."""
        focus = results.value(result, SH.focusNode)
        path = results.value(result, SH.resultPath)
        value = results.value(result, SH.value)
        thing = self._owner(focus)
        sought = None
        if isinstance(thing, rdflib.URIRef):
            sought = Sought(
                str(thing),
                predicate=str(path) if isinstance(path, rdflib.URIRef) else "",
                value="" if value is None or isinstance(value, rdflib.BNode) or value == thing else str(value),
            )
        component = self._compact(results.value(result, SH.sourceConstraintComponent))
        rule = component.removesuffix("ConstraintComponent")
        on = self._compact(path) if isinstance(path, rdflib.URIRef) else ""
        problem = Problem(
            _english_text(list(results.objects(result, SH.resultMessage))),
            what=self._name(thing),
            rule=f"{rule} on {on}" if on else rule,
            value="" if value is None or value == focus or isinstance(value, rdflib.BNode) else self._compact(value),
            severity=_SEVERITIES.get(results.value(result, SH.resultSeverity) or SH.Violation, "violation"),
        )
        return problem, sought

    def _owner(self, node: Node | None) -> Node | None:
        """The node itself, or for a blank node the thing with an IRI that it belongs to."""
        visited: set[Node] = set()
        while isinstance(node, rdflib.BNode) and node not in visited:
            visited.add(node)
            node = next((owner for owner, link in self.data.subject_predicates(node) if link != RDF.type), None)
        return node

    def _name(self, node: Node | None) -> str:
        if node is None:
            return ""
        for predicate in _LABELS:
            labels = [label for label in self.data.objects(node, predicate) if isinstance(label, rdflib.Literal)]
            if labels:
                return f"{self._compact(node)} ({_english_text(labels)})"
        return self._compact(node)

    def _compact(self, node: Node | None) -> str:
        if isinstance(node, rdflib.URIRef):
            return compact(str(node), self.prefixes)
        return "" if node is None else node.n3()


def _english_text(texts: Sequence[Node]) -> str:
    """The English one of several texts, or the first."""

    def order(text: Node) -> tuple[int, str]:
        language = (isinstance(text, rdflib.Literal) and text.language) or ""
        return (0 if language.startswith("en") else 1 if not language else 2, str(text))

    return str(min(texts, key=order)) if texts else ""
