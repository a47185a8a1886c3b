"""`/schema.json`: the terms of this graph for writing queries: prefixes, classes, properties, with counts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from clustergraph.describe.axioms import read_vocabulary
from clustergraph.rdf.namespaces import compact
from clustergraph.web.http import responses
from clustergraph.web.http.current import service
from clustergraph.web.http.i18n import LANGUAGES, texts

blueprint = Blueprint("schema", __name__)


@blueprint.get("/schema.json")
def schema() -> Response:
    """Prefixes by name; classes and properties that the graph uses or its ontology names, most used first."""
    snapshot = service().snapshot
    vocabulary = read_vocabulary(service().engine)
    properties = {**vocabulary.sub_properties, **vocabulary.chains, **vocabulary.inverses}
    counts_by_kind = {kind: dict(snapshot.manifest.get(kind, {})) for kind in ("classes", "properties")}
    for iri in vocabulary.names:
        if not any(iri in counts for counts in counts_by_kind.values()):
            is_property = iri in properties or iri.rpartition("/")[2].rpartition("#")[2][:1].islower()
            counts_by_kind["properties" if is_property else "classes"][iri] = 0
    response = jsonify(
        {
            "base": snapshot.base,
            "prefixes": dict(sorted(snapshot.prefixes.items())),
            **{
                kind: [_describe_term(iri, count, vocabulary.names) for iri, count in counts.items()]
                for kind, counts in counts_by_kind.items()
            },
        }
    )
    return responses.set_cache_control(response)


def _describe_term(iri: str, count: int, names: dict[str, dict[str, str]]) -> dict[str, Any]:
    name = compact(iri, service().snapshot.prefixes)
    # Terms that the graph only borrows have no label in it.
    own_labels = {code: label for code in LANGUAGES if (label := texts(code).get(f"term.{name}"))}
    return {"iri": iri, "name": name, "label": names.get(iri) or own_labels, "count": count}
