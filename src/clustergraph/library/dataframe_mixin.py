"""The conversion to data frames that things and triples share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

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
        from clustergraph.library.dataframes import to_pandas

        return to_pandas(self._as_table())

    def to_polars(self) -> polars.DataFrame:
        """The same as a Polars frame. Raises ImportError if polars is not installed."""
        from clustergraph.library.dataframes import to_polars

        return to_polars(self._as_table())

    def to_arrow(self) -> pyarrow.Table:
        """The same as an Arrow table. Raises ImportError if pyarrow is not installed."""
        from clustergraph.library.dataframes import to_arrow

        return to_arrow(self._as_table())
