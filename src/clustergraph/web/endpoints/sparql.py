"""`/sparql`: the SPARQL 1.1 Protocol's query operation, to the letter (sections 2.1 and 2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Request, Response, render_template, request
from werkzeug.datastructures import MultiDict

from clustergraph.describe.service_description import service_description
from clustergraph.describe.sparql_examples import examples
from clustergraph.messages import message
from clustergraph.rdf.formats import FORMATS, Kind
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query
from clustergraph.web.http import descriptions, request_params, responses
from clustergraph.web.http.current import service, urls
from clustergraph.web.http.negotiation import choose, prefers_html
from clustergraph.web.http.problem import Problem
from clustergraph.web.middleware.fast_path import FAILED
from clustergraph.web.pages.query_result import page

blueprint = Blueprint("sparql", __name__)

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

FORMAT_SYNONYMS = ("output", "results")
"""What other services call the field `format`. SPARQLWrapper sends all three."""

NO_UPDATES = "This is an update; this service only answers queries (SELECT, ASK, CONSTRUCT, DESCRIBE)."


@dataclass(frozen=True, slots=True)
class Question:
    """What a protocol request asks. `given` are all its fields."""

    query: str
    default_graphs: list[str]
    named_graphs: list[str]
    timeout: float | None
    given: MultiDict[str, str]


@blueprint.route("/sparql", methods=["GET", "POST"], strict_slashes=False)
def sparql() -> Response:
    """Answer a query, or describe the service where there is none."""
    if FAILED in request.environ:
        raise request.environ[FAILED]
    question = read(request)
    if question is None:
        return _describe_service()
    query = ParsedQuery(question.query)
    form = query.form
    if form == "UPDATE":
        raise Problem("read-only", NO_UPDATES)
    kind: Kind = "graph" if form in ("CONSTRUCT", "DESCRIBE") else "results"
    choice = choose(request, kind, question.given, html=True)
    answer = service().engine.answer(
        Query(
            query,
            format=("turtle" if kind == "graph" else "json") if choice.is_html else choice.format.name,
            default_graphs=question.default_graphs,
            named_graphs=question.named_graphs,
            timeout=question.timeout,
        )
    )
    if choice.is_html:
        return page(answer, question.given, query=query, **_prepare_editor())
    return responses.respond(answer, choice, query)


def _prepare_editor() -> dict[str, Any]:
    return {"formats": FORMATS, "examples": examples(service().engine, service().catalogue)}


def read(request: Request) -> Question | None:
    """The question in a request; None for a GET without one. Raises Problem for what the protocol does not know."""
    fields = request_params.address(request)
    request_params.check_escapes(request.query_string)
    if request.method == "POST":
        fields = _read_post(request, fields)
    if any(update.strip() for update in fields.getlist("update")):
        raise Problem("read-only", NO_UPDATES)
    if "query" not in fields:
        for name in fields:
            if name.lower() == "query":
                raise Problem("bad-request", message("The parameter is called query, not {name!r}.", name=name))
        if request.method == "POST":
            raise Problem("bad-request", "The form has no field `query`.")
        return None
    if len(fields.getlist("query")) > 1:
        raise Problem("bad-request", "The parameter query is given more than once; send one query.")
    for synonym in FORMAT_SYNONYMS:
        fields.setlist("format", [*fields.getlist("format"), *fields.getlist(synonym)])
    return Question(
        fields["query"],
        _read_graphs(fields, "default-graph-uri"),
        _read_graphs(fields, "named-graph-uri"),
        request_params.timeout(fields),
        fields,
    )


def _read_graphs(fields: MultiDict[str, str], name: str) -> list[str]:
    """The graphs under this name; forms of other services send an empty one."""
    return [request_params.iri(name, value) for value in fields.getlist(name) if value.strip()]


def _read_post(request: Request, address: MultiDict[str, str]) -> MultiDict[str, str]:
    """All fields of a POST: those of its address and those of its body."""
    if request.mimetype == UPDATE:
        raise Problem("read-only", NO_UPDATES)
    if request.mimetype not in (FORM, QUERY):
        content_type = f"Content-Type {request.mimetype!r}" if request.mimetype else "A POST without Content-Type"
        raise Problem("unsupported-media-type", f"{content_type} is not understood; send {FORM} or {QUERY}.")
    _check_charset(request)
    if (coding := request.headers.get("Content-Encoding", "identity").lower()) != "identity":
        raise Problem("unsupported-media-type", message("A body in the coding {coding!r} is not read.", coding=coding))
    raw = request.get_data()
    if request.mimetype == QUERY:
        body = MultiDict([("query", request_params.text(raw, "The query"))])
    else:
        body = request_params.decode(raw)
        request_params.check_escapes(raw)
    for name in ("query", "update"):
        if name in address:
            raise Problem("bad-request", f"There is a parameter {name} in the address of a POST; send it in the body.")
    for name in ("default-graph-uri", "named-graph-uri", "timeout", "format"):
        if name in address and name in body:
            raise Problem("bad-request", f"{name} stands in the address and in the form; give it in one of them.")
    return MultiDict([*body.items(multi=True), *address.items(multi=True)])


def _check_charset(request: Request) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").strip('"').lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Problem("unsupported-media-type", f"The charset {charset!r} is not understood; SPARQL is sent as UTF-8.")


def _describe_service() -> Response:
    if prefers_html(request):
        return responses.page(render_template("sparql.html", query="", **_prepare_editor()))
    response = descriptions.respond(
        lambda engine, urls: service_description(
            engine, service().catalogue, urls, federated=bool(service().settings.allow)
        )
    )
    response.headers["Link"] = f'<{urls().void}>; rel="describedby"'
    return response
