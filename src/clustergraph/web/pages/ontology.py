"""`/ontology`: the model of the graph as a page for people, as RDF for programs, and as a drawing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, render_template, request

from clustergraph.describe import thing_documents
from clustergraph.describe.class_diagram import Card, draw
from clustergraph.describe.ontology_kinds import has_ontology
from clustergraph.describe.schema_model import Class, Entry, Model, Property, read_model
from clustergraph.describe.urls import ONTOLOGY
from clustergraph.describe.void import dataset_description
from clustergraph.rdf.namespaces import XSD, compact
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.web.http import descriptions, request_params, responses
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.http.i18n import languages, say
from clustergraph.web.http.negotiation import choose, keeps_named_graphs
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages.display_term import Term, show_iri, show_term

blueprint = Blueprint("ontology", __name__)

MAX_CARDS = 60
"""How many classes are drawn; of more, those with most links to others."""


@blueprint.get("/ontology")
def ontology() -> Response:
    """The ontology by `Accept`: the page, or everything stated about each of its terms.

    All terms are behind the `#` of this one address. A graph without an ontology is described by its use of terms.
    """
    fields = request_params.address(request)
    choice = choose(request, "graph", fields, html=True)
    if choice.is_html:
        return page()
    if not has_ontology(service().snapshot):
        return descriptions.respond(dataset_description)
    iri = _make_iri()
    named = keeps_named_graphs(fields, choice.format)
    answer = thing_documents.write_document(service().engine, iri, choice.format, named=named)
    return responses.add_links(responses.respond(answer, choice), iri)


@blueprint.get("/ontology.svg")
def drawing() -> Response:
    """The classes and how properties lead from one to another, as SVG."""
    cards = _make_cards(read_model(service().engine))
    if not cards:
        raise Problem("not-found", "The ontology of this graph has no classes with domains and ranges to draw.")
    svg = draw(cards, say("ontology.diagram"), say("ontology.legend"))
    response = Response(svg, content_type="image/svg+xml")
    response.vary.add("Accept-Language")
    return responses.set_cache_control(response)


def page() -> Response:
    """The page that explains the model."""
    model = read_model(service().engine)
    view = _View(model)
    html = render_template(
        "ontology.html",
        say=say,
        model=model,
        title=choose_text(model.titles),
        about=choose_text(model.descriptions),
        classes=[view.describe(entry) for entry in view.sorted(model.classes.values())],
        properties=[view.describe(entry) for entry in view.sorted(model.properties.values())],
        vocabularies=[
            (name, view.prefix(name), [(view.term(iri), count) for iri, count in counts.items()])
            for name, counts in model.vocabularies.items()
        ],
        has_uses=any(entry.count for entry in (*model.classes.values(), *model.properties.values())),
        has_diagram=bool(_make_cards(model)),
        data=[
            (form.label, urls().data(_make_iri(), form))
            for form in thing_documents.formats_for(service().engine, _make_iri())
        ]
        if model.has_ontology
        else [],
    )
    return responses.add_links(responses.page(html), _make_iri())


def _make_iri() -> str:
    return f"{service().snapshot.base}{ONTOLOGY}"


def choose_text(texts: Mapping[str, str]) -> str:
    """The text, of several by language, for the reader of this page; empty where there is none."""
    return text_in_language(texts.items(), service().snapshot.reading_order(languages())) or ""


class _View:
    """Terms of the model in the words of the page's language."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.snapshot = service().snapshot
        things = [entry.example for entry in model.classes.values() if entry.example]
        for prop in model.properties.values():
            if prop.example:
                things += [prop.example[0], *([prop.example[1].text] if prop.example[1].kind == "uri" else [])]
        for entry in (*model.classes.values(), *model.properties.values()):
            things += [iri for iri in (*entry.above, *entry.below) if self.find(iri) is None]
        things += [value for entry in model.classes.values() for _, _, value in entry.restrictions]
        self.names = labels().read(things, languages())
        short_names = Counter(entry.name for entry in (*model.classes.values(), *model.properties.values()))
        self.ambiguous = {name for name, count in short_names.items() if count > 1}

    def sorted(self, entries: Iterable[Any]) -> list[Any]:
        return sorted(entries, key=lambda entry: (self.label(entry).casefold(), entry.iri))

    def label(self, entry: Entry) -> str:
        """What a term is called."""
        return choose_text(entry.labels) or compact(entry.iri, self.snapshot.prefixes).strip("<>")

    def prefix(self, name: str) -> str:
        """The prefix of a namespace, empty if it has none."""
        return next((prefix for prefix, iri in self.snapshot.prefixes.items() if iri == name), "")

    def find(self, iri: str) -> Entry | None:
        """The entry of a term, if it is explained here."""
        return self.model.classes.get(iri) or self.model.properties.get(iri)

    def anchor(self, entry: Entry) -> str:
        """Where the page shows a term."""
        return self.shorten(entry.iri) if entry.name in self.ambiguous else entry.name

    def shorten(self, iri: str) -> str:
        """An IRI as a prefixed name, if there is one."""
        return compact(iri, self.snapshot.prefixes).strip("<>")

    def term(self, iri: str) -> Term:
        """A term with a link: into this page if it is explained here."""
        entry = self.find(iri)
        if entry is not None:
            return Term(self.label(entry), f"#{quote(self.anchor(entry))}")
        text = self.names.get(iri) or self.shorten(iri)
        return Term(text, "" if iri.startswith(XSD) else page_urls().thing(iri))

    def terms(self, iris: Iterable[str]) -> list[Term]:
        return [self.term(iri) for iri in iris]

    def describe(self, entry: Entry) -> dict[str, Any]:
        description: dict[str, Any] = {
            "id": self.anchor(entry),
            "iri": entry.iri,
            "short": self.shorten(entry.iri),
            "href": "" if entry.iri.startswith(f"{_make_iri()}#") else page_urls().thing(entry.iri),
            "label": self.label(entry),
            "comment": choose_text(entry.comments),
            "count": entry.count,
            "inferred": entry.inferred,
            "aligned": self.terms(dict.fromkeys(other for _, other in entry.aligned)),
            "facts": [],
            "rules": [],
            "example": [],
        }
        if isinstance(entry, Class):
            self._describe_class(entry, description)
        elif isinstance(entry, Property):
            self._describe_property(entry, description)
        description["facts"] = [(say(f"ontology.{key}"), terms, ", ") for key, terms in description["facts"] if terms]
        description["facts"] += [
            (say(f"ontology.{word}"), [self.term(prop), self.term(value)], " → ")
            for prop, word, value in (entry.restrictions if isinstance(entry, Class) else ())
        ]
        return description

    def _describe_class(self, entry: Class, description: dict[str, Any]) -> None:
        description["facts"] = [
            ("super-class", self.terms(entry.above)),
            ("sub-class", self.terms(entry.below)),
            ("disjoint", self.terms(entry.disjoint)),
            ("domain-of", self.terms(entry.domain_of)),
            ("range-of", self.terms(entry.range_of)),
        ]
        if entry.example:
            description["example"] = [show_iri(entry.example, self.snapshot, self.names)]
        rules = [
            (say("ontology.by-sub-class"), self.terms(entry.below)),
            (say("ontology.by-domain"), self.terms(entry.domain_of)),
            (say("ontology.by-range"), self.terms(entry.range_of)),
        ]
        description["rules"] = [(text, terms, ", ") for text, terms in rules if terms] if entry.inferred else []

    def _describe_property(self, entry: Property, description: dict[str, Any]) -> None:
        description["facts"] = [
            ("domain", self.terms(entry.domains)),
            ("range", self.terms(entry.ranges)),
            ("super-property", self.terms(entry.above)),
            ("sub-property", self.terms(entry.below)),
            ("inverse", self.terms(entry.inverses)),
        ]
        if entry.example:
            subject, value = entry.example
            description["example"] = [
                show_iri(subject, self.snapshot, self.names),
                Term(description["label"]),
                show_term(value, self.snapshot, self.names),
            ]
        rules = [(say("ontology.by-chain"), self.terms(chain), " → ") for chain in entry.chains]
        if entry.below:
            rules.append((say("ontology.by-sub-property"), self.terms(entry.below), ", "))
        if entry.inverses:
            rules.append((say("ontology.by-inverse"), self.terms(entry.inverses), ", "))
        if entry.transitive:
            rules.append((say("ontology.by-itself"), [self.term(entry.iri), self.term(entry.iri)], " → "))
        if entry.symmetric:
            rules.append((say("ontology.by-symmetry"), [], ""))
        description["rules"] = rules


