"""Documents of data: a thing with its neighbours, a named graph, all of them, an ontology; and where each comes from.

A document is one query to the engine, which also writes it: a CONSTRUCT for a graph, a SELECT of quads for a dataset. A
document about a thing also describes itself; a download of a graph holds that graph
and nothing else, and VoID describes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, PROV, RDF, RDFS, VOID, XSD
from rdflib.term import Identifier

from clustergraph.describe.ontology_kinds import CLASSES, ONTOLOGIES, PROPERTIES
from clustergraph.describe.thing_queries import MAX_COUNTED_STATEMENTS, blank_paths, read_terms
from clustergraph.describe.urls import GRAPHS, ONTOLOGY, SNAPSHOTS, Urls, in_header
from clustergraph.engine.base import Answer, Engine
from clustergraph.rdf.formats import Format, of_kind
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.bindings import write_term
from clustergraph.sparql.errors import EngineError, UnsupportedFormat
from clustergraph.sparql.query import Query

MAX_POINTING_STATEMENTS = 1000
"""How many statements that point at a thing its document holds."""

MAX_NAMED_VALUES = 1000
"""How many of a thing's values its document names."""

MAX_LABEL_PROPERTIES = 8
"""Of how many properties a document holds labels."""

MAX_TRIED_TRIPLES = 10_000
"""Of how many triples a graph may be that is written to find out whether a format can hold it."""

Statement = tuple[Identifier, Identifier, Identifier]

# `$thing` is the thing, in SPARQL's own syntax. Where its place is given by VALUES, the engine looks up; it searches
# where a FILTER says it.
_COUNTS = f"""SELECT ?role ?graph (COUNT(*) AS ?statements) {{
  {{ SELECT ?role ?graph {{ VALUES ?thing {{ $thing }} GRAPH ?graph {{ ?thing ?p ?o }} BIND("own" AS ?role) }}
    LIMIT {MAX_COUNTED_STATEMENTS + 1} }}
  UNION {{ SELECT ?role ?graph {{
    VALUES ?thing {{ $thing }} GRAPH ?graph {{ ?s ?q ?thing }} BIND("pointing" AS ?role) }}
    LIMIT {MAX_COUNTED_STATEMENTS + 1} }}
}} GROUP BY ?role ?graph ORDER BY ?graph"""
# Not sorted: the engine has them in the same order each time, and sorts many slowly.
_FIRST_POINTING = f"""SELECT DISTINCT ?subject ?predicate {{ VALUES ?thing {{ $thing }} ?subject ?predicate ?thing }}
LIMIT {MAX_POINTING_STATEMENTS}"""
_ANY = "?subject ?predicate ?object"

# The parts of a document: what leads to its statements, and the pattern of the statements.
Part = tuple[str, str]
_ABOUT: tuple[Part, ...] = (
    ("VALUES ?subject { $thing }", _ANY),
    (f"{{ {_FIRST_POINTING} }} VALUES ?object {{ $thing }}", _ANY),
)
# Blank nodes have no address of their own, so their statements are included, and lists whole.
_BLANK: tuple[Part, ...] = tuple((path, _ANY) for path in blank_paths("VALUES ?thing { $thing }", "?subject"))
_NAMED = (
    "BIND($thing AS ?subject)",
    "{ SELECT DISTINCT ?subject { VALUES ?thing { $thing } ?thing ?subject ?x } }",
    "{ SELECT ?subject { VALUES ?thing { $thing } ?thing ?x ?subject FILTER(ISIRI(?subject)) } "
    f"LIMIT {MAX_NAMED_VALUES} }}",
    f"{{ {_FIRST_POINTING} }}",
    "{ SELECT DISTINCT ?subject { { SELECT ?subject { VALUES ?thing { $thing } ?s ?subject ?thing } "
    f"LIMIT {MAX_POINTING_STATEMENTS} }} }} }}",
)
# Of the document and of each term that it defines, `$terms`.
_DEFINED: tuple[Part, ...] = (
    ("VALUES ?subject { $terms }", _ANY),
    (f"VALUES ?term {{ $terms }} ?term ?p ?a FILTER(ISBLANK(?a)) ?a <{RDF.rest}>* ?subject .", _ANY),
)

