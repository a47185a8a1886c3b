"""RDF/XML, one element for each statement, and what it cannot hold.

Source: RDF 1.1 XML Syntax; XML 1.0, section 2.2; Namespaces in XML 1.0, section 4. RDF/XML of version 1.2, which has
triple terms and base directions, is read by hardly any parser yet, and is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from clustergraph.rdf.namespaces import RDF, XSD
from clustergraph.text_cache import remembers_short

NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""A character that XML does not have, not even escaped."""

MAX_NAME_CHARACTERS = 200
"""How long a local name may be. Of a longer one, its end is taken."""

_RESERVED = frozenset(
    f"{RDF}{name}"
    for name in (
        *("RDF", "ID", "about", "parseType", "resource", "nodeID", "datatype", "Description", "li"),
        *("aboutEach", "aboutEachPrefix", "bagID"),
    )
)
_NO_NAMESPACES = ("http://www.w3.org/2000/xmlns/", "http://www.w3.org/XML/1998/namespace")
_PREFIX = re.compile(r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9_.-]*")
_ASCII_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_STRING = f"{XSD}string"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_RETURN = {"\r": "&#13;"}
"""A parser of XML makes a line feed of a carriage return that is not escaped."""


def why_not(row: Any) -> str:
    """What of a statement RDF/XML cannot hold; empty if it can."""
    object = row.object
    if type(object) is ox.Triple:
        return "triple terms"
    if not element_name(row.predicate.value):
        return "a property whose IRI does not end in a name of XML"
    if type(object) is ox.Literal:
        if object.direction is not None:
            return "base directions"
        if character := NOT_IN_XML.search(object.value):
            return f"the character U+{ord(character[0]):04X}"
    return ""


@remembers_short
def element_name(iri: str) -> tuple[str, str] | None:
    """The IRI of a property as a namespace and a local name; None where no element can have it."""
    if iri in _RESERVED:
        return None
    start, least = len(iri), max(1, len(iri) - MAX_NAME_CHARACTERS)
    while start > least and (iri[start - 1].isalnum() or iri[start - 1] in "_.-" or ord(iri[start - 1]) > 127):
        start -= 1
    for at in range(start, len(iri)):
        if _is_name(iri[at:]):
            return None if iri[:at] in _NO_NAMESPACES else (iri[:at], iri[at:])
    return None


def _is_name(text: str) -> bool:
    if _ASCII_NAME.fullmatch(text):
        return True
    if text.isascii():
        return False
    try:
        expat.ParserCreate().Parse(f"<{text}/>", True)
    except expat.ExpatError:
        return False
    return True


def write_rows(rows: Iterable[Any], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Triples as RDF/XML, which can hold all of them (see `why_not`). Those of one subject are to follow each other."""
    declared = {"rdf": RDF} | {
        prefix: namespace
        for prefix, namespace in sorted(prefixes.items())
        if prefix != "rdf" and namespace not in ("", RDF, *_NO_NAMESPACES) and _PREFIX.fullmatch(prefix)
    }
    prefix_by_namespace = {namespace: prefix for prefix, namespace in reversed(declared.items())}
    namespaces = "".join(f" xmlns:{prefix}={_quote(namespace)}" for prefix, namespace in declared.items())
    yield f"{_HEAD}<rdf:RDF{namespaces}>\n"
    subject: Any = None
    for row in rows:
        if row.subject != subject:
            if subject is not None:
                yield "\t</rdf:Description>\n"
            subject = row.subject
            yield f"\t<rdf:Description {_refer(subject, 'about')}>\n"
        name = element_name(row.predicate.value)
        assert name is not None
        namespace, local = name
        prefix = prefix_by_namespace.get(namespace)
        tag = f"{prefix}:{local}" if prefix else local
        attributes = "" if prefix else f" xmlns={_quote(namespace)}"
        object = row.object
        if type(object) is not ox.Literal:
            yield f"\t\t<{tag}{attributes} {_refer(object, 'resource')}/>\n"
            continue
        if object.language:
            attributes += f" xml:lang={_quote(object.language)}"
        elif object.datatype.value != _STRING:
            attributes += f" rdf:datatype={_quote(object.datatype.value)}"
        yield f"\t\t<{tag}{attributes}>{escape(object.value, _RETURN)}</{tag}>\n"
    if subject is not None:
        yield "\t</rdf:Description>\n"
    yield "</rdf:RDF>\n"


def _refer(node: Any, attribute: str) -> str:
    if type(node) is ox.BlankNode:
        # A name of XML begins with no digit, as labels that the engine makes may.
        return f"rdf:nodeID={_quote(node.value if node.value[0].isalpha() else f'_{node.value}')}"
    return f"rdf:{attribute}={_quote(node.value)}"


@remembers_short
def _quote(text: str) -> str:
    return quoteattr(text)
