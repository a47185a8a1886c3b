"""The short way to an answer says what the long way says."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote_to_bytes

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from clustergraph.web.middleware import fast_path
from clustergraph.web.middleware.fast_path import unquoted

QUERIES = [
    "SELECT ?s { ?s a cg:Cluster } ORDER BY ?s LIMIT 3",
    "SELECT * { ?s ?p 'ä+&=#%' }",
    "ASK { ?s ?p ?o }",
    "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } ORDER BY ?s ?c LIMIT 5",
    "DESCRIBE <https://w3id.org/clustergraph/id/country/JP>",
    "SELECT (RAND() < 2 AS ?always) {}",
    "SELECT * { ?s ?p",
    "SELECT * FROM <urn:none> { ?s ?p ?o }",
    "ASK { SERVICE <http://127.0.0.1:9/> {} }",
    "INSERT DATA { <urn:a> <urn:b> 1 }",
    "",
    "not SPARQL",
]
ACCEPTS = ["", "*/*", "text/csv", "application/json", "text/turtle", "text/html", "application/xml;q=0.5", "image/png"]


def ask(client: FlaskClient, address: str, accept: str) -> tuple[int, dict[str, str], bytes]:
    response: TestResponse = client.get(address, headers={"Accept": accept} if accept else {})
    # The time it took differs, and so does the tag, which is made of the address.
    headers = {name: value for name, value in response.headers.items() if name not in ("Server-Timing", "ETag")}
    headers["Vary"] = ", ".join(sorted(headers.get("Vary", "").split(", ")))
    return response.status_code, headers, response.data


@pytest.mark.parametrize("accept", ACCEPTS)
@pytest.mark.parametrize("text", QUERIES)
def test_both_ways_say_the_same(client: FlaskClient, text: str, accept: str) -> None:
    short = ask(client, f"/sparql?query={quote_plus(text)}", accept)
    # A field that nobody knows is passed over, but only the application does that.
    long = ask(client, f"/sparql?query={quote(text)}&x=1", accept)
    if b"format=" not in short[2]:  # pages repeat the address in their links
        assert short == long
    assert short[0] == long[0]


def test_the_short_way_is_taken(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = []
    answer = fast_path.answer

    def watched(*given: object) -> object:
        taken.append(answer(*given))  # type: ignore[arg-type]
        return taken[-1]

    monkeypatch.setattr(fast_path, "answer", watched)
    assert client.get("/sparql?query=ASK{?a+?b+?c}#").status_code == 200
    assert taken[-1] is not None
    assert client.get("/sparql?query=ASK{?a+?b+").status_code == 400
    assert taken[-1] is None


@pytest.mark.parametrize("raw", ["%ff", "ASK%20%7B%7D%ED%A0%80"])
def test_what_is_no_text_goes_the_long_way(client: FlaskClient, raw: str) -> None:
    assert client.get(f"/sparql?query={raw}").status_code == 400


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "=?{}", "/:#"]))
def test_escapes_are_resolved_as_urllib_does(text: str, safe: str) -> None:
    assert unquoted(quote(text, safe=safe)) == text
    assert unquoted(quote_plus(text, safe=safe)) == text


@given(st.text(st.sampled_from("%=+ab04GZ \r\n"), max_size=12))
def test_what_is_escaped_badly_is_left_to_those_who_know(text: str) -> None:
    try:
        found = unquoted(text)
    except ValueError:
        return
    assert found == unquote_to_bytes(text.replace("+", " ")).decode()
    assert not re.search("%(?![0-9A-Fa-f]{2})", text)
