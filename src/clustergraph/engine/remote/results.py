"""A remote engine's answer, read and written anew, so that it is what the embedded engine would have given."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from clustergraph.engine.evaluate import Sink, serialise
from clustergraph.rdf.formats import Format
from clustergraph.sparql.errors import EngineError

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"


class Unreadable(ValueError):
    """The body is not what its query asks for: cut short, or something else altogether."""


def rewritten(body: bytes, form: str, wanted: Format, prefixes: dict[str, str], max_bytes: int) -> bytes:
    """The answer to a query of this form, in the format wanted.

    `body` is N-Triples for CONSTRUCT and DESCRIBE, and SPARQL results in JSON for SELECT and ASK. Raises Unreadable,
    UnsupportedFormat and ResultTooLarge.

    >>> from clustergraph.rdf.formats import find
    >>> rewritten(b'{"head": {}, "boolean": true}', "ASK", find("csv", "results"), {}, 100)
    b'true'
    """
    graph = form in ("CONSTRUCT", "DESCRIBE")
    sink = Sink(max_bytes)
    failure: Exception | None = None
    results: Any = None
    try:
        results = _triples(body) if graph else ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if not graph and isinstance(results, ox.QueryBoolean) != (form == "ASK"):
            raise Unreadable(f"is not what {'an' if form == 'ASK' else 'a'} {form} gives")
        serialise(results, wanted, sink, prefixes)
    except (EngineError, Unreadable) as error:
        failure = error.with_traceback(None)
    except (SyntaxError, ValueError, OSError) as error:
        failure = Unreadable(f"cannot be read: {error}")
    # The results must end on this thread, and a traceback would hold them for whoever reads it.
    del results
    if failure is not None:
        raise failure
    return b"".join(sink.parts)


def _triples(body: bytes) -> list[Any]:
    """Each triple once, as a set of triples is what such a query gives."""
    if body and not body.rstrip().endswith(b".") and not body.rpartition(b"\n")[2].lstrip().startswith(b"#"):
        raise Unreadable("ends in the middle of a statement")
    return list({quad.triple for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)})
