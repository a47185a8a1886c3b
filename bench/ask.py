"""One request, and how many rows its answer has."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass

import pyoxigraph as ox


class Refused(Exception):
    """An answer that is not 200, or that cannot be read."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: solutions or triples counted (an ASK counts as one), seconds until the last byte, bytes."""

    rows: int
    seconds: float
    size: int


def ask(host: str, port: int, target: str, accept: str, seconds: float) -> Told:
    """Send one GET and count the rows. Raises Refused, TimeoutError after `seconds`, or another OSError."""
    connection = http.client.HTTPConnection(host, port, timeout=seconds)
    try:
        begin = time.perf_counter()
        connection.request("GET", target, headers={"Accept": accept})
        response = connection.getresponse()
        body = response.read()
        took = time.perf_counter() - begin
    except http.client.HTTPException as error:
        raise Refused(f"no HTTP answer ({type(error).__name__})") from error
    finally:
        connection.close()
    if response.status != 200:
        raise Refused(f"status {response.status}")
    return Told(count(body, accept), took, len(body))


def count(body: bytes, accept: str) -> int:
    """Rows of a result in SPARQL JSON, or triples of a graph in Turtle. Raises Refused if it is neither.

    >>> count(b'{"head": {}, "boolean": true}', "application/sparql-results+json")
    1
    >>> count(b"<x:a> <x:b> <x:c>, <x:d> .", "text/turtle")
    2
    """
    try:
        if accept == "text/turtle":
            return len(set(ox.parse(body, format=ox.RdfFormat.TURTLE)))
        document = json.loads(body)
        return 1 if "boolean" in document else len(document["results"]["bindings"])
    except (ValueError, SyntaxError, KeyError, TypeError) as error:
        raise Refused(f"an answer that is not what was asked for ({type(error).__name__})") from error
