"""Errors as clients see them: RFC 9457 problem details for programs, a page for browsers.

Each kind of error is said once, in KINDS; `/errors` shows them all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from clustergraph.catalogue import ParameterError, UnknownQuery
from clustergraph.engine import errors as engine_errors
from clustergraph.told import Told, told
from clustergraph.web.language import language, sentence, texts


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its HTTP status, its title and what a client can do about it, in English."""

    status: int
    title: str
    advice: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "Bad request", "Put right what the detail names and ask again."),
    "bad-format": Kind(400, "Unknown format", "Choose one of the formats that the detail lists."),
    "bad-parameter": Kind(400, "Bad parameter", "Give the parameter one of the values the problem suggests."),
    "syntax": Kind(400, "Not a SPARQL query", "Look at the line and column that the problem names."),
    "evaluation": Kind(400, "The query cannot be evaluated", "Change what the detail names."),
    "outside-address": Kind(
        403, "Outside address", "Leave SERVICE and foreign graphs out, or have the operator allow the address."
    ),
    "read-only": Kind(403, "Read-only", "Updates are not taken here."),
    "not-found": Kind(404, "Not found", "Check the address; the home page leads to everything there is."),
    "unknown-query": Kind(404, "No such canned query", "The list at /api names them all."),
    "method-not-allowed": Kind(405, "Method not allowed", "Use one of the methods in the Allow header."),
    "not-acceptable": Kind(406, "Not acceptable", "Ask for one of the media types that the detail lists."),
    "too-large": Kind(413, "Request too large", "Send a shorter request, or have the operator raise request_size."),
    "result-too-large": Kind(
        413, "Result too large", "Add a LIMIT or ask for less, or have the operator raise result_size."
    ),
    "unsupported-media-type": Kind(
        415, "Unsupported media type", "Send application/x-www-form-urlencoded or application/sparql-query."
    ),
    "too-many-requests": Kind(429, "Too many requests", "Wait as long as Retry-After says."),
    "internal": Kind(500, "Internal error", "The fault is the service's; its log says more. Try again later."),
    "engine-down": Kind(503, "The engine failed", "Try again; the service recovers by itself."),
    "busy": Kind(503, "Busy", "Try again after the seconds that Retry-After says."),
    "timeout": Kind(
        503, "Deadline passed", "Ask for less, or for more time with timeout= (up to the ceiling the problem names)."
    ),
    "memory": Kind(503, "Too much memory", "Ask for less at once, or have the operator raise the setting memory."),
    "unavailable": Kind(503, "Unavailable", "Try again later."),
}

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
    engine_errors.EngineDown: "engine-down",
    ParameterError: "bad-parameter",
    UnknownQuery: "unknown-query",
}


class Problem(Exception):
    """An error to be told to the client. `more` becomes members of the problem object.

    A detail that is `told` can be said in other languages than English.
    """

    def __init__(self, slug: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.headers = headers or {}
        self.more = more


def problem_body(slug: str, detail: str, **more: Any) -> dict[str, Any]:
    """The problem object of RFC 9457 in the request's language; its type leads to this service's own page of errors."""
    words = texts(language())
    return {
        "type": f"/errors#{slug}",
        "title": words[f"error.{slug}.title"],
        "status": KINDS[slug].status,
        "detail": sentence(detail)[0],
        "advice": words[f"error.{slug}.advice"],
        **{name: value for name, value in more.items() if value not in (None, "", [], ())},
    }


def respond(problem: Problem) -> Response:
    """The response for a problem: a page for a browser, problem+json for everyone else."""
    from clustergraph.web.negotiation import prefers_html

    body = problem_body(problem.slug, problem.detail, **problem.more)
    if prefers_html(request):
        spoken = sentence(problem.detail)[1]
        html = render_template("error.html", problem=body, detail_language=spoken, perhaps=_perhaps(body))
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


def _perhaps(body: dict[str, Any]) -> list[tuple[str, str]]:
    """What may have been meant, each with its name and its address here, which is empty where there is none."""
    from clustergraph.web.addresses import link
    from clustergraph.web.service import service
    from clustergraph.web.views import labels

    if near := body.get("near"):
        catalogue = service().catalogue
        return [(catalogue[name].summary.said_in(language()), f"/api/{name}") for name in near]
    found = [str(one) for one in body.get("suggestions", ())]
    base = service().snapshot.base
    things = [one for one in found if one.startswith(base)]
    try:
        names = labels().of(things, language())
    except engine_errors.EngineError:
        names = {}  # what went wrong matters more than what else there is
    if things:
        return [(names.get(one) or one, link(one, base)) for one in things]
    parameter = body.get("parameter", "")
    if request.method != "GET" or parameter not in request.args:
        return [(one, "") for one in found]
    return [(one, f"{request.path}?{urlencode({**request.args, parameter: one})}") for one in found]


def translate(error: Exception) -> Problem | None:
    """The problem that one of our own errors means to a client, or None if it is none of ours."""
    slug = next((_BY_ENGINE_ERROR[kind] for kind in type(error).__mro__ if kind in _BY_ENGINE_ERROR), None)
    if slug is None:
        return None
    more = {name: value for name, value in vars(error).items() if name not in ("message", "retry_after")}
    headers = {}
    if isinstance(error, engine_errors.Busy):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, engine_errors.DeadlinePassed):
        more["ceiling"] = current_app.config["TIMEOUT_CEILING"]
    return Problem(slug, _detail(error), headers, **json.loads(json.dumps(more, default=str)))


def _detail(error: Exception) -> str:
    """What the error says; where it is a limit that was passed, so that it can be said in other languages too."""
    if isinstance(error, engine_errors.DeadlinePassed):
        return told("The query did not finish within {seconds} s and was ended.", seconds=f"{error.allowed:g}")
    if isinstance(error, engine_errors.MemoryExceeded):
        return told("The query needed more than {most} MiB of memory and was ended.", most=_mebibytes(error))
    if isinstance(error, engine_errors.ResultTooLarge):
        return told("The result is larger than {most} MiB, the most one answer may hold.", most=_mebibytes(error))
    return error.args[0] if error.args and isinstance(error.args[0], Told) else str(error)


def _mebibytes(error: engine_errors.LimitPassed) -> str:
    return f"{error.allowed / 2**20:.0f}"


def install(app: Flask) -> None:
    """Make every error of the application one of the kinds above."""

    @app.errorhandler(Problem)
    def _problem(error: Problem) -> Response:
        return respond(error)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        slug = _BY_STATUS.get(error.code or 500, "internal" if (error.code or 500) >= 500 else "bad-request")
        if error.code and error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        headers = {}
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return respond(Problem(slug, error.description or KINDS[slug].title, headers))

    @app.errorhandler(Exception)
    def _any(error: Exception) -> Response:
        problem = translate(error)
        if problem is None:
            app.logger.exception("A request failed: %s %s", request.method, request.path)
            problem = Problem("internal", "The service failed to answer this request.")
        return respond(problem)
