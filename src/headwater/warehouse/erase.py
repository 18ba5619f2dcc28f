"""Finds and removes the rows of people, in every schema of a warehouse: by the ids that rows name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from headwater.base.event import CleanEvent
from headwater.base.subject import Subject
from headwater.warehouse import erase_groups
from headwater.warehouse.engine import DATABASE, INTERNAL, quoted
from headwater.warehouse.ids import OF_EACH_EVENT
from headwater.warehouse.schema import NOT_OF_SOURCES, books_of

_USERS: Final = "erased_users"
_DEVICES: Final = "erased_devices"
_THEIRS: Final = (
    f"(user_id IN (SELECT id FROM {_USERS}) OR (coalesce(user_id, '') = '' AND anonymous_id IN "
    f"(SELECT id FROM {_DEVICES})))"
)
_JOINED: Final = f"(previous_id IN (SELECT id FROM {_USERS}) OR previous_id IN (SELECT id FROM {_DEVICES}))"
_LATEST: Final = "users"


def erase(connection: duckdb.DuckDBPyConnection, subject: Subject) -> int:
    """Within a transaction; gives how many rows went, or were left without what these people had said of a group."""
    with _named(connection, subject):
        tables = _tables(connection)
        said = erase_groups.times_of(connection, tables, _THEIRS)
        count = sum(
            _delete(connection, quoted(DATABASE, schema, name), _theirs(columns))
            for (schema, name), columns in tables.items()
            if _theirs(columns)
        )
        for schema, name in tables:
            if name == _LATEST:
                count += _forget_latest(connection, schema)
        return count + erase_groups.forget(connection, said) + _unbury(connection, subject)


def devices_of(connection: duckdb.DuckDBPyConnection, user_ids: Collection[str]) -> tuple[set[str], set[str]]:
    """(the anonymous ids that these users came with, those of them that others came with too)."""
    mine: set[str] = set()
    shared: set[str] = set()
    with _named(connection, Subject(workspace_id="", user_ids=frozenset(user_ids))):
        tables = [table for table, columns in _tables(connection).items() if _is_of_each(table, columns)]
        for table in tables:
            mine |= _column(
                connection,
                f"SELECT DISTINCT anonymous_id FROM {quoted(DATABASE, *table)} WHERE anonymous_id <> '' AND"
                f" user_id IN (SELECT id FROM {_USERS})",
            )
    with _named(connection, Subject(workspace_id="", user_ids=frozenset(user_ids), anonymous_ids=frozenset(mine))):
        for table in tables:
            shared |= _column(
                connection,
                f"SELECT DISTINCT anonymous_id FROM {quoted(DATABASE, *table)} WHERE user_id <> '' AND"
                f" user_id NOT IN (SELECT id FROM {_USERS}) AND anonymous_id IN (SELECT id FROM {_DEVICES})",
            )
    return mine, shared


def groups_of(connection: duckdb.DuckDBPyConnection, subject: Subject) -> dict[str, set[int]]:
    """The groups that they said something of, each with when (µs since 1970-01-01 UTC)."""
    found: dict[str, set[int]] = {}
    with _named(connection, subject):
        for times in erase_groups.times_of(connection, _tables(connection), _THEIRS).values():
            for group_id, moments in times.items():
                found.setdefault(group_id, set()).update(moments)
    return found


def tables_of(connection: duckdb.DuckDBPyConnection, subject: Subject) -> list[tuple[str, str]]:
    """The tables, by schema and name, that hold anything of theirs."""
    with _named(connection, subject):
        return [
            (schema, name)
            for (schema, name), columns in sorted(_tables(connection).items())
            if (where := _held(name, columns))
            and connection.execute(f"SELECT 1 FROM {quoted(DATABASE, schema, name)} WHERE {where} LIMIT 1").fetchall()
        ]


def rows_of(
    connection: duckdb.DuckDBPyConnection, subject: Subject, schema: str, table: str, *, limit: int, offset: int
) -> list[dict[str, Any]]:
    """Their rows of one table, oldest first, columns without a value left out."""
    with _named(connection, subject):
        where = _held(table, _tables(connection).get((schema, table), ()))
        found = connection.execute(
            f"SELECT CAST(to_json(mine) AS VARCHAR) FROM (SELECT * FROM {quoted(DATABASE, schema, table)} WHERE {where}"
            " ORDER BY received_at, id LIMIT ? OFFSET ?) mine",
            [limit, offset],
        ).fetchall()
    rows = (msgspec.json.decode(text, type=dict[str, Any]) for (text,) in found)
    return [{key: value for key, value in row.items() if value is not None} for row in rows]


def _held(table: str, columns: Collection[str]) -> str:
    return _theirs(columns) or (f"id IN (SELECT id FROM {_USERS})" if table == _LATEST else "")


def _tables(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], set[str]]:
    """The columns of each table of a source."""
    rows = connection.execute(
        "SELECT schema_name, table_name, column_name FROM duckdb_columns() WHERE database_name = ? AND NOT internal",
        [DATABASE],
    ).fetchall()
    found: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in rows:
        if schema not in NOT_OF_SOURCES:
            found.setdefault((schema, table), set()).add(column)
    return found


def _theirs(columns: Collection[str]) -> str:
    """What a row of theirs looks like; '' for a table whose rows are no person's."""
    if "user_id" not in columns or "anonymous_id" not in columns:
        return ""
    return f"({_THEIRS} OR {_JOINED})" if "previous_id" in columns else _THEIRS


