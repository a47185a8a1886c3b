"""Results of canned queries as a page shows them: a table whose columns and things go by names in the page's language.

A column `X` with IRIs goes with its labels in `XLabel`; `coordinates` is for maps and not shown in a table of a canned
query. The columns' names are those in the query's header, else the labels of the terms that they are named after.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from clustergraph.catalogue import CannedQuery
from clustergraph.describe.axioms import read_vocabulary
from clustergraph.describe.urls import LANGUAGE_FIELD
from clustergraph.engine.base import Answer
from clustergraph.rdf.namespaces import compact
from clustergraph.rdf.python_values import NUMBERS
from clustergraph.rdf.table import Row, term_of_json
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.http import i18n
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.pages.display_term import Term, show_term
from clustergraph.web.pages.first_rows import Document, read_first_rows

UNSEEN = frozenset({"coordinates"})
"""Columns that are made for drawings."""

MAX_SHOWN_CHARACTERS = 200_000
"""Characters of Turtle that a page shows."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `number` says that it holds nothing but numbers."""

    name: str
    title: str
    number: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table of terms; `total` counts the rows that there are, of which some may be left out here.

    With `is_counted` false, there are more than `total`.
    """

    columns: list[Column]
    rows: list[list[Term | None]]
    total: int
    is_counted: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """A canned query's result on a page: what it is, where it comes from, how it is drawn first."""

    name: str
    title: str
    text: str
    kind: str
    source: str
    """Address of its data in SPARQL JSON, or in N-Triples where the query makes a graph."""
    page: str
    """Address of the query's own page with the same parameters."""
    table: Table | None
    turtle: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether the query found nothing."""
        return not (self.table.total if self.table else self.turtle.strip())


def named(iris: Iterable[str], code: str) -> dict[str, str]:
    """The names of things by their IRIs; for terms of vocabularies that the graph only borrows, our own words."""
    things = list(dict.fromkeys(iris))
    names = labels().read(things, (code, *i18n.languages()))
    words = i18n.texts(code)
    for iri in things:
        if iri not in names and (word := words.get(f"term.{compact(iri, service().snapshot.prefixes)}")):
            names[iri] = word
    return names


def cut_turtle(answer: Answer) -> tuple[str, bool]:
    """As much of an answer in Turtle as a page shows, and whether there is more."""
    text = answer.body[: 4 * MAX_SHOWN_CHARACTERS].decode("utf-8", "ignore")
    return text[:MAX_SHOWN_CHARACTERS], len(text) > MAX_SHOWN_CHARACTERS or len(answer.body) > 4 * MAX_SHOWN_CHARACTERS


def localised(document: Document, code: str, query: CannedQuery) -> Document:
    """The query's result in a language: the labels of things, and the words that its header has for its own."""
    label_columns = _pair_labels(document["head"].get("vars", []))
    rows = document.get("results", {}).get("bindings", [])
    if code == "de":
        _translate_values(rows, query)
    if not label_columns or not rows:
        return document
    names = named(_collect_iris(rows, label_columns), code)
    for row in rows:
        for column, label in label_columns.items():
            name = names.get(row[column]["value"]) if column in row and row[column]["type"] == "uri" else None
            if name:
                row[label] = {"type": "literal", "value": name, "xml:lang": code}
    return document


def _translate_values(rows: Iterable[dict[str, Any]], query: CannedQuery) -> None:
    translated = {name: column.german for name, column in query.columns.items() if column.german}
    for row in rows:
        for name, german in translated.items():
            for key in (name, f"{name}Label"):
                if key in row and row[key]["type"] == "literal" and row[key]["value"] in german:
                    row[key] = {"type": "literal", "value": german[row[key]["value"]], "xml:lang": "de"}


def german_words(prop: str) -> dict[str, str]:
    """The German words for values of a property: of the columns `value`, and of those that are called as it is."""
    words: dict[str, str] = {}
    for name in ("value", re.split(r"[/#]", prop)[-1]):
        for query in service().catalogue:
            if name in query.columns:
                words.update(query.columns[name].german)
    return words


