"""The guard against what the engine really takes: differential tests, innocent queries, addresses, and cost."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from clustergraph.sparql.errors import EvaluationError, OutsideAddress, QuerySyntaxError
from clustergraph.sparql.federation_guard import MAX_GUARDED_CHARACTERS, check, find_references
from clustergraph.sparql.parsed_query import ParsedQuery, unescape


class Listener:
    """A service that hangs up on everybody, and counts them."""

    def __init__(self, server: socket.socket) -> None:
        self.address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        self.hits = 0
        self._server = server
        threading.Thread(target=self._hang_up, daemon=True).start()

    def _hang_up(self) -> None:
        while True:
            try:
                caller, _ = self._server.accept()
            except OSError:
                return
            self.hits += 1  # counted before the caller can know, so that no test runs ahead of it
            caller.close()


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Listener(server)
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="session")
def store() -> ox.Store:
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("x:a"), ox.NamedNode("x:p"), ox.Literal("1")))
    return store


def engine_calls_out(store: ox.Store, listener: Listener, text: str) -> bool | None:
    """Whether the engine reaches another service; None if it does not take the text."""
    before = listener.hits
    try:
        results = store.query(text)
        if not isinstance(results, ox.QueryBoolean):
            for _ in results:
                pass
    except SyntaxError:
        return None
    except (OSError, ValueError, RuntimeError):
        pass
    return listener.hits > before


def refused(text: str) -> bool:
    try:
        check(find_references(text), graphs=())
    except (OutsideAddress, QuerySyntaxError):
        return True
    return False


CALLS = [
    "SERVICE<@>{}",
    "SERVICE <@> { ?s ?p ?o }",
    "SERVICEex:a{}",
    "service silent ex:a{}",
    "SeRvIcE SILENTex:a {}",
    "SERVICE#c\n<@>{}",
    "SERVICE\r#'\r<@>#\"\n{}",
    "SERVICE e\u200dx:a{}",
    "SERVICE :a{}",
    "SERVICE ex:\\'{}",
    "SERVICE <a>{}",
    "OPTIONAL { SERVICE <@> {} }",
    "{ SELECT * { SERVICE <@> {} } }",
    "FILTER EXISTS { SERVICE <@> {} }",
    "\\u0053ERVICE ex:a {}",
    "SERV\\U00000049CE <@> {}",
]
OTHERS = [
    "?s ?p ?o .",
    "?s ?p 'SERVICE <u:x> {' .",
    '?s ?p "a\\" SERVICE ex:a {} " .',
    "FILTER(?a<'x>')",
    'FILTER(?a<">")',
    "FILTER(1<2)",
    "FILTER(?a<1)FILTER(2>1)",
    "FILTER(?a<?b&&?c>?d)",
    "FILTER(?a<''||''>?b)",
    "FILTER(?a<'>'||'<'>?b)",
    "FILTER(?x1<'#>')",
    "FILTER('''a'b''' != ''' ' ''')",
    "FILTER(-1<-2)",
    "FILTER(true)",
    "BIND(1 AS ?SERVICE)",
    "BIND('a'<'b>' AS ?q)",
    "BIND(<u:a>AS ?w)",
    "BIND('''\\''''AS ?k)",
    "BIND('\\u0027' AS ?e)",
    'BIND("\\\\u0041" AS ?r)',
    "# SERVICE ex:a {}\n",
    "# ' \r",
    '# " \n',
    "#<\n",
    "?s ?p '''\n''' .",
    "?s ?p '\\'' .",
    "?s ?p '', '' .",
    "?s ?p '''''' .",
    '?s ?p "\\u0022" .',
    "?s <u:'> ?o .",
    "?s <u:#x'> 'a' .",
    "?s <u:\\u0027> ?o .",
    "?s<u:p>?o .",
    "?s ex:\\'a 'b' .",
    "?s ex:a\\#b 1 .",
    "?s ex:%27 'x'@en .",
    "?s a ex:s-e.r .",
    "?s ex:p ex:a.",
    "?s ?p 1.e5 .",
    "?s ?p 1.",
    "?s ?p _:a.b .",
    "?s !a ?o .",
    "?s ^ex:a|!(a|^a)* ?o .",
    "?v\u3001 ?p ?o .",
    "?v\u200c ?p ?o .",
    "?s ?p ?o; .",
    "GRAPH ?g {}",
    "OPTIONAL {}",
    "{} UNION {}",
    "FILTER NOT EXISTS { ?x ?y 'q>' }",
    "VALUES ?q { '>' }",
]
PROLOGUES = [
    "PREFIX ex:<@>PREFIX :<@>PREFIX e\u200dx:<@>",
    "PREFIX ex: <@> #'\nPREFIX : <@>\r",
    "BASE<@>PREFIX ex:<a>PREFIX :<b>",
    "#'\nPREFIX service:<x:>PREFIX ex:<@>PREFIX :<@>",
]
HEADS = [
    "SELECT*{",
    "SELECT * WHERE {",
    "SELECT DISTINCT ?s {",
    "ASK{",
    "CONSTRUCT{?s ?p ?o}WHERE{",
    "SELECT(1<2 AS ?i){",
    "SELECT('a'<'b>'AS ?i){",
]
BLANKS = st.sampled_from(["", " ", "\n", "\r", "\t", "#\n", "#'\n", '#"\r', "."])
BITS = st.sampled_from(["", "'", '"', "<", ">", " ", "#", "\\", "a", ".", ":", "SERVICE", "\u00e9", "{", "}", "\u0085"])


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Queries that are mostly well formed, in layouts that no person would write, some with a character changed."""
    parts = draw(st.lists(st.sampled_from(OTHERS), max_size=5))
    if draw(st.booleans()):
        parts.insert(draw(st.integers(0, len(parts))), draw(st.sampled_from(CALLS)))
    body = "".join(draw(BLANKS) + part for part in parts) + draw(BLANKS)
    text = draw(st.sampled_from(PROLOGUES)) + draw(st.sampled_from(HEADS)) + body + "}"
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(BITS) + text[at + draw(st.integers(0, 1)) :]
    return text


