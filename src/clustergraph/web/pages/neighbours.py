"""All values of one property of a thing, or all things that have it as a value, a page at a time."""

from __future__ import annotations

from flask import Response, render_template, request

from clustergraph.describe.thing_queries import is_there, read_others
from clustergraph.rdf.python_values import Term as RdfTerm
from clustergraph.web.http import i18n, request_params, responses
from clustergraph.web.http.current import labels, page_urls, service
from clustergraph.web.pages.display_term import show_iri, show_term

MAX_TERMS_PER_PAGE = 200

KINDS = ("pointing", "values")
"""Fields of an address that name the property: of the things that have the thing as a value, or of its own values."""


def neighbours_page(iri: str) -> Response | None:
    """The page that the address asks for; None if it asks for none, but for the page of the thing."""
    fields = request_params.address(request)
    kind = next((kind for kind in KINDS if kind in fields), None)
    if kind is None or not is_there(service().engine, iri):
        return None
    prop = request_params.iri(kind, request_params.single(fields, kind) or "")
    start = request_params.whole_number(fields, "start")
    engine = service().engine
    limit = MAX_TERMS_PER_PAGE + 1
    others = read_others(engine, iri, prop, inverse=kind == "pointing", start=start, limit=limit)
    terms = others[:MAX_TERMS_PER_PAGE]
    has_more = len(others) > len(terms)
    names = labels().read([iri, prop, *(term.text for term in terms if term.kind == "uri")], i18n.languages())
    shown_terms = sorted(terms, key=lambda term: _sort_key(term, names))
    html = render_template(
        "neighbours.html",
        thing=show_iri(iri, engine.snapshot, names),
        lead=i18n.say(
            f"thing.list.{kind}",
            property=show_iri(prop, engine.snapshot, names).text,
            first=start + 1,
            last=start + len(terms),
        ),
        first=start + 1,
        terms=[show_term(term, engine.snapshot, names) for term in shown_terms],
        previous=page_urls().page(iri, {kind: prop, "start": str(max(0, start - MAX_TERMS_PER_PAGE))}) if start else "",
        next=page_urls().page(iri, {kind: prop, "start": str(start + MAX_TERMS_PER_PAGE)}) if has_more else "",
    )
    return responses.page(html)


def _sort_key(term: RdfTerm, names: dict[str, str]) -> tuple[str, str]:
    return names.get(term.text, term.text).casefold(), term.text
