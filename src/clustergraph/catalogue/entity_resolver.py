"""What a person typed -> the IRI it means: by IRI, prefixed name, short name, code or label.

A thing is found by
  1. its IRI, absolute or as a prefixed name whose prefix the graph's files declare;
  2. the end of its IRI behind a `/` or `#` (`cool-silicon`, `cluster/cool-silicon`), or its code;
  3. its label, in any language;
  4. its other and hidden labels, in any language.
Case and outer blanks make no difference in 2 to 4. The first of these ways that finds something decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from rdflib.term import Identifier, Literal, URIRef

from clustergraph.catalogue.errors import ParameterError
from clustergraph.catalogue.model import Parameter
from clustergraph.engine.base import Engine
from clustergraph.engine.byte_cache import ByteCache, CacheMemory, size_of
from clustergraph.messages import message
from clustergraph.rdf.iris import is_iri
from clustergraph.rdf.namespaces import compact, local_name
from clustergraph.rdf.table import Row
from clustergraph.rdf.text_in_language import RankedText, text_in_language
from clustergraph.sparql.errors import EngineError, QuerySyntaxError
from clustergraph.sparql.name_patterns import match_names
from clustergraph.sparql.query import Query
from clustergraph.spelling import closest

# ?thing (and ?class, where the parameter has one) are bound.
IS_THERE = "SELECT ?thing WHERE { FILTER(EXISTS { ?thing ?p ?o } || EXISTS { ?s ?q ?thing }) } LIMIT 1"
IS_INSTANCE = "SELECT ?thing WHERE { ?thing a ?class } LIMIT 1"

# ?wanted (and ?class) are bound. A filter sees them only in the outermost group. $codes, $labels and $others match the
# names of things.
NAMED = """SELECT DISTINCT ?thing ?rank WHERE {
  { $codes BIND(2 AS ?rank) } UNION { $labels BIND(3 AS ?rank) } UNION { $others BIND(4 AS ?rank) } UNION {
    { SELECT DISTINCT ?thing WHERE { ?thing a ?any } }
    BIND(2 AS ?rank)
  }
  ?thing a ?class .
  BIND(LCASE(?wanted) AS ?want)
  BIND(LCASE(STR(?thing)) AS ?iri)
  FILTER(isIRI(?thing) && IF(
    BOUND(?name),
    LCASE(STR(?name)) = ?want,
    STRENDS(?iri, CONCAT("/", ?want)) || STRENDS(?iri, CONCAT("#", ?want))
  ))
}"""

MAX_INSTANCES = 5000
"""How many things of a class are read to suggest some of them."""

INSTANCES = f"""SELECT DISTINCT ?thing ?label ?rank WHERE {{
  ?thing a ?class .
  FILTER(isIRI(?thing))
  OPTIONAL {{ $names }}
}} LIMIT {MAX_INSTANCES}"""

MAX_SUGGESTIONS = 3
"""How many things are suggested for a name that nothing has."""
MAX_REMEMBERED_BYTES = 16 << 20
"""Bytes that the answers take which a resolver remembers."""
TERM_BYTES = 300
"""What a term of an answer costs beside its characters."""


class Resolver:
    """Finds things by what people call them. Remembers the last answers, by snapshot. Safe to use from threads."""

    def __init__(self, memory: CacheMemory | int = MAX_REMEMBERED_BYTES) -> None:
        self._known_rows = ByteCache[list[Row]](memory)

    def iri(
        self,
        parameter: Parameter,
        value: str,
        engine: Engine,
        timeout: float | None = None,
        prefer: Collection[str] = (),
    ) -> URIRef:
        """The IRI that `value` means for `parameter`; `prefer` is that of `find`.

        Raises ParameterError when there is no such thing, or more than one, and the engine's errors.
        """
        iris = self.find(parameter.class_iri, value, engine, timeout, prefer)
        if len(iris) == 1:
            return URIRef(iris[0])
        if iris:
            raise ParameterError(
                parameter.name,
                message(
                    "The value {value!r} of {name!r} means {count} things: {things}. Give the IRI of one.",
                    value=value,
                    name=parameter.name,
                    count=len(iris),
                    things=", ".join(iris),
                ),
                suggestions=iris,
            )
        raise self._make_error(parameter, value, engine, timeout)

    def find(
        self,
        class_iri: str | None,
        value: str,
        engine: Engine,
        timeout: float | None = None,
        prefer: Collection[str] = (),
    ) -> list[str]:
        """The IRIs of all things of the class, or of any, that `value` may mean.

        Where several are called that, those of the classes `prefer` go before all others. Raises the engine's errors.
        """
        iri = self._find_by_iri(class_iri, value, engine, timeout)
        if iri is not None:
            return [iri]
        iris = self._find_by_name(class_iri, value, engine, timeout)
        if len(iris) < 2:
            return iris
        classes = sorted(prefer)
        preferred = [iri for iri in iris if any(self._find_by_iri(kind, iri, engine, timeout) for kind in classes)]
        return preferred or iris

    def find_similar(
        self, class_iri: str | None, value: str, engine: Engine, timeout: float | None = None
    ) -> list[tuple[str, str]]:
        """Things of the class, or of any, whose names look like `value`: each as `find` takes it, and its label."""
        try:
            return _find_most_similar(value, self._read_known_values(class_iri, engine, "en", timeout))
        except EngineError:
            return []  # what is wrong with the value matters more than what would be near it

    def suggestions(
        self, parameter: Parameter, engine: Engine, language: str = "en", timeout: float | None = None
    ) -> list[tuple[str, str]]:
        """Values for a form, each with a label in `language`, sorted by label: at most 5000 instances of the class.

        Empty for an `iri` without a class, where anything goes.
        """
        return self._read_known_values(parameter.class_iri, engine, language, timeout) if parameter.class_iri else []

    def _read_known_values(
        self, class_iri: str | None, engine: Engine, language: str, timeout: float | None
    ) -> list[tuple[str, str]]:
        query = INSTANCES.replace("$names", match_names(engine.snapshot.naming.labels, "?thing", "?label", "?rank"))
        labels: dict[str, list[RankedText]] = {}
        for row in self._ask(query, _bind_class(class_iri), engine, timeout):
            names = labels.setdefault(row["thing"].text, [])
            if "label" in row:
                names.append((row["label"].language, row["label"].text, row["rank"].number()))
        order = engine.snapshot.reading_order(language)
        uses = Counter(local_name(iri).lower() for iri in labels)
        values = []
        for iri, names in labels.items():
            short = local_name(iri)
            values.append((short if uses[short.lower()] == 1 else iri, text_in_language(names, order) or short))
        return sorted(values, key=lambda value: (value[1].casefold(), value))

    def _find_by_iri(self, class_iri: str | None, value: str, engine: Engine, timeout: float | None) -> str | None:
        for iri in _list_possible_iris(value, engine.snapshot.prefixes):
            query = IS_INSTANCE if class_iri else IS_THERE
            bindings = {"thing": URIRef(iri), **_bind_class(class_iri)}
            try:
                if self._ask(query, bindings, engine, timeout):
                    return iri
            except QuerySyntaxError:
                continue  # it looks like an IRI and is none, as `http://[`
        return None

    def _find_by_name(self, class_iri: str | None, value: str, engine: Engine, timeout: float | None) -> list[str]:
        naming, query = engine.snapshot.naming, NAMED
        for kind, paths in (("codes", naming.codes), ("labels", naming.labels), ("others", naming.other_names)):
            query = query.replace(f"${kind}", match_names(paths, "?thing", "?name"))
        bindings = {"wanted": Literal(value), **_bind_class(class_iri)}
        rows = self._ask(query, bindings, engine, timeout)
        if not rows and class_iri is None:
            untyped = query.replace("?thing a ?class .", "").replace("?thing a ?any", "?thing ?property ?any")
            rows = self._ask(untyped, bindings, engine, timeout)
        ranks = [(row["rank"].number(), row["thing"].text) for row in rows]
        best = min((rank for rank, _ in ranks), default=0)
        return sorted({iri for rank, iri in ranks if rank == best})

    def _make_error(self, parameter: Parameter, value: str, engine: Engine, timeout: float | None) -> ParameterError:
        similar = self.find_similar(parameter.class_iri, value, engine, timeout)
        if parameter.class_iri:
            detail = message(
                "The value {value!r} of {name!r} is not known (it has to be a {kind}).",
                value=value,
                name=parameter.name,
                kind=compact(parameter.class_iri, engine.snapshot.prefixes),
            )
        else:
            detail = message("The value {value!r} of {name!r} is not known.", value=value, name=parameter.name)
        if similar:
            detail += message("Did you mean {near}?", near=[f"{label} ({code})" for code, label in similar])
        return ParameterError(parameter.name, detail, suggestions=[code for code, _ in similar])

    def _ask(self, query: str, bindings: Mapping[str, Identifier], engine: Engine, timeout: float | None) -> list[Row]:
        key = (engine.snapshot.name, query, *sorted(bindings.items()))
        rows = self._known_rows.get(key)
        if rows is None:
            rows = engine.answer(Query(query, bindings=bindings, format="json", timeout=timeout)).rows()
            size = sum(TERM_BYTES + size_of(term.text) for row in rows for term in row.values())
            self._known_rows.put(key, rows, size)
        return rows


def _bind_class(class_iri: str | None) -> dict[str, Identifier]:
    return {"class": URIRef(class_iri)} if class_iri else {}


def _list_possible_iris(value: str, prefixes: dict[str, str]) -> Iterable[str]:
    """The IRIs that a value may be written for: a prefixed name is tried before an IRI of that scheme."""
    value = value.removeprefix("<").removesuffix(">") if value.startswith("<") else value
    prefix, colon, local = value.partition(":")
    candidates = [prefixes[prefix] + local] if colon and prefix in prefixes else []
    return [iri for iri in (*candidates, value) if is_iri(iri)]


def _find_most_similar(value: str, known: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    spellings: dict[str, tuple[str, str]] = {}
    for candidate in known:
        for spelling in candidate:
            spellings.setdefault(spelling.casefold(), candidate)
    close = closest(value, spellings, 2 * MAX_SUGGESTIONS)
    return list(dict.fromkeys(spellings[spelling] for spelling in close))[:MAX_SUGGESTIONS]
