"""From a table to pandas, Polars and Arrow.

Each library is given the distinct values of a column once, in the type of the column, and repeats them itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC
from typing import TYPE_CHECKING, Any

from clustergraph.library.column_types import MAX_DECIMAL_DIGITS, Kind, Typed, give_type
from clustergraph.library.optional_import import import_optional
from clustergraph.rdf.table import Table

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class DataFrameMixin(ABC):
    """Data frames of a table; `clustergraph.Result` says what types their columns have."""

    @abstractmethod
    def _as_table(self) -> Table: ...

    def to_pandas(self) -> pandas.DataFrame:
        """The same as a pandas frame. Raises ImportError if pandas is not installed."""
        return make_pandas(self._as_table())

    def to_polars(self) -> polars.DataFrame:
        """The same as a Polars frame. Raises ImportError if polars is not installed."""
        return make_polars(self._as_table())

    def to_arrow(self) -> pyarrow.Table:
        """The same as an Arrow table. Raises ImportError if pyarrow is not installed."""
        return make_arrow(self._as_table())


def make_pandas(table: Table) -> pandas.DataFrame:
    """A pandas frame; see `clustergraph.library.result.Result.to_pandas`."""
    pd, np = import_optional("pandas"), import_optional("numpy", "pandas")
    columns = {}
    for name, column in table.columns.items():
        typed = give_type(column)
        values = _make_pandas_array(typed, pd, np)
        codes = np.frombuffer(typed.codes, dtype=np.int64) if table.size else np.empty(0, dtype=np.int64)
        columns[name] = values.take(codes)
    frame: pandas.DataFrame = pd.DataFrame(columns, index=pd.RangeIndex(table.size))
    return frame


def _make_pandas_array(column: Typed, pd: Any, np: Any) -> Any:
    kind, values = column.kind, column.values
    if kind in (Kind.REAL, Kind.DECIMAL):
        # By hand, because pandas would take what is not a number for what is missing.
        missing = np.array([value is None for value in values], dtype=bool)
        numbers = np.array([1.0 if value is None else float(value) for value in values], dtype="float64")
        return pd.arrays.FloatingArray(numbers, missing)
    if kind in (Kind.DATE, Kind.MOMENT):
        return pd.array(np.array(values, dtype="datetime64[us]"))
    if kind is Kind.INSTANT:
        utc = [None if value is None else value.astimezone(UTC).replace(tzinfo=None) for value in values]
        return pd.DatetimeIndex(np.array(utc, dtype="datetime64[us]")).tz_localize("UTC").array
    if kind is Kind.LENGTH:
        return pd.array(np.array(values, dtype="timedelta64[us]"))
    if kind is Kind.TIME:
        return pd.array(values, dtype=object)
    return pd.array(values, dtype={Kind.WHOLE: "Int64", Kind.TRUTH: "boolean"}.get(kind, "string"))


def make_polars(table: Table) -> polars.DataFrame:
    """A Polars frame; see `clustergraph.library.result.Result.to_polars`."""
    pl = import_optional("polars")
    columns = []
    for name, column in table.columns.items():
        typed = give_type(column)
        types = {
            Kind.TEXT: pl.String,
            Kind.WHOLE: pl.Int64,
            Kind.DECIMAL: pl.Decimal(MAX_DECIMAL_DIGITS, typed.scale),
            Kind.REAL: pl.Float64,
            Kind.TRUTH: pl.Boolean,
            Kind.DATE: pl.Date,
            Kind.MOMENT: pl.Datetime("us"),
            Kind.INSTANT: pl.Datetime("us", "UTC"),
            Kind.TIME: pl.Time,
            Kind.LENGTH: pl.Duration("us"),
        }
        values = pl.Series(name, typed.values, dtype=types[typed.kind], strict=True)
        columns.append(values.gather(pl.Series(typed.codes, dtype=pl.Int64)))
    frame: polars.DataFrame = pl.DataFrame(columns)
    return frame


def make_arrow(table: Table) -> pyarrow.Table:
    """An Arrow table; see `clustergraph.library.result.Result.to_arrow`."""
    pa = import_optional("pyarrow", "arrow")
    columns = {}
    for name, column in table.columns.items():
        typed = give_type(column)
        types = {
            Kind.TEXT: pa.string(),
            Kind.WHOLE: pa.int64(),
            Kind.DECIMAL: pa.decimal128(MAX_DECIMAL_DIGITS, typed.scale),
            Kind.REAL: pa.float64(),
            Kind.TRUTH: pa.bool_(),
            Kind.DATE: pa.date32(),
            Kind.MOMENT: pa.timestamp("us"),
            Kind.INSTANT: pa.timestamp("us", "UTC"),
            Kind.TIME: pa.time64("us"),
            Kind.LENGTH: pa.duration("us"),
        }
        codes = pa.Array.from_buffers(pa.int64(), table.size, [None, pa.py_buffer(typed.codes)])
        columns[name] = pa.array(typed.values, types[typed.kind], from_pandas=False).take(codes)
    return pa.table(columns)
