"""The flags that say what of a folder is read: build, validate, serve."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clustergraph.cli import cli, exit_codes
from clustergraph.snapshots.snapshot import Snapshot

URL = "https://x.example/context.jsonld"


def run(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with something of every kind."""
    files = {
        "good.ttl": "<http://x.example/a> <http://x.example/b> 1 .",
        "vocab.owl": "@prefix x: <http://x.example/> . x:c x:d x:e .",
        "tests/bad.ttl": "<a> <b> .",
        "iri.nt": "<http://x.example/a> <http://x.example/b> <http://x.example/c d> .\n",
        "in.jsonld": json.dumps({"@context": URL, "name": "x"}),
        "depths.csv": "a,b",
        "contexts/one.json": json.dumps({"@context": {"name": "http://x.example/name"}}),
    }
    for name, text in files.items():
        path = tmp_path / "folder" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "folder"


def flags(folder: Path, *more: object) -> list[object]:
    return ["--exclude", "tests", "--context", f"{URL}={folder / 'contexts/one.json'}", *more]


def test_build_says_what_it_passed_over(folder: Path, tmp_path: Path) -> None:
    done = run("build", folder, "--store", tmp_path / "store", *flags(folder))
    assert done.exit_code == exit_codes.OK, done.output
    assert "1 .csv (depths.csv)" in done.stderr
    assert "1 file is left out by patterns" in done.stderr
    assert "vocab.owl: warning: The ending says RDF/XML, and the file holds Turtle" in done.stderr
    assert "iri.nt:1:43: warning: This is not a valid IRI" in done.stderr
    assert Snapshot.open(Path(done.stdout.split("\t")[1].strip())).manifest["triples"] == 4


def test_all_problems_are_said_at_once(folder: Path) -> None:
    done = run("validate", folder)
    assert done.exit_code == exit_codes.REFUSED
    for place in (
        "in.jsonld:1:14: The JSON-LD context",
        "iri.nt:1:43: warning",
        "tests/bad.ttl:1:",
        "vocab.owl: warning",
    ):
        assert place in done.stdout
    assert "2 violations, 2 warnings" in done.stdout


@pytest.mark.parametrize(
    ("more", "code", "triples"),
    [((), exit_codes.OK, 4), (("--lenient",), exit_codes.OK, 3), (("--include", "*.ttl"), exit_codes.OK, 1)],
)
def test_validate_takes_the_same_flags(folder: Path, more: tuple[str, ...], code: int, triples: int) -> None:
    done = run("validate", folder, "--format", "json", *flags(folder, *more))
    report = json.loads(done.stdout)
    assert (done.exit_code, report["ok"], report["triples"]) == (code, True, triples)


def test_strict_refuses_and_says_everything(folder: Path, tmp_path: Path) -> None:
    done = run("build", folder, "--store", tmp_path / "store", *flags(folder, "--strict"))
    assert done.exit_code == exit_codes.REFUSED
    assert "iri.nt:1:43: This is not a valid IRI" in done.stderr
    assert "vocab.owl: The ending says" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--strict", "--lenient"), "not both"),
        (("--context", "no-file"), "is not an address"),
        (("--context", f"{URL}=nowhere.json"), "is not an address"),
    ],
)
def test_flags_that_make_no_sense_are_refused(folder: Path, words: tuple[str, ...], said: str) -> None:
    for command in ("build", "validate"):
        done = run(command, folder, *words)
        assert done.exit_code == exit_codes.USAGE
        assert said in done.stderr


def test_settings_of_a_folder_with_a_mistake_are_named(folder: Path) -> None:
    (folder / "clustergraph.toml").write_text("includes = []")
    done = run("validate", folder)
    assert done.exit_code == exit_codes.REFUSED
    assert "clustergraph.toml: there is no includes" in done.stderr


def test_with_an_engine_elsewhere_they_say_nothing(folder: Path) -> None:
    for words in (("--include", "*.ttl"), ("--strict",), ("--lenient",), flags(folder)[2:]):
        done = run("serve", "--engine", "https://x.example/sparql", *words)
        assert done.exit_code == exit_codes.USAGE
        assert "nothing is built here" in done.stderr
