"""One file -> quads, exactly as the file states them.

An invalid IRI or language tag is never quietly dropped: it is a problem with its place. Blank nodes get labels made of
the file's name and their order of appearance, so equal files give equal quads and no two files share a blank node.
"""

from __future__ import annotations

import hashlib
import io
import math
import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast
from typing import Literal as OneOf
from xml.parsers import expat

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Triple, parse

from clustergraph.ingest.bad_iris import MARK, BadIri, MendedText, TermMender, find_in_xml, mend_json
from clustergraph.ingest.jsonld_contexts import UnknownContexts, put_in
from clustergraph.ingest.problems import BuildError, Problem, Severity
from clustergraph.ingest.source import Source
from clustergraph.ingest.text_stream import UNPACKING_ERRORS, open_text
from clustergraph.ingest.xml_literals import XML_LITERAL, canonical

_SINGLE_LINES_BYTES = 1 << 11
"""How much of a statement a parser gets line by line."""
MAX_REPORTED_IRIS = 1000
"""How many bad IRIs of a file are reported one by one."""
MAX_TOKEN_MIB = 16
"""How long a literal or another token may be; pyoxigraph's parsers hold no more."""
MAX_TRIPLE_TERM_DEPTH = 32
"""How deep triple terms may be nested; more than a few hundred end the process of a reader."""

BadIris = OneOf["encode", "drop", "refuse"]
"""What becomes of an IRI that is none: what may not stand in it is percent-encoded, its triple is left out, or the file
is refused."""
_CONTEXT_ERROR = "LoadDocumentCallback"
_IRI_ERRORS = (
    *("Invalid IRI", "Invalid character '", "Invalid host IP", "No scheme found", "An IRI path is not allowed"),
    *("error while parsing IRI", "error while parsing language tag", "subtag", "langtag"),
)
_INSTEAD = {
    "encode": ", so it is read with what may not stand in one percent-encoded",
    "drop": ", so its triple is left out",
    "refuse": "",
}


