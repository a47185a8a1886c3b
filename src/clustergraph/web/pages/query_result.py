"""The pages of results: of a canned query with its form, and of a query that someone wrote."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from clustergraph.catalogue import CannedQuery
from clustergraph.engine.base import Answer
from clustergraph.rdf.formats import of_kind
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.web.http import i18n, responses
from clustergraph.web.http.i18n import FIELD
from clustergraph.web.pages import result_views
from clustergraph.web.pages.result_views import MOST_TURTLE, document_of


def page(
    answer: Answer,
    given: MultiDict[str, str],
    *,
    query: ParsedQuery,
    canned: CannedQuery | None = None,
    **more: Any,
) -> Response:
    """The page for an answer in SPARQL JSON or Turtle. `given` are the request's fields, `more` is for the template."""
    code = i18n.language()
    turtle, truth, table = "", None, None
    if answer.format.kind == "graph":
        turtle = answer.body.decode("utf-8")
    else:
        document = document_of(answer)
        truth = document.get("boolean")
        if truth is None:
            table = result_views.table(
                result_views.localised(document, code, canned) if canned else document, canned, code
            )
    html = render_template(
        "results.html" if canned else "sparql.html",
        canned=canned,
        table=table,
        turtle=turtle[:MOST_TURTLE],
        is_graph=answer.format.kind == "graph",
        cut=len(turtle) > MOST_TURTLE,
        truth=truth,
        query=query.original,
        downloads=downloads(answer, given) if request.method == "GET" else [],
        data_source=_source(answer, given) if request.method == "GET" else "",
        **more,
    )
    return responses.timed(responses.page(html, query), answer)


def downloads(answer: Answer, given: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The same answer in each format: names and addresses."""
    arguments = _arguments(given)
    return [
        (form.label, f"{_path()}?{urlencode([*arguments, ('format', form.name)])}")
        for form in of_kind(answer.format.kind)
    ]


def _source(answer: Answer, given: MultiDict[str, str]) -> str:
    """Where a script gets what is to be drawn."""
    form = "ntriples" if answer.format.kind == "graph" else "json"
    extra = [(FIELD, i18n.language())] if request.path.startswith("/api/") else []
    return f"{_path()}?{urlencode([*_arguments(given), ('format', form), *extra])}"


def _arguments(given: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in given.items(multi=True) if name not in ("format", FIELD) and value]


def _path() -> str:
    """The address without the ending that asked for a page."""
    return request.path.removesuffix(".html")
