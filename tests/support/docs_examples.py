"""A reader of the documentation: finds the blocks and links of a page, and does what the page says, from top to bottom.

A page is one session: its blocks run in order in one scratch folder, `clustergraph serve` goes on until the next one or
the end of the page, and names that Python blocks define stay. Three comments, each alone on a line before a block, say
more of it:

    <!-- not run: reason -->   the block cannot run in a test
    <!-- fails -->             its last command has to fail
    <!-- output -->            it is what the block before has to print; `...` stands for anything

Blocks in `sh` and `python` are run, those in `sparql` are asked; `docs_blocks` reads the rest. Three things differ from
what a reader would see: `make` only says what it would do, since that would install into the clone or run these tests;
`clustergraph serve` goes on in the background; and services answer at a port that is free, also the one that examples
suppose at `ENDPOINT`.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import signal
import subprocess
import sys
import textwrap
import time
import traceback
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

from support import docs_blocks
from support.processes import is_running
from support.waiting import wait_until

PATIENCE = 60
"""Seconds after which a block counts as one that hangs."""
ADDRESS = re.compile(r"(?:127\.0\.0\.1|localhost):8080\b")
ENDPOINT = "https://example.org/sparql"
"""A service of somebody else, in examples; in a test it is the one that runs from the start."""
OUTSIDE = "/srv/"
"""Where examples keep what lasts; in a test that is in the scratch folder."""

_ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_MARK = re.compile(r"<!-- (not run: .+|fails|output) -->\s*\Z")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code on a page; `mark` is the comment before it."""

    line: int
    language: str
    text: str
    mark: str


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page."""
    found = []
    for fence in _FENCE.finditer(text):
        mark = _MARK.search(text, 0, fence.start())
        line = text.count("\n", 0, fence.start()) + 2
        found.append(Block(line, fence[2], textwrap.dedent(fence[3]), mark[1] if mark else ""))
    return found


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    """Where the links of a page lead."""
    return _LINK.findall(prose(text))


def anchors(text: str) -> set[str]:
    """The names that the headings of a page can be linked by."""
    headings = _HEADING.findall(prose(text))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


class Untrue(AssertionError):
    """A block that does not do what the page says."""


class Session:
    """Does what one page says, in `folder`.

    `port` is where a service answers that runs already. Once the page has started one of its own, that one
    is asked, at the port of the `environment` that programs are given.
    """

    def __init__(self, folder: Path, port: int, environment: dict[str, str]) -> None:
        self.folder = folder
        self.port = port
        self._endpoint = f"http://127.0.0.1:{port}/sparql"
        self.environment = environment
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self._printed = ""

    def read(self, name: str, page: list[Block]) -> None:
        """Run the blocks of a page. Raises Untrue, which names the line."""
        for block in page:
            try:
                self._block(block)
            except Untrue as error:
                raise Untrue(f"{name}, line {block.line}: {error}") from None

    def _block(self, block: Block) -> None:
        if block.mark == "output":
            self._compare(block.text)
        elif block.mark.startswith("not run"):
            return
        elif block.language == "sh":
            if "clustergraph serve" in block.text:
                self.port = int(self.environment["DOCS_PORT"])
            self._printed = self._shell(self._here(block.text), fails=block.mark == "fails")
        elif block.language == "python":
            self._printed = self._python(block)
        else:
            self._checked(block)

    def _checked(self, block: Block) -> None:
        saved = re.match(r"(?:#|//) ?(\S+\.(?:ttl|rq))\n", block.text)
        try:
            if saved:
                # A file that the page tells its reader to write.
                path = self.folder / saved[1]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(block.text.partition("\n")[2], encoding="utf-8")
                docs_blocks.check_saved(path)
            elif block.language == "sparql":
                self._asked(block.text, fails=block.mark == "fails")
            else:
                docs_blocks.check(block.language, block.text)
        except ValueError as error:
            raise Untrue(str(error)) from None

    def _asked(self, text: str, *, fails: bool) -> None:
        address = f"http://127.0.0.1:{self.port}/sparql?{urlencode({'query': text})}"
        try:
            with urlopen(address, timeout=PATIENCE) as answer:
                self._printed = answer.read().decode()
        except HTTPError as error:
            self._printed = error.read().decode()
            if not fails:
                raise Untrue(f"the service refuses this query: {self._printed}") from None
        else:
            if fails:
                raise Untrue("the service answers this query, which is to fail")

    def _here(self, text: str) -> str:
        text = ADDRESS.sub(f"127.0.0.1:{self.port}", text)
        return text.replace(OUTSIDE, f"{self.folder}{OUTSIDE}").replace(ENDPOINT, self._endpoint)

    def _compare(self, wanted: str) -> None:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        got = self._printed.replace(f"127.0.0.1:{self.port}", "127.0.0.1:8080")
        if not doctest.OutputChecker().check_output(wanted, got, flags):
            raise Untrue(f"the page says\n{wanted}\nbut what comes is\n{got}")

    def _shell(self, text: str, *, fails: bool) -> str:
        curl = 'curl() { command curl --silent --show-error --fail-with-body "$@"; }'
        make = f'make() {{ command make --dry-run --directory "{_ROOT}" "$@"; }}'
        script = f"set -euo pipefail\n{curl}\n{make}\n{text}"
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if (done.returncode != 0) != fails:
            raise Untrue(f"{text}\ngave exit code {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return f"{done.stdout}{done.stderr}" if fails else done.stdout

    def _python(self, block: Block) -> str:
        text = self._here(block.text)
        if ">>>" in text:
            test = doctest.DocTestParser().get_doctest(text, self._names, "block", None, None)
            told: list[str] = []
            runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
            if runner.run(test, out=told.append, clear_globs=False).failed:
                raise Untrue("".join(told))
            self._names.update(test.globs)
            return ""
        printed = StringIO()
        try:
            with redirect_stdout(printed):
                exec(compile(text, "block", "exec"), self._names)
        except Exception:
            raise Untrue(f"{text}\n{traceback.format_exc()}") from None
        return printed.getvalue()


def stand_in(bin: Path) -> None:
    """Put a program `clustergraph` into a folder that runs this package, and `serve` in the background."""
    bin.mkdir()
    program = bin / "clustergraph"
    tests = Path(__file__).parents[1]
    serve = f"import sys; sys.path.append({str(tests)!r}); from support.docs_examples import serve; serve(sys.argv[2:])"
    program.write_text(
        f"""#!/bin/sh
