"""A query file -> a `CannedQuery`.

The file is SPARQL 1.1. Its leading `#+` lines are YAML with the keys of `KEYS` (`summary`, `description`, `tags`,
`defaults` and `enumerate` as in grlc); `#defaultView:Map` names the first view of a result as in the Wikidata Query
Service. Parameters are variables named as `variables.py` says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from clustergraph.catalogue import page_placement, python_methods, validation
from clustergraph.catalogue.errors import CatalogueError, Problem
from clustergraph.catalogue.model import CannedQuery, Parameter, Words
from clustergraph.catalogue.page_placement import VALUES
from clustergraph.catalogue.variables import ParameterVariable, parameter_variable
from clustergraph.catalogue.yaml_header import Entry, read_header
from clustergraph.rdf.namespaces import STANDARD_PREFIXES
from clustergraph.snapshots.source_folder import QUERY_ENDINGS
from clustergraph.sparql import tokens as syntax
from clustergraph.sparql.errors import QuerySyntaxError
from clustergraph.sparql.parsed_query import ParsedQuery

ENDING = ".rq"
MAX_FILE_CHARACTERS = 1 << 18
"""How long a query file may be; those of other services are read, too."""
GRLC_KEYS = (
    *("endpoint", "endpoint_in_url", "endpoint-in-url", "endpoint-method", "endpoint_method", "pagination"),
    *("transform", "mime", "produces", "url", "license", "licence", "author", "contact", "version", "auth", "proxy"),
)
"""Keys of grlc and BASIL that say how to ask an endpoint, which is of no concern here."""
KEYS = (
    *("summary", "summary-de", "description", "description-de", "tags", "parameters", "defaults", "enumerate"),
    *("page", "columns", "browse", "method"),
)
PARAMETER_KEYS = ("description", "description-de", "label", "label-de", "class", "example", VALUES)
_VIEW = re.compile(r"#defaultView:\s*(\S*)")


def read(path: Path, file: str = "") -> CannedQuery:
    """Read and check one file, as one of this name if it is given. Raises CatalogueError if it cannot be used."""
    file = file or path.name
    try:
        with path.open(encoding="utf-8-sig") as opened:
            text = opened.read(MAX_FILE_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError([Problem(file, 1, f"The file cannot be read: {error}.")]) from error
    return read_text(file, text)


def read_text(file: str, text: str) -> CannedQuery:
    """Read and check the text of a file of this name.

    Raises CatalogueError, with everything that is wrong with it, if it cannot be used.
    """
    problems: list[Problem] = []
    if len(text) > MAX_FILE_CHARACTERS:
        raise CatalogueError([Problem(file, 1, f"The file has more than {MAX_FILE_CHARACTERS:,} characters.")])
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise CatalogueError([Problem(file, 1, "The file has half a character in it (a lone surrogate).")])
    head = read_header(file, text, problems)
    query = _QueryReader(file, text, head, problems).read_query()
    problems.extend(validation.find_problems(query, head))
    if not all(problem.is_warning for problem in problems):
        raise CatalogueError(problems)
    return replace(query, warnings=tuple(problems))


def name_query(file: str) -> str:
    """The name of the query in a file: what the file is called, without what no name can have.

    >>> name_query("people/who knows.whom?.sparql")
    'who-knows-whom'
    """
    stem = file.rpartition("/")[2]
    for ending in QUERY_ENDINGS:
        stem = stem.removesuffix(ending)
    return re.sub(r"[^A-Za-z0-9_]+", "-", stem).strip("-_") or "query"


class _QueryReader:
    """One file being read: what is found goes into the query, what is wrong into `problems`."""

    def __init__(self, file: str, text: str, head: dict[str, Entry], problems: list[Problem]) -> None:
        self.file = file
        self.text = text
        self.head = head
        self.problems = problems

    def report(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))

    def warn(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message, is_warning=True))

    def read_query(self) -> CannedQuery:
        for key, entry in self.head.items():
            if key in GRLC_KEYS:
                self.warn(entry.line, f"The key {key!r} is passed over: it says how another service is asked.")
            elif key not in KEYS:
                self.warn(entry.line, f"The key {key!r} is not known; known are {', '.join(KEYS)}.")
        method = self.head.get("method")
        if method is not None and method.text is not None:
            self.warn(method.line, f"The method {method.text!r} is passed over: queries are asked by GET and POST.")
            method = None
        name = name_query(self.file)
        summary = self.read_words(self.head, "summary")
        return CannedQuery(
            name=name,
            file=self.file,
            text=self.text,
            form=ParsedQuery(self.text).form,
            summary=summary if summary.en or summary.de else Words(in_words(name)),
            description=self.read_words(self.head, "description"),
            tags=tuple(self.read_list("tags")),
            parameters=self.read_parameters(),
            default_view=self.read_view(),
            pages=page_placement.read_placements(self.head.get("page"), self.report, self.read_iri),
            columns=page_placement.read_columns(self.head.get("columns"), self.report),
            browse=page_placement.read_browse(self.head.get("browse"), self.report, self.read_iri),
            methods=python_methods.read_methods(method, self.report, self.read_iri),
        )

    def read_words(self, entries: dict[str, Entry], key: str) -> Words:
        return Words(self.read_text(entries, key) or "", self.read_text(entries, f"{key}-de") or "")

    def read_text(self, entries: dict[str, Entry], key: str) -> str | None:
        entry = entries.get(key)
        if entry is None:
            return None
        if not entry.text:
            self.report(entry.line, f"The key {key!r} needs a text.")
            return None
        return entry.text

    def read_list(self, key: str) -> list[str]:
        entry = self.head.get(key)
        if entry is None:
            return []
        texts = [item.text for item in entry.items if item.text]
        if not texts or len(texts) != len(entry.items):
            self.report(entry.line, f"The key {key!r} needs a list of words, such as [one, two].")
        return texts

    def read_by_parameter(self, key: str) -> dict[str, Entry]:
        """A map by parameter name, written as a map or, as in grlc, as a list of maps."""
        entry = self.head.get(key)
        if entry is None:
            return {}
        maps = [item.map for item in entry.items or [entry] if not (key == "enumerate" and item.text)]
        if key == "enumerate" and len(maps) < len(entry.items):
            self.warn(entry.line, "The values of a parameter that `enumerate` only names are not looked up.")
        if not all(maps):
            self.report(entry.line, f"The key {key!r} needs the names of parameters, each with what it has.")
        return {name: value for fields in maps for name, value in fields.items()}

    def read_parameters(self) -> tuple[Parameter, ...]:
        names = sorted(ParsedQuery(self.text).variables)
        variables = [variable for name in names if (variable := parameter_variable(name))]
        declared, defaults, choices = map(self.read_by_parameter, ("parameters", "defaults", "enumerate"))
        # In the order in which the header has them, which is the order that people will see.
        order = list(declared)
        variables.sort(
            key=lambda known: (order.index(known.name) if known.name in order else len(order), known.variable)
        )
        return tuple(self.read_parameter(known, declared.get(known.name), defaults, choices) for known in variables)

    def read_parameter(
        self, variable: ParameterVariable, entry: Entry | None, defaults: dict[str, Entry], choices: dict[str, Entry]
    ) -> Parameter:
        fields = entry.map if entry else {}
        if entry:
            entry.check_keys(PARAMETER_KEYS, f"the parameter {variable.name!r}", self.report)
        listed = choices.get(variable.name)
        values = tuple(item.text for item in listed.items if item.text) if listed else ()
        if listed and (not values or len(values) != len(listed.items)):
            self.report(listed.line, f"The parameter {variable.name!r} needs a list of the values it may have.")
        label = self.read_words(fields, "label")
        description = self.read_words(fields, "description")
        return Parameter(
            name=variable.name,
            variable=variable.variable,
            type=variable.type,
            required=variable.required and variable.name not in defaults,
            description=description if description.en or description.de else Words(in_words(variable.name)),
            language=variable.language,
            datatype=variable.datatype,
            class_iri=self.read_iri(fields["class"]) if self.read_text(fields, "class") else None,
            choices=values,
            default=self.read_text(defaults, variable.name),
            example=self.read_text(fields, "example"),
            label=label if label.en else None,
            german=page_placement.read_german_values(fields.get(VALUES), f"parameter {variable.name!r}", self.report),
        )

    def read_iri(self, entry: Entry) -> str | None:
        """The IRI of a class, written in full or as a prefixed name."""
        name = entry.text or ""
        if "://" in name:
            return name.strip("<>")
        prefix, colon, local = name.partition(":")
        prefixes = {**STANDARD_PREFIXES, **_read_prefixes(self.text)}
        if not colon or prefix not in prefixes:
            self.report(
                entry.line, f"The class {name!r} is not a prefixed name whose prefix the query declares, nor an IRI."
            )
            return None
        return prefixes[prefix] + local

    def read_view(self) -> str:
        for line in self.text.splitlines():
            if match := _VIEW.match(line):
                return match[1]
        return "Graph" if ParsedQuery(self.text).form in ("CONSTRUCT", "DESCRIBE") else "Table"


def in_words(name: str) -> str:
    """A name of a file or a variable as a title.

    >>> in_words("wells-by_depth")
    'Wells by depth'
    """
    words = re.sub(r"[-_]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _read_prefixes(text: str) -> dict[str, str]:
    try:
        tokens = list(syntax.tokens(text))
    except QuerySyntaxError:
        return {}  # `validation` says what is wrong with the text
    return {
        name.text.removesuffix(":"): iri.text[1:-1]
        for word, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if word.text.upper() == "PREFIX" and (name.kind, iri.kind) == ("pname", "iri")
    }
