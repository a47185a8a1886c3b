"""The OWL 2 RL rules of owlrl, without the one that says everything is the same as itself.

That rule (eq-ref) takes half of the time and gives nothing that another rule needs, but for one thing that is asked
here instead: whether something is said to differ from itself.
"""

from __future__ import annotations

from owlrl.OWLRL import OWLRL_Semantics
from rdflib.namespace import OWL, RDF
from rdflib.term import Node


class Rules(OWLRL_Semantics):
    """owlrl's closure over a graph; `closure()` fills the graph, `error_messages` says what contradicts itself."""

    def _equality(self, triple: tuple[Node, Node, Node], cycle_num: int) -> None:
        subject, predicate, object = triple
        if subject == object and predicate in (OWL.sameAs, OWL.differentFrom):
            if predicate == OWL.differentFrom:
                self.add_error(f"{subject} is said to differ from itself")  # type: ignore[no-untyped-call]
            return
        if predicate in (OWL.sameAs, OWL.differentFrom) or (predicate, object) == (RDF.type, OWL.AllDifferent):
            super()._equality(triple, cycle_num)  # type: ignore[no-untyped-call]