def _is_of_each(table: tuple[str, str], columns: Collection[str]) -> bool:
    return table[1] in OF_EACH_EVENT and "user_id" in columns and "anonymous_id" in columns


def _delete(connection: duckdb.DuckDBPyConnection, table: str, where: str) -> int:
    return connection.execute(f"DELETE FROM {table} WHERE {where}").fetchall()[0][0]


def _forget_latest(connection: duckdb.DuckDBPyConnection, schema: str) -> int:
    """The row of latest values, and the history behind it."""
    where = f"id IN (SELECT id FROM {_USERS})"
    count = _delete(connection, quoted(DATABASE, schema, _LATEST), where)
    known = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
        [DATABASE, INTERNAL, f"{_LATEST}:{schema}"],
    ).fetchall()
    if known:
        _delete(connection, books_of(schema, _LATEST), where)
    return count


def _unbury(connection: duckdb.DuckDBPyConnection, subject: Subject) -> int:
    """What had no row: the counts stay."""
    books = f"{DATABASE}.{INTERNAL}.dead"
    theirs = [
        rowid
        for rowid, text in connection.execute(f"SELECT rowid, event FROM {books}").fetchall()
        if _is_of(subject, text)
    ]
    if theirs:
        connection.execute(f"DELETE FROM {books} WHERE rowid IN (SELECT unnest(?))", [theirs])
    return len(theirs)


def _is_of(subject: Subject, text: str) -> bool:
    try:
        event = msgspec.json.decode(text, type=CleanEvent)
    except msgspec.MsgspecError:
        return subject.mentions(text.encode())
    mine = event.workspace_id == subject.workspace_id
    return mine and subject.owns(event.user_id, event.anonymous_id, event.previous_id)


@contextmanager
def _named(connection: duckdb.DuckDBPyConnection, subject: Subject) -> Iterator[None]:
    """The ids, as tables to look in."""
    connection.register(_USERS, _ids(sorted(subject.user_ids)))
    connection.register(_DEVICES, _ids(sorted(subject.anonymous_ids)))
    try:
        yield
    finally:
        connection.unregister(_USERS)
        connection.unregister(_DEVICES)


def _ids(ids: Sequence[str]) -> pa.Table:
    return pa.table({"id": pa.array(ids, type=pa.string())})


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> set[str]:
    return {value for (value,) in connection.execute(query).fetchall()}
