"""How triples and quads are written: sorted, each once, with the prefixes that they use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from operator import itemgetter
from typing import IO, Any, cast

import pyoxigraph as ox

from clustergraph.rdf import rdfxml, turtle
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.rdf.namespaces import RDF

GRAPHS = {form.name: cast(ox.RdfFormat, ox.RdfFormat.from_media_type(form.media_type)) for form in of_kind("graph")}
"""The engine's formats by the names of ours."""

TYPE = f"<{RDF}type>"
MAX_SHOWN_CHARACTERS = 200
"""How much of a statement a message shows."""
_PIECE_ROWS = 1000


class UnsupportedStatement(ValueError):
    """A format cannot hold a statement. `formats` are the names of those that can."""

    def __init__(self, statement: Any, form: Format, reason: str) -> None:
        line = f"{statement.subject} {statement.predicate} {turtle.TurtleTerms({}).write(statement.object, set())}"
        shown = line if len(line) <= MAX_SHOWN_CHARACTERS else f"{line[:MAX_SHOWN_CHARACTERS]}…"
        others = [other for other in of_kind("graph") if not why_not(statement, other)]
        self.formats = tuple(other.name for other in others)
        names = ", ".join(other.label for other in others)
        super().__init__(f"{form.label} cannot hold {reason}, as in {shown}. Ask for {names} instead.")


def why_not(row: Any, form: Format) -> str:
    """What of a statement a format cannot hold; empty if it can."""
    if form.name == "rdfxml":
        return rdfxml.why_not(row)
    return "triple terms" if form.name == "jsonld" and type(row.object) is ox.Triple else ""


def check(rows: Iterable[Any], form: Format) -> Iterator[Any]:
    """The statements. Raises UnsupportedStatement at the first one that the format cannot hold."""
    for row in rows:
        if reason := why_not(row, form):
            raise UnsupportedStatement(row, form, reason)
        yield row


def write(rows: Iterable[ox.Triple] | Iterable[ox.Quad], form: Format, sink: Any, prefixes: Mapping[str, str]) -> None:
    """Write triples or quads. The same ones are the same bytes, and a subject's statements stand together.

    Raises UnsupportedStatement, before anything is written.
    """
    keyed = sorted(dict(map(_add_sort_key, rows)).items(), key=itemgetter(0))
    write_sorted([row for _, row in keyed], form, sink, prefixes)


def write_sorted(rows: Iterable[Any], form: Format, sink: Any, prefixes: Mapping[str, str]) -> None:
    """Write statements in their order, those of one graph and of one subject after each other.

    A list is written with the prefixes that it uses, and checked before anything is written; of a stream, all prefixes
    are declared.
    """
    is_list = isinstance(rows, list)
    rows = list(check(rows, form)) if is_list else check(rows, form)
    if form.name in ("turtle", "trig"):
        terms, used = turtle.TurtleTerms(prefixes), set[str]()
        pieces = turtle.write_rows(rows, terms, used)
        if is_list:
            body = "".join(pieces)
            pieces = iter((terms.declare(used), body))
        else:
            sink.write(terms.declare(terms.prefixes).encode())
        _write_pieces(pieces, sink)
    elif form.name == "rdfxml":
        _write_pieces(rdfxml.write_rows(rows, prefixes), sink)
    else:
        ox.serialize(rows, cast("IO[bytes]", sink), GRAPHS[form.name])


def _write_pieces(pieces: Iterator[str], sink: Any) -> None:
    while part := "".join(islice(pieces, _PIECE_ROWS)):
        sink.write(part.encode())


def _add_sort_key(row: Any) -> tuple[tuple[str, ...], Any]:
    """What a row is sorted by, and the row: subject, rdf:type first, predicate, object; before all, a quad's graph."""
    predicate = str(row.predicate)
    key = str(row.subject), "" if predicate == TYPE else predicate, str(row.object)
    return (str(row.graph_name), *key) if isinstance(row, ox.Quad) else key, row
