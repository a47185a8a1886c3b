"""The graph for programs: VoID, DCAT-AP, schema.org, Croissant, examples, the manifest, the terms for writing queries.

Sources: Describing Linked Datasets with the VoID Vocabulary, section 6; DCAT-AP 3.0.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify

from clustergraph.describe import croissant, dcat, schema_org, sparql_examples
from clustergraph.describe.axioms import read_vocabulary
from clustergraph.describe.void import dataset_description
from clustergraph.rdf.namespaces import compact
from clustergraph.web.http import descriptions, responses
from clustergraph.web.http.current import absolute_urls, service, urls
from clustergraph.web.http.i18n import LANGUAGES, language, texts

blueprint = Blueprint("descriptions", __name__)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """The VoID description of the graph."""
    response = descriptions.respond(dataset_description)
    response.headers["Link"] = ", ".join(
        (
            f'<{urls().dcat}>; rel="related"',
            f'<{urls().dataset}>; rel="related"; type="application/ld+json"',
            f'<{urls().croissant}>; rel="related"; type="application/ld+json"',
            f'<{urls().sparql_examples}>; rel="related"',
        )
    )
    return response


@blueprint.get("/void")
def void_short() -> Response:
    """Where some clients look for VoID."""
    return responses.redirect(urls().void, 302)


@blueprint.get("/dcat")
def catalog() -> Response:
    """The DCAT-AP description of the graph and its downloads."""
    response = descriptions.respond(dcat.catalog)
    response.headers["Link"] = f'<{urls().void}>; rel="describedby"'
    return response


@blueprint.get("/.well-known/sparql-examples")
def examples() -> Response:
    """The canned queries as examples, for tools of other projects."""
    response = descriptions.respond(lambda engine, urls: sparql_examples.described(engine, service().catalogue, urls))
    response.headers["Link"] = f'<{urls().void}>; rel="describedby", <{urls().queries}>; rel="related"'
    return response


@blueprint.get("/.well-known/croissant.json")
def tables() -> Response:
    """The tables that can be downloaded, as Croissant describes them."""
    document, is_complete = croissant.dataset(service().engine, service().catalogue, absolute_urls())
    body = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type="application/ld+json")
    response.headers["Link"] = f'<{urls().void}>; rel="describedby"'
    if not is_complete:
        response.headers["Cache-Control"] = "no-store"
        return response
    return responses.set_cache_control(response)


@blueprint.get("/dataset.jsonld")
def dataset() -> Response:
    """The graph as schema.org describes datasets, in the language that the client asks for."""
    body = json.dumps(_describe_dataset(), ensure_ascii=False, indent=1) + "\n"
    response = Response(body, content_type="application/ld+json")
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    response.headers["Link"] = f'<{urls().void}>; rel="describedby"'
    return responses.set_cache_control(response)


@blueprint.get("/manifest.json")
def manifest() -> Response:
    """What the snapshot is, for a program that asks this service as its engine."""
    return responses.set_cache_control(jsonify(service().snapshot.manifest))


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


@blueprint.app_context_processor
def _make_template_context() -> dict[str, Any]:
    """`dataset_markup()`: the same for a data block in a page. A `<` in it could end the block, so there is none."""
    return {"dataset_markup": lambda: json.dumps(_describe_dataset(), ensure_ascii=False).replace("<", "\\u003c")}


def _describe_dataset() -> dict[str, Any]:
    return schema_org.dataset(service().engine, absolute_urls(), language())
