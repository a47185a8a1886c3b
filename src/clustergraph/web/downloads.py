"""Whole graphs to take along: each named graph and all of them, in every format."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, request

from clustergraph.engine.base import Answer
from clustergraph.engine.errors import ResultTooLarge
from clustergraph.engine.formats import Format
from clustergraph.naming import short_name
from clustergraph.snapshot import Snapshot
from clustergraph.web import answers, documents, fields
from clustergraph.web.errors import Problem
from clustergraph.web.negotiation import choose
from clustergraph.web.service import service

FIELD = "download"


def everything(suffix: str | None) -> Response:
    """All graphs: merged, or by name in the formats that keep names."""
    response = _download("all", suffix, lambda form: documents.whole(service().engine, form))
    response.headers["Link"] = ", ".join(
        documents.links(service().snapshot, f"{service().snapshot.base}{documents.GRAPHS}", response.mimetype or "")
    )
    return response


def named_graph(iri: str, suffix: str | None) -> Response:
    """One named graph, nothing added."""
    name = short_name(service().snapshot, iri)
    return _download(name, suffix, lambda form: documents.of(service().engine, iri, form))


def file_name(snapshot: Snapshot, what: str, form: Format) -> str:
    """What a downloaded file is called: it says which graph it holds, and of which snapshot.

    >>> from pathlib import Path
    >>> from clustergraph.engine.formats import find
    >>> example = Snapshot(Path(), {"name": "ab12", "base": "https://example.org/kg/"})
    >>> file_name(example, "people", find("ttl"))
    'kg-people-ab12.ttl'
    """
    address = urlsplit(snapshot.base)
    dataset = address.path.strip("/").rpartition("/")[2] or address.hostname or "graph"
    words = (f"{dataset}-{what}-{snapshot.name}").casefold()
    return "".join(one if one.isascii() and (one.isalnum() or one in ".-_") else "-" for one in words) + (
        f".{form.extension}"
    )


def _download(what: str, suffix: str | None, ask: Callable[[Format], Answer]) -> Response:
    given = fields.address(request)
    choice = choose(request, "graph", given, suffix=suffix)
    try:
        answer = ask(choice.format)
    except ResultTooLarge as error:
        detail = (
            f"In {choice.format.label} this is larger than {error.allowed / 2**20:g} MiB, the most for one answer. "
            "Take the named graphs one by one, choose a shorter format such as Turtle, or use `clustergraph export`."
        )
        raise Problem("result-too-large", detail, limit=error.limit, unit=error.unit, allowed=error.allowed) from error
    response = answers.respond(answer, choice)
    if (fields.single(given, FIELD) or "0") != "0":
        name = file_name(service().snapshot, what, choice.format)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
