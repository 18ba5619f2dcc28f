"""Which events a replay has sent: the journal may hold an event more than once, as each replay of the pipeline writes
it again, and within a replay of the sending it goes out once.

They are kept on disk while the replay runs, in the transaction that queues them, so that a restart knows them too.
"""

from __future__ import annotations

import hashlib
from typing import Final

from headwater.base.event import CleanEvent
from headwater.send.database import Database

_KEY_BYTES: Final = 16


class Replayed:
    """Of one replay. All of it happens within transactions."""

    def __init__(self, db: Database, replay_id: str) -> None:
        self._db = db
        self._table = f"replayed_{replay_id}"

    def begin(self) -> None:
        """Keeps what a replay that was cut knows already."""
        self._db.write(f"CREATE TABLE IF NOT EXISTS {self._table} (key BLOB PRIMARY KEY) WITHOUT ROWID")

    def is_first(self, event: CleanEvent) -> bool:
        """Whether the event was not seen before; from then on it was."""
        return bool(self._db.write(f"INSERT OR IGNORE INTO {self._table} VALUES (?) RETURNING 1", (_key(event),)))

    def end(self) -> None:
        self._db.write(f"DROP TABLE IF EXISTS {self._table}")


def _key(event: CleanEvent) -> bytes:
    """Stands for the event (a collision is expected once in 10^19 pairs)."""
    text = "\0".join((event.workspace_id, event.source_id, event.message_id))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest()