case "$*" in
serve|serve\\ *) exec "{sys.executable}" -W ignore -c {shlex.quote(serve)} "$@" ;;
validate) set -- validate --reason none ;;  # with reasoning it takes long, and the build has done it
esac
exec "{sys.executable}" -m clustergraph "$@"
"""
    )
    program.chmod(0o755)


def serve(words: list[str]) -> None:
    """Start a service in the background, end the one before, and exit with 0 as soon as the new one is ready."""
    port, folder = os.environ["DOCS_PORT"], Path(os.environ["DOCS_FOLDER"])
    end(folder)
    log = folder / ".service.log"
    with log.open("wb") as out:
        command = [sys.executable, "-m", "clustergraph", "serve", *words, "--port", port]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    (folder / ".service.pid").write_text(str(process.pid))
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/ready", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.05)
    sys.stderr.write(log.read_text(errors="replace"))
    sys.exit(process.returncode or 1)


def end(folder: Path) -> None:
    """End the service that was started for a folder, if there is one, and wait until it is gone."""
    note = folder / ".service.pid"
    if not note.exists():
        return
    number = int(note.read_text())
    note.unlink()
    try:
        os.kill(number, signal.SIGTERM)
        wait_until(lambda: not is_running(number), PATIENCE)
    except ProcessLookupError:
        pass
