"""`/manifest.json`: what the snapshot is, for a program that asks this service as its engine."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from clustergraph.web import answers
from clustergraph.web.service import service

blueprint = Blueprint("manifest", __name__)


@blueprint.get("/manifest.json")
def manifest() -> Response:
    """The manifest of the snapshot served now."""
    return answers.kept(jsonify(service().snapshot.manifest))
