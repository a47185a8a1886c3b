"""What a CONSTRUCT or DESCRIBE query gives in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rdflib

from clustergraph.library.dataframes import DataFrameMixin
from clustergraph.library.notebook_display import html_table
from clustergraph.rdf.table import Table

if TYPE_CHECKING:
    import networkx

MAX_STATEMENTS_SHOWN = 50
"""How many statements the HTML form shows."""
COLUMNS = ("subject", "predicate", "object")


class Triples(DataFrameMixin, rdflib.Graph):
    """An `rdflib.Graph` that also turns into data frames and networks.

    A frame has the columns `subject`, `predicate` and `object` and the statements in order.

    >>> triples = Triples().parse(data="<urn:a> <urn:knows> <urn:b> . <urn:a> <urn:age> 7 .")
    >>> triples.to_pandas().object.to_list()
    ['7', 'urn:b']
    """

    warnings: tuple[str, ...] = ()
    """Where these may not be the triples that the standard has for the query, in sentences."""

    def to_networkx(self, language: str = "en") -> networkx.MultiDiGraph[str]:
        """The things and what ties them, as a network.

        A node is the IRI of a thing as a str. Its attributes are `label`, in `language` or the next best that the
        triples have; `class`, the label of its class; and for each property with a literal its value, by prefixed name:
        a number, truth value or text, and a text with all of them where there are several. An edge is a statement
        between two things; its key is the IRI of the property, and it has a `label`. Statements of types become the
        attribute and no edge. Any format of networkx (GraphML, GEXF, ...) can hold the network.

        Raises ImportError if networkx is not installed.

        >>> triples = Triples().parse(data="<urn:a> <urn:knows> <urn:b> . <urn:a> <urn:age> 7 .")
        >>> triples.to_networkx().nodes(data=True)
        NodeDataView({'urn:a': {'label': 'urn:a', 'urn:age': 7}, 'urn:b': {'label': 'urn:b'}})
        """
        from clustergraph.library.networks import of_triples

        return of_triples(self, self._read_prefixes(), language)

    def _read_prefixes(self) -> dict[str, str]:
        return {prefix: str(namespace) for prefix, namespace in self.namespaces()}

    def _as_table(self) -> Table:
        return Table.of_values(COLUMNS, sorted(self))

    def _repr_html_(self) -> str:
        rows: list[Any] = sorted(self)[:MAX_STATEMENTS_SHOWN]
        note = f", the first {MAX_STATEMENTS_SHOWN} shown" if len(self) > MAX_STATEMENTS_SHOWN else ""
        return html_table(COLUMNS, rows, self._read_prefixes(), f"{len(self):,} statements{note}")
