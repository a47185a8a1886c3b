"""How long the parts of a request may be, found out before anything reads them: reading takes the longer for it."""

from __future__ import annotations

from wsgiref.types import WSGIEnvironment

from clustergraph.messages import message
from clustergraph.web.http.problem import Problem

MAX_ADDRESS_BYTES = 32 << 10
"""Bytes of path and query of an address; a longer query is sent by POST."""
MAX_HEADERS_BYTES = 32 << 10
"""Bytes of all headers."""
MAX_HEADER_BYTES = 8 << 10
"""Bytes of one header."""
MAX_LIST_BYTES = 2000
"""Bytes of a header that is a list of choices."""
HEADERS_BYTES = "clustergraph.headers_bytes"
"""Where a server may have left the bytes of all headers, names included: where they are few, none is looked at here."""
LISTS = frozenset({"HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING", "HTTP_RANGE", "HTTP_IF_RANGE"})


def excess(environ: WSGIEnvironment) -> Problem | None:
    """The problem of a request with a part that is too long, which is taken out of it; None for all others."""
    address = len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", ""))
    if address > MAX_ADDRESS_BYTES:
        environ["PATH_INFO"] = environ["QUERY_STRING"] = ""
        return Problem(
            "address-too-long",
            message("The address has {size} bytes, and may have {most}.", size=address, most=MAX_ADDRESS_BYTES),
        )
    if environ.get(HEADERS_BYTES, MAX_HEADERS_BYTES) <= MAX_LIST_BYTES:
        return None
    total = 0
    too_long = []
    for name, value in environ.items():
        if name.startswith(("HTTP_", "CONTENT_")):
            size = len(value)
            total += len(name) + size
            if size > MAX_LIST_BYTES and (name in LISTS or size > MAX_HEADER_BYTES):
                too_long.append(name)
    if not too_long and total <= MAX_HEADERS_BYTES:
        return None
    for name in too_long or [name for name in environ if name.startswith("HTTP_") and name != "HTTP_HOST"]:
        del environ[name]
    if not too_long:
        return Problem(
            "headers-too-large",
            message("The headers have {size} bytes, and may have {most}.", size=total, most=MAX_HEADERS_BYTES),
        )
    name = too_long[0].removeprefix("HTTP_").replace("_", "-").title()[:100]
    most = MAX_LIST_BYTES if too_long[0] in LISTS else MAX_HEADER_BYTES
    return Problem("headers-too-large", message("The header {name} may have {most} bytes.", name=name, most=most))
