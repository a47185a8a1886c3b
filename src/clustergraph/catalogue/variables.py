"""Variables that are parameters, named as in BASIL and grlc.

`?_name_type` must be given, `?__name_type` may be left out. The types are those of `TYPES` and two-letter language
tags; a variable that ends in none of them is a string.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TYPES = ("iri", "literal", "string", "integer", "number", "date", "boolean")
_LANGUAGE = re.compile(r"[a-z]{2}")
_DATATYPE = re.compile(r"(?P<name>\w+)_xsd_(?P<datatype>[A-Za-z]+)")
_KINDS = {
    **dict.fromkeys(("integer", "int", "long", "short", "nonNegativeInteger", "positiveInteger"), "integer"),
    **dict.fromkeys(("decimal", "double", "float"), "number"),
    "date": "date",
    "boolean": "boolean",
}
"""How values of types of XML Schema are checked; those of others are texts."""


@dataclass(frozen=True, slots=True)
class ParameterVariable:
    """What a variable's name says. `type` is one of `TYPES` (`string` for `literal`) or `language`."""

    variable: str
    name: str
    type: str
    required: bool
    language: str | None = None
    datatype: str | None = None
    """The name of the type in XML Schema, where the variable ends in it, as `_since_xsd_gYear` does."""


def parameter_variable(variable: str) -> ParameterVariable | None:
    """Read the name of a variable (without `?`); None if it is no parameter.

    >>> country, title = parameter_variable("_country_iri"), parameter_variable("__title_de")
    >>> (country.name, country.type, country.required), (title.name, title.language, title.required)
    (('country', 'iri', True), ('title', 'de', False))
    >>> parameter_variable("_first_year_integer").name
    'first_year'
    >>> parameter_variable("country")
    """
    name = variable.lstrip("_")
    if not name or name == variable:
        return None
    required = not variable.startswith("__")
    typed = _DATATYPE.fullmatch(name)
    if typed:
        kind = _KINDS.get(typed["datatype"], "string")
        return ParameterVariable(variable, typed["name"], kind, required, datatype=typed["datatype"])
    stem, _, ending = name.rpartition("_")
    if stem and ending in TYPES:
        return ParameterVariable(variable, stem, "string" if ending == "literal" else ending, required)
    if stem and _LANGUAGE.fullmatch(ending):
        return ParameterVariable(variable, stem, "language", required, ending)
    return ParameterVariable(variable, name, "string", required)
