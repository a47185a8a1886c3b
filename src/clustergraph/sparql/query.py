"""A question to an engine, as one value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rdflib.term import Identifier

from clustergraph.sparql.errors import EvaluationError
from clustergraph.sparql.parsed_query import ParsedQuery


@dataclass(frozen=True, slots=True, init=False)
class Query:
    """What is asked of an engine and how the answer is to be written.

    Two queries are equal, and share an answer, if they differ in nothing but their `timeout`.
    Raises EvaluationError for a timeout that is not above 0.

    >>> Query("ASK {}", timeout=1) == Query("ASK {}", bindings={}, default_graphs=[])
    True
    """

    text: str
    """The query in SPARQL, as it was given."""
    bindings: tuple[tuple[str, Identifier], ...]
    """Values of variables (without `?`), by name; they are joined in as a VALUES block."""
    format: str | None
    """A name from `formats.FORMATS`; the default is JSON for results and Turtle for graphs. A SELECT of the variables
    `formats.QUAD` can also be written in the formats `formats.WITH_GRAPHS`, as quads."""
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    """The protocol's dataset; it overrides FROM in the text."""
    timeout: float | None = field(compare=False)
    """In seconds; None means the engine's own default, which is also the ceiling in most engines."""
    parsed: ParsedQuery = field(compare=False, repr=False)
    """What the text says of itself."""

    def __init__(
        self,
        text: str | ParsedQuery,
        *,
        bindings: Mapping[str, Identifier] | None = None,
        format: str | None = None,
        default_graphs: Sequence[str] = (),
        named_graphs: Sequence[str] = (),
        timeout: float | None = None,
    ) -> None:
        if timeout is not None and not timeout > 0:
            raise EvaluationError(f"The timeout must be a number of seconds above 0, not {timeout}.")
        set_field = object.__setattr__  # the one way to fill a frozen instance
        parsed = text if isinstance(text, ParsedQuery) else ParsedQuery(text)
        set_field(self, "text", parsed.original)
        set_field(self, "parsed", parsed)
        set_field(self, "bindings", tuple(sorted(bindings.items())) if bindings else ())
        set_field(self, "format", format)
        set_field(self, "default_graphs", tuple(default_graphs))
        set_field(self, "named_graphs", tuple(named_graphs))
        set_field(self, "timeout", timeout)

    def within(self, seconds: float) -> Query:
        """The same query with another timeout."""
        graphs = {"default_graphs": self.default_graphs, "named_graphs": self.named_graphs}
        return Query(self.parsed, bindings=dict(self.bindings), format=self.format, timeout=seconds, **graphs)
