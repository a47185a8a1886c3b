"""A canned query with its parameters as code to take along: address, curl, Python, R."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping

from clustergraph.catalogue import CannedQuery
from clustergraph.web.http.current import absolute_urls


def snippets(query: CannedQuery, given: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """Names of ways to ask, and the code for each. `text` is the query with its parameters in it."""
    urls = absolute_urls()
    is_graph = query.form in ("CONSTRUCT", "DESCRIBE")
    data, wrapper = ("ttl", "TURTLE") if is_graph else ("csv", "JSON")
    address = urls.query(query.name, given)
    download = urls.query(query.name, given, ending=data)
    keywords = "".join(f", {name}={json.dumps(value, ensure_ascii=False)}" for name, value in given.items())
    subscript = "" if is_graph else '["results"]["bindings"]'
    escaped = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return [
        ("URL", address),
        ("curl", f"curl {shlex.quote(download)}"),
        (
            "Python, clustergraph",
            f"import clustergraph\n\nkg = clustergraph.open({json.dumps(urls.host)})\n"
            f"result = kg.query({json.dumps(query.name)}{keywords})",
        ),
        (
            "Python, SPARQLWrapper",
            f"from SPARQLWrapper import {wrapper}, SPARQLWrapper\n\n"
            f'endpoint = SPARQLWrapper("{urls.sparql}")\nendpoint.setReturnFormat({wrapper})\n'
            f'endpoint.setQuery("""\n{escaped.strip()}\n""")\nresult = endpoint.queryAndConvert(){subscript}',
        ),
        (
            "R",
            f"turtle <- readLines({json.dumps(download)})"
            if is_graph
            else f'result <- read.csv({json.dumps(download)}, na.strings = "")',
        ),
    ]
