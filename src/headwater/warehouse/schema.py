"""What stands in the warehouse: schemas, tables and their columns, remembered beside the database.

The memory follows each change that is made through it; `forget` after a rolled-back transaction makes it read anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import duckdb

from headwater.warehouse.columns import SQL_TYPES, TYPES_OF_SQL, Column
from headwater.warehouse.engine import DATABASE, INTERNAL, ROW_GROUP_ROWS, quoted
from headwater.warehouse.layout import UNFIT_COLUMN, ColumnType, standard_columns, standard_type
from headwater.warehouse.replay import COPY_BYTES, Replay
from headwater.warehouse.steps import Steps

MAX_COLUMNS: Final = 1_500
"""Columns of one table; what would need more stays in `_unfit`. Postgres holds 1,600."""

MAX_COLUMNS_OF_SCHEMA: Final = 150_000
"""Columns of all its tables; beyond them a table has its standard columns and those of the catalogue alone."""

ALTER_BYTES: Final = 16 * 1024 * 1024
MAX_ALTER_BYTES: Final = 512 * 1024 * 1024
"""Columns are added one by one, each time with a copy of what the engine knows of the table, all kept until the commit.
Where the copies would take more than the first for each row group, or the second in all, the table is written anew."""

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

    def __init__(self, replay: Replay | None = None) -> None:
        """`replay` is told of what the log must bring back."""
        self._tables: dict[str, dict[str, Table]] | None = None
        self._widths: dict[str, int] = {}
        self._replay = replay or Replay()

    def forget(self) -> None:
        self._tables = None

    def prepare(self, steps: Steps) -> None:
        """Create headwater's own books when they are not there."""
        _do(steps, _BOOKS)

    def all(self, steps: Steps) -> dict[str, dict[str, Table]]:
        if self._tables is None:
            self._tables = steps.ask(_read)
            self._widths = {
                schema: sum(len(table.columns) for table in tables.values()) for schema, tables in self._tables.items()
            }
        return self._tables

    def room(self, table: Table) -> int:
        """How many columns more it may have, but for those of the catalogue."""
        of_schema = MAX_COLUMNS_OF_SCHEMA - self._widths.get(table.schema, 0)
        return max(0, min(MAX_COLUMNS - len(table.columns), of_schema))

    def find(self, steps: Steps, schema: str, table: str) -> Table | None:
        return self.all(steps).get(schema, {}).get(table)

    def full(self) -> int:
        """How many tables have no room for another column; 0 while that is not known."""
        schemas = list((self._tables or {}).values())
        return sum(self.room(table) == 0 for tables in schemas for table in list(tables.values()))

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
        self._widths[schema] = self._widths.get(schema, 0) + len(columns)
        return table

    def evolve(self, steps: Steps, table: Table, settled: Iterable[Column]) -> None:
        """Before rows are written: add the columns that are new, widen those whose type has changed, note those that
        became wide."""
        fresh: list[Column] = []
        width = len(table.columns)
        for column in settled:
            known = table.columns.get(column.name)
            if known is None:
                fresh.append(column)
            elif known.type != column.type:
                steps.do(partial(self._alter, table=table, width=width, change=f"ALTER COLUMN {_retyped(column)}"))
            if column.wide and not (known is not None and known.wide):
                _do(
                    steps,
                    f"INSERT INTO {DATABASE}.{INTERNAL}.wide_columns VALUES (?, ?, ?)",
                    [table.schema, table.name, column.name],
                )
            table.columns[column.name] = column
        if fresh:
            self._widths[table.schema] = self._widths.get(table.schema, 0) + len(fresh)
            steps.do(partial(self._add, table=table, width=width, added=[_typed(column) for column in fresh]))
        steps.do(partial(self._wrote, table=table.sql, columns=len(table.columns)))

    def _alter(self, connection: duckdb.DuckDBPyConnection, *, table: Table, width: int, change: str) -> None:
        self._replay.altered(width * _row_groups(connection, table))
        connection.execute(f"ALTER TABLE {table.sql} {change}")

    def _add(
        self, connection: duckdb.DuckDBPyConnection, *, table: Table, width: int, added: Sequence[tuple[str, str]]
    ) -> None:
        """`width`: columns that the table had before; `added` as SQL, name and type."""
        groups = _row_groups(connection, table)
        copies = len(added) * (width + len(added) // 2) * groups
        if copies * COPY_BYTES > min(ALTER_BYTES * groups, MAX_ALTER_BYTES):
            listed = ", ".join(f"CAST(NULL AS {type_}) AS {name}" for name, type_ in added)
            connection.execute(f"CREATE OR REPLACE TABLE {table.sql} AS SELECT *, {listed} FROM {table.sql}")
            return
        self._replay.altered(copies)
        for name, type_ in added:
            connection.execute(f"ALTER TABLE {table.sql} ADD COLUMN {name} {type_}")

    def _wrote(self, _connection: duckdb.DuckDBPyConnection, *, table: str, columns: int) -> None:
        self._replay.wrote(table, columns)

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


def _typed(column: Column) -> tuple[str, str]:
    return quoted(column.name), SQL_TYPES[column.type or "varchar"]


def _retyped(column: Column) -> str:
    name, type_ = _typed(column)
    return f"{name} TYPE {type_}"


def _row_groups(connection: duckdb.DuckDBPyConnection, table: Table) -> int:
    (rows,) = connection.execute(f"SELECT count(*) FROM {table.sql}").fetchall()[0]
    return 1 + rows // ROW_GROUP_ROWS


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
