"""A value that is written out -> an RDF literal of the parameter's type."""

from __future__ import annotations

import re
from datetime import date

from rdflib import XSD, Literal, URIRef

from clustergraph.catalogue.errors import ParameterError
from clustergraph.catalogue.model import Parameter
from clustergraph.messages import message

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TYPES = {
    "integer": (_INTEGER, XSD.integer, "The value of {name!r} must be a whole number, not {value!r}."),
    "number": (_NUMBER, XSD.decimal, "The value of {name!r} must be a number, such as 3.5, not {value!r}."),
    "date": (_DATE, XSD.date, "The value of {name!r} must be a date, such as 2020-04-16, not {value!r}."),
}
_TRUTH = {"true": "true", "1": "true", "false": "false", "0": "false"}


def parse_literal(parameter: Parameter, value: str) -> Literal:
    """The literal that `value` means. Raises ParameterError if it is no value of the parameter's type.

    >>> from clustergraph.catalogue.model import Words
    >>> parse_literal(Parameter("year", "_year_integer", "integer", True, Words("A year.")), "2017")
    rdflib.term.Literal('2017', datatype=rdflib.term.URIRef('http://www.w3.org/2001/XMLSchema#integer'))
    """
    if parameter.type in _TYPES:
        pattern, datatype, otherwise = _TYPES[parameter.type]
        if not pattern.fullmatch(value):
            raise ParameterError(parameter.name, message(otherwise, name=parameter.name, value=value))
        if parameter.type == "date":
            try:
                date.fromisoformat(value)
            except ValueError as error:
                detail = message("The value of {name!r} is no date: {value!r}.", name=parameter.name, value=value)
                raise ParameterError(parameter.name, detail) from error
        return Literal(value, datatype=URIRef(f"{XSD}{parameter.datatype}") if parameter.datatype else datatype)
    if parameter.type == "boolean":
        if value.lower() not in _TRUTH:
            detail = message(
                "The value of {name!r} must be true or false, not {value!r}.", name=parameter.name, value=value
            )
            raise ParameterError(parameter.name, detail, allowed=("true", "false"))
        return Literal(_TRUTH[value.lower()], datatype=XSD.boolean)
    if parameter.datatype and parameter.datatype != "string":
        return Literal(value, datatype=URIRef(f"{XSD}{parameter.datatype}"), normalize=False)
    return Literal(value, lang=parameter.language)
