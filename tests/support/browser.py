"""The pages as people see them: Chromium on a running service, watched for errors and for requests that leave it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

WIDE = {"width": 1440, "height": 900}
NARROW = {"width": 360, "height": 740}
PATIENCE = 30_000
"""Milliseconds that a page may take for what a test waits for."""

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

# Drawings are made once they are near the view, so each is brought there.
DRAW_ALL = """async () => {
  const later = (ms) => new Promise((done) => setTimeout(done, ms));
  for (const box of document.querySelectorAll("figure.view > .view-box")) {
    box.scrollIntoView({ block: "center", behavior: "instant" });
    for (let waited = 0; box.matches(".waiting") && box.isConnected && waited < 10000; waited += 20) await later(20);
    if (box.matches(".waiting") && box.isConnected) throw new Error("never drawn: " + box.parentElement.dataset.label);
  }
  window.scrollTo({ top: 0, behavior: "instant" });
}"""

# What stands out to the right, to say what makes a page too wide.
WIDER = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const inside = (element) => {
    for (let box = element.parentElement; box && box !== document.body; box = box.parentElement)
      if (getComputedStyle(box).overflowX !== "visible") return true;
    return false;
  };
  const out = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5 && !inside(element));
  const told = out.slice(0, 5).map((element) => element.outerHTML.slice(0, 160));
  return [`${root.scrollWidth} in ${root.clientWidth}`, ...told];
}"""

RUN_AXE = """async (rule) => {
  const runOnly = rule ? [rule] : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical").flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replace(/\\s+/g, " ")}`));
}"""


@dataclass
class Watch:
    """What went wrong on the pages of one browser context."""

    host: str
    expected: tuple[int, ...]
    troubles: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Look at everything that the pages of `context` do."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.troubles.append(f"page error: {error.error}"))
        context.on("request", self._request)

    def document(self, answer: Response) -> None:
        """Look at the answer that a page came with."""
        if not answer.ok and answer.status not in self.expected:
            self.troubles.append(f"status {answer.status} of {answer.url}: {answer.text()[:2000]}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        # Chromium itself reports an answer with such a status, which some tests are about.
        if any(f"status of {status} " in message.text for status in self.expected):
            return
        self.troubles.append(f"{message.type} in the console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.netloc != self.host:
            self.troubles.append(f"request to another host: {request.url}")


@dataclass(frozen=True)
class Visitor:
    """Someone with a browser at a service."""

    browser: Browser
    url: str

    @contextmanager
    def visit(
        self,
        path: str,
        *,
        language: str = "en",
        viewport: dict[str, int] | None = None,
        expected: tuple[int, ...] = (),
        **options: Any,
    ) -> Iterator[Page]:
        """Open a page, and at the end see that nothing went wrong on it or on those it led to.

        Arguments:
            path: The page's path at the service.
            language: What the browser says in Accept-Language.
            viewport: Width and height in pixels.
            expected: HTTP statuses of errors that belong to the test.
            options: More of what playwright's `new_context` takes.
        """
        context = self.browser.new_context(
            locale={"en": "en-GB", "de": "de-DE"}[language],
            viewport=viewport or WIDE,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        watch = Watch(urlsplit(self.url).netloc, expected)
        watch.over(context)
        try:
            page = context.new_page()
            answer = page.goto(urljoin(self.url, path))
            assert answer
            watch.document(answer)
            yield page
        except BaseException as error:
            # What a page lacks is often explained by what went wrong on the way to it.
            for trouble in watch.troubles:
                error.add_note(trouble)
            raise
        finally:
            context.close()
        assert not watch.troubles, "\n".join(watch.troubles)


def settle(page: Page) -> None:
    """Wait until everything on a page is drawn, and the editor is there."""
    page.evaluate(DRAW_ALL)
    if page.locator("form#sparql").count():
        page.locator(".editor").wait_for()


def too_wide(page: Page) -> list[str]:
    """What makes a page wider than its window; empty if nothing does."""
    found: list[str] = page.evaluate(WIDER)
    return found


def violations(page: Page, axe: str, *, only: str = "") -> list[str]:
    """The serious and critical accessibility faults that axe-core, whose source is given, finds on a page.

    Looks by the rules of WCAG 2.1, levels A and AA; or by `only` one rule.
    """
    if not page.evaluate("() => 'axe' in window"):
        # Sent by the debugger, so that the page keeps its Content-Security-Policy.
        page.evaluate(axe)
    found: list[str] = page.evaluate(RUN_AXE, only)
    return found


def search_for(page: Page, text: str) -> None:
    """Type into the search box until suggestions are there."""
    box = page.locator("#search")
    box.press_sequentially(text)
    expect(box).to_have_attribute("aria-expanded", "true")
