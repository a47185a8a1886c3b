"""What every template may use: the words of the page's language, links that keep it, the front end's scripts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request
from jinja2 import pass_context

from clustergraph import __version__
from clustergraph.catalogue import CannedQuery, Words
from clustergraph.describe.ontology_kinds import has_ontology
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.web.http import i18n
from clustergraph.web.http.current import absolute_urls, page_urls, service, urls
from clustergraph.web.pages import composed_pages
from clustergraph.web.pages.term_html import words

_STATIC = Path(__file__).parents[1] / "static"
_MANIFESTS = ("dist/manifest.json", "dist/.vite/manifest.json")


SEARCH = "search"
"""Name and tag of the canned query that the search box asks."""


def install(app: Flask) -> None:
    """Give templates what they may use."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        # A filter that takes the context is not computed once and for all where its argument is a constant.
        number=pass_context(lambda _, value: i18n.number(value)),
        date=pass_context(lambda _, value: i18n.date(value)),
        translated=translate,
        sentence=pass_context(lambda _, text: i18n.sentence(text)[0]),
        words=words,
    )
    app.context_processor(_make_context)


def _make_context() -> dict[str, Any]:
    snapshot = service().snapshot
    code = i18n.language()
    catalogue = service().catalogue
    return {
        "say": i18n.say,
        "has_text": i18n.has_text,
        "language": code,
        "languages": i18n.LANGUAGES,
        "in_language": in_language,
        "urls": urls(),
        "pages": page_urls(),
        "absolute": absolute_urls(),
        "here": urls().same(request.path),
        "explicit": i18n.explicit(),
        "title_of_graph": snapshot.title(i18n.languages()),
        "description_of_graph": snapshot.metadata("description", i18n.languages()),
        "snapshot": snapshot,
        "version": __version__,
        "search": search(),
        "can_browse": any(query.browse for query in catalogue),
        "sites": composed_pages.pages(catalogue),
        "can_compare": any(place.of == "compare" for query in catalogue for place in query.pages),
        "has_ontology": has_ontology(snapshot),
        "build": build(),
    }


def search() -> CannedQuery | None:
    """The canned query behind the search box: `search`, if one text is all it needs."""
    catalogue = service().catalogue
    if SEARCH not in catalogue:
        return None
    query = catalogue[SEARCH]
    required = [parameter for parameter in query.parameters if parameter.required]
    return query if SEARCH in query.tags and len(required) == 1 and required[0].type == "string" else None


def in_language(code: str) -> str:
    """The address of this very page in another language."""
    fields = [(name, value) for name, value in request.args.items(multi=True) if name != LANGUAGE_FIELD]
    return urls().same(request.path, [*fields, (LANGUAGE_FIELD, code)])


def translate(words: Words) -> str:
    """A text of a canned query in the page's language."""
    return words.in_language(i18n.language())


def build() -> dict[str, list[str]] | None:
    """The scripts and styles of the front end; None where it was not built."""
    for name in _MANIFESTS:
        file = _STATIC / name
        if file.is_file():
            return {
                kind: [urls().file(f"dist/{path}") for path in files]
                for kind, files in _read_manifest(file, file.stat().st_mtime_ns).items()
            }
    return None


@cache
def _read_manifest(file: Path, _changed: int) -> dict[str, list[str]]:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    entries = [entry for entry in manifest.values() if entry.get("isEntry")]
    return {
        "scripts": [entry["file"] for entry in entries if entry["file"].endswith(".js")],
        "styles": [style for entry in entries for style in entry.get("css", ())],
    }
