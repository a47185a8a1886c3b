"""Literals as the files write them, beside a store that keeps some of them by value.

Oxigraph turns numbers, truth values, dates and durations into values, so that it can compare and add them, and gives
`"01069"^^xsd:integer` back as `1069`. Queries go by these values. Whatever gives statements as they are (exports,
downloads, documents and pages of things, the digest, the shapes) looks here how the files write them.

A table has a row for each form in which the literal of a statement is written, for those statements only that have a
form other than the store's own. Its key is a digest of the statement as the store has it; a statement of the merge of
all graphs has no graph.
"""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any, cast

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse

from clustergraph.rdf.namespaces import XSD
from clustergraph.rdf.python_values import WHOLE_NUMBERS

FILE = "literals.sqlite"
"""The table's name in a snapshot's folder; there is none where the store keeps all literals as they are written."""

Term = Any
"""What may be the object of a statement."""

MAX_KNOWN_VALUES = 100_000
"""How many values are remembered while literals are compared with them."""
_BATCH = 10_000
_LOOK_UP_BATCH = 500
_INTEGER = NamedNode(f"{XSD}integer")
_WHOLE = frozenset(f"{XSD}{name}" for name in WHOLE_NUMBERS)
_BY_VALUE = _WHOLE | {
    f"{XSD}{name}"
    for name in (
        *("boolean", "decimal", "float", "double", "duration", "yearMonthDuration", "dayTimeDuration"),
        *("dateTime", "dateTimeStamp", "date", "time", "gYear", "gYearMonth", "gMonth", "gMonthDay", "gDay"),
    )
}
_SHORT_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_UNCHANGED = {
    f"{XSD}{name}": re.compile(pattern)
    for name, pattern in {
        "boolean": r"true|false",
        "decimal": r"-?(?:0|[1-9][0-9]{0,15})\.[0-9]{0,15}[1-9]",
        "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "dateTime": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z?",
        "gYear": r"[0-9]{4}",
    }.items()
}
"""The forms that are most common and that the store surely gives back as they are."""
_SUBJECTS = [NamedNode(f"urn:x:{number}") for number in range(_BATCH)]
_PLACES = {subject: number for number, subject in enumerate(_SUBJECTS)}
_PREDICATE = NamedNode("urn:x:value")


def may_change(term: Term) -> bool:
    """Whether a store may keep this term in another form."""
    if type(term) is Literal:
        return term.datatype.value in _BY_VALUE
    return type(term) is Triple and may_change(term.object)


class StoredForms:
    """The forms in which a store keeps terms."""

    def __init__(self) -> None:
        self._known: dict[Term, Term] = {}

    def of(self, terms: Sequence[Term]) -> list[Term]:
        """The form of each term, in their order."""
        forms: dict[Term, Term] = {}
        unknown = []
        for term in dict.fromkeys(terms):
            form = self._known.get(term) or _common_form(term)
            if form is None:
                unknown.append(term)
            else:
                forms[term] = form
        for start in range(0, len(unknown), _BATCH):
            part = unknown[start : start + _BATCH]
            store = Store()
            store.extend(Quad(subject, _PREDICATE, term) for subject, term in zip(_SUBJECTS, part, strict=False))
            for quad in store:
                forms[part[_PLACES[cast(NamedNode, quad.subject)]]] = quad.object
        if len(self._known) > MAX_KNOWN_VALUES:
            self._known.clear()
        self._known |= {term: forms[term] for term in unknown}
        return [forms[term] for term in terms]


def _common_form(term: Term) -> Term | None:
    """The form of a term, if that is known without a store."""
    if not may_change(term):
        return term
    if type(term) is not Literal:
        return None
    datatype = term.datatype.value
    if datatype in _WHOLE:
        if not _SHORT_WHOLE.fullmatch(term.value):
            return None
        return term if datatype == _INTEGER.value else Literal(term.value, datatype=_INTEGER)
    pattern = _UNCHANGED.get(datatype)
    return term if pattern and pattern.fullmatch(term.value) else None


