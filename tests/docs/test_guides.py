"""Every path that the guides for developers name is there, and every room of the package is on the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/clustergraph"
GUIDES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "README.md")
_PATH = re.compile(r"`([\w./-]*(?:/|\.(?:py|md|html|json|ttl)))`|\]\(([^)#:]+)(?:#[^)]*)?\)")


def paths(guide: str) -> list[str]:
    """The paths that a guide names in backticks or links to."""
    text = re.sub(r"```.*?```", "", (ROOT / guide).read_text(encoding="utf-8"), flags=re.DOTALL)
    return [named or linked for named, linked in _PATH.findall(text)]


@pytest.mark.parametrize("guide", GUIDES)
def test_every_path_in_a_guide_is_there(guide: str) -> None:
    missing = [path for path in paths(guide) if not any((place / path).exists() for place in (ROOT, PACKAGE))]
    assert [path for path in missing if path != "/id/"] == []


def test_every_room_is_on_the_map() -> None:
    rooms = {path.parent.relative_to(PACKAGE).as_posix() + "/" for path in PACKAGE.rglob("*.py")} - {"./"}
    assert rooms - set(paths("ARCHITECTURE.md")) == set()
