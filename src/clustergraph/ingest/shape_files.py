"""Which files hold shapes, by what is in them. Shapes check the graph; a file of nothing else is no part of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from pyoxigraph import BlankNode, NamedNode, Triple

from clustergraph.ingest.parser_process import ParsedFile, ParserProcess
from clustergraph.ingest.problems import BuildError
from clustergraph.ingest.source import Source
from clustergraph.ingest.sources import Input
from clustergraph.ingest.text_stream import read_start
from clustergraph.rdf.namespaces import OWL, RDF, SH, STANDARD_PREFIXES

_SHAPE_CLASSES = {f"{SH}NodeShape", f"{SH}PropertyShape"}
_SHAPE_PROPERTIES = {
    f"{SH}{name}" for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "property")
}
_WORDS = (b"Shape", b"targetClass", b"targetNode", b"targetSubjectsOf", b"targetObjectsOf")
_ABOUT_THE_FILE = (SH, f"{OWL}Ontology", STANDARD_PREFIXES["foaf"])


def find_shapes(input: Input, parsers: ParserProcess, base: str) -> Input:
    """The input with `shape_files`, and `shapes_only` for those that hold nothing else, unless all do."""
    shape_files, shapes_only = set(), set()
    for source in input.sources:
        if source.role == "shapes" or not _may_have_shapes(read_start(source.path)):
            continue
        has_shapes, has_more = _look_into(source, parsers, base)
        if has_shapes:
            shape_files.add(source)
            if not has_more:
                shapes_only.add(source)
    if not any(source not in shapes_only for source in input.content):
        return input  # then they are what is to be seen
    return replace(input, shape_files=frozenset(shape_files), shapes_only=frozenset(shapes_only))


def _may_have_shapes(text: bytes) -> bool:
    return SH.encode() in text and any(word in text for word in _WORDS)


def _look_into(source: Source, parsers: ParserProcess, base: str) -> tuple[bool, bool]:
    """Whether a file has shapes, and whether it is about other things, too."""
    classes: dict[NamedNode | BlankNode | Triple, set[str]] = defaultdict(set)
    shapes = set()
    try:
        for quad in ParsedFile(parsers, source, base, NamedNode(base)):
            if quad.predicate.value == f"{RDF}type" and isinstance(quad.object, NamedNode):
                classes[quad.subject].add(quad.object.value)
                if quad.object.value in _SHAPE_CLASSES:
                    shapes.add(quad.subject)
            elif quad.predicate.value in _SHAPE_PROPERTIES:
                shapes.add(quad.subject)
    except BuildError:
        return False, True  # loading it reports why
    finally:
        parsers.states.pop(source, None)  # what counts is what is loaded
    others = {iri for subject, iris in classes.items() if isinstance(subject, NamedNode) for iri in iris}
    return bool(shapes), any(not iri.startswith(_ABOUT_THE_FILE) for iri in others)
