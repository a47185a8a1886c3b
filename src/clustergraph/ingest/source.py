"""One file of the input of a build, and the named graph that it goes into."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from pyoxigraph import RdfFormat

from clustergraph.ingest.text_stream import COMPRESSED_ENDINGS

ONTOLOGY = "ontology"
INFERRED = "inferred"

_IRI_SAFE = "-._~!$&'()*+,;=:@"

Role = Literal["ontology", "data", "shapes"]


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the input. `name` is its path relative to the input, `graph` the short name of its graph.

    `address` is what its relative IRIs resolve against, below the base.
    """

    path: Path
    name: str
    graph: str
    format: RdfFormat
    role: Role
    address: str = ""

    def resolves_against(self, base: str) -> str:
        """The IRI that the file's relative IRIs resolve against, so that `<#me>` of two files is not one thing.

        >>> Source(Path("a b.ttl"), "a b.ttl", "a b", RdfFormat.TURTLE, "data", "a b.ttl").resolves_against("http://h/")
        'http://h/a%20b.ttl'
        """
        return f"{base}{quote(self.address, safe=_IRI_SAFE)}"

    @property
    def compressed(self) -> bool:
        """Whether its name says that it is compressed."""
        return self.path.suffix.lower()[1:] in COMPRESSED_ENDINGS


def graph_iri(base: str, name: str) -> str:
    """The IRI of the graph with the short name `name`.

    >>> graph_iri("https://example.org/", "my data")
    'https://example.org/graph/my%20data'
    """
    return f"{base}graph/{quote(name, safe=f'{_IRI_SAFE}/')}"
