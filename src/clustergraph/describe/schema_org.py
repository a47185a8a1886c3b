"""schema.org's description of the graph, as search engines for data read it."""

from __future__ import annotations

from typing import Any

from clustergraph.describe.label_cache import Labels
from clustergraph.describe.urls import Urls
from clustergraph.describe.void import list_downloads
from clustergraph.engine.base import Engine
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.snapshots.snapshot import Snapshot


def dataset(engine: Engine, urls: Urls, language: str) -> dict[str, Any]:
    """A schema.org Dataset as JSON-LD. Texts are those for readers of `language`."""
    snapshot = engine.snapshot
    metadata = snapshot.manifest.get("dataset", {})
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": snapshot.base,
        "url": urls.home,
        "name": snapshot.title(language),
        "description": snapshot.metadata("description", language) or _describe_size(snapshot),
        "identifier": [snapshot.base, snapshot.name],
        "inLanguage": sorted(code for code in metadata.get("title", {}) if code),
        "keywords": text_in_language(metadata.get("keyword", {}).items(), language),
        "license": snapshot.metadata("license"),
        "version": snapshot.metadata("version"),
        "dateModified": snapshot.manifest.get("built"),
        **{role: _describe_agents(engine, metadata.get(role, []), language) for role in ("creator", "publisher")},
        "isBasedOn": [value for value in metadata.get("source", []) if ":" in value],
        "distribution": [
            {"@type": "DataDownload", "name": form.label, "encodingFormat": form.media_type, "contentUrl": address}
            for form, address in list_downloads(snapshot, urls)
        ],
        "hasPart": [{"@type": "Dataset", "@id": iri, "url": urls.page(iri)} for iri in snapshot.graphs],
    }
    return {name: value for name, value in document.items() if value}


def _describe_agents(engine: Engine, values: list[str], language: str) -> list[dict[str, str]]:
    """Agents by name; those without a known name by their IRI alone."""
    names = Labels(engine).read([value for value in values if ":" in value], language)
    return [
        {"@type": "Organization", "name": names.get(value, value), **({"@id": value} if ":" in value else {})}
        for value in values
    ]


def _describe_size(snapshot: Snapshot) -> str:
    if snapshot.triples is None:
        return "A knowledge graph."
    return f"A knowledge graph of {snapshot.triples:,} statements in {len(snapshot.graphs)} named graphs."
