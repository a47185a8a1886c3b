"""What an answer depends on besides the snapshot and the request: this software, the canned queries, the settings.

Services that differ only in where they run and how much they take on give the same answers, and so the same ETags:
behind a load balancer, an ETag of one of them is valid for all.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import clustergraph
from clustergraph.web.service import Service

WHERE = {"store", "queries", "host", "port", "log"}
HOW_MUCH = {"readers", "client_share", "memory", "queue", "queue_timeout", "cache", "rate"}
OF_THE_PLACE = WHERE | HOW_MUCH
"""Settings that no answer depends on. The canned queries do count, wherever their folder is."""
ENDINGS = (".py", ".html", ".css", ".js", ".json", ".svg")


def edition(service: Service) -> str:
    """A mark that changes with any of them. Without it in an ETag, a client would go on with what was there before."""
    digest = hashlib.blake2b(digest_size=12)
    package = Path(clustergraph.__file__).parent
    for path in sorted(path for path in package.rglob("*") if path.suffix in ENDINGS):
        digest.update(path.read_bytes())
    for query in service.catalogue:
        digest.update(f"{query.name}\n{query.text}\n".encode())
    digest.update(service.settings.model_dump_json(exclude=OF_THE_PLACE).encode())
    return digest.hexdigest()
