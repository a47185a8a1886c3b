"""The wheel works by itself: built, installed elsewhere, asked from a folder that knows nothing of this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from clustergraph.folder import published

ROOT = Path(__file__).parents[1]
PATIENCE = 300
"""Seconds after which a step counts as one that hangs; one of them builds the whole graph."""

ASK = """
import json, clustergraph
from clustergraph.folder import published

kg = clustergraph.open()
rows = kg.query("clusters-by-country", country="JP", phase="implementation")
print(json.dumps({
    "file": clustergraph.__file__,
    "published": str(published().root),
    "version": clustergraph.__version__,
    "rows": [row.clusterLabel for row in rows],
}))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)], folder, dict(os.environ))
    (found,) = folder.glob("clustergraph-*.whl")
    return found


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere")


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which Python finds the wheel's package before this repository's."""
    target = tmp_path_factory.mktemp("target")
    install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    run([*install, "--target", str(target), str(wheel)], target, dict(os.environ))
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLUSTERGRAPH_")}
    cache = tmp_path_factory.mktemp("cache")
    return {**kept, "PYTHONPATH": str(target), "XDG_CACHE_HOME": str(cache), "PYTHONWARNINGS": "error"}


def run(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_wheel_holds_the_graph_and_the_pages_and_no_tests(wheel: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    parts = {
        **{part: f"clustergraph/published/{part}" for part in ("ontology", "data", "queries")},
        "src/clustergraph": "clustergraph",
    }
    wanted = {
        f"{inside}/{path.relative_to(ROOT / part).as_posix()}"
        for part, inside in parts.items()
        for path in (ROOT / part).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert sorted(wanted - names) == []
    assert {"clustergraph/py.typed", "clustergraph/published/data/clusters/optonet.ttl"} <= names
    assert any(name.startswith("clustergraph/web/templates/") for name in names)
    assert any(name.startswith("clustergraph/web/static/") for name in names)
    strangers = {name.split("/")[0] for name in names if not name.startswith("clustergraph/")}
    assert [name for name in strangers if not name.endswith(".dist-info")] == []
    assert [name for name in names if "test" in name.rpartition("/")[2] or name.endswith(".pyc")] == []


def test_the_wheel_answers_elsewhere(environment: dict[str, str], elsewhere: Path) -> None:
    said = json.loads(run(["-c", ASK], elsewhere, environment))
    target = Path(environment["PYTHONPATH"])
    assert Path(said["file"]).is_relative_to(target)
    assert Path(said["published"]).is_relative_to(target)
    assert not published().root.is_relative_to(target)
    assert len(said["rows"]) == 6
    assert "OptoNet" in said["rows"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["queries"], "clusters-by-country\tcountry* phase\t"),
        (["info"], "base\t\thttps://w3id.org/clustergraph/"),
        (["export", "--graph", "places"], "country:JP a cg:Country"),
    ],
)
def test_the_wheels_commands_work_elsewhere(
    words: list[str], wanted: str, environment: dict[str, str], elsewhere: Path
) -> None:
    run(["-c", ASK], elsewhere, environment)  # builds, if nothing did so before
    assert wanted in run(["-m", "clustergraph", *words], elsewhere, environment)