def _make_cards(model: Model) -> list[Card]:
    """The classes to draw, with the properties that somebody writes; what reasoning makes of them would double each."""
    if not model.has_ontology:
        return []
    view = _View(model)
    cards: dict[str, Card] = {}

    def make_card(iri: str) -> Card:
        entry = model.classes.get(iri)
        href = urls().to(f"{ONTOLOGY}#{quote(view.anchor(entry))}") if entry else ""
        return cards.setdefault(iri, Card(iri, view.term(iri).text, href))

    for iri, entry in model.classes.items():
        if entry.domain_of or entry.range_of or any(iri in model.classes for iri in (*entry.above, *entry.below)):
            make_card(iri).above = [above for above in entry.above if above in model.classes]
    for prop in view.sorted(model.properties.values()):
        if prop.is_drawn_from_others:
            continue
        for domain in prop.domains:
            if domain not in model.classes:
                continue
            ranges = [iri for iri in prop.ranges if prop.of_things]
            for iri in ranges:
                make_card(iri)
            make_card(domain).rows += [(view.label(prop), iri) for iri in ranges or [""]]
    for card in cards.values():
        card.rows.sort(key=lambda row: not row[1])
    if len(cards) <= MAX_CARDS:
        return list(cards.values())
    linked = Counter(target for card in cards.values() for target in (*card.above, *(to for _, to in card.rows)))
    return sorted(cards.values(), key=lambda card: (-len(card.rows) - linked[card.key], card.title))[:MAX_CARDS]
