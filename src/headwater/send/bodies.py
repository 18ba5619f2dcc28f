"""Keeps a request's body once, however many attempts made it: the same bytes go to many receivers, and again."""

from __future__ import annotations

import hashlib

from headwater.send.database import Database

REMEMBERED = 2048


class Bodies:
    """Remembers the latest bodies; an older one that comes again is kept a second time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[bytes, int] = {}

    def id_of(self, body: bytes, day: int) -> int:
        digest = hashlib.blake2b(body, digest_size=16, salt=day.to_bytes(8)).digest()
        found = self._known.get(digest)
        if found is None:
            found = self._known[digest] = self._db.new_id("bodies", day)
            self._db.write(f"INSERT INTO bodies_{day} VALUES (?, ?)", (found, body))
            if len(self._known) > REMEMBERED:
                self._known.pop(next(iter(self._known)))
        return found

    def forget(self) -> None:
        """After a rollback, as some may not be there."""
        self._known.clear()
