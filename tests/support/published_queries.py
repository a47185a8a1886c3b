"""The canned queries of this repository, and the graph that they ask, in two engines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from rdflib import Graph

from clustergraph.catalogue import Catalogue
from clustergraph.engine.embedded import EmbeddedEngine

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load(ROOT / "queries")
ID = "https://w3id.org/clustergraph/id/"
CG = "https://w3id.org/clustergraph/ontology#"

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """The published graph behind an engine, and the same triples in rdflib."""

    engine: EmbeddedEngine
    graph: Graph

    def rows(self, name: str, **params: str) -> list[Row]:
        """The rows of a query; IRIs of things as `cluster/merge`, missing values left out."""
        answer = json.loads(CATALOGUE.run(self.engine, name, params).body)
        return [
            {column: term["value"].removeprefix(ID) for column, term in row.items()}
            for row in answer["results"]["bindings"]
        ]

    def column(self, name: str, column: str, **params: str) -> list[str]:
        """One column, without the type in front of things."""
        return [row[column].rpartition("/")[2] for row in self.rows(name, **params)]

    def pairs(self, name: str, first: str, second: str) -> set[tuple[str, str]]:
        """Two columns, without the type in front of things."""
        rows = self.rows(name)
        pairs = {(row[first].rpartition("/")[2], row[second].rpartition("/")[2]) for row in rows}
        assert len(pairs) == len(rows), "a pair is there twice"
        return pairs
