"""Canned queries on pages: which ones stand where, bound to what the page is about, and all of them by topic."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace

from rdflib import URIRef

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
    wanted_classes = None if classes is None else set(classes)
    placements = [
        (placement, query)
        for query in service().catalogue
        for placement in query.pages
        if placement.of == of and (wanted_classes is None or placement.class_iri in wanted_classes)
    ]
    return sorted(placements, key=lambda item: (item[0].order, item[1].name))


def of_page(of: str, path: str | None = None) -> list[View]:
    """The views of a page that is about no thing, such as the home page; of a page of the site, that at `path`."""
    return _make_views([(place, query, {}) for place, query in placed(of) if place.path == path])


def of_thing(iri: str, classes: Iterable[str]) -> list[View]:
    """The views on the page of a thing; those without any result are left out."""
    requests: dict[str, tuple[Placement, CannedQuery, dict[str, str]]] = {}
    for placement, query in placed("class", classes):
        subject = query.subject(placement.class_iri or "")
        if subject is not None:
            requests.setdefault(query.name, (placement, query, {subject.name: iri}))
    return [view for view in _make_views(requests.values()) if not view.is_empty]


def ask(query: CannedQuery, things: Mapping[str, str]) -> Answer:
    """The answer of a query about things, whose IRIs are given by the names of its parameters.

    It gets the page's language if it has a parameter for it.
    """
    given = {LANGUAGE_FIELD: i18n.language()} if query.parameter(LANGUAGE_FIELD) else {}
    form = "turtle" if query.form in ("CONSTRUCT", "DESCRIBE") else "json"
    known = {name: URIRef(iri) for name, iri in things.items()}
    return service().catalogue.run(service().engine, query.name, given, format=form, known=known)


def _make_views(requests: Iterable[tuple[Placement, CannedQuery, dict[str, str]]]) -> list[View]:
    queries = list(requests)
    answers = ask_together(lambda request: _ask_if_possible(request[1], request[2]), queries)
    return [
        replace(
            result_views.view(query, answer, given, kind=place.view), title=query.summary.in_language(i18n.language())
        )
        for (place, query, given), answer in zip(queries, answers, strict=True)
        if answer is not None
    ]


def _ask_if_possible(query: CannedQuery, given: Mapping[str, str]) -> Answer | None:
    """The answer; None where the engine cannot evaluate the query, as remote ones may. The page goes without it."""
    try:
        return ask(query, given)
    except EvaluationError as error:
        _LOG.warning("A page goes without the query %s: %s", query.name, error)
        return None


def group_by_topic() -> list[tuple[str, list[CannedQuery]]]:
    """The canned queries by their first tag."""
    topics: dict[str, list[CannedQuery]] = {}
    for query in service().catalogue:
        topics.setdefault(_name_topic(query), []).append(query)
    return sorted(topics.items())


def _name_topic(query: CannedQuery) -> str:
    if not query.tags:
        return i18n.say("topic.other")
    key = f"topic.{query.tags[0]}"
    return i18n.say(key) if i18n.has_text(key) else query.tags[0].capitalize()