class WrittenLiterals:
    """What a table says; without one, nothing. Safe to use from several threads."""

    def __init__(self, table: sqlite3.Connection | None = None) -> None:
        self._table = table
        self._lock = threading.Lock()
        self._names: dict[int, str] = dict(self._rows("SELECT id, name FROM names"))

    @classmethod
    def beside(cls, store: Path | str) -> WrittenLiterals:
        """Those of a snapshot, the folder of whose store is given."""
        path = Path(store).parent.resolve() / FILE
        if not path.exists():
            return cls()
        # Nobody writes to it any more, so it needs no lock, on whatever file system it is.
        return cls(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False))

    def __bool__(self) -> bool:
        """Whether the store keeps some literal in another form."""
        return self._table is not None

    def forms(self, quad: Quad) -> list[Term]:
        """How the object of a statement is written, in order; nothing where that is as the store has it."""
        if self._table is None or not may_change(quad.object):
            return []
        return next(iter(self._forms_by_key([key(quad)]).values()), [])

    def restore(self, quads: Iterable[Quad]) -> Iterator[Quad]:
        """The statements of a store as they are written: one for each form of its literal."""
        for batch in batches(quads, _LOOK_UP_BATCH):
            keys = [key(quad) if may_change(quad.object) else None for quad in batch]
            forms_by_key = self._forms_by_key([known for known in keys if known])
            for quad, known in zip(batch, keys, strict=True):
                forms = forms_by_key.get(known) if known else None
                if forms is None:
                    yield quad
                    continue
                for form in forms:
                    yield Quad(quad.subject, quad.predicate, form, quad.graph_name)

    def restore_triples(self, triples: Iterable[Triple], store: Store, graphs: Sequence[NamedNode]) -> Iterator[Triple]:
        """The same of triples that a query on `store` gave, where they are statements of these graphs.

        With no graphs, they are of the merge of all.
        """
        for triple in triples:
            forms = self._forms_in(triple, store, graphs) if may_change(triple.object) else ()
            if not forms:
                yield triple
            for form in forms:
                yield Triple(triple.subject, triple.predicate, form)

    def _forms_in(self, triple: Triple, store: Store, graphs: Sequence[NamedNode]) -> Iterable[Term]:
        if not graphs:
            return self.forms(Quad(*triple))
        forms: dict[Term, None] = {}
        for graph in graphs:
            quad = Quad(triple.subject, triple.predicate, triple.object, graph)
            forms |= dict.fromkeys(self.forms(quad) or ([triple.object] if quad in store else []))
        return forms

    def counts(self) -> list[tuple[str, str, int, int]]:
        """For each graph, `""` for the merge, and property: how many statements have a literal in another form than
        the store's, and how many more statements there are as written, because several have the same value."""
        rows = self._rows("""SELECT graph, predicate, count(DISTINCT statement), count(*) - count(DISTINCT statement)
            FROM written GROUP BY graph, predicate""")
        return [(self._names[graph], self._names[predicate], changed, more) for graph, predicate, changed, more in rows]

    def _forms_by_key(self, keys: Sequence[bytes]) -> dict[bytes, list[Term]]:
        """The forms of those statements that have others than the store's."""
        query = f"SELECT statement, text, datatype FROM written WHERE statement IN ({', '.join('?' * len(keys))})"
        forms: dict[bytes, list[Term]] = {}
        for statement, text, datatype in self._rows(f"{query} ORDER BY statement, text, datatype", *keys):
            forms.setdefault(statement, []).append(_read(text, self._names[datatype]))
        return forms

    def _rows(self, query: str, *values: Any) -> list[Any]:
        if self._table is None:
            return []
        with self._lock:
            return self._table.execute(query, values).fetchall()


def key(quad: Quad) -> bytes:
    """What the table knows a statement by, as the store has it."""
    return blake2b(str(quad).encode(), digest_size=16).digest()


def _read(text: str, datatype: str) -> Term:
    if datatype:
        return Literal(text, datatype=_datatype(datatype))
    (quad,) = parse(f"<urn:x> <urn:x> <<( {text} )>> .", RdfFormat.N_TRIPLES)
    return quad.object


@lru_cache(maxsize=256)
def _datatype(iri: str) -> NamedNode:
    return NamedNode(iri)


def batches(quads: Iterable[Quad], length: int = _BATCH) -> Iterator[list[Quad]]:
    """The statements in lists of at most this length."""
    statements = iter(quads)
    while batch := list(islice(statements, length)):
        yield batch
