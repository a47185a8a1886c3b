"""Literals of RDF/XML whose content is XML, in the form that the specification asks for.

The parser gives them with all namespaces that are in scope, and with those of their own elements twice. RDF 1.1 XML
Syntax, section 7.2.17, asks for exclusive canonical XML: with the namespaces that are in use, each once.
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import ParseError, canonicalize

from clustergraph.rdf.namespaces import RDF

XML_LITERAL = f"{RDF}XMLLiteral"

_START_TAG = re.compile(r'<([^\s<>/!?="]++)((?:\s++[^\s<>="]++="[^"]*+")*+)\s*+>')
_ATTRIBUTE = re.compile(r'\s++([^\s<>="]++)="[^"]*+"')
_IN_SCOPE = f'="{RDF}"'
"""What stands in each literal that the parser made of elements, whose namespaces include that of RDF."""


def canonical(text: str) -> str:
    """The canonical form of a literal that the parser made; any other literal as it is.

    >>> canonical(f'<b xmlns="urn:x" xmlns:rdf="{RDF}" xmlns="urn:x">x</b>')
    '<b xmlns="urn:x">x</b>'
    >>> canonical('<b xmlns="urn:x" xmlns:a="urn:a"/>')
    '<b xmlns="urn:x" xmlns:a="urn:a"/>'
    """
    if _IN_SCOPE not in text:
        return text
    try:
        return canonicalize(f"<x>{_START_TAG.sub(_drop_repeated, text)}</x>", with_comments=True)[3:-4]
    except (ParseError, ValueError):
        return text  # written by hand, or with a quote in an attribute, which the parser does not escape


def _drop_repeated(tag: re.Match[str]) -> str:
    attributes: dict[str, str] = {}
    for attribute in _ATTRIBUTE.finditer(tag[2]):
        attributes.setdefault(attribute[1], attribute[0])
    return f"<{tag[1]}{''.join(attributes.values())}>"
