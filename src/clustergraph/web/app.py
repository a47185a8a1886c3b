"""The application factory."""

from __future__ import annotations

from dataclasses import replace
from wsgiref.types import WSGIApplication

from flask import Flask, Response, request
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from clustergraph.describe.label_cache import Labels
from clustergraph.web.endpoints import canned_queries, health, metadata, openapi, sparql
from clustergraph.web.endpoints import linked_data as things
from clustergraph.web.http import error_handlers
from clustergraph.web.http.current import service as current
from clustergraph.web.http.headers import EVERYWHERE, EXPOSED, PUBLIC
from clustergraph.web.http.problem import Problem
from clustergraph.web.http.request_engine import RequestEngine
from clustergraph.web.middleware.metrics import Metrics
from clustergraph.web.middleware.response_cache import REFUSED, ResponseCache
from clustergraph.web.pages import about, browse, compare, composed_pages, home, ontology, template_context
from clustergraph.web.service import MIB, Service, open_cache_memory


def create_app(service: Service) -> Flask:
    """The WSGI application that serves `service`; its `wsgi_app` has the hot path in front."""
    app = Flask(__name__)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = service.settings.request_size * MIB
    app.config["MAX_FORM_MEMORY_SIZE"] = service.settings.request_size * MIB
    app.config["TIMEOUT_CEILING"] = max(service.settings.timeout, service.settings.timeout_ceiling)
    engine = RequestEngine(service.engine, service.settings)
    app.extensions["clustergraph"] = replace(service, engine=engine)
    caches = service.caches or open_cache_memory(service.settings)
    service.catalogue.keep_names_in(caches)
    app.extensions["labels"] = Labels(engine, caches)
    app.extensions["metrics"] = metrics = Metrics(service)
    # An IRI may hold two slashes in a row, and means another thing with one.
    app.url_map.merge_slashes = False
    for module in (sparql, canned_queries, browse, compare, about, openapi, health, metadata, ontology, things, home):
        app.register_blueprint(module.blueprint)
    composed_pages.install(app, service.catalogue)
    error_handlers.install(app)
    # What comes after a request runs last to first: flask-cors has its say before what it left out is filled in.
    app.after_request(_complete)
    CORS(app, send_wildcard=True, methods=["GET", "HEAD", "POST"], expose_headers=list(EXPOSED), max_age=86400)
    app.before_request(_refuse)
    template_context.install(app)
    app.extensions["responses"] = responses = ResponseCache(app.wsgi_app, service, metrics, caches)
    # Outermost, so that everything behind it sees the client and the address that the proxies saw.
    app.wsgi_app = behind(service.settings.proxies, responses)  # type: ignore[method-assign,assignment]
    return app


def behind(proxies: int, app: WSGIApplication) -> WSGIApplication:
    """The application as so many trusted proxies in front of it pass requests on."""
    return ProxyFix(app, proxies, proxies, proxies, proxies) if proxies else app


def _refuse() -> None:
    """Make the error of a request that goes no further."""
    if not request.host:
        raise Problem("bad-request", "The Host header is not the name of a host.")
    problem: Problem | None = request.environ.get(REFUSED)
    if problem is not None:
        raise problem


def _complete(response: Response) -> Response:
    for name, default in EVERYWHERE.items():
        response.headers.setdefault(name, default)
    response.headers.setdefault("Snapshot", current().snapshot.name)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = PUBLIC
    return response
