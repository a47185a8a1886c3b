"""XML in RDF/XML becomes literals in exclusive canonical form, as other libraries of the field read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clustergraph.ingest import build
from clustergraph.snapshots.statements import Statements
from support.foreign_graphs import PREFIXES

RDF_TYPE = f'rdf:datatype="{PREFIXES["rdf"]}XMLLiteral"'
XML = 'rdf:parseType="Literal"'


@pytest.mark.parametrize(
    ("attribute", "content", "expected"),
    [
        (XML, '<b xmlns="http://www.w3.org/1999/xhtml">x</b>', '<b xmlns="http://www.w3.org/1999/xhtml">x</b>'),
        (XML, '<b xmlns="urn:x">x</b> <b xmlns="urn:x"/>', '<b xmlns="urn:x">x</b> <b xmlns="urn:x"></b>'),
        (XML, "a <i>b <ex:c d='1'/></i> &amp; &lt;", 'a <i>b <ex:c xmlns:ex="urn:x:v#" d="1"></ex:c></i> &amp; &lt;'),
        (XML, '<q:b xmlns:q="urn:q" q:a="1" xmlns="urn:d"/>', '<q:b xmlns:q="urn:q" q:a="1"></q:b>'),
        (XML, '<b z="1" a="&quot; &gt; 2">x</b>', '<b a="&quot; > 2" z="1">x</b>'),
        (XML, "only text", "only text"),
        (RDF_TYPE, '&lt;b z="1" a="2" xmlns:q="urn:q"/&gt;', '<b z="1" a="2" xmlns:q="urn:q"/>'),
    ],
)
def test_xml_is_read_in_canonical_form(tmp_path: Path, attribute: str, content: str, expected: str) -> None:
    path = tmp_path / "in.rdf"
    path.write_text(
        f'''<rdf:RDF xmlns:rdf="{PREFIXES["rdf"]}" xmlns:ex="urn:x:v#"><rdf:Description rdf:about="urn:x:a">
<ex:p {attribute}>{content}</ex:p></rdf:Description></rdf:RDF>'''
    )
    (quad,) = Statements.open(build([path], store=tmp_path / "store").snapshot.store).quads()
    assert str(quad.object).endswith("XMLLiteral>")
    assert getattr(quad.object, "value", "") == expected