def table(document: Document, query: CannedQuery | None = None, code: str | None = None) -> Table:
    """The table of what `read_first_rows` gives. `query` names its columns; without one they are called as they are."""
    code = code or i18n.language()
    snapshot = service().snapshot
    names: list[str] = document["head"].get("vars", [])
    label_columns = _pair_labels(names)
    rows = document.get("results", {}).get("bindings", [])
    hidden = {*label_columns.values(), *(UNSEEN if query else ())}
    visible = [name for name in names if name not in hidden]
    columns = [Column(name, _choose_title(name, query, code), _is_number(name, rows)) for name in visible]
    unlabelled = [name for name in visible if query and name not in label_columns]
    labels_by_iri = named(_collect_iris(rows, unlabelled), code)
    solutions = [{name: term_of_json(term) for name, term in row.items()} for row in rows]
    cells = [
        [cell(row, name, label_columns.get(name), snapshot, labels_by_iri) for name in visible] for row in solutions
    ]
    return Table(columns, cells, document.get("total", len(rows)), "total" in document)


def view(
    query: CannedQuery, answer: Answer, given: Mapping[str, str], *, kind: str | None = None, title: str = ""
) -> View:
    """The view of a canned query's answer; `given` are the parameters that it was asked with."""
    code = i18n.language()
    is_graph = answer.format.kind == "graph"
    fields = {**given, "format": "ntriples" if is_graph else "json", LANGUAGE_FIELD: code}
    return View(
        query.name,
        title or query.summary.in_language(code),
        query.description.in_language(code),
        kind or query.default_view,
        urls().query(query.name, fields),
        page_urls().query(query.name, given),
        None
        if is_graph
        else _drop_empty_columns(table(localised(read_first_rows(answer.body), code, query), query, code)),
        cut_turtle(answer)[0] if is_graph else "",
    )


def _drop_empty_columns(table: Table) -> Table:
    used = [position for position in range(len(table.columns)) if any(row[position] for row in table.rows)]
    columns = [table.columns[position] for position in used]
    return replace(table, columns=columns, rows=[[row[position] for position in used] for row in table.rows])


def cell(
    row: Row, name: str, label: str | None, snapshot: Snapshot, labels_by_iri: Mapping[str, str] | None = None
) -> Term | None:
    """The term under a name. A thing goes by its label, if the query gives one as `?thingLabel` or it is `known`."""
    label_term = row.get(label) if label else None
    if name not in row:
        return show_term(label_term, snapshot) if label_term else None
    term = show_term(row[name], snapshot, None if label_term else labels_by_iri)
    return replace(term, text=label_term.text, note=term.text) if label_term else term


def _pair_labels(names: Sequence[str]) -> dict[str, str]:
    return {name: f"{name}Label" for name in names if f"{name}Label" in names}


def _collect_iris(rows: Iterable[Mapping[str, Any]], names: Collection[str]) -> list[str]:
    return [row[name]["value"] for row in rows for name in names if name in row and row[name]["type"] == "uri"]


def _is_number(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    terms = [row[name] for row in rows if name in row]
    return bool(terms) and all(term.get("datatype") in NUMBERS for term in terms)


def _choose_title(name: str, query: CannedQuery | None, code: str) -> str:
    if query is None:
        return name
    if name in query.columns:
        return query.columns[name].name.in_language(code)
    label = _read_term_labels(code).get(name.lower())
    return label or in_words(name)


def in_words(name: str) -> str:
    """A name in camel case or with hyphens as words.

    >>> in_words("inConcept"), in_words("smeShare"), in_words("legal-form")
    ('In concept', 'Sme share', 'Legal form')
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[-_]", " ", name).capitalize()


def _read_term_labels(code: str) -> dict[str, str]:
    """The labels of this graph's own terms by their local names; of two that differ only in case, the class's."""
    snapshot = service().snapshot
    order = snapshot.reading_order((code, *i18n.languages()))
    labels_by_name: dict[str, str] = {}
    for iri, names in sorted(read_vocabulary(service().engine).names.items(), reverse=True):
        if iri.startswith(snapshot.base) and (label := text_in_language(names.items(), order)):
            # Capital letters come first, so in this order a class has the last word.
            labels_by_name[re.split(r"[/#]", iri)[-1].lower()] = label[:1].upper() + label[1:]
    return labels_by_name
