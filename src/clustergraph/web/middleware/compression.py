"""Content codings: which one a client wants, and how to make it (RFC 9110, section 12.5.3)."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import brotli
import zstandard
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from clustergraph.text_cache import remembers_short

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=6).compress(body),
    "br": lambda body: bytes(brotli.compress(body, quality=5)),  # type: ignore[no-untyped-call]
    "gzip": lambda body: gzip.compress(body, compresslevel=6, mtime=0),
}
"""What is on offer, the preferred one first."""

MIN_CODED_BYTES = 600
"""Bytes below which compressing costs more than it saves."""

COMPRESSED_TYPES = ("image/png", "image/jpeg", "image/webp", "font/")
"""Media types that are compressed already."""


def choose_coding(header: str) -> str:
    """The content coding to use for an Accept-Encoding header; empty for none.

    >>> choose_coding("gzip, deflate, br, zstd"), choose_coding("gzip;q=0.5, br;q=0"), choose_coding("")
    ('zstd', 'gzip', '')
    >>> choose_coding("identity, gzip;q=0.5"), choose_coding("*"), choose_coding("*, zstd;q=0")
    ('', 'zstd', 'br')
    """
    return _choose_from_header(header) if header else ""


@remembers_short
def _choose_from_header(header: str) -> str:
    wanted = {name.lower(): quality for name, quality in parse_accept_header(header, Accept)}
    others = wanted.get("*", 0.0)
    quality, _, best = max((wanted.get(name, others), -order, name) for order, name in enumerate(CODINGS))
    return best if quality > 0 and quality >= wanted.get("identity", 0.0) else ""


def is_worth_coding(media_type: str, size: int) -> bool:
    """Whether a body of this type and of `size` bytes gets smaller by more than it costs."""
    return size > MIN_CODED_BYTES and not media_type.startswith(COMPRESSED_TYPES)
