"""How triples and quads are written: sorted, each once, with the prefixes that they use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import IO, Any, cast

import pyoxigraph as ox

from clustergraph.rdf.formats import Format, of_kind
from clustergraph.rdf.namespaces import RDF

GRAPHS = {form.name: cast(ox.RdfFormat, ox.RdfFormat.from_media_type(form.media_type)) for form in of_kind("graph")}
"""The engine's formats by the names of ours."""

TYPE = f"<{RDF}type>"

_PREFIXED = ("turtle", "trig", "rdfxml")
_DIRECTORY = re.compile("<[^<>]*[/#:]")


def write(rows: Iterable[ox.Triple] | Iterable[ox.Quad], form: Format, sink: Any, prefixes: Mapping[str, str]) -> None:
    """Write triples or quads. The same ones are the same bytes, and a subject's statements stand together."""
    keyed = sorted(dict(map(_add_sort_key, rows)).items(), key=itemgetter(0))
    use = {}
    if form.name in _PREFIXED:
        use = used(prefixes, "".join({word for key, _ in keyed for word in key}))
    written = cast("list[ox.Triple]", [row for _, row in keyed])  # or all of them are quads
    ox.serialize(written, cast("IO[bytes]", sink), GRAPHS[form.name], prefixes=use)


def used(prefixes: Mapping[str, str], terms: str) -> dict[str, str]:
    """The prefixes whose namespaces an IRI of these terms, as N-Triples writes them, begins with."""
    # Few directories hold all IRIs, so most namespaces are looked for in far less than all the terms.
    directories = "".join(set(_DIRECTORY.findall(terms)))
    return {
        prefix: namespace
        for prefix, namespace in prefixes.items()
        if f"<{namespace}" in (directories if namespace[-1:] in ("/", "#", ":") else terms)
    }


def _add_sort_key(row: Any) -> tuple[tuple[str, ...], Any]:
    """What a row is sorted by, and the row: subject, rdf:type first, predicate, object; before all, a quad's graph."""
    predicate = str(row.predicate)
    key = str(row.subject), "" if predicate == TYPE else predicate, str(row.object)
    return (str(row.graph_name), *key) if isinstance(row, ox.Quad) else key, row
