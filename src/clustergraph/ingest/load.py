"""The files -> a store, where each triple stands in its named graph and once in the default graph.

The default graph is the RDF merge of all named graphs. It is written out, because a store that makes the union while
it answers gives a triple of two graphs twice, and so gives wrong counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store

from clustergraph.ingest.literal_recorder import LiteralRecorder
from clustergraph.ingest.own_description import DESCRIBED
from clustergraph.ingest.parser_process import ParsedFile, ParserProcess
from clustergraph.ingest.problems import BuildError, Problem
from clustergraph.ingest.source import INFERRED, Source, graph_iri
from clustergraph.ingest.sources import Input
from clustergraph.ingest.text_stream import read_start
from clustergraph.progress import Progress
from clustergraph.rdf.iris import is_iri
from clustergraph.rdf.namespaces import RDF, VOID

DEFAULT_BASE = "http://localhost:8080/"

_EVERY = 10_000


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """What one file gave: how many triples (as written, repeated ones too) and which prefixes it declares.

    `empty` says that it holds none at all, not even such as were left out.
    """

    source: Source
    triples: int
    prefixes: dict[str, str]
    empty: bool


def base_of(input: Input, base: str | None, parsers: ParserProcess) -> str:
    """The IRI under which graphs and relative IRIs of this input are named.

    That is `base` if given, else the void:uriSpace that `data/dataset.*` states, else the only one that any file states
    of what describes data, else a local address.
    Raises BuildError when the base IRI is not absolute or does not end in `/`.
    """
    source, where = input.dataset, "The base IRI"
    if base is None and source is not None:
        spaces = _uri_spaces(source, parsers)
        if len(spaces) > 1:
            fault = f"It states {len(spaces)} different void:uriSpace: {', '.join(sorted(spaces))}."
            message = f"{fault} Keep one, or say which base IRI to use."
            raise BuildError([Problem(message, rule="void:uriSpace", file=source.name)])
        base = next(iter(spaces), None)
        where = f"The base IRI (void:uriSpace in {source.name})"
    if base is None:
        spaces_of_files = {
            space
            for source in input.content
            if b"uriSpace" in read_start(source.path)
            for space in _uri_spaces(source, parsers)
            if is_iri(space) and space.endswith("/")
        }
        base = spaces_of_files.pop() if len(spaces_of_files) == 1 else None
    return DEFAULT_BASE if base is None else checked_base(base, where)


def checked_base(base: str, where: str = "The base IRI") -> str:
    """The base IRI. Raises BuildError, which calls it `where`, if it is not absolute or does not end in `/`."""
    try:
        NamedNode(base)
    except ValueError as error:
        raise BuildError([Problem(f"{where} is not an absolute IRI: {base!r}: {error}.", rule="base")]) from error
    if not base.endswith("/"):
        raise BuildError([Problem(f"{where} must end in `/`; write {base}/ instead of {base}.", rule="base")])
    return base


def _uri_spaces(source: Source, parsers: ParserProcess) -> set[str]:
    kinds = {NamedNode(kind) for kind in DESCRIBED}
    datasets, spaces = set(), []
    try:
        for quad in ParsedFile(parsers, source, DEFAULT_BASE, NamedNode(DEFAULT_BASE)):
            if quad.predicate.value == f"{RDF}type" and quad.object in kinds:
                datasets.add(quad.subject)
            elif quad.predicate.value == f"{VOID}uriSpace" and isinstance(quad.object, (Literal, NamedNode)):
                spaces.append((quad.subject, quad.object.value))
    except BuildError:
        # Loading all files reports it, together with what is wrong in the others.
        return set()
    return {space for subject, space in spaces if subject in datasets}


def load(
    store: Store,
    literals: LiteralRecorder,
    input: Input,
    parsers: ParserProcess,
    *,
    base: str,
    exclude: Collection[str],
    progress: Progress,
) -> tuple[LoadedFile, ...]:
    """Fill `store` and `literals` from the files.

    Raises BuildError with all files that are not well formed, or unknown exclusions.
    """
    excluded = {graph_of(name, base) for name in exclude}
    graphs: set[NamedNode | BlankNode] = set()
    files: list[LoadedFile] = []
    problems: list[Problem] = []
    count = 0

    def quads() -> Iterator[Quad]:
        nonlocal count
        for source in input.content:
            graph = NamedNode(graph_iri(base, source.graph))
            graphs.add(graph)
            parsed = ParsedFile(parsers, source, base, graph)
            before, empty = count, True
            try:
                for quad in parsed:
                    empty = False
                    graph_name = quad.graph_name
                    if graph_name != graph and isinstance(graph_name, (NamedNode, BlankNode)):
                        graphs.add(graph_name)
                    if graph_name in excluded:
                        continue
                    count += 1
                    if count % _EVERY == 0:
                        progress.advance(_EVERY)
                    yield quad
            except BuildError as error:
                problems.extend(error.problems)
            files.append(LoadedFile(source, count - before, parsed.prefixes, empty))

    progress.start("load")
    literals.load(store, quads())
    if problems:
        raise BuildError([*problems, *(problem for warnings in parsers.problems.values() for problem in warnings)])
    _check_excluded(exclude, base, {graph.value for graph in graphs if isinstance(graph, NamedNode)})
    _name_blank_graphs(store, literals, base)
    progress.advance(count % _EVERY)
    progress.done(f"{count:,} triples from {len(files):,} {'file' if len(files) == 1 else 'files'}")
    return tuple(files)


def graph_of(name: str, base: str) -> NamedNode:
    """The graph that a short name or a full IRI means.

    >>> graph_of("people", "https://example.org/").value
    'https://example.org/graph/people'
    """
    if ":" in name:
        try:
            return NamedNode(name)
        except ValueError:
            pass
    return NamedNode(graph_iri(base, name))


def _check_excluded(exclude: Collection[str], base: str, graphs: Collection[str]) -> None:
    graphs = {*graphs, graph_iri(base, INFERRED)}
    unknown = sorted(name for name in exclude if graph_of(name, base).value not in graphs)
    if unknown:
        names = ", ".join(sorted(iri.removeprefix(graph_iri(base, "")) for iri in graphs))
        messages = [f"There is no graph {name!r} to leave out. There are: {names}." for name in unknown]
        raise BuildError([Problem(message, rule="exclude") for message in messages])


def _name_blank_graphs(store: Store, literals: LiteralRecorder, base: str) -> None:
    """Replace blank nodes that name graphs by IRIs, for a query can name a graph only by its IRI.

    The IRIs are those that RDF 1.1 Concepts, section 3.5, sets aside for this.
    """
    for blank in [graph for graph in store.named_graphs() if isinstance(graph, BlankNode)]:
        name = NamedNode(f"{base}.well-known/genid/{blank.value}")
        quads = {
            *store.quads_for_pattern(blank, None, None, None),
            *store.quads_for_pattern(None, None, blank, None),
            *store.quads_for_pattern(None, None, None, blank),
        }
        for quad in quads:
            renamed = Quad(
                name if quad.subject == blank else quad.subject,
                quad.predicate,
                name if quad.object == blank else quad.object,
                name if quad.graph_name == blank else quad.graph_name,
            )
            store.remove(quad)
            store.add(renamed)
            literals.rename(quad, renamed)
        store.remove_graph(blank)
