"""What a file holds, by how it begins: many endings are wrong, and much that is no RDF has an ending of RDF."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from pyoxigraph import RdfFormat

from clustergraph.ingest.text_stream import COMPRESSED_ENDINGS, UNPACKING_ERRORS, open_text
from clustergraph.rdf.namespaces import OWL, RDF

FORMATS: dict[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "turtle": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "ntriples": RdfFormat.N_TRIPLES,
    "nq": RdfFormat.N_QUADS,
    "nquads": RdfFormat.N_QUADS,
    "trig": RdfFormat.TRIG,
    "rdf": RdfFormat.RDF_XML,
    "rdfs": RdfFormat.RDF_XML,
    "xml": RdfFormat.RDF_XML,
    "owl": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "json": RdfFormat.JSON_LD,
    "n3": RdfFormat.N3,
}
"""File endings and what they mean; each may be followed by one of COMPRESSED_ENDINGS."""
SHARED_ENDINGS = ("xml", "json")
"""Endings that most files have that are no RDF."""

_ROBOT = "convert it first, with ROBOT: `robot convert --input {file} --output {stem}.ttl`"
_RDFLIB = "convert it first, with rdflib: `rdfpipe -i {format} -o {target} {file} > {stem}.{ending}`"
_OWL_XML = f"OWL/XML, which is not RDF; {_ROBOT}"
_FUNCTIONAL = f"OWL in functional syntax, which is not RDF; {_ROBOT}"
_MANCHESTER = f"OWL in Manchester syntax, which is not RDF; {_ROBOT}"
_OBO = f"an ontology in OBO format, which is not RDF; {_ROBOT}"
_TRIX = "TriX; " + _RDFLIB.format(format="trix", target="nquads", file="{file}", stem="{stem}", ending="nq")
_HEXTUPLES = "HexTuples; " + _RDFLIB.format(format="hext", target="nquads", file="{file}", stem="{stem}", ending="nq")
_RDF_JSON = "RDF/JSON; convert it first, with Jena: `riot --output=turtle {file} > {stem}.ttl`"
_HDT = "HDT; convert it first: `hdt2rdf.sh {file} {stem}.nt`"
_ZIP = "a ZIP archive; unpack it first: `unzip {file}`"
_LINES = "JSON-LD with a document on each line; make one document of it: `jq --slurp . {file} > {stem}.jsonld`"
_LFS = "a pointer of Git LFS instead of the data; fetch them: `git lfs pull`"
CONVERTIBLE = {
    "owx": _OWL_XML,
    "ofn": _FUNCTIONAL,
    "omn": _MANCHESTER,
    "obo": _OBO,
    "trix": _TRIX,
    "hext": _HEXTUPLES,
    "rj": _RDF_JSON,
    "hdt": _HDT,
    "ndjsonld": _LINES,
    "jsonldl": _LINES,
}
"""Endings of what is much like RDF and not read, with what it is and what to do."""

_HEAD_BYTES = 1 << 16
_TRIX_NAMESPACE = "http://www.w3.org/2004/03/trix/trix-1/"
_XML = re.compile(r"\s*<(?:\?xml|!|[A-Za-z_][\w.-]*(?::[\w.-]+)?\s+[\w:.-]+\s*=|(?i:html)\b)")
_JSON = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:\{|\]\s*\Z))")
_KEYWORD = re.compile(r'"@(?:context|id|type|graph|value|set|list|reverse|included)"\s*:')
_COMMENTS = re.compile(r"(?:\s|#[^\n]*)*+")
_NOT_CODE = re.compile(
    r'\\.|"""(?:[^"\\]|\\.|"{1,2}(?!"))*+"""|"(?:[^"\\\n]|\\.)*+"|\'(?:[^\'\\\n]|\\.)*+\'|<[^<>\s]*+>|#[^\n]*+',
    re.DOTALL,
)
_TURTLE = re.compile(r"(?:@prefix|@base|@version|prefix|base|version)\s", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?:<[^<>\s\"{}]*+>|_:[\w.-]++|\[|\(|[\w.-]*+:[\w.%-]*+)\s*+(?:[\w.-]*+:\w|<[^<>\s\"{}]*+>|a\s|\])"
)
_QUAD = re.compile(
    r'(?:<[^<>\s]*+>|_:\S++)\s++<[^<>\s]*+>\s++(?:<[^<>\s]*+>|_:\S++|"(?:[^"\\\n]|\\.)*+"\S*+)\s++(?:<[^<>\s]*+>|_:\S++)\s*+\.'
)
_GRAPH = re.compile(r"(?:\A|[ }])(?:<>|[\w.-]*+:[\w.-]*+)? ?\{")
_FUNCTIONAL_START = re.compile(r"(?:Prefix|Ontology)\s*\(")
_MANCHESTER_START = re.compile(r"(?:Prefix|Ontology|Class|ObjectProperty|AnnotationProperty)\s*:\s")


@dataclass(frozen=True, slots=True)
class Content:
    """The format of a file, None for what is not read, and what is to be said about it."""

    format: RdfFormat | None
    note: str = ""
    is_like_rdf: bool = False
    """Whether it is no RDF, and a tool makes RDF of it."""


def ending_of(name: str) -> str:
    """The ending of a file's name that says its format, in small letters.

    >>> ending_of("a/b.TTL.gz"), ending_of("README")
    ('ttl', '')
    """
    stem, dot, ending = name.rpartition("/")[2].lower().rpartition(".")
    if dot and ending in COMPRESSED_ENDINGS and "." in stem:
        ending = stem.rpartition(".")[2]
    return ending if dot else ""


def stem_of(name: str) -> str:
    """A file's name without its endings.

    >>> stem_of("a/b.c.ttl.gz")
    'b.c'
    """
    path = Path(name)
    return Path(path.stem).stem if path.suffix.lower()[1:] in COMPRESSED_ENDINGS else path.stem


def recognise(path: Path) -> Content:
    """What a file holds. What cannot be read or unpacked is what its ending says; the parser reports what is wrong."""
    ending = ending_of(path.name)
    expected = FORMATS.get(ending)
    if ending in CONVERTIBLE:
        return _no_rdf(path, CONVERTIBLE[ending])
    try:
        with path.open("rb", buffering=0) as file, open_text(file) as text_stream:
            head = text_stream.read(_HEAD_BYTES)
    except (OSError, LookupError, ValueError, *UNPACKING_ERRORS):
        return Content(expected, "")
    if not head.strip():
        # Nothing is valid in these formats, and the parsers of others refuse it.
        return Content(expected if expected in _LIKE_TURTLE else RdfFormat.N_TRIPLES)
    if head.startswith(b"PK\x03\x04"):
        return _no_rdf(path, _ZIP)
    if b"\0" in head:
        return _no_rdf(path, "no text")
    text = head.decode("utf-8", errors="replace")
    if text.startswith("version https://git-lfs."):
        return _no_rdf(path, _LFS)
    if _XML.match(text):
        content = _recognise_xml(path, head, expected)
    elif _JSON.match(text):
        content = _recognise_json(path, text, ending)
    else:
        content = _recognise_text(path, text, expected)
    if content.format is None or content.format == expected or expected is None:
        return content
    names = f"The ending says {expected.name}, and the file holds {content.format.name}"
    return Content(content.format, f"{names}. Rename it to end in .{content.format.file_extension}.")


_LIKE_TURTLE = (RdfFormat.TURTLE, RdfFormat.TRIG, RdfFormat.N3, RdfFormat.N_TRIPLES, RdfFormat.N_QUADS)


def _no_rdf(path: Path, what: str) -> Content:
    file = path.name if re.fullmatch(r"[\w.+-]+", path.name) else f"'{path.name}'"
    stem = stem_of(path.name) if file == path.name else "out"
    note = f"This is {what}.".replace("{file}", file).replace("{stem}", stem)
    return Content(None, note, is_like_rdf=what in CONVERTIBLE.values())


def _recognise_xml(path: Path, head: bytes, expected: RdfFormat | None) -> Content:
    root, attributes = _root_element(head)
    namespace, _, name = root.rpartition(" ")
    has_rdf_attributes = any(attribute.startswith(f"{RDF} ") for attribute in attributes)
    if root == f"{OWL} Ontology" and not has_rdf_attributes:
        return _no_rdf(path, _OWL_XML)
    if namespace == _TRIX_NAMESPACE:
        return _no_rdf(path, _TRIX)
    if namespace == RDF or has_rdf_attributes:
        return Content(RdfFormat.RDF_XML)
    if name.lower() == "html" or re.match(rb"(?i)\s*<(?:!doctype\s+)?html\b", head):
        return _no_rdf(path, "a page in HTML; RDF in pages is not read")
    if (not root and (ending_of(path.name) != "xml" or b"rdf:RDF" in head)) or (
        namespace and expected == RdfFormat.RDF_XML and ending_of(path.name) not in SHARED_ENDINGS
    ):
        return Content(RdfFormat.RDF_XML)  # a thing may stand alone; else the parser says what is wrong
    return _no_rdf(path, f"XML with the root element <{name}>, which is not RDF" if root else "XML without an element")


def _root_element(head: bytes) -> tuple[str, list[str]]:
    """The name of the first element, after its namespace and a blank, and its attributes; `""` where there is none."""
    elements: list[tuple[str, list[str]]] = []

    def start(name: str, attributes: list[str]) -> None:
        elements.append((name, attributes[::2]))

    parser = expat.ParserCreate("utf-8", " ")
    parser.ordered_attributes = True
    parser.StartElementHandler = start
    with suppress(expat.ExpatError):
        parser.Parse(head)
    return elements[0] if elements else ("", [])


def _recognise_json(path: Path, text: str, ending: str) -> Content:
    if _KEYWORD.search(text) or ending == "jsonld":
        return Content(RdfFormat.JSON_LD)
    with suppress(ValueError, AttributeError, IndexError, TypeError):
        (first, *_) = json.loads(text).values()
        if "type" in next(iter(first.values()), [""])[0]:
            return _no_rdf(path, _RDF_JSON)
    return _no_rdf(path, "JSON without a keyword of JSON-LD such as @context or @id")


def _recognise_text(path: Path, text: str, expected: RdfFormat | None) -> Content:
    comments = _COMMENTS.match(text)
    start = comments.end() if comments else 0
    if _FUNCTIONAL_START.match(text, start):
        return _no_rdf(path, _FUNCTIONAL)
    if _MANCHESTER_START.match(text, start):
        return _no_rdf(path, _MANCHESTER)
    if text.startswith("format-version:"):
        return _no_rdf(path, _OBO)
    if _QUAD.match(text, start):
        return Content(RdfFormat.N_QUADS)
    if expected in (RdfFormat.N3, RdfFormat.TRIG):
        return Content(expected)
    if expected in (RdfFormat.N_QUADS, RdfFormat.N_TRIPLES) and not _TURTLE.match(text, start):
        return Content(expected)
    is_turtle = _TURTLE.match(text, start) or _STATEMENT.match(text, start)
    if not is_turtle and (expected is None or ending_of(path.name) in SHARED_ENDINGS):
        return _no_rdf(path, "nothing that is known as RDF")
    code = _NOT_CODE.sub(lambda match: "<>" if match[0].startswith("<") else " ", text[start:])
    if _GRAPH.search(" ".join(code.split())):
        return Content(RdfFormat.TRIG)
    return Content(RdfFormat.TURTLE if is_turtle or expected is None else expected)
