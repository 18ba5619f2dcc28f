"""What the events of one load share whatever table they go to, as Arrow columns made once: times, ids, contexts.

A column is given only where every value of it fits the table's column as it is, so that nothing is left to decide
row by row; all else is `batch`'s, value by value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from headwater.base.event import CleanEvent
from headwater.base.naming import table_name
from headwater.warehouse.columns import EXACT_IN_DOUBLE
from headwater.warehouse.exact import JsonText
from headwater.warehouse.flatten import Flat, Row
from headwater.warehouse.layout import SLUGGED, TIME_COLUMNS, ColumnType, standard_columns
from headwater.warehouse.schema import Table

ARROW_TYPES: Final[dict[ColumnType, pa.DataType]] = {
    "timestamp": pa.timestamp("us"),
    "integer": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
    "varchar": pa.string(),
}

FROM_EVENT: Final[dict[str, Callable[[CleanEvent], Any]]] = {
    "id": attrgetter("message_id"),
    **{name: attrgetter(name) for name in ("anonymous_id", "user_id", "group_id", "previous_id", *TIME_COLUMNS)},
}
"""What an event itself has, by column."""

_LENGTHS = frozenset({24, 27})
_FIRST_US = -62_135_596_800_000_000
"""The year 1: what lies before it is no moment (`columns.moment_of`)."""
_NONE = type(None)
_TEXTS = frozenset({str, JsonText, _NONE})
_INTEGERS = frozenset({int, _NONE})
_FLOATS = frozenset({float, _NONE})
_BOOLEANS = frozenset({bool, _NONE})


class Shared:
    """Columns by name, each of one type and all of one length."""

    def __init__(self, columns: dict[str, tuple[ColumnType, pa.Array]]) -> None:
        self._columns = columns

    def taken(self, table: Table, names: Sequence[str], places: pa.Array, *, all_: bool) -> dict[str, pa.Array]:
        """Those of `names` whose type is the table's, with the rows at `places`. `all_`: these are all, in order."""
        fitting = self._fitting(table, names)
        if not fitting or all_:
            return fitting
        rows = pa.RecordBatch.from_arrays(list(fitting.values()), names=list(fitting)).take(places)
        return dict(zip(fitting, rows.columns, strict=True))

    def pointed_at(self, table: Table, names: Sequence[str], places: pa.Array) -> dict[str, pa.Array]:
        """As `taken`, for few values that come again and again: not copied, but named by their places."""
        fitting = self._fitting(table, names)
        return {name: pa.DictionaryArray.from_arrays(places, values) for name, values in fitting.items()}

    def _fitting(self, table: Table, names: Sequence[str]) -> dict[str, pa.Array]:
        fitting: dict[str, pa.Array] = {}
        for name in names:
            known = table.columns.get(name)
            found = self._columns.get(name)
            if known is not None and found is not None and known.type == found[0]:
                fitting[name] = found[1]
        return fitting


class Stretch:
    """The readable events of one load, in order."""

    def __init__(self) -> None:
        self._events: list[CleanEvent] = []
        self._flats: dict[int, tuple[int, Flat]] = {}
        self._flat_of: list[int] = []

    def __len__(self) -> int:
        """How many there are; the place of the next one."""
        return len(self._events)

    def add(self, event: CleanEvent, context: Flat) -> None:
        """The context must be kept by the caller as long as this is used."""
        self._events.append(event)
        found = self._flats.get(id(context))
        if found is None:
            found = self._flats[id(context)] = (len(self._flats), context)
        self._flat_of.append(found[0])

    @cached_property
    def context_names(self) -> list[str]:
        names: dict[str, None] = {}
        for _, (columns, _) in self._flats.values():
            if not columns.keys() <= names.keys():
                names.update(dict.fromkeys(columns))
        return list(names)

    def columns(self, rows: Sequence[Row], table: Table) -> dict[str, pa.Array]:
        """The columns of these rows of one table that are plain; Unicode errors for text that is none."""
        places = pa.array([row.place for row in rows], pa.int32())
        whole = len(rows) == len(self._events)  # each event has one row at most in a table, in their order
        found = self._standard.taken(table, standard_columns(table.name), places, all_=whole)
        if "event" in standard_columns(table.name):
            slugged = table.name in SLUGGED
            names = ("event_text", "event") if slugged else ("event_text",)
            found |= self._names.pointed_at(table, names, self._names_at.take(places))
            if not slugged:
                found["event"] = pa.repeat(pa.scalar(table.name, pa.string()), len(rows))
        return found | self._contexts.pointed_at(table, self.context_names, self._flats_at.take(places))

    @cached_property
    def _flats_at(self) -> pa.Array:
        return pa.array(self._flat_of, pa.int32())

    @cached_property
    def _standard(self) -> Shared:
        columns: dict[str, tuple[ColumnType, pa.Array]] = {}
        for name, take in FROM_EVENT.items():
            values = list(map(take, self._events))
            if name not in TIME_COLUMNS:
                columns[name] = ("varchar", pa.array(values, pa.string()))
            elif (times := moments(values)) is not None:
                columns[name] = ("timestamp", times)
        return Shared(columns)

    @cached_property
    def _texts(self) -> dict[str | None, int]:
        """Each name that an event has, with its place."""
        found = dict.fromkeys(map(_name_of, self._events), 0)
        return {text: at for at, text in enumerate(found)}

    @cached_property
    def _names_at(self) -> pa.Array:
        places = self._texts
        return pa.array([places[_name_of(event)] for event in self._events], pa.int32())

    @cached_property
    def _names(self) -> Shared:
        columns = {"event": [table_name(text or "") for text in self._texts], "event_text": list(self._texts)}
        return Shared({name: ("varchar", pa.array(values, pa.string())) for name, values in columns.items()})

    @cached_property
    def _contexts(self) -> Shared:
        flats = [columns for _, (columns, _) in self._flats.values()]
        found: dict[str, tuple[ColumnType, pa.Array]] = {}
        for name in self.context_names:
            values = [columns.get(name) for columns in flats]
            if (kind := _kind(values)) is not None:
                found[name] = (kind, pa.array(values, ARROW_TYPES[kind]))
        return Shared(found)


def _name_of(event: CleanEvent) -> str | None:
    return event.event if event.type == "track" else event.name


def moments(values: list[Any]) -> pa.Array | None:
    """Times of headwater's own form, of milliseconds or microseconds, at once; None when any is of another form."""
    if not _LENGTHS.issuperset(map(len, filter(None, values))) or "" in values:
        return None
    try:
        found = pa.array(values, pa.string()).cast(pa.timestamp("us", "UTC")).cast(pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    first = pc.call_function("min", [found.cast(pa.int64())]).as_py()
    return found if first is None or first >= _FIRST_US else None


def _kind(values: Sequence[Any]) -> ColumnType | None:
    """The type of column that takes all of these as they are and is the same after."""
    kinds = set(map(type, values))
    if _TEXTS.issuperset(kinds):
        return "varchar"
    if _BOOLEANS.issuperset(kinds):
        return "boolean"
    if _FLOATS.issuperset(kinds):
        return "float"
    if _INTEGERS.issuperset(kinds):
        numbers = [value for value in values if value is not None]
        return "integer" if max(numbers) <= EXACT_IN_DOUBLE and min(numbers) >= -EXACT_IN_DOUBLE else None
    return None
