"""The service of each kind of graph that other people have: every page answers, every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote, urldefrag

import pytest
from flask.testing import FlaskClient

from clustergraph.ingest import build
from clustergraph.rdf.formats import of_kind
from clustergraph.settings import Settings
from clustergraph.web.app import create_app
from clustergraph.web.service import open_service
from support.foreign_graphs import KINDS, make
from support.rdf_readers import rdflib_reads

HTML = {"Accept": "text/html, */*;q=0.5"}
LINK = re.compile(r'href="([^"]*)"')
MAX_PAGES = 60
"""How many pages are followed of each kind."""


@pytest.fixture(scope="module", params=KINDS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, FlaskClient]]:
    """A kind of graph and a client of its service."""
    folder = tmp_path_factory.mktemp(request.param)
    build(make(request.param).write(folder / "files"), store=folder / "store", reason="none")
    service = open_service(Settings(store=Path(folder / "store"), log="off", rate="off", readers=2))
    yield request.param, create_app(service).test_client()
    service.engine.close()


def test_every_link_leads_somewhere(served: tuple[str, FlaskClient]) -> None:
    _, client = served
    waiting, seen = ["/"], {"/"}
    for address in waiting:
        response = client.get(address, headers=HTML, follow_redirects=True)
        assert response.status_code == 200, address
        if response.mimetype != "text/html":
            continue
        for link in LINK.findall(response.text):
            target = urldefrag(unescape(link)).url
            if target.startswith("/") and target not in seen and len(seen) < MAX_PAGES:
                seen.add(target)
                waiting.append(target)


def test_things_are_called_what_their_labels_say(served: tuple[str, FlaskClient]) -> None:
    kind, client = served
    for iri, label in list(make(kind).labels.items())[:5]:
        page = client.get(f"/page?iri={quote(iri, safe='')}", headers=HTML)
        assert page.status_code == 200, iri
        assert label in page.text


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")  # of what rdflib's own parsers use
def test_downloads_say_the_same_in_every_format(served: tuple[str, FlaskClient]) -> None:
    kind, client = served
    graph = make(kind)
    if not graph.is_rdf11:
        return
    ntriples, *_ = [form for form in of_kind("graph") if form.name == "ntriples"]
    expected = rdflib_reads(client.get("/data/graph.nt").data, ntriples)
    assert len(expected) == client.application.extensions["clustergraph"].snapshot.triples
    for form in of_kind("graph"):
        response = client.get(f"/data/graph.{form.extension}")
        if (kind, form.name) == ("odd_names", "rdfxml"):
            assert response.status_code == 406
            continue
        assert rdflib_reads(response.data, form) == expected
