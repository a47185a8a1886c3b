"""`clustergraph cite`: citations that are well formed, say the same everywhere, and can be checked."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest
import yaml
from click.testing import CliRunner, Result

import clustergraph
from clustergraph.catalogue import Catalogue
from clustergraph.cli import cli, exit_codes
from clustergraph.cli.cite import FORMATS as OFFERED
from clustergraph.describe.citation import FORMATS, normalised
from clustergraph.engine.embedded import EmbeddedEngine
from clustergraph.engine.remote.describe import as_of
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.query import Query

Run = Callable[..., Result]
TITLE = "ClusterGraph: Germany's internationalised clusters"


@pytest.fixture
def cite(snapshot: Snapshot) -> Run:
    """Run `clustergraph cite` on this repository's own graph."""

    def runs(*words: object, input: str | None = None) -> Result:
        line = ["cite", str(snapshot.path), "--queries", str(published().queries), *map(str, words)]
        return CliRunner().invoke(cli, line, input=input, catch_exceptions=False)

    return runs


def test_every_format_is_offered() -> None:
    assert tuple(FORMATS) == OFFERED


def test_a_snapshot_is_cited_in_a_sentence(cite: Run, snapshot: Snapshot) -> None:
    built = snapshot.manifest["built"]
    assert cite().stdout == (
        f"The ClusterGraph project ({built[:4]}) {TITLE}. Version 0.1.0. Snapshot {snapshot.name}, {built[:10]}. "
        "https://w3id.org/clustergraph/\n"
    )
    german = cite("--language", "de").stdout
    assert "Das Projekt ClusterGraph" in german
    assert f"Schnappschuss {snapshot.name}" in german


def test_bibtex_has_balanced_braces_and_the_snapshots_name(cite: Run, snapshot: Snapshot) -> None:
    entry = cite("--format", "bibtex").stdout
    assert entry.startswith(f"@misc{{snapshot-{snapshot.name},")
    assert entry.count("{") == entry.count("}")
    assert f"title = {{{{{TITLE}}}}}" in entry


def test_csl_json_is_one_dataset(cite: Run, snapshot: Snapshot) -> None:
    (item,) = json.loads(cite("--format", "csl-json").stdout)
    assert item["type"] == "dataset"
    assert item["author"] == [{"literal": "The ClusterGraph project"}]
    assert item["issued"]["date-parts"] == [[int(part) for part in snapshot.manifest["built"][:10].split("-")]]
    assert item["URL"] == "https://w3id.org/clustergraph/"


def test_cff_is_a_citation_file_of_a_dataset(cite: Run, snapshot: Snapshot) -> None:
    file = yaml.safe_load(cite("--format", "cff").stdout)
    assert file["cff-version"] == "1.2.0"
    assert file["type"] == "dataset"
    assert file["license"] == "CC-BY-4.0"
    assert file["authors"] == [{"name": "The ClusterGraph project"}]
    assert file["identifiers"][0] == {"type": "other", "value": snapshot.name, "description": "Name of the snapshot"}
    assert {"message", "title", "date-released"} <= set(file)


def test_ris_has_a_tag_on_every_line(cite: Run) -> None:
    lines = cite("--format", "ris").stdout.splitlines()
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines)
    assert lines[0] == "TY  - DATA"
    assert lines[-1] == "ER  - "


def test_a_canned_query_is_cited_with_digests_that_can_be_checked(cite: Run, engine: Any, catalogue: Catalogue) -> None:
    (item,) = json.loads(cite("--query", "clusters-by-country", "-p", "country=JP", "--format", "csl-json").stdout)
    csv = catalogue.run(engine, "clusters-by-country", {"country": "JP"}, format="csv").body
    assert f"answer SHA-256 {hashlib.sha256(csv).hexdigest()}" in item["note"]
    assert item["URL"] == "https://w3id.org/clustergraph/api/clusters-by-country?country=JP"
    # Japan by another name is the same query, and another address of it.
    (other,) = json.loads(cite("--query", "clusters-by-country", "-p", "country=Japan", "--format", "csl-json").stdout)
    digests = [re.findall(r"SHA-256 ([0-9a-f]{64})", one["note"]) for one in (item, other)]
    assert digests[0] == digests[1]
    assert item["URL"] != other["URL"]
    (fr,) = json.loads(cite("--query", "clusters-by-country", "-p", "country=FR", "--format", "csl-json").stdout)
    assert set(digests[0]).isdisjoint(re.findall(r"SHA-256 ([0-9a-f]{64})", fr["note"]))


