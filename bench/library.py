"""The Python library: a frame of everything, beside the engine only writing it; and how soon the first answer comes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

import pyoxigraph as ox

import clustergraph
from bench.graphs import Graph
from clustergraph.engine.embedded import EmbeddedEngine

TARGETS = """PREFIX cg: <https://w3id.org/clustergraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?cluster ?clusterLabel ?phase ?target ?targetLabel WHERE {
  ?cluster cg:hasConceptPhase|cg:hasImplementationPhase ?phase .
  ?phase cg:targetPlace ?target .
  ?cluster rdfs:label ?clusterLabel .
  ?target rdfs:label ?targetLabel .
  FILTER(LANG(?clusterLabel) = "en" && LANG(?targetLabel) = "en")
}"""
"""All clusters with their targets."""

WRITTEN = {"pyoxigraph, JSON": ox.QueryResultsFormat.JSON, "pyoxigraph, TSV": ox.QueryResultsFormat.TSV}
FRAMES = ("pandas", "polars", "arrow")
IMPORT = "import clustergraph"
FIRST = "open and first answer"

_IMPORT = """
import time
begin = time.perf_counter()
import clustergraph
print(time.perf_counter() - begin)
"""
_OPEN = """
import sys, time
begin = time.perf_counter()
import clustergraph
kg = clustergraph.open(sys.argv[1])
assert kg.query("clusters-by-country", country="Japan")
print(time.perf_counter() - begin)
"""


@dataclass(slots=True)
class Library:
    """Seconds by what was done, for each round, and the rows of the frame."""

    graph: str
    rows: int = 0
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, what: str) -> float:
        """The median of the rounds; 0 if there was none."""
        return median(self.seconds[what]) if self.seconds.get(what) else 0.0

    def ratio(self, frame: str) -> float:
        """The time to a frame : the time in which pyoxigraph writes the same result in its quickest form."""
        least = min((self.median(name) for name in WRITTEN), default=0.0)
        return self.median(frame) / least if least else 0.0


def measure(graph: Graph, rounds: int) -> Library:
    """How soon the library answers on the real graph, whose frames are too small to time; frames on any other."""
    found = Library(graph.name)
    (start if graph.name == "real" else frames)(graph, found, rounds)
    return found


def frames(graph: Graph, found: Library, rounds: int) -> None:
    """Each way to the same result in turn, `rounds` times."""
    engine = EmbeddedEngine(graph.snapshot)
    with clustergraph.KnowledgeGraph(engine) as kg:
        ways: dict[str, Callable[[], object]] = {
            name: lambda form=form: engine.store.query(TARGETS).serialize(format=form)  # type: ignore[misc]
            for name, form in WRITTEN.items()
        }
        for name in FRAMES:
            getattr(kg.sparql(f"{TARGETS} LIMIT 1"), f"to_{name}")()  # imports the library
            ways[name] = lambda name=name: getattr(kg.sparql(TARGETS), f"to_{name}")()  # type: ignore[misc]
        found.rows = len(kg.sparql(TARGETS))
        for _ in range(rounds):
            for name, way in ways.items():
                begin = time.perf_counter()
                way()
                found.seconds.setdefault(name, []).append(time.perf_counter() - begin)


def start(graph: Graph, found: Library, rounds: int) -> None:
    """Fresh processes that import the library, and that open the graph and ask it something."""
    for _ in range(rounds):
        for name, code in ((IMPORT, _IMPORT), (FIRST, _OPEN)):
            command = [sys.executable, "-c", code, str(graph.store)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.seconds.setdefault(name, []).append(float(done.stdout))
