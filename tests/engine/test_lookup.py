"""Look-ups: which queries are, and that they say what the engine says, to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clustergraph.engine import held, lookup
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.evaluate import evaluate
from clustergraph.engine.formats import of_kind
from clustergraph.engine.lookup import MOST_ROWS, Lookups
from clustergraph.folder import published
from clustergraph.opening import find, opened
from clustergraph.snapshot import Snapshot

JSON = of_kind("results")[0]


@pytest.fixture(scope="module")
def published_snapshot(store: Path) -> Snapshot:
    """The snapshot of this repository's own graph; the fixture `snapshot` is a smaller one here."""
    return opened(find([published().root], store=store)).snapshot


@pytest.fixture(scope="module")
def in_memory(published_snapshot: Snapshot) -> ox.Store:
    return held.open_store(published_snapshot.store, hold=True)


@pytest.fixture(scope="module")
def lookups(published_snapshot: Snapshot, in_memory: ox.Store) -> Lookups:
    """Look-ups on this repository's own graph."""
    return Lookups(in_memory, published_snapshot.prefixes)


@pytest.fixture(scope="module")
def engine(published_snapshot: Snapshot, in_memory: ox.Store) -> EmbeddedEngine:
    """The engine itself on the same store."""
    return EmbeddedEngine(published_snapshot, store=in_memory)


def test_every_thing_is_looked_up_as_the_engine_does(lookups: Lookups, engine: EmbeddedEngine) -> None:
    found = engine.query("SELECT DISTINCT ?x { { ?x ?p ?o } UNION { ?s ?p ?x } FILTER(isIRI(?x)) }", format="csv")
    things = found.body.decode().split()[1:]
    assert len(things) > 1000
    left = 0
    for thing in things:
        for text in (
            f"SELECT ?p ?o {{ <{thing}> ?p ?o }}",
            f"SELECT ?s ?p {{ ?s ?p <{thing}> }}",
            f"SELECT ?s ?unbound {{ ?s a <{thing}> }} LIMIT 3",
        ):
            answer = lookups.answer(text)
            if answer is None:
                left += 1
                assert engine.query(text).body.count(b"{") > MOST_ROWS
            else:
                assert answer.body == engine.query(text).body, text
    assert left < 20


SAME = [
    "SELECT ?p ?o WHERE { cluster:cool-silicon ?p ?o }",
    "SELECT ?o WHERE { cluster:cool-silicon rdfs:label ?o }",
    "select ?s where{?s a cg:Cluster}limit 4",
    "PREFIX  c: <https://w3id.org/clustergraph/id/cluster/>\n# why\nSELECT ?p{c:cool-silicon ?p ?o.}# end",
    "PREFIX cluster: <urn:nothing:> SELECT ?o { cluster:cool-silicon ?p ?o }",
    "SELECT * { cluster:cool-silicon ?p ?o } LIMIT 0",
    "SELECT $p { cluster:cool-silicon $p $o }",
    "SELECT ?p { ?s ?p country:JP . }",
    "SELECT ?p { cluster:cool-silicon ?p <https://w3id.org/clustergraph/ontology#Cluster> }",
]


@pytest.mark.parametrize("text", SAME)
def test_ways_to_write_a_lookup(lookups: Lookups, engine: EmbeddedEngine, text: str) -> None:
    answer = lookups.answer(text)
    assert answer is not None
    assert answer.body == engine.query(text).body


NO_LOOKUP = [
    "SELECT * { ?s ?p ?o }",
    "SELECT ?s { ?s rdfs:label ?o }",
    "SELECT DISTINCT ?p { <x:y> ?p ?o }",
    "SELECT ?o { <x:y> ?a ?a }",
    "SELECT ?o ?o { <x:y> ?p ?o }",
    "SELECT ?o { <x:y> rdfs:label* ?o }",
    "SELECT ?o { <x:y> ^rdfs:label ?o }",
    "SELECT ?o { <x:y> ?p ?o . ?o ?q ?r }",
    "SELECT ?o { <x:y> ?p ?o } OFFSET 5",
    "SELECT ?o { <x:y> ?p ?o } ORDER BY ?o",
    "SELECT ?o { <x:y> ?p ?o FILTER(?o > 1) }",
    "SELECT ?o FROM <x:g> { <x:y> ?p ?o }",
    "SELECT ?o { SERVICE <x:y> { ?s ?p ?o } }",
    "SELECT (?o AS ?x) { <x:y> ?p ?o }",
    "SELECT ?o { <relative> ?p ?o }",
    "SELECT ?o { unknown:x ?p ?o }",
    "SELECT ?o { rdfs:a\\~b ?p ?o }",
    "SELECT ?o { <x:y> ?p 'text' }",
    "ASK { <x:y> ?p ?o }",
    "SELECT ?o { <x:y> A ?o }",
    "SELECT ?o { <x:y> ?p ?o } # half a comment\n garbage",
    "SELECT ?o { <x:y> ?p ?o }" + " " * lookup.LONGEST,
]


@pytest.mark.parametrize("text", NO_LOOKUP)
def test_what_is_left_to_a_reader(lookups: Lookups, text: str) -> None:
    assert lookups.answer(text) is None


def test_many_rows_are_left_to_a_reader() -> None:
    lookups = Lookups(_store(map(ox.Literal, range(MOST_ROWS + 1))))
    assert lookups.answer("SELECT ?o { <x:s> ?p ?o }") is None
    some = lookups.answer("SELECT ?o { <x:s> ?p ?o } LIMIT 500")
    assert some is not None
    assert some.body.count(b"literal") == MOST_ROWS


def _store(terms: Iterable[Any]) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(ox.NamedNode("x:s"), ox.NamedNode("x:p"), term) for term in terms)
    return store


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
terms = st.one_of(
    texts.map(ox.Literal),
    st.builds(lambda text, code: ox.Literal(text, language=code), texts, st.sampled_from(["de", "en-gb"])),
    st.builds(lambda text: ox.Literal(text, datatype=ox.NamedNode("x:type")), texts),
    st.booleans().map(ox.Literal),
    st.integers(-(10**6), 10**6).map(ox.Literal),
    st.just(ox.BlankNode("b1")),
    st.just(ox.Triple(ox.NamedNode("x:a"), ox.NamedNode("x:b"), ox.Literal("c"))),
    st.just(ox.Literal("a", language="he", direction=ox.BaseDirection.RTL)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(terms, max_size=4))
def test_any_term_is_written_as_the_engine_writes_it(terms: list[Any]) -> None:
    store = _store(terms)
    text = "SELECT ?p ?o { <x:s> ?p ?o }"
    answer = Lookups(store).answer(text)
    if answer is None:
        assert any(isinstance(term, ox.Triple) or getattr(term, "direction", None) for term in terms)
    else:
        assert answer.body == evaluate(store, text, JSON)[0]


def test_a_small_graph_is_held_in_memory_with_the_same_blank_nodes(
    published_snapshot: Snapshot, in_memory: ox.Store
) -> None:
    on_disk = held.open_store(published_snapshot.store, hold=False)
    assert held.is_small(published_snapshot)
    assert any(isinstance(quad.subject, ox.BlankNode) for quad in on_disk)
    assert set(in_memory) == set(on_disk)
