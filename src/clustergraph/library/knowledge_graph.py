"""The library: open a graph and ask it.

>>> import clustergraph
>>> kg = clustergraph.open(example)
>>> kg.sparql("SELECT ?name { ?person foaf:name ?name } ORDER BY ?name")
name
----
Ada
Bob
2 rows
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import rdflib
from rdflib.term import Identifier, URIRef

from clustergraph.ingest.open_snapshot import Options, find_source, open_source
from clustergraph.library.result import Result
from clustergraph.progress import Silent
from clustergraph.rdf.python_values import to_literal
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.query import Query

if TYPE_CHECKING:
    from clustergraph.catalogue import Catalogue
    from clustergraph.catalogue.entity_resolver import Resolver
    from clustergraph.describe.citation import Citation
    from clustergraph.engine.base import Answer, Engine
    from clustergraph.ingest.build_job import Reasoning
    from clustergraph.library.thing import Thing, Things
    from clustergraph.library.triples import Triples
    from clustergraph.snapshots.snapshot import Snapshot

logger = logging.getLogger("clustergraph")

G = TypeVar("G", bound=rdflib.Graph)

_IRI = re.compile(r"<([^\s<>]+)>|((?:[A-Za-z][A-Za-z0-9+.-]*://|urn:)[^\s<>]+)")
_INSTANCES = """SELECT DISTINCT ?thing ?label ?rank {
  ?thing a ?class FILTER(isIRI(?thing))
  OPTIONAL { $names }
}"""
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def open(
    *sources: str | os.PathLike[str],
    store: str | os.PathLike[str] | None = None,
    queries: str | os.PathLike[str] | None = None,
    base: str | None = None,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    strict: bool = False,
    lenient: bool = False,
    contexts: Mapping[str, str | os.PathLike[str]] | None = None,
    reason: Reasoning = "auto",
    check: bool = True,
    labels: Sequence[str] = (),
) -> KnowledgeGraph:
    """Open a graph, building it first if it was not built before or its files have changed.

    `sources` is nothing for the graph that comes with this package; a folder; one or more RDF files; a store folder,
    for its current snapshot; a snapshot's own folder; or the address of a running ClusterGraph or of any SPARQL 1.1
    endpoint, which then answers. `store` is the folder that snapshots are built in, by default one in the user's
    cache; given alone, its current snapshot is opened.
    `queries` is a folder of canned queries to use instead of the source's own. `labels` are the properties that name
    things, best first, where the usual ones are not meant: `["dcterms:title", "<https://example.org/name>"]`. The other
    parameters are those of `clustergraph.ingest.build` and matter only where something is built: `include` and
    `exclude` choose files by patterns, `strict` refuses wrong endings and IRIs that are not valid, `lenient` leaves the
    triples of these out, and `contexts` are files for the addresses of JSON-LD contexts.

    A build takes its time; the logger `clustergraph` reports it at the level INFO.

    With an address, `base` is the IRI under which things there are named, if the engine does not say; the canned
    queries are the service's own. Which user to be, the dialect and the limit of time are taken from the environment,
    as CLUSTERGRAPH_ENGINE_USER, CLUSTERGRAPH_ENGINE_PASSWORD, CLUSTERGRAPH_DIALECT and CLUSTERGRAPH_TIMEOUT_CEILING.

    Raises `clustergraph.sparql.errors.EngineDown` where nothing answers at an address,
    `clustergraph.ingest.BuildError` where the input cannot be published, `clustergraph.snapshots.snapshot.NoSnapshot`
    where there is nothing to open, and ValueError for arguments that do not go together.

    >>> import clustergraph
    >>> with clustergraph.open(example) as kg:
    ...     len(kg.graph())
    2
    """
    folder = None if queries is None else Path(queries)
    if folder is not None and not folder.is_dir():
        raise ValueError(f"There is no folder {folder} with canned queries.")
    if any(isinstance(source, str) and "://" in source for source in sources):
        from clustergraph.library.remote_graph import open_address

        if len(sources) > 1:
            raise ValueError("Give one address and nothing besides.")
        if store is not None or include or exclude or strict or lenient or contexts or reason != "auto" or not check:
            what = "leave out store, exclude and all else that is for building"
            raise ValueError(f"Nothing is built of what is at an address: {what}.")
        return KnowledgeGraph(*open_address(str(sources[0]), base or "", folder))
    source = find_source([Path(path) for path in sources], store=None if store is None else Path(store))
    included, left_out = ((names,) if isinstance(names, str) else tuple(names) for names in (include, exclude))
    options = Options(
        base=base,
        include=included,
        exclude=left_out,
        strict=strict,
        lenient=lenient,
        contexts=tuple((address, Path(file)) for address, file in (contexts or {}).items()),
        reason=reason,
        check=check,
    )
    snapshot = open_source(source, options, _LogProgress(source.title)).snapshot

    from clustergraph.engine.embedded import EmbeddedEngine

    return KnowledgeGraph(EmbeddedEngine(snapshot.name_by(labels)), folder or source.queries)


class KnowledgeGraph:
    """A graph to ask. Use `clustergraph.open` to get one; use it with `with`, or `close` it in the end.

    >>> import clustergraph
    >>> kg = clustergraph.open(example)
    >>> kg
    <KnowledgeGraph example, snapshot ad665df6bb616d22, 2 triples>
    """

    def __init__(self, engine: Engine, queries: Path | Catalogue | None = None) -> None:
        self._engine: Engine | None = engine
        self._queries = queries if isinstance(queries, Path) else None
        self._catalogue: Catalogue | None = None if isinstance(queries, Path) else queries

    @property
    def engine(self) -> Engine:
        """What answers the queries. Raises ValueError when the graph is closed."""
        if self._engine is None:
            raise ValueError("This graph is closed; open it again with clustergraph.open().")
        return self._engine

    @property
    def snapshot(self) -> Snapshot:
        """The snapshot that answers are drawn from: its name, manifest and place on disk."""
        return self.engine.snapshot

    def sparql(self, text: str, /, **bindings: Any) -> Result | Any:
        """Answer a SPARQL query: a `Result` for SELECT, a bool for ASK, `Triples` for CONSTRUCT and DESCRIBE.

        `bindings` give values to the query's variables, by name. A value is a Thing, an rdflib term or a Python value.
        A str is always a text and never an IRI, so give IRIs as `rdflib.URIRef`. Values of rows can be given as they
        are, except years and durations, which may be written in several ways. Prefixes that the graph's files declare
        need no PREFIX line.

        Raises the errors of `clustergraph.sparql.errors`, and TypeError for a value that is none, such as a list.

        >>> kg.sparql("SELECT ?person { ?person foaf:name ?name }", name="Ada")[0].person
        rdflib.term.URIRef('http://localhost:8080/ada')
        >>> kg.sparql("ASK { ?person foaf:name 'Eve' }")
        False
        """
        values = {name: _to_term(value) for name, value in bindings.items()}
        parsed = ParsedQuery(text)
        return self._read_answer(
            self.engine.answer(Query(parsed, bindings=values, format=_fastest_format(parsed.form)))
        )

    def query(self, name: str, /, **parameters: Any) -> Result | Any:
        """Run a canned query; gives what `sparql` gives. `queries` lists the names.

        Parameters are those of the query, as texts, numbers, dates or rdflib terms; None counts as not given. A thing
        may be given as a Thing or by what people call it: a country by its ISO code, its name in English or German, or
        its IRI.

        Raises `clustergraph.catalogue.UnknownQuery`, which names them all, or `ParameterError`, which says what is
        wrong with which parameter.

        >>> kg.query("names", text="Ad")
        name
        ----
        Ada
        1 row
        """
        from clustergraph.catalogue import UnknownQuery

        given = {key: _to_text(value) for key, value in parameters.items() if value is not None}
        try:
            form = _fastest_format(self.catalogue[name].form)
            return self._read_answer(self.catalogue.run(self.engine, name, given, format=form))
        except UnknownQuery as error:
            error.add_note(f"There are: {', '.join(self.catalogue.names) or 'none'}.")
            raise

    @property
    def queries(self) -> dict[str, str]:
        """The canned queries, each with its summary.

        >>> kg.queries
        {'names': 'Names with a text in them'}
        """
        return {query.name: str(query.summary) for query in self.catalogue}

    @property
    def catalogue(self) -> Catalogue:
        """The canned queries with everything about them."""
        if self._catalogue is None:
            from clustergraph.catalogue import Catalogue

            self._catalogue = Catalogue() if self._queries is None else Catalogue.load(self._queries, strict=False)
        return self._catalogue

    def __getitem__(self, name: str) -> Thing:
        """The thing that is called `name`: its IRI, its prefixed name, the end of its IRI, its code, or a label.

        Where things of several kinds are called the same, it is the one of a kind that canned queries ask about.
        Raises UnknownThing, a KeyError, with names that look like it, or if several things are called that.

        >>> kg["http://localhost:8080/ada"]
        <Thing ada 'Ada'>
        """
        return self.find(name)

    def find(self, name: str, of: str | None = None) -> Thing:
        """The same among the things of one class, `of`, a prefixed name or an IRI.

        Raises TypeError for a `name` that is no text.

        >>> kg.find("Ada", of="foaf:Person")
        Traceback (most recent call last):
        clustergraph.library.thing.UnknownThing: Nothing here is called 'Ada'.
        """
        from clustergraph.library.thing import Thing, UnknownThing

        if not isinstance(name, str):
            raise TypeError(f"A thing is found by what it is called, a text, and not by {name!r}.")
        class_iri = None if of is None else self.expanded(of)
        known = self.catalogue.classes
        iris = self._resolver.find(class_iri, name, self.engine, prefer=known) if name.strip() else []
        if len(iris) == 1:
            return Thing(self, iris[0])
        if iris:
            raise UnknownThing(f"{name!r} means {len(iris)} things: {', '.join(iris)}. Give the IRI of one.", iris)
        similar = self._resolver.find_similar(class_iri, name, self.engine)
        hint = f" Did you mean {' or '.join(f'{label} ({code})' for code, label in similar)}?" if similar else ""
        raise UnknownThing(f"Nothing here is called {name!r}.{hint}", [code for code, _ in similar])

    def __contains__(self, name: object) -> bool:
        """Whether there is a thing called `name`."""
        from clustergraph.library.thing import UnknownThing

        try:
            return isinstance(name, str) and bool(self.find(name))
        except UnknownThing:
            return False

    # A graph is no sequence: its things are listed by class, its statements by `graph()`.
    __iter__ = None

    def things(self, of: str) -> Things:
        """The things of a class, given as a prefixed name or an IRI, sorted by label.

        A class of the ontology is an attribute, too: `kg.clusters` are the things of the class whose English label is
        "cluster". `dir(kg)` lists them.

        Raises KeyError for a prefix that the graph does not know.

        >>> kg.things("foaf:Person")
        <0 things of class foaf:Person>
        """
        from clustergraph.library.thing import Thing, Things
        from clustergraph.rdf.naming import names_by_thing
        from clustergraph.sparql.name_patterns import match_names

        class_iri = self.expanded(of)
        text = _INSTANCES.replace("$names", match_names(self.snapshot.naming.labels, "?thing", "?label", "?rank"))
        answer = self.engine.answer(Query(text, bindings={"class": URIRef(class_iri)}, format="tsv"))
        things = [Thing(self, iri, names) for iri, names in names_by_thing(answer.table()).items()]
        return Things(self, class_iri, sorted(things, key=lambda thing: (thing.label.casefold(), thing.iri)))

    def labels(self, iris: Iterable[str], language: str = "en") -> dict[str, str]:
        """What things are called: for each IRI that has a label, the one in `language` or the next best.

        >>> kg.labels(["http://localhost:8080/ada"])
        {'http://localhost:8080/ada': 'Ada'}
        """
        from clustergraph.describe.labels import read_labels

        return read_labels(self.engine, iris, language)

    def expanded(self, name: str) -> str:
        """The IRI of a prefixed name. An IRI stays as it is; write it as `<tag:x>` if it has no `//` and is no `urn:`.

        Raises KeyError for a prefix that the graph does not know.

        >>> kg.expanded("foaf:name")
        'http://xmlns.com/foaf/0.1/name'
        """
        prefix, colon, local = name.partition(":")
        prefixes = self.snapshot.prefixes
        if colon and prefix in prefixes and not local.startswith("//"):
            return prefixes[prefix] + local
        if match := _IRI.fullmatch(name):
            return match[1] or match[2]
        raise KeyError(f"{name!r} is neither an IRI nor a prefixed name; the prefixes are {', '.join(prefixes)}.")

    def graph(self, name: str | None = None) -> Triples:
        """A copy as an rdflib graph: of everything, or of the named graph `name`, a short name or an IRI.

        Raises `clustergraph.snapshots.graph_names.UnknownGraph`, which names those there are.

        >>> len(kg.graph("people"))
        2
        """
        from clustergraph.snapshots.graph_names import graph_iri

        graphs = [] if name is None else [graph_iri(self.snapshot, name)]
        answer = self.engine.answer(Query(_EVERYTHING, format="ntriples", default_graphs=graphs))
        return self._bind_prefixes(_parse_triples(answer))

    def dataset(self) -> rdflib.Dataset:
        """A copy as an rdflib dataset with the named graphs; its default graph is their union.

        >>> len(kg.dataset().graph("http://localhost:8080/graph/people"))
        2
        """
        dataset = rdflib.Dataset(default_union=True)
        for iri in self.snapshot.graphs:
            named = dataset.graph(rdflib.URIRef(iri))
            named += self.graph(iri)
        self._bind_prefixes(dataset)
        return dataset

    def cite(
        self, query: str | None = None, /, *, sparql: str | None = None, language: str = "en", **parameters: Any
    ) -> Citation:
        """How to cite the snapshot, and a query on it: a canned one by name, with its parameters, or one in SPARQL.

        The citation has the attributes `text`, `bibtex`, `csl_json`, `cff` and `ris`. A query is asked for it.
        `language` is `en` or `de`.

        Raises what `query` and `sparql` raise, and ValueError for another language, for two queries at once, and for
        parameters without a canned query.

        >>> print(kg.cite().text)  # doctest: +ELLIPSIS
        example (...). Snapshot ad665df6bb616d22, ... http://localhost:8080/
        >>> kg.cite("names", text="Ad").asked.path
        'api/names?text=Ad'
        """
        from clustergraph.describe import citation

        cited_query = None
        if sparql is not None and query is not None:
            raise ValueError("Name a canned query or give one in SPARQL, not both.")
        if parameters and query is None:
            raise ValueError(f"{', '.join(parameters)}: parameters are for a canned query; name one.")
        if query is not None:
            given = {key: _to_text(value) for key, value in parameters.items() if value is not None}
            cited_query = citation.describe_canned_query(self.engine, self.catalogue, query, given)
        elif sparql is not None:
            cited_query = citation.describe_query(self.engine, sparql)
        return citation.cite(self.engine, language, cited_query)

    def answered_by(self, engine: Engine) -> KnowledgeGraph:
        """The same graph with the same canned queries, answered by another engine."""
        return KnowledgeGraph(engine, self._queries or self._catalogue)

    def close(self) -> None:
        """Let the snapshot go. Results that were given stay good."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def __enter__(self) -> KnowledgeGraph:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._engine is None:
            return "<KnowledgeGraph, closed>"
        snapshot = self.snapshot
        size = "" if snapshot.triples is None else f", {snapshot.triples:,} triples"  # some endpoints cannot count them
        return f"<KnowledgeGraph {snapshot.manifest.get('title', '')}, snapshot {snapshot.name}{size}>"

    def __getattr__(self, name: str) -> Things:
        # Notebooks and debuggers look for names such as `_repr_png_` or `shape`, which no class has: all are plurals.
        if name.startswith("_") or not name.endswith("s"):
            raise AttributeError(f"A graph has no attribute {name!r}. Its classes have things under their plurals.")
        classes = self._classes
        if name not in classes:
            names = ", ".join(sorted(classes)) or "none"
            raise AttributeError(f"A graph has no attribute {name!r}. Its classes have things under the names {names}.")
        return self.things(classes[name])

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(self._classes if self._engine is not None else ())})

    @property
    def _classes(self) -> dict[str, str]:
        from clustergraph.library.naming import class_names

        return class_names(self.engine)

    @cached_property
    def _resolver(self) -> Resolver:
        from clustergraph.catalogue.entity_resolver import Resolver

        return Resolver()

    def _read_answer(self, answer: Answer) -> Result | bool | Triples:
        if answer.form == "SELECT":
            result = Result.of(answer.table(), self.snapshot.prefixes, self.labels)
            result.warnings = answer.warnings
            return result
        if answer.form == "ASK":
            return answer.truth()
        triples = self._bind_prefixes(_parse_triples(answer))
        triples.warnings = answer.warnings
        return triples

    def _repr_html_(self) -> str | None:
        from clustergraph.library.notebook_display import describe_graph

        if self._engine is None:
            return None  # a notebook then shows the text form
        return describe_graph(self.snapshot, self.queries, self._classes)

    def _bind_prefixes(self, graph: G) -> G:
        for prefix, namespace in self.snapshot.prefixes.items():
            graph.bind(prefix, namespace, replace=True)
        return graph


