"""`/manifest.json`: what the snapshot is, for a program that asks this service as its engine."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from clustergraph.web.http import responses
from clustergraph.web.http.current import service

blueprint = Blueprint("manifest", __name__)


@blueprint.get("/manifest.json")
def manifest() -> Response:
    """The manifest of the snapshot served now."""
    return responses.set_cache_control(jsonify(service().snapshot.manifest))
