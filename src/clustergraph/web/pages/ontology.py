"""`/ontology`: the model of the graph as a page for people, as RDF for programs, and as a drawing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, render_template, request

from clustergraph.describe import thing_documents
from clustergraph.describe.class_diagram import Card, draw
from clustergraph.describe.schema_model import Class, Entry, Model, Property, read_model
from clustergraph.describe.thing_queries import is_there
from clustergraph.describe.urls import ONTOLOGY
from clustergraph.describe.void import dataset_description
from clustergraph.rdf import formats
from clustergraph.rdf.namespaces import XSD, compact
from clustergraph.rdf.text_in_language import text_in_language
from clustergraph.web.http import descriptions, request_params, responses
from clustergraph.web.http.current import labels, page_urls, service, urls
from clustergraph.web.http.i18n import language, say
from clustergraph.web.http.negotiation import choose
from clustergraph.web.http.problem import Problem
from clustergraph.web.pages.display_term import Term, show_iri, show_term

blueprint = Blueprint("ontology", __name__)


@blueprint.get("/ontology")
def ontology() -> Response:
    """The ontology by `Accept`: the page, or everything stated about each of its terms.

    All terms are behind the `#` of this one address. A graph without an ontology is described by its use of terms.
    """
    choice = choose(request, "graph", request_params.address(request), html=True)
    if choice.is_html:
        return page()
    iri = _make_iri()
    if not is_there(service().engine, iri):
        return descriptions.respond(dataset_description)
    answer = thing_documents.write_document(service().engine, iri, choice.format)
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
        title=text_in_language(model.titles.items(), language()) or "",
        about=text_in_language(model.descriptions.items(), language()) or "",
        classes=[view.describe(entry) for entry in view.sorted(model.classes.values())],
        properties=[view.describe(entry) for entry in view.sorted(model.properties.values())],
        vocabularies=[
            (name, view.prefix(name), [(view.term(iri), count) for iri, count in counts.items()])
            for name, counts in model.vocabularies.items()
        ],
        has_diagram=bool(_make_cards(model)),
        data=[(form.label, urls().data(_make_iri(), form)) for form in formats.of_kind("graph")]
        if is_there(service().engine, _make_iri())
        else [],
    )
    return responses.add_links(responses.page(html), _make_iri())


def _make_iri() -> str:
    return f"{service().snapshot.base}{ONTOLOGY}"


class _View:
    """Terms of the model in the words of the page's language."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.snapshot = service().snapshot
        things = [entry.example for entry in model.classes.values() if entry.example]
        for prop in model.properties.values():
            if prop.example:
                things += [prop.example[0], *([prop.example[1].text] if prop.example[1].kind == "uri" else [])]
        self.names = labels().read(things, language())

    def sorted(self, entries: Iterable[Any]) -> list[Any]:
        return sorted(entries, key=lambda entry: (self.label(entry).casefold(), entry.iri))

    def label(self, entry: Entry) -> str:
        return entry.label(language()) or compact(entry.iri, self.snapshot.prefixes).strip("<>")

    def prefix(self, name: str) -> str:
        """The prefix of a namespace, empty if it has none."""
        return next((prefix for prefix, iri in self.snapshot.prefixes.items() if iri == name), "")

    def term(self, iri: str) -> Term:
        """A term with a link: into this page if it is explained here."""
        entry: Entry | None = self.model.classes.get(iri) or self.model.properties.get(iri)
        if entry is not None:
            return Term(self.label(entry), f"#{entry.name}")
        text = compact(iri, self.snapshot.prefixes).strip("<>")
        return Term(text, "" if iri.startswith(XSD) else page_urls().thing(iri))

    def terms(self, iris: Iterable[str]) -> list[Term]:
        return [self.term(iri) for iri in iris]

    def describe(self, entry: Entry) -> dict[str, Any]:
        description: dict[str, Any] = {
            "id": entry.name,
            "iri": entry.iri,
            "short": compact(entry.iri, self.snapshot.prefixes).strip("<>"),
            "href": page_urls().thing(entry.iri) if not self.model.has_ontology else "",
            "label": self.label(entry),
            "comment": entry.comment(language()),
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
        description["facts"] = [(say(f"ontology.{key}"), terms) for key, terms in description["facts"] if terms]
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
        href = urls().to(f"{ONTOLOGY}#{entry.name}") if entry else ""
        return cards.setdefault(iri, Card(iri, view.term(iri).text, href))

    for iri, entry in model.classes.items():
        if entry.domain_of or entry.range_of or any(above in model.classes for above in entry.above):
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
    return list(cards.values())
