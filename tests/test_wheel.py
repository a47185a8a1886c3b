"""The wheel works by itself: built, installed elsewhere, asked from a folder that knows nothing of this repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import bundled_folder, published

ROOT = Path(__file__).parents[1]
SHIPPED = bundled_folder().relative_to(ROOT)
PATIENCE = 300
"""Seconds after which a step counts as one that hangs; one of them builds the whole graph."""

ASK = """
import json, clustergraph
from importlib import metadata
from clustergraph.snapshots.source_folder import published

kg = clustergraph.open()
rows = kg.query("clusters-by-country", country="JP", phase="implementation")
print(json.dumps({
    "file": clustergraph.__file__,
    "published": str(published().root),
    "version": clustergraph.__version__,
    "distributions": metadata.packages_distributions()["clustergraph"],
    "rows": [row.clusterLabel for row in rows],
    "built": kg.snapshot.manifest["built"],
}))
"""


STRANGER = re.compile(r"\binstall\b.*[\s'\"]clustergraph(?![\w-])|\bclustergraph\[[a-z]")
"""An installation of the distribution `clustergraph`, which is another project's on the package index."""


def test_nothing_tells_anybody_to_install_the_distribution_of_another_project() -> None:
    assert STRANGER.search("pip install clustergraph")
    assert STRANGER.search("needed: pip install 'clustergraph[mcp]'")
    parts = [ROOT / part for part in ("src", "docs", "bench", "queries", "frontend/src")]
    files = [*(path for part in parts for path in part.rglob("*")), *ROOT.iterdir()]
    kinds = {".py", ".md", ".ipynb", ".toml", ".cff", ".html", ".json", ".ts", ".rq", ".yml", ".txt", ""}
    wrong = [
        f"{path}: {line}"
        for path in files
        if path.is_file() and path.suffix in kinds
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if STRANGER.search(line)
    ]
    assert wrong == []


@pytest.fixture(scope="module")
def tree(snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel is made of, with the snapshot in its place, as `make wheel` puts it there."""
    tree = tmp_path_factory.mktemp("tree")
    for part in ("src", "ontology", "data", "queries"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__", "shipped", "*.egg-info"))
    for name in (".gitignore", "pyproject.toml", "README.md", "LICENSE", "LICENSE-DATA"):
        shutil.copy(ROOT / name, tree)
    shutil.copytree(snapshot.store.parent, tree / SHIPPED, ignore=shutil.ignore_patterns("downloads"))
    return tree


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(["-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(tree)], folder, dict(os.environ))
    (found,) = folder.glob("clustergraph_kg-*.whl")
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


def test_the_wheel_holds_the_graph_and_the_pages_and_no_tests(wheel: Path, tree: Path) -> None:
    names = set(ZipFile(wheel).namelist())
    parts = {
        **{part: f"clustergraph/published/{part}" for part in ("ontology", "data", "queries")},
        "src/clustergraph": "clustergraph",
    }
    wanted = {
        f"{inside}/{path.relative_to(tree / part).as_posix()}"
        for part, inside in parts.items()
        for path in (tree / part).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert sorted(wanted - names) == []
    assert {"clustergraph/py.typed", "clustergraph/published/data/clusters/optonet.ttl"} <= names
    assert any(name.startswith("clustergraph/web/templates/") for name in names)
    assert any(name.startswith("clustergraph/web/static/") for name in names)
    strangers = {name.split("/")[0] for name in names if not name.startswith("clustergraph/")}
    assert [name for name in strangers if not name.endswith(".dist-info")] == []
    assert [name for name in names if "test" in name.rpartition("/")[2] or name.endswith(".pyc")] == []


def test_the_wheel_answers_elsewhere_at_once(environment: dict[str, str], elsewhere: Path, snapshot: Snapshot) -> None:
    said = json.loads(run(["-c", ASK], elsewhere, environment))
    target = Path(environment["PYTHONPATH"])
    assert Path(said["file"]).is_relative_to(target)
    assert Path(said["published"]).is_relative_to(target)
    assert not published().root.is_relative_to(target)
    assert said["distributions"][0] == "clustergraph-kg"
    assert len(said["rows"]) == 6
    assert "OptoNet" in said["rows"]
    assert said["built"] == snapshot.manifest["built"], "it was built again, though the wheel has it"


def test_a_changed_file_of_the_wheel_is_built_anew(
    environment: dict[str, str], elsewhere: Path, tmp_path: Path, snapshot: Snapshot
) -> None:
    target = tmp_path / "target"
    shutil.copytree(environment["PYTHONPATH"], target)
    with (target / "clustergraph/published/data/places.ttl").open("a") as file:
        file.write("# a comment\n")
    said = json.loads(run(["-c", ASK], elsewhere, {**environment, "PYTHONPATH": str(target)}))
    assert len(said["rows"]) == 6
    assert said["built"] != snapshot.manifest["built"]


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
