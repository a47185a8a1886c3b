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
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import rdflib
from rdflib.term import Identifier, Literal

from clustergraph.opening import Options, find, opened
from clustergraph.rows import Result, Text

if TYPE_CHECKING:
    from clustergraph.build.progress import Step
    from clustergraph.build.work import Reasoning
    from clustergraph.catalogue import Catalogue
    from clustergraph.engine.base import Answer, Engine
    from clustergraph.snapshot import Snapshot

logger = logging.getLogger("clustergraph")

_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def open(
    *sources: str | os.PathLike[str],
    store: str | os.PathLike[str] | None = None,
    queries: str | os.PathLike[str] | None = None,
    base: str | None = None,
    exclude: Collection[str] = (),
    reason: Reasoning = "auto",
    check: bool = True,
) -> KnowledgeGraph:
    """Open a graph, building it first if it was not built before or its files have changed.

    `sources` is nothing for the graph that comes with this package; a folder with `ontology/`, `data/` or `queries/`;
    one or more RDF files; a store folder, for its current snapshot; or a snapshot's own folder. `store` is the folder
    that snapshots are built in, by default one in the user's cache; given alone, its current snapshot is opened.
    `queries` is a folder of canned queries to use instead of the source's own. The other parameters are those of
    `clustergraph.build.build` and matter only where something is built.

    A build takes its time; it is told of by the logger `clustergraph` at the level INFO.

    Raises `clustergraph.build.BuildError` where the input cannot be published, and `clustergraph.snapshot.NoSnapshot`
    where there is nothing to open.

    >>> import clustergraph
    >>> with clustergraph.open(example) as kg:
    ...     len(kg.graph())
    2
    """
    source = find([Path(one) for one in sources], store=None if store is None else Path(store))
    options = Options(base=base, exclude=tuple(exclude), reason=reason, check=check)
    snapshot = opened(source, options, _Logged(source.title)).snapshot

    from clustergraph.engine.embedded import EmbeddedEngine

    return KnowledgeGraph(EmbeddedEngine(snapshot), source.queries if queries is None else Path(queries))


class KnowledgeGraph:
    """A graph to ask. Use `clustergraph.open` to get one; use it with `with`, or `close` it in the end.

    >>> import clustergraph
    >>> kg = clustergraph.open(example)
    >>> kg
    <KnowledgeGraph example, snapshot ad665df6bb616d22, 2 triples>
    """

    def __init__(self, engine: Engine, queries: Path | None = None) -> None:
        self._engine: Engine | None = engine
        self._queries = queries
        self._catalogue: Catalogue | None = None

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
        """Answer a SPARQL query: a `Result` for SELECT, a bool for ASK, an `rdflib.Graph` for CONSTRUCT and DESCRIBE.

        `bindings` give values to the query's variables, by name. A value is an rdflib term or a Python value; a str is
        always a text and never an IRI, so give IRIs as `rdflib.URIRef`. Values of rows can be given as they are, except
        years and durations, which may be written in several ways. Prefixes that the graph's files declare need no
        PREFIX line.

        Raises the errors of `clustergraph.engine.errors`.

        >>> kg.sparql("SELECT ?person { ?person foaf:name ?name }", name="Ada")[0].person
        rdflib.term.URIRef('http://localhost:8080/ada')
        >>> kg.sparql("ASK { ?person foaf:name 'Eve' }")
        False
        """
        return self._read(self.engine.query(text, bindings={name: _term(value) for name, value in bindings.items()}))

    def query(self, name: str, /, **parameters: Any) -> Result | Any:
        """Run a canned query; gives what `sparql` gives. `queries` lists the names.

        Parameters are those of the query, as texts, numbers, dates or rdflib terms; None counts as not given. Things
        may be given by what people call them: a country by its ISO code, its name in English or German, or its IRI.

        Raises `clustergraph.catalogue.UnknownQuery`, which names them all, or `ParameterError`, which says what is
        wrong with which parameter.

        >>> kg.query("names", text="Ad")
        name
        ----
        Ada
        1 row
        """
        from clustergraph.catalogue import UnknownQuery

        given = {key: _written(value) for key, value in parameters.items() if value is not None}
        try:
            return self._read(self.catalogue.run(self.engine, name, given))
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

            self._catalogue = Catalogue() if self._queries is None else Catalogue.load(self._queries)
        return self._catalogue

    def graph(self, name: str | None = None) -> rdflib.Graph:
        """A copy as an rdflib graph: of everything, or of the named graph `name`, a short name or an IRI.

        Raises `clustergraph.naming.UnknownGraph`, which names those there are.

        >>> len(kg.graph("people"))
        2
        """
        from clustergraph.naming import graph_iri

        only = [] if name is None else [graph_iri(self.snapshot, name)]
        answer = self.engine.query(_EVERYTHING, format="ntriples", default_graphs=only)
        return self._bound(_graph(answer))

    def dataset(self) -> rdflib.Dataset:
        """A copy as an rdflib dataset with the named graphs; its default graph is their union.

        >>> len(kg.dataset().graph("http://localhost:8080/graph/people"))
        2
        """
        dataset = rdflib.Dataset(default_union=True)
        for iri in self.snapshot.graphs:
            named = dataset.graph(rdflib.URIRef(iri))
            named += self.graph(iri)
        self._bound(dataset)
        return dataset

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
        manifest = self.snapshot.manifest
        return (
            f"<KnowledgeGraph {manifest.get('title', '')}, snapshot {self.snapshot.name}, "
            f"{manifest.get('triples', 0):,} triples>"
        )

    def _read(self, answer: Answer) -> Result | bool | rdflib.Graph:
        if answer.form == "SELECT":
            return Result.from_json(answer.body, self.snapshot.prefixes)
        if answer.form == "ASK":
            import json

            return bool(json.loads(answer.body)["boolean"])
        return self._bound(_graph(answer))

    def _bound(self, graph: rdflib.Graph) -> rdflib.Graph:
        for prefix, namespace in self.snapshot.prefixes.items():
            graph.bind(prefix, namespace, replace=True)
        return graph


def _term(value: Any) -> Identifier:
    if isinstance(value, Identifier):
        return value
    if value is None:
        raise TypeError("None is no value for a variable; leave the variable out to keep it free.")
    return Literal(value, lang=value.language) if isinstance(value, Text) else Literal(value)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _graph(answer: Answer) -> rdflib.Graph:
    import pyoxigraph as ox

    from clustergraph.terms import to_graph

    form = ox.RdfFormat.from_media_type(answer.format.media_type)
    assert form is not None
    return to_graph(ox.parse(answer.body, form))


class _Logged:
    """Tells the log of a build, and so only when there is one."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._said = False

    def start(self, step: Step, total: int | None = None) -> None:  # noqa: ARG002 - the protocol's
        if not self._said:
            self._said = True
            logger.info("Building %s; the next time it is there at once.", self.title)
        logger.debug("%s ...", step)

    def advance(self, count: int) -> None:
        pass

    def done(self, note: str = "") -> None:
        logger.info("%s", note)
