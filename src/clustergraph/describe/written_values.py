"""How the files write the literals that answers give by value."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from clustergraph.describe.per_snapshot import per_snapshot
from clustergraph.rdf.python_values import Term
from clustergraph.rdf.table import term_of_oxigraph
from clustergraph.snapshots.snapshot import Snapshot
from clustergraph.snapshots.written_literals import WrittenLiterals


@per_snapshot
def _read_literals(snapshot: Snapshot) -> WrittenLiterals:
    return WrittenLiterals.beside(snapshot.store) if snapshot.path else WrittenLiterals()


def written_values(
    snapshot: Snapshot, subject: ox.NamedNode | ox.BlankNode, prop: str, value: Term, graphs: Sequence[str] = ()
) -> list[Term]:
    """The value of a statement as these graphs write it, or the merge of all: several where they have one value."""
    literals = _read_literals(snapshot)
    if not literals or value.kind != "literal" or not value.datatype:
        return [value]
    predicate, object = ox.NamedNode(prop), ox.Literal(value.text, datatype=ox.NamedNode(value.datatype))
    names = [*map(ox.NamedNode, graphs)] if graphs else [ox.DefaultGraph()]
    forms: dict[Term, None] = {}
    for name in names:
        written = literals.forms(ox.Quad(subject, predicate, object, name))
        forms |= dict.fromkeys([term_of_oxigraph(form) for form in written] or [value])
    return list(forms)
