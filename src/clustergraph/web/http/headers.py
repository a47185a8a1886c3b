"""Headers that every response carries."""

from __future__ import annotations

from clustergraph.engine.base import Answer

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPOSED = ("ETag", "Link", "Retry-After", "Server-Timing", "Snapshot")
"""Headers that scripts from other sites may read."""

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": POLICY,
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(EXPOSED),
}

PUBLIC = "public, no-cache"
"""May be kept by anyone, who then asks whether it is still current; the ETag makes that cheap."""


def headers_of(answer: Answer, content_type: str, *, may_be_kept: bool) -> list[tuple[str, str]]:
    """The headers of the response that carries an answer, on the short way and on the long one."""
    headers = [
        ("Content-Type", content_type),
        ("Vary", "Accept"),
        ("Cache-Control", PUBLIC if may_be_kept else "no-store"),
    ]
    return [*headers, ("Server-Timing", server_timing(answer))] if answer.timings else headers


def server_timing(answer: Answer) -> str:
    """Where the time went, in milliseconds (W3C Server Timing)."""
    return ", ".join([f"{name};dur={seconds * 1000:.2f}" for name, seconds in answer.timings.items()])
