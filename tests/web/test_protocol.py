"""SPARQL 1.1 Protocol: queries (sections 2.1 and 2.2), after the cases of the W3C's protocol tests."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask.testing import FlaskClient
from rdflib import Graph
from werkzeug.test import TestResponse

from clustergraph.rdf.formats import FORMATS

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
SELECT = "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1"
GRAPH = "https://w3id.org/clustergraph/graph/"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
COUNT_NAMED = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
OUTSIDE = "http://outside.example/graph"


def get(client: FlaskClient, query: str, accept: str = "", **parameters: Any) -> TestResponse:
    address = f"/sparql?{urlencode({'query': query, **parameters}, doseq=True)}"
    return client.get(address, headers={"Accept": accept} if accept else {})


def post(client: FlaskClient, fields: dict[str, Any] | str, address: str = "", **headers: str) -> TestResponse:
    body = fields if isinstance(fields, str) else urlencode(fields, doseq=True)
    return client.post(f"/sparql{address}", data=body, content_type=FORM, headers=headers)


def direct(client: FlaskClient, body: str | bytes, address: str = "", content_type: str = QUERY) -> TestResponse:
    return client.post(f"/sparql{address}", data=body, content_type=content_type)


def problem(response: TestResponse, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.content_type == "application/problem+json"
    said: dict[str, Any] = response.json  # type: ignore[assignment]
    assert said["type"] == f"/errors#{kind}"
    return said


def number(response: TestResponse) -> int:
    assert response.status_code == 200, response.text
    return int(json.loads(response.data)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("ask", [get, lambda client, query: post(client, {"query": query}), direct])
def test_all_three_ways_give_the_same_answer(client: FlaskClient, ask: Any) -> None:
    response = ask(client, SELECT)
    assert response.status_code == 200
    assert response.content_type == "application/sparql-results+json"
    assert response.data == get(client, SELECT).data


@pytest.mark.parametrize(
    ("query", "accept", "content_type"),
    [
        (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
        (SELECT, "text/csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+json", "application/sparql-results+json"),
        ("ASK { ?s ?p ?o }", "application/sparql-results+xml", "application/sparql-results+xml"),
        (f"DESCRIBE <{GRAPH[:-6]}id/cluster/biom>", "application/rdf+xml", "application/rdf+xml"),
        (f"DESCRIBE <{GRAPH[:-6]}id/cluster/biom>", "text/turtle", "text/turtle; charset=utf-8"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "text/turtle", "text/turtle; charset=utf-8"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/rdf+xml", "application/rdf+xml"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/n-triples", "application/n-triples"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/ld+json", "application/ld+json"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/trig", "application/trig"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/n-quads", "application/n-quads"),
        # a client that takes only a more general type is told that type
        (SELECT, "application/json", "application/json"),
        (SELECT, "text/xml", "text/xml; charset=utf-8"),
        (SELECT, "application/xml", "application/xml"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "text/plain", "text/plain; charset=utf-8"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/xml", "application/xml"),
        ("CONSTRUCT { ?s a ?t } { ?s a ?t }", "application/json", "application/json"),
        # qualities, wildcards, exactness
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "text/*", "text/csv; charset=utf-8"),
        (SELECT, "text/*, text/csv;q=0", "text/tab-separated-values; charset=utf-8"),
        (SELECT, "application/sparql-results+json;q=0.2, text/csv;q=0.9", "text/csv; charset=utf-8"),
        (SELECT, "*/*;q=0.1, application/sparql-results+xml;q=0.2", "application/sparql-results+xml"),
        (SELECT, "*/*, application/sparql-results+json;q=0", "application/sparql-results+xml"),
        (SELECT, "application/json, application/sparql-results+json", "application/sparql-results+json"),
        (SELECT, "text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
        (SELECT, "TEXT/CSV", "text/csv; charset=utf-8"),
        (SELECT, "text/csv; charset=utf-8", "text/csv; charset=utf-8"),
        (SELECT, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        (SELECT, "text/html;q=0.5, text/csv", "text/csv; charset=utf-8"),
    ],
)
def test_content_negotiation(client: FlaskClient, query: str, accept: str, content_type: str) -> None:
    response = get(client, query, accept)
    assert response.status_code == 200, response.text
    assert response.content_type == content_type
    assert "Accept" in response.headers["Vary"].split(", ")


@pytest.mark.parametrize("accept", ["image/png", "text/turtle", "*/*;q=0", "text/csv;q=0", "application/pdf, text/rtf"])
def test_nothing_acceptable_is_406(client: FlaskClient, accept: str) -> None:
    said = problem(get(client, SELECT, accept), 406, "not-acceptable")
    assert "application/sparql-results+json" in said["detail"]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_format_overrules_accept(client: FlaskClient, form: Any) -> None:
    query = SELECT if form.kind == "results" else "CONSTRUCT WHERE { ?s a ?t }"
    for word in (form.name, form.extension, form.media_type, form.name.upper()):
        assert get(client, query, "image/png", format=word).content_type == form.content_type
        response = post(client, {"query": query, "format": word}, Accept="image/png")
        assert response.content_type == form.content_type
    unencoded = f"/sparql?query={quote(query)}&format={form.media_type}"
    assert client.get(unencoded).content_type == form.content_type


def test_an_unknown_format_names_those_there_are(client: FlaskClient) -> None:
    said = problem(get(client, SELECT, format="pdf"), 400, "bad-format")
    assert "json, xml, csv, tsv, html" in said["detail"]
    problem(get(client, SELECT, format="turtle"), 400, "bad-format")
    problem(get(client, SELECT, format=["pdf", "doc"]), 400, "bad-format")


def test_a_format_under_two_names(client: FlaskClient) -> None:
    response = get(client, SELECT, format=["unheard-of", "text/tab-separated-values", "csv"])
    assert response.content_type == "text/tab-separated-values; charset=utf-8"


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    address = f"/sparql?query={quote(SELECT)}"
    with_body, without = client.get(address), client.head(address)
    assert without.data == b""
    same = {name: value for name, value in with_body.headers.items() if name != "Server-Timing"}
    assert {name: value for name, value in without.headers.items() if name != "Server-Timing"} == same
    assert int(without.headers["Content-Length"]) == len(with_body.data)


def test_options_tells_the_methods(client: FlaskClient) -> None:
    response = client.options("/sparql")
    assert response.status_code == 200
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_a_script_on_another_site_may_ask(client: FlaskClient) -> None:
    headers = {
        "Origin": "https://elsewhere.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, accept",
    }
    preflight = client.options("/sparql", headers=headers)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "content-type" in preflight.headers["Access-Control-Allow-Headers"]
    assert int(preflight.headers["Access-Control-Max-Age"]) > 0
    answer = direct(client, SELECT)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405(client: FlaskClient, method: str) -> None:
    response = client.open(f"/sparql?query={quote(SELECT)}", method=method)
    problem(response, 405, "method-not-allowed")
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_more_than_one_query(client: FlaskClient) -> None:
    twice = f"query={quote(SELECT)}&query={quote('ASK {}')}"
    problem(client.get(f"/sparql?{twice}"), 400, "bad-request")
    problem(post(client, twice), 400, "bad-request")
    problem(post(client, {"query": SELECT}, f"?query={quote(SELECT)}"), 400, "bad-request")
    problem(direct(client, SELECT, f"?query={quote(SELECT)}"), 400, "bad-request")


def test_no_query(client: FlaskClient) -> None:
    problem(post(client, ""), 400, "bad-request")
    problem(post(client, {"default-graph-uri": f"{GRAPH}people"}), 400, "bad-request")
    for response in (get(client, ""), get(client, "  "), post(client, {"query": ""}), direct(client, "")):
        problem(response, 400, "syntax")


def test_a_query_needs_a_content_type_that_is_understood(client: FlaskClient) -> None:
    problem(client.post("/sparql", data=SELECT, content_type="text/plain"), 415, "unsupported-media-type")
    problem(client.post("/sparql", data=SELECT, content_type="application/json"), 415, "unsupported-media-type")
    problem(client.post("/sparql", data=urlencode({"query": SELECT})), 415, "unsupported-media-type")
    problem(client.post("/sparql", data=SELECT), 415, "unsupported-media-type")


@pytest.mark.parametrize("charset", ["UTF-8", "utf-8", '"utf-8"', "utf8"])
def test_utf8_may_be_said(client: FlaskClient, charset: str) -> None:
    assert direct(client, SELECT, content_type=f"{QUERY}; charset={charset}").status_code == 200
    response = client.post("/sparql", data=urlencode({"query": SELECT}), content_type=f"{FORM}; charset={charset}")
    assert response.status_code == 200


def test_text_that_is_not_utf8(client: FlaskClient) -> None:
    problem(
        direct(client, SELECT.encode("utf-16"), content_type=f"{QUERY}; charset=utf-16"), 415, "unsupported-media-type"
    )
    problem(direct(client, b"ASK { ?s ?p '\xe4' }"), 400, "bad-request")
    problem(
        client.post("/sparql", data="query=ASK%7B%7D", content_type=f"{FORM}; charset=latin-1"),
        415,
        "unsupported-media-type",
    )
    problem(post(client, "query=ASK%20%7B%20%3Fs%20%3Fp%20%27%E4%27%20%7D"), 400, "bad-request")
    problem(client.get("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%27%E4%27%20%7D"), 400, "bad-request")


def test_blanks_may_be_plus_or_percent(client: FlaskClient) -> None:
    plus = client.get("/sparql?query=ASK+%7B+%3Fs+%3Fp+%22a%2Bb%22+%7D")
    percent = client.get("/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%22a%2Bb%22%20%7D")
    assert plus.status_code == percent.status_code == 200
    query = 'SELECT ("ä+ö &=%" AS ?x) {}'
    for response in (get(client, query), post(client, {"query": query}), direct(client, query)):
        assert response.json["results"]["bindings"][0]["x"]["value"] == "ä+ö &=%"  # type: ignore[index]


def test_a_syntax_error_has_line_and_column(client: FlaskClient) -> None:
    said = problem(get(client, "SELECT *\n{ ?s ?p ` }"), 400, "syntax")
    assert (said["line"], said["column"]) == (2, 9)
    problem(direct(client, "SELECT * WHERE"), 400, "syntax")


def test_a_body_can_be_too_large(client: FlaskClient) -> None:
    said = problem(direct(client, "#" * (3 << 20)), 413, "too-large")
    assert "request_size" in said["advice"]
    problem(post(client, {"query": "#" * (3 << 20)}), 413, "too-large")


def test_too_many_fields(client: FlaskClient) -> None:
    problem(client.get("/sparql?" + "&".join(f"a{n}=" for n in range(2000))), 400, "bad-request")


@pytest.mark.parametrize(
    "update", ["INSERT DATA { <x:a> <x:b> 1 }", "CLEAR ALL", "PREFIX x: <x:> DELETE WHERE { x:a ?p ?o }"]
)
def test_updates_are_refused_however_they_come(client: FlaskClient, update: str) -> None:
    problem(client.get(f"/sparql?update={quote(update)}"), 403, "read-only")
    problem(client.get(f"/sparql?query={quote(update)}"), 403, "read-only")
    problem(client.get(f"/sparql?query={quote(SELECT)}&update={quote(update)}"), 403, "read-only")
    problem(post(client, {"update": update}), 403, "read-only")
    problem(post(client, {"query": update}), 403, "read-only")
    problem(direct(client, update), 403, "read-only")
    problem(direct(client, update, content_type="application/sparql-update"), 403, "read-only")


@pytest.mark.parametrize("ask", [get, lambda client, query, **more: post(client, {"query": query, **more})])
class TestDataset:
    def test_a_default_graph(self, client: FlaskClient, service: Any, ask: Any) -> None:
        expected = service.snapshot.graphs[f"{GRAPH}people"]
        assert number(ask(client, COUNT, **{"default-graph-uri": f"{GRAPH}people"})) == expected

    def test_several_default_graphs_are_merged(self, client: FlaskClient, service: Any, ask: Any) -> None:
        graphs = [f"{GRAPH}people", f"{GRAPH}places"]
        expected = sum(service.snapshot.graphs[graph] for graph in graphs)
        assert number(ask(client, COUNT, **{"default-graph-uri": graphs})) == expected

    def test_named_graphs(self, client: FlaskClient, ask: Any) -> None:
        graphs = [f"{GRAPH}people", f"{GRAPH}places"]
        assert number(ask(client, COUNT_NAMED, **{"named-graph-uri": graphs})) == 2
        assert number(ask(client, COUNT, **{"named-graph-uri": graphs})) == 0

    def test_both(self, client: FlaskClient, service: Any, ask: Any) -> None:
        query = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        dataset = {"default-graph-uri": f"{GRAPH}people", "named-graph-uri": f"{GRAPH}places"}
        expected = sum(service.snapshot.graphs[graph] for graph in dataset.values())
        assert number(ask(client, query, **dataset)) == expected

    def test_it_overrules_from(self, client: FlaskClient, service: Any, ask: Any) -> None:
        query = f"SELECT (COUNT(*) AS ?n) FROM <{GRAPH}places> {{ ?s ?p ?o }}"
        expected = service.snapshot.graphs[f"{GRAPH}people"]
        assert number(ask(client, query, **{"default-graph-uri": f"{GRAPH}people"})) == expected
        assert number(ask(client, query)) == service.snapshot.graphs[f"{GRAPH}places"]

    @pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
    def test_graphs_elsewhere_are_not_fetched(self, client: FlaskClient, ask: Any, name: str) -> None:
        said = problem(ask(client, COUNT, **{name: OUTSIDE}), 403, "outside-address")
        assert said["address"] == OUTSIDE
        assert "GRAPH ?g" in said["detail"]

    @pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
    @pytest.mark.parametrize("value", ["people", "/graph/people", "a b:c", "urn:<x>", 'urn:"'])
    def test_what_is_no_iri(self, client: FlaskClient, ask: Any, name: str, value: str) -> None:
        assert problem(ask(client, COUNT, **{name: value}), 400, "bad-parameter")["parameter"] == name


def test_a_dataset_may_stand_in_the_address_of_a_post(client: FlaskClient, service: Any) -> None:
    expected = service.snapshot.graphs[f"{GRAPH}people"]
    address = f"?default-graph-uri={quote(GRAPH)}people"
    assert number(direct(client, COUNT, address)) == expected
    assert number(post(client, {"query": COUNT}, address)) == expected
    clash = post(client, {"query": COUNT, "default-graph-uri": f"{GRAPH}places"}, address)
    problem(clash, 400, "bad-request")


def test_from_and_service_of_outside_addresses(client: FlaskClient) -> None:
    problem(get(client, f"SELECT * FROM <{OUTSIDE}> {{ ?s ?p ?o }}"), 403, "outside-address")
    said = problem(get(client, f"SELECT * {{ SERVICE <{OUTSIDE}> {{ ?s ?p ?o }} }}"), 403, "outside-address")
    assert said["keyword"] == "SERVICE"


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan", "inf", ""])
def test_a_timeout_is_a_number_above_nought(client: FlaskClient, value: str) -> None:
    assert problem(get(client, SELECT, timeout=value), 400, "bad-parameter")["parameter"] == "timeout"


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c < ?l) }"


def test_a_query_ends_at_its_deadline(client: FlaskClient) -> None:
    said = problem(get(client, ENDLESS, timeout="0.3"), 503, "timeout")
    assert said["limit"] == "timeout"
    assert said["allowed"] == 0.3
    assert said["ceiling"] == 60
    assert re.search("0.3 s", said["detail"])
    assert get(client, SELECT, timeout="5").status_code == 200


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # rdflib's own, in its JSON-LD parser
def test_graphs_come_in_every_format_as_the_same_triples(client: FlaskClient) -> None:
    from rdflib.compare import isomorphic

    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{GRAPH}people> {{ ?s ?p ?o }} }}"
    graphs = {}
    for name, reader in (("turtle", "turtle"), ("ntriples", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")):
        graphs[name] = Graph().parse(data=get(client, query, format=name).data, format=reader)
    assert len(graphs["turtle"]) > 100
    assert all(isomorphic(graph, graphs["turtle"]) for graph in graphs.values())


def test_the_address_without_a_query_is_the_service_description(client: FlaskClient) -> None:
    response = client.get("/sparql")
    assert response.content_type == "text/turtle; charset=utf-8"
    assert 'rel="describedby"' in response.headers["Link"]
    page = client.get("/sparql", headers={"Accept": "text/html"})
    assert page.content_type == "text/html; charset=utf-8"
    assert "<textarea" in page.text


class TestWhatClientsOfTheFieldSend:
    def test_a_byte_order_mark_is_no_part_of_a_query(self, client: FlaskClient) -> None:
        expected = get(client, SELECT).data
        for response in (
            get(client, f"\ufeff{SELECT}"),
            post(client, {"query": f"\ufeff{SELECT}"}),
            direct(client, f"\ufeff{SELECT}"),
        ):
            assert response.data == expected
        said = problem(direct(client, "\ufeffSELECT ` {}"), 400, "syntax")
        assert (said["line"], said["column"]) == (1, 8)

    @pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
    def test_line_ends_of_every_system(self, client: FlaskClient, line_end: str) -> None:
        query = SELECT.replace(" ", f" # why{line_end}")
        expected = get(client, SELECT).data
        assert get(client, query).data == post(client, {"query": query}).data == direct(client, query).data == expected

    @pytest.mark.parametrize("field", ["default-graph-uri", "named-graph-uri", "update", "format", "output"])
    def test_a_field_that_a_form_leaves_empty_is_none(self, client: FlaskClient, field: str) -> None:
        expected = get(client, SELECT).data
        assert get(client, SELECT, **{field: ""}).data == expected
        assert post(client, {"query": SELECT, field: ""}).data == expected

    @pytest.mark.parametrize("field", ["output", "results"])
    def test_other_names_of_the_format(self, client: FlaskClient, field: str) -> None:
        assert get(client, SELECT, **{field: "csv"}).content_type == "text/csv; charset=utf-8"
        assert get(client, SELECT, "text/csv", **{field: "xml"}).content_type == "application/sparql-results+xml"
        assert get(client, SELECT, format="tsv", **{field: "xml"}).content_type.startswith("text/tab-separated-values")
        said = problem(get(client, SELECT, **{field: "pdf"}), 400, "bad-format")
        assert "json, xml, csv, tsv" in said["detail"]

    @pytest.mark.parametrize("cut", ["%", "%2", "%ZZ", "ASK%7B%7D%", "100%%20"])
    def test_what_is_cut_off_in_an_escape_is_named(self, client: FlaskClient, cut: str) -> None:
        for response in (client.get(f"/sparql?query={cut}"), post(client, f"query={cut}")):
            assert "%25" in problem(response, 400, "bad-request")["detail"]

    def test_letters_that_are_not_escaped(self, client: FlaskClient) -> None:
        query = "SELECT('ü日'AS?x){}"
        response = client.post("/sparql", data=f"query={query}".encode(), content_type=FORM)
        assert response.json["results"]["bindings"][0]["x"]["value"] == "ü日"  # type: ignore[index]

    @pytest.mark.parametrize("accept", [",,,", ";", "application/sparql-results+json;q=2", "text/csv;q=much", " "])
    def test_an_accept_that_says_nothing_that_can_be_read_takes_anything(
        self, client: FlaskClient, accept: str
    ) -> None:
        assert get(client, SELECT, accept).content_type == "application/sparql-results+json"

    def test_a_slash_behind_the_address(self, client: FlaskClient) -> None:
        assert client.get(f"/sparql/?query={quote(SELECT)}").data == get(client, SELECT).data
        assert client.post("/sparql/", data=SELECT, content_type=QUERY).data == get(client, SELECT).data

    def test_the_name_of_the_parameter_in_another_case(self, client: FlaskClient) -> None:
        said = problem(client.get(f"/sparql?Query={quote(SELECT)}"), 400, "bad-request")
        assert "query, not 'Query'" in said["detail"]

    @pytest.mark.parametrize(
        "content_type",
        ["APPLICATION/SPARQL-QUERY", 'application/sparql-query;charset="UTF-8"', "Application/Sparql-Query; x=y"],
    )
    def test_media_types_have_no_case(self, client: FlaskClient, content_type: str) -> None:
        assert direct(client, SELECT, content_type=content_type).data == get(client, SELECT).data

    def test_a_character_that_ends_texts_elsewhere(self, client: FlaskClient) -> None:
        problem(get(client, "ASK {}\0"), 400, "syntax")
        response = get(client, 'SELECT ("a\0b" AS ?x) {}')
        assert response.json["results"]["bindings"][0]["x"]["value"] == "a\0b"  # type: ignore[index]
