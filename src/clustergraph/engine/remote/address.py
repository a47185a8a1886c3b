"""Which text is the address of an engine."""

from __future__ import annotations

from urllib.parse import urlsplit


def valid_address(address: str) -> str:
    """The address, if it is one to send queries to. Raises ValueError.

    >>> valid_address("http://localhost:7878/query")
    'http://localhost:7878/query'
    """
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{address!r} is no address of an engine; give one such as https://example.org/sparql.")
    if parts.username or parts.password:
        raise ValueError(
            "An address with a user and a password in it would be seen in logs; "
            "set CLUSTERGRAPH_ENGINE_USER and CLUSTERGRAPH_ENGINE_PASSWORD instead."
        )
    return address
