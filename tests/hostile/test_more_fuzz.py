"""Headers, bodies, files and answers of other engines that nobody meant to write: clear errors, and time that grows as
they do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode, RdfFormat

from clustergraph.catalogue import CatalogueError
from clustergraph.catalogue.query_file_parser import MAX_FILE_CHARACTERS, read_text
from clustergraph.engine.remote import http_auth
from clustergraph.engine.remote.error_text import error_text
from clustergraph.engine.remote.http_client import Reply
from clustergraph.engine.remote.results import JSON, TRIPLES, TimedSink, Unreadable, check_depth, rewrite_answer
from clustergraph.ingest.parse import Parser
from clustergraph.ingest.problems import BuildError
from clustergraph.ingest.source import Source
from clustergraph.rdf import formats
from clustergraph.settings import Settings
from clustergraph.snapshots.source_folder import published
from clustergraph.sparql.errors import EngineError
from clustergraph.web.app import create_app
from clustergraph.web.middleware.request_bounds import MAX_HEADER_BYTES
from clustergraph.web.service import open_service
from support.growth import check_growth

RUN = settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
HEADERS = (
    *("Accept", "Accept-Language", "Accept-Encoding", "Accept-Datetime", "Accept-Charset", "Authorization", "Cookie"),
    *("Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Content-Type"),
    *("Content-Encoding", "Origin", "Referer", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "Host", "Prefer"),
    *("Access-Control-Request-Headers", "Access-Control-Request-Method", "Upgrade", "TE", "Cache-Control", "Expect"),
)
UNITS = (
    *("a", ",", ";", "=", '"', "\\", " ", "a,", "a;", "a=b;", "q=0.1,", ";q=", "*/*,", 'W/"a",', "0-1,", "bytes="),
    *("a-", "%41", "[", "::", "/"),
)
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=a"
FORMS = {
    FORM: ("&", "=", "a=b&", "a", "%41", "%", "query=a&", "query=ASK{}&", "+", "a[]=1;"),
    "application/sparql-query": ("{", "#", "?a ", "\u00e9", "PREFIX a:<b> ", "'''"),
    MULTIPART: ("--a\r\n", "--a\r\nContent-Disposition: form-data; name=query\r\n\r\nASK {}\r\n", "-"),
    "application/json": ("[", '{"query":', "1"),
    "text/plain" + ";a=b" * 100: ("a",),
}
RDF = {
    RdfFormat.TURTLE: (
        "<a> <b> <c> .",
        "@prefix a: <b> .\n",
        "[] a [] .",
        "( ",
        "# ",
        "'''",
        '"',
        "a:b ",
        "\\u0041",
        "9",
    ),
    RdfFormat.TRIG: ("<g> { <a> <b> <c> }", "{ ", "GRAPH <g> {} "),
    RdfFormat.N_TRIPLES: ("<u:a> <u:b> <u:c> .\n", "_:a <u:b> _:c .\n", '"', "<u:a> ", "#\n"),
    RdfFormat.N_QUADS: ("<u:a> <u:b> <u:c> <u:g> .\n", "_:g "),
    RdfFormat.RDF_XML: ("<a b='c'/>", "<!-- -->", "&amp;", "<![CDATA[a]]>", "<?a b?>", "\n"),
    RdfFormat.JSON_LD: ('{"@context":{"a":"u:b"},"a":1},', '"a",', "1,"),
}
HEADS = {
    RdfFormat.RDF_XML: '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="u:">',
    RdfFormat.JSON_LD: "[",
}
QUERY_FILE = "#+ summary: A\n#+ description: B.\n#+ {}\nSELECT * {{ ?s ?p ?o }}"
QUERY_UNITS = (
    *("[", "{a: ", "- ", "a: ", '"', "'", "|", "&a ", "*a ", "!!str ", "? ", "a, ", "#", "%", "\t"),
    *("\n#+ a: b", "\n#+ - b"),
)


def reply(text: str) -> Reply:
    return Reply(400, {"content-type": "text/html"}, text.encode())


def rewrite(media_type: str, form: str, text: str) -> None:
    name, kind = ("json", "results") if media_type == JSON else ("ntriples", "graph")
    wanted = formats.find(name, kind)  # type: ignore[arg-type]
    assert wanted is not None
    with contextlib.suppress(Unreadable, EngineError):
        check_depth(text.encode(), media_type)
        rewrite_answer(text.encode(), form, wanted, {}, TimedSink(1 << 20))


def challenge(text: str) -> None:
    with contextlib.suppress(http_auth.UnknownChallenge):
        http_auth._challenge([text])


def parse(path: Path, form: RdfFormat, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with contextlib.suppress(BuildError):
        for _ in Parser(Source(path, "a", "a", form, "data"), "http://e.org/", NamedNode("http://e.org/g")):
            pass


def read_query_file(text: str) -> None:
    with contextlib.suppress(CatalogueError):
        read_text("a.rq", text)


def explain(text: str) -> None:
    assert len(error_text(reply(text))) < 300


ANSWERS: dict[str, tuple[tuple[str, ...], Callable[[str], object]]] = {
    "rows": (
        ('{"a":', "[", '"', '{"head":', '{"type":"uri","value":"u:a"},', "1", "\\", " "),
        partial(rewrite, JSON, "SELECT"),
    ),
    "graph": (
        ("<u:a> <u:b> <u:c> .\n", "<u:a> ", "<<(", '"', "_:a ", "#\n", "\\"),
        partial(rewrite, TRIPLES, "CONSTRUCT"),
    ),
    "page": (("<b", "<b>", "&lt;", "<style>", "</", "<!--", "a ", "\n"), explain),
    "challenge": (("Basic ", "a=b,", 'realm="', ",", "=", "Digest a,", " "), challenge),
}


@pytest.fixture(scope="module")
def client(store: Path, snapshot: Any) -> Iterator[FlaskClient]:
    assert snapshot
    service = open_service(
        Settings(store=store, queries=published().queries, log="off", rate="off", readers=1, timeout=1, proxies=1)
    )
    yield create_app(service).test_client()
    service.engine.close()


def key_of(name: str) -> str:
    """What WSGI calls a header. The tests set it past the client, which would read some of these itself."""
    return f"{'' if name == 'Content-Type' else 'HTTP_'}{name.upper().replace('-', '_')}"


@pytest.mark.parametrize("unit", UNITS)
def test_the_time_for_a_header_grows_as_it(client: FlaskClient, unit: str) -> None:
    for name in HEADERS:

        def get(text: str, key: str = key_of(name)) -> None:
            assert client.get("/health", environ_overrides={key: text}).status_code in (200, 400, 431)

        check_growth(get, lambda size: (unit * size)[:size], largest=MAX_HEADER_BYTES)
        get(unit * 300_000)


@pytest.mark.parametrize(("kind", "unit"), [(kind, unit) for kind, units in FORMS.items() for unit in units])
def test_the_time_for_a_body_grows_as_it(client: FlaskClient, kind: str, unit: str) -> None:
    def post(text: str) -> None:
        assert client.post("/sparql", data=text.encode(), content_type=kind).status_code in (200, 400, 413, 415, 503)

    check_growth(post, lambda size: unit * (size // len(unit)), largest=1 << 14)


@pytest.mark.parametrize(("form", "unit"), [(form, unit) for form, units in RDF.items() for unit in units])
def test_the_time_for_a_file_grows_as_it(tmp_path: Path, form: RdfFormat, unit: str) -> None:
    head = HEADS.get(form, "")
    check_growth(partial(parse, tmp_path / "a", form), lambda size: head + unit * (size // len(unit)))


@pytest.mark.parametrize("unit", QUERY_UNITS)
def test_the_time_for_a_query_file_grows_as_it(unit: str) -> None:
    check_growth(read_query_file, lambda size: QUERY_FILE.format(unit * (size // len(unit))), largest=1 << 15)


@pytest.mark.parametrize(("kind", "unit"), [(kind, unit) for kind, (units, _) in ANSWERS.items() for unit in units])
def test_the_time_for_an_answer_grows_as_it(kind: str, unit: str) -> None:
    check_growth(ANSWERS[kind][1], lambda size: unit * (size // len(unit)))


@pytest.mark.parametrize(
    "text",
    [
        QUERY_FILE.format("a: " + "[" * 3000 + "]" * 3000),
        QUERY_FILE.format("a: " + "{a: " * 3000 + "}" * 3000),
        QUERY_FILE.format("a: b").replace("{ ?s", "{" * 20_000 + " ?s"),
        QUERY_FILE.format("a: b").replace("*", "(" + "IF(1,1," * 2000 + "1" + ")" * 2000 + " AS ?x)"),
        QUERY_FILE.format("a: b").replace("?o", "?o FILTER(" + "!" * 100_000 + "1)"),
        QUERY_FILE.format("a: \ud800"),
        " " * (MAX_FILE_CHARACTERS + 1),
    ],
    ids=["lists", "maps", "groups", "calls", "marks", "surrogate", "long"],
)
def test_a_query_file_that_is_a_trap_is_a_problem(text: str) -> None:
    with pytest.raises(CatalogueError):
        read_text("a.rq", text)


@st.composite
def changed(draw: st.DrawFn, texts: list[str]) -> str:
    """A text with something cut out, put in or doubled."""
    text = draw(st.sampled_from(texts))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 20)))
        text = text[:start] + draw(st.sampled_from(["", *PIECES, text[start:end] * 2])) + text[end:]
    return text


PIECES = [
    *('"', "\\", "{", "}", "[", "]", "<", ">", "&", "\0", "\x01", "\u00e9", "\U0001f4a1", "#", ":", "@", "\n", "''"),
    *("%", "null"),
]
QUERY_TEXTS = [path.read_text(encoding="utf-8") for path in sorted(published().queries.glob("*.rq"))]
RDF_TEXTS = [
    "@prefix a: <u:> . a:b a a:C ; a:d 'e'@de, 1.5, '''f''', ( 1 [] ), <<( a:g a:h a:i )>> .",
    '<g> { <a> <b> "c"^^<d> }',
    '<u:a> <u:b> <u:c> <u:g> .\n_:a <u:b> "c"@en-GB .',
    HEADS[RdfFormat.RDF_XML] + '<C rdf:about="u:a"><p rdf:parseType="Collection"><D/></p></C></rdf:RDF>',
    '{"@context": {"a": {"@id": "u:a", "@type": "@id"}}, "@id": "u:b", "a": [1, {"@value": "c", "@language": "d"}]}',
]
JSON_TEXT = (
    '{"head": {"vars": ["s"]}, "results": {"bindings": [{"s": {"type": "literal", "value": "a", "xml:lang": "b"}}]}}'
)


@RUN
@given(
    name=st.sampled_from(HEADERS),
    value=st.text(max_size=30),
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "TRACE", "X"]),
)
def fuzz_headers(client: FlaskClient, name: str, value: str, method: str) -> None:
    wire = value.encode("utf-8", "replace").decode("latin-1")
    for path in ("/sparql?query=ASK%7B%7D", "/id/country/JP"):
        status = client.open(path, method=method, environ_overrides={key_of(name): wire}).status_code
        assert status < 500 or status == 503, (path, name, value, method)


@RUN
@given(
    kind=st.sampled_from([*FORMS, "", "a/b"]),
    text=changed(QUERY_TEXTS),
    coding=st.sampled_from(["", "gzip", "br", "x"]),
)
def fuzz_bodies(client: FlaskClient, kind: str, text: str, coding: str) -> None:
    headers = {"Content-Encoding": coding} if coding else {}
    response = client.post("/sparql", data=text.encode(), content_type=kind, headers=headers)
    assert response.status_code < 500 or response.status_code == 503, (kind, text)


@RUN
@given(text=changed(QUERY_TEXTS))
def fuzz_query_files(text: str) -> None:
    read_query_file(text)


@RUN
@given(form=st.sampled_from(list(RDF)), text=changed(RDF_TEXTS))
def fuzz_files(path: Path, form: RdfFormat, text: str) -> None:
    parse(path, form, text)


@RUN
@given(text=changed([JSON_TEXT, *RDF_TEXTS]))
def fuzz_answers(text: str) -> None:
    rewrite(JSON, "SELECT", text)
    rewrite(JSON, "ASK", text)
    rewrite(TRIPLES, "CONSTRUCT", text)
    explain(text)
    challenge(text)


def test_nobody_meant_to_send_these_headers_and_bodies(client: FlaskClient) -> None:
    fuzz_headers(client)
    fuzz_bodies(client)


def test_nobody_meant_to_write_these_files_and_answers(tmp_path: Path) -> None:
    fuzz_query_files()
    fuzz_files(tmp_path / "a")
    fuzz_answers()
