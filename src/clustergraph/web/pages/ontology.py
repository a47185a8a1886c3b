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
from clustergraph.web.pages.display_term import Term, shown, shown_iri

blueprint = Blueprint("ontology", __name__)


@blueprint.get("/ontology")
def ontology() -> Response:
    """The ontology by `Accept`: the page, or everything stated about each of its terms.

    All terms are behind the `#` of this one address. A graph without an ontology is described by its use of terms.
    """
    choice = choose(request, "graph", request_params.address(request), html=True)
    if choice.is_html:
        return page()
    iri = _iri()
    if not is_there(service().engine, iri):
        return descriptions.respond(dataset_description)
    response = responses.respond(thing_documents.write_document(service().engine, iri, choice.format), choice)
    response.headers["Link"] = ", ".join(
        thing_documents.links(service().snapshot, urls(), iri, response.mimetype or "")
    )
    return response


@blueprint.get("/ontology.svg")
def drawing() -> Response:
    """The classes and how properties lead from one to another, as SVG."""
    cards = _cards(read_model(service().engine))
    if not cards:
        raise Problem("not-found", "The ontology of this graph has no classes with domains and ranges to draw.")
    svg = draw(cards, say("ontology.diagram"), say("ontology.legend"))
    response = Response(svg, content_type="image/svg+xml")
    response.vary.add("Accept-Language")
    return responses.kept(response)


def page() -> Response:
    """The page that explains the model."""
    snapshot, found = service().snapshot, read_model(service().engine)
    view = _View(found)
    html = render_template(
        "ontology.html",
        say=say,
        model=found,
        title=text_in_language(found.titles.items(), language()) or "",
        about=text_in_language(found.descriptions.items(), language()) or "",
        classes=[view.entry(one) for one in view.sorted(found.classes.values())],
        properties=[view.entry(one) for one in view.sorted(found.properties.values())],
        vocabularies=[
            (name, view.prefix(name), [(view.term(iri), count) for iri, count in used.items()])
            for name, used in found.vocabularies.items()
        ],
        has_diagram=bool(_cards(found)),
        data=[(form.label, urls().data(_iri(), form)) for form in formats.of_kind("graph")]
        if is_there(service().engine, _iri())
        else [],
    )
    response = responses.page(html)
    response.vary.add("Accept-Language")
    response.headers["Link"] = ", ".join(thing_documents.links(snapshot, urls(), _iri(), "text/html"))
    return response


def _iri() -> str:
    return f"{service().snapshot.base}{ONTOLOGY}"


class _View:
    """Terms of the model in the words of the page's language."""

    def __init__(self, found: Model) -> None:
        self.model = found
        self.snapshot = service().snapshot
        things = [one.example for one in found.classes.values() if one.example]
        for prop in found.properties.values():
            if prop.example:
                things += [prop.example[0], *([prop.example[1].text] if prop.example[1].kind == "uri" else [])]
        self.names = labels().of(things, language())

    def sorted(self, entries: Iterable[Any]) -> list[Any]:
        """Terms by what they are called."""
        return sorted(entries, key=lambda entry: (self.label(entry).casefold(), entry.iri))

    def label(self, entry: Entry) -> str:
        """What a term is called."""
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
        """Terms with links."""
        return [self.term(iri) for iri in iris]

    def entry(self, one: Entry) -> dict[str, Any]:
        """All that the page says about a term."""
        told: dict[str, Any] = {
            "id": one.name,
            "iri": one.iri,
            "short": compact(one.iri, self.snapshot.prefixes).strip("<>"),
            "href": page_urls().thing(one.iri) if not self.model.stated else "",
            "label": self.label(one),
            "comment": one.comment(language()),
            "count": one.count,
            "inferred": one.inferred,
            "aligned": self.terms(dict.fromkeys(other for _, other in one.aligned)),
            "facts": [],
            "rules": [],
            "example": [],
        }
        if isinstance(one, Class):
            self._class(one, told)
        elif isinstance(one, Property):
            self._property(one, told)
        told["facts"] = [(say(f"ontology.{key}"), terms) for key, terms in told["facts"] if terms]
        return told

    def _class(self, one: Class, told: dict[str, Any]) -> None:
        told["facts"] = [
            ("super-class", self.terms(one.above)),
            ("sub-class", self.terms(one.below)),
            ("disjoint", self.terms(one.disjoint)),
            ("domain-of", self.terms(one.domain_of)),
            ("range-of", self.terms(one.range_of)),
        ]
        if one.example:
            told["example"] = [shown_iri(one.example, self.snapshot, self.names)]
        rules = [(say("ontology.by-sub-class"), self.terms(one.below))]
        rules.append((say("ontology.by-domain"), self.terms(one.domain_of)))
        rules.append((say("ontology.by-range"), self.terms(one.range_of)))
        told["rules"] = [(text, terms, ", ") for text, terms in rules if terms] if one.inferred else []

    def _property(self, one: Property, told: dict[str, Any]) -> None:
        told["facts"] = [
            ("domain", self.terms(one.domains)),
            ("range", self.terms(one.ranges)),
            ("super-property", self.terms(one.above)),
            ("sub-property", self.terms(one.below)),
            ("inverse", self.terms(one.inverses)),
        ]
        if one.example:
            subject, value = one.example
            told["example"] = [
                shown_iri(subject, self.snapshot, self.names),
                Term(told["label"]),
                shown(value, self.snapshot, self.names),
            ]
        rules = [(say("ontology.by-chain"), self.terms(chain), " → ") for chain in one.chains]
        if one.below:
            rules.append((say("ontology.by-sub-property"), self.terms(one.below), ", "))
        if one.inverses:
            rules.append((say("ontology.by-inverse"), self.terms(one.inverses), ", "))
        if one.transitive:
            rules.append((say("ontology.by-itself"), [self.term(one.iri), self.term(one.iri)], " → "))
        if one.symmetric:
            rules.append((say("ontology.by-symmetry"), [], ""))
        told["rules"] = rules


def _cards(found: Model) -> list[Card]:
    """The classes to draw, with the properties that somebody writes; what reasoning makes of them would double each."""
    if not found.stated:
        return []
    view = _View(found)
    drawn: dict[str, Card] = {}

    def card(iri: str) -> Card:
        entry = found.classes.get(iri)
        href = urls().to(f"{ONTOLOGY}#{entry.name}") if entry else ""
        return drawn.setdefault(iri, Card(iri, view.term(iri).text, href))

    for iri, one in found.classes.items():
        if one.domain_of or one.range_of or any(above in found.classes for above in one.above):
            card(iri).above = [above for above in one.above if above in found.classes]
    for prop in view.sorted(found.properties.values()):
        if prop.is_drawn_from_others:
            continue
        for domain in prop.domains:
            if domain not in found.classes:
                continue
            ranges = [iri for iri in prop.ranges if prop.of_things]
            for iri in ranges:
                card(iri)
            card(domain).rows += [(view.label(prop), iri) for iri in ranges or [""]]
    for finished in drawn.values():
        finished.rows.sort(key=lambda row: not row[1])
    return list(drawn.values())
