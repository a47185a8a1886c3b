"""The home page, and the list of errors."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from clustergraph.web.http import i18n, responses
from clustergraph.web.http.current import page_urls, service, urls
from clustergraph.web.http.negotiation import prefers_data
from clustergraph.web.http.problem import KINDS
from clustergraph.web.pages import graphs, page_sections
from clustergraph.web.pages.display_term import Term, show_iri
from clustergraph.web.pages.result_views import named

blueprint = Blueprint("pages", __name__)

MAX_SHOWN_CLASSES = 18
"""Classes whose things the home page counts."""


@blueprint.get("/")
def home() -> Response:
    """What this is, what it holds, where to go on. For those who ask for RDF: the dataset of this name."""
    snapshot = service().snapshot
    if prefers_data(request):
        return responses.see_other(urls().void)
    html = render_template(
        "home.html",
        manifest=snapshot.manifest,
        kinds=count_things(),
        sections=[view for view in page_sections.of_page("home") if not view.is_empty],
        graphs=[(iri, page_urls().thing(iri), count) for iri, count in sorted(snapshot.graphs.items())],
        topics=page_sections.group_by_topic(),
        downloads=graphs.list_downloads(),
    )
    response = responses.page(html)
    response.headers["Link"] = ", ".join(
        (
            f'<{urls().void}>; rel="describedby"',
            f'<{urls().croissant}>; rel="describedby"; type="application/ld+json"',
            f'<{urls().openapi}>; rel="service-desc"',
        )
    )
    return response


def count_things() -> list[tuple[Term, int]]:
    """The classes of things with how many there are, most first: the graph's own, or all where it has none."""
    snapshot = service().snapshot
    counts = snapshot.manifest.get("classes", {})
    own = {iri: count for iri, count in counts.items() if iri.startswith(snapshot.base)} or counts
    names = named(own, i18n.language())
    return [(show_iri(iri, snapshot, names), count) for iri, count in list(own.items())[:MAX_SHOWN_CLASSES]]


@blueprint.get("/errors")
def errors() -> Response:
    """Every kind of error this service gives, and what to do about it."""
    return responses.page(render_template("errors.html", kinds=KINDS))
