"""`/about`: where the graph comes from, how it was made, what it leaves open, how to cite it.

The content comes from the graph itself, from the canned queries that are marked for the page, and from a text
`about.en.md` (`about.de.md`) beside them, in Markdown.
"""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, render_template
from markdown_it import MarkdownIt
from markupsafe import Markup

from clustergraph.describe.citation import cite
from clustergraph.rdf import python_values
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.web.http import i18n, responses
from clustergraph.web.http.current import labels, page_urls, service
from clustergraph.web.pages import page_sections
from clustergraph.web.pages.display_term import Term, show_term

blueprint = Blueprint("about", __name__)

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).disable("image")


@blueprint.get("/about")
def about() -> Response:
    """The page."""
    snapshot = service().snapshot
    code = i18n.language()
    dataset = snapshot.manifest.get("dataset", {})
    values_of = {
        name: [str(value) for value in dataset.get(name, ())] for name in ("source", "license", "creator", "publisher")
    }
    names = labels().read((value for values in values_of.values() for value in values), i18n.languages())
    terms_of = {name: [_make_term(value, snapshot, names) for value in values] for name, values in values_of.items()}
    html = render_template(
        "about.html",
        terms=terms_of,
        version=str(dataset.get("version", "")),
        text=markdown(own_text(code)),
        sections=[view for view in page_sections.of_page("about") if not view.is_empty],
        cite=cite(service().engine, code),
        manifest=snapshot.manifest,
    )
    return responses.page(html)


def _make_term(value: str, snapshot: Snapshot, names: dict[str, str]) -> Term:
    kind = "uri" if re.match(r"[a-z]+:", value) else "literal"
    return show_term(python_values.Term(kind, value), snapshot, names)


def own_text(code: str) -> str:
    """The text about this graph in the language, else in English; empty if there is none."""
    folder = service().settings.queries
    for suffix in (code, "en") if folder else ():
        for place in ("", "queries"):  # the queries may lie all over the folder
            file = Path(folder or ".", place) / f"about.{suffix}.md"
            if file.is_file():
                return file.read_text(encoding="utf-8")
    return ""


def markdown(text: str) -> Markup:
    """Markdown as HTML. HTML and pictures in it stay text, and headings begin at the second level.

    >>> markdown("# Rules\\n\\nOne <b> **rule** `x`.\\n\\n- a\\n- [b](https://b.example/)")
    Markup('<h2>Rules</h2>\\n<p>One &lt;b&gt; <strong>rule</strong> <code>x</code>.</p>\\n<ul>\\n<li>a</li>\\n<li><a href="https://b.example/">b</a></li>\\n</ul>\\n')
    """
    tokens = _MARKDOWN.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
        for part in token.children or ():
            address = str(part.attrs.get("href", ""))
            if address.startswith("/") and not address.startswith("//"):
                part.attrs["href"] = page_urls().to(address)
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
