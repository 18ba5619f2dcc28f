"""Takes what people said of groups out of `accounts`: a value of theirs gives way to the latest that somebody else
said, and a group that only they told of goes altogether.

What somebody else said is read in the rows of `groups`, where clearing a value leaves no trace: so a value may come
back that another member had cleared before they gave it a new one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

import duckdb
import pyarrow as pa

from headwater.warehouse import latest
from headwater.warehouse.engine import DATABASE, INTERNAL, quoted
from headwater.warehouse.latest import Said
from headwater.warehouse.layout import GROUP_COLUMNS
from headwater.warehouse.schema import Schemas
from headwater.warehouse.steps import AtOnce

GROUPS: Final = "groups"
ACCOUNTS: Final = "accounts"
_ASKED: Final = "asked_groups"
_ALIAS: Final = '"moment of the event"'
"""No column of a table is named so."""
_MOMENT: Final = 'epoch_us(least(coalesce("timestamp", received_at), received_at + INTERVAL 5 MINUTE))'
"""As `latest.event_time`."""

Times = dict[str, set[int]]
"""When a group was told of, in µs since 1970-01-01 UTC, by the group's id."""


def times_of(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[tuple[str, str], Collection[str]], theirs: str
) -> dict[str, Times]:
    """What these people said of groups, by schema. `theirs` is what a row of theirs looks like, as SQL."""
    found: dict[str, Times] = {}
    for (schema, name), columns in tables.items():
        if name == GROUPS and set(GROUP_COLUMNS) <= set(columns):
            times = found.setdefault(schema, {})
            for group_id, moment in connection.execute(
                f"SELECT DISTINCT group_id, {_MOMENT} FROM {quoted(DATABASE, schema, GROUPS)}"
                f" WHERE {theirs} AND coalesce(group_id, '') <> ''"
            ).fetchall():
                times.setdefault(group_id, set()).add(moment)
    return found


def forget(connection: duckdb.DuckDBPyConnection, said: Mapping[str, Times]) -> int:
    """When their rows are gone; gives how many rows of `accounts` went or changed."""
    return sum(_forget(connection, schema, times) for schema, times in said.items() if times)


def _forget(connection: duckdb.DuckDBPyConnection, schema: str, times: Times) -> int:
    table = Schemas().find(AtOnce(connection), schema, ACCOUNTS)
    if table is None or not _is_kept(connection, schema):
        return 0
    connection.register(_ASKED, pa.table({"id": pa.array(sorted(times), type=pa.string())}))
    try:
        told = connection.execute(
            f"SELECT DISTINCT group_id FROM {quoted(DATABASE, schema, GROUPS)}"
            f" WHERE group_id IN (SELECT id FROM {_ASKED})"
        ).fetchall()
        shared = {group_id: times[group_id] for (group_id,) in told}
        count = latest.retell(connection, table, shared, lambda names: _others(connection, schema, names))
        return count + latest.remove(connection, table, sorted(times.keys() - shared))
    finally:
        connection.unregister(_ASKED)


def _is_kept(connection: duckdb.DuckDBPyConnection, schema: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
            [DATABASE, INTERNAL, f"{ACCOUNTS}:{schema}"],
        ).fetchall()
    )


def _others(connection: duckdb.DuckDBPyConnection, schema: str, names: Iterable[str]) -> dict[str, dict[str, Said]]:
    """What the rows that are left said last of these columns, by group."""
    known = Schemas().find(AtOnce(connection), schema, GROUPS)
    columns = sorted(set(names) & set(known.columns) - set(GROUP_COLUMNS)) if known is not None else []
    if not columns:
        return {}
    asked = ", ".join(
        f"max({_ALIAS}) FILTER ({quoted(name)} IS NOT NULL),"
        f" arg_max(CAST(to_json({quoted(name)}) AS VARCHAR), {_ALIAS}) FILTER ({quoted(name)} IS NOT NULL)"
        for name in columns
    )
    rows = connection.execute(
        f"SELECT group_id, {asked} FROM (SELECT *, {_MOMENT} AS {_ALIAS} FROM {quoted(DATABASE, schema, GROUPS)}"
        f" WHERE group_id IN (SELECT id FROM {_ASKED})) GROUP BY group_id"
    ).fetchall()
    return {
        group_id: {
            name: Said(moment, text, True)
            for name, moment, text in zip(columns, told[::2], told[1::2], strict=True)
            if moment is not None
        }
        for group_id, *told in rows
    }