_KINDS = " ".join(f"<{kind}>" for kind in (*ONTOLOGIES, *CLASSES, *PROPERTIES))
_IS_KIND = f"VALUES ?kind {{ {_KINDS} }} ?thing a ?kind ."
# All terms, in whatever file they are.
_ONTOLOGY: tuple[Part, ...] = (
    (f"{{ SELECT DISTINCT (?thing AS ?subject) {{ {_IS_KIND} }} }}", _ANY),
    *((f"{{ SELECT DISTINCT ?subject {{ {path} }} }}", _ANY) for path in blank_paths(_IS_KIND, "?subject")),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Which graphs have statements about a thing, and how many statements point at it.

    Neither looks beyond `MAX_COUNTED_STATEMENTS`; one more stands for any greater number.
    """

    graphs: tuple[str, ...]
    pointing: int

    @property
    def is_cut(self) -> bool:
        """Whether more points at the thing than its document holds."""
        return self.pointing > MAX_POINTING_STATEMENTS


def snapshot_iri(snapshot: Snapshot) -> str:
    """The name of a snapshot in statements of where things come from."""
    return f"{snapshot.base}{SNAPSHOTS}/{snapshot.name}"


def write_everything(engine: Engine, form: Format, *, named: bool = False) -> Answer:
    """Write everything: the merge of all graphs, or with `named` all of them by name."""
    if named:
        return engine.answer(Query(_write_select(["GRAPH ?graph { ?subject ?predicate ?object }"]), format=form.name))
    return engine.answer(Query(_write_construct(["?subject ?predicate ?object"]), format=form.name))


def write_document(engine: Engine, iri: str, form: Format, *, named: bool = False) -> Answer:
    """Write the document about what `iri` names, in one format: one graph, or with `named` by named graphs.

    Raises the errors of `sparql.errors`.
    """
    snapshot, thing = engine.snapshot, write_term("thing", URIRef(iri))
    if iri in snapshot.graphs and not named:
        return engine.answer(Query(_write_construct([_ANY]), format=form.name, default_graphs=[iri]))
    if iri in snapshot.graphs:
        parts = [f"VALUES ?graph {{ {thing} }} GRAPH ?graph {{ ?subject ?predicate ?object }}"]
    else:
        terms = " ".join(write_term("term", URIRef(term)) for term in read_terms(engine, iri))
        about = Origin(tuple(snapshot.graphs), 0) if terms else origin(engine, iri)
        parts = [_write_values(description(snapshot, iri, about))]
        if terms:
            document = _DEFINED
        elif engine.answer(Query(f"ASK {{ {thing} ?p ?o FILTER(ISBLANK(?o)) }}", format="json")).truth():
            document = (*_ABOUT, *_BLANK, *_list_label_parts(snapshot))
        else:
            document = (*_ABOUT, *_list_label_parts(snapshot))
        for part in document:
            parts.append(_write_part(part, thing, named).replace("$terms", f"{thing} {terms}"))
        own_graph = f"{snapshot.base}{GRAPHS}/{ONTOLOGY}"
        if iri == f"{snapshot.base}{ONTOLOGY}" and own_graph in snapshot.graphs:
            # The ontology also says something about terms of other vocabularies.
            parts.append(f"VALUES ?graph {{ <{own_graph}> }} GRAPH ?graph {{ ?subject ?predicate ?object }}")
        elif iri == f"{snapshot.base}{ONTOLOGY}":
            parts += [_write_part(part, thing, named) for part in _ONTOLOGY]
    return engine.answer(Query((_write_select if named else _write_construct)(parts), format=form.name))


def formats_for(engine: Engine, iri: str) -> tuple[Format, ...]:
    """The formats that can hold the document about what `iri` names.

    Whether they can is tried out where there is doubt, and for the collection of all graphs and large ones not even
    then.
    """
    snapshot = engine.snapshot
    in_doubt = snapshot.formats_in_doubt
    triples = snapshot.graphs.get(iri, 0)
    is_tried = iri != f"{snapshot.base}{GRAPHS}" and triples <= MAX_TRIED_TRIPLES
    return tuple(
        form for form in of_kind("graph") if form.name not in in_doubt or (is_tried and _can_hold(engine, iri, form))
    )


def _can_hold(engine: Engine, iri: str, form: Format) -> bool:
    try:
        write_document(engine, iri, form)
    except UnsupportedFormat:
        return False
    except EngineError:
        pass  # what is wrong then is for whoever asks for the document
    return True


def origin(engine: Engine, iri: str) -> Origin:
    """The graphs with statements about a thing, and how many statements point at it."""
    answer = engine.answer(Query(_COUNTS.replace("$thing", write_term("thing", URIRef(iri))), format="json"))
    rows = answer.rows()
    graphs = sorted({row["graph"].text for row in rows if "graph" in row})
    pointing = sum(row["statements"].number() for row in rows if "role" in row and row["role"].text == "pointing")
    return Origin(tuple(graphs), pointing)


def description(snapshot: Snapshot, iri: str, about: Origin) -> list[Statement]:
    """What the document about a thing says of itself: its topic, dataset, licence, snapshot and graphs."""
    names = Urls(snapshot.base).names
    document, dataset = URIRef(names.data(iri)), URIRef(snapshot.base)
    statements: list[Statement] = [
        (document, RDF.type, FOAF.Document),
        (document, FOAF.primaryTopic, URIRef(iri)),
        (document, DCTERMS.isPartOf, dataset),
        (document, VOID.inDataset, dataset),
        (document, PROV.wasDerivedFrom, URIRef(snapshot_iri(snapshot))),
        *((document, DCTERMS.source, URIRef(graph)) for graph in about.graphs),
    ]
    if built := snapshot.manifest.get("built"):
        statements.append((document, DCTERMS.modified, Literal(str(built), datatype=XSD.dateTime, normalize=False)))
    if licence := snapshot.licence_url:
        statements.append((document, DCTERMS.license, URIRef(licence)))
    if about.is_cut:
        counted = min(about.pointing, MAX_COUNTED_STATEMENTS)
        more = ("more than ", "mehr als ") if about.pointing > counted else ("", "")
        rest = f"SELECT ?subject ?predicate {{ ?subject ?predicate {write_term('thing', URIRef(iri))} }}"
        statements += [
            (document, RDFS.seeAlso, URIRef(names.ask(rest))),
            *(
                (document, RDFS.comment, Literal(text.format(MAX_POINTING_STATEMENTS, many, counted), lang=language))
                for language, many, text in (
                    (
                        "en",
                        more[0],
                        "The first {:,} of {}{:,} statements that point at the topic; rdfs:seeAlso asks for all.",
                    ),
                    (
                        "de",
                        more[1],
                        "Die ersten {:,} von {}{:,} Aussagen, die auf das Thema zeigen; rdfs:seeAlso fragt alle ab.",
                    ),
                )
            ),
        ]
    return statements


def links(engine: Engine, urls: Urls, iri: str, given: str) -> Iterator[str]:
    """Links, as a header writes them, from a page or document of the media type `given` to everything around it.

    Source: RFC 8288; the relations are those of IANA's registry.
    """
    snapshot = engine.snapshot
    yield f'<{in_header(iri)}>; rel="canonical"'
    if given != "text/html":
        yield f'<{in_header(iri)}>; rel="describes"'
        yield f'<{urls.page(iri)}>; rel="alternate"; type="text/html"'
    for form in formats_for(engine, iri):
        if form.media_type != given:
            yield f'<{urls.data(iri, form)}>; rel="alternate"; type="{form.media_type}"'
    yield f'<{urls.void}>; rel="describedby"'
    if iri in snapshot.graphs:
        yield f'<{urls.graphs}>; rel="collection"'
    if licence := snapshot.licence_url:
        yield f'<{in_header(licence)}>; rel="license"'


def _list_label_parts(snapshot: Snapshot) -> Iterator[Part]:
    """The labels of all that the document names."""
    for names in _NAMED:
        for iri in snapshot.naming.label_properties[:MAX_LABEL_PROPERTIES]:
            yield names.replace("?predicate", "?q") + f" BIND(<{iri}> AS ?predicate)", f"?subject <{iri}> ?object"


def _write_part(part: Part, thing: str, with_graphs: bool) -> str:
    """A part as a pattern; with graphs, it says which graph each of its statements stands in."""
    context, pattern = (text.replace("$thing", thing) for text in part)
    return f"{context} GRAPH ?graph {{ {pattern} }}" if with_graphs else f"{context} {pattern}"


def _write_values(statements: Sequence[Statement]) -> str:
    rows = " ".join(f"({' '.join(write_term('it', term) for term in statement)})" for statement in statements)
    return f"VALUES (?subject ?predicate ?object) {{ {rows} }}"


def _write_construct(parts: Sequence[str]) -> str:
    return f"CONSTRUCT {{ ?subject ?predicate ?object }} {{ {_write_union(parts)} }}"


def _write_select(parts: Sequence[str]) -> str:
    return f"SELECT DISTINCT ?graph ?subject ?predicate ?object {{ {_write_union(parts)} }}"


def _write_union(parts: Sequence[str]) -> str:
    return "\nUNION ".join(f"{{ {part} }}" for part in parts)
