"""What tests of readers share: queries that never end, and waiting for something to become true."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path
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


def wait_until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def children() -> set[int]:
    """Process ids of this process's children, the dead that nobody gathered included."""
    found = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended just now
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found
