"""Which files are found, and into which graphs they go."""

from __future__ import annotations

import errno
import gzip
import os
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path

import pytest

from clustergraph.ingest import BuildError, build
from clustergraph.ingest.sources import discover
from clustergraph.snapshots.source_folder import Folder

TRIPLE = "<http://e.org/s> <http://e.org/p> <http://e.org/o> .\n"


def write(path: Path, text: str = TRIPLE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_folder_gives_one_graph_per_file_or_folder_under_data(tmp_path: Path) -> None:
    for name in ("ontology/main.ttl", "ontology/shapes.ttl", "ontology/person-shapes.ttl", "queries/all.rq"):
        write(tmp_path / name)
    for name in ("data/places.ttl", "data/places.nt", "data/things/b.ttl", "data/things/deep/a.ttl.gz"):
        write(tmp_path / name)
    found = discover(Folder(tmp_path))
    assert [(source.name, source.graph, source.role) for source in found.sources] == [
        ("ontology/main.ttl", "ontology", "ontology"),
        ("ontology/person-shapes.ttl", "ontology", "shapes"),
        ("ontology/shapes.ttl", "ontology", "shapes"),
        ("data/places.nt", "places.nt", "data"),
        ("data/places.ttl", "places.ttl", "data"),
        ("data/things/b.ttl", "things", "data"),
        ("data/things/deep/a.ttl.gz", "things", "data"),
    ]


@pytest.mark.parametrize(
    "name", [".hidden.ttl", "a.ttl~", "a.ttl.bak", ".a.ttl.swp", "#a.ttl#", ".git/a.ttl", "README.md"]
)
def test_what_is_no_data_is_passed_over(tmp_path: Path, name: str) -> None:
    write(tmp_path / "data/a.ttl")
    write(tmp_path / "data" / name)
    assert [source.name for source in discover(Folder(tmp_path)).sources] == ["data/a.ttl"]


def test_every_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        build([tmp_path / "no.ttl", write(tmp_path / "yes.ttl"), tmp_path / "nor.nt"], store=tmp_path / "store")
    assert sorted(problem.message for problem in caught.value.problems) == [
        f"There is no file {tmp_path / 'no.ttl'}.",
        f"There is no file {tmp_path / 'nor.nt'}.",
    ]
    assert not (tmp_path / "store").exists()


def test_an_empty_folder_has_nothing_to_build(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="no RDF file"):
        discover(Folder(tmp_path))


def test_compressed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.nt.gz"
    path.write_bytes(gzip.compress(TRIPLE.encode()))
    assert build([path], store=tmp_path / "store").snapshot.graphs == {"http://localhost:8080/graph/a": 1}


def test_damaged_gzip_data_is_named(tmp_path: Path) -> None:
    data = bytearray(gzip.compress(TRIPLE.encode() * 500))
    data[40] ^= 0xFF
    path = tmp_path / "a.nt.gz"
    path.write_bytes(data)
    with pytest.raises(BuildError, match=r"a\.nt\.gz: The compressed data of the file are not whole"):
        build([path], store=tmp_path / "store")


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "a.nt"
    path.write_bytes(BOM_UTF8 + TRIPLE.encode())
    packed = tmp_path / "b.nt.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert set(build([path, packed], store=tmp_path / "store").snapshot.graphs.values()) == {1}


def test_a_link_that_leads_back_is_passed_over_and_one_that_leads_elsewhere_is_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/a.ttl")
    write(tmp_path / "input/data/things/b.ttl")
    (tmp_path / "input/data/more").symlink_to(tmp_path / "elsewhere")
    folder = Folder(tmp_path / "input")
    (tmp_path / "input/data/things/back").symlink_to("..")
    assert [source.name for source in discover(folder).sources] == ["data/more/a.ttl", "data/things/b.ttl"]


def test_a_folder_that_cannot_be_read_is_named_and_not_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "data/a.ttl")
    write(tmp_path / "data/things/b.ttl")
    scandir = os.scandir

    def refused(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("things"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(BuildError, match=r"data/things: The folder cannot be read: Permission denied\."):
        discover(Folder(tmp_path))


def test_a_file_name_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "data/a.ttl")
    path = os.fsdecode(os.fsencode(tmp_path / "data") + b"/\xff.ttl")
    try:
        write(Path(path))
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(BuildError, match="data/\ufffd\\.ttl: The name of the file is not UTF-8"):
        build(Folder(tmp_path), store=tmp_path / "store")
