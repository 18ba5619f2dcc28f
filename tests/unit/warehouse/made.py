"""Clean events, layouts and warehouses for the tests of this room."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from headwater.base.event import CallType, CleanEvent
from headwater.warehouse.layout import Collection, Gone, SourceTables
from headwater.warehouse.loader import Warehouse

AT = "2026-03-01T12:00:00.000Z"
CANDU = SourceTables(
    "s1",
    "candu_prod",
    (
        Collection(
            "tutorial.view",
            "screen",
            (
                (("tutorialId",), "integer"),
                (("segmentId",), "varchar"),
                (("portalId",), "integer"),
                (("versionId",), "varchar"),
            ),
        ),
        Collection("Tour Step", "track", ((("tour_id",), "integer"), (("metadata", "stepIndex"), "integer"))),
    ),
)
PLAIN = SourceTables("s2", "web_app")


class Sources:
    """A layout of these sources alone."""

    def __init__(self, *sources: SourceTables) -> None:
        self._sources: dict[str, SourceTables | Gone] = {source.source_id: source for source in sources}

    def become(self, source_id: str, what: SourceTables | Gone) -> None:
        self._sources[source_id] = what

    def tables_of(self, source_id: str) -> SourceTables | Gone | None:
        return self._sources.get(source_id)


BOTH = Sources(CANDU, PLAIN)


def event(message_id: str, type_: CallType = "track", *, source_id: str = "s2", **fields: Any) -> CleanEvent:
    """Parts may be given as JSON text, bytes or values; a track is named `Ordered` unless told."""
    for part in ("properties", "traits", "context"):
        if part in fields:
            fields[part] = msgspec.Raw(as_bytes(fields[part]))
    if type_ == "track":
        fields.setdefault("event", "Ordered")
    given = {"received_at": AT, "timestamp": AT, "workspace_id": "w1"} | fields
    return CleanEvent(message_id=message_id, type=type_, source_id=source_id, **given)


def as_bytes(part: Any) -> bytes:
    if isinstance(part, bytes):
        return part
    return (part if isinstance(part, str) else json.dumps(part)).encode()


def tracks(*properties: Any) -> list[CleanEvent]:
    """One track for each, with ids m0, m1, …"""
    return [event(f"m{number}", properties=one) for number, one in enumerate(properties)]


def rows(warehouse: Warehouse, query: str) -> list[tuple[Any, ...]]:
    """What the engine itself has; JSON columns as text."""
    with warehouse.engine.reading() as connection:
        return connection.execute(query).fetchall()


def columns(warehouse: Warehouse, schema: str, table: str) -> dict[str, str]:
    found = rows(
        warehouse,
        "SELECT column_name, data_type FROM duckdb_columns() "
        f"WHERE schema_name = '{schema}' AND table_name = '{table}' ORDER BY column_index",
    )
    return dict(found)


def dump(warehouse: Warehouse) -> dict[str, Any]:
    """Every table of every source: its columns with types, and its rows by id."""
    names = rows(
        warehouse,
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE schema_name <> 'headwater' ORDER BY ALL",
    )
    return {
        f"{schema}.{table}": (
            columns(warehouse, schema, table),
            rows(warehouse, f'FROM "{schema}"."{table}" ORDER BY id'),
        )
        for schema, table in names
    }