class Parser:
    """Reads one file once; iterate over it for the quads.

    `graph` takes the triples for which the file names no graph. When the iteration is over, `prefixes` holds the
    prefixes that the file declares, `problems` what there is to say about its IRIs, and `bytes` and `sha256` are of the
    very bytes that were parsed. Raises BuildError with line and column where the file is not well formed, and where it
    changes while it is read. `line_number` is one number of 8 bytes, which always holds the line that is being read.
    `contexts` are files for the addresses of JSON-LD contexts.
    """

    def __init__(
        self,
        source: Source,
        base: str,
        graph: NamedNode,
        line_number: memoryview[int] | None = None,
        bad_iris: BadIris = "encode",
        contexts: Mapping[str, Path] | None = None,
    ) -> None:
        self.source = source
        self.base = base
        self.graph = graph
        self.bad_iris = bad_iris
        self.contexts = contexts or {}
        self.prefixes: dict[str, str] = {}
        self.problems: list[Problem] = []
        self.bytes = 0
        self.sha256 = ""
        self.line_number = memoryview(bytearray(8)).cast("Q") if line_number is None else line_number
        self._left_out = 0

    def __iter__(self) -> Iterator[Quad]:
        try:
            with self.source.path.open("rb", buffering=0) as file:
                before = _version(file)
                raw = yield from self._read(file)
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
            raise BuildError([*self.problems, self._problem(error)]) from error
        except UnknownContexts as error:
            raise BuildError([self._unknown_context(*place) for place in error.addresses]) from error
        except UnicodeError as error:
            reason = f"The file is not in the encoding that it says it is in: {error}"
            raise self._error(reason, "encoding") from error
        except LookupError as error:
            raise self._error(f"The file is in an encoding that is not known ({error}); save it as UTF-8") from error
        except UNPACKING_ERRORS as error:
            raise self._error(f"The compressed data of the file are not whole: {error}", "compression") from error
        except OSError as error:
            reason = (
                "The compressed data of the file are not whole" if error.errno is None else "The file cannot be read"
            )
            raise self._error(f"{reason}: {error.strerror or error}") from error

    def _error(self, message: str, rule: str = "", line: int | None = None) -> BuildError:
        return BuildError([Problem(f"{message}.", rule=rule, file=self.source.name, line=line)])

    def _read(self, file: io.FileIO) -> Generator[Quad, None, _HashedFile]:
        """The quads; gives the file as it was read. What a first pass stumbles over, a second one mends."""
        raw = _HashedFile(file)
        if self.source.format == RdfFormat.JSON_LD:
            yield from self._rename(self._read_json(open_text(raw)))
            return raw
        written = 0
        try:
            for quad in self._rename(self._parse(open_text(raw))):
                written += 1
                yield quad
            return raw
        except SyntaxError as error:
            if not any(text in error.msg for text in ("Unexpected character", "escape character", *_IRI_ERRORS)):
                raise
        file.seek(0)
        raw = _HashedFile(file)
        mended = self._with_mended_terms if self.source.format == RdfFormat.RDF_XML else self._with_mended_text
        yield from islice(self._rename(mended(open_text(raw))), written, None)
        return raw

    def _read_json(self, stream: io.BufferedReader[Any]) -> Iterator[Quad]:
        """The quads of JSON-LD, whose parser drops what has a bad IRI in silence; so these are looked for before."""
        text = stream.read().decode()
        try:
            bad = self._find_bad_terms(text)
        except SyntaxError as error:
            if _CONTEXT_ERROR not in error.msg:
                raise
            text = self._put_contexts_in(text)
            bad = self._find_bad_terms(text)
        bad_iris: list[BadIri] = []
        if bad:
            text, bad_iris = mend_json(text, bad, drop=self.bad_iris == "drop")
        try:
            yield from self._without_marked(self._parse(_stream(text)), bad_iris)
        finally:
            self._report(bad_iris)

    def _find_bad_terms(self, text: str) -> dict[str, BadIri]:
        mender = TermMender(drop=False)
        for quad in self._parse(_stream(text), lenient=True):
            # A name that the context gives no IRI is no mistake, says the specification.
            if ":" in quad.predicate.value:
                for term in quad:
                    mender.mend(cast(Any, term))
        return mender.bad

    def _put_contexts_in(self, text: str) -> str:
        try:
            return put_in(text, self.source.path.parent, self.contexts)
        except ValueError as error:
            raise SyntaxError(f"A JSON-LD context cannot be used: {error}") from error

    def _without_marked(self, quads: Iterable[Quad], bad_iris: Sequence[BadIri]) -> Iterator[Quad]:
        for quad in quads:
            if bad_iris and MARK in str(quad):
                self._left_out += 1
            else:
                yield quad

    def _parse(self, text: io.BufferedReader[Any], lenient: bool = False) -> Iterator[Quad]:
        lines = _LineReader(text, self.line_number)
        quads = parse(cast(Any, lines), self.source.format, base_iri=self.base, lenient=lenient)
        is_first, is_skipping = True, False
        while True:
            try:
                quad = next(quads)
            except StopIteration:
                break
            except SyntaxError as error:
                if is_skipping and error.msg.endswith("Unexpected end"):
                    break  # the rest of the statement that is left out
                if not (isinstance(text.raw, MendedText) and any(part in error.msg for part in _IRI_ERRORS)):
                    raise
                self._report_unreadable(error)
                is_skipping = True
                continue
            is_skipping = False
            lines.pending = 0
            if is_first:
                # RDF/XML forgets its prefixes when the element that declares them closes.
                self.prefixes = dict(quads.prefixes)
                is_first = False
            yield quad
        self.prefixes |= {prefix: iri for prefix, iri in quads.prefixes.items() if prefix not in self.prefixes}

    def _with_mended_text(self, text: io.BufferedReader[Any]) -> Iterator[Quad]:
        mended = MendedText(text, mark=self.bad_iris == "drop")
        try:
            yield from self._without_marked(self._parse(io.BufferedReader(cast(Any, mended))), mended.bad)
        finally:
            self._report(mended.bad)

    def _with_mended_terms(self, text: io.BufferedReader[Any]) -> Iterator[Quad]:
        mender = TermMender(drop=self.bad_iris == "drop")
        for quad in self._parse(text, lenient=True):
            terms = [mender.mend(cast(Any, term)) for term in quad]
            if None in terms:
                self._left_out += 1
            else:
                yield Quad(*cast(Any, terms))
        with self.source.path.open("rb", buffering=0) as file, open_text(file) as again:
            self._report(find_in_xml(again.read(), mender.bad))

    def _rename(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The quads with labels of blank nodes that are the file's own, in a named graph each."""
        rename = _Renamer(self.source.name)
        formulas = self.source.format == RdfFormat.N3
        may_hold_xml = self.source.format == RdfFormat.RDF_XML
        for quad in quads:
            subject, predicate, object, graph = quad.subject, quad.predicate, quad.object, quad.graph_name
            if type(subject) is not NamedNode:
                subject = cast(NamedNode | BlankNode | Triple, rename.term(subject))
            if type(object) is BlankNode or type(object) is Triple:
                object = rename.term(object)
            elif may_hold_xml and type(object) is Literal and object.datatype.value == XML_LITERAL:
                object = Literal(canonical(object.value), datatype=object.datatype)
            if type(graph) is DefaultGraph:
                graph = self.graph
            elif type(graph) is BlankNode:
                if formulas:
                    raise SyntaxError("N3 formulas and rules ({ ... }) are not data; only plain triples can be loaded")
                graph = rename.blank(graph)
            yield Quad(subject, predicate, object, graph)

    def _report(self, bad_iris: Iterable[BadIri]) -> None:
        """Keep the problems of IRIs that are none."""
        bad_iris = list(bad_iris)
        for bad in bad_iris[:MAX_REPORTED_IRIS]:
            what = "language tag" if bad.text.startswith("@") else "IRI"
            instead = _INSTEAD[self.bad_iris if bad.read_as or self.bad_iris == "refuse" else "drop"]
            if what != "IRI" and self.bad_iris == "encode" and bad.read_as:
                instead = f", so it is read as {bad.read_as}"
            self._warn(f"This is not a valid {what}{instead}; correct it.", what, bad.text, bad.line, bad.column)
        if len(bad_iris) > MAX_REPORTED_IRIS:
            self._warn(f"{len(bad_iris) - MAX_REPORTED_IRIS:,} more IRIs are not valid.", "IRI")
        if self._left_out and self.bad_iris != "refuse":
            triples = "1 triple is" if self._left_out == 1 else f"{self._left_out:,} triples are"
            self._warn(f"{triples} left out, because of IRIs that are not valid.", "IRI")

    def _report_unreadable(self, error: SyntaxError) -> None:
        """Keep the problem of an IRI that nothing can be read in place of."""
        problem = self._problem(error)
        self._warn(f"{problem.message} Its statement is left out; correct it.", "IRI", "", problem.line, problem.column)

    def _warn(
        self, message: str, rule: str, value: str = "", line: int | None = None, column: int | None = None
    ) -> None:
        severity: Severity = "violation" if self.bad_iris == "refuse" else "warning"
        self.problems.append(
            Problem(
                message,
                rule=rule,
                value=value,
                file=self.source.name,
                line=line,
                column=column,
                severity=severity,
            )
        )

    def _unknown_context(self, address: str, line: int, column: int) -> Problem:
        return Problem(
            f"The JSON-LD context {address} is not known here, and nothing is fetched. Give a file that holds it: "
            f"--context {address}=FILE.",
            rule="JSON-LD context",
            file=self.source.name,
            line=line,
            column=column,
        )

    def _problem(self, error: SyntaxError) -> Problem:
        message, line, column = error.msg, error.lineno, error.offset
        if line is None and self.source.format == RdfFormat.RDF_XML:
            line, column = self._xml_position()
        line = line or self.line_number[0] or None
        message = message.removeprefix("Parser error").strip()
        if line is not None and message.startswith("at line "):
            message = message.partition(": ")[2]
        if "utf-8" in message.lower():
            message = (
                f"This is not UTF-8; convert the file, for example: `iconv -f latin1 -t utf-8 {self.source.path.name}`"
            )
        if _CONTEXT_ERROR in message:
            message = "A context is brought in with @import, which is not read; put it into the file"
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
            with self.source.path.open("rb", buffering=0) as file, open_text(file) as text:
                parser.ParseFile(text)
        except expat.ExpatError as error:
            return error.lineno, error.offset + 1
        return None, None


def _stream(text: str) -> io.BufferedReader[Any]:
    return io.BufferedReader(cast(Any, io.BytesIO(text.encode())))


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
