"""Parts of a file, as clients ask for them to go on where they were cut off (RFC 9110, section 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from wsgiref.types import WSGIEnvironment

from werkzeug.http import parse_range_header

from clustergraph.web.http.export_files import Part

Head = tuple[str, dict[str, str]]
"""Status and headers."""


def cut(environ: WSGIEnvironment, file: Part, etag: str, headers: Mapping[str, str]) -> tuple[Head, Part]:
    """Status and headers of the answer to a request for a whole file, and the part of it that is asked for.

    A request for several parts at once gets the whole, as one whose `If-Range` names another state of the file does.
    """
    size = file.size
    sent_headers = {**headers, "Accept-Ranges": "bytes"}
    requested = parse_range_header(environ.get("HTTP_RANGE")) if environ["REQUEST_METHOD"] == "GET" else None
    is_same_state = environ.get("HTTP_IF_RANGE", etag).strip() == etag
    if requested is None or requested.units != "bytes" or len(requested.ranges) != 1 or not is_same_state:
        return ("200 OK", {**sent_headers, "Content-Length": str(size)}), file
    part = requested.range_for_length(size)
    if part is None:
        sent_headers |= {"Content-Range": f"bytes */{size}", "Content-Length": "0"}
        return ("416 Range Not Satisfiable", sent_headers), replace(file, start=size)
    start, stop = part
    sent_headers |= {"Content-Range": f"bytes {start}-{stop - 1}/{size}", "Content-Length": str(stop - start)}
    return ("206 Partial Content", sent_headers), replace(file, start=start, stop=stop)
