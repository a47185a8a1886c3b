"""A term in words, as HTML: a link to where it is shown, or the text of a literal as the page's language writes it.

A page says hundreds of them, so this is no template: a macro would take several times as long.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import NUMBERS
from clustergraph.web.http import i18n
from clustergraph.web.pages.display_term import Term


def words(term: Term) -> Markup:
    """The HTML of a term.

    >>> words(Term("A & B", href="/id/a"))
    Markup('<a href="/id/a">A &amp; B</a>')
    >>> words(Term("1500", datatype="xsd:integer"))
    Markup('<span title="xsd:integer">1500</span>')
    """
    if term.href:
        link = f'<a href="{escape(term.href)}"{_write_attribute("title", term.note)}>{escape(term.text)}</a>'
        if term.outside and term.outside in (term.text, term.note):
            label = i18n.say("link.outside", name=term.text)
            link += (
                f' <a class="outside" href="{escape(term.outside)}" rel="noreferrer" aria-label="{escape(label)}">↗</a>'
            )
        return Markup(link)
    code = term.language if term.language and term.language != i18n.language() else ""
    return Markup(
        f"<span{_write_attribute('lang', code)}{_write_attribute('title', term.datatype)}>{escape(spoken(term))}</span>"
    )


def spoken(term: Term) -> str:
    """The text of a literal as the page's language writes it."""
    if not term.datatype:
        return term.text
    kind = term.datatype.removeprefix("xsd:")
    if f"{XSD}{kind}" in NUMBERS:
        # Of four digits it may be a year, which nobody writes with a point; with zeros or a sign before it, a code.
        digits = term.text.lstrip("-")
        is_year = len(term.text) == 4 and term.text.isdigit()
        is_code = digits.startswith("+") or (digits.startswith("0") and digits[1:2].isdigit())
        return term.text if is_year or is_code else i18n.number(term.text)
    if kind in ("date", "dateTime"):
        return i18n.date(term.text)
    if kind == "duration":
        return i18n.duration(term.text)
    if kind == "boolean" and term.text in ("true", "false"):
        return i18n.say(f"truth.{term.text}")
    return term.text


def _write_attribute(name: str, value: str) -> str:
    return f' {name}="{escape(value)}"' if value else ""
