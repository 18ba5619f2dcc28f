"""What the warehouse must be told of a source: its schema, and which tables and columns its catalogue entry names."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

from headwater.base.event import CallType
from headwater.base.naming import column_name, table_name

ColumnType = Literal["timestamp", "integer", "float", "boolean", "varchar"]


class Collection(msgspec.Struct, frozen=True):
    """One event of the catalogue: `("tutorial.view", "screen", ((("tutorialId",), "integer"), …))`.

    `columns` holds each property's path and type; the path of a nested one has several keys.
    """

    name: str
    call: CallType
    columns: tuple[tuple[tuple[str, ...], ColumnType], ...] = ()

    @property
    def table(self) -> str:
        return table_name(self.name)


class SourceTables(msgspec.Struct, frozen=True):
    """One source as the warehouse sees it. `schema` is already a valid, unique schema name.

    `standard`: standard tables that exist before their first event, beside those of every source.
    """

    source_id: str
    schema: str
    collections: tuple[Collection, ...] = ()
    standard: tuple[str, ...] = ()


class Gone(msgspec.Struct, frozen=True):
    """A source that was deleted with its rows: its events get none any more."""


class Layout(Protocol):
    """Answers for the sources of one workspace; called once per source and load, so it may look things up."""

    def tables_of(self, source_id: str) -> SourceTables | Gone | None:
        """Also of a source that was deleted and left its rows. None: no such source (its events are parked)."""
        ...


# Columns that headwater fills itself. A property that folds to one of them is kept with a `_` in front.
TIME_COLUMNS = ("received_at", "sent_at", "timestamp", "original_timestamp")
EVENT_COLUMNS = ("id", "received_at", "timestamp", "sent_at", "original_timestamp", "user_id", "anonymous_id")
NAMED_COLUMNS = (*EVENT_COLUMNS, "event", "event_text")
VIEW_COLUMNS = (*EVENT_COLUMNS, "name", "category")
GROUP_COLUMNS = (*EVENT_COLUMNS, "group_id")
ALIAS_COLUMNS = (*EVENT_COLUMNS, "previous_id")
LATEST_COLUMNS = ("id", "received_at", "timestamp", "sent_at", "original_timestamp")
UNFIT_COLUMN = "_unfit"

FORMS = "form_submissions"
"""Where submissions of forms stand, with what was answered, instead of in `tracks`."""
SLUGGED = ("tracks", FORMS)
"""The tables whose column `event` tells the table of the event's name; in every other it is the table's own."""

STANDARD: dict[str, tuple[str, ...]] = {
    "tracks": NAMED_COLUMNS,
    FORMS: NAMED_COLUMNS,
    "identifies": EVENT_COLUMNS,
    "users": LATEST_COLUMNS,
    "groups": GROUP_COLUMNS,
    "accounts": LATEST_COLUMNS,
    "pages": VIEW_COLUMNS,
    "screens": VIEW_COLUMNS,
    "aliases": ALIAS_COLUMNS,
}
"""The standard columns of each standard table; every other table has NAMED_COLUMNS."""

_CALL_TABLES: dict[CallType, tuple[str, ...]] = {
    "track": ("tracks",),
    "screen": ("screens",),
    "page": ("pages",),
    "identify": ("identifies", "users"),
    "group": ("groups", "accounts"),
    "alias": ("aliases",),
}


def standard_columns(table: str) -> tuple[str, ...]:
    return STANDARD.get(table, NAMED_COLUMNS)


def property_column(table: str, *path: str) -> str:
    """The column of a property in a table: its folded name, with `_` in front where headwater has that column."""
    return aside(column_name(*path), standard_columns(table))


def aside(column: str, standard: tuple[str, ...]) -> str:
    """Step aside for headwater's own columns: `id` → `_id`, `context_ip` → `_context_ip`."""
    return f"_{column}" if column in standard or column.startswith("context_") else column


def standard_type(column: str) -> ColumnType:
    return "timestamp" if column in TIME_COLUMNS else "varchar"


def tables_at_creation(source: SourceTables) -> list[str]:
    """What exists before the first event: `tracks`, `identifies`, `users` and what the collections imply."""
    names = ["tracks", "identifies", "users", *source.standard]
    for collection in source.collections:
        names += _CALL_TABLES[collection.call]
        if collection.call in ("track", "screen", "page"):
            names.append(collection.table)
    return list(dict.fromkeys(names))


def catalogue_columns(source: SourceTables, table: str) -> dict[str, ColumnType]:
    """The typed columns that the catalogue gives a table: its own collection's."""
    columns: dict[str, ColumnType] = {}
    for collection in source.collections:
        if collection.table == table:
            for path, column_type in collection.columns:
                columns.setdefault(property_column(table, *path), column_type)
    return columns
