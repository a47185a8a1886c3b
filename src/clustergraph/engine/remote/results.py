"""A remote engine's answer, read and written anew, so that it is what the embedded engine would have given."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox

from clustergraph.engine.evaluate import Sink, serialise
from clustergraph.rdf.formats import Format
from clustergraph.sparql.errors import EngineError

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"
MAX_DEPTH = 50
"""Levels of triples within triples, about, that are read."""
CHECK_EVERY = 1000
"""Triples that are read between two looks at the clock."""
_NO_STRUCTURE = bytes(set(range(256)) - set(b'{}"'))


class Unreadable(ValueError):
    """The body is not what its query asks for: cut short, or something else altogether."""


class TimedSink(Sink):
    """Takes bytes until the deadline, at which `check` raises."""

    def __init__(self, max_bytes: int | None, check: Callable[[], None] = lambda: None) -> None:
        super().__init__(max_bytes)
        self.check = check

    def write(self, data: Any, /) -> int:
        self.check()
        return super().write(data)


def check_depth(body: bytes, media_type: str) -> None:
    """Raise Unreadable for triples within triples that are nested so deeply that reading them would end the process.

    >>> check_depth(b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .", TRIPLES)
    """
    if media_type == JSON:
        bare = body.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _NO_STRUCTURE).replace(b'""', b"")
        braces = re.sub(rb'"[{}]*+"', b"", bare)
    elif media_type == TRIPLES and body.count(b"<<") > MAX_DEPTH:
        bare = body.translate(None, b"{}")
        bare = re.sub(rb'"(?:[^"\\]|\\.)*+"?|<[^<>]*+>|#[^\n]*+', b"", bare, flags=re.DOTALL)
        braces = bare.replace(b"<<", b"{").replace(b">>", b"}").translate(None, _NO_STRUCTURE)
    else:
        return
    for _ in range(MAX_DEPTH):
        braces = braces.replace(b"{}", b"")  # the innermost level of all that are left
    if braces.count(b"{") > MAX_DEPTH:
        raise Unreadable(f"is nested more than {MAX_DEPTH} levels deep")


def rewrite_answer(body: bytes, form: str, result_format: Format, prefixes: dict[str, str], sink: TimedSink) -> bytes:
    """The answer to a query of this form, in the format wanted.

    `body` is N-Triples for CONSTRUCT and DESCRIBE, and SPARQL results in JSON for SELECT and ASK. Raises Unreadable,
    UnsupportedFormat and ResultTooLarge.

    >>> from clustergraph.rdf.formats import find
    >>> rewrite_answer(b'{"head": {}, "boolean": true}', "ASK", find("csv", "results"), {}, TimedSink(100))
    b'true'
    """
    is_graph = form in ("CONSTRUCT", "DESCRIBE")
    failure: Exception | None = None
    results: Any = None
    try:
        results = (
            _triples(body, sink.check) if is_graph else ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        )
        if not is_graph and isinstance(results, ox.QueryBoolean) != (form == "ASK"):
            raise Unreadable(f"is not what {'an' if form == 'ASK' else 'a'} {form} gives")
        serialise(results, result_format, sink, prefixes)
    except (EngineError, Unreadable) as error:
        failure = error.with_traceback(None)
    except (SyntaxError, ValueError, OSError) as error:
        failure = Unreadable(f"cannot be read: {error}")
    # The results must end on this thread, and a traceback would hold them for whoever reads it.
    del results
    if failure is not None:
        raise failure
    return b"".join(sink.parts)


def _triples(body: bytes, check: Callable[[], None]) -> list[Any]:
    """Each triple once, as a set of triples is what such a query gives."""
    if body and not body.rstrip().endswith(b".") and not body.rpartition(b"\n")[2].lstrip().startswith(b"#"):
        raise Unreadable("ends in the middle of a statement")
    triples: dict[ox.Triple, None] = {}
    for number, quad in enumerate(ox.parse(body, format=ox.RdfFormat.N_TRIPLES)):
        triples[quad.triple] = None
        if not number % CHECK_EVERY:
            check()
    return list(triples)
