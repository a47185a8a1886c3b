"""The page of a thing: the canned queries for its classes, then every statement with its sources and reasons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyoxigraph as ox
from rdflib import URIRef

from clustergraph.describe.axioms import Vocabulary, read_vocabulary
from clustergraph.describe.explanations import NOTES, TYPE, Note, Reason, Reasons, group_notes
from clustergraph.describe.label_cache import Labels
from clustergraph.describe.thing_queries import (
    MAX_BLANK_STEPS,
    MAX_COUNTED_STATEMENTS,
    Neighbours,
    is_there,
    read_inside,
    read_own,
    read_owners,
    read_pointing,
    read_terms,
)
from clustergraph.describe.void import read_rows
from clustergraph.describe.written_values import written_values
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import OWL, RDF, RDFS
from clustergraph.rdf.naming import Naming
from clustergraph.rdf.python_values import Term as RdfTerm
from clustergraph.rdf.table import Row
from clustergraph.rdf.text_in_language import is_in_language, text_in_language
from clustergraph.snapshots.graph_names import short_name
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.sparql.errors import EvaluationError, QuerySyntaxError
from clustergraph.web.http import i18n
from clustergraph.web.http.current import page_urls
from clustergraph.web.pages import page_sections
from clustergraph.web.pages.display_term import Term, show_iri, show_term
from clustergraph.web.pages.parallel import ask_together
from clustergraph.web.pages.result_views import View, german_words

MAX_SHOWN_SUBJECTS = 8
"""How many things that point here a page names for each property; a link leads to the others."""

_NAMING = Naming.of({})
_FIRST = (
    TYPE,
    *_NAMING.label_properties,
    *(path.property for path in (*_NAMING.other_names, *_NAMING.descriptions) if path.property),
)


@dataclass(frozen=True, slots=True)
class Premise:
    """A statement in words, that a conclusion started from."""

    subject: Term
    property: Term
    object: Term


@dataclass(frozen=True, slots=True)
class Why:
    """Why reasoning added a statement. `text` is a key of the texts, `terms` are put in it."""

    kind: str
    terms: list[Term]
    premises: list[Premise]


@dataclass(frozen=True, slots=True)
class Remark:
    """A curator's note: what it says, by property, and where it stands."""

    page: Term
    says: list[tuple[Term, list[Term]]]


