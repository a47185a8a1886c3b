"""The kinds of problems that clients get (RFC 9457); `/errors` shows them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clustergraph.describe.urls import Urls


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of error: its HTTP status, its title and what a client can do about it, in English."""

    status: int
    title: str
    advice: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "Bad request", "Put right what the detail names and ask again."),
    "incomplete-request": Kind(400, "Incomplete request", "Send the whole body, as long as Content-Length says."),
    "bad-format": Kind(400, "Unknown format", "Choose one of the formats that the detail lists."),
    "bad-parameter": Kind(400, "Bad parameter", "Give the parameter one of the values the problem suggests."),
    "syntax": Kind(400, "Not a SPARQL query", "Look at the line and column that the problem names."),
    "evaluation": Kind(400, "The query cannot be evaluated", "Change what the detail names."),
    "outside-address": Kind(
        403, "Outside address", "Leave SERVICE and foreign graphs out, or have the operator allow the address."
    ),
    "read-only": Kind(403, "Read-only", "Updates are not taken here."),
    "not-found": Kind(404, "Not found", "Check the address; the home page leads to everything there is."),
    "unknown-query": Kind(404, "No such canned query", f"The list at {Urls.queries} names them all."),
    "method-not-allowed": Kind(405, "Method not allowed", "Use one of the methods in the Allow header."),
    "not-acceptable": Kind(406, "Not acceptable", "Ask for one of the media types that the detail lists."),
    "slow-request": Kind(408, "Request too slow", "Send the request without pauses, or a shorter one."),
    "too-large": Kind(413, "Request too large", "Send a shorter request, or have the operator raise request_size."),
    "result-too-large": Kind(
        413, "Result too large", "Add a LIMIT or ask for less, or have the operator raise result_size."
    ),
    "address-too-long": Kind(414, "Address too long", "Send the query by POST, or ask for less at once."),
    "unsupported-media-type": Kind(
        415, "Unsupported media type", "Send application/x-www-form-urlencoded or application/sparql-query."
    ),
    "too-many-requests": Kind(429, "Too many requests", "Wait as long as Retry-After says."),
    "headers-too-large": Kind(431, "Headers too large", "Leave headers out, or shorten the one that the detail names."),
    "internal": Kind(500, "Internal error", "The fault is the service's; its log says more. Try again later."),
    "engine-down": Kind(503, "The engine failed", "Try again; the service recovers by itself."),
    "busy": Kind(503, "Busy", "Try again after the seconds that Retry-After says."),
    "timeout": Kind(
        503, "Deadline passed", "Ask for less, or for more time with timeout= (up to the ceiling the problem names)."
    ),
    "memory": Kind(503, "Too much memory", "Ask for less at once, or have the operator raise the setting memory."),
    "unavailable": Kind(503, "Unavailable", "Try again later."),
}


class Problem(Exception):
    """An error for the client. `more` becomes members of the problem; a detail made by `message` is translated."""

    def __init__(self, slug: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail
        self.headers = headers or {}
        self.more = more
