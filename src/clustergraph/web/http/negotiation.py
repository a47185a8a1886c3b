"""Which format a client gets: by `format=`, or by `Accept` with its qualities (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Request
from werkzeug.datastructures import MIMEAccept, MultiDict
from werkzeug.http import parse_accept_header

from clustergraph.messages import message
from clustergraph.rdf import formats
from clustergraph.rdf.formats import Format, Kind
from clustergraph.web.http.problem import Problem

GRAPHS_FIELD = "graphs"
"""The field that says whether a document keeps the named graphs apart."""
HTML = Format("html", "HTML", "results", "text/html", "html", charset=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """A format and the media type to call it: the format's own, or another that the client asked for by name."""

    format: Format
    content_type: str

    @property
    def is_html(self) -> bool:
        return self.format is HTML


def choose(
    request: Request,
    kind: Kind,
    given: MultiDict[str, str],
    *,
    html: bool = False,
    suffix: str | None = None,
) -> Choice:
    """The format for an answer of this kind; with `html`, a page is one of the choices.

    `given` are the request's fields. A field `format`, and a file ending before it, overrule `Accept`. Raises Problem
    400 for a format that is not known, 406 when nothing on offer is acceptable.
    """
    offers = [*formats.of_kind(kind), *([HTML] if html else [])]
    # SPARQLWrapper sends a format under two of its names at once, so the first that is known counts.
    requested = [suffix] if suffix else [name for name in given.getlist("format") if name]
    if requested:
        chosen = next((form for name in requested if (form := _find_format(name, kind, html))), None)
        if chosen is None:
            names = ", ".join(offer.name for offer in offers)
            detail = message(
                "There is no format {word!r} for this answer; choose one of {names}.", word=requested[0], names=names
            )
            raise Problem("bad-format", detail)
        return Choice(chosen, chosen.content_type)
    best = best_match(request.headers.get("Accept", ""), offers)
    if best is None:
        names = ", ".join(offer.media_type for offer in offers)
        detail = message("None of the types asked for can be given; this answer comes as {names}.", names=names)
        raise Problem("not-acceptable", detail)
    return best


def keeps_named_graphs(given: MultiDict[str, str], form: Format, suffix: str | None = None) -> bool:
    """Whether a document is to be a dataset with named graphs, and not a graph.

    Who asks for a graph by `Accept` looks for it in the default graph (RDF 1.1 Concepts, section 4.2). So a dataset is
    what `graphs=named` asks for, and who names TriG or N-Quads by `format` or a file ending. Raises Problem for another
    value, and where the format has no named graphs.
    """
    values = [value for value in given.getlist(GRAPHS_FIELD) if value]
    if not values:
        return form.name in ("trig", "nquads") and bool(suffix or any(given.getlist("format")))
    if values[0] not in ("named", "merged"):
        detail = message("graphs={value} is not known; choose named or merged.", value=values[0])
        raise Problem("bad-parameter", detail, parameter=GRAPHS_FIELD, suggestions=["named", "merged"])
    if values[0] == "named" and form.name not in formats.WITH_GRAPHS:
        names = [other.label for other in formats.of_kind("graph") if other.name in formats.WITH_GRAPHS]
        detail = message("{form} has no named graphs; choose {names}.", form=form.label, names=names)
        raise Problem("bad-parameter", detail, parameter=GRAPHS_FIELD)
    return values[0] == "named"


def _find_format(name: str, kind: Kind, html: bool) -> Format | None:
    # In an address that was not encoded, the `+` of a media type arrives as a blank.
    name = name.strip().lower().replace(" ", "+")
    return HTML if html and name in ("html", HTML.media_type) else formats.find(name, kind)


def best_match(header: str, offers: Sequence[Format]) -> Choice | None:
    """The offer the client likes best; among equals the one named most exactly, then the first on offer.

    >>> graphs = formats.of_kind("graph")
    >>> best_match("text/*;q=0.5, application/xml;q=0.4, text/turtle;q=0.1", graphs).content_type
    'application/xml'
    >>> best_match("image/png, text/turtle;q=0", graphs)
    """
    accept = _parse_accept(header)
    if not accept:  # without the header, or without anything in it that can be read
        return Choice(offers[0], offers[0].content_type)
    ranked: list[tuple[float, int, int, Choice]] = []
    for order, offer in enumerate(offers):
        names = [offer.media_type, *(synonym for synonym in offer.also if "/" in synonym)]
        for place, media_type in enumerate(names):
            quality, exactness = _find_quality(accept, media_type)
            # Only the format's own type stands for itself under a wildcard; the others have to be named.
            if quality > 0 and (place == 0 or exactness == 2):
                choice = Choice(offer, _write_content_type(offer, media_type))
                ranked.append((quality, exactness, -order * 10 - place, choice))
    return max(ranked, key=lambda row: row[:3])[3] if ranked else None


def _write_content_type(offer: Format, media_type: str) -> str:
    if media_type == offer.media_type:
        return offer.content_type
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def _parse_accept(header: str) -> list[tuple[str, float]]:
    """The media ranges of an `Accept` and their qualities, without the empty ones between two commas."""
    return [(value, quality) for value, quality in parse_accept_header(header, MIMEAccept) if value]


def _find_quality(accept: list[tuple[str, float]], media_type: str) -> tuple[float, int]:
    """The quality given to a type, and how exactly it was named: 2 by name, 1 by `text/*`, 0 by `*/*`."""
    main = media_type.split("/")[0]
    best: tuple[float, int] = (0.0, -1)
    for value, quality in accept:
        value = value.split(";")[0].strip().lower()
        exactness = {media_type: 2, f"{main}/*": 1, "*/*": 0, "*": 0}.get(value, -1)
        if exactness > best[1]:
            best = (quality, exactness)
    return best


def prefers_html(request: Request) -> bool:
    """Whether the client is a person's browser: it names HTML and likes nothing better."""
    accept = _parse_accept(request.headers.get("Accept", ""))
    html, _ = (
        _find_quality(accept, HTML.media_type) if any("html" in value.lower() for value, _ in accept) else (0.0, 0)
    )
    return html > 0 and html >= max((quality for _, quality in accept), default=0.0)


def prefers_data(request: Request) -> bool:
    """Whether the client likes some format of RDF better than a page; one that takes anything does not."""
    best = best_match(request.headers.get("Accept", ""), [HTML, *formats.of_kind("graph")])
    return best is not None and not best.is_html
