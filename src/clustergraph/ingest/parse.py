"""One file -> quads, exactly as the file states them.

Parsing is strict: an invalid IRI or language tag is an error and never quietly dropped. Blank nodes get labels made of
the file's name and their order of appearance, so equal files give equal quads and no two files share a blank node.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import zlib
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any, cast
from xml.parsers import expat

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.sources import Source

_BUFFER_BYTES = 1 << 18
_SINGLE_LINES_BYTES = 1 << 11
"""How much of a statement a parser gets line by line."""
MAX_TOKEN_MIB = 16
"""How long a literal or another token may be; pyoxigraph's parsers hold no more."""
MAX_TRIPLE_TERM_DEPTH = 32
"""How deep triple terms may be nested; more than a few hundred end the process of a reader."""


class Parser:
    """Reads one file once; iterate over it for the quads.

    `graph` takes the triples for which the file names no graph. When the iteration is over, `prefixes` holds the
    prefixes that the file declares, and `bytes` and `sha256` are of the very bytes that were parsed. Raises BuildError
    with line and column where the file is not well formed, and where it changes while it is read. `line_number` is one
    number of 8 bytes, which always holds the line that is being read.
    """

    def __init__(self, source: Source, base: str, graph: NamedNode, line_number: memoryview[int] | None = None) -> None:
        self.source = source
        self.base = base
        self.graph = graph
        self.prefixes: dict[str, str] = {}
        self.bytes = 0
        self.sha256 = ""
        self.line_number = memoryview(bytearray(8)).cast("Q") if line_number is None else line_number

    def __iter__(self) -> Iterator[Quad]:
        try:
            with self.source.path.open("rb", buffering=0) as file:
                before = _version(file)
                raw = _HashedFile(file)
                yield from self._quads(_text(raw, self.source))
                raw.read()  # what stands behind the end of the data
                self.bytes, self.sha256 = raw.bytes, raw.sha256.hexdigest()
                if _version(file) != before:
                    raise self._error("The file changed while it was being read; build again")
        except MemoryError as error:
            if "buffer" in str(error):
                raise BuildError([too_long(self.source, self.line_number[0])]) from None
            message = "Reading it takes more memory than it may (--parse-memory)"
            raise self._error(message, "parse limits", self.line_number[0] or None) from None
        except SyntaxError as error:
            raise BuildError([self._problem(error)]) from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise self._error(f"The file is not whole gzip data: {error}", "gzip") from error
        except OSError as error:
            raise self._error(f"The file cannot be read: {error.strerror or error}") from error

    def _error(self, message: str, rule: str = "", line: int | None = None) -> BuildError:
        return BuildError([Problem(f"{message}.", rule=rule, file=self.source.name, line=line)])

    def _quads(self, file: io.BufferedReader[Any]) -> Iterator[Quad]:
        # Some editors begin a file with this mark, which is no part of the text.
        if file.peek(len(BOM_UTF8)).startswith(BOM_UTF8):
            file.read(len(BOM_UTF8))
        rename = _Renamer(self.source.name)
        lines = _LineReader(file, self.line_number)
        quads = parse(cast(Any, lines), self.source.format, base_iri=self.base)
        formulas = self.source.format == RdfFormat.N3
        is_first = True
        for quad in quads:
            lines.pending = 0
            if is_first:
                # RDF/XML forgets its prefixes when the element that declares them closes.
                self.prefixes = dict(quads.prefixes)
                is_first = False
            subject, predicate, object, graph = quad.subject, quad.predicate, quad.object, quad.graph_name
            if type(subject) is not NamedNode:
                subject = cast(NamedNode | BlankNode | Triple, rename.term(subject))
            if type(object) is BlankNode or type(object) is Triple:
                object = rename.term(object)
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
        line = line or self.line_number[0] or None
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
            with self.source.path.open("rb", buffering=0) as file:
                parser.ParseFile(_text(file, self.source))
        except expat.ExpatError as error:
            return error.lineno, error.offset + 1
        return None, None


class _LineReader:
    """Gives a parser the text line by line, and keeps in `line_number` which line that was.

    A parser goes through an unfinished token again with each part it gets. So where it asks for larger parts after
    `pending` bytes without a quad, it gets them, and the number stays that of the line before.
    """

    def __init__(self, file: io.BufferedReader[Any], line_number: memoryview[int]) -> None:
        self._file = file
        self._line_number = line_number
        self._next_line = 1
        self.pending: float = 0

    def read(self, size: int = -1) -> bytes:
        if self.pending < _SINGLE_LINES_BYTES or (0 <= size <= _SINGLE_LINES_BYTES and self.pending < math.inf):
            part = self._file.readline(size)
            if part:
                self._line_number[0] = self._next_line
            self.pending += len(part)
        else:
            part = self._file.read(size)
            self.pending = math.inf
        self._next_line += part.count(b"\n")
        return part


class _HashedFile(io.RawIOBase):
    """Hashes and counts the bytes that are read from a file."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file
        self.bytes = 0
        self.sha256 = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        size = self._file.readinto(buffer)
        self.sha256.update(memoryview(buffer)[:size])
        self.bytes += size or 0
        return size


def _text(file: io.RawIOBase, source: Source) -> io.BufferedReader[Any]:
    """The text of a source's file, unpacked where it is compressed."""
    buffered: io.BufferedReader[Any] = io.BufferedReader(file, _BUFFER_BYTES)
    return io.BufferedReader(cast(Any, gzip.GzipFile(fileobj=buffered))) if source.compressed else buffered


def _version(file: io.FileIO) -> tuple[int, int]:
    """What changes when the file is written to."""
    status = os.fstat(file.fileno())
    return status.st_size, status.st_mtime_ns


def too_long(source: Source, line: int | None) -> Problem:
    """The problem of a literal that no parser holds."""
    return Problem(
        f"A literal is longer than {MAX_TOKEN_MIB} MiB; keep such data in a file of its own and link to it.",
        rule="parse limits",
        file=source.name,
        line=line,
    )


class _Renamer:
    """Gives blank nodes labels by file and order of appearance."""

    def __init__(self, name: str) -> None:
        # Labels of up to 16 bytes lie inside Oxigraph's keys instead of a table of their own.
        self.prefix = "b" + hashlib.sha256(name.encode()).hexdigest()[:9] + "n"
        self.labelled: dict[str, BlankNode] = {}

    def blank(self, node: BlankNode) -> BlankNode:
        renamed = self.labelled.get(node.value)
        if renamed is None:
            renamed = self.labelled[node.value] = BlankNode(f"{self.prefix}{len(self.labelled)}")
        return renamed

    def term(
        self, term: NamedNode | BlankNode | Literal | Triple, depth: int = 0
    ) -> NamedNode | BlankNode | Literal | Triple:
        if isinstance(term, BlankNode):
            return self.blank(term)
        if not isinstance(term, Triple):
            return term
        if depth == MAX_TRIPLE_TERM_DEPTH:
            raise SyntaxError(f"Triple terms are nested more than {MAX_TRIPLE_TERM_DEPTH} deep")
        subject, object = self.term(term.subject, depth + 1), self.term(term.object, depth + 1)
        return Triple(cast(NamedNode | BlankNode | Triple, subject), term.predicate, object)