def _fastest_format(form: str) -> str | None:
    """The format in which an answer of this form gets into Python fastest; None leaves it to the engine."""
    return "tsv" if form == "SELECT" else None


def _to_term(value: Any) -> Identifier:
    if isinstance(value, Identifier):
        return value
    if (iri := _thing_iri(value)) is not None:
        return iri
    if value is None:
        raise TypeError("None is no value for a variable; leave the variable out to keep it free.")
    return to_literal(value)


def _to_text(value: Any) -> str:
    if (iri := _thing_iri(value)) is not None:
        return str(iri)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _thing_iri(value: Any) -> URIRef | None:
    from clustergraph.library.thing import Thing

    return value.iri if isinstance(value, Thing) else None


def _parse_triples(answer: Answer) -> Triples:
    import pyoxigraph as ox

    from clustergraph.library.triples import Triples
    from clustergraph.rdf.conversion import add_quads

    form = ox.RdfFormat.from_media_type(answer.format.media_type)
    assert form is not None
    return add_quads(Triples(), ox.parse(answer.body, form))


class _LogProgress(Silent):
    """Reports a build in the log, from its first step on."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._is_announced = False

    def start(self, step: str, total: int | None = None) -> None:  # noqa: ARG002 - the protocol's
        if not self._is_announced:
            self._is_announced = True
            logger.info("Building %s; the next time it is there at once.", self.title)
        logger.debug("%s ...", step)

    def done(self, note: str = "") -> None:
        logger.info("%s", note)
