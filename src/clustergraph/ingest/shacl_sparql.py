"""The SPARQL in shapes: what it must not hold, found before it runs.

SHACL, section 5.2.1, rules out MINUS, VALUES and SERVICE; FROM would load a graph from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import rdflib
from pyoxigraph import Store
from rdflib.namespace import SH
from rdflib.plugins.sparql.parser import expandUnicodeEscapes
from rdflib.term import Node

from clustergraph.ingest.load import LoadedFile
from clustergraph.ingest.problems import Problem
from clustergraph.ingest.source_locator import Place, Sought, locate, locate_text
from clustergraph.sparql import federation_guard, tokens
from clustergraph.sparql.errors import EngineError

_QUERIES = (SH.select, SH.ask, SH.construct, SH.update)
_RULED_OUT = ("MINUS", "VALUES", "SERVICE", "LOAD")


def constraint_problems(shapes: rdflib.Graph, files: Sequence[LoadedFile], base: str) -> tuple[Problem, ...]:
    """A problem for each query in the shapes that may not run; `files` are what the shapes were loaded from."""
    # As pySHACL puts them before each query, where their text could be more than a prefix and an IRI.
    declared = "".join(
        f"PREFIX {shapes.value(node, SH.prefix)}: <{shapes.value(node, SH.namespace)}>\n"
        for node in shapes.objects(None, SH.declare)
    )
    problems = []
    for predicate in _QUERIES:
        for node, query in shapes.subject_objects(predicate):
            for message, text in _faults(expandUnicodeEscapes(f"{declared}{query}")):
                file, line = _place(shapes, node, text, files, base)
                problems.append(Problem(message, rule="SHACL-SPARQL", file=file, line=line))
    return tuple(sorted(set(problems), key=str))


def _faults(query: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a query, and the line of it in which that stands."""
    try:
        for call in federation_guard.find_references(query).calls():
            message = f"A constraint may not reach out to {call.address} ({call.keyword}): shapes see this graph only."
            yield message, _line(query, call.start)
        for token in tokens.tokens(query):
            word = token.text.upper()
            if token.kind == "word" and word in _RULED_OUT:
                yield f"A constraint may not have {word}; see SHACL, section 5.2.1.", _line(query, token.start)
    except EngineError as error:
        yield f"The constraint cannot be read: {error}", ""


def _line(text: str, at: int) -> str:
    return text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0].strip()


def _place(shapes: rdflib.Graph, node: Node, text: str, files: Sequence[LoadedFile], base: str) -> Place:
    """Where the line of a query stands in the files; where it is written otherwise there, the place of its shape."""
    place = locate_text(files, text) if text else Place()
    visited: set[Node] = set()
    shape: Node | None = node
    while isinstance(shape, rdflib.BNode) and shape not in visited:
        visited.add(shape)
        shape = next(iter(shapes.subjects(None, shape)), None)
    if place.file or not isinstance(shape, rdflib.URIRef):
        return place
    sought = Sought(str(shape), str(SH.sparql))
    return locate(Store(), files, base, [sought])[sought]
