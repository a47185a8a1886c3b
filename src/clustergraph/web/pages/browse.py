"""`/browse`: the things of one class by facets that combine.

A canned query with the header key `browse` gives the list (its column `?thing`) and names the facets. Within a facet,
values are alternatives; between facets, all must hold. The address is the query, and each query composed from it is
whole SPARQL that runs unchanged elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request
from rdflib import URIRef
from werkzeug.datastructures import MultiDict

from clustergraph.catalogue import Browse, CannedQuery, Facet
from clustergraph.describe.urls import LANGUAGE_FIELD, Urls
from clustergraph.engine.base import Answer
from clustergraph.messages import message
from clustergraph.rdf import formats
from clustergraph.rdf.namespaces import local_name
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query
from clustergraph.web.http import i18n, request_params, responses
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.http.negotiation import choose
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import result_views
from clustergraph.web.pages.first_rows import read_first_rows
from clustergraph.web.pages.parallel import ask_together
from clustergraph.web.pages.result_views import localised

blueprint = Blueprint("browse", __name__)

RESERVED = ("format", "start", LANGUAGE_FIELD)

MAX_SORTED_THINGS = 10_000
"""Up to how many things the page sorts all and counts exactly. Of more, it shows some at a time and counts so many."""

MAX_THINGS_PER_PAGE = 200
"""How many of very many things one page shows."""

DOWNLOADS = ("csv", "json", "turtle")

Chosen = Mapping[str, list[str]]
"""The IRIs that are chosen, by the facet's name."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet, with how many things have it and fulfil the other facets."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A facet with its values."""

    facet: Facet
    label: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice, and the address without it."""

    label: str
    value: str
    without: str


@blueprint.get("/browse")
def browse() -> Response:
    """The list for the facets in the address, as a page or as data."""
    query = browsable()
    if query is None or query.browse is None:
        raise Problem("not-found", "This graph has no query to browse by.")
    fields = request_params.address(request)
    chosen = _read_choices(query.browse, fields)
    text = composed(query, query.browse, chosen)
    choice = choose(request, "graph" if "graph" in _read_kinds(fields) else "results", fields, html=True)
    if choice.format in formats.of_kind("graph"):
        answer = service().engine.answer(Query(described(query, query.browse, chosen), format=choice.format.name))
        return responses.respond(answer, choice)
    if not choice.is_html:
        return responses.respond(service().engine.answer(Query(text, format=choice.format.name)), choice)
    start = request_params.whole_number(fields, "start")
    return _page(query, query.browse, chosen, text, start)


def _has_many(query: CannedQuery, sides: Browse, chosen: Chosen) -> bool:
    """Whether more things fit the choices than are sorted and counted exactly."""
    if service().snapshot.manifest.get("classes", {}).get(sides.class_iri, 0) <= MAX_SORTED_THINGS:
        return False
    inner = " ".join(pattern(sides, chosen))
    text = f"{ParsedQuery(query.body).prologue}SELECT ?thing {{ {inner} }} LIMIT 1 OFFSET {MAX_SORTED_THINGS}"
    return bool(service().engine.answer(Query(text, format="json")).rows())


def browsable() -> CannedQuery | None:
    """The canned query that says how to browse."""
    return next((query for query in service().catalogue if query.browse is not None), None)


def _read_kinds(fields: MultiDict[str, str]) -> set[str]:
    words = [word.strip().lower() for word in fields.getlist("format")]
    return {"graph" for word in words if formats.find(word, "graph") and not formats.find(word, "results")}


def _page(query: CannedQuery, sides: Browse, chosen: Chosen, text: str, start: int) -> Response:
    code = i18n.language()
    is_large = _has_many(query, sides, chosen)
    shown_text = composed(query, sides, chosen, f"LIMIT {MAX_THINGS_PER_PAGE} OFFSET {start}") if is_large else text
    most = MAX_SORTED_THINGS if is_large else None
    answer, counted = ask_together(
        lambda query_text: service().engine.answer(Query(query_text, format="json")),
        (shown_text, counts(query, sides, chosen, most)),
    )
    table = result_views.table(localised(read_first_rows(answer.body), code, query), query, code)
    facets = _make_sides(sides, chosen, counted, code)
    chips = [
        Chip(side.label, option.label, _make_url_without(chosen, side.facet.name, option.value))
        for side in facets
        for option in side.options
        if option.chosen
    ]
    arguments = _list_arguments(chosen)
    downloads = [
        (form.label, urls().to(Urls.browse, [*arguments, ("format", form.name)]))
        for form in formats.FORMATS
        if form.name in DOWNLOADS
    ]
    html = render_template(
        "browse.html",
        query=query,
        table=table,
        sides=facets,
        chips=chips,
        downloads=downloads,
        text=text,
        counted=most,
        previous=_make_page_url(arguments, start - MAX_THINGS_PER_PAGE) if is_large and start else "",
        next=_make_page_url(arguments, start + MAX_THINGS_PER_PAGE) if is_large and table.total else "",
        editor=page_urls().editor(text),
        source=page_urls().to(Urls.browse, [*arguments, ("format", "json")]),
    )
    return responses.add_timings(responses.page(html), answer)


def _make_sides(sides: Browse, chosen: Chosen, answer: Answer, code: str) -> list[Side]:
    counts_by_facet: dict[str, dict[str, int]] = {facet.name: {} for facet in sides.facets}
    for row in answer.rows():
        if "value" in row and row["value"].kind == "uri":
            counts_by_facet[row["facet"].text][row["value"].text] = row["count"].number()
    for name, values in chosen.items():
        for value in values:
            counts_by_facet[name].setdefault(value, 0)
    names = labels().read((value for values in counts_by_facet.values() for value in values), i18n.languages())
    facets = []
    for facet in sides.facets:
        options = [
            Option(value, names.get(value) or local_name(value), count, value in chosen.get(facet.name, ()))
            for value, count in counts_by_facet[facet.name].items()
        ]
        options.sort(key=lambda option: (not option.chosen, -option.count, option.label.casefold(), option.value))
        if options:
            facets.append(Side(facet, facet.label.in_language(code), options))
    return facets


def composed(query: CannedQuery, sides: Browse, chosen: Chosen, part: str = "") -> str:
    """The list as SPARQL: the canned query, with what is chosen put first in its pattern; of `part` of the things."""
    text = query.body
    at = ParsedQuery(text).pattern_start
    inner = "\n".join(f"    {line}" for line in pattern(sides, chosen))
    return f"{text[:at]}\n  {{ SELECT DISTINCT ?thing WHERE {{\n{inner}\n  }}{f' {part}' if part else ''} }}{text[at:]}"


def described(query: CannedQuery, sides: Browse, chosen: Chosen) -> str:
    """The statements about the things on the list, as SPARQL that makes a graph."""
    inner = "\n".join(f"    {line}" for line in pattern(sides, chosen))
    return (
        f"{ParsedQuery(query.body).prologue}CONSTRUCT {{ ?thing ?property ?value }}\nWHERE {{\n"
        f"  {{ SELECT DISTINCT ?thing WHERE {{\n{inner}\n  }} }}\n  ?thing ?property ?value\n}}\n"
    )


def counts(query: CannedQuery, sides: Browse, chosen: Chosen, most: int | None = None) -> str:
    """How many things have each value of each facet, given what is chosen in the others: one query for all.

    With `most`, so many of the things are looked at, and no more.
    """
    parts = []
    for facet in sides.facets:
        others = {name: values for name, values in chosen.items() if name != facet.name}
        things = pattern(sides, others)
        if most:
            things = [f"{{ SELECT DISTINCT ?thing WHERE {{ {' '.join(things)} }} LIMIT {most} }}"]
        lines = [*things, f"?thing {facet.path} ?value ."]
        if facet.class_iri:
            lines.append(f"?value a {write_term('class', URIRef(facet.class_iri))} .")
        inner = "\n".join(f"      {line}" for line in lines)
        parts.append(
            f'  {{\n    SELECT ("{facet.name}" AS ?facet) ?value (COUNT(DISTINCT ?thing) AS ?count) WHERE {{\n'
            f"{inner}\n    }} GROUP BY ?value\n  }}"
        )
    union = "\n  UNION\n".join(parts)
    return f"{ParsedQuery(query.body).prologue}SELECT ?facet ?value ?count WHERE {{\n{union}\n}}\n"


def pattern(sides: Browse, chosen: Chosen) -> list[str]:
    """The lines of SPARQL that ?thing must fulfil."""
    lines = [f"?thing a {write_term('class', URIRef(sides.class_iri))} ."]
    for position, facet in enumerate(sides.facets):
        values = chosen.get(facet.name, [])
        if values:
            terms = " ".join(write_term(facet.name, URIRef(value)) for value in values)
            lines += [f"VALUES ?chosen{position} {{ {terms} }}", f"?thing {facet.path} ?chosen{position} ."]
    return lines


def _read_choices(sides: Browse, fields: MultiDict[str, str]) -> dict[str, list[str]]:
    names = {facet.name for facet in sides.facets}
    for name in fields:
        if name not in names and name not in RESERVED:
            raise Problem(
                "bad-parameter",
                message("There is no facet {name!r}; there are {known}.", name=name, known=", ".join(sorted(names))),
                parameter=name,
                allowed=sorted(names),
            )
    chosen = {}
    for facet in sides.facets:
        values = [value for value in dict.fromkeys(fields.getlist(facet.name)) if value]
        if values:
            chosen[facet.name] = [request_params.iri(facet.name, value) for value in values]
    return chosen


def _list_arguments(chosen: Chosen) -> list[tuple[str, str]]:
    return [(name, value) for name, values in chosen.items() for value in values]


def _make_page_url(arguments: list[tuple[str, str]], start: int) -> str:
    return page_urls().to(Urls.browse, [*arguments, ("start", str(max(0, start)))])


def _make_url_without(chosen: Chosen, name: str, value: str) -> str:
    arguments = [argument for argument in _list_arguments(chosen) if argument != (name, value)]
    return page_urls().to(Urls.browse, arguments)
