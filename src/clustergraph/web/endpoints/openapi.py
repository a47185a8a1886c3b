"""`/openapi.json`: everything this service offers, as OpenAPI 3.1, made from the canned queries themselves."""

from __future__ import annotations

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

HTML = "text/html"


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The OpenAPI document."""
    return responses.kept(jsonify(document()))


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
    if snapshot.metadata("license").startswith("http"):
        info["license"] = {"name": "Licence of the data", "url": snapshot.metadata("license")}
    return {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": absolute_urls().host}],
        "tags": [{"name": name} for name in ("SPARQL", "Queries", "Linked data", "Service")],
        "paths": {
            Urls.sparql: _describe_sparql(),
            Urls.queries: _make_path("queries", "List the canned queries", ("application/json", HTML), "Queries"),
            **{f"{Urls.queries}/{query.name}": {"get": _describe_query(query)} for query in service().catalogue},
            **_describe_things(),
            **_describe_service(),
            **_describe_explorer(),
        },
        "components": {
            "schemas": {"Problem": _describe_problem()},
            "responses": {"Problem": _describe_error()},
        },
    }


def _make_operation(
    name: str, summary: str, contents: dict[str, Any], tag: str, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "responses": {
            "200": {"description": "The answer", "content": contents},
            "default": {"$ref": "#/components/responses/Problem"},
        },
    }
    if parameters:
        operation["parameters"] = parameters
    return operation


def _make_path(
    name: str, summary: str, media_types: tuple[str, ...], tag: str, parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    contents: dict[str, Any] = {media_type: {"schema": {}} for media_type in media_types}
    return {"get": _make_operation(name, summary, contents, tag, parameters)}


def _list_types(*kinds: Kind, html: bool = False) -> dict[str, Any]:
    types = [form.media_type for kind in kinds for form in of_kind(kind)]
    return {media_type: {"schema": {"type": "string"}} for media_type in [*types, *([HTML] if html else [])]}


def _make_parameter(name: str, description: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": required, "schema": schema}


def _offer_formats(kinds: tuple[Kind, ...], html: bool = True) -> dict[str, Any]:
    names = [*(form.name for form in FORMATS if form.kind in kinds), *(["html"] if html else [])]
    return _make_parameter("format", "Format of the answer; overrules Accept.", {"type": "string", "enum": names})


def _list_common(kinds: tuple[Kind, ...]) -> list[dict[str, Any]]:
    ceiling = max(service().settings.timeout, service().settings.timeout_ceiling)
    return [
        _offer_formats(kinds),
        _make_parameter(
            "timeout",
            "Seconds the query may run.",
            {"type": "number", "exclusiveMinimum": 0, "maximum": ceiling, "default": service().settings.timeout},
        ),
    ]


def _describe_sparql() -> dict[str, Any]:
    graphs = {"type": "array", "items": {"type": "string", "format": "iri"}}
    dataset = [
        _make_parameter("default-graph-uri", "Graphs whose merge is the default graph.", graphs),
        _make_parameter("named-graph-uri", "Graphs that GRAPH may name.", graphs),
    ]
    text = {"type": "string", "examples": ["SELECT * { ?s ?p ?o } LIMIT 10"]}
    everything = _list_types("results", "graph", html=True)
    get = _make_operation(
        "sparqlGet",
        "Ask in SPARQL 1.1",
        everything,
        "SPARQL",
        [
            _make_parameter("query", "The query; without one, the answer is the service description.", text),
            *dataset,
            *_list_common(("results", "graph")),
        ],
    )
    post = _make_operation(
        "sparqlPost",
        "Ask in SPARQL 1.1, query in the body",
        everything,
        "SPARQL",
        [*dataset, *_list_common(("results", "graph"))],
    )
    fields = {parameter["name"]: parameter["schema"] for parameter in get["parameters"]}
    form = {"type": "object", "required": ["query"], "properties": fields}
    post["requestBody"] = {
        "required": True,
        "content": {FORM: {"schema": form}, QUERY: {"schema": {"type": "string"}}},
    }
    return {"get": get, "post": post}


def _describe_query(query: CannedQuery) -> dict[str, Any]:
    kind: Kind = "graph" if query.form in ("CONSTRUCT", "DESCRIBE") else "results"
    parameters = [
        *(_describe_parameter(parameter) for parameter in query.parameters),
        *_list_common((kind,)),
    ]
    operation = _make_operation(query.name, str(query.summary), _list_types(kind, html=True), "Queries", parameters)
    return {**operation, "description": str(query.description)}


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    return _make_parameter(
        parameter.name,
        str(parameter.description),
        json_schema.parameter_schema(parameter),
        parameter.is_needed,
    )


def _describe_things() -> dict[str, Any]:
    path = {
        "name": "path",
        "in": "path",
        "required": True,
        "description": "The part of a thing's IRI behind the graph's base; it may hold slashes.",
        "schema": {"type": "string"},
    }
    iri = _make_parameter("iri", "The IRI of a thing.", {"type": "string", "format": "iri"}, required=True)
    seen = {
        "description": "See the page or the data at Location",
        "headers": {"Location": {"schema": {"type": "string"}}},
    }
    follow = _make_operation(
        "thing", "Follow the name of a thing", {}, "Linked data", [path, _offer_formats(("graph",))]
    )
    follow["responses"] = {"303": seen, "default": follow["responses"]["default"]}
    data, form = _list_types("graph"), _offer_formats(("graph",), html=False)
    return {
        f"{Urls.home}{{path}}": {"get": follow},
        Urls.pages: _make_path("pageOfIri", "The page of a thing", (HTML,), "Linked data", [iri]),
        f"{Urls.pages}/{{path}}": _make_path("page", "The page of a thing", (HTML,), "Linked data", [path]),
        Urls.documents: {"get": _make_operation("dataOfIri", "A thing as RDF", data, "Linked data", [iri, form])},
        f"{Urls.documents}/{{path}}": {
            "get": _make_operation("data", "A thing as RDF", data, "Linked data", [path, form])
        },
    }


def _describe_service() -> dict[str, Any]:
    void = _make_operation(
        "void",
        "Describe the graph (VoID)",
        _list_types("graph"),
        "Service",
        [_offer_formats(("graph",), html=False)],
    )
    catalog = _make_operation(
        "dcat",
        "Describe the graph and its downloads (DCAT-AP)",
        _list_types("graph"),
        "Service",
        [_offer_formats(("graph",), False)],
    )
    ontology = _make_operation(
        "ontology",
        "The terms of the graph",
        _list_types("graph", html=True),
        "Linked data",
        [_offer_formats(("graph",))],
    )
    moved = {"description": f"See {Urls.void}", "headers": {"Location": {"schema": {"type": "string"}}}}
    short = _make_operation("voidShort", "Lead to the description of the graph", {}, "Service")
    short["responses"] = {"302": moved, "default": short["responses"]["default"]}
    return {
        Urls.home: _make_path("home", "What this is and what it holds", (HTML,), "Service"),
        Urls.void: {"get": void},
        Urls.void_short: {"get": short},
        Urls.dcat: {"get": catalog},
        Urls.dataset: _make_path(
            "datasetMarkup", "Describe the graph (schema.org)", ("application/ld+json",), "Service"
        ),
        Urls.croissant: _make_path("croissant", "Describe the tables (Croissant)", ("application/ld+json",), "Service"),
        Urls.sparql_examples: {
            "get": _make_operation(
                "sparqlExamples",
                "The canned queries as SPARQL examples (SHACL)",
                _list_types("graph"),
                "SPARQL",
                [_offer_formats(("graph",), False)],
            )
        },
        Urls.ontology: {"get": ontology},
        Urls.ontology_drawing: _make_path(
            "ontologyDrawing", "A drawing of the classes", ("image/svg+xml",), "Linked data"
        ),
        Urls.errors: _make_path("errors", "Every kind of error and what to do about it", (HTML,), "Service"),
        Urls.openapi: _make_path("openapi", "This description", ("application/json",), "Service"),
        Urls.health: _make_path("health", "Whether the process is alive", ("application/json",), "Service"),
        Urls.ready: _make_path("ready", "Whether queries are answered", ("application/json",), "Service"),
        Urls.metrics: _make_path("metrics", "Counts for Prometheus", ("text/plain",), "Service"),
    }


def _describe_explorer() -> dict[str, Any]:
    """The pages that depend on what the canned queries are marked for."""
    paths = {
        Urls.about: _make_path("aboutPage", "Where the graph comes from and how to cite it", (HTML,), "Service"),
        Urls.manifest: _make_path("manifest", "What the snapshot is", ("application/json",), "SPARQL"),
        Urls.schema: _make_path("schemaTerms", "Prefixes, classes and properties", ("application/json",), "SPARQL"),
    }
    query = browsable()
    if query is not None and query.browse is not None:
        iris = {"type": "array", "items": {"type": "string", "format": "iri"}}
        facets = [_make_parameter(facet.name, f"{facet.label}: any of these", iris) for facet in query.browse.facets]
        contents = _list_types("results", "graph", html=True)
        parameters = [*facets, _offer_formats(("results", "graph"))]
        paths[Urls.browse] = {
            "get": _make_operation("browsePage", "Things by facets that combine", contents, "Queries", parameters)
        }
    if any(placement.of == "compare" for query in service().catalogue for placement in query.pages):
        things = {"type": "array", "items": {"type": "string"}, "maxItems": MAX_THINGS}
        parameters = [_make_parameter("thing", "Two to four things, by IRI, short name or label", things)]
        paths[Urls.compare] = _make_path("comparePage", "Things side by side", (HTML,), "Queries", parameters)
    for path, title in composed_pages.pages(service().catalogue).items():
        paths[f"/{path}"] = _make_path(f"site_{path.replace('-', '_')}", str(title), (HTML,), "Queries")
    return paths


def _describe_problem() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Problem details (RFC 9457)",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "enum": [urls().error(slug) for slug in KINDS]},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "advice": {"type": "string"},
            "line": {"type": "integer"},
            "column": {"type": "integer"},
            "parameter": {"type": "string"},
            "allowed": {},
            "limit": {"type": "string"},
            "unit": {"type": "string"},
            "suggestions": {"type": "array", "items": {"type": "string"}},
        },
    }


def _describe_error() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": "What went wrong", "content": {"application/problem+json": {"schema": schema}}}
