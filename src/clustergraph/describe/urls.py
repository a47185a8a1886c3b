"""Between the IRIs of things and addresses on this service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, urlencode, urlsplit

from clustergraph.rdf.formats import Format
from clustergraph.rdf.iris import is_iri

OWN = frozenset(
    {
        *(".well-known", "about", "api", "browse", "compare", "data", "dataset.jsonld"),
        *("dcat", "errors", "health", "manifest.json", "metrics", "ontology.svg", "openapi.json", "page"),
        *("ready", "schema.json", "sparql", "static", "void"),
    }
)
"""First segments of the service's own addresses; things that are named so are reached by `?iri=`."""

ONTOLOGY = "ontology"
"""The path of the one document that explains all terms, each behind a `#`."""

REMEMBERED = 4096
"""How many names' addresses are kept: a page leads to the same ones again and again."""

SAFE = "/:@!$&'()*+,;=~"
# What comes back as it was sent: no escape that a server would resolve, no segment that a client would leave out.
_PLAIN = re.compile(r"(?!\.{1,2}(?:/|$))[^/?#%\\]+(?:/(?!\.{1,2}(?:/|$))[^/?#%\\]+)*/?")


@lru_cache(maxsize=REMEMBERED)
def link(iri: str, base: str) -> str:
    """Where on this service a thing is shown: under its own path if it is named below the graph's base.

    Empty for what is not worth a link: only http(s) and urn names are, and anything else (`javascript:`) must never
    become one.

    >>> link("https://a.example/id/b", "https://a.example/"), link("https://b.example/c", "https://a.example/")
    ('/id/b', '/page?iri=https%3A%2F%2Fb.example%2Fc')
    """
    if iri.startswith(f"{base}{ONTOLOGY}#") and is_iri(iri):
        return f"/{quote(iri.removeprefix(base), safe=f'{SAFE}#%')}"
    path = _path(iri, base)
    if path is not None:
        return f"/{path}"
    return page_link(iri, base) if _scheme(iri) in ("http", "https", "urn") else ""


def page_link(iri: str, base: str) -> str:
    """The address of a thing's page."""
    path = _path(iri, base)
    return f"/page/{path}" if path else f"/page?{urlencode({'iri': iri})}"


def data_link(iri: str, base: str, form: Format) -> str:
    """The address of a thing's data in one format."""
    path = _path(iri, base)
    if path and not path.endswith("/"):
        return f"/data/{path}.{form.extension}"
    return f"/data?{urlencode({'iri': iri, 'format': form.name})}"


def document_name(iri: str, base: str) -> str:
    """The name, below the base, of the document of data about a thing, whatever its format.

    >>> document_name("https://a.example/id/b", "https://a.example/")
    'https://a.example/data/id/b'
    """
    path = _path(iri, base)
    return f"{base}data/{path}" if path and not path.endswith("/") else f"{base}data?{urlencode({'iri': iri})}"


def names(path: str, query: str, base: str) -> Iterator[str]:
    """The IRIs that a request for a path below the base may mean; a server has resolved the path's escapes already."""
    escaped = quote(path, safe=SAFE)
    legal = "".join(character if ord(character) > 127 else quote(character, safe=SAFE) for character in path)
    for one in dict.fromkeys((path, legal, escaped)):
        for candidate in (f"{one}?{query}", one) if query else (one,):
            if is_iri(base + candidate):
                yield base + candidate


def in_header(iri: str) -> str:
    """An IRI as a header can carry it: as a URI (RFC 3987, section 3.1)."""
    return quote(iri, safe=f"{SAFE}?#[]%")


@lru_cache(maxsize=REMEMBERED)
def _path(iri: str, base: str) -> str | None:
    """The path, quoted, that alone leads to the thing; None if there is none."""
    if not iri.startswith(base) or not is_iri(iri):
        return None
    path = iri.removeprefix(base)
    if path and (not _PLAIN.fullmatch(path) or path.split("/")[0] in OWN):
        return None
    return quote(path, safe=SAFE)


def _scheme(iri: str) -> str:
    try:
        return urlsplit(iri).scheme
    except ValueError:  # such as an address of a host that is none
        return ""
