"""Linked data: every IRI below the graph's base answers here, as a page or as data.

`/id/...`, and any other path that names a thing, answers 303 to `/page/...` or `/data/...`, by `Accept`. Things named
elsewhere are at `/page?iri=` and `/data?iri=`. A named graph's data is the whole graph, and that of `/graph` is all of
them; `/snapshot/...` names the state of the graph that statements are taken from.
"""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import unquote

from flask import Blueprint, Response, render_template, request

from clustergraph.describe import thing_documents
from clustergraph.describe.ontology_kinds import has_ontology
from clustergraph.describe.prov import snapshot_description
from clustergraph.describe.similar_names import suggest
from clustergraph.describe.thing_queries import find_first, is_there
from clustergraph.describe.urls import GRAPHS, ONTOLOGY, SNAPSHOTS, Urls, names
from clustergraph.messages import message
from clustergraph.rdf import formats
from clustergraph.rdf.formats import Format
from clustergraph.web.endpoints import downloads
from clustergraph.web.http import descriptions, request_params, responses
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.http.negotiation import choose, keeps_named_graphs
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages import graphs, ontology
from clustergraph.web.pages.neighbours import neighbours_page
from clustergraph.web.pages.thing import thing_page

blueprint = Blueprint("things", __name__)


@blueprint.get("/page")
def page_of_iri() -> Response:
    """The page of a thing named anywhere."""
    iri = _read_iri()
    return _make_page(iri) or _raise_missing(iri)


@blueprint.get("/data")
def data_of_iri() -> Response:
    """The data of a thing named anywhere."""
    iri = _read_iri()
    return _make_data(iri, None) if is_there(service().engine, iri) else _raise_missing(iri)


@blueprint.get("/page/<path:path>")
def page(path: str) -> Response:
    """The page of a thing named below the graph's base."""
    if path == GRAPHS:
        return graphs.index()
    if _is_snapshot(path):
        return graphs.snapshot_page()
    candidates = names(path, "", service().snapshot.base, _read_target(path))
    if response := _make_page(next(candidates, "")):
        return response
    iri = find_first(service().engine, candidates)
    return (_make_page(iri) if iri else None) or _resolve_shadowed("page", path)


@blueprint.get("/data/<path:path>")
def data(path: str) -> Response:
    """The data of a thing named below the graph's base; the path may end in a format's file ending."""
    stem, _, ending = path.rpartition(".")
    if stem and formats.find(ending, "graph") and (response := _make_data_at(stem, ending)):
        return response
    return _make_data_at(path, None) or _resolve_shadowed("data", path)


@blueprint.get("/<path:path>")
def resolve(path: str) -> Response:
    """Where the thing with this path is described: 303 to its page or its data (Cool URIs, section 4.2).

    A path that ends in a format's file ending, and names nothing itself, leads to that format.
    """
    base = service().snapshot.base
    if path == SNAPSHOTS:
        return responses.see_other(urls().thing(thing_documents.snapshot_iri(service().snapshot)))
    stem, _, ending = path.rpartition(".")
    iri = _find_named(path, request.query_string.decode("latin-1"))
    if iri is not None:
        fields = request_params.address(request)
        choice = choose(request, "graph", fields, html=True)
        if choice.is_html:
            return responses.see_other(page_urls().page(iri))
        # An address that ends in .trig or .nq is a dataset, and who asks by Accept may look for a graph.
        by_accept = choice.format.name in ("trig", "nquads") and not keeps_named_graphs(fields, choice.format)
        return responses.see_other(urls().data(iri, None if by_accept else choice.format))
    form = formats.find(ending, "graph")
    if stem and form and (iri := _find_named(stem, "")):
        return responses.see_other(urls().data(iri, form))
    return _raise_missing(f"{base}{path}")


