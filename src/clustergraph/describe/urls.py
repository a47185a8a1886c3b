"""Every address of the service, made from the root that it stands below; and the IRIs that an address may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice
from urllib.parse import quote, unquote, urlencode

from clustergraph.rdf.formats import Format
from clustergraph.rdf.iris import is_iri
from clustergraph.text_cache import remembers_short

LANGUAGE_FIELD = "lang"
"""The field of an address that names the language of a page."""

ONTOLOGY, GRAPHS, SNAPSHOTS = "ontology", "graph", "snapshot"
"""Names below the graph's base: of the document that explains all terms, each behind a `#`; of the collection of all
named graphs, and what the name of each begins with; what the name of each snapshot begins with."""

MAX_SPELLINGS = 64
"""In how many ways a path is read where an IRI may have escaped some of its characters."""

_SAFE = "/:@!$&'()*+,;=~"
_EITHER = frozenset(_SAFE)
_PARTS = re.compile(r"[/:@!$&'()*+,;=~]|[^\x00-\x7f]+|[^/:@!$&'()*+,;=~\x80-\U0010ffff]+")
_ESCAPE = re.compile(r"%[0-9A-F]{2}")
_ESCAPED_LETTERS = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])++")
# A path that arrives as it was sent: no escape that a server would resolve, no segment that a client would drop.
_PLAIN = re.compile(r"(?!\.{1,2}(?:/|$))[^/?#%\\]+(?:/(?!\.{1,2}(?:/|$))[^/?#%\\]+)*/?")

Fields = Mapping[str, str] | Sequence[tuple[str, str]]


class _Fixed:
    """An address that is always the same. Of the class `Urls`, it is the path that the application has a route for."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __get__(self, urls: Urls | None, _owner: type[Urls]) -> str:
        return f"/{self.path}" if urls is None else urls.to(self.path)


@dataclass(frozen=True, slots=True)
class Urls:
    """The addresses of a service whose graph names its things below `base`.

    Each begins with `root`, which ends with a slash: a path for links within the service, host and path for everybody
    else, the base for names in statements. With a `language`, each keeps it.

    >>> urls = Urls("https://a.example/", "/kg/", language="de")
    >>> urls.sparql, urls.thing("https://a.example/id/b"), Urls.sparql
    ('/kg/sparql?lang=de', '/kg/id/b?lang=de', '/sparql')
    """

    base: str
    root: str = "/"
    language: str = ""

    home = _Fixed("")
    about = _Fixed("about")
    browse = _Fixed("browse")
    compare = _Fixed("compare")
    errors = _Fixed("errors")
    graphs = _Fixed(GRAPHS)
    ontology = _Fixed(ONTOLOGY)
    ontology_drawing = _Fixed("ontology.svg")
    sparql = _Fixed("sparql")
    queries = _Fixed("api")
    pages = _Fixed("page")
    documents = _Fixed("data")
    static = _Fixed("static")
    void = _Fixed(".well-known/void")
    void_short = _Fixed("void")
    dcat = _Fixed("dcat")
    croissant = _Fixed(".well-known/croissant.json")
    sparql_examples = _Fixed(".well-known/sparql-examples")
    dataset = _Fixed("dataset.jsonld")
    manifest = _Fixed("manifest.json")
    schema = _Fixed("schema.json")
    openapi = _Fixed("openapi.json")
    health = _Fixed("health")
    ready = _Fixed("ready")
    metrics = _Fixed("metrics")

    @property
    def host(self) -> str:
        """The root without the slash at its end, as clients of other projects are given it."""
        return self.root.rstrip("/")

    @property
    def names(self) -> Urls:
        """The same addresses below the graph's base, which is what statements name documents by."""
        return replace(self, root=self.base, language="")

    def to(self, path: str, fields: Fields = ()) -> str:
        """An address by its path, which may have fields and a fragment already, with more fields.

        >>> Urls("https://a.example/").to("/data?iri=x:y", {"download": "1"})
        '/data?iri=x:y&download=1'
        """
        query = urlencode(fields) if fields else ""
        if self.language:
            query += f"{'&' if query else ''}{LANGUAGE_FIELD}={self.language}"
        # Two slashes at the beginning would lead to another host.
        address, hash_, fragment = f"{self.root}{path.lstrip('/')}".partition("#")
        mark = ("&" if "?" in address else "?") if query else ""
        return f"{address}{mark}{query}{hash_}{fragment}"

    def same(self, path: str, fields: Fields = ()) -> str:
        """The address that a request came to, by its path as a server gives it: without its escapes."""
        return self.to(quote(path, safe=_SAFE), fields)

    def thing(self, iri: str) -> str:
        """Where a thing is shown: under its own path if it is named below the graph's base.

        Empty for what is no IRI. A name of any scheme leads to a page here, and never to what it would do in a
        browser (`javascript:`).

        >>> urls = Urls("https://a.example/")
        >>> urls.thing("https://a.example/id/b"), urls.thing("did:b:c")
        ('/id/b', '/page?iri=did%3Ab%3Ac')
        """
        path = _make_thing_path(iri, self.base)
        return "" if path is None else self.to(path)

    def page(self, iri: str, fields: Fields = ()) -> str:
        """The page of a thing."""
        return self.to(_make_page_path(iri, self.base), fields)

    def data(self, iri: str, form: Format | None = None, fields: Fields = ()) -> str:
        """The data of a thing, in one format or in the one that the client asks for.

        >>> Urls("https://a.example/").names.data("https://a.example/id/b")
        'https://a.example/data/id/b'
        """
        path = _make_own_path(iri, self.base)
        if path and not path.endswith("/"):
            return self.to(f"{Urls.documents}/{path}{f'.{form.extension}' if form else ''}", fields)
        parameters = {"iri": iri, **({"format": form.name} if form else {})}
        return self.to(f"{Urls.documents}?{urlencode(parameters)}", fields)

    def query(self, name: str, fields: Fields = (), ending: str = "") -> str:
        """A canned query with its parameters. `ending` is that of a format's files."""
        return self.to(f"{Urls.queries}/{name}{f'.{ending}' if ending else ''}", fields)

    def ask(self, text: str) -> str:
        """The answer to a query in SPARQL."""
        return self.to(Urls.sparql, {"query": text})

    def editor(self, text: str) -> str:
        """The page of the editor with a query and its result."""
        return self.to(Urls.sparql, {"query": text, "format": "html"})

    def comparison(self, iri: str) -> str:
        """The page that compares a thing with others."""
        return self.to(Urls.compare, {"thing": iri})

    def error(self, kind: str) -> str:
        """The explanation of one kind of error."""
        return self.to(f"{Urls.errors}#{kind}")

    def file(self, name: str) -> str:
        """A file of the pages: style, script, picture."""
        return self.to(f"{Urls.static}/{name}")


