"""Every page in Chromium: complete, in both languages, readable by everyone, at any width, light and dark."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from support.browser import NARROW, WIDE, Visitor, settle, too_wide, violations

SAXONY = quote("https://w3id.org/clustergraph/id/state/DE-SN", safe="")
PAGES = {
    "home": "/",
    "cluster": "/page/id/cluster/cool-silicon",
    "country": "/page/id/country/JP",
    "region": "/page/id/region/asia-pacific",
    "organisation": "/page/id/organisation/high-tech-nl",
    "person": "/page/id/person/anke-mank",
    "phase": "/page/id/phase/cool-silicon-concept",
    "source": "/page/id/source/page-L159",
    "phases": "/phases",
    "network-page": "/network",
    "browse": "/browse",
    "browse-chosen": f"/browse?state={SAXONY}",
    "compare": "/compare",
    "compared": "/compare?thing=biom&thing=cool-silicon",
    "phase-changes": "/api/phase-changes",
    "network": "/api/country-cluster-network",
    "bars": "/api/countries-ranked",
    "queries": "/api",
    "query": "/api/cluster-phases",
    "result": "/api/cluster-phases?cluster=cool-silicon",
    "nothing-found": "/api/search?text=qqqq",
    "search": "/api/search?text=photonics",
    "sparql": "/sparql",
    "answered": f"/sparql?query={quote('SELECT * { ?s ?p ?o } LIMIT 3')}",
    "about": "/about",
    "ontology": "/ontology",
    "graphs": "/graph",
    "errors": "/errors",
}
MISSING = {"missing-page": "/no-such-page", "missing-thing": "/page/id/cluster/no-such-cluster"}
EVERY = [pytest.param(path, 404 if name in MISSING else 200, id=name) for name, path in (PAGES | MISSING).items()]


def rows_of(page: Page) -> int:
    """How many rows the result on a page has."""
    return page.locator("figure.view tbody tr").count()


def is_a_page(page: Page, language: str) -> None:
    """See that a page has what every page has."""
    expect(page.locator("h1")).to_have_count(1)
    assert page.locator("h1").inner_text().strip()
    assert page.title().strip()
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("main#main").count() == 1


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(("path", "status"), EVERY)
def test_in_english(visitor: Visitor, axe: str, path: str, status: int) -> None:
    with visitor.visit(path, expected=(status,)) as page:
        settle(page)
        is_a_page(page, "en")
        assert too_wide(page) == []
        assert violations(page, axe) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, axe, only="color-contrast") == []


@pytest.mark.usefixtures("scripts")
@pytest.mark.parametrize(("path", "status"), EVERY)
def test_in_german_on_a_phone(visitor: Visitor, axe: str, path: str, status: int) -> None:
    with visitor.visit(path, language="de", viewport=NARROW, expected=(status,)) as page:
        settle(page)
        is_a_page(page, "de")
        assert too_wide(page) == []
        assert violations(page, axe) == []
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        assert too_wide(page) == []


@pytest.mark.usefixtures("scripts")
def test_the_home_page_is_light_even_with_everything_drawn(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        settle(page)
        assert page.locator("figure.view svg").count() > 0
        sizes: dict[str, int] = page.evaluate(
            """() => Object.fromEntries(performance.getEntriesByType("resource")
              .filter(({ name }) => name.includes("/static/"))
              .map(({ name, encodedBodySize }) => [name, encodedBodySize]))"""
        )
    assert {one.rpartition(".")[2] for one in sizes} >= {"js", "css", "json"}, "no map and outlines were loaded"
    assert all(sizes.values())
    assert sum(sizes.values()) < 250_000, sizes


def test_without_scripts(visitor: Visitor) -> None:
    with visitor.visit("/", java_script_enabled=False) as page:
        is_a_page(page, "en")
        assert page.locator("figure.view tbody tr").count() > 10
        page.locator("#search").fill("photonics")
        page.keyboard.press("Enter")
        page.wait_for_url("**/api/search?*")
        expect(page.locator(".found li").first).to_contain_text("Photonics")

        page.goto(f"{visitor.url}{PAGES['cluster']}")
        is_a_page(page, "en")
        assert page.locator("dl.statements dt").count() > 10
        assert page.locator("figure.view[data-view=Map] tbody tr").count() > 0
        page.locator("details.mark").first.locator("summary").click()
        expect(page.locator("details.mark").first).to_have_attribute("open", "")

        page.goto(f"{visitor.url}/browse")
        rows = page.locator(".list tbody tr")
        before = rows.count()
        page.locator("input[name=state]").first.check()
        page.locator("form.facets button").click()
        page.wait_for_url("**/browse?*state=*")
        assert 0 < rows.count() < before

        page.goto(f"{visitor.url}/api/cluster-phases")
        page.locator("input[name=cluster]").fill("Cool Silicon")
        page.locator("form.ask button").click()
        page.wait_for_url("**/api/cluster-phases?*")
        assert rows_of(page) > 0
        assert too_wide(page) == []
