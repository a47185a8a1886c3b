"""The documentation site: all pages in it and led to, no link broken, nothing from another host, read in a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

import clustergraph
from support.browser import NARROW, Visitor, too_wide, violations

DOCS = Path(__file__).parents[2] / "docs"
LOADED = {"src", "srcset", "poster", "data", "action"}
"""Attributes that name what a browser loads by itself, or sends to."""
NOT_LOADED = {"canonical", "next", "prev", "alternate", "help", "license"}
"""Relations of a `link` that a browser does not follow by itself."""


@dataclass
class Page(HTMLParser):
    """A page's links, names, and what it loads."""

    links: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.names |= {given[name] for name in ("id", "name") if name in given}
        self.loads += [given[name] for name in LOADED if name in given]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and not NOT_LOADED & set(given.get("rel", "").split()):
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Page]:
    """Every page of the site by its path."""
    found = {}
    for path in sorted(site.rglob("*.html")):
        page = found[path.relative_to(site).as_posix()] = Page()
        page.feed(path.read_text(encoding="utf-8"))
    return found


def built(source: Path) -> str:
    """Where the site has the page of a file under `docs/`."""
    return source.relative_to(DOCS).with_suffix(".html").as_posix()


SOURCES = sorted([*DOCS.rglob("*.md"), *DOCS.rglob("*.ipynb")])


def test_every_page_is_in_the_navigation(pages: dict[str, Page], site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    navigation = re.search(r'<nav class="md-nav md-nav--primary.*?</nav>\s*</div>', home, re.DOTALL)
    assert navigation is not None
    shown = set(re.findall(r'href="([^"#]+)"', navigation[0]))
    assert len(SOURCES) > 20
    assert [built(one) for one in SOURCES if built(one) not in shown | {"index.html"}] == []
    assert [built(one) for one in SOURCES if built(one) not in pages] == []


def test_no_link_is_broken(pages: dict[str, Page], site: Path) -> None:
    broken = []
    for name, page in pages.items():
        for link in (*page.links, *page.loads):
            address = urlsplit(link)
            if address.scheme or address.netloc:
                continue
            # The page for what is not found is shown at any path, and so its links begin at the root.
            folder = site if link.startswith("/") else (site / name).parent
            target = folder / unquote(address.path).lstrip("/") if address.path else site / name
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                broken.append(f"{name}: {link}")
            elif address.fragment and target.suffix == ".html":
                other = pages[target.resolve().relative_to(site.resolve()).as_posix()]
                if unquote(address.fragment) not in other.names:
                    broken.append(f"{name}: {link}")
    assert broken == []


def test_nothing_is_loaded_from_another_host(pages: dict[str, Page], site: Path) -> None:
    loaded = [(name, one) for name, page in pages.items() for one in page.loads]
    assert len(loaded) > 100
    for path in site.rglob("*.css"):
        named = re.findall(r"(?:url\(\s*['\"]?|@import\s+['\"])([^'\")]+)", path.read_text(encoding="utf-8"))
        loaded += [(path.name, one) for one in named]
    assert [one for one in loaded if re.match(r"(https?:)?//", one[1])] == []


def test_the_library_is_documented_whole(pages: dict[str, Page]) -> None:
    names = pages["reference/python.html"].names
    assert [
        name for name in clustergraph.__all__ if not name.startswith("_") and f"clustergraph.{name}" not in names
    ] == []
    members = [name for name in vars(clustergraph.KnowledgeGraph) if not name.startswith("_")]
    assert [name for name in members if f"clustergraph.KnowledgeGraph.{name}" not in names] == []


def test_examples_of_docstrings_are_shown_as_code(site: Path) -> None:
    page = (site / "reference/python.html").read_text(encoding="utf-8")
    assert "&gt;&gt;&gt; " in page
    assert "<blockquote>" not in page


SEEN = ["index.html", "notebooks/who-works-with-japan.html", "reference/python.html"]


@pytest.mark.parametrize("path", SEEN)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_no_serious_fault_of_accessibility(path: str, scheme: str, visitor: Visitor, axe: str) -> None:
    with visitor.visit(path, color_scheme=scheme) as page:
        page.wait_for_load_state("networkidle")
        assert violations(page, axe) == []


@pytest.mark.parametrize("path", SEEN)
def test_a_page_keeps_to_its_host_and_its_width(path: str, visitor: Visitor) -> None:
    for viewport in (None, NARROW):
        with visitor.visit(path, viewport=viewport) as page:
            expect(page.locator("h1")).to_be_visible()
            page.wait_for_load_state("networkidle")
            assert too_wide(page) == []


def test_search_finds_a_page(visitor: Visitor) -> None:
    with visitor.visit("index.html") as page:
        box = page.locator("input.md-search__input")
        box.click()
        box.press_sequentially("snapshot")
        found = page.locator(".md-search-result__item a").first
        expect(found).to_be_visible()
        found.click()
        expect(page).not_to_have_url(re.compile("index.html$"))


def test_colours_can_be_dark(visitor: Visitor) -> None:
    with visitor.visit("index.html", color_scheme="dark") as page:
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
        page.locator("label[title='Light colours']").click()
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
