"""Which formats may not hold all statements of a graph."""

from __future__ import annotations

import re
from collections.abc import Iterable

from clustergraph.rdf.rdfxml import element_name

_NOT_IN_XML = re.compile(rb"\\u(?:00(?:0[0-8BbCcEeFf]|1[0-9A-Fa-f])|[Ff]{3}[EeFf])")
"""An escape of N-Quads for a character that XML does not have."""
_DIRECTION = re.compile(rb'"@[A-Za-z0-9-]{1,100}--')


class FormatDoubts:
    """Finds such formats in lines of N-Quads. It may doubt one without need, but misses none.

    >>> doubts = FormatDoubts(["http://example.org/123"])
    >>> doubts.inspect(b'<urn:a> <urn:b> <<( <urn:a> <urn:b> "c" )>> .')
    >>> sorted(doubts.formats)
    ['jsonld', 'rdfxml']
    """

    def __init__(self, properties: Iterable[str]) -> None:
        self.formats = set() if all(map(element_name, properties)) else {"rdfxml"}

    def inspect(self, lines: bytes) -> None:
        """Look through some lines."""
        if b"<<(" in lines:
            self.formats |= {"jsonld", "rdfxml"}
        if "rdfxml" not in self.formats and (_NOT_IN_XML.search(lines) or _DIRECTION.search(lines)):
            self.formats.add("rdfxml")
