"""What every template may use: the words of the page's language, links that keep it, the front end's scripts."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import pass_context

from clustergraph import __version__
from clustergraph.catalogue import CannedQuery, Words
from clustergraph.web import answers, language, site
from clustergraph.web.service import service
from clustergraph.web.statements import documents
from clustergraph.web.words import words

_STATIC = Path(__file__).with_name("static")
_MANIFESTS = ("dist/manifest.json", "dist/.vite/manifest.json")


SEARCH = "search"
"""Name and tag of the canned query that the search box asks."""


def install(app: Flask) -> None:
    """Give templates what they may use."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        # A filter that takes the context is not computed once and for all where its argument is a constant.
        here=pass_context(lambda _, address, **fields: language.here(address, **fields)),
        number=pass_context(lambda _, value: language.number(value)),
        date=pass_context(lambda _, value: language.date(value)),
        said=said,
        words=words,
    )
    app.context_processor(_names)


def _names() -> dict[str, Any]:
    snapshot = service().snapshot
    code = language.language()
    catalogue = service().catalogue
    return {
        "say": language.say,
        "has_text": language.has_text,
        "language": code,
        "languages": language.LANGUAGES,
        "in_language": language.in_language,
        "explicit": language.explicit(),
        "title_of_graph": snapshot.said("title", code) or answers.title(snapshot),
        "snapshot": snapshot,
        "version": __version__,
        "host": answers.host_url(),
        "search": search(),
        "can_browse": any(query.browse for query in catalogue),
        "sites": site.pages(catalogue),
        "can_compare": any(place.of == "compare" for query in catalogue for place in query.pages),
        "has_ontology": f"{snapshot.base}ontology" in documents(snapshot),
        "build": build(),
    }


def search() -> CannedQuery | None:
    """The canned query behind the search box: `search`, if one text is all it needs."""
    catalogue = service().catalogue
    if SEARCH not in catalogue:
        return None
    found = catalogue[SEARCH]
    needed = [one for one in found.parameters if one.required]
    return found if SEARCH in found.tags and len(needed) == 1 and needed[0].type == "string" else None


def said(words: Words) -> str:
    """A text of a canned query in the page's language."""
    return words.said_in(language.language())


def build() -> dict[str, list[str]] | None:
    """The scripts and styles of the front end; None where it was not built."""
    for name in _MANIFESTS:
        file = _STATIC / name
        if file.is_file():
            return _entry(file, file.stat().st_mtime_ns)
    return None


@cache
def _entry(file: Path, _changed: int) -> dict[str, list[str]]:
    manifest = json.loads(file.read_text(encoding="utf-8"))
    entries = [one for one in manifest.values() if one.get("isEntry")]
    return {
        "scripts": [f"/static/dist/{one['file']}" for one in entries if one["file"].endswith(".js")],
        "styles": [f"/static/dist/{style}" for one in entries for style in one.get("css", ())],
    }
