"""Parts of a file, as clients ask for them to go on where they were cut off (RFC 9110, section 14)."""

from __future__ import annotations

from collections.abc import Mapping
from wsgiref.types import WSGIEnvironment

from werkzeug.http import parse_range_header

from clustergraph.web.files import Pieces

Head = tuple[str, dict[str, str]]
"""Status and headers."""


def head(environ: WSGIEnvironment, pieces: Pieces, etag: str, headers: Mapping[str, str]) -> Head:
    """Status and headers of the answer to a request for the file, whose pieces are cut to the part it asks for.

    A request for several parts at once gets the whole, as one whose `If-Range` names another state of the file does.
    """
    size = pieces.size
    given = {**headers, "Accept-Ranges": "bytes"}
    asked = parse_range_header(environ.get("HTTP_RANGE")) if environ["REQUEST_METHOD"] == "GET" else None
    same = environ.get("HTTP_IF_RANGE", etag).strip() == etag
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1 or not same:
        return "200 OK", {**given, "Content-Length": str(size)}
    part = asked.range_for_length(size)
    if part is None:
        pieces.only(size, size)
        return "416 Range Not Satisfiable", {**given, "Content-Range": f"bytes */{size}", "Content-Length": "0"}
    start, stop = part
    pieces.only(start, stop)
    given |= {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
    return "206 Partial Content", given
