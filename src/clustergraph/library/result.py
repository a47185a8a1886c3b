"""What a SELECT query gives in Python: rows that read like records, and the way from there to data frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, overload

from clustergraph.library.dataframes import make_arrow, make_pandas, make_polars
from clustergraph.library.notebook_display import format_value, html_table, text_table
from clustergraph.rdf.python_values import Text
from clustergraph.rdf.table import Table

if TYPE_CHECKING:
    import networkx
    import pandas
    import polars
    import pyarrow

__all__ = ["Labels", "Result", "Row", "Text"]

Labels = Callable[[Iterable[str], str], dict[str, str]]
"""Gives the label of each thing that has one, for the IRIs of things and a language."""


MAX_TEXT_ROWS = 10
"""How many rows the text form of a result shows."""
MAX_HTML_ROWS = 50
"""How many rows its HTML form shows."""


class Row:
    """One row: `row.cluster`, `row["cluster"]`, `row[0]`, or unpacked like a tuple.

    A column whose name is one of this class's own (`asdict`) is reached as `row["asdict"]`.

    >>> row = Row({"name": 0, "founded": 1}, ("Optence", 2001))
    >>> row.name, row["founded"], row[-1]
    ('Optence', 2001, 2001)
    >>> name, founded = row
    >>> row.asdict()
    {'name': 'Optence', 'founded': 2001}
    """

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places = places
        self._values = values

    def asdict(self) -> dict[str, Any]:
        """The row as a dict, columns in their order."""
        return dict(zip(self._places, self._values, strict=True))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        try:
            return self._values[self._places[name]]
        except KeyError:
            raise AttributeError(_no_column(name, self._places)) from None

    def __getitem__(self, key: str | int) -> Any:
        if isinstance(key, str):
            try:
                return self._values[self._places[key]]
            except KeyError:
                raise KeyError(_no_column(key, self._places)) from None
        return self._values[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._places]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Row):
            return list(self._places) == list(other._places) and self._values == other._values
        return self._values == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __reduce__(self) -> tuple[type[Row], tuple[dict[str, int], tuple[Any, ...]]]:
        return Row, (dict(self._places), self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self.asdict().items())})"


def _no_column(name: str, places: Mapping[str, int]) -> str:
    return f"There is no column {name!r}; there are {', '.join(places) or 'none'}."


class Result(Sequence[Row]):
    """The rows of a SELECT query, in order, and their `columns`.

    >>> result = Result(("name", "founded"), [("Optence", 2001), ("OptoNet", None)])
    >>> len(result), result.columns
    (2, ('name', 'founded'))
    >>> [row.name for row in result if row.founded]
    ['Optence']
    >>> result
    name     founded
    -------  -------
    Optence     2001
    OptoNet
    2 rows
    """

    warnings: tuple[str, ...] = ()
    """Where these may not be the rows that the standard has for the query, in sentences."""

    def __init__(
        self, columns: Sequence[str], values: Sequence[tuple[Any, ...]], prefixes: Mapping[str, str] | None = None
    ) -> None:
        self._set(Table.of_values(columns, values), prefixes)

    def _set(self, table: Table, prefixes: Mapping[str, str] | None, labels: Labels | None = None) -> Self:
        self._table = table
        self._prefixes = dict(prefixes or {})
        self._labels = labels
        return self

    @classmethod
    def of(cls, table: Table, prefixes: Mapping[str, str] | None = None, labels: Labels | None = None) -> Result:
        """A result with the rows of a table. `prefixes` shorten IRIs where the result is shown; `labels` is asked
        where names are wanted beside IRIs."""
        return Result.__new__(Result)._set(table, prefixes, labels)

    @classmethod
    def from_json(cls, body: bytes, prefixes: Mapping[str, str] | None = None) -> Result:
        """Read SPARQL 1.1 Query Results JSON. `prefixes` shorten IRIs where the result is shown."""
        return cls.of(Table.of_json(body), prefixes)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self._table.columns)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.columns)}

    @cached_property
    def _values(self) -> list[tuple[Any, ...]]:
        return self._table.values()

    def to_pandas(self, *, labels: bool = False, language: str = "en") -> pandas.DataFrame:
        """The rows as a pandas frame, with column types from the datatypes.

        Whole numbers and years are Int64; decimals, doubles and columns that mix kinds of numbers Float64; truth values
        boolean; dates and times of day with a date datetime64, in UTC where they tell their zone; durations
        timedelta64; times of day without a date objects. IRIs, texts, everything else and columns that mix kinds are
        string. What is unbound is missing (`pandas.NA` or `NaT`).

        With `labels`, a column `xLabel` is put behind each column `x` of IRIs that has none yet: names in `language`,
        or the next best, looked up in the graph.

        Raises ImportError if pandas is not installed, and ValueError where labels are wanted of rows that come from no
        graph.

        >>> Result(("name", "founded"), [("Optence", 2001), ("OptoNet", None)]).to_pandas().dtypes.to_dict()
        {'name': <StringDtype(na_value=<NA>)>, 'founded': Int64Dtype()}
        """
        return make_pandas(self._add_labels(language) if labels else self._table)

    def to_polars(self, *, labels: bool = False, language: str = "en") -> polars.DataFrame:
        """The rows as a Polars frame: as `to_pandas`, but decimals stay exact, dates are dates and times times.

        >>> Result(("name", "founded"), [("Optence", 2001)]).to_polars().schema
        Schema([('name', String), ('founded', Int64)])
        """
        return make_polars(self._add_labels(language) if labels else self._table)

    def to_arrow(self, *, labels: bool = False, language: str = "en") -> pyarrow.Table:
        """The rows as an Arrow table: as `to_pandas`, but decimals stay exact, dates are dates and times times.

        >>> Result(("name", "founded"), [("Optence", 2001)]).to_arrow().schema.names
        ['name', 'founded']
        """
        return make_arrow(self._add_labels(language) if labels else self._table)

    def to_networkx(self, source: str | None = None, target: str | None = None) -> networkx.MultiDiGraph[str]:
        """The rows as a network: an edge for each row that has both ends.

        The ends are the columns `source` and `target`: those named here, else those of these names, else the first two
        columns of IRIs. A node is the IRI (or the text) as a str, and has the attribute `label` where the result has a
        column for it (`xLabel` beside `x`). The other columns are attributes of the edge: numbers, truth values and
        texts, which any format of networkx can hold.

        Raises ImportError if networkx is not installed, and ValueError where there are no such columns.

        >>> network = Result(("source", "target", "since"), [("a", "b", 2014)]).to_networkx()
        >>> list(network.edges(data=True))
        [('a', 'b', {'since': 2014})]
        """
        from clustergraph.library.networks import of_table

        return of_table(self._table, source, target)

    def _add_labels(self, language: str) -> Table:
        if self._labels is None:
            raise ValueError("These rows come from no graph that could tell labels; leave out `labels`.")
        return self._table.labelled(self._labels, language)

    def __len__(self) -> int:
        return self._table.size

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Result: ...
    def __getitem__(self, index: int | slice) -> Row | Result:
        if isinstance(index, slice):
            return Result.of(self._table[index], self._prefixes, self._labels)
        return Row(self._places, self._values[index])

    def __iter__(self) -> Iterator[Row]:
        places = self._places
        return (Row(places, values) for values in self._values)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Result):
            return NotImplemented
        return self.columns == other.columns and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Callable[..., Result], tuple[Any, ...]]:
        # Without the graph, which stays where it is.
        return Result.of, (self._table, self._prefixes)

    def text(self, value: Any) -> str:
        """A value as it is shown in tables: IRIs with their prefix, nothing for None."""
        return format_value(value, self._prefixes)

    @property
    def size(self) -> str:
        """How many rows there are, in words."""
        return "1 row" if len(self) == 1 else f"{len(self):,} rows"

    def __repr__(self) -> str:
        return text_table(
            self.columns, self._table[:MAX_TEXT_ROWS].values(), self._prefixes, self._describe_size(MAX_TEXT_ROWS)
        )

    def _repr_html_(self) -> str:
        return html_table(
            self.columns, self._table[:MAX_HTML_ROWS].values(), self._prefixes, self._describe_size(MAX_HTML_ROWS)
        )

    def _describe_size(self, most: int) -> str:
        return f"{self.size}, the first {most} shown" if len(self) > most else self.size


class Answers(Result):
    """The rows that a canned query gives of a thing: asked when they are first looked at.

    As it stands it is asked with no parameter but the thing; called with further ones, it gives a `Result`.
    """

    def __init__(self, ask: Callable[..., Result], about: str = "") -> None:
        self._ask = ask
        self.__doc__ = about

    def __call__(self, **parameters: Any) -> Result:
        """The rows with these parameters."""
        return self._ask(**parameters)

    def __getattr__(self, name: str) -> Any:
        # Python looks here for what is not there yet.
        if name not in ("_table", "_prefixes", "_labels"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        result = self._ask()
        self._set(result._table, result._prefixes, result._labels)
        self.warnings = result.warnings
        return self.__dict__[name]
