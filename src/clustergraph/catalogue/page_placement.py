"""Where a canned query appears on pages, and how: the header's keys `page`, `browse` and `columns`.

    #+ page: {of: home, order: 10, view: Map}
    #+ page: {of: ex:Town, order: 20}
    #+ page: {of: compare, class: ex:Town, order: 10}
    #+ page: {of: site, path: towns, order: 10, en: Towns, de: Städte}
    #+ columns:
    #+   staff: {en: Staff, de: Personal}
    #+   size: {en: Size, de: Größe, values-de: {small: klein, large: groß}}
    #+ browse:
    #+   class: ex:Shop
    #+   facets:
    #+     town: {en: Town, de: Stadt, path: "ex:in/ex:within*", class: ex:Town}

`values-de` says in German what the query says in English: pages show the German words, data keeps the others. Pages of
things use those of the columns `value`, and of the column that is called as a property is, for the property's values.

A section on the page of every thing of a class is bound to that thing: the query has one parameter of type iri, with
that class or, if it has none, for any. A comparison asks its query once for each thing. A page of the site has an
address of its own, `/towns`; it is called as the first of its queries says that has a name for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from clustergraph.catalogue.model import VIEWS, Browse, CannedQuery, Column, Facet, Placement, Words
from clustergraph.catalogue.yaml_header import Entry
from clustergraph.sparql import tokens
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.parsed_query import ParsedQuery
from clustergraph.sparql.syntax_check import check_syntax

PLACES = ("home", "about", "compare", "site")
PAGE_KEYS = ("of", "class", "order", "view", "show", "path", "en", "de")
FACET_KEYS = ("en", "de", "path", "class")
VALUES = "values-de"
COLUMN_KEYS = ("en", "de", VALUES)
_IRI = re.compile(r"<[^<>\s]*>")
_NAME = re.compile(r"[a-z][a-z0-9-]*")

Wrong = Callable[[int, str], None]
Named = Callable[[Entry], str | None]
"""Reads an IRI or a prefixed name; None, after saying what is wrong, if it is neither."""


def read_placements(entry: Entry | None, wrong: Wrong, named: Named) -> tuple[Placement, ...]:
    """The places that `page` names, one map or a list of maps."""
    if entry is None:
        return ()
    maps = [(item.line, item.map) for item in entry.items] or [(entry.line, entry.map)]
    found = []
    for line, said in maps:
        _check_keys(said, PAGE_KEYS, "page", wrong)
        place = _read_placement(line, said, wrong, named)
        if place is not None:
            found.append(place)
    return tuple(found)


def _read_placement(line: int, said: Mapping[str, Entry], wrong: Wrong, named: Named) -> Placement | None:
    of = said["of"].text if "of" in said else None
    if not of:
        wrong(line, f"The key 'page' needs `of`: one of {', '.join(PLACES)} or a class, such as {{of: home}}.")
        return None
    order = said["order"].text if "order" in said else "100"
    if not re.fullmatch(r"[0-9]{1,6}", order or ""):
        wrong(said["order"].line, f"The order {order!r} of a page is not a whole number.")
        return None
    view = said["view"].text if "view" in said else None
    if "view" in said and view not in VIEWS:
        wrong(said["view"].line, f"The view {view!r} is not known; known are {', '.join(VIEWS)}.")
        return None
    about: str | None = None
    if of == "compare":
        if "class" not in said:
            wrong(line, "A page of compare needs a class, such as {of: compare, class: ex:Town}.")
            return None
        about = named(said["class"])
    elif "class" in said:
        wrong(said["class"].line, "Only a page of compare has a class; for the pages of a class write {of: ex:Town}.")
        return None
    elif of not in PLACES:
        about, of = named(said["of"]), "class"
    if "show" in said and of != "compare":
        wrong(said["show"].line, "Only a page of compare has `show`, the one column that its cells hold.")
        return None
    if of in ("class", "compare") and about is None:
        return None
    path, title = None, None
    if of == "site":
        path = said["path"].text if "path" in said else None
        if not _NAME.fullmatch(path or ""):
            wrong(line, f"A page of the site needs a path of lower-case letters, digits and hyphens, not {path!r}.")
            return None
        if "en" in said or "de" in said:
            title = _read_words(Entry(dict(said), line), f"The page {path!r}", wrong)
    else:
        for key in ("path", "en", "de"):
            if key in said:
                wrong(
                    said[key].line,
                    f"Only a page of the site has {key!r}, such as {{of: site, path: towns, en: Towns}}.",
                )
                return None
    return Placement(of, int(order or 0), about, view, said["show"].text if "show" in said else None, path, title)


def read_columns(entry: Entry | None, wrong: Wrong) -> dict[str, Column]:
    """What `columns` says of columns of the result: their names, and their values in German."""
    if entry is None:
        return {}
    if not entry.map:
        wrong(entry.line, "The key 'columns' needs the names of columns, such as {staff: {en: Staff, de: Personal}}.")
    found = {}
    for name, value in entry.map.items():
        words = _read_words(value, f"The column {name!r}", wrong)
        _check_keys(value.map, COLUMN_KEYS, f"columns.{name}", wrong)
        translated = read_german_values(value.map.get(VALUES), f"column {name!r}", wrong)
        if words is not None:
            found[name] = Column(words, translated)
    return found


def read_german_values(entry: Entry | None, of: str, wrong: Wrong) -> dict[str, str]:
    """The German words that `values-de` has for values."""
    if entry is None:
        return {}
    found = {value: said.text for value, said in entry.map.items() if said.text}
    if not found or len(found) < len(entry.map):
        wrong(entry.line, f"The key {VALUES!r} of the {of} needs values with their German words.")
    return found


def read_browse(entry: Entry | None, wrong: Wrong, named: Named) -> Browse | None:
    """What `browse` says."""
    if entry is None:
        return None
    _check_keys(entry.map, ("class", "facets"), "browse", wrong)
    if "class" not in entry.map or "facets" not in entry.map or not entry.map["facets"].map:
        wrong(entry.line, "The key 'browse' needs the class of the things and their facets.")
        return None
    class_iri = named(entry.map["class"])
    facets = []
    for name, value in entry.map["facets"].map.items():
        said = value.map
        _check_keys(said, FACET_KEYS, f"facets.{name}", wrong)
        words = _read_words(value, f"The facet {name!r}", wrong)
        path = said["path"].text if "path" in said else None
        if not _NAME.fullmatch(name):
            wrong(value.line, f"The facet {name!r} needs a name of lower-case letters, digits and hyphens.")
        elif not path:
            wrong(value.line, f"The facet {name!r} needs a path from the things to its values.")
        elif words is not None:
            facets.append(Facet(name, words, path, named(said["class"]) if "class" in said else None))
    return Browse(class_iri, tuple(facets)) if class_iri and facets else None


def find_problems(query: CannedQuery, head: Mapping[str, Entry]) -> Iterator[tuple[int, str]]:
    """What is wrong with the places of a query, as far as its parameters and columns tell."""
    line = head["page"].line if "page" in head else 1
    required = [one.name for one in query.parameters if one.required and one.default is None]
    for place in query.pages:
        if place.of in ("home", "about", "site") and required:
            yield line, f"A query on the page {place.of!r} can have no required parameter, and {required[0]!r} is one."
        elif place.of in ("class", "compare") and query.subject(place.class_iri or "") is None:
            yield (
                line,
                (
                    f"A query on the page of <{place.class_iri}> needs one parameter of type iri "
                    "with that class, or without a class, and no other required one."
                ),
            )
    try:
        shown = projected_columns(query.text) if query.form == "SELECT" else ()
    except EngineError:
        return  # check.py says what is wrong with the text
    for place in query.pages:
        if place.show and shown and place.show not in shown:
            yield line, f"The query gives no column {place.show!r} to show; it gives {', '.join(shown)}."
    for name in query.columns:
        if shown and name not in shown:
            yield head["columns"].map[name].line, f"The query gives no column {name!r}; it gives {', '.join(shown)}."
    if query.browse is not None:
        for facet in query.browse.facets:
            if not _is_path(facet.path, query):
                at = head["browse"].map["facets"].map[facet.name].line
                yield at, f"The path of the facet {facet.name!r} is no property path: {facet.path!r}."
        if "thing" not in shown:
            yield head["browse"].line, "A query to browse by gives a column ?thing."
        if required:
            yield head["browse"].line, f"A query to browse by has no required parameter, and {required[0]!r} is one."


def _is_path(path: str, query: CannedQuery) -> bool:
    """Whether the text, with the query's prefixes, is a property path and nothing more."""
    if any(mark in path for mark in "{}?$#.;,\"'\n"):
        # Local names may hold some of these, but no path needs such a name.
        path = _IRI.sub("<urn:x>", path)
    if any(mark in path for mark in "{}$#.;,\"'\n") or re.search(r"\?\w", path):
        return False
    parsed = ParsedQuery(query.text)
    prologue = parsed.text[: parsed.form_start or 0]
    try:
        check_syntax(f"{prologue}\nSELECT * {{ ?thing {path} ?value }}")
    except EngineError:
        return False
    return True


