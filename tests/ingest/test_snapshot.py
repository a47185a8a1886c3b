"""Names, what is built again and what not, and that nobody ever sees half a snapshot."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, serialize

from clustergraph.ingest import BuildError, Built, build
from clustergraph.ingest.digest import content_digest
from clustergraph.ingest.parse import Parser
from clustergraph.ingest.snapshot_writer import new_snapshot, store_lock
from clustergraph.ingest.sources import discover
from clustergraph.progress import Silent
from clustergraph.snapshots.snapshot import Snapshot, current, every
from clustergraph.snapshots.source_folder import Folder
from clustergraph.snapshots.statements import Statements

Write = Callable[[str, str], Path]
Lines = Callable[..., set[str]]


@pytest.fixture
def folder(tmp_path: Path, write: Write) -> Folder:
    write("ontology/o.ttl", "ex:Dog rdfs:subClassOf ex:Animal .")
    write("data/a.ttl", 'ex:rex a ex:Dog ; ex:age 007 ; ex:home [ ex:city "Köln" ] .')
    return Folder(tmp_path / "input")


def recipe(snapshot: Snapshot) -> str:
    """What `export --format nquads | LC_ALL=C sort | sha256sum` gives."""
    statements = Statements.open(snapshot.store)
    quads = [quad for iri in snapshot.graphs for quad in statements.quads(NamedNode(iri))]
    data = serialize(quads, format=RdfFormat.N_QUADS)
    assert data is not None
    return hashlib.sha256(b"".join(sorted(data.splitlines(keepends=True)))).hexdigest()


def hidden(store: Path) -> list[str]:
    return [path.name for path in store.rglob(".*") if path.name != ".lock"]


def test_the_name_can_be_verified_by_sort_and_sha256(tmp_path: Path, folder: Folder) -> None:
    snapshot = build(folder, store=tmp_path / "store").snapshot
    assert snapshot.path is not None
    assert snapshot.manifest["sha256"] == recipe(snapshot)
    assert snapshot.name == snapshot.path.name == recipe(snapshot)[:16]


@pytest.mark.parametrize("run", [1, 3, 1000])
def test_sorting_through_files_gives_the_same_name(tmp_path: Path, folder: Folder, run: int) -> None:
    snapshot = build(folder, store=tmp_path / "store").snapshot
    assert content_digest(Statements.open(snapshot.store), tmp_path, run=run) == snapshot.manifest["sha256"]


def test_the_same_input_elsewhere_has_the_same_name(tmp_path: Path, folder: Folder) -> None:
    shutil.copytree(folder.root, tmp_path / "copy")
    first = build(folder, store=tmp_path / "one")
    second = build(Folder(tmp_path / "copy"), store=tmp_path / "two")
    assert first.snapshot.name == second.snapshot.name
    assert not second.unchanged
    files = sorted((tmp_path / "copy/data").iterdir())
    again = build(files, store=tmp_path / "three").snapshot
    assert again.name == build(sorted(folder.data.iterdir()), store=tmp_path / "four").snapshot.name


def test_unchanged_input_is_not_built_twice(tmp_path: Path, folder: Folder) -> None:
    store = tmp_path / "store"
    first = build(folder, store=store)
    again = build(folder, store=store)
    assert (first.unchanged, again.unchanged) == (False, True)
    assert first.snapshot == again.snapshot
    forced = build(folder, store=store, force=True)
    assert not forced.unchanged
    assert forced.snapshot.name == first.snapshot.name
    assert len(every(store)) == 1


def test_changed_input_has_a_new_name_and_going_back_finds_the_old_one(
    tmp_path: Path, folder: Folder, write: Write
) -> None:
    store = tmp_path / "store"
    first = build(folder, store=store)
    text = (folder.data / "a.ttl").read_text(encoding="utf-8")
    write("data/b.ttl", "ex:pongo a ex:Dog .")
    second = build(folder, store=store)
    assert second.snapshot.name != first.snapshot.name
    assert current(store).name == second.snapshot.name
    (folder.data / "b.ttl").unlink()
    assert (folder.data / "a.ttl").read_text(encoding="utf-8") == text
    third = build(folder, store=store)
    assert third.unchanged
    assert current(store).name == first.snapshot.name


def test_other_files_with_the_same_content_share_the_snapshot(tmp_path: Path, folder: Folder) -> None:
    store = tmp_path / "store"
    first = build(folder, store=store)
    text = (folder.data / "a.ttl").read_text(encoding="utf-8")
    (folder.data / "a.ttl").write_text("# The dogs\n" + text, encoding="utf-8")
    second = build(folder, store=store)
    assert not second.unchanged
    assert second.snapshot.name == first.snapshot.name
    assert build(folder, store=store).unchanged
    assert recipe(second.snapshot) == second.snapshot.manifest["sha256"]


class Editing(Silent):
    """Writes a file anew as soon as the files are about to be loaded."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text

    def start(self, step: str, total: int | None = None) -> None:
        super().start(step, total)
        if step == "load":
            self.path.write_text(self.text, encoding="utf-8")


