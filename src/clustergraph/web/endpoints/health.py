"""`/health`, `/ready`, `/metrics`: for the operators of the service."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from clustergraph.messages import message
from clustergraph.sparql.errors import EngineError
from clustergraph.web.http.current import service
from clustergraph.web.http.problem import Problem

blueprint = Blueprint("operations", __name__)


@blueprint.get("/health")
def health() -> Response:
    """Whether the process is alive."""
    return _forbid_caching(jsonify(status="alive"))


@blueprint.get("/ready")
def ready() -> Response:
    """Whether queries are answered, past every cache, and from which snapshot."""
    try:
        warning = service().engine.probe()
    except EngineError as error:
        raise Problem("unavailable", message("Queries are not answered: {error}", error=error)) from error
    snapshot = service().snapshot
    return _forbid_caching(
        jsonify(
            status="ready",
            snapshot=snapshot.name,
            built=snapshot.manifest.get("built"),
            queries=len(service().catalogue),
            **({"warning": warning} if warning else {}),
        )
    )


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus."""
    return _forbid_caching(Response(current_app.extensions["metrics"].text(), content_type=CONTENT_TYPE_LATEST))


def _forbid_caching(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
