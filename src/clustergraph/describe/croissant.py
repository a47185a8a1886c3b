"""Croissant: the tables that this graph offers, column by column, for tools that load data for machine learning.

The tables are the canned queries that need no parameter, as CSV, each with the digest of the bytes that it has now.
Source: Croissant Format Specification 1.0 (MLCommons).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from clustergraph.catalogue import CannedQuery, Catalogue
from clustergraph.describe import schema_org
from clustergraph.describe.citation import cite
from clustergraph.describe.urls import Urls
from clustergraph.engine.base import Engine
from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import Term
from clustergraph.sparql.errors import Busy, DeadlinePassed, EngineDown, EngineError
from clustergraph.sparql.query import Query

TABLE_SECONDS = 2.0
"""How long a table may take, so that a slow one leaves time for the others."""

VERSION = "http://mlcommons.org/croissant/1.0"

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    **{
        term: f"cr:{term}"
        for term in (
            *("citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes"),
            *("isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
            *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
            "equivalentProperty",
        )
    },
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
}
"""The context that the specification asks for, to the letter."""

TYPES = {
    **{f"{XSD}{name}": "sc:Integer" for name in ("integer", "int", "long", "short", "nonNegativeInteger")},
    **{f"{XSD}{name}": "sc:Float" for name in ("decimal", "double", "float")},
    f"{XSD}boolean": "sc:Boolean",
    f"{XSD}date": "sc:Date",
}
"""Datatypes with a counterpart; values of all others are text."""


@dataclass(frozen=True, slots=True)
class Table:
    """A canned query's answer as CSV, and its columns with the type that all their values have."""

    query: CannedQuery
    body: bytes
    columns: dict[str, str]


def dataset(engine: Engine, catalogue: Catalogue, urls: Urls) -> tuple[dict[str, Any], bool]:
    """The description as JSON-LD, and whether there was time for every table.

    It begins as schema.org's does, and describes each table where that describes each format.
    """
    schema_org_document = schema_org.dataset(engine, urls, "en")
    citation = cite(engine)
    tables, is_complete = _read_tables(engine, catalogue)
    shared_names = (
        *("@type", "@id", "url", "name", "description", "keywords", "license", "version", "dateModified", "inLanguage"),
        *("creator", "publisher"),
    )
    document = {
        "@context": CONTEXT,
        **{name: schema_org_document[name] for name in shared_names if name in schema_org_document},
        "conformsTo": VERSION,
        "citeAs": citation.bibtex,
        "datePublished": schema_org_document.get("dateModified"),
        # The tables follow the snapshot that is served.
        "isLiveDataset": True,
        "distribution": [_describe_file(table, urls) for table in tables],
        "recordSet": [_describe_records(table) for table in tables],
    }
    return {name: value for name, value in document.items() if value is not None}, is_complete


def _read_tables(engine: Engine, catalogue: Catalogue) -> tuple[list[Table], bool]:
    """The tables of the queries that need no parameter, and whether there was time for all of them."""
    tables, is_complete = [], True
    for query in catalogue:
        if query.form != "SELECT" or any(parameter.is_needed for parameter in query.parameters):
            continue
        try:
            tables.append(_read_table(engine, query))
        except (DeadlinePassed, Busy, EngineDown):
            is_complete = False
        except EngineError:
            continue  # the engine cannot evaluate it, or its table is too large
    return tables, is_complete


def _read_table(engine: Engine, query: CannedQuery) -> Table:
    bindings = Catalogue([query]).bind(engine, query, timeout=TABLE_SECONDS)
    csv, tsv = (
        engine.answer(Query(query.text, bindings=bindings, format=form, timeout=TABLE_SECONDS))
        for form in ("csv", "tsv")
    )
    columns = {name: _choose_type(column.terms) for name, column in tsv.table().columns.items()}
    return Table(query, csv.body, columns)


def _choose_type(terms: Iterable[Term | None]) -> str:
    types = {"sc:URL" if term.kind == "uri" else TYPES.get(term.datatype or "", "sc:Text") for term in terms if term}
    if types == {"sc:Integer", "sc:Float"}:
        return "sc:Float"
    return types.pop() if len(types) == 1 else "sc:Text"


def _describe_file(table: Table, urls: Urls) -> dict[str, Any]:
    name = table.query.name
    return {
        "@type": "cr:FileObject",
        "@id": f"{name}.csv",
        "name": f"{name}.csv",
        "description": str(table.query.description),
        "contentUrl": urls.query(name, ending="csv"),
        "contentSize": f"{len(table.body)} B",
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(table.body).hexdigest(),
    }


def _describe_records(table: Table) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": table.query.name,
        "name": table.query.name,
        "description": str(table.query.summary),
        "field": list(_describe_fields(table)),
    }


def _describe_fields(table: Table) -> Iterator[dict[str, Any]]:
    for column, kind in table.columns.items():
        title = table.query.columns.get(column)
        yield {
            "@type": "cr:Field",
            "@id": f"{table.query.name}/{column}",
            "name": column,
            **({"description": str(title.name)} if title else {}),
            "dataType": kind,
            "source": {"fileObject": {"@id": f"{table.query.name}.csv"}, "extract": {"column": column}},
        }
