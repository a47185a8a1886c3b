"""A real browser at the service of the published graph."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

import clustergraph.web
from support.browser import PATIENCE, SWITCHES, Visitor
from support.server import Server

ROOT = Path(__file__).parents[2]
BUILT = Path(clustergraph.web.__file__).parent / "static/dist/manifest.json"
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"


# Of each module, not of the session: while playwright runs, nothing else may run an event loop.
@pytest.fixture(scope="module")
def visitor(needs: Callable[[str, str], None], published_server: Server) -> Iterator[Visitor]:
    """Someone with Chromium at the service."""
    needs("chromium", "chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
        yield Visitor(browser, published_server.url)
        browser.close()


@pytest.fixture(scope="session")
def scripts() -> None:
    """Skips a test if the scripts of the pages are not built; in CI it fails where Node could have built them."""
    _there(BUILT, "the scripts of the pages are not built")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which looks for faults of accessibility."""
    _there(AXE, "axe-core is not installed")
    return AXE.read_text(encoding="utf-8")


def _there(path: Path, otherwise: str) -> None:
    if path.is_file():
        return
    node = shutil.which("node")
    told = f"{otherwise}; {'run make frontend' if node else 'install Node 20.19 or newer, then run make frontend'}"
    if node and os.environ.get("CLUSTERGRAPH_TESTS_MUST_NOT_SKIP"):
        pytest.fail(told)
    pytest.skip(told)
