"""The things of a graph, and what can be asked of them.

Nothing here knows what the graph is about: what the things of a class can be asked is said by the headers of the canned
queries (`catalogue/python_methods.py`), and what there are things of by the classes of the ontology.
"""

from __future__ import annotations

import html
import inspect
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast, overload

from rdflib.term import URIRef

from clustergraph.catalogue.model import CannedQuery, Parameter
from clustergraph.library.dataframes import DataFrameMixin
from clustergraph.library.notebook_display import html_cell, html_table
from clustergraph.library.result import Answers
from clustergraph.rdf.namespaces import RDF, compact, local_name
from clustergraph.rdf.python_values import Term, to_python
from clustergraph.rdf.table import Table
from clustergraph.rdf.text_in_language import RankedText, TaggedText, text_in_language
from clustergraph.sparql.errors import EngineError
from clustergraph.sparql.query import Query

if TYPE_CHECKING:
    from clustergraph.library.knowledge_graph import KnowledgeGraph
    from clustergraph.library.triples import Triples

MAX_THINGS_SHOWN = 50
"""How many things or statements the HTML forms show."""

_VALUES = "SELECT ?p ?o ?known { ?thing ?p ?o BIND(isIRI(?o) && EXISTS { ?o ?q ?r } AS ?known) }"
_STATEMENTS = "CONSTRUCT { ?thing ?p ?o } WHERE { ?thing ?p ?o }"


