"""The documentation says what is so: generated pages are current, nothing is left out, links lead on, examples run."""

from __future__ import annotations

import gzip
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from clustergraph.catalogue.model import VIEWS
from clustergraph.catalogue.query_file_parser import KEYS, PARAMETER_KEYS
from clustergraph.catalogue.variables import TYPES
from clustergraph.cli import COMMANDS, exit_codes
from clustergraph.rdf.formats import FORMATS
from clustergraph.settings import Settings
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.source_folder import published
from clustergraph.web.app import create_app
from clustergraph.web.http.headers import EXPOSED
from clustergraph.web.http.problem import KINDS
from clustergraph.web.service import Service, open_service
from support import docs_blocks, docs_examples

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "README.md", *DOCS.rglob("*.md")))


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    """`docs/generate.py`, which is no part of a package."""
    found = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def service(store: Path, snapshot: Snapshot) -> Iterator[Service]:
    assert snapshot.manifest["name"]
    service = open_service(Settings(store=store, queries=published().queries, log="off"))
    yield service
    service.engine.close()


# ------------------------------------------------------------------------------------------------ generated pages


@pytest.mark.parametrize("name", ["commands.md", "settings.md", "queries.md", "errors.md", "model.md", "engine.md"])
def test_a_generated_page_is_current(generator: ModuleType, name: str) -> None:
    assert text(f"docs/reference/{name}") == generator.PAGES[name](), "run `make docs`"


def test_every_generated_page_is_tested(generator: ModuleType) -> None:
    assert set(generator.PAGES) == {"commands.md", "settings.md", "queries.md", "errors.md", "model.md", "engine.md"}


def test_no_default_of_this_machine_is_told(generator: ModuleType) -> None:
    assert {name for name, field in Settings.model_fields.items() if field.default_factory} == set(generator.COMPUTED)


# ------------------------------------------------------------------------------------------------ nothing left out


def test_every_command_and_exit_code_is_documented() -> None:
    page = text("docs/reference/commands.md")
    assert [name for name in COMMANDS if f"\n## {name}\n" not in page] == []
    assert [code for code in exit_codes.MEANINGS if f"\n| {code} |" not in page] == []


def test_every_setting_is_documented() -> None:
    page = text("docs/reference/settings.md")
    assert [name for name in Settings.model_fields if f"`CLUSTERGRAPH_{name.upper()}`" not in page] == []


def test_every_canned_query_is_documented(catalogue: Any) -> None:
    page = text("docs/reference/queries.md")
    assert [name for name in catalogue.names if f"\n## {name}\n" not in page] == []


def test_every_kind_of_error_is_documented() -> None:
    page = text("docs/reference/errors.md")
    assert [slug for slug, kind in KINDS.items() if f"| `{slug}` | {kind.status} |" not in page] == []


def test_every_endpoint_is_documented_with_its_methods(service: Service) -> None:
    page = text("docs/reference/http.md")
    missing = []
    for rule in create_app(service).url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        methods = ", ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        if f"| `{path}` | {methods} |" not in page:
            missing.append((path, methods))
    assert missing == []


def test_every_format_and_header_is_documented() -> None:
    page = text("docs/reference/http.md")
    assert [
        form.name for form in FORMATS if f"| `{form.name}` | `{form.media_type}` | `.{form.extension}` |" not in page
    ] == []
    assert [name for name in EXPOSED if f"| `{name}` |" not in page] == []
    statuses = {str(kind.status) for kind in KINDS.values()}
    assert [status for status in sorted(statuses) if f"| {status} |" not in page] == []


def test_everything_in_the_header_of_a_canned_query_is_documented() -> None:
    page = text("docs/how-to/serve-your-own-graph.md")
    assert [word for word in (*KEYS, *PARAMETER_KEYS, *TYPES, *VIEWS) if f"`{word}`" not in page] == []


