"""`/api`: the canned queries, each an address of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.datastructures import MultiDict

from clustergraph.catalogue import CannedQuery, Parameter
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.messages import message
from clustergraph.rdf import formats
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.web.http import i18n, request_params, responses
from clustergraph.web.http.current import absolute_urls, service
from clustergraph.web.http.headers import write_warnings
from clustergraph.web.http.negotiation import choose, prefers_html
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import page_sections
from clustergraph.web.pages.code_snippets import snippets
from clustergraph.web.pages.query_result import page
from clustergraph.web.pages.result_views import in_words, localised, named

blueprint = Blueprint("api", __name__, url_prefix="/api")

RESERVED = ("format", "timeout", LANGUAGE_FIELD)
"""Parameters of the service itself, which every canned query takes besides its own."""


@blueprint.get("")
@blueprint.get("/")
def index() -> Response:
    """The list of canned queries."""
    if prefers_html(request):
        return responses.page(
            render_template(
                "queries.html", topics=page_sections.group_by_topic(), left_out=service().catalogue.left_out
            )
        )
    response = jsonify([describe(query) for query in service().catalogue])
    response.vary.add("Accept")
    if left_out := service().catalogue.left_out:
        response.headers["Warning"] = write_warnings([f"left out: {problem}" for problem in left_out])
    return responses.set_cache_control(response)


@blueprint.get("/<name>")
def query(name: str) -> Response:
    """Run one canned query; `name` may end in a format's file ending."""
    canned, suffix = _find_query(name)
    fields = request_params.address(request)
    kind: formats.Kind = "graph" if canned.form in ("CONSTRUCT", "DESCRIBE") else "results"
    choice = choose(request, kind, fields, html=True, suffix=suffix)
    code = _read_language(fields)
    arguments = {key: values for key, values in fields.lists() if key not in RESERVED}
    if choice.is_html and _lacks_required(canned, arguments):
        return responses.page(render_template("query.html", query=canned, **_prepare_form(canned, arguments)))
    if canned.parameter(LANGUAGE_FIELD) and (code or choice.is_html):
        arguments[LANGUAGE_FIELD] = [code or i18n.language()]
    answer = service().catalogue.run(
        service().engine,
        canned.name,
        arguments,
        format=("turtle" if kind == "graph" else "json") if choice.is_html else choice.format.name,
        timeout=request_params.timeout(fields),
    )
    if choice.is_html:
        values = {name: values[0] for name, values in arguments.items() if values[0].strip()}
        text = canned.with_values(service().catalogue.bind(service().engine, canned, arguments))
        form = {**_prepare_form(canned, arguments), "snippets": snippets(canned, values, text)}
        return page(answer, fields, query=ParsedQuery(text), canned=canned, **form)
    if code and choice.format.name == "json" and canned.form == "SELECT":
        document = localised(json.loads(answer.body), code, canned)
        answer = replace(answer, body=json.dumps(document, ensure_ascii=False).encode())
    return responses.respond(answer, choice, ParsedQuery(canned.text))


def _read_language(fields: MultiDict[str, str]) -> str:
    """The language that labels are asked for in; empty where none is."""
    code = request_params.single(fields, LANGUAGE_FIELD) or ""
    if code and code not in i18n.LANGUAGES:
        detail = message("lang is {code!r}; give {known}.", code=code, known=i18n.LANGUAGES)
        raise Problem("bad-parameter", detail, parameter=LANGUAGE_FIELD)
    return code


def describe(query: CannedQuery) -> dict[str, Any]:
    """A canned query as JSON."""
    return {
        "name": query.name,
        "href": absolute_urls().query(query.name),
        "summary": {"en": query.summary.en, "de": query.summary.in_language("de")},
        "description": {"en": query.description.en, "de": query.description.in_language("de")},
        "tags": list(query.tags),
        "form": query.form,
        "view": query.default_view,
        "parameters": [_describe_parameter(parameter) for parameter in query.parameters],
        "text": query.text,
        **({"warnings": [str(problem) for problem in query.warnings]} if query.warnings else {}),
    }


def _describe_parameter(parameter: Parameter) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "type": parameter.type,
        "required": parameter.required,
        "description": {"en": parameter.description.en, "de": parameter.description.in_language("de")},
        "class": parameter.class_iri,
        "values": list(parameter.choices) or None,
        "default": parameter.default,
        "example": parameter.example,
    }
    return {name: value for name, value in described.items() if value is not None}


def _find_query(name: str) -> tuple[CannedQuery, str | None]:
    """The query that a path segment names, and the file ending if the name has one."""
    catalogue = service().catalogue
    stem, _, ending = name.rpartition(".")
    if name not in catalogue and stem and (ending == "html" or formats.find(ending)):
        return catalogue[stem], ending
    return catalogue[name], None


def _lacks_required(query: CannedQuery, arguments: dict[str, list[str]]) -> bool:
    """Whether a required parameter is missing, so that a person should be shown the form instead of an error."""
    return any(
        parameter.required
        and parameter.default is None
        and not any(value.strip() for value in arguments.get(parameter.name, []))
        for parameter in query.parameters
    ) and all(query.parameter(name) for name in arguments)


def _choose_label(parameter: Parameter, code: str) -> str:
    """What a form calls the parameter: as its header says, else as its class is called, else by its name."""
    if parameter.label:
        return parameter.label.in_language(code)
    if parameter.class_iri and (name := named([parameter.class_iri], code).get(parameter.class_iri)):
        return name[:1].upper() + name[1:]
    return in_words(parameter.name)


def _prepare_form(query: CannedQuery, arguments: dict[str, list[str]]) -> dict[str, Any]:
    engine, catalogue, code = service().engine, service().catalogue, i18n.language()
    # The page's own language is chosen in its head.
    parameters = [parameter for parameter in query.parameters if parameter.name != LANGUAGE_FIELD]
    return {
        "parameters": [
            (parameter, _choose_label(parameter, code), catalogue.suggestions(query, parameter, engine, code))
            for parameter in parameters
        ],
        "values": {name: values[0] for name, values in arguments.items()},
    }