@dataclass(frozen=True, slots=True)
class Statement:
    """A value with its mark: `stated`, `curated` or `inferred`."""

    value: Term
    mark: str
    graphs: list[str]
    remarks: list[Remark]
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A property with its values, of which there are `total`, as a page says it; `more` leads to all of them."""

    property: Term
    statements: list[Statement]
    total: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class ThingPage:
    """Everything the page of a thing shows."""

    label: str
    label_language: str
    text: Term | None
    types: list[Term]
    sections: list[View]
    own: list[Group]
    sources: list[Term]
    pointing: list[Group]
    terms: list[Term]
    """What a document defines."""
    size: int | None
    """Statements in it, if it is a named graph."""
    used: int | None
    """Statements with it, if it is a property."""
    has_marks: bool = True
    """Whether statements here rest on different things: sources, notes, reasoning."""
    compared: str = ""
    """Address that compares it with others, if things of its class are compared."""


def thing_page(engine: Engine, labels: Labels, iri: str) -> ThingPage | None:
    """Ask for everything at once, then put it in order. None if the graph knows nothing by this name."""
    snapshot = engine.snapshot
    try:
        reads: tuple[Callable[[], Any], ...] = (
            lambda: read_own(engine, iri),
            lambda: read_pointing(engine, iri),
            lambda: read_rows(engine, NOTES, thing=URIRef(iri)),
        )
        own, pointing, noted = ask_together(lambda read: read(), reads)
    except (EvaluationError, QuerySyntaxError):
        return None  # of characters that no IRI has
    if not own.rows and not pointing.rows and not is_there(engine, iri):
        return None
    return _Page(engine, labels, iri, own, pointing, noted, snapshot).page()


class _Page:
    """One page being written."""

    def __init__(
        self,
        engine: Engine,
        labels: Labels,
        iri: str,
        own: Neighbours,
        pointing: Neighbours,
        noted: list[Row],
        snapshot: Snapshot,
    ) -> None:
        self.engine = engine
        self.iri = iri
        self.own = own.rows
        self.own_counts = own.counts
        self.pointing = pointing.rows
        self.pointing_counts = pointing.counts
        self.notes = group_notes(noted)
        self.snapshot = snapshot
        self.code = i18n.language()
        self.vocabulary: Vocabulary = read_vocabulary(engine)
        self.sources = self.vocabulary.sources
        self.terms_by_iri: dict[str, Term] = {}
        self.inferred = snapshot.inferred_graph
        self.inside_rows: list[Row] = []
        if any(row["value"].kind == "bnode" for row in self.own):
            self.inside_rows = read_inside(engine, iri)
        self.reasons = Reasons(
            iri,
            self.vocabulary,
            ((row["property"].text, row["value"]) for row in self.own),
            ((row["property"].text, row["subject"]) for row in self.pointing),
            lambda query: read_rows(engine, query, thing=URIRef(iri)),
        )
        self.reasons.prepare(sorted({row["property"].text for row in self.own if self._is_inferred(row)}))
        self.explained = {
            (row["property"].text, row["value"]): self.reasons.explain(row["property"].text, row["value"])
            for row in self.own
            if self._is_inferred(row)
        }
        self.owners: dict[str, str] = {}
        if any(row["subject"].kind == "bnode" for row in self.pointing):
            self.owners = read_owners(engine, iri)
        self.terms = read_terms(engine, iri)
        self.labels = labels.read_tagged(self._collect_iris(), i18n.languages())
        self.names = {iri: text for iri, (_, text) in self.labels.items()}
        self.inside: dict[str, Term] = {}
        self.inside = self._look_inside()

    def page(self) -> ThingPage:
        classes = [row["value"].text for row in self.own if row["property"].text == TYPE]
        types = self._find_nearest(dict.fromkeys(classes))
        label, label_language = self._choose_label()
        compared = any(placement.class_iri in classes for placement, _ in page_sections.placed("compare"))
        return ThingPage(
            label,
            label_language,
            self._choose_text(),
            [self.named(class_iri) for class_iri in types],
            page_sections.of_thing(self.iri, classes),
            self._make_own_groups(),
            self._list_sources(),
            self._make_pointing_groups(),
            self._list_terms(),
            self.snapshot.graphs.get(self.iri),
            self.snapshot.manifest.get("properties", {}).get(self.iri),
            has_marks=self._has_marks(),
            compared=page_urls().comparison(self.iri) if compared else "",
        )

    def _has_marks(self) -> bool:
        manifest = self.snapshot.manifest
        has_notes = f"{RDF}Statement" in manifest.get("classes", {})
        has_sources = any(prop in manifest.get("properties", {}) for prop in self.sources)
        return has_notes or has_sources or self.inferred in self.snapshot.graphs

    # ------------------------------------------------------------------------------------------------ statements

    def _make_own_groups(self) -> list[Group]:
        groups = []
        for prop, values in self._group(self.own, "value"):
            if prop in self.sources:
                continue  # they have a section of their own
            total = self.own_counts.get(prop, len(values))
            more = self._make_list_url("values", prop) if total > len(values) else ""
            shown_values = [made for value, graphs in values for made in self._make_own(prop, value, graphs)]
            groups.append(Group(self.named(prop), shown_values, write_count(total), more))
        return groups

    def _make_own(self, prop: str, value: RdfTerm, graphs: list[str]) -> list[Statement]:
        """The statement with this value; one for each form that files write it in."""
        remarks = [self._make_remark(note) for note in self.notes.get((prop, value), ())]
        reason = self.explained.get((prop, value)) if graphs == [self.inferred] else None
        forms = written_values(self.snapshot, ox.NamedNode(self.iri), prop, value, graphs)
        return [self._make_statement(self._make_term(form, prop), graphs, reason, remarks) for form in forms]

    def _make_pointing(self, prop: str, subject: RdfTerm, graphs: list[str]) -> Statement:
        reason = self.reasons.explain_pointing(prop, subject) if graphs == [self.inferred] else None
        if subject.kind == "bnode":
            owner = self.owners.get(subject.text)
            named = self.named(owner) if owner else Term(i18n.say("thing.unnamed"))
            return self._make_statement(named, graphs, reason, [])
        return self._make_statement(self._make_term(subject), graphs, reason, [])

    def _make_statement(self, value: Term, graphs: list[str], reason: Reason | None, notes: list[Remark]) -> Statement:
        mark = "curated" if notes else "inferred" if graphs == [self.inferred] else "stated"
        names = [short_name(self.snapshot, graph) for graph in graphs]
        return Statement(value, mark, names, notes, self._make_why(reason) if reason else None)

    def _make_remark(self, note: Note) -> Remark:
        contents = []
        for prop, values in sorted(note.says.items(), key=lambda item: _rank_property(item[0])):
            if prop in self.sources and any(other in note.says for other in self.vocabulary.sub_properties[prop]):
                continue  # a narrower property says it, too
            in_language = [value for value in values if self._is_spoken(value)] or values
            contents.append((self.named(prop), [self._make_term(value, prop) for value in in_language]))
        return Remark(self.named(note.iri), contents)

    def _make_why(self, reason: Reason) -> Why:
        premises = [
            Premise(self._make_term(subject), self.named(prop), self._make_term(value))
            for subject, prop, value in reason.premises
        ]
        return Why(reason.kind, [self.named(term) for term in reason.terms], premises)

    def _make_pointing_groups(self) -> list[Group]:
        groups = []
        for prop, subjects in self._group(self.pointing, "subject"):
            total = self.pointing_counts.get(prop, len(subjects))
            shown_subjects = [self._make_pointing(prop, *subject) for subject in subjects[:MAX_SHOWN_SUBJECTS]]
            more = self._make_list_url("pointing", prop) if total > len(shown_subjects) else ""
            groups.append(Group(self.named(prop), shown_subjects, write_count(total), more))
        return groups

    def _make_list_url(self, kind: str, prop: str) -> str:
        return page_urls().page(self.iri, {kind: prop})

    # ----------------------------------------------------------------------------------------------------- parts

    def _list_sources(self) -> list[Term]:
        sources = {
            row["value"].text: row["value"]
            for row in self.own
            if row["property"].text in self.sources and row["value"].kind != "bnode"
        }
        return [
            self._make_term(value) for _, value in sorted(sources.items(), key=lambda item: _split_numbers(item[0]))
        ]

    def _choose_label(self) -> tuple[str, str]:
        tag, label = self.labels.get(self.iri, (None, ""))
        return label or self.named(self.iri).text, "" if not tag or is_in_language(tag, self.code) else tag

    def _choose_text(self) -> Term | None:
        for path in self.snapshot.naming.descriptions:
            values = (row["value"] for row in self.own if row["property"].text == path.property)
            texts = [(value.language, value) for value in values if value.kind == "literal"]
            if text := text_in_language(texts, self.snapshot.reading_order(i18n.languages())):
                return show_term(text, self.snapshot)
        return None

    def _is_spoken(self, value: RdfTerm) -> bool:
        """Whether a value is in the page's language or in none."""
        return not value.language or is_in_language(value.language, self.code)

    def _find_nearest(self, classes: Iterable[str]) -> list[str]:
        """The classes that have none of the others below them."""
        others = set(classes)
        return [
            class_iri
            for class_iri in classes
            if not any(below in others - {class_iri} for below in self.vocabulary.sub_classes.get(class_iri, ()))
        ]

    def _list_terms(self) -> list[Term]:
        return [self.named(iri) for iri in self.terms]

    # ----------------------------------------------------------------------------------------------------- words

    def named(self, iri: str) -> Term:
        """A thing in words. Terms of the standard vocabularies that no ontology here names have texts of their own."""
        term = self.terms_by_iri.get(iri)
        if term is None:
            term = show_iri(iri, self.snapshot, self.names)
            key = f"term.{term.text}"
            if i18n.has_text(key):
                term = replace(term, text=i18n.say(key), note=term.text)
            self.terms_by_iri[iri] = term
        return term

    def _make_term(self, value: RdfTerm, prop: str = "") -> Term:
        if value.kind == "uri":
            return self.named(value.text)
        if self.code == "de" and value.kind == "literal" and not value.language:
            value = value._replace(text=german_words(prop).get(value.text, value.text))
        return show_term(value, self.snapshot, self.names, inside=self.inside)

    def _collect_iris(self) -> set[str]:
        """Everything that the page calls by a name."""
        iris = {self.iri, *self.terms, *self.owners.values()}
        values: list[RdfTerm] = []
        for row in (*self.own, *self.pointing):
            iris.add(row["property"].text)
            values.append(row["value"] if "value" in row else row["subject"])
        for group in self.notes.values():
            for note in group:
                iris.update((note.iri, *note.says))
                values += [value for says in note.says.values() for value in says]
        for reason in self.explained.values():
            iris.update(reason.terms)
            for subject, prop, other in reason.premises:
                iris.add(prop)
                values += [subject, other]
        for row in self.inside_rows:
            iris.add(row["property"].text)
            values.append(row["value"])
        return iris | {value.text for value in values if value.kind == "uri"}

    def _look_inside(self) -> dict[str, Term]:
        """Blank nodes by their labels, each as the list that it begins or with the statements about it."""
        statements: dict[str, list[Row]] = defaultdict(list)
        for row in self.inside_rows:
            statements[row["node"].text].append(row)
        inside: dict[str, Term] = {}

        def look(node: str, above: tuple[str, ...]) -> None:
            if node in inside or node in above or len(above) > MAX_BLANK_STEPS:
                return
            items = _read_list(node, statements)
            values = [row["value"] for row in statements[node]] if items is None else [value for _, value in items]
            for value in values:
                if value.kind == "bnode":
                    look(value.text, (*above, node))
            self.inside = inside
            if items is None:
                inside[node] = Term("", inside=tuple(self._make_terms(node, self._group(statements[node], "value"))))
            else:
                written_items = [
                    self._make_term(form)
                    for place, value in items
                    for form in written_values(self.snapshot, ox.BlankNode(place), f"{RDF}first", value)
                ]
                inside[node] = Term("", items=tuple(written_items))

        for node in list(statements):
            look(node, ())
        return inside

    def _make_terms(
        self, node: str, groups: list[tuple[str, list[tuple[RdfTerm, list[str]]]]]
    ) -> list[tuple[Term, list[Term]]]:
        blank = ox.BlankNode(node)
        return [
            (
                self.named(prop),
                [
                    self._make_term(form, prop)
                    for value, _ in values
                    for form in written_values(self.snapshot, blank, prop, value)
                ],
            )
            for prop, values in groups
        ]

    def _is_inferred(self, row: Row) -> bool:
        return bool(row["graph"].text == self.inferred)

    def _group(self, solutions: Sequence[Row], column: str) -> list[tuple[str, list[tuple[RdfTerm, list[str]]]]]:
        """The rows' terms under `what` by property, each once with the graphs that state it; names and types first."""
        graphs_of: dict[str, dict[RdfTerm, list[str]]] = defaultdict(dict)
        for row in solutions:
            graphs = graphs_of[row["property"].text].setdefault(row[column], [])
            if "graph" in row:
                graphs.append(row["graph"].text)
        return [(prop, self._sort_values(graphs_of[prop].items())) for prop in sorted(graphs_of, key=_rank_property)]

    def _sort_values(self, values: Iterable[tuple[RdfTerm, list[str]]]) -> list[tuple[RdfTerm, list[str]]]:
        """What is stated before what is inferred, texts in the page's language before others."""
        return sorted(
            values,
            key=lambda item: (item[1] == [self.inferred], not self._is_spoken(item[0])),
        )


