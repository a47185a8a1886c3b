"""What a canned query is, once its file has been read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from rdflib.term import Identifier

from clustergraph.catalogue.errors import Problem
from clustergraph.sparql.bindings import bind
from clustergraph.sparql.parsed_query import ParsedQuery

VIEWS = (
    "Table",
    "ImageGrid",
    "Map",
    "LineChart",
    "BarChart",
    "ScatterChart",
    "AreaChart",
    "BubbleChart",
    "TreeMap",
    "Tree",
    "Timeline",
    "Dimensions",
    "Graph",
)
"""The result views of the Wikidata Query Service, which `#defaultView:` may name."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text in English and, where there is one, in German.

    >>> Words("field", "Feld").in_language("de"), Words("field").in_language("de")
    ('Feld', 'field')
    """

    en: str
    de: str = ""

    def in_language(self, language: str) -> str:
        """The text in `language` (`en` or `de`), in English if there is no other."""
        return (self.de if language == "de" else self.en) or self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a canned query.

    `name` is the public name, `variable` the query's (without `?`). `type` is `iri`, `string`, `language` (a string in
    `language`), `integer`, `number`, `date` or `boolean`. The value of an `iri` is an instance of `class_iri`, if that
    is set. `choices` lists the only values there are, if it is not empty; `german` has the words for them in German.
    `label` is what a form calls it, where that is neither its name nor its class; `datatype` is the name of the type
    in XML Schema, where the variable says one.
    """

    name: str
    variable: str
    type: str
    required: bool
    description: Words
    language: str | None = None
    class_iri: str | None = None
    choices: tuple[str, ...] = ()
    default: str | None = None
    example: str | None = None
    label: Words | None = None
    datatype: str | None = None
    german: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_needed(self) -> bool:
        """Whether a value has to be given: the query needs one and has none of its own."""
        return self.required and self.default is None


@dataclass(frozen=True, slots=True)
class Placement:
    """A page that shows the result of a query.

    `of` is `home`, `about`, `site`, `compare` or `class`; the last two are for things of `class_iri`, and `site` is a
    page of its own at `path`, perhaps with a `title`. `order` sorts what stands on one page. `view` is set where it
    differs from the query's own; `show` is the one column that a comparison shows, if it does not show them all.
    """

    of: str
    order: int = 100
    class_iri: str | None = None
    view: str | None = None
    show: str | None = None
    path: str | None = None
    title: Words | None = None


@dataclass(frozen=True, slots=True)
class Facet:
    """A side by which things are browsed: a property path from them to its values, of `class_iri` if that is set."""

    name: str
    label: Words
    path: str
    class_iri: str | None = None


@dataclass(frozen=True, slots=True)
class Browse:
    """The things of a class and the facets that they are browsed by."""

    class_iri: str
    facets: tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of the result is called, and what its values are in German where the query says them in English."""

    name: Words
    german: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Method:
    """What things of `class_iri`, or any if that is None, can be asked under the name `name` in Python."""

    name: str
    class_iri: str | None = None


@dataclass(frozen=True, slots=True)
class CannedQuery:
    """One canned query. `summary` is its title, `form` SELECT, CONSTRUCT, DESCRIBE or ASK, `text` the whole file."""

    name: str
    file: str
    text: str
    form: str
    summary: Words
    description: Words
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    default_view: str
    pages: tuple[Placement, ...] = ()
    columns: Mapping[str, Column] = field(default_factory=dict)
    """What pages say of columns of the result, where their names do not say it."""
    browse: Browse | None = None
    methods: tuple[Method, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """What is odd about its file."""

    @property
    def body(self) -> str:
        """The query without the header that only this software reads."""
        lines = self.text.splitlines(keepends=True)
        return "".join(line for line in lines if not line.lstrip().startswith(("#+", "#defaultView:")))

    def with_values(self, bindings: Mapping[str, Identifier]) -> str:
        """The query without its header and with values for its variables in it."""
        return bind(ParsedQuery(self.body), bindings)

    def subject(self, class_iri: str) -> Parameter | None:
        """The one parameter that a thing of the class can be given as, if no other is required."""
        fitting = [iri for iri in self.parameters if iri.type == "iri" and iri.class_iri in (class_iri, None)]
        others = [other for other in self.parameters if other not in fitting and other.is_needed]
        return fitting[0] if len(fitting) == 1 and not others else None

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this public name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def example(self) -> dict[str, str]:
        """Parameters that the file gives as an example, by public name."""
        return {parameter.name: parameter.example for parameter in self.parameters if parameter.example is not None}