OWN_SEGMENTS = frozenset(
    fixed.path.partition("/")[0]
    for fixed in vars(Urls).values()
    if isinstance(fixed, _Fixed) and fixed.path not in ("", GRAPHS, ONTOLOGY)
)
"""First segments of the service's own addresses; things that are named so are reached by `?iri=`."""


def names(path: str, query: str, base: str, target: str = "") -> Iterator[str]:
    """The IRIs that a request for a path below the base may mean, the likeliest first, at most MAX_SPELLINGS of a path.

    A server has resolved the path's escapes already, so what an IRI has escaped is not known, but for what it cannot
    have otherwise. `target` is the path as it was sent, where the server tells.

    >>> list(names("é", "", "https://a.example/"))[:2]
    ['https://a.example/é', 'https://a.example/%C3%A9']
    """
    spellings = list(dict.fromkeys((*_spell_target(target), *islice(_spell(path), MAX_SPELLINGS))))
    queries = [f"?{spelling}" for spelling in _spell_target(query)]
    candidates = [spelling + end for spelling in spellings for end in (*queries, "")]
    # A server does not tell an empty query from none.
    candidates += [] if queries else [f"{spelling}?" for spelling in spellings]
    yield from (base + candidate for candidate in candidates if is_iri(base + candidate))


def _spell_target(target: str) -> list[str]:
    """The ways in which an IRI may write what was sent: as it is, or letters beyond ASCII as they are."""
    letters = _ESCAPED_LETTERS.sub(lambda match: _read_letters(match[0]), target)
    escaped = "".join(character if ord(character) < 128 else quote(character) for character in target)
    return list(dict.fromkeys(spelling for spelling in (letters, target, escaped) if spelling))


def _read_letters(escapes: str) -> str:
    try:
        return unquote(escapes, errors="strict")
    except UnicodeDecodeError:
        return escapes


def _spell(path: str) -> Iterator[str]:
    """The ways in which an IRI may write a path: with no escape, with all that can be, then with few before many."""
    pieces = (match[0] for match in _PARTS.finditer(path))
    parts = [(piece, piece[0] in _EITHER or ord(piece[0]) > 127) for piece in pieces]
    fixed = [part if either else quote(part, safe=_SAFE) for part, either in parts]
    # What may be escaped or not: a kind of mark, everywhere in the path, or at one place where there are few.
    places = [place for place, (_, either) in enumerate(parts) if either]
    choices: list[list[int]] = [[place] for place in places]
    if 2 ** len(choices) > MAX_SPELLINGS // 2:
        kinds: dict[str, list[int]] = {}
        for place in places:
            kinds.setdefault(parts[place][0] if parts[place][0] in _EITHER else "", []).append(place)
        choices = list(kinds.values())
    for count in dict.fromkeys((0, len(choices), *range(1, len(choices)))):
        for chosen in combinations(reversed(choices), count):
            spelling = list(fixed)
            for place in (place for places in chosen for place in places):
                spelling[place] = quote(parts[place][0], safe="").replace("~", "%7E")
            written = "".join(spelling)
            yield written
            if "%" in written:
                yield _ESCAPE.sub(lambda match: match[0].lower(), written)


def in_header(iri: str) -> str:
    """An IRI as a header can carry it: as a URI (RFC 3987, section 3.1)."""
    return quote(iri, safe=f"{_SAFE}?#[]%")


@remembers_short
def _make_thing_path(iri: str, base: str) -> str | None:
    if iri.startswith(f"{base}{ONTOLOGY}#") and is_iri(iri):
        return quote(iri.removeprefix(base), safe=f"{_SAFE}#%")
    path = _make_own_path(iri, base)
    if path is not None:
        return path
    return _make_page_path(iri, base) if is_iri(iri) else None


def _make_page_path(iri: str, base: str) -> str:
    path = _make_own_path(iri, base)
    return f"{Urls.pages}/{path}" if path else f"{Urls.pages}?{urlencode({'iri': iri})}"


@remembers_short
def _make_own_path(iri: str, base: str) -> str | None:
    """The path, quoted, that alone leads to the thing; None if there is none."""
    if not iri.startswith(base) or not is_iri(iri):
        return None
    path = iri.removeprefix(base)
    if path and (not _PLAIN.fullmatch(path) or path.partition("/")[0] in OWN_SEGMENTS):
        return None
    return quote(path, safe=_SAFE)
