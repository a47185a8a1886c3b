"""Canned queries on pages: which ones stand where, bound to what the page is about."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from clustergraph.catalogue import CannedQuery, Placement
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.engine.base import Answer
from clustergraph.sparql.errors import EvaluationError
from clustergraph.web.http import i18n
from clustergraph.web.http.current import service
from clustergraph.web.pages import result_views
from clustergraph.web.pages.parallel import ask_together
from clustergraph.web.pages.result_views import View

_LOG = logging.getLogger(__name__)


def placed(of: str, classes: Iterable[str] | None = None) -> list[tuple[Placement, CannedQuery]]:
    """The queries for a kind of page, in their order; for things, those of their classes."""
    known = None if classes is None else set(classes)
    found = [
        (place, query)
        for query in service().catalogue
        for place in query.pages
        if place.of == of and (known is None or place.class_iri in known)
    ]
    return sorted(found, key=lambda one: (one[0].order, one[1].name))


def of_page(of: str, path: str | None = None) -> list[View]:
    """The views of a page that is about no thing, such as the home page; of a page of the site, that at `path`."""
    return _views([(place, query, {}) for place, query in placed(of) if place.path == path])


def of_thing(iri: str, classes: Iterable[str]) -> list[View]:
    """The views on the page of a thing; those without any result are left out."""
    wanted: dict[str, tuple[Placement, CannedQuery, dict[str, str]]] = {}
    for place, query in placed("class", classes):
        subject = query.subject(place.class_iri or "")
        if subject is not None:
            wanted.setdefault(query.name, (place, query, {subject.name: iri}))
    return [view for view in _views(wanted.values()) if not view.is_empty]


def ask(query: CannedQuery, given: Mapping[str, str]) -> Answer:
    """The answer of a query. It is told the page's language if it has a parameter for it."""
    if query.parameter(LANGUAGE_FIELD) and LANGUAGE_FIELD not in given:
        given = {**given, LANGUAGE_FIELD: i18n.language()}
    form = "turtle" if query.form in ("CONSTRUCT", "DESCRIBE") else "json"
    return service().catalogue.run(service().engine, query.name, given, format=form)


def _views(wanted: Iterable[tuple[Placement, CannedQuery, dict[str, str]]]) -> list[View]:
    listed = list(wanted)
    answers = ask_together(lambda one: _answer(one[1], one[2]), listed)
    return [
        replace(
            result_views.view(query, answer, given, kind=place.view), title=query.summary.in_language(i18n.language())
        )
        for (place, query, given), answer in zip(listed, answers, strict=True)
        if answer is not None
    ]


def _answer(query: CannedQuery, given: Mapping[str, str]) -> Answer | None:
    """The answer; None where the engine cannot evaluate the query, as remote ones may. The page goes without it."""
    try:
        return ask(query, given)
    except EvaluationError as error:
        _LOG.warning("A page goes without the query %s: %s", query.name, error)
        return None
