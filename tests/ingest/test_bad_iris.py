"""IRIs that are not valid, in every format: reported with their place, and read, left out or refused."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import rdflib

from clustergraph.ingest import BuildError, Report, build, validate
from clustergraph.ingest.bad_iris import MendedText, percent_encoded
from clustergraph.ingest.parse_limits import ParseLimits
from clustergraph.snapshots.snapshot import Snapshot

EX = "http://ex.example/"
FILES = {
    "in.nt": f"<{EX}a> <{EX}p> <{EX}a page> .\n<{EX}b> <{EX}p> <{EX}b{{c}}> .\n<{EX}c> <{EX}p> <{EX}fine> .\n",
    "in.nq": f"<{EX}a> <{EX}p> <{EX}a page> <{EX}g> .\n<{EX}b> <{EX}p> <{EX}b{{c}}> <{EX}g> .\n"
    f"<{EX}c> <{EX}p> <{EX}fine> <{EX}g> .\n",
    "in.ttl": f"@prefix e: <{EX}> .\ne:a e:p <{EX}a page> .\n# <no iri>\n"
    f'e:b e:p <{EX}b{{c}}> ; e:q """<a\nb>""" .\ne:c e:p e:fine .\n',
    "in.trig": f"@prefix e: <{EX}> .\ne:g {{ e:a e:p <{EX}a page> . e:b e:p <{EX}b{{c}}> . }}\ne:c e:p e:fine .\n",
    "in.rdf": f'<rdf:RDF xmlns:rdf="{rdflib.RDF}" xmlns:e="{EX}">\n'
    f'<rdf:Description rdf:about="{EX}a"><e:p rdf:resource="{EX}a page"/></rdf:Description>\n'
    f'<rdf:Description rdf:about="{EX}b"><e:p\n  rdf:resource="{EX}b{{c}}"/></rdf:Description>\n'
    f'<rdf:Description rdf:about="{EX}c"><e:p rdf:resource="{EX}fine"/></rdf:Description></rdf:RDF>',
    "in.jsonld": f'{{"@context": {{"e": "{EX}", "p": {{"@id": "e:p", "@type": "@id"}}}}, "@graph": [\n'
    f'{{"@id": "e:a", "p": "{EX}a page"}},\n{{"@id": "e:b", "p": "e:b{{c}}"}},\n'
    '{"@id": "e:c", "p": "e:fine", "no term": "x y"}]}',
}
"""Files with two bad IRIs as objects."""


def expected_places(name: str) -> list[tuple[int, int]]:
    """Where the two stand, in Turtle and its kin with the bracket."""
    text = FILES[name]
    written = [f"{EX}a page", "e:b{c}" if "json" in name else f"{EX}b{{c}}"]
    starts = [text.index(iri) - ("<" + iri in text) for iri in written]
    return [(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for at in starts]


def check(tmp_path: Path, name: str, text: str | bytes, **options: Any) -> Report:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return validate([path], **options)


def places(report: Report) -> list[tuple[int | None, int | None]]:
    return [(problem.line, problem.column) for problem in report.problems if problem.value]


@pytest.mark.parametrize("name", FILES)
def test_each_is_reported_with_line_and_column_and_read_percent_encoded(name: str, tmp_path: Path) -> None:
    report = check(tmp_path, name, FILES[name])
    assert places(report) == expected_places(name)
    assert [problem.value for problem in report.problems] == [f"{EX}a page", f"{EX}b{{c}}"]
    assert {problem.severity for problem in report.problems} == {"warning"}
    graph = exported(build([tmp_path / name], store=tmp_path / "store").snapshot)
    assert {str(value) for value in graph.objects(None, rdflib.URIRef(f"{EX}p"))} == {
        f"{EX}a%20page",
        f"{EX}b%7Bc%7D",
        f"{EX}fine",
    }


def exported(snapshot: Snapshot) -> rdflib.Graph:
    from clustergraph import open

    assert snapshot.path is not None
    with open(snapshot.path) as kg:
        return kg.graph()


@pytest.mark.parametrize("name", FILES)
def test_lenient_leaves_their_triples_out_and_counts_them(name: str, tmp_path: Path) -> None:
    report = check(tmp_path, name, FILES[name], lenient=True)
    assert report.ok
    assert places(report) == expected_places(name)
    assert any("2 triples are left out" in problem.message for problem in report.problems)
    # `e:b e:q "..."` of the Turtle file is good.
    assert report.triples == (2 if name == "in.ttl" else 1)


@pytest.mark.parametrize("name", FILES)
def test_strict_refuses_them_all_at_once(name: str, tmp_path: Path) -> None:
    report = check(tmp_path, name, FILES[name], strict=True)
    assert not report.ok
    assert places(report) == expected_places(name)
    with pytest.raises(BuildError):
        build([tmp_path / name], store=tmp_path / "store", strict=True)
    build([tmp_path / name], store=tmp_path / "store")
    with pytest.raises(BuildError):
        build([tmp_path / name], store=tmp_path / "store", strict=True)


def test_strict_and_lenient_do_not_go_together(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not both"):
        check(tmp_path, "a.ttl", "", strict=True, lenient=True)


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("doi.ttl", "<a> <b> <http://doi.example/10.1/(AB)1:4<26::X>3.0;2-M> .", ["http://doi.example/10.1/(AB)1:4<26::X>3.0;2-M"]),
        ("subject.ttl", "<http://ex.example/a b> <p> <c> .", ["http://ex.example/a b"]),
        ("predicate.nt", f"<{EX}a> <{EX}p q> <{EX}c> .", [f"{EX}p q"]),
        ("graph.nq", f"<{EX}a> <{EX}p> <{EX}c> <{EX}g h> .", [f"{EX}g h"]),
        ("datatype.ttl", f'<a> <b> "1"^^<{EX}d t> .', [f"{EX}d t"]),
        ("relative.ttl", "<a> <b> <c d> .", ["c d"]),
        ("prefix.ttl", f"@prefix e: <{EX}x y/> .\n<a> <b> e:c .", [f"{EX}x y/"]),
        ("escape.ttl", f"<a> <b> <{EX}x\\u0020y> .", [f"{EX}x y"]),
        ("backslash.ttl", "<a> <b> <file:///C:\\data> .", ["file:///C:\\data"]),
        ("percent.ttl", f"<a> <b> <{EX}100%> .", [f"{EX}100%"]),
        ("brackets.ttl", f"<a> <b> <{EX}a[1]> .", [f"{EX}a[1]"]),
        ("hashes.ttl", f"<a> <b> <{EX}a#b#c> .", [f"{EX}a#b#c"]),
        ("private.ttl", f"<a> <b> <{EX}\ue000> .", [f"{EX}\ue000"]),
        ("pipes.nt", f"<{EX}a> <{EX}p> <{EX}x|y^z`w> .", [f"{EX}x|y^z`w"]),
        ("twice.nt", f"<{EX}a> <{EX}p> <{EX}x y> .\n" * 2, [f"{EX}x y"] * 2),
        ("tag.ttl", '<a> <b> "c"@en_US .', ["@en_US"]),
        ("tag.jsonld", f'{{"{EX}p": {{"@value": "c", "@language": "en_US"}}}}', ["@en_US"]),
        ("term.jsonld", f'{{"@id": "{EX}a", "{EX}p q": "c"}}', [f"{EX}p q"]),
        ("type.jsonld", f'{{"@id": "{EX}a", "@type": "{EX}T U"}}', [f"{EX}T U"]),
        ("escaped.jsonld", f'{{"@id": "{EX}a\\u0020b", "{EX}p": "c"}}', [f"{EX}a b"]),
        ("namespace.rdf", f'<e:T xmlns:e="{EX}x y#" xmlns:rdf="{rdflib.RDF}"/>', [f"{EX}x y#T"]),
        ("triple-term.ttl", f"<a> <b> <<( <c> <d> <{EX}e f> )>> .", [f"{EX}e f"]),
        ("crlf.ttl", f"<a> <b>\r\n <{EX}e f> .\r\n", [f"{EX}e f"]),
    ],
)  # fmt: skip
def test_every_kind_is_found_read_and_left_out(name: str, text: str, values: Sequence[str], tmp_path: Path) -> None:
    report = check(tmp_path, name, text)
    assert report.ok
    assert [problem.value for problem in report.problems] == values
    assert report.triples == 1
    lenient = check(tmp_path, name, text, lenient=True)
    assert lenient.ok
    assert lenient.triples == (1 if name.startswith("tag") else 0)
    assert not check(tmp_path, name, text, strict=True).ok


@pytest.mark.parametrize("iri", ["http://[x>", "http://ex.example:port/", "http://a[b]c/"])
def test_what_no_encoding_mends_is_left_out(iri: str, tmp_path: Path) -> None:
    iri = iri.rstrip(">")
    for name, text in {
        "a.ttl": f"<a> <b> <{iri}> .\n<a> <b> <good> .",
        "a.nt": f"<{EX}a> <{EX}b> <{iri}> .\n<{EX}a> <{EX}b> <{EX}good> .\n",
        "a.jsonld": f'{{"@id": "{EX}a", "{EX}b": [{{"@id": "{iri}"}}, "good"]}}',
    }.items():
        report = check(tmp_path, name, text)
        assert (report.ok, report.triples) == (True, 1), name
        assert report.problems
        assert not check(tmp_path, name, text, strict=True).ok


def test_a_language_tag_that_nothing_mends_is_left_out(tmp_path: Path) -> None:
    for name in ("a.nt", "a.ttl"):
        report = check(tmp_path, name, f'<{EX}a> <{EX}p> "good" .\n<{EX}a> <{EX}p> "v"@muchtoolonglanguage .')
        assert (report.ok, report.triples, len(report.problems)) == (True, 1, 1)
        assert (report.problems[0].line, report.problems[0].column) == (2, report.problems[0].column)


def test_a_mistake_in_the_syntax_is_still_one(tmp_path: Path) -> None:
    report = check(tmp_path, "a.ttl", f"<a> <b> <{EX}c d> .\n<a> <b> .\n")
    assert [problem.severity for problem in report.problems] == ["warning", "violation"]
    assert report.problems[1].line == 2


def test_names_without_an_iri_are_none_of_these(tmp_path: Path) -> None:
    text = json.dumps({"@context": {"p": f"{EX}p"}, "@id": f"{EX}a", "p": 1, "other": {"p": "x y"}, "full name": 2})
    report = check(tmp_path, "a.jsonld", text)
    assert (report.problems, report.triples) == ((), 1)


def test_blank_nodes_keep_their_labels_across_a_bad_iri(tmp_path: Path) -> None:
    good = check(tmp_path, "a.ttl", "_:a <b> _:c . _:c <b> _:a . [] <b> _:a .")
    bad = check(tmp_path, "a.ttl", f"_:a <b> _:c . _:c <b> _:a . [] <b> _:a . _:a <b> <{EX}x y> .")
    assert bad.triples == good.triples + 1


def test_many_are_counted_and_the_text_is_read_in_parts(tmp_path: Path) -> None:
    lines = "".join(f'<{EX}s{n}> <{EX}p> <{EX}o {n}> .\n<{EX}s{n}> <{EX}q> """<a b>" \n""" .\n' for n in range(30_000))
    report = check(tmp_path, "a.ttl", lines, limits=ParseLimits(memory=512))
    assert report.triples == 60_000
    assert len(report.problems) == 1001
    assert "29,000 more" in report.problems[-1].message
    assert [problem.line for problem in report.problems[:3]] == [1, 4, 7]
    assert report.problems[999].line == 2998


