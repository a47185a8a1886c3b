"""Folders as people have them: checkouts, links, files that are no RDF, endings that are wrong."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from clustergraph.catalogue import Catalogue
from clustergraph.ingest import BuildError, build, validate
from clustergraph.ingest.open_snapshot import find_source
from clustergraph.ingest.sources import Input, discover
from clustergraph.snapshots.folder_files import matches
from clustergraph.snapshots.source_folder import Folder, FolderSettingsError

TURTLE = "@prefix e: <http://ex.example/> .\ne:a e:n 'x' .\n"
NT = "<http://ex.example/a> <http://ex.example/n> 'x' .\n".replace("'", '"')
RDF_XML = """<?xml version="1.0"{}?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://ex.example/">
<rdf:Description rdf:about="http://ex.example/a"><e:n>{}</e:n></rdf:Description></rdf:RDF>"""
JSON_LD = '{"@context": {"@vocab": "http://ex.example/"}, "@id": "http://ex.example/a", "n": "x"}'
OWL_XML = """<?xml version="1.0"?>
<Ontology xmlns="http://www.w3.org/2002/07/owl#" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 ontologyIRI="http://ex.example/o"><Declaration><Class IRI="#Mill"/></Declaration></Ontology>"""


@pytest.fixture
def add(tmp_path: Path) -> Callable[..., Path]:
    """Write a file below the folder `input`; gives the folder."""

    def write(name: str, content: str | bytes = TURTLE) -> Path:
        path = tmp_path / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return tmp_path / "input"

    return write


Add = Callable[..., Path]


def names(found: Input) -> list[str]:
    return [source.name for source in found.sources]


def notes(found: Input) -> str:
    return "\n".join(map(str, found.problems))


def test_a_checkout_is_read_at_any_depth_and_what_is_no_rdf_is_counted_by_name(add: Add) -> None:
    for name in ("vocab.ttl", "src/ontology/imports/deep/x.OWL", "data/in.ttl", "data/notes.nt"):
        add(name, NT if name.endswith("nt") else TURTLE)
    for name in (".git/x.ttl", ".github/w.ttl", "node_modules/p/x.ttl", "__pycache__/x.ttl", ".hidden.ttl"):
        add(name)
    for name in ("README.md", "docs/a.md", "docs/b.md", "docs/c.md", "data/depths.csv", "Makefile", "a.ttl~"):
        add(name, "text")
    add("package.json", '{"name": "@types/x"}')
    add("tsconfig.json", "// with a comment\n{}")
    add("manifest.json", "{ /* of a web application */ }")
    add("broken.xml", "<?xml version='1.0'?> {{ template }}")
    folder = add("sitemap.xml", '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>')
    found = discover(Folder(folder))
    assert set(names(found)) == {"vocab.ttl", "src/ontology/imports/deep/x.OWL", "data/in.ttl", "data/notes.nt"}
    text = notes(found)
    assert "4 .md (README.md, docs/a.md, docs/b.md, ...)" in text
    for kind in (
        "1 .csv (data/depths.csv)",
        "1 without an ending (Makefile)",
        "3 .json without RDF (manifest.json, package.json, tsconfig.json)",
    ):
        assert kind in text
    assert "2 .xml without RDF (broken.xml, sitemap.xml)" in text
    assert validate(find_source([folder], build=True).input or ()).triples == 1


def test_several_folders_and_files_are_one_input(add: Add, tmp_path: Path) -> None:
    folder = add("one/a.ttl")
    add("two/b.ttl")
    lone = add("c.ttl") / "c.ttl"
    assert names(discover([folder / "one", folder / "two", lone])) == ["c.ttl", "one/a.ttl", "two/b.ttl"]
    built = build([folder / "one", lone], store=tmp_path / "store")
    assert built.snapshot.manifest["triples"] == 1


def test_patterns_choose_files(add: Add) -> None:
    for name in ("a.ttl", "tests/b.ttl", "tests/deep/c.nt", "old/d.ttl", "e.owl"):
        folder = add(name, NT if name.endswith("nt") else TURTLE)
    here = Folder(folder)
    assert names(discover(here, exclude=["tests/*"])) == ["a.ttl", "e.owl", "old/d.ttl"]
    assert names(discover(here, exclude=["tests", "*.owl"])) == ["a.ttl", "old/d.ttl"]
    assert names(discover(here, include=["*.ttl"], exclude=["old/"])) == ["a.ttl", "tests/b.ttl"]
    assert names(discover(here, include=["tests/**/*.nt"])) == ["tests/deep/c.nt"]
    assert "2 files are left out by patterns" in notes(discover(here, include=["*.ttl"]))
    assert discover(here, exclude=["a"]).excluded_graphs == ("a",)
    with pytest.raises(BuildError, match="no RDF file"):
        discover(here, include=["*.trig"])


def test_a_folder_can_say_itself_what_counts(add: Add) -> None:
    add("a.ttl")
    add("tests/b.ttl")
    add("tests/b.rq", "#+ summary: B\n#+ description: B.\nSELECT * { ?s ?p ?o }")
    folder = add("clustergraph.toml", 'exclude = ["tests"]')
    assert names(discover(Folder(folder))) == ["a.ttl"]
    assert Folder(folder).query_files() == []
    for wrong in ("exclude = 'tests'", "includes = []", "include = ["):
        add("clustergraph.toml", wrong)
        with pytest.raises(FolderSettingsError, match=r"clustergraph\.toml"):
            discover(Folder(folder))


@pytest.mark.parametrize(
    ("name", "pattern", "expected"),
    [
        ("a/b/c.ttl", "*.ttl", True),
        ("a/b/c.ttl", "b", True),
        ("a/b/c.ttl", "./a/", True),
        ("a/b/c.ttl", "a/*/c.ttl", True),
        ("a/b/c.ttl", "b/c.ttl", False),
        ("a/b/c.ttl", "**/c.ttl", True),
        ("a/b/c.ttl", "a/**", True),
        ("a/b/c.ttl", "a/*.ttl", False),
        ("a/b/c.ttl", "", False),
        ("a [1].ttl", "a [[]1].ttl", True),
    ],
)
def test_a_pattern_matches_as_people_expect(name: str, pattern: str, expected: bool) -> None:
    assert matches(name, pattern) is expected


def test_queries_lie_anywhere(add: Add) -> None:
    query = "#+ summary: B\n#+ description: B.\nSELECT * { ?s ?p ?o }"
    add("a.ttl")
    add("queries/one.rq", query)
    folder = add("x/two.rq", query)
    for name in ("2023/values.rq", "2024/values.rq", ".git/three.rq"):
        add(name, query)
    source = find_source([folder])
    assert source.queries == folder
    assert Catalogue.load(folder).names == ["2023-values", "2024-values", "one", "two"]
    for name in ("x/two.rq", "2023/values.rq", "2024/values.rq"):
        (folder / name).unlink()
    assert find_source([folder]).queries == folder / "queries"


def test_links_are_followed_once_and_never_round(add: Add, tmp_path: Path) -> None:
    folder = add("a/x.ttl")
    add("b/y.ttl")
    (folder / "a/to-b").symlink_to("../b")
    (folder / "b/to-a").symlink_to("../a")
    (folder / "latest.ttl").symlink_to("a/x.ttl")
    (folder / "gone.ttl").symlink_to("nowhere.ttl")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/z.ttl").write_text(TURTLE)
    (tmp_path / "outside/round").symlink_to(folder)
    (folder / "out").symlink_to(tmp_path / "outside")
    add(".git/annex/k.ttl")
    (folder / "annexed.ttl").symlink_to(".git/annex/k.ttl")
    os.mkfifo(folder / "pipe.ttl")
    found = discover(Folder(folder))
    assert names(found) == ["a/x.ttl", "annexed.ttl", "b/y.ttl", "out/z.ttl"]
    assert "gone.ttl: warning: This link leads nowhere" in notes(found)


def test_very_deep_folders_and_odd_names_are_read(add: Add) -> None:
    odd = ["a b.ttl", "ü/名.ttl", "new\nline.ttl", "a%20b.ttl", "quote'.ttl", "#hash.ttl"]
    for name in odd:
        folder = add(name)
    deep = "/".join(["d"] * 200) + "/x.ttl"
    add(deep)
    assert set(names(discover(Folder(folder)))) == {*odd, deep}


def test_a_store_in_the_folder_is_no_input(add: Add) -> None:
    folder = add("a.ttl")
    build(Folder(folder), store=folder / "store")
    assert build(Folder(folder), store=folder / "store").unchanged
    assert names(discover(Folder(folder))) == ["a.ttl"]
    assert discover(Folder(folder)).problems == ()


WRONG_ENDINGS = {
    "turtle.owl": (TURTLE, "Turtle"),
    "turtle.rdf": ("# a comment\n\n" + TURTLE, "Turtle"),
    "turtle.nt": (TURTLE, "Turtle"),
    "turtle.json": (TURTLE, "Turtle"),
    "turtle.xml": (TURTLE, "Turtle"),
    "sparql-like.owl": ("PREFIX e: <http://ex.example/>\ne:a e:n 'x' .", "Turtle"),
    "triples.owl": (NT, "Turtle"),
    "xml.ttl": (RDF_XML.format("", "x"), "RDF/XML"),
    "xml.nt": (RDF_XML.format("", "x"), "RDF/XML"),
    "xml.jsonld": (RDF_XML.format("", "x"), "RDF/XML"),
    "xml-without-declaration.ttl": (RDF_XML.format("", "x").partition("\n")[2], "RDF/XML"),
    "json.ttl": (JSON_LD, "JSON-LD"),
    "json.owl": (f"[{JSON_LD}]", "JSON-LD"),
    "json.rdf": (JSON_LD, "JSON-LD"),
    "quads.ttl": (NT.replace(" .", " <http://ex.example/g> ."), "N-Quads"),
    "quads.nt": (NT.replace(" .", " <http://ex.example/g> ."), "N-Quads"),
    "quads.trig": (NT.replace(" .", " <http://ex.example/g> ."), "N-Quads"),
    "graphs.ttl": ("@prefix e: <http://ex.example/> .\ne:g { e:a e:n 'x' }", "TriG"),
    "graphs.nq": ("PREFIX e: <http://ex.example/>\nGRAPH e:g { e:a e:n 'x' }", "TriG"),
}


def test_what_a_file_holds_counts_and_not_its_ending(add: Add, tmp_path: Path) -> None:
    for name, (text, _) in WRONG_ENDINGS.items():
        folder = add(name, text)
    found = discover(Folder(folder))
    assert {source.name: source.format.name for source in found.sources} == {
        name: form for name, (_, form) in WRONG_ENDINGS.items()
    }
    assert {problem.file: problem.severity for problem in found.problems} == dict.fromkeys(WRONG_ENDINGS, "warning")
    report = validate(Folder(folder))
    assert (report.ok, report.triples) == (True, 1)
    report = validate(Folder(folder), strict=True)
    assert (report.ok, len(report.problems)) == (False, len(WRONG_ENDINGS))
    with pytest.raises(BuildError, match="19 problems"):
        build(Folder(folder), store=tmp_path / "store", strict=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.trig", TURTLE),
        ("a.ttl", TURTLE + '<http://ex.example/s> <http://ex.example/q> """SELECT * { ?s { ?p ?o } }""" . # x { y'),
        ("a.ttl", "[ a <http://ex.example/T> ] ."),
        ("a.ttl", "<a> <b> <c> ."),
        ("a.owl", RDF_XML.format("", "x")),
        (
            "a.rdf",
            "<e:T xmlns:e='http://ex.example/' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' rdf:ID='x'/>",
        ),
        ("a.xml", "<!-- c -->" + RDF_XML.format("", "x").partition("\n")[2]),
        ("a.json", JSON_LD),
        ("a.n3", TURTLE),
        ("a.rdfs", RDF_XML.format("", "x")),
    ],
)
def test_right_endings_are_left_alone(add: Add, name: str, text: str) -> None:
    folder = add(name, text)
    (source,) = discover(Folder(folder)).sources
    assert not discover(Folder(folder)).problems
    assert validate(Folder(folder)).triples
    assert source.name == name


NO_RDF = {
    "owlxml.owl": (OWL_XML, "OWL/XML, which is not RDF; convert it first, with ROBOT: `robot convert"),
    "owlxml.xml": (OWL_XML, "OWL/XML"),
    "a.owx": (OWL_XML, "OWL/XML"),
    "functional.owl": ("Prefix(:=<http://ex.example/o#>)\nOntology(<http://ex.example/o>)", "functional syntax"),
    "a.ofn": ("Ontology(<http://ex.example/o>)", "functional syntax"),
    "manchester.owl": ("Prefix: : <http://ex.example/o#>\nOntology: <http://ex.example/o>", "Manchester syntax"),
    "a.omn": ("Ontology: <http://ex.example/o>", "Manchester syntax"),
    "a.obo": ("format-version: 1.2\n", "OBO format"),
    "obo.owl": ("format-version: 1.2\n", "OBO format"),
    "a.trix": ("<TriX xmlns='http://www.w3.org/2004/03/trix/trix-1/'/>", "TriX; convert it first, with rdflib"),
    "trix.xml": ("<TriX xmlns='http://www.w3.org/2004/03/trix/trix-1/'/>", "TriX"),
    "a.hext": ('["http://e.example/a","http://e.example/b","c","","",""]', "HexTuples"),
    "a.rj": ("{}", "RDF/JSON"),
    "rdfjson.json": ('{"http://e.example/s": {"http://e.example/p": [{"type": "uri", "value": "x:y"}]}}', "RDF/JSON"),
    "page.rdf": ("<!DOCTYPE html><html><body>404</body></html>", "a page in HTML"),
    "bare-page.ttl": ("<html><body>404</body></html>", "a page in HTML"),
    "binary.ttl": (b"\x00\x01\x02\x03", "no text"),
    "archive.ttl": (b"PK\x03\x04\x00\x00", "a ZIP archive; unpack it first"),
    "pointer.ttl": ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "`git lfs pull`"),
}


def test_what_is_no_rdf_is_told_apart_and_the_rest_is_read(add: Add) -> None:
    for name, (content, _) in NO_RDF.items():
        add(name, content)
    folder = add("good.ttl")
    report = validate(Folder(folder))
    assert (report.ok, report.triples) == (True, 1)
    said = {problem.file: problem for problem in report.problems}
    assert said.keys() == NO_RDF.keys()
    for name, (_, text) in NO_RDF.items():
        assert text in said[name].message
        assert said[name].severity == "warning"
    assert not validate(Folder(folder), strict=True).ok


@pytest.mark.parametrize("name", ["owlxml.owl", "functional.owl", "page.rdf", "binary.ttl"])
def test_a_file_that_is_no_rdf_is_refused_where_there_is_nothing_else(add: Add, name: str) -> None:
    folder = add(name, NO_RDF[name][0])
    with pytest.raises(BuildError) as caught:
        discover([folder / name])
    (problem,) = caught.value.problems
    assert (problem.file, problem.severity) == (name, "violation")
    assert NO_RDF[name][1] in problem.message


ENCODED = {
    "latin1.rdf": RDF_XML.format(' encoding="ISO-8859-1"', "Mühle").encode("latin-1"),
    "windows.owl": RDF_XML.format(" encoding='windows-1252'", "Mühle").encode("cp1252"),
    "utf16.rdf": RDF_XML.format(' encoding="UTF-16"', "Mühle").encode("utf-16"),
    "utf16be.rdf": RDF_XML.format(' encoding="UTF-16"', "Mühle").encode("utf-16-be"),
    "utf16.ttl": TURTLE.replace("x'", "Mühle'").encode("utf-16"),
    "utf32.nt": NT.replace('x"', 'Mühle"').encode("utf-32"),
    "utf16.json": JSON_LD.replace('"x"', '"Mühle"').encode("utf-16"),
    "mark.ttl": TURTLE.replace("x'", "Mühle'").encode("utf-8-sig"),
    "mark.rdf": RDF_XML.format("", "Mühle").encode("utf-8-sig"),
    "mark.jsonld": JSON_LD.replace('"x"', '"Mühle"').encode("utf-8-sig"),
    "crlf.ttl": TURTLE.replace("x'", "Mühle'").replace("\n", "\r\n").encode(),
    "old-mac.ttl": TURTLE.replace("x'", "Mühle'").replace("\n", "\r").encode(),
    "latin1.rdf.gz": gzip.compress(RDF_XML.format(' encoding="ISO-8859-1"', "Mühle").encode("latin-1")),
}


def test_files_are_read_in_the_encoding_that_they_say_they_are_in(add: Add) -> None:
    for name, data in ENCODED.items():
        folder = add(name, data)
    report = validate(Folder(folder))
    assert report.problems == ()
    assert report.triples == 1


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("latin1.ttl", TURTLE.replace("x'", "Mühle'").encode("latin-1"), "UTF-8"),
        ("unknown.rdf", RDF_XML.format(' encoding="x-klingon"', "x").encode(), "encoding that is not known"),
        ("wrong.rdf", RDF_XML.format(' encoding="UTF-8"', "Mühle").encode("latin-1"), "UTF-8"),
    ],
)
def test_a_wrong_encoding_is_named(add: Add, name: str, data: bytes, said: str) -> None:
    folder = add(name, data)
    (problem,) = validate([folder / name]).problems
    assert problem.file == name
    assert said in problem.message


def test_compressed_files_are_recognised_whatever_they_are_called(add: Add) -> None:
    data = NT.encode()
    for name, packed in {
        "a.nt.gz": gzip.compress(data),
        "a.nt.bz2": bz2.compress(data),
        "a.nt.xz": lzma.compress(data),
        "a.nt.zst": zstandard.compress(data),
        "A.NT.GZ": gzip.compress(data),
        "unnamed.nt": gzip.compress(data),
        "twice.nt.gz": gzip.compress(data) * 2,
        "not-packed.nt.gz": data,
    }.items():
        folder = add(name, packed)
    found = discover(Folder(folder))
    assert len(found.sources) == 8
    assert not found.problems
    report = validate(Folder(folder))
    assert (report.problems, report.triples) == ((), 1)


@pytest.mark.parametrize("name", ["a.ttl", "a.rdf", "a.owl", "a.xml", "a.jsonld", "a.json", "a.nt", "a.trig"])
@pytest.mark.parametrize("content", ["", " \n"])
def test_an_empty_file_is_a_warning(add: Add, name: str, content: str) -> None:
    folder = add(name, content)
    report = validate(Folder(folder))
    assert (report.ok, report.triples) == (True, 0)
    assert [problem.rule for problem in report.problems] == ["empty file"]


def test_what_a_folder_uses_is_not_passed_over(add: Callable[..., Path]) -> None:
    for name in ("queries/a.rq", "queries/b.sparql", "queries/about.en.md", "about.de.md"):
        add(name, "x")
    folder = add("data/things.ttl")
    assert discover(Folder(folder)).problems == ()
    add("notes/about.en.md", "x")
    (problem,) = discover(Folder(folder)).problems
    assert "1 .md (notes/about.en.md)" in problem.message


def test_only_the_folders_of_this_graph_are_read_of_this_checkout() -> None:
    names = [source.name for source in discover(Folder(Path(__file__).parents[2])).sources]
    assert names
    assert {name.partition("/")[0] for name in names} == {"ontology", "data"}
