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
from collections.abc import Iterator, Mapping

from clustergraph.catalogue.model import VIEWS, Browse, CannedQuery, Column, Facet, Placement, Words
from clustergraph.catalogue.yaml_header import Entry, ReadIri, Report
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


def read_placements(entry: Entry | None, report: Report, read_iri: ReadIri) -> tuple[Placement, ...]:
    """The places that `page` names, one map or a list of maps."""
    if entry is None:
        return ()
    placements = []
    for item in entry.items or [entry]:
        item.check_keys(PAGE_KEYS, "'page'", report)
        place = _read_placement(item, report, read_iri)
        if place is not None:
            placements.append(place)
    return tuple(placements)


def _read_placement(entry: Entry, report: Report, read_iri: ReadIri) -> Placement | None:
    line, fields = entry.line, entry.map
    of = entry.text_of("of")
    if not of:
        report(line, f"The key 'page' needs `of`: one of {', '.join(PLACES)} or a class, such as {{of: home}}.")
        return None
    order = fields["order"].text if "order" in fields else "100"
    if not re.fullmatch(r"[0-9]{1,6}", order or ""):
        report(fields["order"].line, f"The order {order!r} of a page is not a whole number.")
        return None
    view = entry.text_of("view")
    if "view" in fields and view not in VIEWS:
        report(fields["view"].line, f"The view {view!r} is not known; known are {', '.join(VIEWS)}.")
        return None
    class_iri: str | None = None
    if of == "compare":
        if "class" not in fields:
            report(line, "A page of compare needs a class, such as {of: compare, class: ex:Town}.")
            return None
        class_iri = read_iri(fields["class"])
    elif "class" in fields:
        report(
            fields["class"].line, "Only a page of compare has a class; for the pages of a class write {of: ex:Town}."
        )
        return None
    elif of not in PLACES:
        class_iri, of = read_iri(fields["of"]), "class"
    if "show" in fields and of != "compare":
        report(fields["show"].line, "Only a page of compare has `show`, the one column that its cells hold.")
        return None
    if of in ("class", "compare") and class_iri is None:
        return None
    path, title = None, None
    if of == "site":
        path = entry.text_of("path")
        if not _NAME.fullmatch(path or ""):
            report(line, f"A page of the site needs a path of lower-case letters, digits and hyphens, not {path!r}.")
            return None
        if "en" in fields or "de" in fields:
            title = _read_words(entry, f"The page {path!r}", report)
    else:
        for key in ("path", "en", "de"):
            if key in fields:
                example = "{of: site, path: towns, en: Towns}"
                report(fields[key].line, f"Only a page of the site has {key!r}, such as {example}.")
                return None
    return Placement(of, int(order or 0), class_iri, view, entry.text_of("show"), path, title)


def read_columns(entry: Entry | None, report: Report) -> dict[str, Column]:
    """What `columns` says of columns of the result: their names, and their values in German."""
    if entry is None:
        return {}
    if not entry.map:
        report(entry.line, "The key 'columns' needs the names of columns, such as {staff: {en: Staff, de: Personal}}.")
    columns = {}
    for name, value in entry.map.items():
        words = _read_words(value, f"The column {name!r}", report)
        value.check_keys(COLUMN_KEYS, f"'columns.{name}'", report)
        translated = read_german_values(value.map.get(VALUES), f"column {name!r}", report)
        if words is not None:
            columns[name] = Column(words, translated)
    return columns


def read_german_values(entry: Entry | None, of: str, report: Report) -> dict[str, str]:
    """The German words that `values-de` has for values."""
    if entry is None:
        return {}
    translations = {value: translation.text for value, translation in entry.map.items() if translation.text}
    if not translations or len(translations) < len(entry.map):
        report(entry.line, f"The key {VALUES!r} of the {of} needs values with their German words.")
    return translations


def read_browse(entry: Entry | None, report: Report, read_iri: ReadIri) -> Browse | None:
    """What `browse` says."""
    if entry is None:
        return None
    entry.check_keys(("class", "facets"), "'browse'", report)
    if "class" not in entry.map or "facets" not in entry.map or not entry.map["facets"].map:
        report(entry.line, "The key 'browse' needs the class of the things and their facets.")
        return None
    class_iri = read_iri(entry.map["class"])
    facets = []
    for name, value in entry.map["facets"].map.items():
        value.check_keys(FACET_KEYS, f"'facets.{name}'", report)
        words = _read_words(value, f"The facet {name!r}", report)
        path = value.text_of("path")
        if not _NAME.fullmatch(name):
            report(value.line, f"The facet {name!r} needs a name of lower-case letters, digits and hyphens.")
        elif not path:
            report(value.line, f"The facet {name!r} needs a path from the things to its values.")
        elif words is not None:
            facets.append(Facet(name, words, path, read_iri(value.map["class"]) if "class" in value.map else None))
    return Browse(class_iri, tuple(facets)) if class_iri and facets else None


def find_problems(query: CannedQuery, head: Mapping[str, Entry]) -> Iterator[tuple[int, str]]:
    """What is wrong with the places of a query, as far as its parameters and columns tell."""
    line = head["page"].line if "page" in head else 1
    required = [parameter.name for parameter in query.parameters if parameter.is_needed]
    for place in query.pages:
        if place.of in ("home", "about", "site") and required:
            yield line, f"A query on the page {place.of!r} can have no required parameter, and {required[0]!r} is one."
        elif place.of in ("class", "compare") and query.subject(place.class_iri or "") is None:
            yield (
                line,
                f"A query on the page of <{place.class_iri}> needs one parameter of type iri "
                "with that class, or without a class, and no other required one.",
            )
    try:
        columns = projected_columns(query.text) if query.form == "SELECT" else ()
    except EngineError:
        return  # `validation` says what is wrong with the text
    for place in query.pages:
        if place.show and columns and place.show not in columns:
            yield line, f"The query gives no column {place.show!r} to show; it gives {', '.join(columns)}."
    for name in query.columns:
        if columns and name not in columns:
            yield head["columns"].map[name].line, f"The query gives no column {name!r}; it gives {', '.join(columns)}."
    if query.browse is not None:
        for facet in query.browse.facets:
            if not _is_path(facet.path, query):
                facet_line = head["browse"].map["facets"].map[facet.name].line
                yield facet_line, f"The path of the facet {facet.name!r} is no property path: {facet.path!r}."
        if "thing" not in columns:
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
    try:
        check_syntax(f"{ParsedQuery(query.text).prologue}\nSELECT * {{ ?thing {path} ?value }}")
    except EngineError:
        return False
    return True


def projected_columns(text: str) -> tuple[str, ...]:
    """The columns that a SELECT query gives.

    >>> [projected_columns(text) for text in ("SELECT ?a (COUNT(?b) AS ?c) { ?a ?b ?d }", "SELECT * { ?s ?p 1 }")]
    [('a', 'c'), ('s', 'p')]
    """
    columns: list[str] = []
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
            columns.append(token.text[1:])
        before = word
    return tuple(dict.fromkeys(columns)) or ParsedQuery(text).columns


def _read_words(entry: Entry, what: str, report: Report) -> Words | None:
    english = entry.text_of("en")
    if not english:
        report(entry.line, f"{what} needs a text in English, such as {{en: Staff}}.")
        return None
    return Words(english, entry.text_of("de") or "")
