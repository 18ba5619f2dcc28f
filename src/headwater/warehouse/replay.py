"""What a query's process needs to read the log: an estimate, kept beside the log's own length.

A short log may be dear to read. Each change of a table's columns makes the whole table anew in memory, and each table
that got rows takes room for all of its columns. The figures are what was measured, rounded up.
"""

from __future__ import annotations

from typing import Final

COPY_BYTES: Final = 600
"""For each column of a table and each of its row groups, whenever a column is added or changes its type."""

COLUMN_BYTES: Final = 12 * 1024
"""For each column of a table that gets rows, once."""


class Replay:
    """Written by one thread, read by any. Rolled back changes count too: that costs a checkpoint at most."""

    def __init__(self) -> None:
        self.size_bytes = 0
        self._columns: dict[str, int] = {}

    def wrote(self, table: str, columns: int) -> None:
        """Rows were written to a table of so many columns."""
        self.size_bytes += max(0, columns - self._columns.get(table, 0)) * COLUMN_BYTES
        self._columns[table] = max(columns, self._columns.get(table, 0))

    def altered(self, copies: int) -> None:
        """So many columns, counted once for each row group, were made anew."""
        self.size_bytes += copies * COPY_BYTES

    def clear(self) -> None:
        self.size_bytes = 0
        self._columns = {}