def test_a_file_that_is_edited_while_a_build_runs_is_what_was_parsed(
    tmp_path: Path, folder: Folder, write: Write, lines: Lines
) -> None:
    store, path = tmp_path / "store", write("data/b.ttl", "ex:old a ex:Dog .")
    before = path.read_text(encoding="utf-8")
    after = before.replace("ex:old", "ex:new")
    edited = build(folder, store=store, progress=Editing(path, after)).snapshot
    assert any("e.org/new" in line for line in lines(edited, "b"))
    (state,) = (source for source in edited.manifest["sources"] if source["path"] == "data/b.ttl")
    assert state["sha256"] == hashlib.sha256(after.encode()).hexdigest()
    assert build(folder, store=store).unchanged
    path.write_text(before, encoding="utf-8")
    reverted = build(folder, store=store)
    assert not reverted.unchanged
    assert any("e.org/old" in line for line in lines(reverted.snapshot, "b"))


def test_a_description_that_is_edited_while_a_build_runs_stops_it(tmp_path: Path, write: Write) -> None:
    # It is read for the base IRI first, and then with the others.
    dataset = '<https://d.org/> a void:Dataset ; void:uriSpace "https://d.org/" .'
    path = write("data/dataset.ttl", dataset)
    changed = path.read_text(encoding="utf-8").replace('"https://d.org/"', '"https://other.org/"')
    with pytest.raises(BuildError, match=r"data/dataset\.ttl: The file changed while the build read it"):
        build(Folder(tmp_path / "input"), store=tmp_path / "store", progress=Editing(path, changed))


def test_a_file_that_grows_while_it_is_read_is_refused(write: Write) -> None:
    path = write("a.nt", "<http://e.org/s> <http://e.org/p> <http://e.org/o> .\n")
    (source,) = discover([path]).sources
    quads = iter(Parser(source, "http://e.org/", NamedNode("http://e.org/g")))
    next(quads)
    with path.open("a", encoding="utf-8") as file:
        file.write("<http://e.org/s> <http://e.org/p> <http://e.org/more> .\n")
    with pytest.raises(BuildError, match="changed while it was being read"):
        list(quads)


def test_the_manifest_says_what_is_in_it(tmp_path: Path, folder: Folder) -> None:
    manifest = build(folder, store=tmp_path / "store").snapshot.manifest
    assert manifest["title"] == "input"
    assert manifest["triples"] == sum(manifest["graphs"].values()) == 6
    assert manifest["classes"] == {"http://e.org/Animal": 1, "http://e.org/Dog": 1}
    files = {file["path"]: file["triples"] for file in manifest["sources"]}
    assert files == {"ontology/o.ttl": 1, "data/a.ttl": 4}
    data = folder.data / "a.ttl"
    assert manifest["sources"][1]["sha256"] == hashlib.sha256(data.read_bytes()).hexdigest()
    assert manifest["sources"][1]["bytes"] == data.stat().st_size
    assert manifest["validated"] is None
    assert not any(str(tmp_path) in str(value) for value in manifest.values())


def test_a_failed_build_leaves_nothing_behind(tmp_path: Path, folder: Folder, write: Write) -> None:
    store = tmp_path / "store"
    before = build(folder, store=store).snapshot
    write("data/b.ttl", "ex:broken")
    with pytest.raises(BuildError, match=r"data/b\.ttl:9:"):
        build(folder, store=store)
    assert current(store) == before
    assert hidden(store) == []
    assert len(list((store / "snapshots").iterdir())) == 1


