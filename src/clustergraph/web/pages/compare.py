"""`/compare`: two to four things of one class side by side, by the canned queries that are marked for it.

Each query is asked once for each thing. The first column of its result names the row, the others are what the thing has
there; a row in which all things have the same is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from clustergraph.catalogue import CannedQuery, Parameter, ParameterError, Placement
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.messages import message
from clustergraph.rdf.namespaces import local_name
from clustergraph.web.http import i18n, request_params, responses
from clustergraph.web.http.current import labels, service
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import page_sections, result_views
from clustergraph.web.pages.display_term import Term, shown_iri
from clustergraph.web.pages.first_rows import read_first_rows
from clustergraph.web.pages.parallel import ask_together
from clustergraph.web.pages.result_views import localised

blueprint = Blueprint("compare", __name__)

MIN_THINGS, MAX_THINGS = 2, 4
"""How many things are compared."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: what it is about, and the values of each thing. `same` says that they all have the same, and some."""

    head: Term
    cells: list[list[list[Term]]]
    same: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison that one query makes."""

    title: str
    text: str
    lines: list[Line]


@blueprint.get("/compare")
def compare() -> Response:
    """The comparison of the things in the address; with fewer than two, the form that chooses them."""
    placed = page_sections.placed("compare")
    if not placed:
        raise Problem("not-found", "This graph has no query for comparing things.")
    given = request_params.address(request)
    for name in given:
        if name not in ("thing", LANGUAGE_FIELD):
            detail = message("There is no parameter {name!r}; there is thing.", name=name)
            raise Problem("bad-parameter", detail, parameter=name)
    values = [value.strip() for value in given.getlist("thing") if value.strip()]
    if len(values) > MAX_THINGS:
        detail = message(
            "{count} things are given; compare {fewest} to {most}.",
            count=len(values),
            fewest=MIN_THINGS,
            most=MAX_THINGS,
        )
        raise Problem("bad-parameter", detail, parameter="thing")
    class_iri, things = _things(values)
    queries = [(place, query) for place, query in placed if place.class_iri == class_iri]
    code = i18n.language()
    names = labels().of([*things, class_iri], code)
    subject = queries[0][1].subject(class_iri)
    assert subject is not None
    enough = len(things) >= MIN_THINGS
    return responses.page(
        render_template(
            "compare.html",
            kind=_capital(names.get(class_iri) or local_name(class_iri)),
            things=[shown_iri(iri, service().snapshot, names) for iri in things],
            chosen=things,
            choices=_choices(queries[0][1], subject, code),
            places=MAX_THINGS,
            needed=max(MIN_THINGS, len(things)),
            comparisons=_comparisons(queries, class_iri, things, code) if enough else [],
        )
    )


def _choices(query: CannedQuery, subject: Parameter, code: str) -> list[tuple[str, str]]:
    return service().catalogue.suggestions(query, subject, service().engine, code)


def _things(values: Sequence[str]) -> tuple[str, list[str]]:
    """The class that can be compared of which all values are things, and these. Raises Problem if there is none."""
    classes = list(dict.fromkeys(place.class_iri or "" for place, _ in page_sections.placed("compare")))
    first: ParameterError | None = None
    for class_iri in classes:
        query = next(query for place, query in page_sections.placed("compare") if place.class_iri == class_iri)
        subject = query.subject(class_iri)
        assert subject is not None
        try:
            found = [
                str(service().catalogue.bind(service().engine, query, {subject.name: value})[subject.variable])
                for value in values
            ]
        except ParameterError as error:
            first = first or error
            continue
        if len(set(found)) < len(found):
            raise Problem("bad-parameter", "A thing is given twice; compare different ones.", parameter="thing")
        return class_iri, found
    assert first is not None
    raise first


def _comparisons(
    queries: Sequence[tuple[Placement, CannedQuery]], class_iri: str, things: list[str], code: str
) -> list[Comparison]:
    wanted = [(query, iri) for _, query in queries for iri in things]

    def ask(one: tuple[CannedQuery, str]) -> result_views.Table:
        query, iri = one
        subject = query.subject(class_iri)
        assert subject is not None
        return result_views.table(
            localised(read_first_rows(page_sections.ask(query, {subject.name: iri}).body), code, query), query, code
        )

    tables = ask_together(ask, wanted)
    found = []
    for position, (place, query) in enumerate(queries):
        own = tables[position * len(things) : (position + 1) * len(things)]
        lines = _lines(own, place.show)
        if lines:
            found.append(Comparison(query.summary.in_language(code), query.description.in_language(code), lines))
    return found


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lines(tables: Sequence[result_views.Table], show: str | None) -> list[Line]:
    heads: dict[str, Term] = {}
    cells: dict[str, list[list[list[Term]]]] = {}
    for position, table in enumerate(tables):
        for row in table.rows:
            if row and row[0] is not None:
                key = row[0].href or row[0].text
                heads.setdefault(key, row[0])
                kept = cells.setdefault(key, [[] for _ in tables])
                wanted = [term for column, term in zip(table.columns, row, strict=True) if show in (None, column.name)]
                kept[position].append([term for term in (wanted if show else row[1:]) if term is not None])
    return [
        Line(head, cells[key], all(one and _plain(one) == _plain(cells[key][0]) for one in cells[key]))
        for key, head in heads.items()
    ]


def _plain(values: list[list[Term]]) -> set[tuple[str, ...]]:
    return {tuple(term.href or term.text for term in one) for one in values}
