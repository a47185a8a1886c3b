"""Whole graphs to take along: each named graph and all of them, in every format."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Response, request

from clustergraph.describe import thing_documents
from clustergraph.describe.urls import GRAPHS
from clustergraph.engine.base import Answer
from clustergraph.messages import message
from clustergraph.rdf.formats import Format
from clustergraph.snapshots.graph_names import short_name
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import ResultTooLarge
from clustergraph.web.http import export_files, request_params, responses
from clustergraph.web.http.current import service
from clustergraph.web.http.negotiation import Choice, choose, keeps_named_graphs
from clustergraph.web.http.problem import Problem
from clustergraph.web.http.request_engine import seconds_left

DOWNLOAD_FIELD = "download"

LARGE_GRAPH_TRIPLES = 50_000
"""Triples from which a graph is sent as a file, without asking the engine for it first."""


def everything(suffix: str | None) -> Response:
    """All graphs: merged, or by name where a dataset is asked for."""
    response = _respond(
        None, suffix, lambda form, named: thing_documents.write_everything(service().engine, form, named=named)
    )
    return responses.add_links(response, f"{service().snapshot.base}{GRAPHS}")


def named_graph(iri: str, suffix: str | None) -> Response:
    """One named graph, nothing added."""
    return _respond(
        iri, suffix, lambda form, named: thing_documents.write_document(service().engine, iri, form, named=named)
    )


def file_name(snapshot: Snapshot, what: str, form: Format) -> str:
    """What a downloaded file is called: it says which graph it holds, and of which snapshot.

    >>> from pathlib import Path
    >>> from clustergraph.rdf.formats import find
    >>> example = Snapshot(Path(), {"name": "ab12", "base": "https://example.org/kg/"})
    >>> file_name(example, "people", find("ttl"))
    'kg-people-ab12.ttl'
    """
    address = urlsplit(snapshot.base)
    dataset = address.path.strip("/").rpartition("/")[2] or address.hostname or "graph"
    words = f"{dataset}-{what}-{snapshot.name}".casefold()
    return "".join(
        character if character.isascii() and (character.isalnum() or character in ".-_") else "-" for character in words
    ) + (f".{form.extension}")


def _respond(graph: str | None, suffix: str | None, write: Callable[[Format, bool], Answer]) -> Response:
    """A named graph, or with None all of them: what the engine answers, or a file where that is too large."""
    fields = request_params.address(request)
    choice = choose(request, "graph", fields, suffix=suffix)
    named = keeps_named_graphs(fields, choice.format, suffix)
    snapshot = service().snapshot
    triples = snapshot.graphs.get(graph) if graph else snapshot.manifest.get("triples")
    response = _send_file(graph, choice, named) if (triples or 0) > LARGE_GRAPH_TRIPLES else None
    if response is None:
        try:
            response = responses.respond(write(choice.format, named), choice)
        except ResultTooLarge as error:
            response = _send_file(graph, choice, named)
            if response is None:
                raise _make_size_problem(choice.format, error) from error
    if (request_params.single(fields, DOWNLOAD_FIELD) or "0") != "0":
        name = file_name(snapshot, short_name(snapshot, graph) if graph else "all", choice.format)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _send_file(graph: str | None, choice: Choice, named: bool) -> Response | None:
    """The response whose body is a file, sent piece by piece; None where no file can be kept."""
    seconds = seconds_left(service().settings.timeout)
    path = export_files.prepare_file(service().snapshot, graph, choice.format, seconds, named=named)
    if path is None:
        return None
    request.environ[export_files.FILE] = export_files.Part.whole(path)
    response = Response(content_type=choice.content_type)
    response.vary.add("Accept")
    return responses.set_cache_control(response)


def _make_size_problem(form: Format, error: ResultTooLarge) -> Problem:
    detail = message(
        "In {form} this is larger than {most} MiB, the most for one answer. Take the named graphs one by one, choose a "
        "shorter format such as Turtle, or use `clustergraph export`.",
        form=form.label,
        most=f"{error.allowed / 2**20:g}",
    )
    return Problem("result-too-large", detail, limit=error.limit, unit=error.unit, allowed=error.allowed)
