"""What tests of readers share: a query that never ends, and a query that counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from clustergraph.engine.readers.reader_pool import ReaderPool
from clustergraph.sparql.query import Query

MakePool = Callable[..., ReaderPool]

ENDLESS = """SELECT (COUNT(*) AS ?n) {
    ?a ex:number ?x . ?b ex:number ?y . ?c ex:number ?z FILTER(?x + ?y + ?z = -1)
}"""
"""Asks 27 thousand million combinations on the fixture `numbers`."""


def count(pool: ReaderPool, text: str = "SELECT (COUNT(*) AS ?n) { ?s ex:p ?o }", **options: Any) -> int:
    """The number that a query of one number gives."""
    found = json.loads(pool.answer(Query(text, **options)).body)
    return int(found["results"]["bindings"][0]["n"]["value"])
