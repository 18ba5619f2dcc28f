"""Rows on their way into a table: the engine sees one view, and behind it whatever is to be written now.

To make and drop a view for each table of each load took longer than many a small load's rows.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

_VIEW = "incoming_rows"
_NOTHING = pa.table({"id": pa.array([], pa.string())})


class Incoming:
    """For one connection at a time, and one thread."""

    def __init__(self) -> None:
        self._data = _NOTHING

    def open(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the view of a new connection."""
        connection.register(_VIEW, self)

    def insert(self, connection: duckdb.DuckDBPyConnection, into: str, data: pa.Table) -> None:
        """Write rows into a table, named as SQL, by the names of their columns."""
        self._data = data
        try:
            connection.execute(f"INSERT INTO {into} BY NAME SELECT * FROM {_VIEW}")
        finally:
            self._data = _NOTHING

    def __arrow_c_schema__(self) -> object:
        return self._data.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._data.__arrow_c_stream__(requested_schema)