@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=queries())
def test_nothing_that_would_call_out_passes(store: ox.Store, listener: Listener, text: str) -> None:
    text = unescape(text.replace("@>", f"{listener.address}>"))
    calls_out = engine_calls_out(store, listener, text)
    event(f"the engine calls out: {calls_out}")
    if calls_out:
        assert refused(text)
    elif calls_out is False:
        # A call that the engine had no cause to make, or a text that can be read in two ways. QuerySyntaxError would
        # be wrong: the engine can read it.
        with contextlib.suppress(OutsideAddress):
            check(find_references(text), graphs=())


@pytest.mark.parametrize("part", CALLS)
def test_each_call_is_one_to_the_engine_and_is_refused(store: ox.Store, listener: Listener, part: str) -> None:
    prologue = PROLOGUES[2] if "<a>" in part else PROLOGUES[0]
    text = f"{prologue}SELECT * {{ {part} }}".replace("@>", f"{listener.address}>")
    text = unescape(text)
    assert engine_calls_out(store, listener, text)
    with pytest.raises(OutsideAddress):
        check(find_references(text), graphs=())


INNOCENT = [
    "SELECT * { ?s ?p 'SERVICE <http://a.example/> { ?s ?p ?o }' }",
    'SELECT * { ?s ?p """ " SERVICE <http://a.example/> {} FROM <http://b.example/> """ }',
    "SELECT * { ?s ?p ?o } # SERVICE <http://a.example/> {}",
    "# FROM <http://a.example/>\nSELECT * { ?s ?p ?o }",
    "SELECT ?service ?FROM { ?service ?from ?load }",
    "PREFIX service: <http://a.example/> SELECT * { ?s service:SERVICE service:FROM }",
    "PREFIX from: <http://a.example/> SELECT * { ?s from:load from:x }",
    "PREFIX load: <http://a.example/> ASK { load:a load:b 'LOAD <http://a.example/>' }",
    "SELECT * { ?s <http://a.example/SERVICE> <http://a.example/FROM#LOAD> }",
    "SELECT * { ?s ?p _:service . _:service ?q 'from'@en }",
    "SELECT * { ?s ?p ?o FILTER(REGEX(?o, 'from <.*>', 'i') && ?x < 3 && ?y > 4) }",
    "SELECT * { ?s ?p 'it\\'s from <http://a.example/>' }",
    "SELECT (1 < 2 AS ?from) { ?s ?p 'service <x:y> {' FILTER(?a < ?b || ?c > ?d) }",
    "DESCRIBE <http://a.example/service>",
    "SELECT * FROM <urn:here> FROM NAMED <urn:there> { GRAPH ?g { ?s ?p ?o } }",
    "PREFIX u: <urn:> SELECT * FROM u:here FROM NAMED u:there { ?s ?p ?o }",
    "BASE <http://a.example/b/> SELECT * FROM <../graph> { ?s ?p ?o }",
]


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_queries_pass(store: ox.Store, listener: Listener, text: str) -> None:
    assert engine_calls_out(store, listener, text) is False
    check(find_references(text), graphs={"urn:here", "urn:there", "http://a.example/graph"})


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_no_text_within_a_string_is_refused(words: str) -> None:
    quoted = words.translate({ord(c): f"\\{e}" for c, e in {"\\": "\\", "'": "'", "\n": "n", "\r": "r"}.items()})
    check(find_references(f"SELECT * {{ ?s ?p '{quoted} SERVICE <x:y> {{}} FROM <x:z>' . ?a ?b ?c }}"), graphs=())


