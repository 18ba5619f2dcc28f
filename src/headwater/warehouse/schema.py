"""What stands in the warehouse: schemas, tables and their columns, remembered beside the database.

The memory follows each change that is made through it; `forget` after a rolled-back transaction makes it read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import duckdb

from headwater.warehouse.columns import SQL_TYPES, TYPES_OF_SQL, Column
from headwater.warehouse.engine import DATABASE, INTERNAL, quoted
from headwater.warehouse.layout import UNFIT_COLUMN, ColumnType, standard_columns, standard_type
from headwater.warehouse.steps import Steps

MAX_COLUMNS: Final = 1_500
"""Columns of one table; what would need more stays in `_unfit`. Postgres holds 1,600."""

MAX_TABLES: Final = 10_000
"""Tables of one schema; events of further names stand in `tracks` alone, their properties in `_unfit`."""

_BOOKS: Final = f"""
CREATE SCHEMA IF NOT EXISTS {DATABASE}.{INTERNAL};
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.cursors (
    reader VARCHAR NOT NULL, next_offset BIGINT NOT NULL, loaded_at TIMESTAMP NOT NULL);
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.counts (
    reader VARCHAR, done BIGINT, dead BIGINT, skipped BIGINT DEFAULT 0);
ALTER TABLE {DATABASE}.{INTERNAL}.counts ADD COLUMN IF NOT EXISTS skipped BIGINT DEFAULT 0;
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.dead (
    reader VARCHAR NOT NULL, source_id VARCHAR NOT NULL, message_id VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL, event VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.loads (sequence BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.wide_columns (
    schema_name VARCHAR NOT NULL, table_name VARCHAR NOT NULL, column_name VARCHAR NOT NULL);
CREATE TABLE IF NOT EXISTS {DATABASE}.{INTERNAL}.production_tables (
    table_name VARCHAR NOT NULL, kind VARCHAR NOT NULL, origin VARCHAR NOT NULL, columns JSON NOT NULL,
    row_count BIGINT NOT NULL, every_seconds BIGINT, copied_at TIMESTAMP NOT NULL, tried_at TIMESTAMP NOT NULL,
    error VARCHAR);
"""


NOT_OF_SOURCES = (INTERNAL, "main", "production")


class Table:
    """One table's name and columns, in order; `_unfit` is not among them."""

    __slots__ = ("columns", "name", "schema")

    def __init__(self, schema: str, name: str, columns: dict[str, Column]) -> None:
        self.schema = schema
        self.name = name
        self.columns = columns

    @property
    def sql(self) -> str:
        return quoted(DATABASE, self.schema, self.name)


class Schemas:
    """The tables of all sources by schema and name, with what was given to `steps` and may not be written yet."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, Table]] | None = None

    def forget(self) -> None:
        self._tables = None

    def prepare(self, steps: Steps) -> None:
        """Create headwater's own books when they are not there."""
        _do(steps, _BOOKS)

    def all(self, steps: Steps) -> dict[str, dict[str, Table]]:
        if self._tables is None:
            self._tables = steps.ask(_read)
        return self._tables

    def find(self, steps: Steps, schema: str, table: str) -> Table | None:
        return self.all(steps).get(schema, {}).get(table)

    def create(
        self,
        steps: Steps,
        schema: str,
        name: str,
        more: Mapping[str, ColumnType],
    ) -> Table:
        """A table with its standard columns, `_unfit`, and `more`; the schema too when it is not there."""
        known = self.all(steps)
        if schema not in known:
            _do(steps, f"CREATE SCHEMA IF NOT EXISTS {quoted(DATABASE, schema)}")
            known[schema] = {}
        columns = {column: Column(column, standard_type(column)) for column in standard_columns(name)}
        columns |= {column: Column(column, type_) for column, type_ in more.items()}
        table = Table(schema, name, columns)
        listed = [f"{quoted(column.name)} {SQL_TYPES[column.type or 'varchar']}" for column in columns.values()]
        _do(steps, f"CREATE TABLE {table.sql} ({', '.join(listed)}, {UNFIT_COLUMN} JSON)")
        known[schema][name] = table
        return table

    def evolve(self, steps: Steps, table: Table, settled: Iterable[Column]) -> None:
        """Add the columns that are new, widen those whose type has changed, note those that became wide."""
        for column in settled:
            known = table.columns.get(column.name)
            if known is None:
                _alter(steps, table, f"ADD COLUMN {quoted(column.name)} {SQL_TYPES[column.type or 'varchar']}")
            elif known.type != column.type:
                _alter(steps, table, f"ALTER COLUMN {quoted(column.name)} TYPE {SQL_TYPES[column.type or 'varchar']}")
            if column.wide and not (known is not None and known.wide):
                _do(
                    steps,
                    f"INSERT INTO {DATABASE}.{INTERNAL}.wide_columns VALUES (?, ?, ?)",
                    [table.schema, table.name, column.name],
                )
            table.columns[column.name] = column

    def drop(self, steps: Steps, schema: str) -> None:
        """The schema with its tables, and what headwater's books say of them."""
        _do(steps, f"DROP SCHEMA IF EXISTS {quoted(DATABASE, schema)} CASCADE")
        _do(steps, f"DELETE FROM {DATABASE}.{INTERNAL}.wide_columns WHERE schema_name = ?", [schema])
        for latest in ("users", "accounts"):
            _do(steps, f"DROP TABLE IF EXISTS {books_of(schema, latest)}")
        self.forget()


def books_of(schema: str, table: str) -> str:
    """Where the history behind a table of latest values is kept, as SQL."""
    return quoted(DATABASE, INTERNAL, f"{table}:{schema}")


def _alter(steps: Steps, table: Table, change: str) -> None:
    _do(steps, f"ALTER TABLE {table.sql} {change}")


def _do(steps: Steps, statement: str, values: Sequence[object] = ()) -> None:
    steps.do(lambda connection: connection.execute(statement, list(values)))


def _read(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Table]]:
    found: dict[str, dict[str, Table]] = {
        schema: {}
        for (schema,) in connection.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal", [DATABASE]
        ).fetchall()
        if schema not in NOT_OF_SOURCES
    }
    wide = set(connection.execute(f"SELECT * FROM {DATABASE}.{INTERNAL}.wide_columns").fetchall())
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal ORDER BY schema_name, table_name, column_index",
        [DATABASE],
    ).fetchall()
    for schema, name, column, data_type in rows:
        if schema not in found:
            continue
        table = found[schema].setdefault(name, Table(schema, name, {}))
        if column != UNFIT_COLUMN:
            type_ = TYPES_OF_SQL.get(data_type)
            table.columns[column] = Column(column, type_, wide=(schema, name, column) in wide)
    return found
