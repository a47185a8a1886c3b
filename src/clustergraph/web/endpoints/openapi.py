"""`/openapi.json`: everything this service offers, as OpenAPI 3.1, made from the canned queries themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify

from clustergraph import __version__
from clustergraph.catalogue import CannedQuery, Parameter, json_schema
from clustergraph.describe.urls import Urls
from clustergraph.rdf.formats import FORMATS, Kind, of_kind
from clustergraph.web.endpoints.sparql import FORM, QUERY
from clustergraph.web.http import responses
from clustergraph.web.http.current import absolute_urls, service, urls
from clustergraph.web.http.problem import KINDS
from clustergraph.web.pages import composed_pages
from clustergraph.web.pages.browse import browsable
from clustergraph.web.pages.compare import MAX_THINGS

blueprint = Blueprint("openapi", __name__)

HTML, JSON, JSON_LD = "text/html", "application/json", "application/ld+json"
PROBLEM = "application/problem+json"

Parameters = list[dict[str, Any]]


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI document."""
    return responses.set_cache_control(jsonify(document()))


def document() -> dict[str, Any]:
    """The OpenAPI document as data."""
    snapshot = service().snapshot
    info: dict[str, Any] = {
        "title": snapshot.title(),
        "version": snapshot.name,
        "summary": f"SPARQL, canned queries and linked data, served by ClusterGraph {__version__}",
    }
    if snapshot.metadata("description"):
        info["description"] = snapshot.metadata("description")
    if snapshot.licence_url:
        info["license"] = {"name": "Licence of the data", "url": snapshot.licence_url}
    problem = {"$ref": "#/components/schemas/Problem"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": absolute_urls().host}],
        "tags": [{"name": name} for name in ("SPARQL", "Queries", "Linked data", "Service")],
        "paths": {
            Urls.sparql: _describe_sparql(),
            Urls.queries: _get("queries", "List the canned queries", "Queries", (JSON, HTML)),
            **{f"{Urls.queries}/{query.name}": {"get": _describe_query(query)} for query in service().catalogue},
            **_describe_things(),
            **_describe_service(),
            **_describe_explorer(),
        },
        "components": {
            "schemas": {"Problem": _describe_problem()},
            "responses": {"Problem": {"description": "What went wrong", "content": {PROBLEM: {"schema": problem}}}},
        },
    }


def _make_operation(
    name: str, summary: str, tag: str, media_types: Iterable[str], parameters: Parameters
) -> dict[str, Any]:
    contents = {kind: {"schema": {} if "json" in kind else {"type": "string"}} for kind in media_types}
    return {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {
            "200": {"description": "The answer", "content": contents},
            "default": {"$ref": "#/components/responses/Problem"},
        },
        **({"parameters": parameters} if parameters else {}),
    }


def _get(
    name: str, summary: str, tag: str, media_types: Iterable[str], parameters: Parameters | None = None
) -> dict[str, Any]:
    return {"get": _make_operation(name, summary, tag, media_types, parameters or [])}


def _lead_on(
    name: str, summary: str, tag: str, status: str, where: str, parameters: Parameters | None = None
) -> dict[str, Any]:
    """A path that leads to another address."""
    operation = _make_operation(name, summary, tag, (), parameters or [])
    location = {"description": f"See {where}", "headers": {"Location": {"schema": {"type": "string"}}}}
    operation["responses"] = {status: location, "default": operation["responses"]["default"]}
    return {"get": operation}


def _list_types(*kinds: Kind, html: bool = False) -> list[str]:
    return [*(form.media_type for kind in kinds for form in of_kind(kind)), *([HTML] if html else [])]


def _make_parameter(name: str, description: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}


def _offer_formats(kinds: tuple[Kind, ...], html: bool = True) -> dict[str, Any]:
    names = [*(form.name for form in FORMATS if form.kind in kinds), *(["html"] if html else [])]
    return _make_parameter("format", "Format of the answer; overrules Accept.", {"type": "string", "enum": names})


def _list_common(kinds: tuple[Kind, ...]) -> Parameters:
    usual, ceiling = service().settings.timeout, max(service().settings.timeout, service().settings.timeout_ceiling)
    seconds = {"type": "number", "exclusiveMinimum": 0, "maximum": ceiling, "default": usual}
    return [_offer_formats(kinds), _make_parameter("timeout", "Seconds the query may run.", seconds)]


def _describe_sparql() -> dict[str, Any]:
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}}
    options = [
        _make_parameter("default-graph-uri", "Graphs whose merge is the default graph.", graphs),
        _make_parameter("named-graph-uri", "Graphs that GRAPH may name.", graphs),
        *_list_common(("results", "graph")),
    ]
    schema = {"type": "string", "examples": ["SELECT * { ?s ?p ?o } LIMIT 10"]}
    text = _make_parameter("query", "The query; without one, the answer is the service description.", schema)
    types = _list_types("results", "graph", html=True)
    post = _make_operation("sparqlPost", "Ask in SPARQL 1.1, query in the body", "SPARQL", types, options)
    fields = {parameter["name"]: parameter["schema"] for parameter in (text, *options)}
    form = {"type": "object", "required": ["query"], "properties": fields}
    contents = {FORM: {"schema": form}, QUERY: {"schema": {"type": "string"}}}
    post["requestBody"] = {"required": True, "content": contents}
    return {**_get("sparqlGet", "Ask in SPARQL 1.1", "SPARQL", types, [text, *options]), "post": post}


