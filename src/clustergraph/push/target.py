"""Where an engine takes queries, graphs and updates, and whether it has a default graph: all differences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin

from clustergraph.engine.remote.address import valid_address
from clustergraph.push.errors import PushError, Refused, Unreachable
from clustergraph.push.http import REQUEST_SECONDS, Client

RESULTS = "application/sparql-results+json"
FIND_SECONDS = 30.0
"""Seconds that an engine may take to say that it is there."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How an engine works that names itself in the header `Server`."""

    mark: str
    store: str
    update: str
    own_default: bool
    """Whether it has a default graph to write to. Virtuoso's is a view of all its graphs, its own system graphs too."""
    note: str = ""
    """What a person should know when counts differ."""


GENERIC = Layout("", "", "", own_default=True)
LAYOUTS = (
    Layout(
        "Virtuoso",
        "sparql-graph-crud-auth",
        # Its updates take no xsd:duration, and no more than some hundred triples at once.
        "",
        own_default=False,
        note="Virtuoso holds literals of equal value once: 1 and 1.0, say, or a date and the dateTime of its midnight.",
    ),
    Layout("Oxigraph", "store", "update", own_default=True),
)


@dataclass(frozen=True, slots=True)
class Target:
    """An engine that was found at an address."""

    client: Client
    query_url: str
    store_url: str
    update_url: str
    layout: Layout
    name: str

    def select(self, query: str) -> list[dict[str, str]]:
        """The rows of a SELECT, each value as its text. Raises PushError."""
        return _rows(self.client, self.query_url, query)[0]

    def has(self, pattern: str) -> bool:
        """Whether the pattern is found. Raises PushError."""
        # Not by ASK: Virtuoso answers that in a form of its own.
        return bool(self.select(f"SELECT (1 AS ?found) {{ {pattern} }} LIMIT 1"))


def find_target(url: str, client: Client, *, store: str = "", update: str = "") -> Target:
    """The engine at `url`: its query endpoint, or the address under which that is usual.

    `store` and `update` are the addresses of its Graph Store and its updates, where they are not the usual ones.
    Raises PushError where no engine answers, and for what is no address.
    """
    for address in filter(None, (url, store, update)):
        try:
            valid_address(address)
        except ValueError as error:
            raise PushError(str(error)) from None
    root = url if url.endswith("/") else f"{url}/"
    refusals: list[PushError] = []
    for place in dict.fromkeys((url, urljoin(root, "sparql"), urljoin(root, "query"))):
        try:
            _, headers = _rows(client, place, "SELECT (1 AS ?here) {}", timeout=FIND_SECONDS)
        except Unreachable:
            raise
        except PushError as error:
            refusals.append(error)
            continue
        if headers.get("snapshot"):
            raise PushError(
                f"{url} is a ClusterGraph, which serves snapshots from its own store folder and takes none over the "
                "network. Copy the snapshot into that folder; docs/scale-out.md shows how."
            )
        name = str(headers.get("server", "")).partition(" ")[0]
        layout = next((layout for layout in LAYOUTS if name.startswith(layout.mark)), GENERIC)
        return Target(
            client,
            place,
            store or (urljoin(place, layout.store) if layout.store else ""),
            update or (urljoin(place, layout.update) if layout.update else ""),
            layout,
            name or "an engine that does not say its name",
        )
    refused = (error for error in refusals if isinstance(error, Refused) and error.status in (401, 403))
    refusal = next(refused, refusals[0])
    reason = str(refusal)
    if isinstance(refusal, Refused) and refusal.status in (404, 405, 501):
        reason = f"It answers a query with status {refusal.status}."  # what the refusal advises is for writing
    raise PushError(f"No SPARQL endpoint at {url}, nor at sparql or query under it. {reason}") from refusal


def _rows(
    client: Client, url: str, query: str, timeout: float = REQUEST_SECONDS
) -> tuple[list[dict[str, str]], Mapping[str, str]]:
    body = urlencode({"query": query}).encode()
    form = "application/x-www-form-urlencoded"
    reply = client.send("POST", url, body, content_type=form, accept=RESULTS, timeout=timeout)
    try:
        rows = json.loads(reply.body)["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in rows], reply.headers
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        kind = reply.media_type or "no content type"
        raise PushError(f"{url} answered a query with {kind}, and not with rows in {RESULTS}.") from None
