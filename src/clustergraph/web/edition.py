"""What an answer depends on besides the snapshot and the request: this software, the canned queries, the settings."""

from __future__ import annotations

import hashlib
from pathlib import Path

import clustergraph
from clustergraph.web.service import Service

ENDINGS = (".py", ".html", ".css", ".js", ".json", ".svg")


def edition(service: Service) -> str:
    """A mark that changes with any of them. Without it in an ETag, a client would go on with what was there before."""
    digest = hashlib.blake2b(digest_size=12)
    package = Path(clustergraph.__file__).parent
    for path in sorted(path for path in package.rglob("*") if path.suffix in ENDINGS):
        digest.update(path.read_bytes())
    for query in service.catalogue:
        digest.update(f"{query.name}\n{query.text}\n".encode())
    digest.update(service.settings.model_dump_json().encode())
    return digest.hexdigest()
