"""The graphs that are measured: built once, and written out in the form that each peer loads."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench import peers
from bench.synthetic import BASE, PREFIXES, Known, write
from clustergraph.ingest import Progress
from clustergraph.ingest.open_snapshot import Options, Source, open_source
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import Folder, published

SEED = 20261122
PARTS = ("ontology", "data", "queries")


@dataclass(frozen=True, slots=True)
class Graph:
    """One graph, ready to be served. `seconds` says how long each preparation took; what was kept is not in it."""

    name: str
    folder: Folder
    store: Path
    snapshot: Snapshot
    out: Path
    seconds: dict[str, float]

    @property
    def triples(self) -> int:
        return int(self.snapshot.manifest["triples"])

    @property
    def quads(self) -> Path:
        """The whole store, named graphs and their merge, as N-Quads."""
        return self.out / self.snapshot.name / "store.nq"

    @property
    def merged(self) -> Path:
        """The merge of all named graphs, as N-Triples."""
        return self.out / self.snapshot.name / "merged.nt"

    @property
    def oxigraph(self) -> Path:
        """The same store, loaded by Oxigraph itself."""
        return self.out / self.snapshot.name / "oxigraph"


def real(out: Path, progress: Progress | None = None) -> Graph:
    """The graph of this repository."""
    return built("real", published(), out / "real", Options(), progress)


def generated(out: Path, triples: int, progress: Progress | None = None) -> Graph:
    """The real graph and made-up clusters around it, of about `triples` together. Nothing is inferred."""
    out = out / "generated"
    folder = Folder(out / "folder")
    shutil.rmtree(folder.root, ignore_errors=True)
    for part in PARTS:
        shutil.copytree(published().root / part, folder.root / part)
    store, count = loaded(folder)
    with (folder.data / "synthetic.ttl").open("w", encoding="utf-8") as file:
        write(file, known(store), triples=max(0, triples - count), seed=SEED)
    return built("generated", folder, out, Options(reason="none", check=False), progress)


def built(name: str, folder: Folder, out: Path, options: Options, progress: Progress | None = None) -> Graph:
    """Build a folder into `out` unless that was done before."""
    begin = time.perf_counter()
    queries = folder.queries if folder.queries.is_dir() else None
    done = open_source(Source(name, folder, out / "store", queries=queries), options, progress)
    seconds = {}
    if done.built is not None and not done.built.unchanged:
        seconds["clustergraph build"] = time.perf_counter() - begin
    return Graph(name, folder, out / "store", done.snapshot, out, seconds)


def export(graph: Graph, wanted: set[str]) -> None:
    """Write the graph out for those peers that are wanted, unless that was done before."""
    place = graph.quads.parent
    for old in graph.out.glob("*/complete-*"):
        if old.parent != place:
            shutil.rmtree(old.parent, ignore_errors=True)
    place.mkdir(exist_ok=True)
    store = ox.Store.read_only(str(graph.snapshot.store))
    if peers.RDFLIB in wanted and not (place / "complete-merged").exists():
        with graph.merged.open("wb") as file:
            store.dump(file, format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        (place / "complete-merged").touch()
    if peers.OXIGRAPH in wanted and not (place / "complete-oxigraph").exists():
        with graph.quads.open("wb") as file:
            store.dump(file, format=ox.RdfFormat.N_QUADS)
        shutil.rmtree(graph.oxigraph, ignore_errors=True)
        begin = time.perf_counter()
        command = [peers.program("oxigraph"), "load", "--location", str(graph.oxigraph), "--file", str(graph.quads)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        graph.seconds["oxigraph load"] = time.perf_counter() - begin
        graph.quads.unlink()
        (place / "complete-oxigraph").touch()


def loaded(folder: Folder) -> tuple[ox.Store, int]:
    """A folder's ontology and data in memory, and how many triples that is."""
    store = ox.Store()
    for path in sorted([*folder.ontology.rglob("*.ttl"), *folder.data.rglob("*.ttl")]):
        if not path.stem.endswith("shapes"):
            store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=BASE)
    return store, len(store)


def known(store: ox.Store) -> Known:
    """What made-up clusters can be tied to, read from the real graph. Raises LookupError if something is missing."""

    def rows(pattern: str) -> list[tuple[str, str]]:
        found = store.query(f"SELECT DISTINCT ?a ?b {{ {pattern} }}", prefixes=PREFIXES)
        assert isinstance(found, ox.QuerySolutions)
        told = sorted((_short(solution["a"]), _short(solution["b"])) for solution in found)
        if not told:
            raise LookupError(f"The real graph has nothing of the form {pattern}; the generator needs it.")
        return told

    def things(pattern: str) -> list[str]:
        return [thing for thing, _ in rows(pattern)]

    return Known(
        places=rows("?a a cg:City ; cg:within ?b . ?b a cg:FederalState"),
        countries=rows("?a a cg:Country ; rdfs:label ?b FILTER(LANG(?b) = 'en' && ?a != country:DE)"),
        fields=things("?a a cg:TechnologyField"),
        rounds=things("?a a cg:FundingRound"),
        legal_forms=things("?x rov:orgType ?a"),
        partner_kinds=things("?x cg:partnerKind ?a"),
        measure=things("?a a cg:FundingMeasure")[0],
    )


def _short(term: object) -> str:
    """A prefixed name for a thing, the text of a literal; empty where there is nothing."""
    if term is None:
        return ""
    assert isinstance(term, (ox.NamedNode, ox.Literal))
    if isinstance(term, ox.Literal):
        return term.value
    kind, _, local = term.value.removeprefix(BASE).partition("/")
    return f"{kind}:{local}"