class UnknownThing(KeyError):
    """Nothing in the graph is called that, or several things are; `suggestions` are names to try instead."""

    def __init__(self, message: str, suggestions: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.suggestions = tuple(suggestions)

    def __str__(self) -> str:
        return str(self.args[0])


class Thing:
    """A thing of a graph: `kg["cool-silicon"]`.

    What the canned queries say of things of its class are attributes that `dir` lists. Such an attribute is the answer,
    and can be called to give it parameters: `thing.targets`, `thing.targets(phase="concept")`.

    >>> ada = kg["http://localhost:8080/ada"]
    >>> ada, ada.iri, ada["foaf:name"]
    (<Thing ada 'Ada'>, rdflib.term.URIRef('http://localhost:8080/ada'), ['Ada'])
    """

    def __init__(self, graph: KnowledgeGraph, iri: str, names: Sequence[RankedText] | None = None) -> None:
        self._graph = graph
        self.iri = URIRef(iri)
        if names is not None:
            self._names = list(names)

    @property
    def slug(self) -> str:
        """The end of its IRI."""
        return local_name(self.iri)

    @property
    def label(self) -> str:
        """What it is called in English, or else in another language; its slug if it is not called anything."""
        return self.label_in("en")

    def label_in(self, language: str) -> str:
        """What it is called in a language, such as `de`, or else in another one."""
        return text_in_language(self._names, self._graph.snapshot.reading_order(language)) or self.slug

    @property
    def description(self) -> str | None:
        """What it is, in English if that is said."""
        return self.description_in("en")

    def description_in(self, language: str) -> str | None:
        """What it is, in a language or else in another one; None if nothing says it."""
        snapshot = self._graph.snapshot
        for path in snapshot.naming.descriptions:
            if texts := self._texts(path.property):
                return text_in_language(texts, snapshot.reading_order(language))
        return None

    @property
    def types(self) -> tuple[URIRef, ...]:
        """The classes it is of, sorted."""
        return tuple(
            sorted(URIRef(term.text) for term, _ in self._statements.get(f"{RDF}type", ()) if term.kind == "uri")
        )

    @property
    def properties(self) -> dict[str, list[Any]]:
        """Everything said about it, by prefixed name of the property; values as `thing["cg:foundedIn"]` gives them."""
        prefixes = self._graph.snapshot.prefixes
        return {compact(iri, prefixes).strip("<>"): self._values(iri) for iri in sorted(self._statements)}

    def __getitem__(self, name: str) -> list[Any]:
        """The values of a property, named by its prefixed name or IRI; none if it has none.

        A thing that the graph describes is a Thing, any other value is as in the rows of a result.

        Raises KeyError for a prefix that the graph does not know.
        """
        return self._values(self._graph.expanded(name))

    def graph(self) -> Triples:
        """The statements about it, as an rdflib graph."""
        return cast("Triples", self._graph.sparql(_STATEMENTS, thing=self.iri))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        # Whether any thing has it is known without asking the graph what this one is.
        names = sorted({method.name for query in self._graph.catalogue for method in query.methods})
        if name not in names or name not in self._methods:
            raise AttributeError(
                f"<{self.iri}> has no attribute {name!r}. Those that things have, from canned queries, are "
                f"{', '.join(names) or 'none'}; a property is read as thing['prefix:name']."
            )
        return make_method(self._graph, *self._methods[name], self.iri)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._methods]

    @cached_property
    def _methods(self) -> dict[str, tuple[CannedQuery, Parameter]]:
        methods: dict[str, tuple[CannedQuery, Parameter]] = {}
        # Those for things of any class come last, so that one for a class goes before them.
        for any_class in (False, True):
            for query in self._graph.catalogue:
                for method in query.methods:
                    fits = method.class_iri is None if any_class else URIRef(method.class_iri or "") in self.types
                    subject = query.subject(method.class_iri or "")
                    if fits and subject is not None:
                        methods.setdefault(method.name, (query, subject))
        return methods

    @cached_property
    def _statements(self) -> dict[str, list[tuple[Term, bool]]]:
        """What is said of it by property, and of each value whether the graph says something of it."""
        statements: dict[str, list[tuple[Term, bool]]] = {}
        answer = self._graph.engine.answer(Query(_VALUES, bindings={"thing": self.iri}, format="tsv"))
        for property, term, known in answer.table().solutions():
            if property is not None and term is not None:
                statements.setdefault(property.text, []).append((term, known is not None and known.text == "true"))
        return statements

    @cached_property
    def _names(self) -> list[RankedText]:
        labels = list(self._graph.snapshot.naming.find_labels({iri: self._texts(iri) for iri in self._statements}))
        # Its name may be that of a node between.
        return labels or [(None, label, 0) for label in self._graph.labels([self.iri]).values()]

    def _texts(self, iri: str) -> list[TaggedText]:
        return [(term.language, term.text) for term, _ in self._statements.get(iri, ()) if term.kind == "literal"]

    def _values(self, iri: str) -> list[Any]:
        statements = sorted(self._statements.get(iri, ()), key=_sort_key)
        return [Thing(self._graph, term.text) if known else to_python(term) for term, known in statements]

    def __eq__(self, other: object) -> bool:
        return self.iri == other.iri if isinstance(other, Thing) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.iri)

    def __str__(self) -> str:
        return self.label

    def __repr__(self) -> str:
        try:
            label = f" {self.label!r}" if self.label != self.slug else ""
            snapshot = self._graph.snapshot
        except (ValueError, EngineError):  # the graph is closed, or cannot be asked now
            return f"<Thing {self.iri}>"
        return f"<Thing {compact(self.iri, snapshot.prefixes).strip('<>').removeprefix(snapshot.base)}{label}>"

    def _repr_html_(self) -> str:
        prefixes = self._graph.snapshot.prefixes
        title = f"<h4>{html_cell(self.iri, prefixes, self.label)}</h4>"
        about = f"<p>{html.escape(self.description)}</p>" if self.description else ""
        lines = ""
        for iri, values in sorted(self._statements.items()):
            name = html.escape(compact(iri, prefixes).strip("<>"))
            terms = [term for term, _ in sorted(values, key=_sort_key)[:MAX_THINGS_SHOWN]]
            cells = ", ".join(html_cell(to_python(term), prefixes) for term in terms)
            lines += f"<tr><th>{name}</th><td>{cells}</td></tr>"
        names = ", ".join(f"<code>.{html.escape(name)}</code>" for name in sorted(self._methods))
        return f"{title}{about}<table><tbody>{lines}</tbody></table>" + (f"<p>Ask it {names}.</p>" if names else "")


