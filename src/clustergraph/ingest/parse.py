"""One file -> quads, exactly as the file states them.

Parsing is strict: an invalid IRI or language tag is an error and never quietly dropped. Blank nodes get labels made of
the file's name and their order of appearance, so equal files give equal quads and no two files share a blank node.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import IO, cast
from xml.parsers import expat

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.sources import Source


class Parser:
    """Reads one file once; iterate over it for the quads.

    `graph` takes the triples for which the file names no graph. When the iteration is over, `prefixes` holds the
    prefixes that the file declares. Raises BuildError with line and column where the file is not well formed.
    """

    def __init__(self, source: Source, base: str, graph: NamedNode) -> None:
        self.source = source
        self.base = base
        self.graph = graph
        self.prefixes: dict[str, str] = {}

    def __iter__(self) -> Iterator[Quad]:
        try:
            with self._open() as file:
                yield from self._quads(file)
        except SyntaxError as error:
            raise BuildError([self._problem(error)]) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise BuildError(
                [Problem(f"The file is not whole gzip data: {error}.", rule="gzip", file=self.source.name)]
            ) from error
        except OSError as error:
            raise BuildError(
                [Problem(f"The file cannot be read: {error.strerror or error}.", file=self.source.name)]
            ) from error

    def _open(self) -> IO[bytes]:
        if self.source.compressed:
            return cast(IO[bytes], gzip.open(self.source.path))
        return self.source.path.open("rb")

    def _quads(self, file: IO[bytes]) -> Iterator[Quad]:
        # Some editors begin a file with this mark, which is no part of the text.
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)
        rename = _Renamer(self.source.name)
        quads = parse(file, self.source.format, base_iri=self.base)
        formulas = self.source.format == RdfFormat.N3
        first = True
        for quad in quads:
            if first:
                # RDF/XML forgets its prefixes when the element that declares them closes.
                self.prefixes = dict(quads.prefixes)
                first = False
            subject, predicate, object, graph = quad.subject, quad.predicate, quad.object, quad.graph_name
            if type(subject) is not NamedNode:
                subject = rename.subject(subject)
            if type(object) is BlankNode or type(object) is Triple:
                object = rename.object(object)
            if type(graph) is DefaultGraph:
                graph = self.graph
            elif type(graph) is BlankNode:
                if formulas:
                    raise SyntaxError("N3 formulas and rules ({ ... }) are not data; only plain triples can be loaded")
                graph = rename.blank(graph)
            yield Quad(subject, predicate, object, graph)
        self.prefixes |= {prefix: iri for prefix, iri in quads.prefixes.items() if prefix not in self.prefixes}

    def _problem(self, error: SyntaxError) -> Problem:
        message, line, column = error.msg, error.lineno, error.offset
        if line is None and self.source.format == RdfFormat.RDF_XML:
            line, column = self._xml_position()
        message = message.removeprefix("Parser error").strip()
        if line is not None and message.startswith("at line "):
            message = message.partition(": ")[2]
        if "LoadDocumentCallback" in message:
            message = "The JSON-LD context lies at another address, and none is fetched; put it into the file"
        return Problem(
            f"{message[:1].upper()}{message[1:]}.",
            rule=f"{self.source.format.name} syntax",
            file=self.source.name,
            line=line,
            column=column,
        )

    def _xml_position(self) -> tuple[int | None, int | None]:
        """Where the XML stops being well formed, which the RDF/XML parser does not say."""
        parser = expat.ParserCreate()
        try:
            with self._open() as file:
                parser.ParseFile(file)
        except expat.ExpatError as error:
            return error.lineno, error.offset + 1
        return None, None


class _Renamer:
    """Gives blank nodes labels by file and order of appearance."""

    def __init__(self, name: str) -> None:
        # Labels of up to 16 bytes lie inside Oxigraph's keys instead of a table of their own.
        self.prefix = "b" + hashlib.sha256(name.encode()).hexdigest()[:9] + "n"
        self.known: dict[str, BlankNode] = {}

    def blank(self, node: BlankNode) -> BlankNode:
        known = self.known.get(node.value)
        if known is None:
            known = self.known[node.value] = BlankNode(f"{self.prefix}{len(self.known)}")
        return known

    def subject(self, term: NamedNode | BlankNode | Triple) -> NamedNode | BlankNode | Triple:
        if isinstance(term, BlankNode):
            return self.blank(term)
        return self.triple(term) if isinstance(term, Triple) else term

    def object(self, term: NamedNode | BlankNode | Literal | Triple) -> NamedNode | BlankNode | Literal | Triple:
        return term if isinstance(term, Literal) else self.subject(term)

    def triple(self, triple: Triple) -> Triple:
        return Triple(self.subject(triple.subject), triple.predicate, self.object(triple.object))