def _raise_missing(iri: str) -> NoReturn:
    """Raise the error for a name that is not here, with names that are like it."""
    segments = iri.removeprefix(service().snapshot.base).split("/")
    if iri.startswith(service().snapshot.base) and segments[0] == SNAPSHOTS and len(segments) == 2:
        current = thing_documents.snapshot_iri(service().snapshot)
        detail = message("The snapshot <{iri}> is not served here; only the current one is described.", iri=iri)
        raise Problem("not-found", detail, suggestions=[current])
    detail = message("Nothing here is named <{iri}>.", iri=iri)
    raise Problem("not-found", detail, suggestions=suggest(service().engine, iri))


def _resolve_shadowed(segment: str, path: str) -> Response:
    """Where a thing is described whose own path begins like one of this service's."""
    if _find_thing(f"{segment}/{path}", request.query_string.decode("latin-1")):
        return resolve(f"{segment}/{path}")
    stem, _, ending = path.rpartition(".")
    _raise_missing(f"{service().snapshot.base}{stem if stem and formats.find(ending, 'graph') else path}")


def _is_snapshot(path: str) -> bool:
    return f"{service().snapshot.base}{path}" == thing_documents.snapshot_iri(service().snapshot)


def _find_named(path: str, query: str) -> str | None:
    """The IRI that a path means: of a thing, the current snapshot, or the collection of all graphs."""
    if path == GRAPHS or _is_snapshot(path) or (path == ONTOLOGY and has_ontology(service().snapshot)):
        return f"{service().snapshot.base}{path}"
    return _find_thing(path, query)


def _find_thing(path: str, query: str) -> str | None:
    """The IRI that a path means, of those that the graph knows."""
    return find_first(service().engine, names(path, query, service().snapshot.base, _read_target(path)))


def _read_target(path: str) -> str:
    """The path as it was sent, where the server tells; empty where it does not, or the path is another."""
    sent = str(request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI") or "").partition("?")[0]
    target = sent.removeprefix(request.script_root).removeprefix("/")
    for segment in ("", f"{Urls.pages}/", f"{Urls.documents}/"):
        part = target.removeprefix(segment.lstrip("/"))
        if unquote(part, errors="replace") == path:
            return part
    return ""


def _read_iri() -> str:
    return request_params.iri("iri", request_params.single(request_params.address(request), "iri") or "")


def _make_data_at(path: str, suffix: str | None) -> Response | None:
    """The data of what a path below the base names; None if it names nothing."""
    if path == GRAPHS:
        return downloads.everything(suffix)
    if _is_snapshot(path):
        response = descriptions.respond(snapshot_description, suffix)
        return responses.add_links(response, thing_documents.snapshot_iri(service().snapshot))
    iri = _find_named(path, "")
    return _make_data(iri, suffix) if iri else None


def _make_data(iri: str, suffix: str | None) -> Response:
    if iri in service().snapshot.graphs:
        response = downloads.named_graph(iri, suffix)
    else:
        fields = request_params.address(request)
        choice = choose(request, "graph", fields, suffix=suffix)
        named = keeps_named_graphs(fields, choice.format, suffix)
        answer = thing_documents.write_document(service().engine, iri, choice.format, named=named)
        response = responses.respond(answer, choice)
    return responses.add_links(response, iri)


def _make_page(iri: str) -> Response | None:
    """The page of what the graph knows by this name; None if the queries of the page show nothing."""
    snapshot = service().snapshot
    if iri in snapshot.graphs:
        return graphs.page(iri)
    if iri == f"{snapshot.base}{ONTOLOGY}":
        return ontology.page() if has_ontology(snapshot) else None
    if (neighbours := neighbours_page(iri)) is not None:
        return neighbours
    thing = thing_page(service().engine, labels(), iri)
    if thing is None:
        return None
    html = render_template("thing.html", iri=iri, thing=thing, data=data_links(iri))
    return responses.add_links(responses.page(html), iri)


def data_links(iri: str) -> list[tuple[Format, str]]:
    """The addresses of a thing's data, one for each format."""
    return [(form, urls().data(iri, form)) for form in thing_documents.formats_for(service().engine, iri)]
