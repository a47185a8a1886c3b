"""The canned queries of a folder, by name: bind parameters to them and run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rdflib.term import Identifier

from clustergraph.catalogue import python_methods
from clustergraph.catalogue.entity_resolver import Resolver
from clustergraph.catalogue.errors import CatalogueError, ParameterError, Problem, UnknownQuery
from clustergraph.catalogue.literals import parse_literal
from clustergraph.catalogue.model import CannedQuery, Parameter
from clustergraph.catalogue.query_folder import read_folder
from clustergraph.engine.base import Answer, Engine
from clustergraph.engine.byte_cache import CacheMemory
from clustergraph.messages import message
from clustergraph.sparql.query import Query
from clustergraph.spelling import closest

Given = Mapping[str, str | Sequence[str]]
"""Parameters as they were given, by public name. A sequence of more than one value is a mistake that `bind` reports."""


class Catalogue:
    """Canned queries by name, sorted by name. It knows no graph: that comes with the engine of each call.

    >>> from clustergraph.snapshots.source_folder import published
    >>> catalogue = Catalogue.load(published().queries)
    >>> str(catalogue["targets-dropped"].summary)
    'Countries dropped after the concept phase'
    """

    def __init__(self, queries: Sequence[CannedQuery] = (), problems: Sequence[Problem] = ()) -> None:
        self._queries = {query.name: query for query in sorted(queries, key=lambda query: query.name)}
        self._noted = tuple(problem for problem in problems if problem.is_warning)
        self.left_out = tuple(problem for problem in problems if not problem.is_warning)
        """What is wrong with files, or parts of them, that could not be used."""
        self._resolver = Resolver()

    def keep_names_in(self, memory: CacheMemory) -> None:
        """Remember what names mean in a room that is shared with other caches."""
        self._resolver = Resolver(memory)

    @classmethod
    def load(cls, folder: Path, *, strict: bool = True) -> Catalogue:
        """Read every query in a folder and the folders in it; a folder that is not there gives an empty catalogue.

        Raises CatalogueError with everything that is wrong with any of the files, or only odd. Unless `strict`, a file
        that cannot be used is left out; `problems` says which, and why.
        """
        queries, problems = read_folder(folder)
        clashes = list(python_methods.find_clashes(queries))
        unusable = {problem.file for problem in clashes}
        catalogue = cls([query for query in queries if query.file not in unusable], [*problems, *clashes])
        if strict and catalogue.problems:
            raise CatalogueError(catalogue.problems)
        return catalogue

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with files that were left out, and what is odd about the others."""
        return (*self.left_out, *self._noted, *(warning for query in self for warning in query.warnings))

    @property
    def names(self) -> list[str]:
        """The names of all queries, sorted."""
        return list(self._queries)

    @property
    def classes(self) -> frozenset[str]:
        """The classes whose things the queries ask about. A name that several things have means one of these."""
        return frozenset(parameter.class_iri for query in self for parameter in query.parameters if parameter.class_iri)

    def __iter__(self) -> Iterator[CannedQuery]:
        return iter(self._queries.values())

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, name: object) -> bool:
        return name in self._queries

    def __getitem__(self, name: str) -> CannedQuery:
        """The query of this name. Raises UnknownQuery, with names that look like it."""
        try:
            return self._queries[name]
        except KeyError:
            raise UnknownQuery(name, closest(name, self._queries)) from None

    def run(
        self,
        engine: Engine,
        name: str,
        params: Given | None = None,
        format: str | None = None,
        timeout: float | None = None,
        known: Mapping[str, Identifier] = MappingProxyType({}),
    ) -> Answer:
        """Answer the query of this name with these parameters.

        `format` and `timeout` (in seconds) are those of a `Query`; `known` is that of `bind`. Raises UnknownQuery,
        ParameterError and the engine's errors.
        """
        query = self[name]
        bindings = self.bind(engine, query, params, timeout, known)
        return engine.answer(Query(query.text, bindings=bindings, format=format, timeout=timeout))

    def bind(
        self,
        engine: Engine,
        query: CannedQuery,
        params: Given | None = None,
        timeout: float | None = None,
        known: Mapping[str, Identifier] = MappingProxyType({}),
    ) -> dict[str, Identifier]:
        """The terms that the parameters mean, by variable. A blank value counts as one that was not given.

        `known` has the terms of parameters, by name, about which nothing is left to find out. Raises ParameterError for
        a parameter that is unknown, missing, repeated, or whose value cannot be used.
        """
        given = {name: _check_single(name, value) for name, value in (params or {}).items()}
        for name in given:
            if query.parameter(name) is None:
                raise _unknown_parameter_error(query, name)
        bindings: dict[str, Identifier] = {}
        for parameter in query.parameters:
            value = given.get(parameter.name) or parameter.default
            if parameter.name in known:
                bindings[parameter.variable] = known[parameter.name]
            elif value is not None:
                bindings[parameter.variable] = self._read_term(parameter, value, engine, timeout)
            elif parameter.required:
                raise ParameterError(
                    parameter.name,
                    message(
                        "The parameter {name!r} is missing: {description}",
                        name=parameter.name,
                        description=parameter.description,
                    ),
                    allowed=parameter.choices,
                )
        return bindings

    def suggestions(
        self,
        query: CannedQuery,
        parameter: Parameter,
        engine: Engine,
        language: str = "en",
        timeout: float | None = None,
    ) -> list[tuple[str, str]]:
        """Values that a form can offer for a parameter, each with a label: those listed, or all instances of the class.

        Empty where anything goes. Raises the engine's errors, and ParameterError if the query has no such parameter.
        """
        if parameter not in query.parameters:
            raise _unknown_parameter_error(query, parameter.name)
        if parameter.choices:
            words = parameter.german if language == "de" else {}
            return [(choice, words.get(choice, choice)) for choice in parameter.choices]
        if parameter.type == "boolean":
            return [("true", "true"), ("false", "false")]
        return self._resolver.suggestions(parameter, engine, language, timeout)

    def _read_term(self, parameter: Parameter, value: str, engine: Engine, timeout: float | None) -> Identifier:
        if parameter.choices:
            value = _match_choice(parameter, value)
        if parameter.type == "iri":
            return self._resolver.iri(parameter, value, engine, timeout, self.classes)
        return parse_literal(parameter, value)