def test_every_field_of_the_manifest_is_documented(snapshot: Snapshot) -> None:
    page = text("docs/reference/snapshot.md")
    assert [name for name in snapshot.manifest if f"| `{name}` |" not in page] == []
    told = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert told <= {*snapshot.manifest, *snapshot.manifest["sources"][0]}


def test_every_metric_is_documented(service: Service) -> None:
    page = text("docs/how-to/run-in-public.md")
    told = create_app(service).test_client().get("/metrics").get_data(as_text=True)
    names = set(re.findall(r"^# HELP (\S+)", told, re.MULTILINE))
    assert len(names) > 5
    assert sorted(name for name in names if not name.endswith("_created") and f"`{name}`" not in page) == []


def test_every_named_graph_is_documented(snapshot: Snapshot) -> None:
    page = text("docs/reference/model.md")
    names = [iri.removeprefix(f"{snapshot.base}graph/") for iri in snapshot.graphs]
    assert [name for name in names if f"| `{name}` |" not in page] == []


def test_the_index_leads_to_every_page() -> None:
    led = {(DOCS / link).resolve() for link in docs_examples.links(text("docs/index.md"))}
    decisions = set((DOCS / "explanation/decisions").glob("*.md"))
    assert [path for path in sorted({*DOCS.rglob("*.md")} - decisions - {DOCS / "index.md"}) if path not in led] == []
    told = docs_examples.links(text("docs/explanation/design.md"))
    assert [path.name for path in sorted(decisions) if f"decisions/{path.name}" not in told] == []


# ---------------------------------------------------------------------------------------------------- links


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    nowhere = []
    for link in docs_examples.links(text(page)):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (ROOT / page).parent / target if target else ROOT / page
        if not path.exists() or (anchor and anchor not in docs_examples.anchors(path.read_text(encoding="utf-8"))):
            nowhere.append(link)
    assert nowhere == []


# ---------------------------------------------------------------------------------------------------- examples


