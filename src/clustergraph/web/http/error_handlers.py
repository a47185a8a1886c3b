"""Errors as responses: RFC 9457 problem details for programs, a page for browsers."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from clustergraph.catalogue import ParameterError, UnknownQuery
from clustergraph.describe.urls import Urls
from clustergraph.messages import Message
from clustergraph.sparql import errors as engine_errors
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.http.i18n import language, languages, sentence, texts
from clustergraph.web.http.negotiation import prefers_html
from clustergraph.web.http.problem import KINDS, Problem

_BY_STATUS = {kind.status: slug for slug, kind in reversed(KINDS.items())}
_BY_ENGINE_ERROR: dict[type[Exception], str] = {
    engine_errors.QuerySyntaxError: "syntax",
    engine_errors.EvaluationError: "evaluation",
    engine_errors.OutsideAddress: "outside-address",
    engine_errors.UnsupportedFormat: "not-acceptable",
    engine_errors.DeadlinePassed: "timeout",
    engine_errors.MemoryExceeded: "memory",
    engine_errors.ResultTooLarge: "result-too-large",
    engine_errors.Busy: "busy",
    engine_errors.ClientLeft: "unavailable",
    engine_errors.EngineDown: "engine-down",
    ParameterError: "bad-parameter",
    UnknownQuery: "unknown-query",
}


def problem_body(slug: str, detail: str, **more: Any) -> dict[str, Any]:
    """The problem object of RFC 9457 in the request's language; its type leads to this service's own page of errors."""
    words = texts(language())
    return {
        "type": urls().error(slug),
        "title": words[f"error.{slug}.title"],
        "status": KINDS[slug].status,
        "detail": sentence(detail)[0],
        "advice": words[f"error.{slug}.advice{_of_page(slug)}"].format(queries=urls().queries),
        **{name: value for name, value in more.items() if value not in (None, "", [], ())},
    }


def _of_page(slug: str) -> str:
    """What the key of an advice ends in where the address takes no `timeout=`."""
    takes_timeout = request.path == Urls.sparql or request.path.startswith(f"{Urls.queries}/")
    return "" if slug != "timeout" or takes_timeout else ".page"


def respond(problem: Problem) -> Response:
    """The response for a problem: a page for a browser, problem+json for everyone else."""
    body = problem_body(problem.slug, problem.detail, **problem.more)
    if prefers_html(request):
        detail_language = sentence(problem.detail)[1]
        html = render_template(
            "error.html", problem=body, detail_language=detail_language, perhaps=_list_suggestions(body)
        )
        response = Response(html, mimetype="text/html")
    else:
        text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
        response = Response(text, content_type="application/problem+json")
        response.headers["Content-Language"] = language()
    response.status_code = KINDS[problem.slug].status
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    response.vary.update(("Accept", "Accept-Language"))
    return response


def _list_suggestions(body: dict[str, Any]) -> list[tuple[str, str]]:
    """What may have been meant: each name with its address here, which is empty where there is none."""
    if similar_names := body.get("near"):
        catalogue = service().catalogue
        return [(catalogue[name].summary.in_language(language()), page_urls().query(name)) for name in similar_names]
    suggestions = [str(name) for name in body.get("suggestions", ())]
    base = service().snapshot.base
    things = [name for name in suggestions if name.startswith(base)]
    try:
        names = labels().read(things, languages())
    except engine_errors.EngineError:
        names = {}  # what went wrong matters more than what else there is
    if things:
        return [(names.get(name) or name, page_urls().thing(name)) for name in things]
    parameter = body.get("parameter", "")
    if request.method != "GET" or parameter not in request.args:
        return [(name, "") for name in suggestions]
    return [(name, urls().same(request.path, {**request.args, parameter: name})) for name in suggestions]


def translate(error: Exception) -> Problem | None:
    """The problem that one of our own errors means to a client, or None if it is none of ours."""
    slug = next((_BY_ENGINE_ERROR[kind] for kind in type(error).__mro__ if kind in _BY_ENGINE_ERROR), None)
    if slug is None:
        return None
    members = {name: value for name, value in vars(error).items() if name not in ("message", "retry_after")}
    headers = {}
    if isinstance(error, engine_errors.Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, engine_errors.DeadlinePassed):
        members["ceiling"] = current_app.config["TIMEOUT_CEILING"]
    detail = error.args[0] if error.args and isinstance(error.args[0], Message) else str(error)
    return Problem(slug, detail, headers, **json.loads(json.dumps(members, default=str)))


def install(app: Flask) -> None:
    """Make every error of the application one of the kinds above."""

    @app.errorhandler(Problem)
    def _answer_problem(error: Problem) -> Response:
        return respond(error)

    @app.errorhandler(HTTPException)
    def _answer_http_error(error: HTTPException) -> Response:
        slug = _BY_STATUS.get(error.code or 500, "internal" if (error.code or 500) >= 500 else "bad-request")
        if error.code and error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        headers = {}
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return respond(Problem(slug, error.description or KINDS[slug].title, headers))

    @app.errorhandler(Exception)
    def _answer_any_error(error: Exception) -> Response:
        problem = translate(error)
        if problem is None:
            app.logger.exception("A request failed: %s %s", request.method, request.path)
            problem = Problem("internal", "The service failed to answer this request.")
        return respond(problem)
