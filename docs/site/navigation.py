"""Makes the navigation of the site out of the page that leads to all others, `docs/index.md`, so that it is said once.

MkDocs runs this as a hook. A heading of the index is a section, and what it links to are the pages of the section. A
page that only the words before the first heading link to comes before the sections. The decisions are listed in
`explanation/design.md`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

INDEX = "index.md"
DESIGN = "explanation/design.md"
DECISIONS = re.compile(r"decisions/\S+\.md")
_LINK = re.compile(r"\]\(([^)#:\s]+\.(?:md|ipynb))\)")
_SECTION = re.compile(r"^## (.+)$", re.MULTILINE)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give MkDocs the navigation."""
    config.nav = navigation(Path(config.docs_dir))
    return config


def navigation(docs: Path) -> list[Any]:
    """The navigation, in the form that `nav` has in `mkdocs.yml`."""
    first, *rest = _SECTION.split((docs / INDEX).read_text(encoding="utf-8"))
    later = _pages("".join(rest[1::2]))
    nav: list[Any] = [{"Home": INDEX}, *(page for page in _pages(first) if page not in later)]
    for title, body in zip(rest[::2], rest[1::2], strict=True):
        pages: list[Any] = _pages(body)
        if DESIGN in pages:
            pages.append({"Decisions": _decisions(docs)})
        nav.append({title: pages})
    return nav


def _pages(text: str) -> list[str]:
    # A notebook is shown as the page that notebooks.py makes of it.
    return list(dict.fromkeys(re.sub(r"\.ipynb$", ".md", link) for link in _LINK.findall(text)))


def _decisions(docs: Path) -> list[str]:
    links = _LINK.findall((docs / DESIGN).read_text(encoding="utf-8"))
    return [f"explanation/{link}" for link in links if DECISIONS.fullmatch(link)]
