"""A small foreign graph (shops and towns) and a way to write query files: the catalogue knows no clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from clustergraph.catalogue import Catalogue, CatalogueError
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.ingest import build

GRAPH = r"""
@prefix ex: <https://example.org/> .
@prefix town: <https://example.org/town/> .
@prefix shop: <https://example.org/shop/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

ex:plate rdfs:subPropertyOf skos:notation .

town:cologne a ex:Town ; rdfs:label "Cologne"@en , "Köln"@de ; skos:altLabel "Colonia" ; ex:plate "K" .
town:kiel a ex:Town ; rdfs:label "Kiel" ; ex:plate "KI" ; skos:hiddenLabel "Kiehl" .
town:frankfurt-main a ex:Town ; rdfs:label "Frankfurt"@en ; ex:plate "F" .
town:frankfurt-oder a ex:Town ; rdfs:label "Frankfurt"@en ; ex:plate "FF" .
town:no-name a ex:Town .
# A label that is another town's other name: the label wins.
town:colonia a ex:Town ; rdfs:label "Colonia"@es ; ex:plate "CO" .

shop:cologne a ex:Shop ; rdfs:label "The Cologne Shop" ; ex:in town:cologne ; ex:opened "2001-02-03"^^xsd:date ;
    ex:staff 7 ; ex:rent 12.5 ; ex:open true ; ex:motto "Alles frisch"@de ; ex:kind "bakery" .
shop:kiel a ex:Shop ; rdfs:label "Kiel's \"best\" {shop}" ; ex:in town:kiel ; ex:staff 3 ; ex:open false ;
    ex:motto "two\nlines }"@de ; ex:kind "bookshop" .
"""

Load = Callable[..., Catalogue]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedEngine]:
    """An engine on the small graph."""
    folder = tmp_path_factory.mktemp("shops")
    file = folder / "shops.ttl"
    file.write_text(GRAPH, encoding="utf-8")
    engine = EmbeddedEngine(build([file], store=folder / "store", reason="none").snapshot)
    yield engine
    engine.close()


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a catalogue of one query file with this text."""

    def write_and_load(text: str, name: str = "query.rq") -> Catalogue:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return Catalogue.load(tmp_path)

    return write_and_load


@pytest.fixture
def refusal(load: Load) -> Callable[..., str]:
    """What the catalogue says when it refuses a query file with this text."""

    def refused(text: str, name: str = "query.rq") -> str:
        with pytest.raises(CatalogueError) as caught:
            load(text, name)
        return "\n".join(str(problem) for problem in caught.value.problems)

    return refused
