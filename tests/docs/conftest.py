"""The documentation as the site that `make site` builds, notebooks executed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import sync_playwright

from support.browser import SWITCHES, Visitor

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def site(users_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    folder = tmp_path_factory.mktemp("site")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLUSTERGRAPH_", "XDG_"))}
    environment = {**kept, "XDG_CACHE_HOME": str(users_cache), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "WARNING" not in done.stderr, done.stderr
    return folder


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, which looks for faults of accessibility; it comes with the packages of `frontend/`."""
    path = ROOT / "frontend/node_modules/axe-core/axe.min.js"
    if not path.is_file():
        told = "axe-core is not installed; with Node 20.19 or newer, make frontend installs it"
        if shutil.which("node") and os.environ.get("CLUSTERGRAPH_TESTS_MUST_NOT_SKIP"):
            pytest.fail(told)
        pytest.skip(told)
    return path.read_text(encoding="utf-8")


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def visitor(site: Path, needs: Callable[[str, str], None]) -> Iterator[Visitor]:
    """Someone with Chromium at the site."""
    needs("chromium", "chromium")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=SWITCHES)
            yield Visitor(browser, f"http://127.0.0.1:{server.server_port}")
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
