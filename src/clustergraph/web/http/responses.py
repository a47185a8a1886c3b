"""From an engine's answer to a response, with the headers that every answer carries."""

from __future__ import annotations

from flask import Response, request

from clustergraph.describe import thing_documents
from clustergraph.engine.base import Answer
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.web.http.current import service, urls
from clustergraph.web.http.headers import PUBLIC, headers_of, server_timing
from clustergraph.web.http.negotiation import Choice

NO_QUERY = ParsedQuery("")
"""The query behind a response for which the client sent none."""


def respond(answer: Answer, choice: Choice, query: ParsedQuery = NO_QUERY) -> Response:
    """The response that carries an answer. `query` is what was asked, which says whether the answer may be kept."""
    return Response(answer.body, headers=headers_of(answer, choice.content_type, may_be_kept=_may_be_kept(query)))


def page(html: str, query: ParsedQuery = NO_QUERY) -> Response:
    """The response that carries a page; `query` is the query behind it, where there is one."""
    response = Response(html, mimetype="text/html")
    response.vary.update(("Accept", "Accept-Language"))
    return set_cache_control(response, query)


def set_cache_control(response: Response, query: ParsedQuery = NO_QUERY) -> Response:
    """Say whether the response may be kept: if it depends on nothing but the request and the snapshot."""
    response.headers["Cache-Control"] = PUBLIC if _may_be_kept(query) else "no-store"
    return response


def _may_be_kept(query: ParsedQuery) -> bool:
    return request.method == "GET" and query.is_repeatable


def add_links(response: Response, iri: str) -> Response:
    """Add links from a page or document about a thing to everything around it."""
    links = thing_documents.links(service().engine, urls(), iri, response.mimetype or "")
    response.headers["Link"] = ", ".join(links)
    return response


def add_timings(response: Response, answer: Answer) -> Response:
    """Add the timings of the answer."""
    if answer.timings:
        response.headers["Server-Timing"] = server_timing(answer)
    return response


def redirect(where: str, code: int) -> Response:
    """Lead on to another address of this service."""
    response = Response(f"{where}\n", code, mimetype="text/plain")
    response.headers["Location"] = where
    return set_cache_control(response)


def see_other(where: str) -> Response:
    """Lead on to what describes the thing that was asked for (Cool URIs, section 4.2)."""
    response = redirect(where, 303)
    response.vary.add("Accept")
    return response
