"""Pages of the site: several canned queries under a heading, at an address that their headers name.

Which pages there are is a matter of the folder that is served: its queries say `page: {of: site, path: ...}`.
"""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, render_template

from clustergraph.catalogue import CannedQuery, Catalogue, CatalogueError, Placement, Words
from clustergraph.catalogue import Problem as Wrong
from clustergraph.describe.urls import GRAPHS, OWN_SEGMENTS, SNAPSHOTS
from clustergraph.web.http import responses
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import page_sections


def install(app: Flask, catalogue: Catalogue) -> None:
    """Give each page its address. Raises CatalogueError where the service has another use for one."""
    taken = OWN_SEGMENTS | {GRAPHS, SNAPSHOTS} | {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    wrong = [
        Wrong(query.file, 1, f"The path {place.path!r} is one of the service's own; choose another for the page.")
        for place, query in _placed(catalogue)
        if place.path in taken
    ]
    if wrong:
        raise CatalogueError(wrong)
    for path, title in pages(catalogue).items():
        app.add_url_rule(f"/{path}", f"site.{path}", partial(_page, path, title), methods=["GET"])


def pages(catalogue: Catalogue) -> dict[str, Words]:
    """What each page is called, by its path, in the order of the paths' first queries."""
    found: dict[str, Words] = {}
    named: set[str] = set()
    for place, query in _placed(catalogue):
        assert place.path is not None
        if place.path not in named and (place.title or place.path not in found):
            found[place.path] = place.title or query.summary
        if place.title:
            named.add(place.path)
    return found


def _placed(catalogue: Catalogue) -> list[tuple[Placement, CannedQuery]]:
    found = [(place, query) for query in catalogue for place in query.pages if place.of == "site"]
    return sorted(found, key=lambda one: (one[0].order, one[1].name))


def _page(path: str, title: Words) -> Response:
    views = page_sections.of_page("site", path)
    if not views:
        raise Problem("unavailable", "The engine can evaluate none of the queries of this page.")
    first, rest = views[0], views[1:]
    return responses.page(render_template("site.html", heading=title, first=first, rest=rest))