def _read_list(node: str, statements: Mapping[str, list[Row]]) -> list[tuple[str, RdfTerm]] | None:
    """The items of the list that begins with a node, each behind its own node, if it is one and well formed."""
    items: list[tuple[str, RdfTerm]] = []
    seen = set()
    while node not in seen:
        seen.add(node)
        values = {row["property"].text: row["value"] for row in statements.get(node, ())}
        if values.keys() - {TYPE} != {f"{RDF}first", f"{RDF}rest"} or len(statements[node]) != len(values):
            return None
        items.append((node, values[f"{RDF}first"]))
        node = values[f"{RDF}rest"].text
        if node == f"{RDF}nil":
            return items
    return None


def write_count(count: int) -> str:
    """How many there are, as a page says it: "more than 10,000" where no more are counted."""
    if count > MAX_COUNTED_STATEMENTS:
        return i18n.say("count.bounded", n=MAX_COUNTED_STATEMENTS)
    return i18n.number(count)


def _rank_property(prop: str) -> tuple[int, str]:
    return (_FIRST.index(prop) if prop in _FIRST else len(_FIRST) + prop.startswith((OWL, RDFS, RDF)), prop)


def _split_numbers(text: str) -> list[Any]:
    """A key that sorts numbers inside a text by their size."""
    parts = re.findall(r"0*(\d+)|(\D+)", text)
    return [(0, len(digits), digits) if digits else (1, 0, words) for digits, words in parts]
