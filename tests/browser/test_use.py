"""What people come to do, done in Chromium: search, narrow down, ask, query, compare, with the keyboard, in German."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from support.browser import NARROW, Visitor, search_for, settle

pytestmark = pytest.mark.usefixtures("scripts")

ROWS = ".list tbody tr"


def counted(page: Page) -> int:
    """How many rows a list says it has."""
    found = re.search(r"\d+", page.locator(".list .count").inner_text())
    assert found
    return int(found.group())


def test_a_search_with_suggestions_lands_on_the_thing(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        search_for(page, "cool sil")
        options = page.get_by_role("option")
        expect(options.first).to_contain_text("Cool Silicon")
        page.keyboard.press("ArrowDown")
        expect(options.first).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        page.wait_for_url("**/page/id/cluster/cool-silicon*")
        expect(page.locator("h1")).to_contain_text("Cool Silicon")


def test_suggestions_go_with_escape_and_enter_then_searches(visitor: Visitor) -> None:
    with visitor.visit("/about") as page:
        search_for(page, "photon")
        page.keyboard.press("Escape")
        expect(page.locator("#search")).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Enter")
        page.wait_for_url("**/api/search?*text=photon*")
        expect(page.locator(".found li").first).to_be_visible()


def test_facets_combine_and_their_address_can_be_shared(visitor: Visitor) -> None:
    with visitor.visit("/browse") as page:
        everything = counted(page)
        assert page.locator(ROWS).count() == everything
        state = page.get_by_role("checkbox", name="Baden-Württemberg")
        state.check()
        page.wait_for_url("**/browse?state=*")
        expect(state).to_be_checked()
        expect(state).to_be_focused()
        in_state = counted(page)
        assert page.locator(ROWS).count() == in_state < everything

        chosen = page.locator("form.facets label", has=page.locator("input[name=field]")).first
        promised = int(chosen.locator(".tally").inner_text())
        chosen.locator("input").check()
        page.wait_for_url(re.compile(r"[?&]field="))
        assert 0 < counted(page) == page.locator(ROWS).count() == promised <= in_state
        shared = page.url
        assert set(parse_qs(urlsplit(shared).query)) == {"state", "field"}
        names = page.locator(f"{ROWS} td:first-child").all_inner_texts()

        page.get_by_role("link", name=re.compile("Federal state")).click()
        page.wait_for_url(lambda address: "state=" not in address)
        assert counted(page) == page.locator(ROWS).count() >= promised
        expect(page.locator(".chips li a")).to_have_count(2)

    with visitor.visit(shared.removeprefix(visitor.url)) as page:
        assert page.locator(f"{ROWS} td:first-child").all_inner_texts() == names
        data = page.locator(".downloads a", has_text="JSON").first.get_attribute("href")
        with urlopen(f"{visitor.url}{data}") as answer:
            assert len(json.load(answer)["results"]["bindings"]) == len(names)


def test_a_canned_query_through_its_form(visitor: Visitor) -> None:
    with visitor.visit("/api") as page:
        page.locator("a[href^='/api/cluster-phases']").first.click()
        page.locator("input[name=cluster]").fill("BIOM")
        page.locator("form.ask button").click()
        page.wait_for_url("**/api/cluster-phases?*cluster=BIOM*")
        settle(page)
        assert page.locator("figure.view tbody tr").count() > 0
        page.locator("details.copies > summary").click()
        snippet = page.locator("details.copies pre").first
        expect(snippet).to_contain_text("/api/cluster-phases?")
        expect(page.locator("details.copies button").first).to_be_visible()


def test_a_wrong_value_in_a_form_is_told_with_a_way_back(visitor: Visitor) -> None:
    with visitor.visit("/api/cluster-phases", expected=(400, 404, 422)) as page:
        page.locator("input[name=cluster]").fill("Cool Silicn")
        page.locator("form.ask button").click()
        page.wait_for_url("**/api/cluster-phases?*")
        expect(page.locator("main .lead")).to_contain_text("Cool Silicn")
        expect(page.locator("main")).to_contain_text("cool-silicon")
        page.get_by_role("link", name="Ask again").click()
        page.locator("input[name=cluster]").fill("cool-silicon")
        page.keyboard.press("Enter")
        expect(page.locator("figure.view tbody tr")).to_have_count(2)


def test_a_sparql_query_with_a_syntax_error_and_then_without(visitor: Visitor) -> None:
    with visitor.visit("/sparql", expected=(400,)) as page:
        editor = page.get_by_role("textbox", name="SPARQL query")
        run = page.get_by_role("button", name="Run")
        editor.click()
        write(page, "SELECT ?cluster ?name {\n  ?cluster a cg:Cluster ;;; rdfs:label ?name\n  FILTR(true)\n}")
        run.click()
        problem = page.get_by_role("alert")
        expect(problem).to_be_visible()
        line = re.search(r"line (\d+)", problem.inner_text())
        assert line, problem.inner_text()
        marked = page.locator(".editor .cm-lintRange-error")
        expect(marked).to_have_count(1)
        gutter = page.locator(".editor .cm-lint-marker-error")
        expect(gutter).to_have_count(1)
        number = page.locator(".editor .cm-lineNumbers .cm-gutterElement", has_text=re.compile(f"^{line.group(1)}$"))
        place, mark = number.bounding_box(), gutter.bounding_box()
        assert place
        assert mark
        assert place["y"] <= mark["y"] + mark["height"] / 2 <= place["y"] + place["height"]

        editor.click()
        write(page, "SELECT ?cluster ?name {\n  ?cluster a cg:Cluster ; rdfs:label ?name\n} LIMIT 5")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#result tbody tr")).to_have_count(5)
        expect(problem).to_have_count(0)
        expect(marked).to_have_count(0)
        assert "#query=" in page.url
        shared = page.url
    with visitor.visit(shared.removeprefix(visitor.url)) as page:
        page.get_by_role("button", name="Run").click()
        expect(page.locator("#result tbody tr")).to_have_count(5)


def write(page: Page, query: str) -> None:
    """Put a query into the editor, in place of the one that is there."""
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(query)


def test_the_editor_completes_terms_of_the_graph(visitor: Visitor) -> None:
    with visitor.visit("/sparql") as page:
        page.get_by_role("textbox", name="SPARQL query").click()
        page.wait_for_load_state("networkidle")
        write(page, "SELECT * {\n  ?cluster cg:hasCont")
        page.keyboard.press("Control+Space")
        first = page.locator(".editor .cm-tooltip-autocomplete li").first
        expect(first).to_contain_text("cg:hasContact")
        expect(first.locator(".cm-completionDetail")).to_have_text(re.compile(r"^has contact \(\d+\)$"))


def test_an_example_fills_the_editor_and_its_result_has_views(visitor: Visitor) -> None:
    with visitor.visit("/sparql") as page:
        page.locator(".editor .cm-content").wait_for()
        page.locator("a[data-query*='isoCode']").first.click()
        page.get_by_role("button", name="Run").click()
        page.get_by_role("tab", name="Map").click()
        expect(page.locator("#result svg.map")).to_be_visible()


def test_the_map_is_drawn_and_its_table_is_in_reach(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        settle(page)
        figure = page.locator("figure.view[data-view=Map]").first
        expect(figure.locator("svg.map")).to_be_visible()
        shaded = figure.locator("svg.map path[class*=q5], svg.map path[class*=q4]")
        assert shaded.count() > 0
        assert figure.locator(".legend li").count() > 2
        table = figure.locator("table")
        expect(table).to_be_hidden()
        figure.locator("details.view-data > summary").click()
        expect(table).to_be_visible()
        assert table.locator("tbody tr").count() > 10
        table.locator("th button.sort").first.click()
        expect(table.locator("th").first).to_have_attribute("aria-sort", "ascending")


def test_a_map_of_few_points_names_them(visitor: Visitor) -> None:
    with visitor.visit("/id/cluster/cool-silicon") as page:
        settle(page)
        names = page.locator("svg.map text.name")
        assert set(names.all_text_contents()) == {"DSP Valley", "High Tech NL", "Minalogic"}


def test_a_flow_and_a_network_are_drawn(visitor: Visitor) -> None:
    for path in ("/api/phase-changes", "/api/partner-network"):
        with visitor.visit(path) as page:
            settle(page)
            expect(page.locator("figure.view .drawing svg").first).to_be_visible()
            assert page.locator("figure.view svg .mark").count() > 10


def test_comparing_by_choosing(visitor: Visitor) -> None:
    with visitor.visit("/compare") as page:
        page.locator("#thing-0").select_option(index=1)
        page.locator("#thing-1").select_option(index=2)
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**/compare?*thing=*")
        assert page.locator("table.compare").first.locator("thead th").count() == 2
        assert page.locator("table.compare tbody tr").count() > 5


def test_with_the_keyboard_only(visitor: Visitor) -> None:
    with visitor.visit("/errors") as page:
        page.keyboard.press("Tab")
        skip = page.locator("a.skip")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.reload()
        for _ in range(6):
            page.keyboard.press("Tab")
            if page.locator("#search").evaluate("(box) => box === document.activeElement"):
                break
        expect(page.locator("#search")).to_be_focused()
        assert page.locator("#search").evaluate("(box) => getComputedStyle(box).outlineStyle") != "none"
        search_for(page, "japan")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/page/id/country/JP*")
        expect(page.locator("h1")).to_contain_text("Japan")


def test_a_drawing_is_one_stop_of_the_keyboard_and_arrows_move_in_it(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        settle(page)
        page.locator("figure.view[data-view=Map] .switch input").first.focus()
        page.keyboard.press("Tab")
        first = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert page.evaluate("document.activeElement.closest('svg.map') !== null"), first
        page.keyboard.press("ArrowRight")
        second = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert first != second
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('svg.map') === null")


def test_german_stays_on_the_way(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        page.locator("nav.languages").get_by_text("Deutsch").click()
        german = page.locator("html[lang=de]")
        german.wait_for()
        for way in ("nav.main a[href^='/browse']", ".list tbody a >> nth=0", "dl.statements dt a >> nth=0"):
            page.locator(way).first.click()
            page.wait_for_load_state()
            expect(german).to_have_count(1)
            assert "lang=de" in page.url
        search_for(page, "japan")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
        page.wait_for_url("**/api/search?*")
        expect(german).to_have_count(1)
        page.locator("nav.languages").get_by_text("English").click()
        page.locator("html[lang=en]").wait_for()
        assert "text=japan" in page.url


def test_drawings_speak_german_too(visitor: Visitor) -> None:
    with visitor.visit("/api/phase-changes", language="de") as page:
        settle(page)
        drawing = page.locator("figure.view .drawing")
        expect(drawing).to_contain_text("Tschechien")
        expect(drawing).to_contain_text("im Konzept")
        page.goto(f"{visitor.url}/api/country-cluster-network")
        settle(page)
        expect(page.locator("figure.view .view-box")).to_contain_text("Land")
        expect(page.locator("figure.view .view-box")).not_to_contain_text("Country")


def test_the_editor_on_a_phone(visitor: Visitor) -> None:
    with visitor.visit("/sparql", viewport=NARROW) as page:
        page.get_by_role("button", name="Run").click()
        page.locator("#result tbody tr").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize("scripted", [True, False])
def test_facets_fold_away_on_a_phone(visitor: Visitor, scripted: bool) -> None:
    with visitor.visit("/browse", viewport=NARROW, java_script_enabled=scripted) as page:
        fold = page.locator("details.narrow > summary")
        state = page.locator("form.facets label", has_text=re.compile(r"^\s*Saxony \d")).locator("input")
        expect(fold).to_be_visible()
        expect(state).to_be_hidden()
        expect(page.locator(ROWS).first).to_be_in_viewport()
        fold.click()
        state.check()
        if not scripted:
            page.locator("form.facets button").click()
        page.wait_for_url("**/browse?*state=*")
        expect(fold).to_contain_text("1 chosen")
        page.locator(".chips a").first.click()
        page.wait_for_url(lambda address: "state=" not in address)
        expect(fold).not_to_contain_text("chosen")


def test_facets_stand_open_where_there_is_room(visitor: Visitor) -> None:
    with visitor.visit("/browse", java_script_enabled=False) as page:
        expect(page.locator("details.narrow > summary")).to_be_hidden()
        expect(page.locator("input[name=state]").first).to_be_visible()


def test_a_wide_table_scrolls_by_keyboard_and_keeps_its_first_column(visitor: Visitor) -> None:
    with visitor.visit("/phases", viewport=NARROW) as page:
        table = page.locator(".scroll", has=page.locator("th[data-column=dropped]"))
        name = table.locator("tbody tr td").first
        table.scroll_into_view_if_needed()
        before = name.bounding_box()
        table.focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.wait_for_function("(box) => box.scrollLeft > 60", arg=table.element_handle())
        after = name.bounding_box()
        assert before
        assert after
        assert abs(before["x"] - after["x"]) < 2
        assert table.get_attribute("aria-label")


def test_the_pages_of_the_graph_are_in_the_navigation(visitor: Visitor) -> None:
    with visitor.visit("/") as page:
        page.locator("nav.main").get_by_role("link", name="Phases").click()
        settle(page)
        flow = page.locator("svg.flow")
        expect(flow.get_by_role("link", name=re.compile("Japan"))).to_have_count(1)
        expect(flow.locator(".mark text", has_text="dropped")).to_have_count(1)
        page.locator("nav.main").get_by_role("link", name="Network").click()
        settle(page)
        expect(page.locator("svg.network")).to_have_count(2)
        # A kind looks the same in both drawings.
        looks = [
            one.locator("label", has=page.get_by_text("Cluster", exact=True)).locator("path").get_attribute("class")
            for one in page.locator("fieldset.chips", has_text="Things").all()
        ]
        assert len(looks) == 2
        assert looks[0] == looks[1]


def test_comparing_more_than_two(visitor: Visitor) -> None:
    with visitor.visit("/compare") as page:
        fields = page.locator("select[name=thing]:visible")
        expect(fields).to_have_count(2)
        page.get_by_role("button", name="Add another").click()
        expect(page.locator("#thing-2")).to_be_focused()
        page.get_by_role("button", name="Add another").click()
        expect(page.get_by_role("button", name="Add another")).to_have_count(0)
        for index, name in enumerate(("biom", "cool-silicon", "ikv", "merge")):
            page.locator(f"#thing-{index}").select_option(name)
        page.get_by_role("button", name="Compare").click()
        page.wait_for_url("**/compare?*merge*")
        expect(page.locator("table.compare").first.locator("thead th")).to_have_count(4)

    with visitor.visit("/compare", java_script_enabled=False) as page:
        expect(page.locator("select[name=thing]:visible")).to_have_count(4)


def test_a_mistake_is_told_in_the_language_of_the_page(visitor: Visitor) -> None:
    with visitor.visit("/sparql?lang=de", expected=(400,)) as page:
        settle(page)
        page.get_by_role("textbox", name="SPARQL-Abfrage").click()
        write(page, "SELEC * { ?s ?p ?o }")
        page.get_by_role("button", name="Ausführen").click()
        expect(page.locator("#result .problem h2")).to_have_text("Keine SPARQL-Abfrage")

    with visitor.visit("/api/clusters-by-country?country=Japn", language="de", expected=(400,)) as page:
        expect(page.locator("main .lead")).to_contain_text("ist nicht bekannt")
        page.get_by_role("link", name="JP", exact=True).click()
        expect(page.locator("figure.view tbody tr").first).to_be_visible()
