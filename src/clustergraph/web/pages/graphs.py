"""Pages of the named graphs, one and all, and of the snapshot."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Response, render_template
from rdflib import URIRef
from rdflib.namespace import RDF

from clustergraph.describe import thing_documents
from clustergraph.describe.urls import GRAPHS, Fields
from clustergraph.describe.void import list_own_classes, read_rows
from clustergraph.snapshots.graph_names import short_name
from clustergraph.sparql.errors import LimitPassed
from clustergraph.sparql.query import Query
from clustergraph.web.http import responses
from clustergraph.web.http.current import page_urls, service, urls
from clustergraph.web.http.i18n import language, say
from clustergraph.web.pages.display_term import Term, show_iri, show_term
from clustergraph.web.pages.result_views import named

MAX_COUNTED_TERMS = 25
"""How many classes and how many properties a graph's page counts."""

_CLASSES = f"""SELECT ?term (COUNT(*) AS ?count) {{ GRAPH ?graph {{ ?thing <{RDF.type}> ?term }} }}
GROUP BY ?term ORDER BY DESC(?count) ?term LIMIT {MAX_COUNTED_TERMS}"""
_PROPERTIES = f"""SELECT ?term (COUNT(*) AS ?count) {{ GRAPH ?graph {{ ?thing ?term ?value }} }}
GROUP BY ?term ORDER BY DESC(?count) ?term LIMIT {MAX_COUNTED_TERMS}"""


_KINDS = f"""SELECT ?graph ?class (COUNT(*) AS ?count) {{ GRAPH ?graph {{ ?thing <{RDF.type}> ?class }} }}
GROUP BY ?graph ?class ORDER BY DESC(?count) ?class"""

COUNTING_SECONDS = 3.0
"""How long the list of graphs counts their classes; of larger graphs, it shows none."""

MAX_NAMED_CLASSES = 3
"""How many classes the list of graphs names for each."""


def index() -> Response:
    """The page of all named graphs: what each is, how large, and where to get it."""
    snapshot = service().snapshot
    classes = _find_main_classes()
    listed = [{**_summarise(iri), "kinds": ", ".join(classes.get(iri, ()))} for iri in sorted(snapshot.graphs)]
    html = render_template("graphs.html", graphs=listed, say=say, downloads=list_downloads())
    return _respond(f"{snapshot.base}{GRAPHS}", html)


def page(iri: str) -> Response:
    """The page of one named graph: what it is, what it counts, the files it was read from."""
    snapshot = service().snapshot
    html = render_template(
        "graph.html",
        graph=_summarise(iri),
        iri=iri,
        say=say,
        classes=_count_terms(_CLASSES, iri),
        properties=_count_terms(_PROPERTIES, iri),
        files=[source for source in snapshot.manifest.get("sources", []) if source.get("graph") == iri],
        downloads=_link_formats(iri),
    )
    return _respond(iri, html)


def snapshot_page() -> Response:
    """The page of the snapshot that is served: when it was built, from what, and how to tell that it is the same."""
    iri = thing_documents.snapshot_iri(service().snapshot)
    return _respond(iri, render_template("snapshot.html", iri=iri, say=say, downloads=_link_formats(iri, fields=())))


def _respond(iri: str, html: str) -> Response:
    return responses.add_links(responses.page(html), iri)


def _summarise(iri: str) -> dict[str, Any]:
    """A named graph by its short name: its address, its size, and what it is."""
    snapshot = service().snapshot
    name = short_name(snapshot, iri)
    sources = snapshot.manifest.get("sources", [])
    roles = [source["role"] for source in sources if source.get("graph") == iri]
    if "ontology" in roles:
        description = say("graph.ontology")
    elif roles:
        description = say("graph.files", n=len(roles))
    elif iri == snapshot.inferred_graph:
        description = say("graph.inferred")
    else:
        # Another engine does not say where its graphs are from.
        description = say("graph.within") if sources else ""
    return {"name": name, "href": page_urls().thing(iri), "triples": snapshot.graphs[iri], "what": description}


def _find_main_classes() -> dict[str, list[str]]:
    """What the things in each graph mostly are: the graph's own classes, or any if it has none of its own."""
    engine = service().engine
    try:
        answer = engine.answer(Query(_KINDS, timeout=COUNTING_SECONDS))
    except LimitPassed:
        return {}  # the graph is so large that counting takes too long; the list does without
    own = set(list_own_classes(engine.snapshot))
    by_graph: dict[str, list[str]] = defaultdict(list)
    for row in answer.rows():
        if "class" in row and row["class"].text in own and len(by_graph[row["graph"].text]) < MAX_NAMED_CLASSES:
            by_graph[row["graph"].text].append(row["class"].text)
    names = named((class_iri for classes in by_graph.values() for class_iri in classes), language())
    return {
        iri: [show_iri(class_iri, engine.snapshot, names).text for class_iri in classes]
        for iri, classes in by_graph.items()
        if classes
    }


def _count_terms(query: str, iri: str) -> list[tuple[Term, int]]:
    engine = service().engine
    solutions = [row for row in read_rows(engine, query, graph=URIRef(iri)) if "term" in row]
    names = named([row["term"].text for row in solutions], language())
    return [(show_term(row["term"], engine.snapshot, names), row["count"].number()) for row in solutions]


def list_downloads() -> list[tuple[str, str]]:
    """The downloads of the whole graph: the name and the address of each format."""
    return _link_formats(f"{service().snapshot.base}{GRAPHS}")


def _link_formats(iri: str, fields: Fields = (("download", "1"),)) -> list[tuple[str, str]]:
    return [(form.label, urls().data(iri, form, fields)) for form in thing_documents.formats_for(service().engine, iri)]