def test_text_without_bad_iris_is_left_as_it_is() -> None:
    text = f"@prefix e: <{EX}> . e:a e:b \"<x y>\", '''<a\n\"b>''', <<( <a> <b> <c> )>> ; # <x y>\n e:c e:d\\#<x> ."
    mended = MendedText(io.BufferedReader(io.BytesIO(text.encode())), mark=False)
    assert io.BufferedReader(mended).read().decode() == text
    assert mended.bad == []


@pytest.mark.parametrize("size", [700, 5000, 1 << 20])
def test_parts_may_end_anywhere(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clustergraph.ingest.bad_iris._PART_BYTES", size)
    long = "<x y> it's # " * 1000
    single = long.replace("'", "")
    text = f'<a> <b> <{EX}c d>, "{long}", """{long}\n"\n""" ; <e> \'{single}\' . # {long} "\n'
    mended = MendedText(io.BufferedReader(io.BytesIO((text * 3).encode())), mark=False)
    assert io.BufferedReader(mended).read().decode() == text.replace(f"<{EX}c d>", f"<{EX}c%20d>") * 3
    assert [(bad.line, bad.column) for bad in mended.bad] == [(1, 9), (4, 9), (7, 9)]


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        ("http://e.example/a b", "http://e.example/a%20b"),
        ("http://e.example/a%20b", "http://e.example/a%20b"),
        ("http://e.example/ü#é", "http://e.example/ü#é"),
        ("http://[::1]/a[0]", "http://[::1]/a%5B0%5D"),
        ("urn:a b", "urn:a%20b"),
        ("http://e.example/%zz%4", "http://e.example/%25zz%254"),
    ],
)
def test_only_what_may_not_stand_is_encoded(iri: str, expected: str) -> None:
    assert percent_encoded(iri) == expected