def test_a_query_of_ones_own_is_cited_whatever_its_layout(cite: Run, tmp_path: Path) -> None:
    file = tmp_path / "q.rq"
    file.write_text("SELECT ?c { ?c a cg:Cluster }  # all of them\nORDER BY ?c\n")
    by_file = cite("--sparql", file).stdout
    by_input = cite("--sparql", "-", input="SELECT ?c\n{ ?c a cg:Cluster } ORDER BY ?c").stdout
    assert re.findall("SHA-256 [0-9a-f]+", by_file) == re.findall("SHA-256 [0-9a-f]+", by_input)
    address = by_file.split()[-1]
    assert unquote(urlsplit(address).query).removeprefix("query=").replace("+", " ").startswith("SELECT ?c { ?c a cg:")


def test_a_graphs_digest_is_that_of_its_sorted_lines(cite: Run, engine: Any) -> None:
    text = "CONSTRUCT { ?c a cg:Cluster } WHERE { ?c a cg:Cluster }"
    (item,) = json.loads(cite("--sparql", "-", "--format", "csl-json", input=text).stdout)
    lines = sorted(engine.answer(Query(text, format="ntriples")).body.splitlines(keepends=True))
    assert hashlib.sha256(b"".join(lines)).hexdigest() in item["note"]
    assert len(lines) == 32


def test_the_library_says_the_same(cite: Run, kg: clustergraph.KnowledgeGraph) -> None:
    assert f"{kg.cite().text}\n" == cite().stdout
    asked = kg.cite("clusters-by-country", country="JP")
    assert (
        f"{asked.bibtex}\n" == cite("--query", "clusters-by-country", "-p", "country=JP", "--format", "bibtex").stdout
    )
    own = "ASK { ?c a cg:Cluster }"
    assert f"{kg.cite(sparql=own).text}\n" == cite("--sparql", "-", input=own).stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--query", "cluster-by-country"], exit_codes.USAGE, "clusters-by-country"),
        (["--query", "clusters-by-country"], exit_codes.USAGE, "country"),
        (["--query", "clusters-by-country", "-p", "country=Jpan"], exit_codes.USAGE, "Japan"),
        (["-p", "country=JP"], exit_codes.USAGE, "--query"),
        (["--query", "clusters", "--sparql", "-"], exit_codes.USAGE, "not both"),
        (["--sparql", "-"], exit_codes.QUERY, "Line 1"),
        (["--format", "endnote"], exit_codes.USAGE, "bibtex"),
    ],
)
def test_what_cannot_be_cited_is_told(cite: Run, words: list[str], code: int, told: str) -> None:
    done = cite(*words, input="SELECT * { ?s")
    assert done.exit_code == code
    assert told in done.stderr
    assert done.stdout == ""


def test_an_endpoint_without_snapshots_is_cited_by_the_day() -> None:
    manifest = {"base": "https://example.org/", "title": "https://example.org/sparql", "graphs": {}}
    there = as_of(manifest, "https://example.org/sparql", 60, 29_000_000)
    cited = clustergraph.KnowledgeGraph(EmbeddedEngine(there, store=ox.Store())).cite(sparql="ASK {}", language="de")
    assert cited.accessed == there.manifest["built"][:10]
    assert f"Abgerufen {cited.accessed}. Abfrage" in cited.text
    for written in (cited.text, cited.bibtex, cited.csl_json, cited.cff, cited.ris):
        assert there.name not in written
        assert "napshot" not in written
    assert f"urldate = {{{cited.accessed}}}" in cited.bibtex
    assert json.loads(cited.csl_json)[0]["accessed"]["date-parts"] == [list(map(int, cited.accessed.split("-")))]
    assert f"Y2  - {cited.accessed.replace('-', '/')}" in cited.ris


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"query": "clusters", "sparql": "ASK {}"}, "not both"),
        ({"country": "JP"}, "country: parameters are for a canned query"),
        ({"language": "fr"}, "en or de, not in 'fr'"),
    ],
)
def test_what_the_library_cannot_cite_is_told(
    kg: clustergraph.KnowledgeGraph, words: dict[str, str], told: str
) -> None:
    name = (words["query"],) if "query" in words else ()
    with pytest.raises(ValueError, match=told):
        kg.cite(*name, **{key: value for key, value in words.items() if key != "query"})


def test_strings_keep_their_blanks_where_layout_does_not_count() -> None:
    assert (
        normalised("ASK{?s ?p 'a  b'}") == normalised("ASK {\n ?s ?p 'a  b' } # why") != normalised("ASK {?s ?p 'a b'}")
    )
