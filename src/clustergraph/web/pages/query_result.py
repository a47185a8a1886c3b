"""The pages of results: of a canned query with its form, and of a query that someone wrote."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from clustergraph.catalogue import CannedQuery
from clustergraph.describe.urls import LANGUAGE_FIELD, Fields
from clustergraph.engine.base import Answer
from clustergraph.rdf.formats import of_kind
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.web.http import i18n, responses
from clustergraph.web.http.current import urls
from clustergraph.web.http.headers import warning
from clustergraph.web.pages import result_views
from clustergraph.web.pages.first_rows import read_first_rows
from clustergraph.web.pages.result_views import cut_turtle

_CHOICES = ("format", LANGUAGE_FIELD)
"""Fields that say how the answer is shown, not what is asked."""


def page(
    answer: Answer,
    fields: MultiDict[str, str],
    *,
    query: ParsedQuery,
    canned: CannedQuery | None = None,
    **context: Any,
) -> Response:
    """The page for an answer in SPARQL JSON or Turtle. `given` are the request's fields, `more` is for the template."""
    code = i18n.language()
    turtle, is_cut, truth, table = "", False, None, None
    if answer.format.kind == "graph":
        turtle, is_cut = cut_turtle(answer)
    else:
        document = read_first_rows(answer.body)
        truth = document.get("boolean")
        if truth is None:
            table = result_views.table(
                result_views.localised(document, code, canned) if canned else document, canned, code
            )
    html = render_template(
        "results.html" if canned else "sparql.html",
        canned=canned,
        table=table,
        turtle=turtle,
        is_graph=answer.format.kind == "graph",
        cut=is_cut,
        truth=truth,
        query=query.original,
        differences=() if canned else answer.differences,
        downloads=downloads(answer, fields) if request.method == "GET" else [],
        data_source=_make_source(answer, fields) if request.method == "GET" else "",
        **context,
    )
    response = responses.add_timings(responses.page(html, query), answer)
    if answer.differences:
        response.headers["Warning"] = warning(answer)
    return response


def downloads(answer: Answer, fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The same answer in each format: names and addresses."""
    arguments = _list_arguments(fields)
    return [(form.label, _make_url([*arguments, ("format", form.name)])) for form in of_kind(answer.format.kind)]


def _make_source(answer: Answer, fields: MultiDict[str, str]) -> str:
    form = "ntriples" if answer.format.kind == "graph" else "json"
    extra = [(LANGUAGE_FIELD, i18n.language())] if request.blueprint == "api" else []
    return _make_url([*_list_arguments(fields), ("format", form), *extra])


def _list_arguments(fields: MultiDict[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in fields.items(multi=True) if name not in _CHOICES and value]


def _make_url(fields: Fields) -> str:
    """The address of this page without the ending that asked for a page, with other fields."""
    return urls().same(request.path.removesuffix(".html"), fields)
