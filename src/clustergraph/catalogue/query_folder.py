"""The files of a folder -> its canned queries: a query each, or examples in Turtle as services in biology have them.

The examples are those of https://github.com/sib-swiss/sparql-examples: resources with `sh:select` or another form, a
`rdfs:comment`, `schema:keywords`, and prefixes that any file of the folder may declare (`sh:declare`).
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from clustergraph.catalogue.errors import CatalogueError, Problem
from clustergraph.catalogue.model import CannedQuery
from clustergraph.catalogue.query_file_parser import ENDING, name_query, read, read_text
from clustergraph.rdf.namespaces import RDFS, SH, local_name
from clustergraph.snapshots.source_folder import Folder
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.query_rewriting import with_prefixes

EXAMPLES = (SH, "https://purl.expasy.org/sparql-examples/ontology#")
"""Namespaces of the properties that have the text of a query."""
FORMS = ("select", "ask", "construct", "describe")
KEYWORDS = ("https://schema.org/keywords", "http://schema.org/keywords")
MAX_EXAMPLE_FILE_BYTES = 1 << 20
"""How large a file of Turtle may be that is looked through for examples."""
_MARKS = re.compile(rb"SPARQL[A-Za-z]*Executable|(?:sh:|shacl#)declare")
_TAG = re.compile(r"<[^<>]*>")


def read_folder(folder: Path) -> tuple[list[CannedQuery], list[Problem]]:
    """The queries of a folder and of those in it, and what is wrong with files that cannot be used.

    Queries of the same name are called by the folders that they lie in, too.
    """
    queries: list[CannedQuery] = []
    problems: list[Problem] = []
    files = Folder(folder)
    for path in files.query_files() if folder.is_dir() else ():
        try:
            queries.append(read(path, path.relative_to(folder).as_posix()))
        except CatalogueError as error:
            problems.extend(error.problems)
    turtle = [path for path in files.query_files((".ttl",)) if _has_examples(path)] if folder.is_dir() else []
    for file, text in _write_examples(turtle, folder, problems):
        try:
            query = read_text(f"{file.rpartition('#')[2]}{ENDING}", text)
            queries.append(replace(query, file=file, warnings=()))
        except CatalogueError as error:
            problems.extend(Problem(file, 1, problem.message) for problem in error.problems if not problem.is_warning)
    counts = Counter(query.name for query in queries)
    named: dict[str, CannedQuery] = {}
    for query in queries:
        name = query.name if counts[query.name] == 1 else name_query(query.file.replace("/", "-"))
        if name in named:
            problems.append(Problem(query.file, 1, f"Another file has a query called {name!r}: {named[name].file}."))
        else:
            named[name] = replace(query, name=name)
    return list(named.values()), problems


def _has_examples(path: Path) -> bool:
    try:
        return path.stat().st_size <= MAX_EXAMPLE_FILE_BYTES and bool(_MARKS.search(path.read_bytes()))
    except OSError:
        return False


def _write_examples(paths: list[Path], folder: Path, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Each example of these Turtle files, as a query file with a header: its file with its name, and its text."""
    prefixes: dict[str, str] = {}
    quads: list[tuple[str, list[ox.Quad]]] = []
    for path in paths:
        file = path.relative_to(folder).as_posix()
        try:
            parsed = list(ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE, base_iri=path.resolve().as_uri()))
        except (OSError, SyntaxError, ValueError) as error:
            problems.append(Problem(file, getattr(error, "lineno", None) or 1, f"This is no Turtle: {error}."))
            continue
        prefixes |= _read_declarations(parsed)
        quads.append((file, parsed))
    for file, parsed in quads:
        for quad in parsed:
            namespace, form = quad.predicate.value.rpartition("#")[::2]
            if f"{namespace}#" in EXAMPLES and form in FORMS and isinstance(quad.subject, ox.NamedNode):
                values = [(other.predicate.value, other.object) for other in parsed if other.subject == quad.subject]
                yield f"{file}#{name_query(local_name(quad.subject.value))}", _write_example(quad, values, prefixes)


def _read_declarations(quads: list[ox.Quad]) -> dict[str, str]:
    """The prefixes that resources with `sh:prefix` and `sh:namespace` declare."""
    parts: dict[str, dict[str, str]] = {f"{SH}prefix": {}, f"{SH}namespace": {}}
    for quad in quads:
        if quad.predicate.value in parts and isinstance(quad.object, (ox.Literal, ox.NamedNode)):
            parts[quad.predicate.value][str(quad.subject)] = quad.object.value
    names, spaces = parts.values()
    return {name: spaces[subject] for subject, name in names.items() if subject in spaces}


def _write_example(quad: ox.Quad, values: Sequence[tuple[str, object]], prefixes: dict[str, str]) -> str:
    texts: dict[str, str] = {}
    for predicate, value in values:
        if predicate == f"{RDFS}comment" and isinstance(value, ox.Literal):
            texts.setdefault(value.language or "en", " ".join(_TAG.sub("", value.value).split()))
    tags = [value.value for predicate, value in values if predicate in KEYWORDS and isinstance(value, ox.Literal)]
    comment = texts.get("en") or next(iter(texts.values()), "")
    header = {"summary": comment, "description": comment, "summary-de": texts.get("de"), "tags": sorted(tags)}
    lines = [f"#+ {key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in header.items() if value]
    assert isinstance(quad.object, (ox.Literal, ox.NamedNode))
    text = quad.object.value
    with contextlib.suppress(QuerySyntaxError):  # which is said when it is checked
        text = with_prefixes(text, prefixes)
    return f"{''.join(lines)}{text}"
