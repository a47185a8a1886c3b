"""Texts on pages: the page's language, else English, else none, else any other."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask.testing import FlaskClient

from support.languages import GRAPH


def test_titles_and_names_on_pages_are_english_before_those_in_no_language(serve: Callable[..., FlaskClient]) -> None:
    client = serve(GRAPH, "ontology.ttl")

    def page(address: str, language: str = "en") -> str:
        answer = client.get(address, headers={"Accept": "text/html", "Accept-Language": language})
        assert answer.status_code == 200
        return answer.text

    def heading(text: str) -> str:
        return "".join(re.findall(r"<h1[^>]*>.*?</h1>", text, re.DOTALL))

    home = page("/")
    assert "English dataset" in home
    assert "English text" in home
    assert "A dataset" not in home
    assert "Ein Datensatz" in page("/", "de")
    one = page("/page/one")
    assert heading(one) == "<h1>English one</h1>"
    assert "<title>English one" in one
    assert "English description" in one.partition("<table")[0]
    assert heading(page("/page/one", "de")) == "<h1>Erste</h1>"
    assert heading(page("/page/two", "de")) == "<h1>B-1</h1>"
    assert ">English one</a>" in page("/page/two")
    ontology = page("/ontology")
    assert "English comment" in ontology
    assert "A comment" not in ontology
    markup = client.get("/dataset.jsonld").json
    assert markup is not None
    assert (markup["name"], markup["description"]) == ("English dataset", "English text")
