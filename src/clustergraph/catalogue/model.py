"""What a canned query is, once its file has been read."""

from __future__ import annotations

from dataclasses import dataclass

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

    >>> Words("field", "Feld").said_in("de"), Words("field").said_in("de")
    ('Feld', 'field')
    """

    en: str
    de: str = ""

    def said_in(self, language: str) -> str:
        """The text in `language` (`en` or `de`), in English if there is no other."""
        return (self.de if language == "de" else self.en) or self.en

    def __str__(self) -> str:
        return self.en


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a canned query.

    `name` is the public name, `variable` the query's (without `?`). `type` is `iri`, `string`, `language` (a string in
    `language`), `integer`, `number`, `date` or `boolean`. The value of an `iri` is an instance of `class_iri`, if that
    is set. `choices` lists the only values there are, if it is not empty.
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

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of this public name, or None."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def example(self) -> dict[str, str]:
        """Parameters that the file gives as an example, by public name."""
        return {parameter.name: parameter.example for parameter in self.parameters if parameter.example is not None}
