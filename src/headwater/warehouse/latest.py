"""`users` and `accounts`: the latest value of each trait, by the time of the event that said it.

The last write wins trait by trait; of two at the same time the later in the stream; an explicit null clears. The
history this needs (when was each trait last said) is kept in headwater's own schema, one JSON text for each row.
A clock that runs ahead counts as at most five minutes after the event was received.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import duckdb
import msgspec
import pyarrow as pa

from headwater.base.event import CleanEvent
from headwater.warehouse.batch import note_text, unfit_text
from headwater.warehouse.columns import UNFIT, Column, moment_of
from headwater.warehouse.exact import JsonText, json_text, read_object
from headwater.warehouse.flatten import Clashes, Row
from headwater.warehouse.layout import LATEST_COLUMNS, TIME_COLUMNS, UNFIT_COLUMN
from headwater.warehouse.schema import Schemas, Table, books_of
from headwater.warehouse.steps import AtOnce
from headwater.warehouse.stretch import ARROW_TYPES

AHEAD: Final = timedelta(minutes=5)

_EPOCH = datetime(1970, 1, 1)


class Said(msgspec.Struct, array_like=True):
    """One trait as last said: when (µs since 1970), its JSON (None: cleared), and whether its column took it."""

    at: int
    text: str | None
    fits: bool


class History(msgspec.Struct):
    """What stands behind one row. `times`: the standard times of the latest event."""

    at: int = -(2**62)
    times: dict[str, str | None] = msgspec.field(default_factory=dict)
    said: dict[str, Said] = msgspec.field(default_factory=dict)


_DECODER = msgspec.json.Decoder(History)


def upsert(
    connection: duckdb.DuckDBPyConnection,
    schemas: Schemas,
    table: Table,
    rows: Sequence[tuple[str, Row]],
) -> int:
    """Apply (id, row) pairs in order; how many values did not fit. The rows must not have been applied before."""
    books = books_of(table.schema, table.name)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {books} (id VARCHAR NOT NULL, history VARCHAR NOT NULL)")
    histories = _histories(connection, books, list(dict.fromkeys(key for key, _ in rows)))
    columns: dict[str, Column] = {name: column.copy() for name, column in table.columns.items()}
    most = len(columns) + schemas.room(table)
    unfit = sum(_apply(histories[key], row, columns, most) for key, row in rows)
    settled = [
        column
        for name, column in columns.items()
        if (known := table.columns.get(name)) is None or (known.type, known.wide) != (column.type, column.wide)
    ]
    schemas.evolve(AtOnce(connection), table, settled)
    _write(connection, table, books, histories)
    return unfit


def retell(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    times: Mapping[str, Collection[int]],
    others: Callable[[set[str]], Mapping[str, Mapping[str, Said]]],
) -> int:
    """Takes back what was said of these rows at these times (µs, by id); gives how many rows that changed.

    `others` gives what is to stand there instead, by id and name, for the names of what was taken back.
    """
    books = books_of(table.schema, table.name)
    found = {key: each for key, each in _histories(connection, books, list(times)).items() if each.times}
    gone = {
        key: names
        for key, history in found.items()
        if (names := {name for name, said in history.said.items() if said.at in times[key]})
    }
    instead = others({name for names in gone.values() for name in names})
    for key, names in gone.items():
        for name in names:
            del found[key].said[name]
            said = instead.get(key, {}).get(name)
            if said is not None and _stays(table.columns.get(name), said):
                found[key].said[name] = said
    _write(connection, table, books, found)
    return len(gone)


def remove(connection: duckdb.DuckDBPyConnection, table: Table, ids: Sequence[str]) -> int:
    """Takes rows out, with the history behind them; gives how many rows there were."""
    count = 0
    for place in (books_of(table.schema, table.name), table.sql):
        count = connection.execute(f"DELETE FROM {place} WHERE id IN (SELECT unnest(?))", [list(ids)]).fetchall()[0][0]
    return count


def _stays(column: Column | None, said: Said) -> bool:
    """Whether the column holds the value as it is."""
    if column is None or said.text is None:
        return False
    after = column.copy()
    fitted = after.fit(_read(said.text))
    return fitted is not UNFIT and (after.type, after.wide) == (column.type, column.wide)


def _histories(connection: duckdb.DuckDBPyConnection, books: str, ids: list[str]) -> dict[str, History]:
    connection.register("incoming_ids", pa.table({"id": pa.array(ids, type=pa.string())}))
    found = dict(
        connection.execute(f"SELECT id, history FROM {books} WHERE id IN (SELECT id FROM incoming_ids)").fetchall()
    )
    return {key: _DECODER.decode(found[key]) if key in found else History() for key in ids}


def event_time(event: CleanEvent) -> int:
    """Microseconds since 1970 of the event, at most five minutes after it was received."""
    received = moment_of(event.received_at) or datetime.now(UTC).replace(tzinfo=None)
    said = moment_of(event.timestamp) or received
    return (min(said, received + AHEAD) - _EPOCH) // timedelta(microseconds=1)


def _apply(history: History, row: Row, columns: dict[str, Column], most: int) -> int:
    """`most`: columns that the table may have."""
    at = event_time(row.event)
    if at >= history.at:
        history.at = at
        history.times = {name: getattr(row.event, name) for name in TIME_COLUMNS}
    unfit = 0
    beside = _beside(history)
    for name in row.nulls:
        if name not in row.own[0]:
            _say(history, name, Said(at, None, True), beside)
    for name, value in row.own[0].items():
        if _is_news(history, name, at):
            fits = _fits(columns, name, value, most)
            unfit += not fits
            _say(history, name, Said(at, json_text(value), fits), beside)
    for key, value in _numbered(row.own[1]):
        if _is_news(history, key, at):
            unfit += 1
            history.said[key] = Said(at, json_text(value), False)
    return unfit


def _numbered(clashes: Clashes) -> Iterator[tuple[str, Any]]:
    """Clashes under keys of their own: `plan#2`, `plan#3`, …"""
    counts: dict[str, int] = {}
    for name, value in clashes:
        counts[name] = counts.get(name, 1) + 1
        yield f"{name}#{counts[name]}", value


def _is_news(history: History, key: str, at: int) -> bool:
    known = history.said.get(key)
    return known is None or at >= known.at


def _beside(history: History) -> dict[str, list[str]]:
    """The keys of clashes, by the name that they clashed with. Folded names have no `#`."""
    found: dict[str, list[str]] = {}
    for key in history.said:
        if "#" in key:
            found.setdefault(key.partition("#")[0], []).append(key)
    return found


def _say(history: History, name: str, said: Said, beside: dict[str, list[str]]) -> None:
    """Note a value, and forget what stood beside it under the same folded name."""
    if not _is_news(history, name, said.at):
        return
    history.said[name] = said
    for key in beside.get(name, ()):
        if key in history.said and history.said[key].at <= said.at:
            del history.said[key]


def _fits(columns: dict[str, Column], name: str, value: Any, most: int) -> bool:
    column = columns.get(name)
    if column is None:
        column = Column(name)
        if len(columns) >= most or column.fit(value) is UNFIT:
            return False
        columns[name] = column
        return True
    return column.fit(value) is not UNFIT


def _write(connection: duckdb.DuckDBPyConnection, table: Table, books: str, histories: dict[str, History]) -> None:
    connection.execute(f"DELETE FROM {table.sql} WHERE id IN (SELECT id FROM incoming_ids)")
    connection.execute(f"DELETE FROM {books} WHERE id IN (SELECT id FROM incoming_ids)")
    connection.unregister("incoming_ids")
    _insert(connection, table.sql, _rows(table, histories))
    texts = [msgspec.json.encode(history).decode() for history in histories.values()]
    _insert(connection, books, pa.table({"id": list(histories), "history": texts}))


def _insert(connection: duckdb.DuckDBPyConnection, into: str, data: pa.Table) -> None:
    connection.register("incoming", data)
    connection.execute(f"INSERT INTO {into} BY NAME SELECT * FROM incoming")
    connection.unregister("incoming")


def _rows(table: Table, histories: dict[str, History]) -> pa.Table:
    arrays = []
    for column in table.columns.values():
        assert column.type is not None
        values = [_value(key, history, column) for key, history in histories.items()]
        arrays.append(pa.array(values, type=ARROW_TYPES[column.type]))
    arrays.append(pa.array([_left_over(history) for history in histories.values()], type=pa.string()))
    return pa.table(arrays, names=[*table.columns, UNFIT_COLUMN])


def _left_over(history: History) -> str | None:
    unfit: dict[str, str] = {}
    for key, said in sorted(history.said.items()):
        if said.text is not None and not said.fits:
            note_text(unfit, key.partition("#")[0], said.text)
    return unfit_text(unfit)


def _value(key: str, history: History, column: Column) -> Any:
    if column.name == "id":
        return key
    if column.name in LATEST_COLUMNS:
        text = history.times.get(column.name)
        return None if text is None else moment_of(text)
    said = history.said.get(column.name)
    if said is None or said.text is None or not said.fits:
        return None
    fitted = column.copy().fit(_read(said.text))
    assert fitted is not UNFIT
    return fitted


def _read(text: str) -> Any:
    if text[0] == "[":
        return JsonText(text)
    return dict(read_object(b'{"v":' + text.encode() + b"}").items())["v"]
