"""The rows of one load for one table: collected row by row, fitted column by column, handed over as an Arrow table.

Which columns appear, in which order and of which type depends on the order of the rows alone.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from headwater.base.event import CleanEvent
from headwater.base.naming import table_name
from headwater.warehouse.columns import Column
from headwater.warehouse.exact import json_text
from headwater.warehouse.flatten import Row
from headwater.warehouse.layout import SLUGGED, TIME_COLUMNS, UNFIT_COLUMN, SourceTables, standard_columns
from headwater.warehouse.schema import Table
from headwater.warehouse.stretch import ARROW_TYPES, FROM_EVENT, Stretch, moments

Unfit = dict[int, dict[str, str]]
"""The row's place → its values in JSON that no column took, by column."""


class Batch:
    """What one load brings for one table: at most one row for each id."""

    __slots__ = ("name", "rows", "source")

    def __init__(self, source: SourceTables, name: str) -> None:
        self.source = source
        self.name = name
        self.rows: dict[str, Row] = {}

    def without(self, ids: Iterable[str]) -> None:
        for message_id in ids:
            del self.rows[message_id]


class Fitted:
    """A batch as columns: `table` for the database, `settled` the columns that are new or have changed."""

    __slots__ = ("data", "settled", "unfit")

    def __init__(self, data: pa.Table, settled: list[Column], unfit: int) -> None:
        self.data = data
        self.settled = settled
        self.unfit = unfit


def fit(rows: Sequence[Row], table: Table, stretch: Stretch, room: int) -> Fitted:
    """The rows in the table's columns, and what did not fit in `_unfit`. Changes nothing in `table`.

    `room`: how many columns it may have more.

    Raises pyarrow and Unicode errors when a value cannot be written at all.
    """
    unfit: Unfit = {}
    shared = stretch.columns(rows, table)
    columns: dict[str, tuple[Column, Any]] = {name: (table.columns[name], data) for name, data in shared.items()}
    fresh: list[tuple[int, int, Column, list[Any]]] = []
    for name, values in _given(rows, table, stretch, shared):
        known = table.columns.get(name)
        column = Column(name) if known is None else known.copy()
        if name in TIME_COLUMNS and (times := moments(values)) is not None:
            columns[name] = (column, times)
            continue
        fitted, misfits = column.fit_all(values)
        for at in misfits:
            note(unfit.setdefault(at, {}), name, values[at])
        if known is not None:
            columns[name] = (column, fitted)
        elif column.type is not None:
            fresh.append((*_first_seen(rows, name, fitted), column, fitted))
    fresh.sort(key=lambda found: found[:2])
    for _, _, column, fitted in fresh[room:]:
        _set_aside(column.name, rows, fitted, unfit)
    for _, _, column, fitted in fresh[:room]:
        columns[column.name] = (column, fitted)
    for at, row in enumerate(rows):
        if row.context[1] or row.own[1]:
            for name, value in (*row.context[1], *row.own[1]):
                note(unfit.setdefault(at, {}), name, value)
    return _as_arrow(columns, table, unfit, len(rows))


def note(unfit: dict[str, str], name: str, value: Any) -> None:
    """Keep a value in a row's `_unfit`; a further one of the same column as `column#2`, `column#3`, …"""
    note_text(unfit, name, json_text(value))


def note_text(unfit: dict[str, str], name: str, text: str) -> None:
    """`note` for a value that is JSON text already."""
    key, count = name, 1
    while key in unfit:
        count += 1
        key = f"{name}#{count}"
    unfit[key] = text


def unfit_text(unfit: dict[str, str]) -> str | None:
    if not unfit:
        return None
    return "{" + ",".join(f'"{key}":{text}' for key, text in sorted(unfit.items())) + "}"


def _given(
    rows: Sequence[Row], table: Table, stretch: Stretch, shared: Container[str]
) -> Iterable[tuple[str, list[Any]]]:
    """Each column beside the `shared` ones that any row has a value for, with the values of all rows."""
    events = [row.event for row in rows]
    standard = standard_columns(table.name)
    for name in standard:
        if name not in shared and (take := FROM_EVENT.get(name)) is not None:
            yield name, [take(event) for event in events]
    if "event" in standard and not ("event" in shared and "event_text" in shared):
        yield from ((name, values) for name, values in _event_names(table.name, events) if name not in shared)
    for name in stretch.context_names:
        if name not in shared:
            yield name, [row.context[0].get(name) for row in rows]
    owns = [row.own[0] for row in rows]
    for name in _names(owns):
        yield name, [own.get(name) for own in owns]


def _event_names(table: str, events: Sequence[CleanEvent]) -> Iterable[tuple[str, list[Any]]]:
    texts = [event.event if event.type == "track" else event.name for event in events]
    slugs = [table_name(text or "") for text in texts] if table in SLUGGED else [table] * len(texts)
    return (("event", slugs), ("event_text", texts))


def _names(found: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(chain.from_iterable(found)))


def _first_seen(rows: Sequence[Row], name: str, fitted: list[Any]) -> tuple[int, int]:
    """The row that gave a new column its type, and the place of the column in that row."""
    at = next(at for at, value in enumerate(fitted) if value is not None)
    names = [*rows[at].context[0], *rows[at].own[0]]
    return at, names.index(name)


def _set_aside(name: str, rows: Sequence[Row], fitted: list[Any], unfit: Unfit) -> None:
    """A column for which the table has no room: its values go to `_unfit`."""
    for at, (row, value) in enumerate(zip(rows, fitted, strict=True)):
        if value is not None:
            note(unfit.setdefault(at, {}), name, row.own[0].get(name, row.context[0].get(name)))


def _as_arrow(columns: dict[str, tuple[Column, Any]], table: Table, unfit: Unfit, size: int) -> Fitted:
    names, arrays, settled = [], [], []
    for name, (column, fitted) in columns.items():
        assert column.type is not None
        names.append(name)
        arrays.append(fitted if isinstance(fitted, pa.Array) else pa.array(fitted, type=ARROW_TYPES[column.type]))
        known = table.columns.get(name)
        if known is None or known.type != column.type or known.wide != column.wide:
            settled.append(column)
    count = sum(map(len, unfit.values()))
    if count:
        names.append(UNFIT_COLUMN)
        arrays.append(pa.array([unfit_text(unfit.get(at, {})) for at in range(size)], type=pa.string()))
    return Fitted(pa.table(arrays, names=names), settled, count)
