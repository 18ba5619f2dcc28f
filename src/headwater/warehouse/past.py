"""Past events of one name, page by page, for who counts what people did: when, of whom, and some of the properties.

Values come as the warehouse holds them: a date as a moment in ISO 8601, a list as a list, what did not fit its column
from the row's own JSON. An event that has rows in two tables comes twice, with the same message id.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import duckdb
import msgspec

from headwater.base.clock import iso
from headwater.base.naming import table_name
from headwater.warehouse.engine import DATABASE, Engine, quoted
from headwater.warehouse.layout import UNFIT_COLUMN, property_column

AHEAD_US: Final = 5 * 60_000_000
"""A clock that runs ahead of ours counts for no more than this."""
_VIEWS: Final = ("pages", "screens")


class Place(msgspec.Struct, frozen=True, array_like=True, order=True):
    """Where a page ended: behind this row of this table. Tables come in the order of their names."""

    schema: str = ""
    table: str = ""
    received_us: int = -(1 << 62)
    message_id: str = ""


class Page(msgspec.Struct, frozen=True):
    """`rows` are (message id, time in ms since 1970, user id, anonymous id, properties as JSON). `next` None: that was
    all there is now."""

    rows: list[tuple[str, int, str | None, str | None, bytes]]
    next: Place | None


def past(
    engine: Engine,
    schemas: Sequence[str],
    event: str,
    *,
    since_ms: int,
    properties: Sequence[str],
    after: Place,
    limit: int,
) -> Page:
    """Events of the schemas that happened since then, about `limit` at a time. `properties` are names as rules write
    them; those that a row has come by just these names."""
    with engine.reading() as connection:
        for schema, table in _tables(connection, schemas, event):
            place = Place(schema, table)
            if (schema, table) < (after.schema, after.table):
                continue
            if (schema, table) == (after.schema, after.table):
                place = after
            found = _rows(connection, place, event, since_ms, properties, limit)
            if found:
                last = found[-1]
                rows = [_told(row, properties) for row in found]
                return Page(rows, Place(schema, table, last[1], last[0]))
    return Page([], None)


def _tables(connection: duckdb.DuckDBPyConnection, schemas: Sequence[str], event: str) -> list[tuple[str, str]]:
    forms = [table_name(unicodedata.normalize(form, event)) for form in ("NFC", "NFD")]
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name IN "
        "(SELECT unnest(?)) AND table_name IN (SELECT unnest(?))",
        [DATABASE, list(schemas), [*forms, *_VIEWS]],
    ).fetchall()
    return sorted(found)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    place: Place,
    event: str,
    since_ms: int,
    properties: Sequence[str],
    limit: int,
) -> list[tuple[Any, ...]]:
    name = "name" if place.table in _VIEWS else "event_text"
    there = _columns(connection, place)
    if name not in there:
        return []
    wanted = [property_column(place.table, *each.split(".")) for each in properties]
    values = [quoted(column) if column in there else "NULL" for column in wanted]
    unfit = quoted(UNFIT_COLUMN) if UNFIT_COLUMN in there else "NULL"
    moment = "coalesce(timestamp, received_at)"
    query = (
        f"SELECT id, epoch_us(received_at), epoch_us({moment}), user_id, anonymous_id, {unfit}::VARCHAR"
        f"{''.join(f', {value}' for value in values)} FROM {quoted(DATABASE, place.schema, place.table)} "
        f"WHERE nfc_normalize({quoted(name)}) = $event AND epoch_ms({moment}) >= $since "
        "AND (epoch_us(received_at), id) > ($received, $id) ORDER BY epoch_us(received_at), id LIMIT $limit"
    )
    given = {"event": event, "since": since_ms, "received": place.received_us, "id": place.message_id, "limit": limit}
    rows = connection.execute(query, given).fetchall()
    return [(*row[:5], _unfit(row[5], wanted), *row[6:]) for row in rows]


def _columns(connection: duckdb.DuckDBPyConnection, place: Place) -> set[str]:
    found = connection.execute(
        "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
        [DATABASE, place.schema, place.table],
    ).fetchall()
    return {name for (name,) in found}


def _unfit(text: str | None, columns: Sequence[str]) -> list[Any]:
    """What stands aside of the columns, in their order."""
    if text is None or not columns:
        return []
    aside = msgspec.json.decode(text)
    return [aside.get(column) for column in columns] if isinstance(aside, dict) else []


def _told(row: tuple[Any, ...], names: Sequence[str]) -> tuple[str, int, str | None, str | None, bytes]:
    message_id, received_us, moment_us, user_id, anonymous_id, aside, *values = row
    found = {name: _value(value) for name, value in zip(names, values, strict=True) if value is not None}
    found |= {name: value for name, value in zip(names, aside, strict=False) if value is not None}
    at_ms = round(min(moment_us, received_us + AHEAD_US) / 1000)
    return message_id, at_ms, user_id, anonymous_id, msgspec.json.encode(found) if found else b""


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value.replace(tzinfo=UTC))
    if isinstance(value, str) and value.startswith("[") and value.endswith("]"):
        try:
            return msgspec.json.decode(value)
        except msgspec.DecodeError:
            return value
    return value