class Things(DataFrameMixin, Sequence[Thing]):
    """The things of a class, sorted by label: `kg.clusters`, `kg.things("cg:Cluster")`.

    One is got by its place or by what it is called: `kg.clusters["optence"]`. A frame has `iri`, `slug` and `label`.
    """

    def __init__(self, graph: KnowledgeGraph, class_iri: str, things: Sequence[Thing]) -> None:
        self._graph = graph
        self._class = class_iri
        self._things = things

    @overload
    def __getitem__(self, place: int | str) -> Thing: ...
    @overload
    def __getitem__(self, place: slice) -> Things: ...
    def __getitem__(self, place: int | str | slice) -> Thing | Things:
        if isinstance(place, str):
            return self._graph.find(place, self._class)
        if isinstance(place, slice):
            return Things(self._graph, self._class, self._things[place])
        return self._things[place]

    def __len__(self) -> int:
        return len(self._things)

    def __iter__(self) -> Iterator[Thing]:
        return iter(self._things)

    def __contains__(self, thing: object) -> bool:
        if isinstance(thing, str):
            try:
                thing = self[thing]
            except UnknownThing:
                return False
        return thing in self._things

    def __repr__(self) -> str:
        return f"<{len(self):,} things of class {self._name}>"

    @property
    def _name(self) -> str:
        return compact(self._class, self._graph.snapshot.prefixes).strip("<>")

    def _as_table(self) -> Table:
        return Table.of_values(("iri", "slug", "label"), [(thing.iri, thing.slug, thing.label) for thing in self])

    def _repr_html_(self) -> str:
        rows = [(thing.slug, thing.label) for thing in self._things[:MAX_THINGS_SHOWN]]
        note = f", the first {MAX_THINGS_SHOWN} shown" if len(self) > MAX_THINGS_SHOWN else ""
        return html_table(("slug", "label"), rows, {}, f"{len(self):,} things of class {self._name}{note}")


def make_method(graph: KnowledgeGraph, query: CannedQuery, subject: Parameter, thing: URIRef) -> Any:
    """A canned query as something that this thing can be asked: `Answers`, or a function if it gives no rows."""
    others = [parameter for parameter in query.parameters if parameter is not subject]

    def ask(**parameters: Any) -> Any:
        return graph.query(query.name, **{subject.name: thing, **parameters})

    docstring = _write_docstring(query, others)
    method: Any = ask if query.form != "SELECT" else Answers(ask, docstring)
    method.__doc__ = docstring
    method.__signature__ = inspect.Signature(
        [_make_signature_parameter(parameter) for parameter in others if parameter.name.isidentifier()]
    )
    if method is ask:
        ask.__name__ = ask.__qualname__ = query.name
    return method


def _make_signature_parameter(parameter: Parameter) -> inspect.Parameter:
    kinds: Mapping[str, Any] = {"integer": int, "number": float, "boolean": bool}
    annotation = Literal[parameter.choices] if parameter.choices else kinds.get(parameter.type, str)
    return inspect.Parameter(
        parameter.name, inspect.Parameter.KEYWORD_ONLY, default=parameter.default, annotation=annotation
    )


def _write_docstring(query: CannedQuery, others: Sequence[Parameter]) -> str:
    lines = []
    for parameter in others:
        choices = f" One of {', '.join(parameter.choices)}." if parameter.choices else ""
        lines.append(f"  {parameter.name}: {parameter.description}{choices}")
    paragraphs = [f"{query.summary}.", str(query.description)]
    return "\n\n".join([*paragraphs, *(["Parameters:\n" + "\n".join(lines)] if lines else [])])


def _sort_key(statement: tuple[Term, bool]) -> tuple[str, str]:
    """What the values of a property are sorted by: kind and text, as datatypes may be None and cannot be compared."""
    return statement[0][:2]
