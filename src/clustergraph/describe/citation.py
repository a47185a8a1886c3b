"""How to cite a snapshot, and a query on it: one description, written in the formats that people and programs keep.

A snapshot never changes, so its name stands for exact content. A query is named by the SHA-256 of its text and that
of its answer: anybody can run the query again and compare both.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml

from clustergraph.describe.urls import Urls
from clustergraph.sparql.query import Query

if TYPE_CHECKING:
    from clustergraph.catalogue import Catalogue, Given
    from clustergraph.engine.base import Engine

_SPDX = re.compile(r"https?://creativecommons\.org/(?:licenses/([a-z-]+)/([0-9.]+)|publicdomain/(zero)/([0-9.]+))")

WORDS = {
    "en": {"snapshot": "Snapshot", "accessed": "Accessed", "query": "Query", "answer": "Answer"},
    "de": {"snapshot": "Schnappschuss", "accessed": "Abgerufen", "query": "Abfrage", "answer": "Antwort"},
}


@dataclass(frozen=True, slots=True)
class CitedQuery:
    """A query that is cited. `name` is that of a canned one, `parameters` are as they were given.

    `query_sha256` is of the normalised text with its parameters in it, `answer_sha256` of the answer as CSV, or as
    sorted N-Triples where the query makes a graph; `path` asks it again at any service of this graph.
    """

    name: str
    parameters: Mapping[str, str]
    query_sha256: str
    answer_sha256: str
    path: str

    @property
    def title(self) -> str:
        """The query in a few words: its name and parameters, or its digest."""
        given = ", ".join(f"{name}={value}" for name, value in self.parameters.items())
        return f"{self.name or self.query_sha256[:16]}{f' ({given})' if given else ''}"


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited. `built` is a date and time in ISO 8601, `url` the permanent name, `authors` may be empty.

    An endpoint that does not say when its data change has no snapshot to name: `snapshot` and `built` are then empty,
    and `accessed` is the day.
    """

    title: str
    authors: tuple[str, ...]
    built: str
    version: str
    snapshot: str
    url: str
    licence: str = ""
    language: str = "en"
    asked: CitedQuery | None = None
    accessed: str = ""

    @property
    def key(self) -> str:
        """A name for lists of references."""
        what = f"snapshot-{self.snapshot}" if self.snapshot else f"accessed-{self.accessed}"
        return f"{what}{f'-{self.asked.query_sha256[:8]}' if self.asked else ''}"

    @property
    def address(self) -> str:
        """The address of the query's answer, if there is a query, else of the graph."""
        return f"{self.url}{self.asked.path}" if self.asked else self.url

    @property
    def note(self) -> str:
        """The names of the snapshot and, if there is one, of the query and its answer."""
        parts = [f"Snapshot {self.snapshot}" if self.snapshot else f"Accessed {self.accessed}"]
        if self.asked:
            parts += [f"query {self.asked.title}", f"query SHA-256 {self.asked.query_sha256}"]
            parts += [f"answer SHA-256 {self.asked.answer_sha256}"]
        return "; ".join(parts)

    @property
    def text(self) -> str:
        """One line of text."""
        words = WORDS[self.language]
        year = f"({self.built[:4]})" if self.built else ""
        # Without an author, the title takes the author's place.
        title = f"{self.title} {year}".strip()
        parts = [", ".join(self.authors), year, f"{self.title}."] if self.authors else [f"{title}."]
        parts += [f"Version {self.version}."] if self.version else []
        if self.snapshot:
            parts.append(f"{words['snapshot']} {self.snapshot}, {self.built[:10]}.")
        else:
            parts.append(f"{words['accessed']} {self.accessed}.")
        if self.asked:
            parts.append(f"{words['query']} {self.asked.title}, SHA-256 {self.asked.query_sha256[:16]}.")
            parts.append(f"{words['answer']} SHA-256 {self.asked.answer_sha256[:16]}.")
        return " ".join(part for part in (*parts, self.address) if part)

    @property
    def bibtex(self) -> str:
        """An entry for BibTeX."""
        fields = {
            "title": f"{{{_tex(self.title)}}}",
            "author": " and ".join(f"{{{_tex(author)}}}" for author in self.authors),
            "year": self.built[:4],
            "version": _tex(self.version),
            "url": self.address,
            "urldate": self.accessed,
            "note": _tex(self.note),
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@misc{{{self.key},\n" + ",\n".join(lines) + "\n}"

    @property
    def csl_json(self) -> str:
        """A list of one item, as reference managers exchange it."""
        item = {
            "id": self.key,
            "type": "dataset",
            "title": self.title,
            "author": [{"literal": author} for author in self.authors],
            "issued": _date_parts(self.built[:10]),
            "accessed": _date_parts(self.accessed),
            "version": self.version,
            "URL": self.address,
            "number": self.snapshot,
            "license": self.licence,
            "note": self.note,
            "language": self.language,
        }
        return json.dumps([{name: value for name, value in item.items() if value}], ensure_ascii=False, indent=1)

    @property
    def ris(self) -> str:
        """A record in RIS."""
        lines = [
            ("TY", "DATA"),
            ("TI", self.title),
            *(("AU", author) for author in self.authors),
            ("PY", self.built[:4]),
            ("DA", self.built[:10].replace("-", "/")),
            ("ET", self.version),
            ("UR", self.address),
            ("Y2", self.accessed.replace("-", "/")),
            ("N1", self.note),
            ("LA", self.language),
        ]
        records = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value]
        return "\n".join([*records, "ER  - "])

    @property
    def cff(self) -> str:
        """A file CITATION.cff for the data."""
        named = [(self.snapshot, "Name of the snapshot")] if self.snapshot else []
        if self.asked:
            named.append((self.asked.query_sha256, f"Query {self.asked.title}, SHA-256"))
            named.append((self.asked.answer_sha256, "Answer, SHA-256"))
        licence = spdx(self.licence)
        document = {
            "cff-version": "1.2.0",
            "message": "Cite this dataset as below.",
            "type": "dataset",
            "title": self.title,
            "authors": [{"name": author} for author in self.authors] or [{"name": "Anonymous"}],
            "version": self.version,
            "date-released": self.built[:10],
            "url": self.address,
            "license": licence,
            "license-url": "" if licence else self.licence,
            "identifiers": [{"type": "other", "value": value, "description": text} for value, text in named],
        }
        stated_fields = {name: value for name, value in document.items() if value}
        return yaml.safe_dump(stated_fields, sort_keys=False, allow_unicode=True, width=1000).rstrip("\n")


FORMATS = {"text": "text", "bibtex": "bibtex", "csl-json": "csl_json", "cff": "cff", "ris": "ris"}
"""Formats by name, with the attribute of `Citation` that has them."""


def cite(engine: Engine, language: str = "en", asked: CitedQuery | None = None) -> Citation:
    """How to cite the snapshot that the engine reads, and a query on it.

    `language` is one of `WORDS`. Raises ValueError for another.
    """
    if language not in WORDS:
        raise ValueError(f"A citation can be in {' or '.join(WORDS)}, not in {language!r}.")
    snapshot = engine.snapshot
    manifest = snapshot.manifest
    built = str(manifest.get("built", ""))
    # A build lists its sources. The name of any other graph only says in which minute it was read.
    has_sources = "sources" in manifest
    return Citation(
        title=snapshot.title(language),
        authors=tuple(_name(engine, agent, language) for agent in manifest.get("dataset", {}).get("creator", ())),
        built=built if has_sources else "",
        version=snapshot.metadata("version"),
        snapshot=snapshot.name if has_sources else "",
        url=snapshot.base,
        licence=snapshot.metadata("license"),
        language=language,
        asked=asked,
        accessed="" if has_sources else built[:10],
    )


def describe_query(
    engine: Engine,
    text: str,
    *,
    name: str = "",
    parameters: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> CitedQuery:
    """Ask a query and describe it and its answer. `text` is SPARQL with all values in it, also of a canned query.

    Raises the errors of `engine.errors`.
    """
    from clustergraph.sparql.parsed_query import ParsedQuery

    given = dict(parameters or {})
    parsed = ParsedQuery(text)
    is_graph = parsed.form in ("CONSTRUCT", "DESCRIBE")
    body = engine.answer(Query(parsed, format="ntriples" if is_graph else "csv", timeout=timeout)).body
    if is_graph:
        body = b"".join(sorted(body.splitlines(keepends=True)))
    urls = Urls(engine.snapshot.base, root="")
    path = urls.query(name, given) if name else urls.ask(text.strip())
    return CitedQuery(name, given, _sha256(normalised(text).encode()), _sha256(body), path)


def describe_canned_query(
    engine: Engine, catalogue: Catalogue, name: str, given: Given | None = None, timeout: float | None = None
) -> CitedQuery:
    """Ask a canned query and describe it and its answer.

    Raises UnknownQuery, ParameterError and the errors of `engine.errors`.
    """
    from clustergraph.sparql.bindings import bind
    from clustergraph.sparql.parsed_query import ParsedQuery

    query = catalogue[name]
    text = bind(ParsedQuery(query.text), catalogue.bind(engine, query, given, timeout))
    parameters = {key: value if isinstance(value, str) else value[0] for key, value in (given or {}).items()}
    return describe_query(engine, text, name=name, parameters=parameters, timeout=timeout)


def normalised(text: str) -> str:
    """The text of a query without comments, and with one blank between words.

    >>> normalised("SELECT *  # all\\n{ ?s ?p 'a  # b' }")
    "SELECT * { ?s ?p 'a  # b' }"
    """
    from clustergraph.sparql import tokens

    return " ".join(token.text for token in tokens.tokens(text))


def spdx(licence: str) -> str:
    """The SPDX identifier of a Creative Commons licence, by its address; empty for others.

    >>> spdx("https://creativecommons.org/licenses/by/4.0/"), spdx("https://l.example/mine")
    ('CC-BY-4.0', '')
    """
    match = _SPDX.match(licence)
    if not match:
        return ""
    kind, version = (match[1], match[2]) if match[1] else ("0", match[4])
    return f"CC{kind if kind == '0' else f'-{kind.upper()}'}-{version}"


def _name(engine: Engine, agent: str, language: str) -> str:
    """The name of an agent; its IRI if the graph has no name for it."""
    if ":" not in agent:
        return agent
    from clustergraph.describe.labels import read_labels

    return read_labels(engine, [agent], language).get(agent, agent)


def _date_parts(day: str) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _tex(text: str) -> str:
    return re.sub(r"([&%$#_{}])", r"\\\1", text.replace("\\", r"\textbackslash "))
