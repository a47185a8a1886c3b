"""Giving values to a query's variables: as RDF terms in a VALUES block, never as spliced text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rdflib.term import Identifier, Literal, URIRef

from clustergraph.rdf.iris import is_iri
from clustergraph.rdf.quoting import quote
from clustergraph.sparql.errors import EvaluationError
from clustergraph.sparql.parsed_query import ParsedQuery

_LANGUAGE = re.compile(r"[A-Za-z]+(?:-[A-Za-z0-9]+)*")


def bind(query: ParsedQuery, bindings: Mapping[str, Identifier]) -> str:
    """The query with `VALUES (?a ?b) { (term term) }` put first in its outermost group.

    The lines of the query keep their numbers. Raises EvaluationError for a variable that the query does not
    have or a term that cannot be written.

    >>> bind(ParsedQuery("SELECT * { ?s ?p ?o }"), {"o": Literal('a" } #')})
    'SELECT * { VALUES (?o) { ("a\\\\" } #") } ?s ?p ?o }'
    """
    text = query.text
    if not bindings:
        return text
    missing = bindings.keys() - query.variables
    if missing:
        raise EvaluationError(f"The query has no variable ?{sorted(missing)[0]} to bind.")
    names = sorted(bindings)
    at = query.pattern_start
    head = " ".join(f"?{name}" for name in names)
    row = " ".join(write_term(name, bindings[name]) for name in names)
    return f"{text[:at]} VALUES ({head}) {{ ({row}) }}{text[at:]}"


def write_term(name: str, term: Identifier) -> str:
    """The term in SPARQL's own syntax, on one line. Raises EvaluationError if it has none; `name` is for its message.

    >>> write_term("x", Literal("Zürich", lang="de"))
    '"Zürich"@de'
    """
    if isinstance(term, URIRef):
        return _iri(name, term)
    if isinstance(term, Literal):
        quoted = quote(str(term))
        if any(0xD800 <= ord(character) <= 0xDFFF for character in quoted):
            raise EvaluationError(f"The value of ?{name} is not valid Unicode: {quoted!r}.")
        if term.language:
            if not _LANGUAGE.fullmatch(term.language):
                raise EvaluationError(f"The value of ?{name} has no valid language tag: {term.language!r}.")
            return f"{quoted}@{term.language}"
        return f"{quoted}^^{_iri(name, term.datatype)}" if term.datatype else quoted
    raise EvaluationError(f"The value of ?{name} is neither an IRI nor a literal.")


def _iri(name: str, iri: str) -> str:
    if not is_iri(iri):
        raise EvaluationError(
            f"The value of ?{name} is not an absolute IRI: {str(iri)!r}. Write it in full, such as https://example.org/a."
        )
    return f"<{iri}>"
