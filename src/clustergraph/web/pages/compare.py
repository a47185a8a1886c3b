"""`/compare`: two to four things of one class side by side, by the canned queries that are marked for it.

Each query is asked once for each thing. The first column of its result names the row, the others are what the thing has
there; a row in which all things have the same is marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from clustergraph.catalogue import CannedQuery, ParameterError, Placement
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.messages import message
from clustergraph.rdf.namespaces import local_name
from clustergraph.web.http import i18n, request_params, responses
from clustergraph.web.http.current import labels, service
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import page_sections, result_views
from clustergraph.web.pages.display_term import Term, show_iri
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
    fields = request_params.address(request)
    for name in fields:
        if name not in ("thing", LANGUAGE_FIELD):
            detail = message("There is no parameter {name!r}; there is thing.", name=name)
            raise Problem("bad-parameter", detail, parameter=name)
    values = [value.strip() for value in fields.getlist("thing") if value.strip()]
    if len(values) > MAX_THINGS:
        detail = message(
            "{count} things are given; compare {fewest} to {most}.",
            count=len(values),
            fewest=MIN_THINGS,
            most=MAX_THINGS,
        )
        raise Problem("bad-parameter", detail, parameter="thing")
    class_iri, things = _bind_things(values)
    queries = [(placement, query) for placement, query in placed if placement.class_iri == class_iri]
    code = i18n.language()
    names = labels().read([*things, class_iri], i18n.languages())
    subject = queries[0][1].subject(class_iri)
    assert subject is not None
    class_name = names.get(class_iri) or local_name(class_iri)
    is_complete = len(things) >= MIN_THINGS
    return responses.page(
        render_template(
            "compare.html",
            kind=class_name[:1].upper() + class_name[1:],
            things=[show_iri(iri, service().snapshot, names) for iri in things],
            chosen=things,
            choices=service().catalogue.suggestions(queries[0][1], subject, service().engine, code),
            places=MAX_THINGS,
            needed=max(MIN_THINGS, len(things)),
            comparisons=_compare(queries, class_iri, things, code) if is_complete else [],
        )
    )


def _bind_things(values: Sequence[str]) -> tuple[str, list[str]]:
    """The class that can be compared of which all values are things, and these. Raises Problem if there is none."""
    classes = list(dict.fromkeys(placement.class_iri or "" for placement, _ in page_sections.placed("compare")))
    first_error: ParameterError | None = None
    for class_iri in classes:
        query = next(query for placement, query in page_sections.placed("compare") if placement.class_iri == class_iri)
        subject = query.subject(class_iri)
        assert subject is not None
        try:
            things = [
                str(service().catalogue.bind(service().engine, query, {subject.name: value})[subject.variable])
                for value in values
            ]
        except ParameterError as error:
            first_error = first_error or error
            continue
        if len(set(things)) < len(things):
            raise Problem("bad-parameter", "A thing is given twice; compare different ones.", parameter="thing")
        return class_iri, things
    assert first_error is not None
    raise first_error


def _compare(
    queries: Sequence[tuple[Placement, CannedQuery]], class_iri: str, things: list[str], code: str
) -> list[Comparison]:
    pairs = [(query, iri) for _, query in queries for iri in things]

    def make_table(pair: tuple[CannedQuery, str]) -> result_views.Table:
        query, iri = pair
        subject = query.subject(class_iri)
        assert subject is not None
        return result_views.table(
            localised(read_first_rows(page_sections.ask(query, {subject.name: iri}).body), code, query), query, code
        )

    tables = ask_together(make_table, pairs)
    comparisons = []
    for position, (placement, query) in enumerate(queries):
        own_tables = tables[position * len(things) : (position + 1) * len(things)]
        lines = _make_lines(own_tables, placement.show)
        if lines:
            comparisons.append(Comparison(query.summary.in_language(code), query.description.in_language(code), lines))
    return comparisons


def _make_lines(tables: Sequence[result_views.Table], shown_column: str | None) -> list[Line]:
    heads: dict[str, Term] = {}
    cells: dict[str, list[list[list[Term]]]] = {}
    for position, table in enumerate(tables):
        for row in table.rows:
            if row and row[0] is not None:
                key = row[0].href or row[0].text
                heads.setdefault(key, row[0])
                row_cells = cells.setdefault(key, [[] for _ in tables])
                terms = [
                    term for column, term in zip(table.columns, row, strict=True) if shown_column in (None, column.name)
                ]
                row_cells[position].append([term for term in (terms if shown_column else row[1:]) if term is not None])
    return [
        Line(
            head, cells[key], all(values and _list_texts(values) == _list_texts(cells[key][0]) for values in cells[key])
        )
        for key, head in heads.items()
    ]


def _list_texts(values: list[list[Term]]) -> set[tuple[str, ...]]:
    return {tuple(term.href or term.text for term in terms) for terms in values}
