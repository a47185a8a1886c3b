"""Pages of the site: several canned queries under a heading, at an address that their headers name.

Which pages there are is a matter of the folder that is served: its queries say `page: {of: site, path: ...}`.
"""

from __future__ import annotations

from functools import partial

from flask import Flask, Response, render_template

from clustergraph.catalogue import CannedQuery, Catalogue, Placement, Words
from clustergraph.catalogue import Problem as Wrong
from clustergraph.describe.urls import GRAPHS, OWN_SEGMENTS, SNAPSHOTS
from clustergraph.web.http import responses
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import page_sections


def install(app: Flask, catalogue: Catalogue) -> None:
    """Give each page its address, and leave out those of which the service has another use for it."""
    taken = OWN_SEGMENTS | {GRAPHS, SNAPSHOTS} | {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    problems = [
        Wrong(query.file, 1, f"The path {placement.path!r} is one of the service's own; choose another for the page.")
        for placement, query in _list_placements(catalogue)
        if placement.path in taken
    ]
    catalogue.left_out += tuple(problems)
    for path, title in pages(catalogue).items():
        if path in taken:
            continue
        app.add_url_rule(f"/{path}", f"site.{path}", partial(_show_page, path, title), methods=["GET"])


def pages(catalogue: Catalogue) -> dict[str, Words]:
    """What each page is called, by its path, in the order of the paths' first queries."""
    titles: dict[str, Words] = {}
    titled: set[str] = set()
    for placement, query in _list_placements(catalogue):
        assert placement.path is not None
        if placement.path not in titled and (placement.title or placement.path not in titles):
            titles[placement.path] = placement.title or query.summary
        if placement.title:
            titled.add(placement.path)
    return titles


def _list_placements(catalogue: Catalogue) -> list[tuple[Placement, CannedQuery]]:
    placements = [(place, query) for query in catalogue for place in query.pages if place.of == "site"]
    return sorted(placements, key=lambda item: (item[0].order, item[1].name))


def _show_page(path: str, title: Words) -> Response:
    views = page_sections.of_page("site", path)
    if not views:
        raise Problem("unavailable", "The engine can evaluate none of the queries of this page.")
    first, rest = views[0], views[1:]
    return responses.page(render_template("site.html", heading=title, first=first, rest=rest))
