"""The loader's books within its transaction: the cursor, what its loads came to, and what has no row yet.

clean = done + dead + skipped; what was dead and is loaded after all is counted over.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import duckdb
import msgspec
import pyarrow as pa

from headwater.base.event import CleanEvent
from headwater.warehouse.engine import DATABASE, INTERNAL
from headwater.warehouse.report import Counts, LoadReport, Mark, Parked

READER: Final = "warehouse"
_BOOKS: Final = f"{DATABASE}.{INTERNAL}"


def move(connection: duckdb.DuckDBPyConnection, mark: Mark) -> None:
    known = connection.execute(f"SELECT next_offset FROM {_BOOKS}.cursors WHERE reader = ?", [mark.reader]).fetchall()
    if known == [(mark.next_offset,)]:  # the commit was told as failed, and had been made
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(f"DELETE FROM {_BOOKS}.cursors WHERE reader = ?", [mark.reader])
    connection.execute(f"INSERT INTO {_BOOKS}.cursors VALUES (?, ?, ?)", [mark.reader, mark.next_offset, now])
    if mark.events:
        done = mark.events - mark.parked - mark.skipped
        _count(connection, mark.reader, Counts(done, mark.parked, mark.skipped))


def bury(connection: duckdb.DuckDBPyConnection, parked: Parked) -> None:
    """Keeps what has no row, once, with the event itself."""
    event = parked.event
    key = [READER, event.source_id, event.message_id]
    there = f"SELECT 1 FROM {_BOOKS}.dead WHERE reader = ? AND source_id = ? AND message_id = ?"
    if not connection.execute(there, key).fetchall():
        row = [*key, parked.reason.value, parked.detail, msgspec.json.encode(event).decode("utf-8", "replace")]
        connection.execute(f"INSERT INTO {_BOOKS}.dead VALUES (?, ?, ?, ?, ?, ?)", row)


def unbury(connection: duckdb.DuckDBPyConnection, events: Sequence[CleanEvent], report: LoadReport) -> None:
    """What was dead and has come again, and is not parked again, is done now, or skipped."""
    if not events or not connection.execute(f"SELECT 1 FROM {_BOOKS}.dead LIMIT 1").fetchall():
        return
    parked = {(each.event.source_id, each.event.message_id) for each in report.parked}
    keys = {(event.source_id, event.message_id) for event in events} - parked
    sources, ids = zip(*keys, strict=True) if keys else ((), ())
    text = pa.string()
    connection.register("come", pa.table({"s": pa.array(sources, type=text), "m": pa.array(ids, type=text)}))
    found = connection.execute(
        f"DELETE FROM {_BOOKS}.dead WHERE reader = ? AND (source_id, message_id) IN (SELECT (s, m) FROM come) "
        "RETURNING source_id",
        [READER],
    ).fetchall()
    connection.unregister("come")
    skipped = sum(source_id in report.gone for (source_id,) in found)
    _count_over(connection, done=len(found) - skipped, skipped=skipped)


def forget_parked(connection: duckdb.DuckDBPyConnection, source_ids: Sequence[str]) -> None:
    """Nothing is kept of what was parked of sources whose rows are dropped; it counts as skipped."""
    found = connection.execute(
        f"DELETE FROM {_BOOKS}.dead WHERE reader = ? AND list_contains(?, source_id) RETURNING 1",
        [READER, list(source_ids)],
    ).fetchall()
    _count_over(connection, skipped=len(found))


def _count_over(connection: duckdb.DuckDBPyConnection, *, done: int = 0, skipped: int = 0) -> None:
    """From dead; no further than there are dead ones, as what a replay alone had parked was not counted."""
    dead = _counts(connection, READER).dead
    done = min(done, dead)
    skipped = min(skipped, dead - done)
    if done or skipped:
        _count(connection, READER, Counts(done, -done - skipped, skipped))


def _counts(connection: duckdb.DuckDBPyConnection, reader: str) -> Counts:
    found = connection.execute(f"SELECT done, dead, skipped FROM {_BOOKS}.counts WHERE reader = ?", [reader]).fetchall()
    return Counts(*found[0]) if found else Counts()


def _count(connection: duckdb.DuckDBPyConnection, reader: str, more: Counts) -> None:
    had = _counts(connection, reader)
    connection.execute(f"DELETE FROM {_BOOKS}.counts WHERE reader = ?", [reader])
    row = [reader, had.done + more.done, had.dead + more.dead, had.skipped + more.skipped]
    connection.execute(f"INSERT INTO {_BOOKS}.counts VALUES (?, ?, ?, ?)", row)
