"""Opens the queue's SQLite file: one writer, readers that see what is committed, and the days that there are.

Without a path it is the same engine in memory. What SQLite cannot do now (a full disk) is Transient; the
transaction is then as if it had never begun.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from headwater.base.errors import Transient
from headwater.send.partition import drops, first_id, main_statements, statements

_SETTINGS = """
PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000; PRAGMA wal_autocheckpoint=4000;
PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-16384; PRAGMA secure_delete=FAST;
"""
IDS = ("events", "deliveries", "bodies", "attempts", "inbox")


class Database:
    """Writes come from one thread at a time, reads from any."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._writer = self._open()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._next: dict[tuple[str, int], int] = {}
        for statement in main_statements():
            self.write(statement)
        self.days: list[int] = sorted(row[0] for row in self.write("SELECT day FROM days"))

    @property
    def path(self) -> Path | None:
        return self._path

    @property
    def in_memory(self) -> bool:
        return self._path is None

    def begin(self) -> None:
        self.write("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable when this returns; raises Transient when it cannot be, and then nothing was written."""
        try:
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            self.rollback()
            raise Transient(f"the queue cannot be written: {error}") from error

    def rollback(self) -> None:
        if self._writer.in_transaction:  # a full disk may have ended it already
            self._writer.execute("ROLLBACK")

    def write(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._writer.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise Transient(f"the queue cannot be written: {error}") from error

    def write_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        try:
            self._writer.executemany(statement, rows)
        except sqlite3.Error as error:
            raise Transient(f"the queue cannot be written: {error}") from error

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What is committed. A day that retention drops meanwhile reads as empty."""
        try:
            return self._reader().execute(query, values).fetchall()
        except sqlite3.Error as error:
            if "no such table" in str(error):
                return []
            raise Transient(f"the queue cannot be read: {error}") from error

    def new_id(self, table: str, day: int) -> int:
        """The next id of a table's day; one that was given to a transaction that failed is not given again."""
        key = (table, day)
        if key not in self._next:
            found = self.write(f"SELECT max(id) FROM {table}_{day}")[0][0]
            self._next[key] = (found or first_id(day)) + 1
        id = self._next[key]
        self._next[key] = id + 1
        return id

    def add_day(self, day: int) -> None:
        self.begin()
        try:
            for statement in statements(day):
                self.write(statement)
            self.write("INSERT INTO days VALUES (?)", (day,))
        except Transient:
            self.rollback()
            raise
        self.commit()
        self.days = sorted([*self.days, day])

    def drop_day(self, day: int) -> None:
        """Within a transaction. `forget_day` follows when it is committed."""
        for statement in drops(day):
            self.write(statement)
        self.write("DELETE FROM days WHERE day = ?", (day,))

    def forget_day(self, day: int) -> None:
        self.days = [each for each in self.days if each != day]
        self._next = {key: value for key, value in self._next.items() if key[1] != day}

    def size_bytes(self) -> int:
        """What the file holds, without the free room in it."""
        pages, free, page = (
            self.read(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * page

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        self._writer.close()

    def _reader(self) -> sqlite3.Connection:
        if self._path is None:
            return self._writer
        found = getattr(self._local, "reader", None)
        if found is None:
            found = self._local.reader = self._open()
            self._readers.append(found)
        return found

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path or ":memory:", check_same_thread=False, isolation_level=None, cached_statements=256
        )
        connection.executescript(_SETTINGS)
        return connection
