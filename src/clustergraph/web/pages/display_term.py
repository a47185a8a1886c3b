"""RDF terms as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clustergraph.rdf import python_values
from clustergraph.rdf.namespaces import RDF, compact
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.http.current import page_urls

PLAIN = (None, f"{RDF}langString")

WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Term:
    """A term in words: its link, the note beside it, and the statements about a blank node or the items of a list."""

    text: str
    href: str = ""
    language: str = ""
    datatype: str = ""
    note: str = ""
    inside: tuple[Any, ...] = ()
    items: tuple[Term, ...] = ()
    outside: str = ""
    """The address of a page on the web, if the term is one."""


def show_term(
    value: python_values.Term,
    snapshot: Snapshot,
    labels: Mapping[str, str] | None = None,
    note: str = "",
    inside: Mapping[str, Term] | None = None,
) -> Term:
    """A term as a page shows it.

    `labels` name IRIs; `inside` holds what to show for blank nodes, by their labels.
    """
    text = value.text
    if value.kind == "triple":
        return Term(f"<<( {' '.join(show_term(part, snapshot, labels).text for part in value.parts)} )>>", note=note)
    if value.kind == "uri":
        name = (labels or {}).get(text) or compact(text, snapshot.prefixes).strip("<>")
        outside = text if text.startswith(WEB) and not text.startswith(snapshot.base) else ""
        return Term(name, page_urls().thing(text), note=note, outside=outside)
    if value.kind == "bnode":
        return (inside or {}).get(text) or Term(f"_:{text}", note=note)
    datatype = compact(value.datatype, snapshot.prefixes).strip("<>") if value.datatype not in PLAIN else ""
    return Term(text, language=value.language or "", datatype=datatype, note=note)


def show_iri(iri: str, snapshot: Snapshot, labels: Mapping[str, str]) -> Term:
    """The same for an IRI."""
    return show_term(python_values.Term("uri", iri), snapshot, labels)