def projected_columns(text: str) -> tuple[str, ...]:
    """The columns that a SELECT query gives.

    >>> [projected_columns(text) for text in ("SELECT ?a (COUNT(?b) AS ?c) { ?a ?b ?d }", "SELECT * { ?s ?p 1 }")]
    [('a', 'c'), ('s', 'p')]
    """
    found: list[str] = []
    depth, seen, before = 0, False, ""
    for token in tokens.tokens(text):
        word = token.text.upper()
        if not seen:
            seen = word == "SELECT"
            continue
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        if depth == 0 and (token.text == "{" or word in ("WHERE", "FROM")):
            break
        if token.kind == "variable" and (depth == 0 or (depth == 1 and before == "AS")):
            found.append(token.text[1:])
        before = word
    return tuple(dict.fromkeys(found)) or ParsedQuery(text).columns


def _check_keys(said: Mapping[str, Entry], keys: tuple[str, ...], where: str, wrong: Wrong) -> None:
    for key, value in said.items():
        if key not in keys:
            wrong(value.line, f"The key {key!r} of {where!r} is not known; known are {', '.join(keys)}.")


def _read_words(entry: Entry, what: str, wrong: Wrong) -> Words | None:
    en = entry.map["en"].text if "en" in entry.map else None
    if not en:
        wrong(entry.line, f"{what} needs a text in English, such as {{en: Staff}}.")
        return None
    return Words(en, (entry.map["de"].text if "de" in entry.map else None) or "")