@pytest.mark.parametrize(
    "clause",
    ["FROM <urn:far>", "FROM<urn:far>", "from named <urn:far>", "FROM u:far", "FROM NAMEDu:far", "FROM#\n<urn:far>"],
)
def test_graphs_from_elsewhere_are_refused(clause: str) -> None:
    with pytest.raises(OutsideAddress) as caught:
        check(find_references(f"PREFIX u: <urn:>\nSELECT * {clause} {{ ?s ?p ?o }}"), graphs={"urn:near"})
    assert caught.value.address == "urn:far"
    assert str(caught.value).startswith("Line 2, column 10: no graph <urn:far> here")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://a.example/sparql> {} }",
        "PREFIX a: <http://a.example/> SELECT * { SERVICE a:sparql {} }",
        "BASE <http://a.example/x/y> SELECT * { SERVICE <../sparql> {} }",
        "BASE <http://a.example/x/y> PREFIX a: </> SELECT * { SERVICE SILENT a:sparql {} }",
        "PREFIX a: <x:> PREFIX a: <http://a.example/> SELECT * { SERVICE a:sparql {} }",
        "LOAD <http://a.example/sparql> INTO GRAPH <urn:g>",
    ],
)
def test_allowed_addresses_pass(text: str) -> None:
    check(find_references(text), graphs=(), allowed={"http://a.example/sparql"})
    with pytest.raises(OutsideAddress):
        check(find_references(text), graphs=(), allowed={"http://a.example/sparq"})


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE ?x {} }",
        "SELECT * { VALUES ?x { <http://a.example/sparql> } SERVICE ?x {} }",
        "SELECT * { SERVICE <http://a.example/sparql/> {} }",
        "SELECT * { SERVICE <http://A.example/sparql> {} }",
        # A scheme without an authority is not relative, whatever a lenient resolver makes of it.
        "BASE <http://a.example/> SELECT * { SERVICE <http:sparql> {} }",
        "SELECT * { SERVICE <http://a.example/sparql> { SERVICE <http://b.example/> {} } }",
        "LOAD <file:///etc/hostname>",
        "LOAD SILENT <http://b.example/> INTO GRAPH <urn:g>",
        "INSERT DATA {} ; load<http://b.example/>",
        "PREFIX a: <http://a.example/> INSERT DATA {} ; PREFIX a: <http://b.example/> LOAD a:sparql",
        "BASE <http://a.example/> INSERT DATA {} ; BASE <http://b.example/> LOAD <sparql>",
    ],
)
def test_other_addresses_do_not(text: str) -> None:
    with pytest.raises(OutsideAddress):
        check(find_references(text), graphs=(), allowed={"http://a.example/sparql"})


def test_a_prefix_of_the_engine_counts_as_declared() -> None:
    known = {"far": "http://a.example/"}
    with pytest.raises(OutsideAddress, match=r"http://a\.example/x"):
        check(find_references("SELECT * { SERVICE far:x {} }"), graphs=(), prefixes=known)
    assert [call.declared for call in find_references("SELECT * { SERVICE far:x {} }").calls()] == [False]


def test_the_place_is_told() -> None:
    with pytest.raises(OutsideAddress, match=r"Line 3, column 3: SERVICE http://a\.example/ would reach out") as caught:
        check(find_references("SELECT *\r\n{\r\n\t SERVICE <http://a.example/> {} }"), graphs=())
    assert (caught.value.address, caught.value.keyword) == ("http://a.example/", "SERVICE")


def test_what_cannot_be_read_is_refused() -> None:
    with pytest.raises(QuerySyntaxError, match="never closed"):
        check(find_references("SELECT * FROM <urn:a> { ?s ?p 'x }"), graphs={"urn:a"})


def test_a_text_too_long_to_be_followed_is_refused_only_if_it_has_to_be() -> None:
    filling = "<urn:a> <urn:b> 1 . " * (MAX_GUARDED_CHARACTERS // 20)
    assert list(find_references(f"SELECT * {{ {filling} ?from ?service ?load }}").calls()) == []
    with pytest.raises(EvaluationError, match="may have 30,000 characters; this one has 30,0"):
        find_references(f"SELECT * FROM <urn:a> {{ {filling} }}")


HARD = {
    "words": "a",
    "dots": "a.",
    "comments": "# ",
    "addresses": "<a#>",
    "calls in addresses": "<SERVICE#>",
    "calls": "SERVICE",
    "quotes": "'",
    "both quotes": "\"'",
    "less than": "<'#",
    "from in strings": "?s ?p 'from' . ",
    "from everywhere": "?s from:a <from> . #from\n",
    "clauses": "FROM a:b ",
    "digits": "1",
    "decimals": "1.",
    "exponents": "1e",
    "escapes": "%41",
    "colons": ":",
    "variables": "?a",
    "tags": "@a-",
    "blanks": " ",
    "backslashes": "\\'",
}


@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("head", ["SERVICE a:", "FROM # ", "SELECT * FROM <x:a> "])
def test_the_time_grows_no_faster_than_the_text(name: str, head: str) -> None:
    def seconds(size: int) -> float:
        text = head + HARD[name] * (size // len(HARD[name]))
        best = float("inf")
        for _ in range(4):
            begin = time.thread_time()
            refused(text)
            ParsedQuery(text).form  # noqa: B018
            ParsedQuery(f"SELECT * {text}").columns  # noqa: B018
            best = min(best, time.thread_time() - begin)
        return best

    small, large = seconds(1_800), seconds(28_800)
    # Sixteen times the text: sixteen times the work, or 256 times where it is quadratic.
    assert large < 100 * max(small, 0.001)
