"""Headers that every response carries, whoever makes it."""

from __future__ import annotations

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
