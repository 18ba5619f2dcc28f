"""When time alone may change something for a person: the next moment of each, in the file."""

from __future__ import annotations

import sqlite3
from typing import Final

TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS due (ref INTEGER PRIMARY KEY, at INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS due_at ON due (at)",
)


class Due:
    """Of the one thread that writes; what is noted is saved with the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._earlier: dict[int, int] = {}
        self._anew: dict[int, int | None] = {}

    def at_latest(self, ref: int, at_ms: int | None) -> None:
        """Not later than this; what was noted before may come earlier still."""
        if at_ms is None:
            return
        if ref in self._anew:
            known = self._anew[ref]
            self._anew[ref] = at_ms if known is None else min(known, at_ms)
        else:
            self._earlier[ref] = min(self._earlier.get(ref, at_ms), at_ms)

    def set(self, ref: int, at_ms: int | None) -> None:
        """Just then, or never; whatever was noted before."""
        self._earlier.pop(ref, None)
        self._anew[ref] = at_ms

    def take(self, now_ms: int, limit: int) -> list[int]:
        """Those whose moment has come, the earliest first; each is given once."""
        query = "SELECT ref FROM due WHERE at <= ? ORDER BY at LIMIT ?"
        refs = [row[0] for row in self._connection.execute(query, (now_ms, limit))]
        self._connection.executemany("DELETE FROM due WHERE ref = ?", [(ref,) for ref in refs])
        return refs

    def save(self) -> None:
        gone = [(ref,) for ref, at_ms in self._anew.items() if at_ms is None]
        set_ = [(ref, at_ms) for ref, at_ms in self._anew.items() if at_ms is not None]
        if gone:
            self._connection.executemany("DELETE FROM due WHERE ref = ?", gone)
        if set_:
            self._connection.executemany("INSERT OR REPLACE INTO due VALUES (?, ?)", set_)
        if self._earlier:
            statement = "INSERT INTO due VALUES (?, ?) ON CONFLICT (ref) DO UPDATE SET at = min(at, excluded.at)"
            self._connection.executemany(statement, self._earlier.items())
        self.lost()

    def lost(self) -> None:
        self._anew.clear()
        self._earlier.clear()
