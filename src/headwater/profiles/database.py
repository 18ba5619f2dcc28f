"""Opens the SQLite file of people: one writer, readers that see what is committed.

Without a path it is the same engine in memory. What SQLite cannot do now (a full disk) is Transient; the transaction is
then as if it had never begun. What is deleted is overwritten in the file.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from headwater.base.errors import Transient

_SETTINGS = """
PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=10000;
PRAGMA wal_autocheckpoint=8000; PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;
PRAGMA cache_size=-{cache_kib};
"""
WRITER_CACHE_KIB: Final = 96 * 1024
READER_CACHE_KIB: Final = 4 * 1024
TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS workspaces (no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)",
    # Which ref a name has, and since when: `u1:x` the user id x of workspace 1 (`names`).
    "CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, ref INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS people (ref INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id TEXT NOT NULL,"
    " body BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS people_of ON people (workspace, ref)",
    # Apart from the rest, as these change with every event: small rows, many to a page.
    "CREATE TABLE IF NOT EXISTS seen (ref INTEGER PRIMARY KEY, workspace INTEGER NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS meters (ref INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS groups (ref INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id TEXT NOT NULL,"
    " first INTEGER NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL)",
    # People who are to be judged as a whole, as a group of theirs changed.
    "CREATE TABLE IF NOT EXISTS waiting (ref INTEGER PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS counts (workspace TEXT PRIMARY KEY, done INTEGER NOT NULL, dead INTEGER NOT NULL)"
    " WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS refusals (workspace TEXT, reason TEXT, count INTEGER NOT NULL,"
    " PRIMARY KEY (workspace, reason)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL,"
    " ref INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS outbox_of ON outbox (ref)",
    "CREATE TABLE IF NOT EXISTS dead (id INTEGER PRIMARY KEY, workspace TEXT NOT NULL, message TEXT NOT NULL,"
    " reason TEXT NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS dead_of ON dead (workspace, message)",
)
_OF_THE_ROW = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.NotSupportedError)
_AT_ONCE = 250
"""Rows that are written without letting others go on."""
_BREATH_S = 0.00005
_MOST = 500
"""Values in one list of a statement."""


class Database:
    """Writes come from one thread, reads from any."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.writer = self._open(WRITER_CACHE_KIB)
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        for statement in TABLES:
            self.write(statement)

    def begin(self) -> None:
        self.write("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """Durable when this returns; raises Transient when it cannot be, and then nothing was written."""
        try:
            self.writer.execute("COMMIT")
        except sqlite3.DatabaseError as error:
            self.rollback()
            raise unwritten(error) from error

    def rollback(self) -> None:
        if self.writer.in_transaction:  # a full disk may have ended it already
            self.writer.execute("ROLLBACK")

    def write(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self.writer.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise unwritten(error) from error

    def changed(self, statement: str, values: Sequence[Any] = ()) -> int:
        """How many rows the statement changed."""
        try:
            return self.writer.execute(statement, values).rowcount
        except sqlite3.DatabaseError as error:
            raise unwritten(error) from error

    def write_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        left = iter(rows)
        try:
            while part := list(islice(left, _AT_ONCE)):
                self.writer.executemany(statement, part)
                if len(part) == _AT_ONCE:
                    _breathe()
        except sqlite3.DatabaseError as error:
            raise unwritten(error) from error

    def write_listed(self, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows for a statement with `IN (…)`, written `IN ({})`, seen from within the transaction."""
        return _listed(self.write, statement, values)

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What is committed."""
        try:
            return self._reader().execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise Transient(f"the people cannot be read now: {error}") from error

    def read_listed(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return _listed(self.read, query, values)

    def wipe_log(self) -> None:
        """Leaves nothing of what was deleted in the write-ahead log. Transient while somebody reads for long."""
        busy = self.write("PRAGMA wal_checkpoint(TRUNCATE)")[0][0]
        if busy and self._path is not None:
            raise Transient("the people's log cannot be emptied while it is being read; that is tried again")

    def copy(self, target: sqlite3.Connection) -> None:
        self._reader().backup(target)

    def size_bytes(self) -> int:
        """What the file holds, without the free room in it."""
        pages, free, page = (
            self.read(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * page

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        self.writer.close()

    def _reader(self) -> sqlite3.Connection:
        if self._path is None:
            return self.writer
        found = getattr(self._local, "reader", None)
        if found is None:
            found = self._local.reader = self._open(READER_CACHE_KIB)
            found.execute("PRAGMA query_only=ON")
            self._readers.append(found)
        return found

    def _open(self, cache_kib: int) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path or ":memory:", check_same_thread=False, isolation_level=None, cached_statements=256
        )
        connection.executescript(_SETTINGS.format(cache_kib=cache_kib))
        return connection


def _breathe() -> None:
    """Lets another thread go on. The engine lets go of the interpreter for each row, but takes it back so soon that who
    waits for it in the meantime never gets it."""
    time.sleep(_BREATH_S)


def _listed(run: Any, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """By full lists, the last one filled up with its last value, so that there is one statement to prepare."""
    found: list[tuple[Any, ...]] = []
    for start in range(0, len(values), _MOST):
        part = list(values[start : start + _MOST])
        size = _MOST if len(part) > _MOST // 10 else _MOST // 10
        part += part[-1:] * (size - len(part))
        found += run(statement.format(",".join("?" * size)), part)
        if size == _MOST:
            _breathe()
    return found


def unwritten(error: sqlite3.DatabaseError) -> Exception:
    """What a fault of the engine means: try again, unless what was to be written is to blame."""
    if isinstance(error, _OF_THE_ROW):
        return error
    return Transient(f"the people cannot be written now: {error}")
