"""RDF terms as pages show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clustergraph.describe.urls import link
from clustergraph.rdf.namespaces import XSD, compact
from clustergraph.snapshots.snapshot import Snapshot

PLAIN = (f"{XSD}string", "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString")

WEB = ("https://", "http://")


@dataclass(frozen=True, slots=True)
class Term:
    """A term in words: where it leads to, what a page notes beside it, and what is said inside a blank node."""

    text: str
    href: str = ""
    language: str = ""
    datatype: str = ""
    note: str = ""
    inside: tuple[Any, ...] = ()
    outside: str = ""
    """The address of a page on the web, if the term is one."""


def shown(
    value: Mapping[str, Any],
    snapshot: Snapshot,
    labels: Mapping[str, str] | None = None,
    note: str = "",
    inside: Mapping[str, Any] | None = None,
) -> Term:
    """A term of SPARQL JSON results as a page shows it.

    `labels` name IRIs; `inside` holds what is said of blank nodes, by their labels.
    """
    kind = value["type"]
    if kind == "triple":
        parts = (shown(value["value"][part], snapshot, labels).text for part in ("subject", "predicate", "object"))
        return Term(f"<<( {' '.join(parts)} )>>", note=note)
    text = str(value["value"])
    if kind == "uri":
        name = (labels or {}).get(text) or compact(text, snapshot.prefixes).strip("<>")
        outside = text if text.startswith(WEB) and not text.startswith(snapshot.base) else ""
        return Term(name, link(text, snapshot.base), note=note, outside=outside)
    if kind == "bnode":
        return Term(f"_:{text}", note=note, inside=tuple((inside or {}).get(text, ())))
    datatype = str(value.get("datatype", ""))
    return Term(
        text,
        language=str(value.get("xml:lang", "")),
        datatype="" if datatype in PLAIN else compact(datatype, snapshot.prefixes).strip("<>") if datatype else "",
        note=note,
    )