@pytest.fixture(scope="module")
def environment(users_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What programs are given: the stand-in for `clustergraph`, and nothing of the user's own settings."""
    programs = tmp_path_factory.mktemp("programs") / "bin"
    docs_examples.stand_in(programs)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLUSTERGRAPH_", "XDG_"))}
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PATH": path, "XDG_CACHE_HOME": str(users_cache), "PYTHONWARNINGS": "error"}


@pytest.fixture(scope="module")
def port(snapshot: Snapshot, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a service with the published graph answers."""
    port, folder = free_port(), tmp_path_factory.mktemp("service")
    given = {**environment, "DOCS_PORT": str(port), "DOCS_FOLDER": str(folder)}
    subprocess.run(["clustergraph", "serve", str(snapshot.path), "--log", "off"], env=given, check=True)
    yield port
    docs_examples.end(folder)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def session(
    port: int,
    environment: dict[str, str],
    users_cache: Path,
    example: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[docs_examples.Session]:
    """A scratch folder with the files that examples name."""
    folder = tmp_path / "reader"
    for part in ("ontology", "data", "queries"):
        shutil.copytree(published().root / part, folder / "clustergraph" / part)
    # What `make serve` leaves: an environment to activate.
    venv.create(folder / ".venv", symlinks=True)
    shutil.copytree(example, folder / "my-folder")
    shutil.copy(example / "data/people.ttl", folder)
    (folder / "my.ttl").write_text("<a> <http://xmlns.com/foaf/0.1/knows> <b> .\n")
    (folder / "other.nq").write_text('<urn:a> <http://xmlns.com/foaf/0.1/name> "A" <urn:graph> .\n')
    (folder / "places.nq.gz").write_bytes(gzip.compress(b'<urn:p> <http://xmlns.com/foaf/0.1/name> "P" .\n'))
    (folder / "query.rq").write_text("SELECT ?s { ?s ?p ?o } LIMIT 1\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(users_cache))
    monkeypatch.chdir(folder)
    given = {**environment, "DOCS_PORT": str(free_port()), "DOCS_FOLDER": str(folder)}
    yield docs_examples.Session(folder, port, given)
    docs_examples.end(folder)


WITH_EXAMPLES = [page for page in PAGES if docs_examples.blocks(text(page))]
WITH_NGINX = [page for page in PAGES if "nginx" in {one.language for one in docs_examples.blocks(text(page))}]


@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_the_examples_of_a_page_run(
    page: str, session: docs_examples.Session, needs: Callable[[str, str], None]
) -> None:
    found = docs_examples.blocks(text(page))
    if any("curl " in one.text for one in found if one.language == "sh"):
        needs("curl", "curl")
    session.read(page, found)


@pytest.mark.parametrize("page", WITH_NGINX)
def test_nginx_takes_the_configurations_of_a_page(page: str, tmp_path: Path, needs: Callable[[str, str], None]) -> None:
    needs("nginx", "nginx")
    needs("openssl", "openssl")
    for one in docs_examples.blocks(text(page)):
        if one.language == "nginx":
            docs_blocks.check_nginx(one.text, tmp_path)


@pytest.mark.parametrize(
    ("language", "block", "said"),
    [
        ("json", "{'a': 1}", "this is not json"),
        ("toml", "a = ", "this is not toml"),
        ("yaml", "a: [", "this is not yaml"),
        ("xml", "<a>", "this is not xml"),
        ("turtle", "<a> b <c> .", "this is not turtle"),
        ("", "anything", "a block without a language"),
        ("cobol", "STOP RUN.", "no test reads cobol"),
        ("sparql", "SELECT ?s { ?s ?p }", "refuses this query"),
        ("sparql", "# q.rq\n#+ summary: [\nSELECT ?s { ?s ?p ?o }", "q.rq"),
        ("sparql", "# q.rq\nSELECT ?s {", "q.rq"),
    ],
)
def test_a_block_that_is_not_what_it_says_is_told(
    language: str, block: str, said: str, session: docs_examples.Session
) -> None:
    with pytest.raises(docs_examples.Untrue, match=f"page.md, line 4: .*{said}"):
        session.read("page.md", docs_examples.blocks(f"A page.\n\n```{language}\n{block}\n```\n"))


@pytest.mark.parametrize("page", PAGES)
def test_no_example_escapes_by_being_indented(page: str) -> None:
    prose = docs_examples.prose(text(page))
    assert re.findall(r"^ {4,}(?:curl|clustergraph|make|pip|python|docker|git) .*", prose, re.MULTILINE) == []


def test_a_missing_program_skips_a_test_but_not_in_ci(
    needs: Callable[[str, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs("sh", "dash")
    monkeypatch.delenv("CLUSTERGRAPH_TESTS_MUST_NOT_SKIP", raising=False)
    with pytest.raises(pytest.skip.Exception, match="install the package nowhere"):
        needs("no-such-program", "nowhere")
    monkeypatch.setenv("CLUSTERGRAPH_TESTS_MUST_NOT_SKIP", "1")
    with pytest.raises(pytest.fail.Exception, match="install the package nowhere"):
        needs("no-such-program", "nowhere")


def test_few_examples_are_not_run() -> None:
    left = [
        (page, one.mark) for page in PAGES for one in docs_examples.blocks(text(page)) if one.mark.startswith("not")
    ]
    assert len(left) <= 8, left


def test_no_person_is_named_outside_the_graphs_that_can_be_left_out(kg: Any) -> None:
    """What `docs/how-to/leave-out-personal-data.md` promises of the published graph."""
    base = kg.snapshot.base
    personal = {f"{base}graph/{name}" for name in ("people", "contact-details")}
    rows = kg.sparql("SELECT DISTINCT ?name { ?person a foaf:Person ; foaf:familyName ?name }")
    names = re.compile(rf"\b({'|'.join(re.escape(row.name) for row in rows)})\b")
    assert len(rows) > 20
    told = []
    for iri in kg.snapshot.graphs:
        if iri in personal or iri.endswith("/inferred"):
            continue
        told += [(iri, str(term)) for triple in kg.graph(iri) for term in triple if names.search(str(term))]
    assert told == []
