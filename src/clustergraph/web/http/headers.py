"""Headers that every response carries."""

from __future__ import annotations

from collections.abc import Iterable

from clustergraph.engine.base import Answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPOSED = ("ETag", "Link", "Retry-After", "Server-Timing", "Snapshot", "Warning")
"""Headers that scripts from other sites may read."""

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(EXPOSED),
}

MAX_WARNING_CHARACTERS = 4000
"""How long the header `Warning` may be."""
_QUOTED = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": " ", "\r": " "})
PUBLIC = "public, no-cache"
"""May be kept by anyone, who then asks whether it is still current; the ETag makes that cheap."""


def headers_of(answer: Answer, content_type: str, *, may_be_kept: bool) -> list[tuple[str, str]]:
    """The headers of the response that carries an answer, on the short way and on the long one."""
    headers = [
        ("Content-Type", content_type),
        ("Vary", "Accept"),
        ("Cache-Control", PUBLIC if may_be_kept else "no-store"),
    ]
    if answer.differences:
        headers.append(("Warning", warning(answer)))
    return [*headers, ("Server-Timing", server_timing(answer))] if answer.timings else headers


def warning(answer: Answer) -> str:
    """The header `Warning` of an answer that may not be the one of the standard."""
    return write_warnings([f"{difference.name}: {difference.text}" for difference in answer.differences])


def write_warnings(texts: Iterable[str]) -> str:
    """The header `Warning` (RFC 7234, section 5.5) with its code for whatever no other code is for.

    RFC 9111 no longer asks caches to write this header; the servers of Kubernetes and Elasticsearch write it for those
    who write clients.
    """
    plain = (text.encode("ascii", "replace").decode().translate(_QUOTED) for text in texts)
    return ", ".join(f'299 clustergraph "{text}"' for text in plain)[:MAX_WARNING_CHARACTERS]


def server_timing(answer: Answer) -> str:
    """Where the time went, in milliseconds (W3C Server Timing)."""
    return ", ".join([f"{name};dur={seconds * 1000:.2f}" for name, seconds in answer.timings.items()])
