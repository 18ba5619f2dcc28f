"""One person's events over all source schemas, newest first: what the standard tables hold under the person's ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC
from typing import Any, Final

import duckdb
import msgspec

from headwater.base.clock import iso
from headwater.base.event import CallType
from headwater.warehouse.engine import DATABASE, Engine, quoted
from headwater.warehouse.schema import NOT_OF_SOURCES

MAX_IDS: Final = 2_000
"""Ids that are asked for at once; a person has fewer."""

_TABLES: Final[dict[str, tuple[CallType, str]]] = {
    "tracks": ("track", "event_text"),
    "form_submissions": ("track", "event_text"),
    "screens": ("screen", "name"),
    "pages": ("page", "name"),
    "identifies": ("identify", "NULL"),
    "groups": ("group", "group_id"),
    "aliases": ("alias", "previous_id"),
}
"""By standard table: the call, and the column that says what it was about. Each event has one row in one of them."""


class Lived(msgspec.Struct, frozen=True, rename="camel"):
    """An event as its row has it. `at` is its own time."""

    schema: str
    message_id: str
    type: CallType
    name: str | None
    at: str
    received_at: str
    user_id: str | None
    anonymous_id: str | None


class Timeline(msgspec.Struct, frozen=True):
    """A page of `events`, newest first, of `total`; `loaded` are those of the messages asked about that have a row."""

    events: list[Lived]
    total: int
    loaded: set[str]


def timeline(
    engine: Engine,
    user_ids: Sequence[str],
    anonymous_ids: Sequence[str],
    *,
    limit: int,
    offset: int,
    besides: Collection[str] = (),
) -> Timeline:
    """The events of whoever has one of these ids. All is of one moment: loading goes on."""
    with engine.reading() as connection:
        connection.begin()
        try:
            tables = _tables(connection)
            lived, total = _page(connection, tables, user_ids, anonymous_ids, limit, offset)
            return Timeline(lived, total, _known(connection, tables, besides))
        finally:
            connection.rollback()


def _page(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[tuple[str, str]],
    user_ids: Sequence[str],
    anonymous_ids: Sequence[str],
    limit: int,
    offset: int,
) -> tuple[list[Lived], int]:
    if not tables or not (user_ids or anonymous_ids):
        return [], 0
    given = {"users": list(user_ids[:MAX_IDS]), "strangers": list(anonymous_ids[:MAX_IDS])}
    united = " UNION ALL ".join(_part(schema, table) for schema, table in tables)
    rows = connection.execute(
        f"SELECT *, count(*) OVER () FROM ({united}) ORDER BY moment DESC, received_at DESC, id "
        f"LIMIT {limit:d} OFFSET {offset:d}",
        given,
    ).fetchall()
    total = rows[0][-1] if rows else _count(connection, united, given) if offset else 0
    return [_lived(row) for row in rows], total


def _known(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[tuple[str, str]], message_ids: Collection[str]
) -> set[str]:
    if not message_ids or not tables:
        return set()
    places = [quoted(DATABASE, *place) for place in tables]
    united = " UNION ALL ".join(f"SELECT id FROM {place} WHERE id IN (SELECT unnest($ids))" for place in places)
    return {id for (id,) in connection.execute(united, {"ids": list(message_ids)}).fetchall()}


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY ALL", [DATABASE]
    ).fetchall()
    return [(schema, table) for schema, table in found if schema not in NOT_OF_SOURCES and table in _TABLES]


def _part(schema: str, table: str) -> str:
    call, name = _TABLES[table]
    label = schema.replace("'", "''")
    return (
        f"SELECT '{label}', id, '{call}', {name}, coalesce(timestamp, received_at) AS moment, received_at, user_id, "
        f"anonymous_id FROM {quoted(DATABASE, schema, table)} "
        "WHERE user_id IN (SELECT unnest($users)) OR anonymous_id IN (SELECT unnest($strangers))"
    )


def _count(connection: duckdb.DuckDBPyConnection, united: str, given: dict[str, Any]) -> int:
    return connection.execute(f"SELECT count(*) FROM ({united})", given).fetchall()[0][0]


def _lived(row: tuple[Any, ...]) -> Lived:
    schema, message_id, call, name, at, received_at, user_id, anonymous_id, _ = row
    return Lived(
        schema=schema,
        message_id=message_id,
        type=call,
        name=name,
        at=iso(at.replace(tzinfo=UTC)),
        received_at=iso(received_at.replace(tzinfo=UTC)),
        user_id=user_id,
        anonymous_id=anonymous_id,
    )
