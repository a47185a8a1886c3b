"""The service and its graph for programs: Service Description, VoID, DCAT-AP, schema.org, Croissant, examples.

Sources: SPARQL 1.1 Service Description; Describing Linked Datasets with the VoID Vocabulary, section 6; DCAT-AP 3.0.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response

from clustergraph.describe import croissant, dcat, schema_org, sparql_examples
from clustergraph.describe.void import dataset_description
from clustergraph.web.http import descriptions, responses
from clustergraph.web.http.current import absolute_urls, service, urls
from clustergraph.web.http.i18n import language

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


@blueprint.app_context_processor
def _make_template_context() -> dict[str, Any]:
    """`dataset_markup()`: the same for a data block in a page. A `<` in it could end the block, so there is none."""
    return {"dataset_markup": lambda: json.dumps(_describe_dataset(), ensure_ascii=False).replace("<", "\\u003c")}


def _describe_dataset() -> dict[str, Any]:
    return schema_org.dataset(service().engine, absolute_urls(), language())
