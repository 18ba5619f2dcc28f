"""What became of events that did not come out clean, and the totals of all: kept in one SQLite file.

Fates are keyed by where the event lies in the raw journal, so that reading a stretch again writes the same rows.
Totals are a snapshot at a clean offset; the frames after it carry the rest.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clean import CleanFrame, Tally
from headwater.base.errors import Transient
from headwater.base.outcome import Fate
from headwater.base.subject import Subject
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
_WAITING = "WHERE fate = 'parked' AND released_ms IS NULL"


class Ledger:
    """One writer thread (the pipeline's); reads may come from any thread."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;")
        self._db.execute("PRAGMA secure_delete=ON")
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
        with self._transaction() as db:
            db.executemany(f"INSERT OR IGNORE INTO fates VALUES ({','.join('?' * 11)})", rows)

    def count(self, frame: CleanFrame, *, clean_offset: int) -> None:
        """Adds a durable frame's tally; `clean_offset` is the clean journal's offset after it."""
        with self._lock:
            for source_id, tally in frame.tally.items():
                self._totals.setdefault(source_id, Tally()).add(tally)
            if frame.raw_next is not None:
                self.raw_next = frame.raw_next
            self.clean_offset = clean_offset

    def save_when_due(self) -> None:
        if time.monotonic() - self._saved_at >= _SNAPSHOT_EVERY_S:
            self.save()

    def save(self) -> None:
        """The totals and offsets, durably."""
        self._saved_at = time.monotonic()
        with self._working() as db:
            row = (self.clean_offset, self.raw_next, msgspec.json.encode(self._totals))
            db.execute("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?)", row)

    def totals(self) -> dict[str, Tally]:
        with self._lock:
            return msgspec.json.decode(msgspec.json.encode(self._totals), type=dict[str, Tally])

    def last_ms(self, source_id: str) -> int | None:
        """When a source last had an event, be it one that was refused."""
        with self._lock:
            tally = self._totals.get(source_id)
            return tally.last_ms or None if tally is not None else None

    def by_message(self, message_id: str, workspace_id: str) -> list[FateRow]:
        return self._rows(
            "WHERE message_id = ? AND workspace_id = ? ORDER BY received_ms, raw_offset LIMIT 100",
            (message_id, workspace_id),
        )

    def parked(self, workspaces: Sequence[str], *, limit: int, offset: int) -> tuple[list[FateRow], int]:
        """What waits, newest first, and how many do. '' is the workspace of what nobody can be told to own."""
        where = f"{_WAITING} AND workspace_id IN ({_marks(workspaces)})"
        rows = self._rows(
            f"{where} ORDER BY received_ms DESC, raw_offset LIMIT ? OFFSET ?", (*workspaces, limit, offset)
        )
        with self._working() as db:
            total = db.execute(f"SELECT count(*) FROM fates {where}", (*workspaces,)).fetchone()[0]
        return rows, total

    def parked_rows(self, workspaces: Sequence[str], positions: Sequence[tuple[int, int]] | None) -> list[FateRow]:
        """Parked events that wait, all or those at the given (raw offset, position)."""
        where = f"{_WAITING} AND workspace_id IN ({_marks(workspaces)})"
        if positions is None:
            return self._rows(where, (*workspaces,))
        one = f"{where} AND raw_offset = ? AND position = ?"
        return [row for place in positions for row in self._rows(one, (*workspaces, *place))]

    def released(self, rows: Iterable[FateRow], *, at_ms: int) -> None:
        with self._transaction() as db:
            db.executemany(
                "UPDATE fates SET released_ms = ? WHERE raw_offset = ? AND position = ?",
                [(at_ms, row.raw_offset, row.position) for row in rows],
            )

    def prune(self, *, kept: int = KEPT_FATES, at_once: int = 10_000) -> int:
        """Forgets the oldest duplicates and drops beyond `kept` of each; gives how many. What is parked stays."""
        gone = 0
        with self._transaction() as db:
            for fate in (Fate.DUPLICATE.value, Fate.DROPPED.value):
                count = db.execute("SELECT count(*) FROM fates WHERE fate = ?", (fate,)).fetchone()[0]
                oldest = "SELECT raw_offset, position FROM fates WHERE fate = ? ORDER BY received_ms LIMIT ?"
                surplus = min(max(count - kept, 0), at_once)
                if surplus:
                    db.execute(f"DELETE FROM fates WHERE (raw_offset, position) IN ({oldest})", (fate, surplus))
                gone += surplus
        return gone

    def parked_of(self, subject: Subject) -> list[FateRow]:
        """What is parked and kept of a person."""
        rows = self._rows("WHERE payload IS NOT NULL AND workspace_id = ?", (subject.workspace_id,))
        return [row for row in rows if _is_of(subject, row)]

    def erase(self, subject: Subject, *, at_once: int = 5_000) -> int:
        """Forgets what was parked of a person, and leaves no trace of it in the file; gives how many events it was.

        The books keep counting them as parked.
        """
        erased, last = 0, (-1, -1)
        while True:
            rows = self._rows(
                "WHERE (payload IS NOT NULL OR note IS NOT NULL) AND (raw_offset, position) > (?, ?)"
                " ORDER BY raw_offset, position LIMIT ?",
                (*last, at_once),
            )
            if not rows:
                break
            last = (rows[-1].raw_offset, rows[-1].position)
            theirs = [(row.raw_offset, row.position) for row in rows if _is_of(subject, row)]
            with self._transaction() as db:
                db.executemany("DELETE FROM fates WHERE raw_offset = ? AND position = ?", theirs)
            erased += len(theirs)
        with self._working() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return erased

    def close(self) -> None:
        with contextlib.suppress(Transient):
            self.save()
        self._db.close()

    @contextlib.contextmanager
    def _working(self) -> Iterator[sqlite3.Connection]:
        """Raises Transient when the disk is full or away: nothing was written, and the next call may do."""
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise Transient(f"the ledger cannot be read or written: {error}") from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._working() as db:
            db.execute("BEGIN")
            try:
                yield db
                db.execute("COMMIT")
            except sqlite3.Error:
                if db.in_transaction:  # a full disk may have ended it already
                    db.execute("ROLLBACK")
                raise

    def _rows(self, tail: str, values: Sequence[Any]) -> list[FateRow]:
        with self._working() as db:
            found = db.execute(f"SELECT {_COLUMNS} FROM fates {tail}", values).fetchall()
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


def _is_of(subject: Subject, row: FateRow) -> bool:
    text = (row.payload or b"") + b"\n" + (row.note or "").encode()
    return row.workspace_id in ("", subject.workspace_id) and subject.mentions(text)


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" * len(values))