def _check_single(name: str, value: str | Sequence[str]) -> str:
    values = [value] if isinstance(value, str) else list(value)
    if len(values) > 1:
        detail = message("The parameter {name!r} is given {count} times; give it once.", name=name, count=len(values))
        raise ParameterError(name, detail)
    text = values[0].strip() if values else ""
    if "\0" in text or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
        detail = message("The value of {name!r} has a character that no text can have: {text!r}.", name=name, text=text)
        raise ParameterError(name, detail)
    return text


def _match_choice(parameter: Parameter, value: str) -> str:
    for choice in parameter.choices:
        if choice.casefold() == value.casefold():
            return choice
    raise ParameterError(
        parameter.name,
        message(
            "The value of {name!r} must be {choices}, not {value!r}.",
            name=parameter.name,
            choices=parameter.choices,
            value=value,
        ),
        allowed=parameter.choices,
        suggestions=closest(value, parameter.choices),
    )


def _unknown_parameter_error(query: CannedQuery, name: str) -> ParameterError:
    names = [parameter.name for parameter in query.parameters]
    if names:
        detail = message(
            "The query {query!r} has no parameter {name!r}; its parameters are {known}.",
            query=query.name,
            name=name,
            known=", ".join(names),
        )
    else:
        detail = message("The query {query!r} has no parameter {name!r}; it has none.", query=query.name, name=name)
    return ParameterError(name, detail, allowed=names, suggestions=closest(name, names))