def _describe_query(query: CannedQuery) -> dict[str, Any]:
    kind: Kind = "graph" if query.form in ("CONSTRUCT", "DESCRIBE") else "results"
    parameters = [*map(_describe_parameter, query.parameters), *_list_common((kind,))]
    types = _list_types(kind, html=True)
    operation = _make_operation(query.name, str(query.summary), "Queries", types, parameters)
    return {**operation, "description": str(query.description)}


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    schema = json_schema.parameter_schema(parameter)
    return _make_parameter(parameter.name, str(parameter.description), schema, parameter.is_needed)


def _describe_things() -> dict[str, Any]:
    path = {
        "name": "path",
        "in": "path",
        "required": True,
        "description": "The part of a thing's IRI behind the graph's base; it may hold slashes.",
        "schema": {"type": "string"},
    }
    iri = _make_parameter("iri", "The IRI of a thing.", {"type": "string", "format": "iri"}, required=True)
    tag, form = "Linked data", _offer_formats(("graph",), html=False)
    follow = [path, _offer_formats(("graph",))]
    where = "the page or the data at Location"
    return {
        f"{Urls.home}{{path}}": _lead_on("thing", "Follow the name of a thing", tag, "303", where, follow),
        Urls.pages: _get("pageOfIri", "The page of a thing", tag, (HTML,), [iri]),
        f"{Urls.pages}/{{path}}": _get("page", "The page of a thing", tag, (HTML,), [path]),
        Urls.documents: _get("dataOfIri", "A thing as RDF", tag, _list_types("graph"), [iri, form]),
        f"{Urls.documents}/{{path}}": _get("data", "A thing as RDF", tag, _list_types("graph"), [path, form]),
    }


def _describe_service() -> dict[str, Any]:
    tag, graph, form = "Service", _list_types("graph"), [_offer_formats(("graph",), html=False)]
    pages, form_or_page = _list_types("graph", html=True), [_offer_formats(("graph",))]
    examples = "The canned queries as SPARQL examples (SHACL)"
    return {
        Urls.home: _get("home", "What this is and what it holds", tag, (HTML,)),
        Urls.void: _get("void", "Describe the graph (VoID)", tag, graph, form),
        Urls.void_short: _lead_on("voidShort", "Lead to the description of the graph", tag, "302", Urls.void),
        Urls.dcat: _get("dcat", "Describe the graph and its downloads (DCAT-AP)", tag, graph, form),
        Urls.dataset: _get("datasetMarkup", "Describe the graph (schema.org)", tag, (JSON_LD,)),
        Urls.croissant: _get("croissant", "Describe the tables (Croissant)", tag, (JSON_LD,)),
        Urls.sparql_examples: _get("sparqlExamples", examples, "SPARQL", graph, form),
        Urls.ontology: _get("ontology", "The terms of the graph", "Linked data", pages, form_or_page),
        Urls.ontology_drawing: _get("ontologyDrawing", "A drawing of the classes", "Linked data", ("image/svg+xml",)),
        Urls.errors: _get("errors", "Every kind of error and what to do about it", tag, (HTML,)),
        Urls.openapi: _get("openapi", "This description", tag, (JSON,)),
        Urls.health: _get("health", "Whether the process is alive", tag, (JSON,)),
        Urls.ready: _get("ready", "Whether queries are answered", tag, (JSON,)),
        Urls.metrics: _get("metrics", "Counts for Prometheus", tag, ("text/plain",)),
    }


def _describe_explorer() -> dict[str, Any]:
    """The pages that depend on what the canned queries are marked for."""
    paths = {
        Urls.about: _get("aboutPage", "Where the graph comes from and how to cite it", "Service", (HTML,)),
        Urls.manifest: _get("manifest", "What the snapshot is", "SPARQL", (JSON,)),
        Urls.schema: _get("schemaTerms", "Prefixes, classes and properties", "SPARQL", (JSON,)),
    }
    query = browsable()
    if query is not None and query.browse is not None:
        iris = {"type": "array", "items": {"type": "string", "format": "iri"}}
        facets = [_make_parameter(facet.name, f"{facet.label}: any of these", iris) for facet in query.browse.facets]
        types, parameters = _list_types("results", "graph", html=True), [*facets, _offer_formats(("results", "graph"))]
        paths[Urls.browse] = _get("browsePage", "Things by facets that combine", "Queries", types, parameters)
    if any(placement.of == "compare" for query in service().catalogue for placement in query.pages):
        things = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_THINGS}
        parameters = [_make_parameter("thing", "Two to four things, by IRI, short name or label", things)]
        paths[Urls.compare] = _get("comparePage", "Things side by side", "Queries", (HTML,), parameters)
    for path, title in composed_pages.pages(service().catalogue).items():
        paths[f"/{path}"] = _get(f"site_{path.replace('-', '_')}", str(title), "Queries", (HTML,))
    return paths


def _describe_problem() -> dict[str, Any]:
    text, number = {"type": "string"}, {"type": "integer"}
    return {
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {**text, "enum": [urls().error(slug) for slug in KINDS]},
            **dict.fromkeys(("title", "detail", "advice", "parameter", "limit", "unit"), text),
            **dict.fromkeys(("status", "line", "column"), number),
            "allowed": {},
            "suggestions": {"type": "array", "items": text},
        },
    }
