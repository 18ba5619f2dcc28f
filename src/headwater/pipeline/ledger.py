"""What became of events that did not come out clean, and the totals of all: kept in one SQLite file.

Fates are keyed by where the event lies in the raw journal, so that reading a stretch again writes the same rows.
Totals are a snapshot at a clean offset; the frames after it carry the rest.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clean import CleanFrame, Tally
from headwater.base.outcome import Fate
from headwater.pipeline.process import Item

KEPT_FATES = 1_000_000
_SNAPSHOT_EVERY_S = 1.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS fates (
    raw_offset INTEGER NOT NULL, position INTEGER NOT NULL, message_id TEXT NOT NULL, source_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL, fate TEXT NOT NULL, reason TEXT, note TEXT, received_ms INTEGER NOT NULL,
    payload BLOB, released_ms INTEGER, PRIMARY KEY (raw_offset, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fates_by_message ON fates (message_id);
CREATE INDEX IF NOT EXISTS fates_by_fate ON fates (fate, received_ms);
CREATE TABLE IF NOT EXISTS snapshot (
    only INTEGER PRIMARY KEY CHECK (only = 1), clean_offset INTEGER NOT NULL, raw_next INTEGER NOT NULL,
    totals BLOB NOT NULL
);
"""


class FateRow(msgspec.Struct, frozen=True, kw_only=True):
    raw_offset: int
    position: int
    message_id: str
    source_id: str
    workspace_id: str
    fate: str
    reason: str | None
    note: str | None
    received_ms: int
    payload: bytes | None
    released_ms: int | None


_COLUMNS = ", ".join(FateRow.__struct_fields__)


class Ledger:
    """One writer thread (the pipeline's); reads may come from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;")
        self._db.executescript(_SCHEMA)
        row = self._db.execute("SELECT clean_offset, raw_next, totals FROM snapshot").fetchone()
        self.clean_offset, self.raw_next = (row[0], row[1]) if row else (0, 0)
        self._totals = msgspec.json.decode(row[2], type=dict[str, Tally]) if row else {}
        self._saved_at = time.monotonic()

    def record(self, items: Iterable[Item]) -> None:
        """Keeps the fates that are not clean; a parked event with its payload."""
        rows = [_row(item) for item in items if item.fate not in (Fate.CLEAN, Fate.REJECTED)]
        if not rows:
            return
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany(f"INSERT OR IGNORE INTO fates VALUES ({','.join('?' * 11)})", rows)
            self._db.execute("COMMIT")

    def count(self, frame: CleanFrame, *, clean_offset: int) -> None:
        """Adds a durable frame's tally; `clean_offset` is the clean journal's offset after it."""
        with self._lock:
            for source_id, tally in frame.tally.items():
                self._totals.setdefault(source_id, Tally()).add(tally)
            if frame.raw_next is not None:
                self.raw_next = frame.raw_next
            self.clean_offset = clean_offset
        if time.monotonic() - self._saved_at >= _SNAPSHOT_EVERY_S:
            self.save()

    def save(self) -> None:
        self._saved_at = time.monotonic()
        with self._lock:
            totals = msgspec.json.encode(self._totals)
            self._db.execute(
                "INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?)", (self.clean_offset, self.raw_next, totals)
            )

    def totals(self) -> dict[str, Tally]:
        with self._lock:
            return msgspec.json.decode(msgspec.json.encode(self._totals), type=dict[str, Tally])

    def by_message(self, message_id: str, workspace_id: str) -> list[FateRow]:
        return self._rows(
            "WHERE message_id = ? AND workspace_id = ? ORDER BY received_ms, raw_offset LIMIT 100",
            (message_id, workspace_id),
        )

    def parked(self, workspace_id: str, *, limit: int, offset: int) -> tuple[list[FateRow], int]:
        where = "WHERE fate = 'parked' AND released_ms IS NULL AND workspace_id IN (?, '')"
        rows = self._rows(
            f"{where} ORDER BY received_ms DESC, raw_offset LIMIT ? OFFSET ?", (workspace_id, limit, offset)
        )
        with self._lock:
            total = self._db.execute(f"SELECT count(*) FROM fates {where}", (workspace_id,)).fetchone()[0]
        return rows, total

    def parked_rows(self, workspace_id: str, positions: Sequence[tuple[int, int]] | None) -> list[FateRow]:
        """Parked events that wait, all or those at the given (raw offset, position)."""
        where = "WHERE fate = 'parked' AND released_ms IS NULL AND workspace_id = ?"
        if positions is None:
            return self._rows(where, (workspace_id,))
        one = f"{where} AND raw_offset = ? AND position = ?"
        return [row for place in positions for row in self._rows(one, (workspace_id, *place))]

    def released(self, rows: Iterable[FateRow], *, at_ms: int) -> None:
        with self._lock:
            self._db.executemany(
                "UPDATE fates SET released_ms = ? WHERE raw_offset = ? AND position = ?",
                [(at_ms, row.raw_offset, row.position) for row in rows],
            )

    def prune(self, *, kept: int = KEPT_FATES) -> None:
        """Forgets the oldest duplicates and drops beyond `kept`; what is parked stays."""
        with self._lock:
            self._db.execute(
                "DELETE FROM fates WHERE fate <> 'parked' AND (raw_offset, position) IN ("
                "SELECT raw_offset, position FROM fates WHERE fate <> 'parked'"
                " ORDER BY raw_offset DESC, position DESC LIMIT -1 OFFSET ?)",
                (kept,),
            )

    def close(self) -> None:
        self.save()
        self._db.close()

    def _rows(self, tail: str, values: Sequence[Any]) -> list[FateRow]:
        with self._lock:
            found = self._db.execute(f"SELECT {_COLUMNS} FROM fates {tail}", values).fetchall()
        return [FateRow(**dict(zip(FateRow.__struct_fields__, row, strict=True))) for row in found]


def _row(item: Item) -> tuple[Any, ...]:
    payload = item.raw if item.fate is Fate.PARKED else None
    return (
        item.offset,
        item.index,
        item.message_id,
        item.source_id,
        item.workspace_id,
        item.fate.value,
        item.reason,
        item.note,
        item.received_ms,
        payload,
        None,
    )