class Noting(Silent):
    """Notes the steps and how many triples each went through."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int | None]] = []
        self.counts: list[int] = []
        self.notes: list[str] = []

    def start(self, step: str, total: int | None = None) -> None:
        self.steps.append((step, total))
        self.counts.append(0)

    def advance(self, count: int) -> None:
        self.counts[-1] += count

    def done(self, note: str = "") -> None:
        self.notes.append(note)


def test_progress_is_told_step_by_step(tmp_path: Path, folder: Folder, write: Write) -> None:
    write("ontology/shapes.ttl", "ex:DogShape a sh:NodeShape ; sh:targetClass ex:Dog .")
    progress = Noting()
    snapshot = build(folder, store=tmp_path / "store", progress=progress).snapshot
    assert progress.steps == [("load", None), ("reason", None), ("validate", None), ("write", 6)]
    assert progress.counts == [5, 0, 0, 6]
    assert progress.notes == [
        "5 triples from 2 files",
        "1 triples inferred",
        "conforms",
        f"snapshot {snapshot.name}",
    ]


def test_a_file_without_triples_is_a_warning(tmp_path: Path, folder: Folder, write: Write) -> None:
    write("data/notes.jsonld", '{"title": "JSON, but no JSON-LD"}')
    (warning,) = build(folder, store=tmp_path / "store").warnings
    assert (warning.file, warning.severity) == ("data/notes.jsonld", "warning")


class Interrupting(Silent):
    """Presses Ctrl-C as soon as a given step begins."""

    def __init__(self, step: str) -> None:
        self.step = step

    def start(self, step: str, total: int | None = None) -> None:
        super().start(step, total)
        if step == self.step:
            raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["load", "reason", "write"])
def test_an_interrupted_build_leaves_nothing_behind(tmp_path: Path, folder: Folder, step: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        build(folder, store=tmp_path / "store", progress=Interrupting(step))
    assert hidden(tmp_path / "store") == []
    assert not (tmp_path / "store/current").exists()
    assert not build(folder, store=tmp_path / "store").unchanged


def test_what_a_killed_build_left_is_cleared_and_never_seen(tmp_path: Path, folder: Folder) -> None:
    store = tmp_path / "store"
    build(folder, store=store)
    dead = store / "snapshots/.building-dead"
    shutil.copytree(current(store).store.parent, dead)
    (store / ".current-dead").symlink_to("snapshots/gone")
    assert len(every(store)) == 1
    build(folder, store=store)
    assert hidden(store) == []


def test_two_builds_at_once_do_not_hurt_each_other(tmp_path: Path, folder: Folder, write: Write) -> None:
    store = tmp_path / "store"
    other = [write(f"more/{name}.ttl", f"ex:{name} a ex:Cat .") for name in ("x", "y", "z")]
    results: list[Built] = []
    inputs: list[Folder | list[Path]] = [folder, other, folder, other]
    threads = [threading.Thread(target=lambda each=each: results.append(build(each, store=store))) for each in inputs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(built.unchanged for built in results) == [False, False, True, True]
    assert len(every(store)) == 2
    assert all(recipe(snapshot) == snapshot.manifest["sha256"] for snapshot in every(store))
    assert hidden(store) == []


def test_the_second_writer_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with store_lock(tmp_path):
            order.append("second")

    with store_lock(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.1)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_readers_of_the_old_snapshot_are_not_disturbed(tmp_path: Path, folder: Folder, write: Write) -> None:
    store = tmp_path / "store"
    first = build(folder, store=store).snapshot
    reader = Store.read_only(str(first.store))
    before = set(reader)
    write("data/b.ttl", "ex:pongo a ex:Dog .")
    build(folder, store=store)
    assert set(reader) == before


def test_a_draft_that_fails_is_gone(tmp_path: Path) -> None:
    def fail() -> None:
        with store_lock(tmp_path), new_snapshot(tmp_path) as draft:
            node = NamedNode("http://e.org/x")
            draft.store.add(Quad(node, node, node))
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        fail()
    assert hidden(tmp_path) == []


def test_a_store_folder_that_cannot_be_written_is_an_error(tmp_path: Path, folder: Folder) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(BuildError, match="cannot be written"):
        build(folder, store=tmp_path / "file")
